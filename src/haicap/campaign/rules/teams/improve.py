"""Local search over groupings: swaps and moves between two teams, downhill with a cooling chance of uphill.

CP-SAT proves how many people are missing; this finds even and complete teams far sooner than it does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp
from random import Random

from haicap.campaign.rules.teams.problem import Member, TeamProblem
from haicap.kernel.periods import Slot

MISSING, SHORT, UNEVEN, CLERK, LOST = 10_000_000, 5_000, 2_000, 200, 20
HEAT, COLD = 4_000.0, 5.0
TELL_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class _Person:
    there: int
    fit: tuple[int, ...]
    leads: bool
    clerk: bool


class Scorer:
    """Points of a team: half-days are bits of a number, so that a team is judged in a few operations."""

    def __init__(self, problem: TeamProblem) -> None:
        position = {slot: index for index, slot in enumerate(problem.slots)}
        self.full = (1 << len(problem.slots)) - 1
        self.whole = len(problem.slots)
        self.need = min(problem.least_half_days, self.whole)
        self.least = [area.min_members for area in problem.areas]
        self.clerks_matter = any(member.body == problem.secretary_body for member in problem.members)
        self.people = [self._person(problem, member, position) for member in problem.members]

    def _person(self, problem: TeamProblem, member: Member, position: dict[Slot, int]) -> _Person:
        away = sum(1 << position[slot] for slot in member.absent if slot in position)
        return _Person(
            there=self.full & ~away,
            fit=tuple(i for i, area in enumerate(problem.areas) if area.code in member.areas),
            leads=member.rank >= problem.head_rank,
            clerk=member.body == problem.secretary_body,
        )

    def points(self, team: list[int]) -> int:
        """Return the points of a team without those for its size; members are positions in the problem."""
        by_area: list[list[int]] = [[] for _ in self.least]
        for index in team:
            person = self.people[index]
            for area in person.fit:
                by_area[area].append(person.there)
        lacking, complete = 0, self.full
        for least, masks in zip(self.least, by_area, strict=True):
            wanted = min(least, len(masks))
            lacking += least - wanted
            complete &= self._at_least(wanted, masks)
        days = complete.bit_count()
        points = MISSING * lacking + SHORT * max(0, self.need - days) + LOST * (self.whole - days)
        if not any(self.people[index].leads for index in team):
            points += MISSING
        if self.clerks_matter and not any(self.people[index].clerk for index in team):
            points += CLERK
        return points

    def _at_least(self, wanted: int, masks: list[int]) -> int:
        """Return the half-days on which at least `wanted` of `masks` have their bit."""
        reached = [self.full] + [0] * wanted
        for mask in masks:
            for level in range(wanted, 0, -1):
                reached[level] |= reached[level - 1] & mask
        return reached[wanted]


def _spread(teams: list[list[int]]) -> int:
    sizes = [len(team) for team in teams]
    return UNEVEN * (max(sizes) - min(sizes))


def points(*, problem: TeamProblem, teams: list[list[int]]) -> int:
    """Return the points of teams of keys for everything but missing people: the smaller, the better."""
    scorer = Scorer(problem)
    position = {member.key: index for index, member in enumerate(problem.members)}
    members = [[position[key] for key in team] for team in teams]
    return sum(scorer.points(team) % MISSING for team in members) + _spread(members)


def improve(
    *,
    problem: TeamProblem,
    start: list[list[int]],
    random: Random,
    steps: int,
    report: Callable[[float, float], None],
    stopped: Callable[[], bool],
) -> list[list[int]]:
    """Return teams of keys no worse than `start`, after `steps` tries at most.

    Stops early when asked to, or when nothing is left to gain.
    """
    scorer = Scorer(problem)
    position = {member.key: index for index, member in enumerate(problem.members)}
    teams = [[position[key] for key in team] for team in start]
    ideal = UNEVEN if len(problem.members) % problem.teams else 0
    costs = [scorer.points(team) for team in teams]
    now = sum(costs) + _spread(teams)
    best, kept = now, [list(team) for team in teams]
    for step in range(steps if problem.teams > 1 else 0):
        if step % TELL_EVERY == 0:
            report(float(best), 0.0)
            if stopped() or best <= ideal:
                break
        heat = HEAT * (COLD / HEAT) ** (step / steps)
        one, two = random.sample(range(problem.teams), 2)
        if not (changed := _neighbour(teams[one], teams[two], random)):
            continue
        old = teams[one], teams[two]
        teams[one], teams[two] = changed
        trial = [scorer.points(team) for team in changed]
        total = now - _spread_of(teams, one, two, old) + sum(trial) - costs[one] - costs[two] + _spread(teams)
        if total <= now or random.random() < exp((now - total) / heat):
            costs[one], costs[two] = trial
            now = total
            if now < best:
                best, kept = now, [list(team) for team in teams]
        else:
            teams[one], teams[two] = old
    keys = [member.key for member in problem.members]
    return [sorted(keys[index] for index in team) for team in kept]


def _spread_of(teams: list[list[int]], one: int, two: int, old: tuple[list[int], list[int]]) -> int:
    """Return the points for sizes as they were before teams `one` and `two` changed."""
    sizes = [len(team) for team in teams]
    sizes[one], sizes[two] = len(old[0]), len(old[1])
    return UNEVEN * (max(sizes) - min(sizes))


def _neighbour(one: list[int], two: list[int], random: Random) -> tuple[list[int], list[int]] | None:
    """Return both teams after two people changed places, or (one time in four) one moved."""
    if not one:
        return None
    leaving = random.randrange(len(one))
    if not two or random.random() < 0.25:
        return one[:leaving] + one[leaving + 1 :], [*two, one[leaving]]
    coming = random.randrange(len(two))
    left, right = list(one), list(two)
    left[leaving], right[coming] = two[coming], one[leaving]
    return left, right
