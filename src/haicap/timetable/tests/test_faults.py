"""Problems that make no sense are answered by name."""

import math
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haicap.kernel.periods import HalfDay
from haicap.timetable.rules.checker import check
from haicap.timetable.rules.faults import (
    FATAL,
    MOST_SLOTS,
    MOST_TEAMS,
    MOST_UNITS,
    MOST_WEIGHT,
    TOLD,
    Fault,
    InvalidProblemError,
    faults_of,
)
from haicap.timetable.rules.problem import Limits, Mode, Point, Problem, TravelMatrix, Weights
from haicap.timetable.rules.solver import solve
from haicap.timetable.tests.samples import (
    bridge,
    matrix,
    member,
    problem,
    problems,
    slot,
    slots,
    team,
    unit,
    visit,
)
from haicap.timetable.texts import FAULT_TEXTS, fault_text

MORNING, AFTERNOON = slot(0), slot(0, HalfDay.AFTERNOON)
SWAPPED, NOWHERE = Point(106.7, 10.8), Point(0, 0)
ONLINE = Mode.ONLINE
TALK = (unit("1", modes=(ONLINE,)), unit("2", modes=(ONLINE,)))
SHORT = (unit("1", minutes=60), unit("2", minutes=60))
LANDLESS = team(members=(member("h", "head", areas=frozenset()),))
TWO = Limits(two_visits_minutes=30)


def reshaped(**changes: Any) -> TravelMatrix:
    """Return a matrix of the base and two units with some of its parts replaced."""
    return replace(matrix(), **changes)


def spoilt(value: float) -> TravelMatrix:
    """Return a matrix with one way of `value` minutes."""
    return (
        matrix(a1_2=value)
        if math.isfinite(value)
        else reshaped(minutes=((0.0, value, 1.0), *matrix().minutes[1:]))
    )


