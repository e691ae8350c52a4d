"""The measures by which outcomes stand side by side: which way is better, what differs, which is best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Told = Mapping[str, Any]
"""an outcome as stored"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure of an outcome: stored value divided by `over`, shown with `places` decimals.

    `better` is "more", "less" or "" where neither is better by itself. `figure` gives its unit: "count",
    "km", "hours", "points" or "percent". With `chart` it is drawn against the number of teams.
    """

    key: str
    better: str = ""
    figure: str = "count"
    over: float = 1
    places: int = 0
    chart: bool = True


MEASURES = (
    Measure(key="served", better="more"),
    Measure(key="first_choice", better="more"),
    Measure(key="listed_choice", better="more"),
    Measure(key="unlisted_choice", better="less"),
    Measure(key="online"),
    Measure(key="metres", better="less", figure="km", over=1000),
    Measure(key="road_minutes", better="less", figure="hours", over=60, places=1),
    Measure(key="work_minutes", better="less", figure="hours", over=60, places=1),
    Measure(key="person_half_days", better="less"),
    Measure(key="people", better="less"),
    Measure(key="team_days", better="less"),
    Measure(key="needed", chart=False),
    Measure(key="capacity"),
    Measure(key="heaviest", better="less"),
    Measure(key="cost", better="less", figure="points", over=1000),
    Measure(key="bound", figure="points", over=1000, chart=False),
    Measure(key="gap", figure="percent", over=0.01, places=1),
)
SERVES = "served"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure of one outcome: None where it is not known.

    `difference` is against the first outcome, None for that one itself; `judged` is "better", "worse" or "".
    """

    value: float | None
    difference: float | None
    judged: str
    best: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A measure over all outcomes, in their order."""

    measure: Measure
    cells: tuple[Cell, ...]


def value_of(outcome: Told | None, measure: Measure) -> float | None:
    """Return the figure as shown, rounded; None where the outcome does not have it."""
    stored = outcome.get(measure.key) if outcome else None
    return None if stored is None else round(float(stored) / measure.over, measure.places)


def compared(*, outcomes: Sequence[Told | None]) -> tuple[Line, ...]:
    """Return each measure over `outcomes`, the first of which is what the others are compared with.

    Best is marked where the figures differ, and among those outcomes only that serve the most units: a plan
    that leaves units out always drives less.
    """
    most = max((told[SERVES] for told in outcomes if told), default=0)
    serving = [bool(told) and told is not None and told[SERVES] == most for told in outcomes]
    return tuple(_line(measure, outcomes, serving) for measure in MEASURES)


def _line(measure: Measure, outcomes: Sequence[Told | None], serving: Sequence[bool]) -> Line:
    values = [value_of(told, measure) for told in outcomes]
    known = {value for value in values if value is not None}
    rivals = [value for value, serves in zip(values, serving, strict=True) if serves and value is not None]
    best = None
    if measure.better and len(known) > 1 and rivals:
        best = max(rivals) if measure.better == "more" else min(rivals)
    cells = []
    for number, (value, serves, told) in enumerate(zip(values, serving, outcomes, strict=True)):
        base = values[0] if number else None
        judged = _judged(measure, value, base, fewer=_served(told) < _served(outcomes[0]))
        known_best = best is not None and serves and value == best
        difference = None if value is None or base is None else round(value - base, measure.places)
        cells.append(Cell(value=value, difference=difference, judged=judged, best=known_best))
    return Line(measure=measure, cells=tuple(cells))


def _served(told: Told | None) -> int:
    return int(told[SERVES]) if told else 0


def _judged(measure: Measure, value: float | None, base: float | None, *, fewer: bool) -> str:
    """Return "better", "worse" or ""; with fewer units served, less effort is not called better."""
    if value is None or base is None or value == base or not measure.better:
        return ""
    if (value > base) != (measure.better == "more"):
        return "worse"
    return "" if fewer else "better"
