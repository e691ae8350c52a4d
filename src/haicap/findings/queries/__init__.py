"""Reads of findings, by noun."""

from haicap.findings.queries.difficulties import (
    difficulties_for,
    difficulty_for,
    matrix_for,
    search_difficulties_for,
)
from haicap.findings.queries.minutes import (
    findings_of_visit,
    minutes_for,
    minutes_list_for,
    team_ids_of,
    visit_rows_for,
)
from haicap.findings.queries.practices import practice_for, practices_for, search_practices_for
from haicap.findings.queries.tasks import tasks_for

__all__ = [
    "difficulties_for",
    "difficulty_for",
    "findings_of_visit",
    "matrix_for",
    "minutes_for",
    "minutes_list_for",
    "practice_for",
    "practices_for",
    "search_difficulties_for",
    "search_practices_for",
    "tasks_for",
    "team_ids_of",
    "visit_rows_for",
]
