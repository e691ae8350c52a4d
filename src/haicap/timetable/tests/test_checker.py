"""Each rule broken once, and the checker names it and nothing else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from haicap.kernel.periods import HalfDay
from haicap.timetable.rules.checker import PLAN_RULES, RULES, Violation, check, check_plan, score
from haicap.timetable.rules.problem import Limits, Mode, PlacedVisit, Plan, Point, Problem, Unserved, Weights
from haicap.timetable.tests.samples import (
    MONDAY,
    bridge,
    matrix,
    member,
    problem,
    slot,
    slots,
    team,
    unit,
    visit,
)
from haicap.timetable.texts import RULE_TEXTS, violation_text

MORNING, AFTERNOON = slot(0), slot(0, HalfDay.AFTERNOON)
TUESDAY = slot(1)
FAR = Point(11.4, 106.6)
BOTH = (Mode.IN_PERSON, Mode.ONLINE)
ONLINE = Mode.ONLINE
TWO = Limits(two_visits_minutes=30)
SHORT = (unit("1", minutes=60), unit("2", minutes=60))
TALK = (unit("1", modes=BOTH), unit("2", modes=BOTH))
TALKS = [visit("1", MORNING, mode=ONLINE, bridge="b"), visit("2", MORNING, 2, ONLINE, bridge="b")]
LANDLESS = team(members=(member("h", "head"), member("m", areas=frozenset())))
SHARED = (
    team(1, members=(member("h", "head"),)),
    team(2, members=(member("h", "head"),)),
)
CASES: dict[str, tuple[dict[str, Any], list[PlacedVisit]]] = {
    "visit.unknown_unit": ({}, [visit("9", MORNING)]),
    "visit.unknown_team": ({}, [visit("1", MORNING, 7)]),
    "visit.outside_window": ({"teams": (team(days=9),)}, [visit("1", slot(3))]),
    "visit.order_wrong": (
        {"units": SHORT, "limits": TWO}, [visit("1", MORNING), visit("2", MORNING)]
    ),
    "visit.too_long": ({"units": (unit("1", minutes=211),)}, [visit("1", MORNING)]),
    "visit.composition": (
        {"teams": (LANDLESS,), "composition": (("land", 2),)}, [visit("1", MORNING)]
    ),
    "unit.twice": ({}, [visit("1", MORNING), visit("1", AFTERNOON)]),
    "unit.blocked": ({"units": (unit("1", blocked=frozenset({MORNING})),)}, [visit("1", MORNING)]),
    "unit.mode_not_allowed": ({}, [visit("1", MORNING, mode=ONLINE)]),
    "unit.no_coordinates": ({"units": (unit("1", place=None),)}, [visit("1", MORNING)]),
    "unit.needs_whole_day": ({"units": (unit("1", island=True),)}, [visit("1", MORNING)]),
    "unit.needs_half_day": ({}, [visit("1", MORNING, whole_day=True)]),
    "team.unavailable": ({"teams": (team(available=frozenset({AFTERNOON})),)}, [visit("1", MORNING)]),
    "team.two_places": ({}, [visit("1", MORNING), visit("2", MORNING, order=2)]),
    "team.half_day_too_short": (
        {"units": (unit("1", minutes=110), unit("2", minutes=101)), "limits": TWO},
        [visit("1", MORNING), visit("2", MORNING, order=2)],
    ),
    "team.too_many_online": (
        {"units": tuple(unit(str(n), modes=BOTH) for n in range(3))},
        [visit(str(n), MORNING, mode=ONLINE, order=n + 1) for n in range(3)],
    ),
    "team.too_many_visits": (
        {"teams": (team(most_per_day=1),)}, [visit("1", MORNING), visit("2", AFTERNOON)]
    ),
    "team.days_in_row": (
        {"teams": (team(days=2, most_days_in_row=1),), "days": 2},
        [visit("1", MORNING), visit("2", TUESDAY)],
    ),
    "team.too_far": (
        {"units": (unit("1", place=FAR), unit("2", place=Point(10.35, 107.08)))},
        [visit("1", MORNING), visit("2", AFTERNOON)],
    ),
    "person.two_places": ({"teams": SHARED}, [visit("1", MORNING), visit("2", MORNING, 2)]),
    "bridge.missing": (
        {"units": TALK, "bridges": (bridge(),)}, [visit("1", MORNING, mode=ONLINE)]
    ),
    "bridge.unknown": (
        {"units": TALK, "bridges": (bridge(),)}, [visit("1", MORNING, mode=ONLINE, bridge="c")]
    ),
    "bridge.unavailable": (
        {"units": TALK, "bridges": (bridge(available=frozenset({AFTERNOON})),)},
        [visit("1", MORNING, mode=ONLINE, bridge="b")],
    ),
    "bridge.full": ({"units": TALK, "teams": 2, "bridges": (bridge(rooms=2),)}, TALKS),
    "pin.moved": ({"pins": (visit("1", AFTERNOON),)}, [visit("1", MORNING)]),
}  # fmt: skip


def broken(given: Problem, visits: list[PlacedVisit]) -> set[str]:
    """Return the names of the rules that `visits` break."""
    return {item.rule for item in check(problem=given, visits=visits).violations}


@pytest.mark.parametrize("rule", CASES)
def test_a_broken_rule_is_named_and_no_other(rule: str):
    changes, visits = CASES[rule]
    assert broken(problem(**changes), visits) == {rule}


def test_every_rule_has_a_case_and_a_sentence():
    assert set(CASES) == set(RULES)
    assert set(RULES) | set(PLAN_RULES) == set(RULE_TEXTS)


@pytest.mark.parametrize("rule", CASES)
def test_a_broken_rule_is_said_with_where_it_is_broken(rule: str):
    changes, visits = CASES[rule]
    for item in check(problem=problem(**changes), visits=visits).violations:
        said = violation_text(item, {"1": "Phường Một", "land": "Đất đai", "h": "Bà H", "b": "Điểm B"})
        assert str(RULE_TEXTS[rule]) in said
        if item.unit == "1":
            assert "Phường Một" in said


def test_the_area_the_bridge_and_the_person_are_named():
    found = {
        rule: check(problem=problem(**CASES[rule][0]), visits=CASES[rule][1]).violations[0]
        for rule in ("visit.composition", "bridge.full", "person.two_places")
    }
    assert found["visit.composition"].area == "land"
    assert found["bridge.full"].bridge == "b"
    assert found["person.two_places"] == Violation(
        rule="person.two_places", person="h", team=1, other_team=2, slot=MORNING
    )


def test_a_team_without_members_makes_no_visit():
    assert broken(problem(teams=(team(members=()),)), [visit("1", MORNING)]) == {"team.unavailable"}


def test_a_quorum_counts_who_is_there_among_all_members():
    away = member("m", absent=frozenset({MORNING}))
    half = problem(teams=(team(members=(member("h", "head"), away)),))
    assert broken(half, [visit("1", MORNING)]) == set()
    most = replace(half, limits=Limits(quorum_percent=51))
    assert broken(most, [visit("1", MORNING)]) == {"team.unavailable"}
    assert broken(most, [visit("1", AFTERNOON)]) == set()


def test_somebody_who_leads_must_be_there():
    headless = problem(teams=(team(members=(member("s", "secretary"), member("m"))),))
    assert broken(headless, [visit("1", MORNING)]) == {"team.unavailable"}
    deputy = problem(teams=(team(members=(member("d", "deputy"), member("m"))),))
    assert broken(deputy, [visit("1", MORNING)]) == set()


def test_only_the_areas_of_the_unit_need_somebody():
    asked = problem(
        units=(unit("1", areas=frozenset({"money"})), unit("2")),
        teams=(LANDLESS,),
        composition=(("land", 2),),
    )
    assert broken(asked, [visit("1", MORNING)]) == set()
    assert broken(asked, [visit("2", MORNING)]) == {"visit.composition"}


def test_a_whole_day_needs_people_all_day():
    noon = member("m", areas=frozenset({"land"}), absent=frozenset({AFTERNOON}))
    island = problem(
        units=(unit("1", island=True),),
        teams=(team(members=(member("h", "head", areas=frozenset()), noon)),),
        composition=(("land", 1),),
    )
    found = check(problem=island, visits=[visit("1", MORNING, whole_day=True)]).violations
    assert [(item.rule, item.slot) for item in found] == [("visit.composition", AFTERNOON)]


def test_a_long_visit_on_an_island_has_the_whole_day():
    island = problem(units=(unit("1", island=True, minutes=420),))
    assert broken(island, [visit("1", MORNING, whole_day=True)]) == set()


def test_two_short_visits_share_a_half_day_where_the_plan_says_so():
    visits = [visit("1", MORNING), visit("2", MORNING, order=2)]
    assert broken(problem(units=SHORT, limits=TWO), visits) == set()
    assert broken(problem(units=SHORT), visits) == {"team.two_places"}


def test_the_way_between_two_visits_counts_in_the_order_travelled():
    near = problem(units=SHORT, limits=TWO, matrix=matrix(a1_2=31, a2_1=30))
    there = [visit("1", MORNING), visit("2", MORNING, order=2)]
    back = [visit("2", MORNING), visit("1", MORNING, order=2)]
    assert broken(near, there) == {"team.half_day_too_short"}
    assert broken(near, back) == set()


def test_the_noon_way_goes_from_the_last_of_the_morning_to_the_first_of_the_afternoon():
    units = tuple(unit(str(n), minutes=60) for n in range(1, 4))
    given = problem(units=units, limits=TWO, matrix=matrix(3, a1_3=95, a3_2=95, a3_1=95))
    visits = [visit("1", MORNING), visit("2", MORNING, order=2), visit("3", AFTERNOON)]
    assert broken(given, visits) == set()
    turned = [visit("2", MORNING), visit("1", MORNING, order=2), visit("3", AFTERNOON)]
    assert broken(given, turned) == {"team.too_far"}


def test_a_matrix_takes_the_place_of_coordinates():
    given = problem(units=(unit("1", place=None), unit("2", place=FAR)), matrix=matrix())
    assert check(problem=given, visits=[visit("1", MORNING), visit("2", AFTERNOON)]).complete


def test_a_place_that_the_matrix_lacks_is_not_known():
    given = problem(units=(unit("1"), unit("9")), matrix=matrix(1))
    assert broken(given, [visit("9", MORNING)]) == {"unit.no_coordinates"}


def test_three_visits_in_person_never_share_a_half_day():
    units = tuple(unit(str(n), minutes=10) for n in range(3))
    visits = [visit(str(n), MORNING, order=n + 1) for n in range(3)]
    assert broken(problem(units=units, limits=TWO), visits) == {"team.two_places"}


def test_online_and_in_person_never_share_a_half_day():
    mixed = [visit("1", MORNING), visit("2", MORNING, mode=ONLINE, order=2)]
    assert broken(problem(units=TALK, limits=TWO), mixed) == {"team.two_places"}


def test_two_online_sessions_share_a_half_day():
    visits = [visit("1", MORNING, mode=ONLINE), visit("2", MORNING, mode=ONLINE, order=2)]
    assert check(problem=problem(units=TALK), visits=visits).complete


def test_two_units_share_a_session_at_one_bridge_point():
    visits = [
        visit("1", MORNING, mode=ONLINE, bridge="b"),
        visit("2", MORNING, mode=ONLINE, order=2, bridge="b"),
    ]
    assert check(problem=problem(units=TALK, bridges=(bridge(),)), visits=visits).complete


def test_without_bridge_points_none_is_named():
    assert broken(problem(units=TALK), TALKS[:1]) == {"bridge.unknown"}


def test_a_day_online_rests_the_days_in_a_row():
    units = tuple(unit(str(n), modes=BOTH) for n in range(3))
    given = problem(units=units, teams=(team(days=3, most_days_in_row=1),), days=3)
    visits = [visit("0", MORNING), visit("1", TUESDAY, mode=ONLINE), visit("2", slot(2))]
    assert broken(given, visits) == set()


def test_a_weekend_breaks_the_days_in_a_row():
    friday, monday = slot(4), slot(7)
    window = (friday, monday)
    given = problem(
        teams=(team(available=frozenset(window), most_days_in_row=1),), slots=window
    )  # fmt: skip
    assert broken(given, [visit("1", friday), visit("2", monday)]) == set()


def test_each_run_of_days_is_told_once():
    units = tuple(unit(str(n)) for n in range(4))
    given = problem(units=units, teams=(team(days=4, most_days_in_row=2),), days=4)
    found = check(problem=given, visits=[visit(str(n), slot(n)) for n in range(4)]).violations
    assert [(item.rule, item.slot) for item in found] == [("team.days_in_row", slot(2))]


def test_somebody_not_needed_may_stay_with_the_other_team():
    spare = (
        team(1, members=(member("h", "head"), member("d", "deputy"))),
        team(2, members=(member("h", "head"),)),
    )
    assert broken(problem(teams=spare), [visit("1", MORNING), visit("2", MORNING, 2)]) == set()


def test_units_without_a_visit_are_listed():
    assert check(problem=problem(), visits=[visit("1", MORNING)]).unserved == ("2",)


def terms(given: Problem, *visits: PlacedVisit) -> dict[str, int]:
    """Return the terms of a plan."""
    return dict(score(problem=given, visits=visits).terms)


def test_a_change_costs_more_the_sooner_it_comes():
    given = problem(previous=(visit("1", TUESDAY),), days=9, today=MONDAY - timedelta(3))
    # the earlier of the two half-days is 4 days away, 3 short of a week's notice
    assert terms(given, visit("1", slot(8)))["change"] == (60 + 10 * 3) * 1000
    assert terms(given, visit("1", MORNING))["change"] == (60 + 10 * 4) * 1000
    assert terms(given, visit("1", TUESDAY))["change"] == 0
    assert terms(given)["change"] == 0
    assert terms(replace(given, today=None), visit("1", MORNING))["change"] == 60_000
    assert terms(replace(given, today=MONDAY - timedelta(30)), visit("1", MORNING))["change"] == 60_000


def test_the_group_that_fares_worst_sets_the_province_term():
    listed = (MORNING, AFTERNOON)
    given = problem(
        units=(
            unit("1", group="east", preferred=listed),
            unit("2", group="east", preferred=listed),
            unit("3", group="east", preferred=listed),
            unit("4", group="west"),
            unit("5", preferred=listed),
        ),
        days=2,
    )
    # 15 + 60 points over three units of the east with a list, one of them without a visit
    assert terms(given, visit("1", AFTERNOON), visit("2", TUESDAY))["province"] == 20 * 25_000
    assert terms(given, visit("5", TUESDAY), visit("4", MORNING))["province"] == 0


def test_load_is_measured_from_even_shares_of_the_work_by_presence():
    given = problem(4, (team(1, days=2), team(2, days=2, available=frozenset({MORNING}))), days=2)
    # shares: the second team is there once only; three are the most that fill up four half-days
    visits = [visit(str(n + 1), at) for n, at in enumerate(slots(2))]
    assert terms(given, *visits)["load"] == 10_000 * (1 * 0 + -1 * -2)
    shared = [*visits[:3], visit("4", MORNING, 2)]
    assert terms(given, *shared)["load"] == 0


def test_an_island_counts_two_half_days_and_online_units_share_one_in_the_shares():
    units = (unit("1", island=True), unit("2", modes=(ONLINE,)), unit("3", modes=(ONLINE,)))
    given = problem(units, 3)
    # 2 + 1 half-days among three teams: one each
    assert terms(given, visit("1", MORNING, whole_day=True))["load"] == 10_000 * (0 + 2 + 2)


def test_each_day_of_a_team_costs_once():
    found = score(problem=problem(days=2), visits=[visit("1", MORNING), visit("2", AFTERNOON)])
    assert (found.team_days, found.terms["team_day"]) == (1, 5_000)


def test_travel_follows_the_matrix_in_the_direction_travelled():
    given = problem(matrix=matrix(abase_1=10, a1_2=20, a2_base=40))
    found = score(problem=given, visits=[visit("1", MORNING), visit("2", AFTERNOON)])
    assert (found.metres, found.terms["travel"]) == (70 * 600, 70 * 600)


def test_a_day_online_stays_at_the_base():
    assert score(problem=problem(units=TALK), visits=[visit("1", MORNING, mode=ONLINE)]).metres == 0


def honest(given: Problem, *visits: PlacedVisit) -> Plan:
    """Return a plan that tells the truth about its visits."""
    verdict = check(problem=given, visits=visits)
    return Plan(
        visits=visits,
        unserved=tuple(Unserved(unit=code, reason="no_room") for code in verdict.unserved),
        objective=verdict.objective,
        seed=1,
        iterations=1,
        bound=0,
    )


def test_an_honest_plan_passes():
    plan = honest(problem(), visit("1", MORNING))
    assert check_plan(problem=problem(), plan=plan).feasible
    assert check_plan(problem=problem(), plan=replace(plan, bound=plan.objective.total)).feasible
    assert check_plan(problem=problem(), plan=replace(plan, bound=None)).feasible


LIES: dict[str, Any] = {
    "plan.unserved_differs": lambda plan: replace(plan, unserved=()),
    "plan.objective_differs": lambda plan: replace(plan, objective=replace(plan.objective, team_days=3)),
    "plan.bound_above_cost": lambda plan: replace(plan, bound=plan.objective.total + 3),
}


@pytest.mark.parametrize("rule", LIES)
def test_a_plan_that_lies_is_caught(rule: str):
    plan = LIES[rule](honest(problem(), visit("1", MORNING)))
    assert {item.rule for item in check_plan(problem=problem(), plan=plan).violations} == {rule}


@pytest.mark.parametrize("term", score(problem=problem(), visits=[]).terms)
def test_a_plan_that_lies_about_a_term_is_caught(term: str):
    plan = honest(problem(), visit("1", MORNING))
    lying = {**plan.objective.terms, term: plan.objective.terms[term] + 10_000}
    plan = replace(plan, objective=replace(plan.objective, terms=lying))
    assert {item.rule for item in check_plan(problem=problem(), plan=plan).violations} == {
        "plan.objective_differs"
    }


def test_weights_of_nothing_cost_nothing():
    free = Weights(**dict.fromkeys(Weights.__dataclass_fields__, 0))
    assert score(problem=problem(weights=free), visits=[visit("1", MORNING)]).total == 0
