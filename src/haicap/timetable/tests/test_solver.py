"""The solver against its checker and at the real size; tests/test_brute_force.py holds it against all plans."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from haicap.kernel.periods import HalfDay
from haicap.timetable.rules.checker import check_plan
from haicap.timetable.rules.problem import BridgePoint, Mode, Point, Problem
from haicap.timetable.rules.solver import solve
from haicap.timetable.tests.samples import problem, problems, slot, unit, visit


@given(given_problem=problems(most_units=14, most_teams=3, most_days=3), seed=st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_every_plan_of_a_random_problem_satisfies_the_checker(given_problem: Problem, seed: int):
    plan = solve(problem=given_problem, seed=seed, max_iterations=8)
    verdict = check_plan(problem=given_problem, plan=plan)
    assert verdict.violations == ()
    assert plan.objective.terms == {**verdict.objective.terms, "travel": plan.objective.terms["travel"]}
    assert plan.objective.served + len(plan.unserved) == len(given_problem.units)


def test_the_same_seed_gives_the_same_plan():
    crowded = problem(units=15, teams=2, days=4)
    plans = [solve(problem=crowded, seed=7, max_iterations=25) for _ in range(2)]
    assert plans[0] == plans[1]


def test_a_stop_in_the_first_second_still_gives_a_feasible_plan():
    crowded = problem(units=15, teams=2, days=4)
    plan = solve(problem=crowded, seed=1, stopped=lambda: True)
    assert plan.iterations == 0
    assert check_plan(problem=crowded, plan=plan).feasible


def test_first_choices_are_given_where_they_do_not_clash():
    wishes = [slot(1), slot(0, HalfDay.AFTERNOON), slot(0)]
    units = tuple(unit(str(n), preferred=(wish,)) for n, wish in enumerate(wishes))
    plan = solve(problem=problem(days=2, units=units), seed=1, max_iterations=20)
    assert plan.objective.first_choice == 3


def test_a_pinned_visit_stays_where_it_is():
    pin = visit("1", slot(1, HalfDay.AFTERNOON), 2)
    units = tuple(unit(str(n), preferred=(slot(0),)) for n in range(1, 7))
    pinned = problem(teams=2, days=2, units=units, pins=(pin,))
    plan = solve(problem=pinned, seed=1, max_iterations=30)
    assert pin in plan.visits
    assert not plan.unserved


def test_the_calendar_in_force_is_kept_where_nothing_speaks_against_it():
    before = solve(problem=problem(units=8, teams=2, days=2), seed=1, max_iterations=30)
    after = solve(
        problem=problem(units=8, teams=2, days=2, previous=before.visits), seed=99, max_iterations=60
    )
    assert after.objective.changed == 0


def test_an_island_takes_a_whole_day_in_person_and_a_half_day_online():
    far = Point(8.69, 106.60)
    whole = problem(units=(unit("1", place=far, island=True),))
    plan = solve(problem=whole, seed=1, max_iterations=5)
    assert [(v.whole_day, v.slot) for v in plan.visits] == [(True, slot(0))]
    either = unit("1", place=far, island=True, modes=(Mode.IN_PERSON, Mode.ONLINE))
    crowded = problem(units=(either, unit("2")))
    plan = solve(problem=crowded, seed=1, max_iterations=20)
    assert not plan.unserved
    assert {v.unit: v.mode for v in plan.visits}["1"] is Mode.ONLINE


def test_units_left_out_say_why():
    units = (
        unit("1", blocked=frozenset({slot(0), slot(0, HalfDay.AFTERNOON)})),
        unit("2", place=None),
        unit("3", island=True),
        unit("4"),
        unit("5"),
    )
    plan = solve(problem=problem(units=units), seed=1, max_iterations=20)
    reasons = {item.unit: item.reason for item in plan.unserved}
    assert reasons == {"1": "blocked_everywhere", "2": "no_coordinates", "3": "no_room"}


def test_teams_do_not_cross_the_province_over_lunch():
    north, south = Point(11.4, 106.6), Point(10.35, 107.08)
    units = (unit("1", place=north), unit("2", place=south))
    plan = solve(problem=problem(days=1, units=units), seed=1, max_iterations=20)
    assert len(plan.unserved) == 1
    plan = solve(problem=problem(days=2, units=units), seed=1, max_iterations=20)
    assert not plan.unserved


def test_the_city_is_served_whole_with_nine_teams_in_ten_days():
    places = [Point(10.4 + (n * 37 % 168) / 168, 106.4 + (n * 61 % 168) / 168 * 0.8) for n in range(167)]
    window = problem(units=0, days=12).slots
    window = tuple(at for at in window if at.day.weekday() < 5)
    units = [
        unit(str(n), place=place, preferred=(window[n * 7 % 20], window[n * 11 % 20]))
        for n, place in enumerate(places)
    ]
    units.append(unit("island", place=Point(8.69, 106.60), island=True))
    city = problem(teams=9, days=12, units=tuple(units), slots=window)
    plan = solve(problem=city, seed=1, max_iterations=40)
    assert len(window) == 20
    assert check_plan(problem=city, plan=plan).complete
    assert plan.gap is not None
    assert plan.gap < 0.05


def test_a_plan_from_a_start_is_never_worse_than_the_start():
    crowded = problem(units=15, teams=2, days=4)
    begun = solve(problem=crowded, seed=1, max_iterations=60)
    again = solve(problem=crowded, seed=5, max_iterations=0, start=begun.visits)
    assert again.visits == begun.visits


def test_what_is_no_longer_allowed_of_a_start_is_dropped_and_placed_anew():
    crowded = problem(units=4, teams=2, days=2)
    begun = solve(problem=crowded, seed=1, max_iterations=30)
    lost = begun.visits[0]
    units = tuple(
        replace(each, blocked=frozenset({lost.slot})) if each.code == lost.unit else each
        for each in crowded.units
    )
    again = solve(problem=replace(crowded, units=units), seed=1, max_iterations=30, start=begun.visits)
    assert not again.unserved
    assert lost not in again.visits


def test_two_short_visits_share_a_half_day_only_where_the_plan_says_so():
    short = problem(units=tuple(unit(str(n), minutes=80) for n in range(4)))
    assert len(solve(problem=short, seed=1, max_iterations=30).visits) == 2
    shared = replace(short, limits=replace(short.limits, two_visits_minutes=20))
    plan = solve(problem=shared, seed=1, max_iterations=30)
    assert len(plan.visits) == 4
    assert check_plan(problem=shared, plan=plan).complete


def test_sessions_share_the_rooms_and_technicians_of_a_bridge_point():
    window = problem(units=1, days=1).slots
    bridge = BridgePoint(code="B", available=frozenset(window[:1]), rooms=2, technicians=1)
    units = tuple(unit(str(n), modes=(Mode.ONLINE,)) for n in range(4))
    online = problem(units=units, teams=2, bridges=(bridge,))
    plan = solve(problem=online, seed=1, max_iterations=30)
    assert {(v.slot, v.bridge) for v in plan.visits} == {(window[0], "B")}
    assert len({v.team for v in plan.visits}) == 1
    assert [item.reason for item in plan.unserved] == ["no_room", "no_room"]


def test_a_team_rests_after_its_days_on_the_road():
    rested = problem(units=12, days=5)
    rested = replace(rested, teams=tuple(replace(t, most_days_in_row=2) for t in rested.teams))
    plan = solve(problem=rested, seed=1, max_iterations=60)
    assert check_plan(problem=rested, plan=plan).feasible
    assert len(plan.visits) == 8
    assert plan.gap == 0


def test_the_composition_must_be_complete_at_every_visit():
    base = problem(units=2, days=1)
    covering = replace(base, composition=(("forestry", 1),))
    nobody = solve(problem=covering, seed=1, max_iterations=10)
    assert {item.reason for item in nobody.unserved} == {"composition"}
    teams = tuple(
        replace(team, members=tuple(replace(m, areas=frozenset({"forestry"})) for m in team.members))
        for team in base.teams
    )
    assert not solve(problem=replace(covering, teams=teams), seed=1, max_iterations=10).unserved
