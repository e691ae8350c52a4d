"""Reads of the visit calendar; rows leave only through `..._for(actor)`."""

from haicap.timetable.queries.board import Board, board_for
from haicap.timetable.queries.calendars import (
    calendar_for,
    calendars_for,
    diff_for,
    draft_for,
    published_calendar_for,
    sees_all,
    team_of_unit,
    visit_for,
    visits_for,
    visits_of,
)
from haicap.timetable.queries.feeds import feed_by_token, feeds_for
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.queries.tasks import tasks_for

__all__ = [
    "Board",
    "board_for",
    "calendar_for",
    "calendars_for",
    "diff_for",
    "draft_for",
    "feed_by_token",
    "feeds_for",
    "problem_for",
    "published_calendar_for",
    "sees_all",
    "tasks_for",
    "team_of_unit",
    "visit_for",
    "visits_for",
    "visits_of",
]
