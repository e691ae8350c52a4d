"""Each rule broken once, and the checker names it."""

from dataclasses import replace
from typing import Any

import pytest

from haicap.kernel.periods import HalfDay
from haicap.timetable.rules.checker import check, check_plan
from haicap.timetable.rules.problem import Mode, PlacedVisit, Point
from haicap.timetable.rules.solver import solve
from haicap.timetable.tests.samples import problem, slot, team, unit, visit

MORNING, AFTERNOON = slot(0), slot(0, HalfDay.AFTERNOON)
FAR = Point(11.4, 106.6)
BOTH = (Mode.IN_PERSON, Mode.ONLINE)
CASES: dict[str, tuple[dict[str, Any], list[PlacedVisit]]] = {
    "visit.unknown_unit": ({}, [visit("9", MORNING)]),
    "visit.unknown_team": ({}, [visit("1", MORNING, 7)]),
    "visit.outside_window": ({}, [visit("1", slot(3))]),
    "unit.twice": ({}, [visit("1", MORNING), visit("1", AFTERNOON)]),
    "unit.blocked": ({"units": (unit("1", blocked=frozenset({MORNING})),)}, [visit("1", MORNING)]),
    "unit.mode_not_allowed": ({}, [visit("1", MORNING, mode=Mode.ONLINE)]),
    "unit.no_coordinates": ({"units": (unit("1", place=None),)}, [visit("1", MORNING)]),
    "unit.needs_whole_day": ({"units": (unit("1", island=True),)}, [visit("1", MORNING)]),
    "unit.needs_half_day": ({}, [visit("1", MORNING, whole_day=True)]),
    "visit.order_wrong": (
        {"units": (unit("1", island=True),)}, [visit("1", AFTERNOON, whole_day=True)]
    ),
    "team.unavailable": ({"teams": (team(available=frozenset({AFTERNOON})),)}, [visit("1", MORNING)]),
    "team.two_places": ({}, [visit("1", MORNING), visit("2", MORNING, order=2)]),
    "team.too_many_online": (
        {"units": tuple(unit(str(n), modes=BOTH) for n in range(3))},
        [visit(str(n), MORNING, mode=Mode.ONLINE, order=n + 1) for n in range(3)],
    ),
    "team.too_far": (
        {"units": (unit("1", place=FAR), unit("2", place=Point(10.35, 107.08)))},
        [visit("1", MORNING), visit("2", AFTERNOON)],
    ),
    "pin.moved": ({"pins": (visit("1", AFTERNOON),)}, [visit("1", MORNING)]),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_a_broken_rule_is_named(rule: str):
    changes, visits = CASES[rule]
    verdict = check(problem=problem(**changes), visits=visits)
    assert rule in {item.rule for item in verdict.violations}
    assert not verdict.feasible


def test_two_online_sessions_share_a_half_day():
    both = problem(units=(unit("1", modes=BOTH), unit("2", modes=BOTH)))
    visits = [visit("1", MORNING, mode=Mode.ONLINE), visit("2", MORNING, mode=Mode.ONLINE, order=2)]
    assert check(problem=both, visits=visits).complete


def test_units_without_a_visit_are_listed():
    assert check(problem=problem(), visits=[visit("1", MORNING)]).unserved == ("2",)


def test_a_plan_that_lies_about_its_cost_is_caught():
    honest = solve(problem=problem(), seed=1, max_iterations=2)
    lying = replace(honest, objective=replace(honest.objective, terms={**honest.objective.terms, "mode": 1}))
    rules = {item.rule for item in check_plan(problem=problem(), plan=lying).violations}
    assert rules == {"plan.objective_differs"}


def test_a_plan_that_hides_an_unserved_unit_is_caught():
    crowded = problem(units=4)
    plan = replace(solve(problem=crowded, seed=1, max_iterations=5), unserved=())
    rules = {item.rule for item in check_plan(problem=crowded, plan=plan).violations}
    assert "plan.unserved_differs" in rules
