"""Problems that make no sense are answered by name."""

from typing import Any

import pytest

from haicap.kernel.periods import HalfDay
from haicap.timetable.rules.faults import InvalidProblemError, faults_of
from haicap.timetable.rules.problem import Limits, Mode, Point, Weights
from haicap.timetable.rules.solver import solve
from haicap.timetable.tests.samples import problem, slot, slots, team, unit, visit

MORNING, AFTERNOON = slot(0), slot(0, HalfDay.AFTERNOON)
SWAPPED = Point(106.7, 10.8)
FATAL: dict[str, dict[str, Any]] = {
    "window.no_working_days": {"slots": ()},
    "window.slot_twice": {"slots": (MORNING, MORNING)},
    "weight.negative": {"weights": Weights(km=-1)},
    "limit.not_positive": {"limits": Limits(speed_kmh=0)},
    "limit.road_factor_below_one": {"limits": Limits(road_factor=0.5)},
    "limit.negative": {"limits": Limits(lunch_minutes=-1)},
    "team.none": {"teams": ()},
    "team.twice": {"teams": (team(1), team(1))},
    "team.no_base": {"teams": (team(1, base=None),)},
    "team.base_swapped": {"teams": (team(1, base=SWAPPED),)},
    "unit.twice": {"units": (unit("1"), unit("1"))},
    "unit.no_mode": {"units": (unit("1", modes=()),)},
    "unit.coordinates_swapped": {"units": (unit("1", place=SWAPPED),)},
    "unit.coordinates_outside": {"units": (unit("1", place=Point(0, 0)),)},
    "pin.unit_twice": {"pins": (visit("1", MORNING), visit("1", AFTERNOON))},
    "pin.unknown_unit": {"pins": (visit("9", MORNING),)},
    "pin.unknown_team": {"pins": (visit("1", MORNING, 9),)},
    "pin.outside_window": {"pins": (visit("1", slot(5)),)},
    "pin.team_unavailable": {
        "teams": (team(1, available=frozenset({AFTERNOON})),), "pins": (visit("1", MORNING),),
    },
    "pin.unit_blocked": {
        "units": (unit("1", blocked=frozenset({MORNING})),), "pins": (visit("1", MORNING),),
    },
    "pin.mode_not_allowed": {"pins": (visit("1", MORNING, mode=Mode.ONLINE),)},
    "pin.no_coordinates": {"units": (unit("1", place=None),), "pins": (visit("1", MORNING),)},
    "pin.whole_day_wrong": {"units": (unit("1", island=True),), "pins": (visit("1", MORNING),)},
    "pin.same_half_day": {"pins": (visit("1", MORNING), visit("2", MORNING, order=2))},
    "pin.too_far": {
        "units": (unit("1", place=Point(11.4, 106.6)), unit("2", place=Point(10.35, 107.08))),
        "pins": (visit("1", MORNING), visit("2", AFTERNOON)),
    },
}  # fmt: skip
TOLD: dict[str, dict[str, Any]] = {
    "team.never_available": {"teams": (team(1), team(2, available=frozenset()))},
    "unit.no_coordinates": {"units": (unit("1", place=None),)},
    "unit.blocked_everywhere": {"units": (unit("1", blocked=frozenset(slots(1))),)},
    "unit.prefers_blocked": {
        "units": (unit("1", preferred=(MORNING,), blocked=frozenset({MORNING})),)
    },
}  # fmt: skip


@pytest.mark.parametrize("code", FATAL)
def test_a_senseless_problem_is_refused_by_name(code: str):
    with pytest.raises(InvalidProblemError) as caught:
        solve(problem=problem(**FATAL[code]), seed=1, max_iterations=1)
    assert code in {fault.code for fault in caught.value.faults}


@pytest.mark.parametrize("code", TOLD)
def test_what_only_leaves_something_out_is_told_and_solved_around(code: str):
    told = problem(**TOLD[code])
    assert code in {fault.code for fault in faults_of(told) if not fault.fatal}
    solve(problem=told, seed=1, max_iterations=3)


def test_a_problem_without_faults_has_none():
    assert faults_of(problem()) == ()


def test_a_search_that_nothing_would_stop_is_refused():
    with pytest.raises(ValueError, match="max_iterations"):
        solve(problem=problem(), seed=1)
