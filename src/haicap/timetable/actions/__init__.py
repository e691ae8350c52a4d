"""Writes of the visit calendar: one function per thing a person does."""

from haicap.timetable.actions.edit import Move, discard, move_visit, pin_visit, recheck, remove_visit, revise
from haicap.timetable.actions.feeds import calendar_link, revoke_link
from haicap.timetable.actions.publish import publish
from haicap.timetable.actions.replan import ask_to_replan, replan
from haicap.timetable.actions.solve import ask_to_solve, solve_and_save
from haicap.timetable.actions.why import ask_to_explain, explain_and_save

__all__ = [
    "Move",
    "ask_to_explain",
    "ask_to_replan",
    "ask_to_solve",
    "calendar_link",
    "discard",
    "explain_and_save",
    "move_visit",
    "pin_visit",
    "publish",
    "recheck",
    "remove_visit",
    "replan",
    "revise",
    "revoke_link",
    "solve_and_save",
]