STOPS: dict[str, dict[str, Any]] = {
    "window.no_working_days": {"slots": ()},
    "window.slot_twice": {"slots": (MORNING, MORNING)},
    "window.too_long": {"slots": slots(MOST_SLOTS // 2 + 1)},
    "weight.negative": {"weights": Weights(km=-1)},
    "weight.not_whole": {"weights": Weights(km=math.nan)},  # type: ignore[arg-type]  # a bad input
    "weight.too_large": {"weights": Weights(unserved=MOST_WEIGHT + 1)},
    "limit.not_finite": {"limits": Limits(speed_kmh=math.inf)},
    "limit.not_positive": {"limits": Limits(speed_kmh=0)},
    "limit.negative": {"limits": Limits(lunch_minutes=-1)},
    "limit.not_whole": {"limits": Limits(online_per_half_day=1.5)},  # type: ignore[arg-type]  # a bad input
    "limit.road_factor_below_one": {"limits": Limits(road_factor=0.5)},
    "limit.quorum_out_of_range": {"limits": Limits(quorum_percent=101)},
    "composition.area_twice": {"composition": (("land", 1), ("land", 2))},
    "composition.negative": {"composition": (("land", -1),)},
    "team.none": {"teams": ()},
    "team.too_many": {"teams": MOST_TEAMS + 1},
    "team.twice": {"teams": (team(1), team(1, members=()), team(2))},
    "team.no_base": {"teams": (team(1, base=None),)},
    "team.base_swapped": {"teams": (team(1, base=SWAPPED),)},
    "team.base_outside": {"teams": (team(1, base=NOWHERE),)},
    "team.limit_not_positive": {"teams": (team(1, most_per_day=0),)},
    "member.twice": {"teams": (team(1, members=(member("a", "head"), member("a"))),)},
    "member.two_teams": {
        "teams": (team(1, members=(member("a", "head"),)), team(2, members=(member("a", "head"),)))
    },
    "bridge.twice": {"bridges": (bridge("b"), bridge("b"))},
    "bridge.negative": {"bridges": (bridge("b", rooms=-1),)},
    "unit.none": {"units": ()},
    "unit.too_many": {"units": tuple(unit(str(n)) for n in range(MOST_UNITS + 1))},
    "unit.twice": {"units": (unit("1"), unit("1"))},
    "unit.no_mode": {"units": (unit("1", modes=()),)},
    "unit.coordinates_swapped": {"units": (unit("1", place=SWAPPED),)},
    "unit.coordinates_outside": {"units": (unit("1", place=NOWHERE),)},
    "unit.minutes_not_positive": {"units": (unit("1", minutes=0),)},
    "matrix.not_square": {"matrix": reshaped(minutes=matrix().minutes[:2])},
    "matrix.place_twice": {"matrix": matrix(3), "units": (unit("1"), unit("2"))},
    "matrix.not_finite": {"matrix": spoilt(math.nan)},
    "matrix.negative": {"matrix": spoilt(-1)},
    "matrix.too_far": {"matrix": spoilt(50_000_000)},
    "matrix.diagonal": {"matrix": matrix(a1_1=1)},
    "matrix.place_missing": {"matrix": matrix(1)},
    "matrix.base_missing": {"matrix": reshaped(places=("team:2", "1", "2"))},
    "previous.unit_twice": {"previous": (visit("1", MORNING), visit("1", AFTERNOON))},
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
    "pin.mode_not_allowed": {"pins": (visit("1", MORNING, mode=ONLINE),)},
    "pin.no_coordinates": {
        "units": (unit("1", place=None, modes=(Mode.IN_PERSON, ONLINE)),), "pins": (visit("1", MORNING),)
    },
    "pin.whole_day_wrong": {"units": (unit("1", island=True),), "pins": (visit("1", MORNING),)},
    "pin.too_long": {"units": (unit("1", minutes=211),), "pins": (visit("1", MORNING),)},
    "pin.composition": {
        "teams": (LANDLESS, team(2)), "composition": (("land", 1),), "pins": (visit("1", MORNING),)
    },
    "pin.same_half_day": {"pins": (visit("1", MORNING), visit("2", MORNING, order=2))},
    "pin.half_day_too_short": {
        "units": (unit("1", minutes=110), unit("2", minutes=101)), "limits": TWO,
        "pins": (visit("1", MORNING), visit("2", MORNING, order=2)),
    },
    "pin.too_far": {
        "units": (unit("1", place=Point(11.4, 106.6)), unit("2", place=Point(10.35, 107.08))),
        "pins": (visit("1", MORNING), visit("2", AFTERNOON)),
    },
    "pin.too_many_visits": {
        "teams": (team(most_per_day=1),), "pins": (visit("1", MORNING), visit("2", AFTERNOON)),
    },
    "pin.days_in_row": {
        "teams": (team(days=2, most_days_in_row=1),), "days": 2,
        "pins": (visit("1", MORNING), visit("2", slot(1))),
    },
    "pin.no_bridge": {
        "units": TALK, "teams": 2, "bridges": (bridge(),),
        "pins": (visit("1", MORNING, 1, ONLINE), visit("2", MORNING, 2, ONLINE)),
    },
}  # fmt: skip
STOPS["matrix.place_twice"]["matrix"] = replace(matrix(3), places=("base", "1", "2", "2"))
GOES_ON: dict[str, dict[str, Any]] = {
    "team.no_members": {"teams": (team(1), team(2, members=()))},
    "team.no_leader": {"teams": (team(1), team(2, members=(member("s", "secretary"),)))},
    "team.never_available": {"teams": (team(1), team(2, available=frozenset()))},
    "team.composition_never": {"teams": (team(1), replace(LANDLESS, number=2)), "composition": (("land", 1),)},
    "bridge.never_available": {"bridges": (bridge("a"), bridge("b", technicians=0))},
    "unit.no_coordinates": {"units": (unit("1", place=None),)},
    "unit.blocked_everywhere": {"units": (unit("1", blocked=frozenset(slots(1))),)},
    "unit.prefers_blocked": {
        "units": (unit("1", preferred=(MORNING,), blocked=frozenset({MORNING})),)
    },
    "unit.prefers_outside": {"units": (unit("1", preferred=(slot(9),)),)},
    "unit.visit_too_long": {"units": (unit("1", minutes=211),)},
    "unit.unknown_area": {"units": (unit("1", areas=frozenset({"sea"})),), "composition": (("land", 1),)},
    "unit.no_bridge_ever": {
        "units": (unit("1", modes=(ONLINE,), blocked=frozenset({MORNING})), unit("2")),
        "bridges": (bridge(available=frozenset({MORNING})),),
    },
    "matrix.triangle": {"matrix": matrix(a1_2=100)},
}  # fmt: skip


def codes(told: Problem) -> set[str]:
    """Return the codes of all faults."""
    return {fault.code for fault in faults_of(told)}


def fatal(told: Problem) -> set[str]:
    """Return the codes of the faults that stop a solver."""
    return {fault.code for fault in faults_of(told) if fault.fatal}


@pytest.mark.parametrize("code", STOPS)
def test_a_senseless_problem_has_that_fatal_fault_alone(code: str):
    assert fatal(problem(**STOPS[code])) == {code}


@pytest.mark.parametrize("code", STOPS)
def test_a_senseless_problem_is_refused_by_name(code: str):
    with pytest.raises(InvalidProblemError, match=code):
        solve(problem=problem(**STOPS[code]), seed=1, max_iterations=1)


@pytest.mark.parametrize("code", GOES_ON)
def test_what_only_leaves_something_out_is_told(code: str):
    found = faults_of(problem(**GOES_ON[code]))
    assert {fault.code for fault in found} == {code}
    assert not any(fault.fatal for fault in found)


@pytest.mark.parametrize("code", GOES_ON)
def test_what_only_leaves_something_out_is_solved_around(code: str):
    told = problem(**GOES_ON[code])
    assert check(problem=told, visits=solve(problem=told, seed=1, max_iterations=3).visits).feasible


def test_every_fault_has_a_case():
    assert set(STOPS) == set(FATAL)
    assert set(GOES_ON) == set(TOLD)


@pytest.mark.parametrize("code", [*STOPS, *GOES_ON])
def test_every_fault_is_said_in_a_sentence(code: str):
    for fault in faults_of(problem(**(STOPS | GOES_ON)[code])):
        said = fault_text(fault, {"1": "Phường Một"})
        assert code in FAULT_TEXTS
        assert code not in said
        assert "%(" not in said
        assert "None" not in said


def test_the_sentences_are_those_of_faults_and_settings():
    settings_only = {code for code in FAULT_TEXTS if code.startswith("setting.")}
    assert set(FAULT_TEXTS) - settings_only == {*FATAL, *TOLD}


def test_a_problem_without_faults_has_none():
    assert faults_of(problem()) == ()


def test_a_member_of_two_teams_is_named_with_both():
    (fault,) = faults_of(problem(**STOPS["member.two_teams"]))
    assert fault == Fault(code="member.two_teams", fatal=True, member="a", team=1, other_team=2)


def test_the_worst_triangle_is_named_with_what_it_lacks():
    (fault,) = faults_of(problem(3, matrix=matrix(3, a1_2=70, a3_base=90)))
    assert (fault.places[0], fault.places[2], fault.value) == ("3", "base", 50)


def test_a_triangle_that_lacks_a_minute_by_rounding_is_no_fault():
    assert codes(problem(matrix=matrix(a1_2=41))) == set()


def test_a_triangle_is_found_among_more_places_than_are_all_compared():
    count = 900
    big = matrix(count, **{f"a{n}_{n + 1}": 80 for n in range(1, count)})
    (fault,) = faults_of(problem(count, matrix=big))
    assert (fault.code, fault.value) == ("matrix.triangle", 40)


def test_a_matrix_needs_no_coordinates():
    units = (unit("1", place=None), unit("2", place=None))
    assert codes(problem(units, (team(base=None),), matrix=matrix())) == set()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_no_limit_may_be_infinite(name: str, value: float):
    limits = Limits(**{name: value})  # type: ignore[arg-type]  # a bad input
    assert fatal(problem(limits=limits)) == {"limit.not_finite"}


@pytest.mark.parametrize("name", [field.name for field in fields(Weights)])
def test_no_weight_may_be_negative(name: str):
    assert codes(problem(weights=replace(Weights(), **{name: -1}))) == {"weight.negative"}


@pytest.mark.parametrize("lat", [math.nan, 0.0, 91.0])
def test_coordinates_that_are_nowhere_are_outside(lat: float):
    assert codes(problem((unit("1", place=Point(lat, 106.7)),))) == {"unit.coordinates_outside"}


def test_ten_thousand_units_are_taken():
    many = tuple(unit(str(n)) for n in range(10_000))
    pins = tuple(visit(str(n), MORNING, n + 1) for n in range(1_000))
    assert faults_of(problem(many, 1_000, pins=pins)) == ()


def test_pins_that_share_a_half_day_in_one_order_only_are_no_fault():
    pins = (visit("1", MORNING), visit("2", MORNING, order=2))
    assert codes(problem(SHORT, limits=TWO, matrix=matrix(a1_2=35), pins=pins)) == set()


def test_pins_far_apart_at_noon_are_a_fault_only_where_no_order_helps():
    units = tuple(unit(str(n), minutes=60) for n in range(1, 4))
    pins = (visit("1", MORNING), visit("2", MORNING, order=2), visit("3", AFTERNOON))
    turned = matrix(3, a2_3=95, a1_3=90)
    assert "pin.too_far" not in codes(problem(units, limits=TWO, matrix=turned, pins=pins))
    never = matrix(3, a2_3=95, a1_3=95)
    assert "pin.too_far" in codes(problem(units, limits=TWO, matrix=never, pins=pins))


def test_a_search_that_nothing_would_stop_is_refused():
    with pytest.raises(ValueError, match="max_iterations"):
        solve(problem=problem(), seed=1)


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_what_is_drawn_has_no_fatal_fault_and_pins_that_can_be_kept(data: st.DataObject):
    drawn = data.draw(problems(most_units=5, most_teams=3, most_days=3))
    assert not [fault for fault in faults_of(drawn) if fault.fatal]
