"""Days on the road in a row: what a team may, and what teams that stand in for one another may together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from haicap.timetable.rules.solver.instance import Instance


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive dates on which the teams of a crew together have at most `most` days on the road."""

    crew: int
    dates: frozenset[int]
    most: int


def runs_of(instance: Instance, crew_of: Sequence[int]) -> tuple[Run, ...]:
    """Return the runs that limit a crew all of whose teams are limited; exact for a crew of one team.

    A team that may do `most` days in a row does at most `length - length // (most + 1)` of `length` days.
    """
    found: list[Run] = []
    for crew in sorted(set(crew_of)):
        limits = [
            team.most_days_in_row
            for team, of in zip(instance.teams, crew_of, strict=True) if of == crew
        ]  # fmt: skip
        known = [limit for limit in limits if limit is not None]
        if len(known) < len(limits):
            continue
        length = max(known) + 1
        most = sum(length - length // (limit + 1) for limit in known)
        dates = instance.problem.days
        for start in range(len(dates) - length + 1):
            if all((b - a).days == 1 for a, b in pairwise(dates[start : start + length])):
                found.append(Run(crew, frozenset(range(start, start + length)), most))
    return tuple(found)


def spans(instance: Instance, team: int, length: int) -> Iterable[list[int]]:
    """Return every run of `length` of a team's days on consecutive dates."""
    days, dates = instance.days_of[team], instance.problem.days
    for start in range(len(days) - length + 1):
        span = days[start : start + length]
        held = [dates[instance.date_of[day]] for day in span]
        if all((b - a).days == 1 for a, b in pairwise(held)):
            yield span
