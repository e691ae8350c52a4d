"""Figures that are worth a question: far from those of other units, far from the last time, or the same as elsewhere.

Nothing here says that a figure is wrong. It says which ones a team should ask about, and gives what the sentence that
tells why needs.

The measure is the modified z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers, ASQC Basic References
in Quality Control 16, 1993): z = (x - median) / (1.4826 * MAD), beyond 3.5 by their advice. 1.4826 = 1 / 0.6745 makes
the median absolute deviation (MAD) estimate the standard deviation of normal figures. Where more than half of the
figures are equal the MAD is 0; then the mean absolute deviation stands in, times sqrt(pi / 2) = 1.2533, which is what
makes it estimate the same. Where all figures are equal there is no z.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Generic, TypeVar

MAD_FACTOR = 1.4826
MEAN_FACTOR = math.sqrt(math.pi / 2)
PER = 10_000  # people, for figures that grow with them
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a figure is worth a question.

    `z` is the size of the modified z-score, `least` the fewest figures to say anything at all, `rare` the largest
    share of the units that is asked about one figure: where more are far, the farthest are taken, for then it is the
    figure that is spread widely and not a unit that stands out. A change counts where
    the larger is at least `ratio` times the smaller and they are at least `change` apart. Two units are alike where
    they share at least `alike` figures above 1 and differ in none.
    """

    z: float = 3.5
    least: int = 8
    rare: float = 0.05
    ratio: float = 3.0
    change: float = 10.0
    alike: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Where the figures lie: `scale` estimates a standard deviation, 0 where all are equal."""

    count: int
    median: float
    low: float  # a quarter of the figures is at most this
    high: float  # a quarter is at least this
    scale: float
    is_mostly_equal: bool = False  # more than half are equal: `scale` is from the mean deviation

    def z(self, value: float) -> float | None:
        """Return the modified z-score of a figure; None where all figures are equal."""
        return (value - self.median) / self.scale if self.scale else None


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of some figures (at least one); quartiles by linear interpolation."""
    ordered = sorted(values)
    middle = median(ordered)
    apart = [abs(value - middle) for value in ordered]
    mad = median(apart)
    scale = MAD_FACTOR * mad if mad else MEAN_FACTOR * fmean(apart)
    return Spread(
        count=len(ordered), median=middle, low=_quantile(ordered, 0.25), high=_quantile(ordered, 0.75), scale=scale,
        is_mostly_equal=not mad,
    )  # fmt: skip


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Generic[K]):
    """A figure worth a question. `kind` is outlier, per_capita, change or alike.

    `unit` and `field` say whose. An outlier has its `z` and `spread`, of what is compared: the figure itself, or per
    10,000 people. A change has the figure `before`. Alike has the `other` unit and how many figures (`shared`) agree.
    """

    kind: str
    unit: K
    field: Hashable
    value: float
    z: float = 0.0
    spread: Spread | None = None
    compared: float = 0.0
    before: float = 0.0
    other: K | None = None
    shared: int = 0

    @property
    def weight(self) -> float:
        """By what findings of all kinds are put in order, the most striking first."""
        if self.kind == "change":
            small, large = sorted((abs(self.value), abs(self.before)))
            return large / max(small, 1.0)
        return float(self.shared) if self.kind == "alike" else abs(self.z)


def outliers(
    values: Mapping[K, float],
    *,
    field: Hashable,
    limits: Limits | None = None,
    people: Mapping[K, float] | None = None,
) -> list[Finding[K]]:
    """Return the units whose figure lies far from the others', the farthest first, at most `limits.rare` of them.

    With `people` (inhabitants by unit) the figures are compared per 10,000 people, among the units whose number of
    people is known. Where most figures are equal, any other would be far: then it must also be as far from the
    middle as a change has to be.
    """
    limits = limits or Limits()
    kind = "outlier" if people is None else "per_capita"
    if people is None:
        compared = dict(values)
    else:
        compared = {unit: value / people[unit] * PER for unit, value in values.items() if people.get(unit)}
    if len(compared) < limits.least:
        return []
    found = spread(list(compared.values()))
    if not found.scale:
        return []
    rows = [
        Finding(kind=kind, unit=unit, field=field, value=values[unit], z=z, spread=found, compared=number)
        for unit, number in compared.items()
        if abs(z := (number - found.median) / found.scale) > limits.z
        and (not found.is_mostly_equal or _is_far(number, found.median, limits))
    ]
    rows.sort(key=lambda row: -abs(row.z))
    return rows[: math.ceil(limits.rare * len(compared))]


def changes(
    now: Mapping[K, float], before: Mapping[K, float], *, field: Hashable, limits: Limits | None = None
) -> list[Finding[K]]:
    """Return the units whose figure is far from what it was, the farthest first."""
    limits = limits or Limits()
    rows = [
        Finding(kind="change", unit=unit, field=field, value=value, before=before[unit])
        for unit, value in now.items()
        if unit in before and _is_far(value, before[unit], limits)
    ]
    return sorted(rows, key=lambda row: -row.weight)


def _is_far(value: float, before: float, limits: Limits) -> bool:
    if abs(value - before) < limits.change:
        return False
    small, large = sorted((abs(value), abs(before)))
    return value * before < 0 or large >= limits.ratio * small


def alike(
    rows: Mapping[K, Mapping[Any, float]], *, field: Hashable, limits: Limits | None = None
) -> list[Finding[K]]:
    """Return the units whose figures all agree with those of another unit: copied, perhaps.

    Only figures above 1 count, for zeros and ones agree by chance; at least `limits.alike` of them that are not all
    the same number. A group of units that agree is told once each, with the first of them.
    """
    limits = limits or Limits()
    groups: dict[frozenset[tuple[Hashable, float]], list[K]] = defaultdict(list)
    for unit, figures in rows.items():
        telling = frozenset((key, value) for key, value in figures.items() if value > 1)
        if len(telling) >= limits.alike and len({value for _key, value in telling}) > 1:
            groups[telling].append(unit)
    return [
        Finding(kind="alike", unit=unit, field=field, value=0.0, other=units[0], shared=len(telling))
        for telling, units in groups.items()
        for unit in units[1:]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """A bar of a histogram: `low` <= x < `high` (the last includes its end)."""

    low: float
    high: float
    count: int


def bins(values: Iterable[float], *, most: int = 20) -> list[Bin]:
    """Return a histogram of some figures with at most `most` bars of equal width; [] of no figures."""
    given = list(values)
    if not given:
        return []
    low, high = min(given), max(given)
    if low == high:
        return [Bin(low=low, high=high, count=len(given))]
    number = max(2, min(most, math.ceil(math.sqrt(len(given)))))
    width = (high - low) / number
    counts = [0] * number
    for value in given:
        counts[min(int((value - low) / width), number - 1)] += 1
    return [
        Bin(low=low + at * width, high=low + (at + 1) * width, count=count) for at, count in enumerate(counts)
    ]
