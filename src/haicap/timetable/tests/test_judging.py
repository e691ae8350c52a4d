"""Judging every half-day for one unit gives what checking the whole plan gives, for each of them."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from haicap.kernel.periods import HalfDay
from haicap.timetable.rules.changes import judge, wanted
from haicap.timetable.rules.judging import judge_cells
from haicap.timetable.rules.problem import BridgePoint, Limits, Mode, PlacedVisit, Problem, Weights
from haicap.timetable.tests.samples import problem, problems, slot, slots, unit, visit


@st.composite
def placements(draw: st.DrawFn) -> tuple[Problem, tuple[PlacedVisit, ...], str]:
    """Draw a problem, some visits of it, good or bad, and a unit to move."""
    given_problem = draw(problems(most_units=7, most_teams=3, most_days=3))
    window = sorted(given_problem.slots)
    visits: list[PlacedVisit] = []
    for surveyed in given_problem.units:
        if draw(st.integers(0, 4)) == 0:
            continue
        place = wanted(
            unit=surveyed,
            team=draw(st.sampled_from([one.number for one in given_problem.teams])),
            slot=draw(st.sampled_from(window)),
            mode=draw(st.sampled_from(surveyed.modes)) if surveyed.modes else Mode.IN_PERSON,
            old=None,
        )
        bridge = ""
        if place.mode is Mode.ONLINE and given_problem.bridges:
            bridge = draw(st.sampled_from([point.code for point in given_problem.bridges]))
        visits.append(replace(place, order=len(visits) + 1, bridge=bridge))
    return given_problem, tuple(visits), draw(st.sampled_from([one.code for one in given_problem.units]))


@settings(deadline=None, max_examples=100)
@given(placements())
def test_each_cell_is_judged_as_the_whole_plan_would_be(
    drawn: tuple[Problem, tuple[PlacedVisit, ...], str],
) -> None:
    given_problem, visits, code = drawn
    surveyed = next(one for one in given_problem.units if one.code == code)
    old = next((one for one in visits if one.unit == code), None)
    cells = judge_cells(
        problem=given_problem,
        visits=visits,
        unit=code,
        teams=[one.number for one in given_problem.teams],
        slots=given_problem.slots,
    )
    assert len(cells) == len(given_problem.teams) * len(given_problem.slots)
    for cell in cells:
        if cell.here:
            continue
        move = wanted(unit=surveyed, team=cell.team, slot=cell.slot, mode=None, old=old)
        whole = judge(problem=given_problem, visits=visits, move=move, swap=cell.swap)
        terms = {name: value - whole.before.terms[name] for name, value in whole.after.terms.items()}
        assert set(cell.broken) == set(whole.broken)
        assert cell.terms == {name: value for name, value in terms.items() if value}


def test_a_free_half_day_is_joined_and_a_taken_one_changes_places() -> None:
    given_problem = problem(2, 1, days=1)
    visits = [visit("1", slot(0)), visit("2", slot(0, HalfDay.AFTERNOON))]
    cells = judge_cells(problem=given_problem, visits=visits, unit="1", teams=[1], slots=slots(1))
    assert [(cell.here, cell.swap, cell.allowed) for cell in cells] == [
        (True, False, True),
        (False, True, True),
    ]


def test_two_short_visits_share_a_half_day_where_the_plan_says_so() -> None:
    units = (unit("1", minutes=60), unit("2", minutes=60))
    limits = Limits(two_visits_minutes=30)
    given_problem = problem(units, 1, days=1, limits=limits)
    visits = [visit("1", slot(0)), visit("2", slot(0, HalfDay.AFTERNOON))]
    joined = judge_cells(problem=given_problem, visits=visits, unit="1", teams=[1], slots=slots(1))[1]
    assert (joined.swap, joined.allowed) == (False, True)


def test_a_whole_day_is_dropped_on_either_half_and_sends_both_visits_away() -> None:
    units = (unit("1", island=True), unit("2"), unit("3"))
    given_problem = problem(units, 2, days=1, limits=Limits(lunch_minutes=300))
    visits = [
        visit("1", slot(0), 1, whole_day=True),
        visit("2", slot(0), 2),
        visit("3", slot(0, HalfDay.AFTERNOON), 2),
    ]
    for cell in judge_cells(problem=given_problem, visits=visits, unit="1", teams=[2], slots=slots(1)):
        assert (cell.swap, cell.allowed) == (True, True)


def test_an_online_visit_takes_a_bridge_point_that_is_free_then() -> None:
    window = frozenset(slots(1))
    bridges = (BridgePoint(code="A", available=window), BridgePoint(code="B", available=window))
    units = (unit("1", modes=(Mode.ONLINE,)), unit("2", modes=(Mode.ONLINE,)))
    given_problem = problem(units, 2, days=1, bridges=bridges)
    visits = [
        visit("1", slot(0), 1, Mode.ONLINE, bridge="A"),
        visit("2", slot(0, HalfDay.AFTERNOON), 2, Mode.ONLINE, bridge="A"),
    ]
    cells = judge_cells(problem=given_problem, visits=visits, unit="1", teams=[1], slots=slots(1))
    assert cells[1].allowed
    move = wanted(unit=units[0], team=1, slot=slot(0, HalfDay.AFTERNOON), mode=None, old=visits[0])
    after = judge(problem=given_problem, visits=visits, move=move).visits
    assert {one.unit: one.bridge for one in after} == {"1": "B", "2": "A"}


def test_what_lies_near_costs_more_to_change() -> None:
    given_problem = problem(
        1, 1, days=2, today=slot(0).day - timedelta(1), weights=Weights(change=60, soon=10, team_day=0, km=0)
    )
    visits = [visit("1", slot(0))]
    given_problem = replace(given_problem, previous=tuple(visits))
    cells = judge_cells(problem=given_problem, visits=visits, unit="1", teams=[1], slots=slots(2))
    assert [cell.terms.get("change", 0) for cell in cells] == [0, 120_000, 120_000, 120_000]
