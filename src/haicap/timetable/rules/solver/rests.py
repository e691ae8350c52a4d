"""Days on the road in a row: what a team may, and what the teams of a base may together."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from haicap.timetable.rules.solver.instance import Instance


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive dates on which the teams of a base together have at most `most` days on the road."""

    base: int
    dates: frozenset[int]
    most: int


def runs_of(instance: Instance) -> tuple[Run, ...]:
    """Return the runs that limit a base all of whose teams are limited; the others are left to the search."""
    found: list[Run] = []
    for base in range(len(instance.ways.out)):
        limits = [
            team.most_days_in_row
            for team, of in zip(instance.teams, instance.ways.base_of, strict=True) if of == base
        ]  # fmt: skip
        if not limits or any(limit is None for limit in limits):
            continue
        known = [limit for limit in limits if limit is not None]
        length = max(known) + 1
        most = sum(length - length // (limit + 1) for limit in known)
        dates = instance.problem.days
        for start in range(len(dates) - length + 1):
            span = dates[start : start + length]
            if all((b - a).days == 1 for a, b in pairwise(span)):
                found.append(Run(base, frozenset(range(start, start + length)), most))
    return tuple(found)


def spans(instance: Instance, team: int, length: int) -> Iterable[list[int]]:
    """Return every run of `length` of a team's days on consecutive dates."""
    days, dates = instance.days_of[team], instance.problem.days
    for start in range(len(days) - length + 1):
        span = days[start : start + length]
        held = [dates[instance.date_of[day]] for day in span]
        if all((b - a).days == 1 for a, b in pairwise(held)):
            yield span
