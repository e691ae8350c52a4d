"""Writes of findings, by noun."""

from haicap.findings.actions.difficulties import (
    accept,
    answer,
    merge,
    reclassify,
    record_difficulty,
    return_difficulty,
    revise_difficulty,
    submit_difficulty,
)
from haicap.findings.actions.minutes import (
    close_visit,
    draft_minutes,
    refresh_figures,
    supplement_minutes,
    write_minutes,
)
from haicap.findings.actions.practices import confirm_practice, decline_practice, propose_practice

__all__ = [
    "accept",
    "answer",
    "close_visit",
    "confirm_practice",
    "decline_practice",
    "draft_minutes",
    "merge",
    "propose_practice",
    "reclassify",
    "record_difficulty",
    "refresh_figures",
    "return_difficulty",
    "revise_difficulty",
    "submit_difficulty",
    "supplement_minutes",
    "write_minutes",
]
