"""The optimiser of teams against the checker, and against every possible grouping of small problems."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haicap.campaign.rules.composition import AreaRule
from haicap.campaign.rules.teams import Grouping, Member, TeamProblem, check, solve
from haicap.kernel.periods import WorkingCalendar

SLOTS = tuple(WorkingCalendar().slots(date(2025, 8, 4), date(2025, 8, 5)))
CODES = ("A0", "A1", "A2")


@st.composite
def problems(draw: st.DrawFn, most: int = 6) -> TeamProblem:
    """Return a small problem: up to `most` people, three teams, three areas, four half-days."""
    members = tuple(
        Member(
            key=key,
            body=draw(st.sampled_from(["SNV", "STP"])),
            areas=draw(st.frozensets(st.sampled_from(CODES))),
            absent=draw(st.frozensets(st.sampled_from(SLOTS), max_size=2)),
            rank=draw(st.integers(0, 3)),
        )
        for key in range(1, draw(st.integers(0, most)) + 1)
    )
    codes = draw(st.lists(st.sampled_from(CODES), unique=True, min_size=1))
    return TeamProblem(
        members=members,
        areas=tuple(AreaRule(code=code, min_members=draw(st.integers(1, 2))) for code in codes),
        teams=draw(st.integers(1, 3)),
        slots=SLOTS,
        secretary_body="SNV",
        head_rank=draw(st.integers(0, 3)),
        least_half_days=draw(st.integers(0, len(SLOTS))),
    )


def _groupings(problem: TeamProblem) -> Iterator[list[list[Member]]]:
    for choice in product(range(problem.teams), repeat=len(problem.members)):
        teams: list[list[Member]] = [[] for _ in range(problem.teams)]
        for member, team in zip(problem.members, choice, strict=True):
            teams[team].append(member)
        yield teams


def _missing(problem: TeamProblem, teams: list[list[Member]]) -> int:
    gaps = sum(
        max(0, area.min_members - sum(area.code in member.areas for member in team))
        for team in teams
        for area in problem.areas
    )
    return gaps + sum(not any(member.rank >= problem.head_rank for member in team) for team in teams)


@given(problem=problems(most=9), seed=st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_the_checker_finds_nothing_wrong_with_any_answer_of_the_optimiser(
    problem: TeamProblem, seed: int
) -> None:
    grouping = solve(problem=problem, seed=seed, limit=0.5)
    assert check(problem=problem, grouping=grouping) == []
    placed = [key for keys in grouping.teams.values() for key in keys]
    assert sorted(placed) == [member.key for member in problem.members]


@given(problem=problems(most=5))
@settings(max_examples=60, deadline=None)
def test_the_people_said_to_be_missing_are_the_fewest_of_all_possible_groupings(problem: TeamProblem) -> None:
    grouping = solve(problem=problem, seed=1, limit=0.5)
    fewest = min(_missing(problem, teams) for teams in _groupings(problem))
    assert sum(grouping.shortfalls.values()) + grouping.missing_heads == fewest
    assert grouping.is_shortfall_proven
    assert grouping.is_formed == (fewest == 0)


@given(problem=problems())
@settings(max_examples=20, deadline=None)
def test_the_same_problem_and_seed_give_the_same_teams(problem: TeamProblem) -> None:
    assert solve(problem=problem, seed=7, limit=0.5) == solve(problem=problem, seed=7, limit=0.5)


def _problem(**changes: object) -> TeamProblem:
    """Return two teams, two areas, four people: one of each area for each team, two of them seniors."""
    members = (
        Member(key=1, body="SNV", areas=frozenset({"A0"}), rank=3),
        Member(key=2, body="SNV", areas=frozenset({"A0"}), rank=2),
        Member(key=3, body="STP", areas=frozenset({"A1"})),
        Member(key=4, body="STP", areas=frozenset({"A1"})),
    )
    problem = TeamProblem(
        members=members,
        areas=(AreaRule(code="A0", min_members=1), AreaRule(code="A1", min_members=1)),
        teams=2,
        slots=SLOTS,
        secretary_body="SNV",
        head_rank=2,
    )
    return replace(problem, **changes)  # type: ignore[arg-type]


def test_both_teams_are_covered_and_led_by_a_senior() -> None:
    grouping = solve(problem=_problem(), seed=1)
    assert grouping.is_formed
    assert grouping.is_proven
    assert {keys[0] for keys in grouping.teams.values()} == {1, 2}
    assert all(grouping.roles[keys[0]] == "head" for keys in grouping.teams.values())


def test_people_away_at_the_same_time_are_put_together_rather_than_spoiling_both_teams() -> None:
    away = frozenset(SLOTS[:2])
    members = tuple(
        replace(member, absent=away) if member.key in (1, 3) else member for member in _problem().members
    )
    problem = _problem(members=members, least_half_days=4)
    grouping = solve(problem=problem, seed=1)
    assert any({1, 3} <= set(keys) for keys in grouping.teams.values())
    assert sorted(grouping.complete.values()) == [2, 4]


def test_a_shortfall_says_how_many_people_of_which_area_and_how_many_heads() -> None:
    members = (Member(key=1, body="SNV", areas=frozenset({"A0"})),)
    grouping = solve(problem=_problem(members=members), seed=1)
    assert grouping.shortfalls == {"A0": 1, "A1": 2}
    assert grouping.missing_heads == 2
    assert not grouping.is_formed
    assert check(problem=_problem(members=members), grouping=grouping) == []


def test_without_anybody_everything_is_missing() -> None:
    grouping = solve(problem=_problem(members=()), seed=1)
    assert grouping.shortfalls == {"A0": 2, "A1": 2}


RIGHT = Grouping(teams={1: (1, 3), 2: (2, 4)}, roles={1: "head", 2: "head", 3: "member", 4: "member"})


@pytest.mark.parametrize(
    ("grouping", "rule"),
    [
        (replace(RIGHT, teams={1: (1, 3)}), "team.missing"),
        (replace(RIGHT, teams={1: (1, 3), 2: ()}), "team.empty"),
        (replace(RIGHT, teams={1: (1, 3), 2: (2, 4, 9)}), "member.unknown"),
        (replace(RIGHT, teams={1: (1, 3), 2: (2, 4, 3)}), "member.twice"),
        (replace(RIGHT, teams={1: (1, 3, 4), 2: (2,)}), "area.uncovered"),
        (replace(RIGHT, roles={1: "head", 2: "member", 3: "member", 4: "member"}), "head.count"),
        (replace(RIGHT, roles={1: "head", 2: "head", 3: "head", 4: "member"}), "head.count"),
        (replace(RIGHT, roles={1: "head", 2: "member", 3: "member", 4: "head"}), "head.junior"),
    ],
)
def test_teams_formed_by_hand_are_told_each_broken_rule(grouping: Grouping, rule: str) -> None:
    assert check(problem=_problem(), grouping=RIGHT, by_hand=True) == []
    assert rule in [broken.rule for broken in check(problem=_problem(), grouping=grouping, by_hand=True)]


def test_a_team_that_is_too_seldom_complete_is_named_with_its_half_days() -> None:
    members = tuple(
        replace(member, absent=frozenset(SLOTS[:3])) if member.key == 4 else member
        for member in _problem().members
    )
    problem = _problem(members=members, least_half_days=2)
    [broken] = check(problem=problem, grouping=RIGHT, by_hand=True)
    assert (broken.rule, broken.team, broken.count, broken.wanted) == ("team.incomplete", 2, 1, 2)


def test_an_answer_that_hides_a_shortfall_is_found_out() -> None:
    hiding = replace(RIGHT, teams={1: (1, 3, 4), 2: (2,)})
    rules = [(broken.rule, broken.area) for broken in check(problem=_problem(), grouping=hiding)]
    assert ("shortfall.wrong", "A1") in rules


def test_the_search_ends_when_asked_to_and_still_gives_teams() -> None:
    grouping = solve(problem=_problem(), seed=1, stopped=lambda: True)
    assert sorted(key for keys in grouping.teams.values() for key in keys) == [1, 2, 3, 4]
