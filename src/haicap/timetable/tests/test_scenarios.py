"""Scenarios: what a change does to a problem, what plans bring, and the pages."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haicap.kernel.periods import HalfDay, Slot, WorkingCalendar
from haicap.timetable.rules.problem import (
    BridgePoint,
    Limits,
    Member,
    Mode,
    Point,
    Problem,
    SurveyTeam,
    TravelMatrix,
)
from haicap.timetable.rules.scenarios import (
    Change,
    ChangeError,
    applied,
    compared,
    run,
    sweep,
    wrongs_of,
)
from haicap.timetable.rules.solver import solve
from haicap.timetable.tests.samples import BASE as CENTRE
from haicap.timetable.tests.samples import MONDAY, problem, problems, slot, slots, unit, visit

WORKING = tuple(WorkingCalendar().days(MONDAY, MONDAY + timedelta(60)))
FAR = Point(8.69, 106.60)
PEOPLE = (
    Member(code="a", role="head", areas=frozenset({"A1"})),
    Member(code="b", role="member", areas=frozenset({"A2"})),
)


def _team(number: int, *, days: int = 2, **changes: Any) -> SurveyTeam:
    members = tuple(replace(one, code=f"{number}{one.code}") for one in PEOPLE)
    values = {"number": number, "base": CENTRE, "available": frozenset(slots(days)), "members": members}
    return SurveyTeam(**{**values, **changes})


def _problem(units: Any = 20, teams: int = 2, days: int = 2, **changes: Any) -> Problem:
    return problem(units, tuple(_team(n, days=days) for n in range(1, teams + 1)), days=days, **changes)


def _codes(given: Problem, change: Change) -> set[str]:
    return {wrong.code for wrong in wrongs_of(problem=given, change=change, working=WORKING)}


def test_nothing_changed_is_the_problem_without_a_calendar_in_force():
    given = _problem(previous=(visit("1", slot(0)),), today=MONDAY)
    assert applied(problem=given, change=Change()) == replace(given, previous=(), today=None)


def test_a_change_survives_storage():
    change = Change(teams=3, start=MONDAY, lunch_minutes=0)
    assert Change.from_data(json.loads(json.dumps(change.as_data()))) == change
    assert Change().nothing and not Change(lunch_minutes=0).nothing


def test_more_teams_are_copies_of_a_fully_staffed_one_always_there():
    away = frozenset({slot(0)})
    odd = _team(1, members=())
    usual = _team(2, members=tuple(replace(one, absent=away) for one in PEOPLE))
    given = _problem(composition=(("A1", 1), ("A2", 1)))
    made = applied(problem=replace(given, teams=(odd, usual)), change=Change(teams=4))
    assert [team.number for team in made.teams] == [1, 2, 3, 4]
    assert made.teams[3].available == frozenset(made.slots)
    assert [one.areas for one in made.teams[3].members] == [one.areas for one in PEOPLE]
    assert all(not one.absent for one in made.teams[3].members)
    codes = [one.code for team in made.teams for one in team.members]
    assert len(codes) == len(set(codes))


def test_fewer_teams_lose_the_last_ones_and_their_pins():
    pins = (visit("1", slot(0), 1), visit("2", slot(0), 3))
    made = applied(problem=_problem(teams=3, pins=pins), change=Change(teams=2))
    assert [team.number for team in made.teams] == [1, 2]
    assert made.pins == pins[:1]


def test_a_copied_team_starts_where_the_matrix_says_its_model_does():
    places = ("1", "team:1", "base")
    square = ((0.0, 5.0, 9.0), (6.0, 0.0, 9.0), (9.0, 9.0, 0.0))
    metres = tuple(tuple(int(value * 1000) for value in row) for row in square)
    matrix = TravelMatrix(places=places, minutes=square, metres=metres)
    made = applied(problem=_problem(2, 1, matrix=matrix), change=Change(teams=2)).matrix
    assert made is not None and made.places == (*places, "team:2")
    assert (made.minutes[0][3], made.minutes[3][0]) == (5.0, 6.0)


def test_more_days_are_the_working_days_after_the_window():
    given = _problem(days=5, bridges=(BridgePoint(code="B", available=frozenset(slots(5))),))
    made = applied(problem=given, change=Change(days=6), working=WORKING)
    monday = MONDAY + timedelta(7)
    assert made.days[-1] == monday
    added = {Slot(monday, half) for half in HalfDay}
    assert all(added <= team.available for team in made.teams)
    assert added <= made.bridges[0].available


def test_fewer_days_are_taken_from_the_end():
    made = applied(problem=_problem(days=3), change=Change(days=1), working=WORKING)
    assert made.slots == slots(1)


def test_another_start_moves_wishes_blocks_and_absences_by_working_days():
    friday = MONDAY + timedelta(4)
    wish, block = slot(0, HalfDay.AFTERNOON), slot(1)
    given = _problem((unit("1", preferred=(wish,), blocked=frozenset({block})),), pins=(visit("1", slot(0)),))
    away = tuple(replace(one, absent=frozenset({slot(1)})) for one in PEOPLE)
    given = replace(given, teams=(replace(given.teams[0], members=away),))
    made = applied(problem=given, change=Change(start=friday), working=WORKING)
    following = MONDAY + timedelta(7)
    assert made.days == (friday, following)
    assert made.units[0].preferred == (Slot(friday, HalfDay.AFTERNOON),)
    assert made.units[0].blocked == {Slot(following, HalfDay.MORNING)}
    assert made.teams[0].available == frozenset(made.slots)
    assert made.teams[0].members[0].absent == {Slot(following, HalfDay.MORNING)}
    assert made.pins[0].slot.day == friday


def test_islands_go_online_first_then_the_furthest_and_all_others_in_person():
    units = (
        unit("near", place=Point(10.78, 106.70), modes=(Mode.ONLINE,)),
        unit("far", place=Point(11.4, 106.6)),
        unit("isle", place=Point(10.80, 106.71), island=True, modes=(Mode.IN_PERSON, Mode.ONLINE)),
        unit("middle", place=Point(10.9, 106.7)),
    )
    made = applied(problem=_problem(units), change=Change(online_percent=50))
    assert {u.code for u in made.units if u.modes == (Mode.ONLINE,)} == {"isle", "far"}
    assert {u.code for u in made.units if u.modes == (Mode.IN_PERSON,)} == {"near", "middle"}
    none = applied(problem=_problem(units), change=Change(online_percent=0))
    assert all(u.modes == (Mode.IN_PERSON,) for u in none.units)


def test_a_unit_whose_place_is_not_known_stays_online():
    made = applied(
        problem=_problem((unit("1", place=None, modes=(Mode.ONLINE,)),)), change=Change(online_percent=0)
    )
    assert made.units[0].modes == (Mode.ONLINE,)


def test_hours_change_the_limits_and_shorten_visits():
    made = applied(
        problem=_problem((unit("1"), unit("2", island=True))),
        change=Change(visit_minutes=90, half_day_minutes=200, two_visits_minutes=20, lunch_minutes=30),
    )
    assert [one.minutes for one in made.units] == [90, 180]
    limits = made.limits
    assert (limits.half_day_minutes, limits.two_visits_minutes, limits.lunch_minutes) == (200, 20, 30)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Change(teams=0), "out_of_range"),
        (Change(teams=-1), "out_of_range"),
        (Change(teams=100_000), "out_of_range"),
        (Change(teams=21), "teams.more_than_units"),
        (Change(days=0), "out_of_range"),
        (Change(days=-3), "out_of_range"),
        (Change(days=110), "days.outside_calendar"),
        (Change(online_percent=101), "out_of_range"),
        (Change(online_percent=-1), "out_of_range"),
        (Change(start=MONDAY + timedelta(5)), "start.not_working"),
        (Change(start=MONDAY - timedelta(400)), "start.outside_calendar"),
        (Change(start=date(2031, 1, 6)), "start.outside_calendar"),
        (Change(start=WORKING[-1]), "start.outside_calendar"),
        (Change(lunch_minutes=-1), "out_of_range"),
        (Change(two_visits_minutes=20), "two_visits.never_fit"),
        (Change(half_day_minutes=0), "out_of_range"),
    ],
)
def test_a_change_that_cannot_be_made_is_named(change: Change, code: str):
    assert _codes(_problem(), change) == {code}
    with pytest.raises(ChangeError):
        applied(problem=_problem(), change=change, working=WORKING)


def test_a_problem_without_teams_or_days_has_nothing_to_copy_or_move():
    assert _codes(replace(_problem(), teams=()), Change(teams=2)) == {"teams.none_to_copy"}
    assert _codes(replace(_problem(), slots=()), Change(days=2)) == {"window.empty"}
    assert _codes(replace(_problem(), slots=()), Change(teams=2)) == set()


def test_an_outcome_counts_what_a_plan_asks():
    isle = unit("2", place=FAR, island=True, modes=(Mode.ONLINE,))
    given = _problem((unit("1", preferred=(slot(0),)), isle), 1, 1)
    found = run(problem=given, change=Change(), seed=1, iterations=20)
    assert (found.served, found.online, found.first_choice) == (2, 1, 1)
    assert (found.people, found.person_half_days, found.team_days, found.half_days) == (2, 4, 1, 2)
    assert found.work_minutes == 180 + Limits().half_day_minutes
    assert found.road_minutes == round(found.metres * 60 / 35_000)
    assert (found.needed, found.capacity, found.broken) == (2, 2, 0)
    assert found.online_units == ("2",)
    told = json.loads(json.dumps(found.as_data()))
    assert told["served"] == 2 and "visits" not in told


def test_metres_are_those_of_the_objective():
    given = _problem(10, 2, 2)
    plan = solve(problem=given, seed=1, max_iterations=20)
    found = run(problem=given, change=Change(), seed=1, iterations=20)
    assert found.metres == pytest.approx(plan.objective.metres, abs=len(plan.visits) * 2)


def test_more_teams_never_serve_fewer_units():
    given = _problem(26, 2, 2)
    found = list(sweep(problem=given, change=Change(), teams=range(1, 8), seed=1, iterations=6))
    served = [outcome.served for outcome in found]
    assert [outcome.teams for outcome in found] == list(range(1, 8))
    assert served == sorted(served)
    assert served[0] == 4 and served[-1] == 26
    assert all(not outcome.broken for outcome in found)


@given(given_problem=problems(most_units=9, most_teams=2, most_days=2), seed=st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_in_a_random_problem_more_teams_never_serve_fewer_units(given_problem: Problem, seed: int):
    most = max(len(given_problem.teams), min(4, len(given_problem.units)))
    found = list(
        sweep(problem=given_problem, change=Change(), teams=range(1, most + 1), seed=seed, iterations=3)
    )
    served = [outcome.served for outcome in found]
    assert served == sorted(served)
    assert not any(outcome.broken for outcome in found)


@given(given_problem=problems(most_units=9, most_teams=2, most_days=2), seed=st.integers(0, 9))
@settings(max_examples=40, deadline=None)
def test_in_a_random_problem_more_days_or_a_later_start_never_serve_fewer_units(
    given_problem: Problem, seed: int
):
    base = run(problem=given_problem, change=Change(), seed=seed, iterations=3)
    for change in (Change(days=len(given_problem.days) + 2), Change(start=WORKING[4])):
        found = run(
            problem=given_problem, change=change, working=WORKING, seed=seed, iterations=3, start=base.visits
        )
        assert found.served >= base.served
        assert not found.broken


def test_more_days_and_shorter_visits_never_serve_fewer_units():
    given = _problem(26, 2, 2)
    base = run(problem=given, change=Change(), seed=1, iterations=6)
    for change in (
        Change(days=4),
        Change(visit_minutes=60, two_visits_minutes=60),
        Change(online_percent=100),
        Change(start=WORKING[3]),
    ):
        found = run(problem=given, change=change, working=WORKING, seed=1, iterations=6, start=base.visits)
        assert found.served >= base.served, change
        assert not found.broken


def test_the_same_seed_gives_the_same_outcome():
    given = _problem(12, 2, 2)
    one, other = (run(problem=given, change=Change(teams=3), seed=4, iterations=10) for _ in range(2))
    assert one == other


def _outcome(**changes: Any) -> dict[str, Any]:
    found = run(problem=_problem(2, 1, 1), change=Change(), seed=1, iterations=2)
    return {**found.as_data(), **changes}


def test_best_is_marked_only_among_those_that_serve_the_most():
    told = [
        _outcome(served=10, metres=50_000),
        _outcome(served=12, metres=90_000),
        _outcome(served=12, metres=80_000),
    ]
    lines = {line.measure.key: line.cells for line in compared(outcomes=told)}
    assert [cell.best for cell in lines["served"]] == [False, True, True]
    assert [cell.best for cell in lines["metres"]] == [False, False, True]
    assert [cell.difference for cell in lines["metres"]] == [None, 40, 30]
    assert [cell.judged for cell in lines["metres"]] == ["", "worse", "worse"]
    assert not any(cell.best for cell in lines["people"])


def test_a_figure_that_is_not_known_is_no_zero():
    lines = {line.measure.key: line.cells for line in compared(outcomes=[_outcome(bound=None, gap=None)])}
    assert lines["bound"][0].value is None
