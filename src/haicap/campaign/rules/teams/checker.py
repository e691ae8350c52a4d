"""Proves a grouping right or names what is broken; shares nothing with the solver but the problem."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from haicap.campaign.rules.teams.problem import Grouping, Member, TeamProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A broken rule.

    "team.missing", "team.empty", "member.unknown", "member.twice" (`count` places), "area.uncovered" (`count`
    people missing), "head.count" (`count` heads), "head.junior", "team.incomplete" (complete on `count`
    half-days, `wanted` asked for), "shortfall.wrong" and "complete.wrong" (what the answer says is not so).
    """

    rule: str
    team: int | None = None
    member: int | None = None
    area: str = ""
    count: int = 0
    wanted: int = 0


def _places(problem: TeamProblem, grouping: Grouping) -> list[Broken]:
    known = {member.key for member in problem.members}
    places = Counter(key for keys in grouping.teams.values() for key in keys)
    broken = [
        Broken(rule="team.missing", team=t) for t in range(1, problem.teams + 1) if t not in grouping.teams
    ]
    broken += [Broken(rule="member.twice", member=key, count=n) for key, n in places.items() if n > 1]
    return broken + [Broken(rule="member.unknown", member=key) for key in places if key not in known]


def _gaps(problem: TeamProblem, members: Sequence[Member]) -> dict[str, int]:
    covering = Counter(area for member in members for area in member.areas)
    return {area.code: max(0, area.min_members - covering[area.code]) for area in problem.areas}


def _complete(problem: TeamProblem, members: Sequence[Member]) -> int:
    """Count the half-days on which the present members cover every area as far as all of them could."""
    whole = _gaps(problem, members)
    return sum(
        _gaps(problem, [member for member in members if slot not in member.absent]) == whole
        for slot in problem.slots
    )


def _lead(problem: TeamProblem, grouping: Grouping, team: int, members: Sequence[Member]) -> list[Broken]:
    heads = [member for member in members if grouping.roles.get(member.key) == "head"]
    broken = [] if len(heads) == 1 else [Broken(rule="head.count", team=team, count=len(heads))]
    juniors = [head for head in heads if head.rank < problem.head_rank]
    return broken + [Broken(rule="head.junior", team=team, member=head.key) for head in juniors]


def _team(problem: TeamProblem, grouping: Grouping, team: int, members: Sequence[Member]) -> list[Broken]:
    broken = [
        Broken(rule="area.uncovered", team=team, area=area, count=gap)
        for area, gap in _gaps(problem, members).items()
        if gap
    ]
    have = _complete(problem, members)
    wanted = min(problem.least_half_days, len(problem.slots))
    if members and have < wanted:
        broken.append(Broken(rule="team.incomplete", team=team, count=have, wanted=wanted))
    return broken + _lead(problem, grouping, team, members)


def _told(
    problem: TeamProblem, grouping: Grouping, found: Sequence[Broken], whole: dict[int, int]
) -> list[Broken]:
    """Compare the shortfall an answer admits with the one found."""
    gaps: Counter[str] = Counter()
    for broken in found:
        if broken.rule == "area.uncovered":
            gaps[broken.area] += broken.count
    wrong = [
        Broken(rule="shortfall.wrong", area=area.code, count=gaps[area.code])
        for area in problem.areas
        if gaps[area.code] != grouping.shortfalls.get(area.code, 0)
    ]
    wrong += [
        Broken(rule="complete.wrong", team=number, count=have)
        for number, have in whole.items()
        if grouping.complete.get(number, have) != have
    ]
    leaderless = {broken.team for broken in found if broken.rule in {"head.count", "head.junior"}}
    if len(leaderless) != grouping.missing_heads:
        wrong.append(Broken(rule="shortfall.wrong", count=len(leaderless)))
    return wrong


def complete_half_days(*, problem: TeamProblem, grouping: Grouping) -> dict[int, int]:
    """Return for each team the half-days on which every area is covered by members who are there."""
    by_key = {member.key: member for member in problem.members}
    found: dict[int, int] = {}
    for number, keys in grouping.teams.items():
        members = [by_key[key] for key in dict.fromkeys(keys) if key in by_key]
        whole = not any(_gaps(problem, members).values())
        found[number] = _complete(problem, members) if whole else 0
    return found


def check(*, problem: TeamProblem, grouping: Grouping, by_hand: bool = False) -> list[Broken]:
    """Return every broken rule.

    An answer of the solver may lack people or half-days if it says so, exactly; teams formed `by_hand` carry
    no such claim and every gap of theirs is named.
    """
    broken, by_key = _places(problem, grouping), {member.key: member for member in problem.members}
    found: list[Broken] = []
    whole: dict[int, int] = {}
    for number, keys in sorted(grouping.teams.items()):
        members = [by_key[key] for key in dict.fromkeys(keys) if key in by_key]
        found += _team(problem, grouping, number, members)
        whole[number] = _complete(problem, members)
        if not members:
            broken.append(Broken(rule="team.empty", team=number))
    if by_hand or not grouping.teams:
        return broken + found
    admitted = {"area.uncovered", "head.count", "head.junior", "team.incomplete", "team.empty"}
    return [b for b in broken + found if b.rule not in admitted] + _told(problem, grouping, found, whole)
