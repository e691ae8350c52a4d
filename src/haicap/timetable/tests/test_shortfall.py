"""A window that is too small: the numbers, and ways out that were tried."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.changes import compare, judge
from haicap.timetable.rules.problem import Problem
from haicap.timetable.rules.shortfall import most_served, shortfall
from haicap.timetable.rules.solver import solve
from haicap.timetable.tests.samples import MONDAY, problem, problems, slot, slots, unit, visit

FURTHER = tuple(Slot(MONDAY + timedelta(n), half) for n in range(1, 6) for half in HalfDay)


def test_a_short_window_is_told_in_numbers_with_ways_out_that_work():
    crowded = problem(units=7)
    plan = solve(problem=crowded, seed=1, max_iterations=10)
    told = shortfall(problem=crowded, plan=plan, further=FURTHER, seed=1)
    assert (told.load.units, told.load.needed, told.load.capacity, told.load.most_served) == (7, 7, 2, 2)
    assert len(told.unserved) == 5
    ways = {way.kind: way for way in told.ways}
    assert ways["teams"].amount == 3
    assert ways["days"].amount == 3
    assert ways["online"].amount is None
    assert all(way.served == 7 for way in told.ways if way.amount)


def test_online_sessions_are_a_way_out_when_two_share_a_half_day():
    crowded = problem(units=3)
    plan = solve(problem=crowded, seed=1, max_iterations=10)
    ways = {w.kind: w for w in shortfall(problem=crowded, plan=plan, further=(), seed=1).ways}
    assert ways["online"].amount == 2
    assert len(ways["online"].units) == 2
    assert ways["days"].amount is None


def test_a_unit_blocked_everywhere_is_not_promised_a_way_out():
    blocked = problem(units=(unit("1", blocked=frozenset(slots(1))),))
    plan = solve(problem=blocked, seed=1, max_iterations=3)
    told = shortfall(problem=blocked, plan=plan, further=FURTHER, seed=1)
    assert told.ways == ()
    assert [(item.unit, item.reason) for item in told.unserved] == [("1", "blocked_everywhere")]


@given(given_problem=problems(most_units=8, most_teams=2, most_days=2))
@settings(max_examples=30, deadline=None)
def test_no_plan_serves_more_than_the_proven_bound(given_problem: Problem):
    plan = solve(problem=given_problem, seed=1, max_iterations=5)
    assert plan.objective.served <= most_served(given_problem)


def test_changes_name_what_moved_what_came_and_what_went():
    before = [visit("1", slot(0)), visit("2", slot(1))]
    after = [visit("1", slot(0, HalfDay.AFTERNOON)), visit("3", slot(1))]
    assert [(c.unit, c.kind) for c in compare(before=before, after=after)] == [
        ("1", "moved"), ("2", "cancelled"), ("3", "added"),
    ]  # fmt: skip


def test_a_move_onto_a_taken_half_day_is_named_and_a_swap_is_not():
    plain = problem()
    visits = [visit("1", slot(0)), visit("2", slot(0, HalfDay.AFTERNOON))]
    move = visit("1", slot(0, HalfDay.AFTERNOON))
    refused = judge(problem=plain, visits=visits, move=move)
    assert [item.rule for item in refused.broken] == ["team.two_places"]
    swapped = judge(problem=plain, visits=visits, move=move, swap=True)
    assert swapped.allowed
    assert {v.unit: v.slot.half for v in swapped.visits} == {"1": HalfDay.AFTERNOON, "2": HalfDay.MORNING}


def test_a_move_tells_what_it_costs():
    wishing = problem(days=2, units=(unit("1", preferred=(slot(0),)),))
    judged = judge(problem=wishing, visits=[visit("1", slot(0))], move=visit("1", slot(1)))
    assert judged.allowed
    assert judged.after.terms["preference"] - judged.before.terms["preference"] == 60_000


def test_the_bound_counts_teams_that_are_away():
    base = problem(units=4, teams=2)
    away = replace(base.teams[1], available=frozenset())
    assert most_served(replace(base, teams=(base.teams[0], away))) == 2
