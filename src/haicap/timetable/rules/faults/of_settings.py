"""Faults of the size of a problem, of its window, weights and limits."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

from haicap.timetable.rules.faults.fault import MOST_SLOTS, MOST_TEAMS, MOST_UNITS, MOST_WEIGHT, Fault
from haicap.timetable.rules.problem import Problem


def of_sizes(problem: Problem) -> Iterator[Fault]:
    """Yield what there is none of, or too much of."""
    sizes = (
        (len(problem.slots), MOST_SLOTS, "window.no_working_days", "window.too_long"),
        (len(problem.teams), MOST_TEAMS, "team.none", "team.too_many"),
        (len(problem.units), MOST_UNITS, "unit.none", "unit.too_many"),
    )
    for count, most, none, too_many in sizes:
        if count == 0:
            yield Fault(code=none, fatal=True)
        elif count > most:
            yield Fault(code=too_many, fatal=True, value=count, most=most)


def of_settings(problem: Problem) -> Iterator[Fault]:
    """Yield half-days listed twice, and weights and limits that make no sense."""
    for slot, times in Counter(problem.slots).items():
        if times > 1:
            yield Fault(code="window.slot_twice", fatal=True, slot=slot)
    for name, value in asdict(problem.weights).items():
        if code := _wrong_weight(value):
            yield Fault(code=f"weight.{code}", fatal=True, setting=name)
    for name, value in asdict(problem.limits).items():
        if code := _wrong_limit(name, value):
            yield Fault(code=f"limit.{code}", fatal=True, setting=name)


def _wrong_weight(value: float) -> str | None:
    if not math.isfinite(value) or value != int(value):
        return "not_whole"
    if value < 0:
        return "negative"
    return "too_large" if value > MOST_WEIGHT else None


def _wrong_limit(name: str, value: float) -> str | None:
    if not math.isfinite(value):
        return "not_finite"
    if name == "road_factor":
        return None if value >= 1 else "road_factor_below_one"
    if name == "quorum_percent":
        return None if 0 <= value <= 100 else "quorum_out_of_range"
    if name in ("speed_kmh", "half_day_minutes", "online_per_half_day") and value <= 0:
        return "not_positive"
    if name in ("online_per_half_day", "notice_days") and value != int(value):
        return "not_whole"
    return "negative" if value < 0 else None
