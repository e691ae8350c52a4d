"""The figures of the survey, counted from facts about dossiers. Each is a set of dossiers and its size."""

from haicap.onestop.rules.figures.counts import Counts, Share
from haicap.onestop.rules.figures.difference import Alternative, Difference, explain
from haicap.onestop.rules.figures.facts import ZONE, Channel, EndKind, Fact, Period, Side
from haicap.onestop.rules.figures.lines import Line, Petitions, a4a_lines, number_of, share_of
from haicap.onestop.rules.figures.measures import (
    MEMBERS,
    Measure,
    count,
    count_by_body,
    is_late,
    is_overdue,
    members,
)

__all__ = [
    "MEMBERS",
    "ZONE",
    "Alternative",
    "Channel",
    "Counts",
    "Difference",
    "EndKind",
    "Fact",
    "Line",
    "Measure",
    "Period",
    "Petitions",
    "Share",
    "Side",
    "a4a_lines",
    "count",
    "count_by_body",
    "explain",
    "is_late",
    "is_overdue",
    "members",
    "number_of",
    "share_of",
]
