"""Contradictions: real, minimal, and about the units that were left out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from haicap.kernel.periods import HalfDay
from haicap.timetable.rules.contradiction import _fits, contradictions
from haicap.timetable.rules.counting import Counting
from haicap.timetable.rules.problem import BridgePoint, Mode, Problem
from haicap.timetable.rules.solver import solve
from haicap.timetable.tests.samples import problem, problems, slot, slots, unit
from haicap.timetable.texts_contradiction import lines_of


def _only(*open_slots: object, days: int = 2) -> frozenset[object]:
    return frozenset(each for each in slots(days) if each not in open_slots)


def test_two_units_that_want_the_one_half_day_of_the_one_team_contradict_each_other() -> None:
    units = tuple(unit(code, blocked=_only(slot(0))) for code in "12")
    crowded = problem((*units, unit("3")), days=2)
    (found,) = contradictions(problem=crowded, unserved=["2"])
    assert sorted((rule.kind, rule.unit) for rule in found.rules) == [
        ("teams", ""),
        ("unit", "1"),
        ("unit", "2"),
    ]
    lines = lines_of(found, {"1": "Ward One"})
    assert any("Ward One" in line for line in lines)
    assert len(lines) == 3


def test_a_unit_without_any_half_day_contradicts_itself() -> None:
    (found,) = contradictions(problem=problem((unit("1", blocked=frozenset(slots(1))),)), unserved=["1"])
    assert [(rule.kind, rule.unit, rule.slots) for rule in found.rules] == [("unit", "1", ())]


def test_rooms_of_bridge_points_stand_in_contradictions() -> None:
    bridge = BridgePoint(code="B", available=frozenset({slot(0)}))
    units = tuple(unit(str(n), modes=(Mode.ONLINE,), blocked=_only(slot(0), days=1)) for n in range(3))
    (found,) = contradictions(problem=problem(units, 2, bridges=(bridge,)), unserved=["2"])
    assert {rule.kind for rule in found.rules} == {"unit", "rooms"}


def test_several_contradictions_speak_of_different_units() -> None:
    units = [unit(f"a{n}", blocked=_only(slot(0))) for n in range(2)]
    units += [unit(f"b{n}", blocked=_only(slot(1, HalfDay.AFTERNOON))) for n in range(2)]
    found = contradictions(problem=problem(tuple(units), days=2), unserved=["a1", "b1"])
    assert [sorted(each.units) for each in found] == [["a0", "a1"], ["b0", "b1"]]


def test_more_units_than_half_days_are_told_as_two_sums() -> None:
    crowded = problem(70, 3, days=10)
    (found,) = contradictions(problem=crowded, unserved=["1", "2"])
    assert [(rule.kind, rule.most) for rule in found.rules] == [("needed", 70), ("capacity", 60)]
    assert len(lines_of(found, {})) == 2


def test_a_search_that_was_stopped_tells_nothing_that_is_not_proven() -> None:
    units = tuple(unit(str(n), blocked=_only(slot(0))) for n in range(6))
    asked = iter([False, False, True, True, True, True, True, True, True, True, True, True])
    found = contradictions(problem=problem(units, days=2), unserved=["5"], stopped=lambda: next(asked, True))
    assert found == ()


@given(given_problem=problems(most_units=6, most_teams=2, most_days=2), left=st.data())
@settings(max_examples=60, deadline=None)
def test_every_contradiction_is_one_and_no_rule_of_it_can_be_spared(
    given_problem: Problem, left: st.DataObject
) -> None:
    codes = [unit.code for unit in given_problem.units]
    unserved = left.draw(st.lists(st.sampled_from(codes), unique=True))
    counting = Counting(given_problem)
    for found in contradictions(problem=given_problem, unserved=unserved):
        if found.rules[0].kind == "needed":
            assert found.rules[0].most > found.rules[1].most
            continue
        assert not _fits(counting, found.rules)
        for spared in found.rules:
            assert _fits(counting, [rule for rule in found.rules if rule is not spared])


@given(given_problem=problems(most_units=6, most_teams=2, most_days=2))
@settings(max_examples=60, deadline=None)
def test_no_plan_serves_more_than_counting_says(given_problem: Problem) -> None:
    plan = solve(problem=given_problem, seed=1, max_iterations=30)
    assert plan.objective.served <= Counting(given_problem).most_served()
