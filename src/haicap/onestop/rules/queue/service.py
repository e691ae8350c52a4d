"""How long a service takes at a centre, from what was seen, leaning on what is thought while little was seen."""

from collections.abc import Mapping
from dataclasses import dataclass

WEIGHT = 8  # the prior counts as much as this many services


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Services seen: how many, and their minutes in sum."""

    count: int
    minutes: float


def means(*, seen: Mapping[str, Seen], prior: float) -> dict[str, float]:
    """Return the mean minutes of each field seen.

    The mean of all fields leans on `prior`, each field on the mean of all: (WEIGHT * prior + sum) / (WEIGHT + n).
    """
    everything = Seen(
        count=sum(one.count for one in seen.values()), minutes=sum(one.minutes for one in seen.values())
    )
    overall = _leaning(everything, prior)
    return {"": overall} | {field: _leaning(one, overall) for field, one in seen.items() if field}


def _leaning(seen: Seen, prior: float) -> float:
    return (WEIGHT * prior + seen.minutes) / (WEIGHT + seen.count)
