"""Faults of units and of the calendar in force."""

from collections import Counter
from collections.abc import Iterator

from haicap.kernel.periods import Slot
from haicap.timetable.rules.faults.fault import Fault
from haicap.timetable.rules.faults.places import misplaced
from haicap.timetable.rules.problem import Mode, Problem, SurveyedUnit


def of_units(problem: Problem) -> Iterator[Fault]:
    """Yield units listed twice, then the faults of each unit."""
    for code, times in Counter(unit.code for unit in problem.units).items():
        if times > 1:
            yield Fault(code="unit.twice", fatal=True, unit=code)
    window = frozenset(problem.slots)
    areas = frozenset(area for area, _ in problem.composition)
    online = frozenset(
        slot for bridge in problem.bridges if bridge.capacity > 0 for slot in bridge.available & window
    )
    for unit in problem.units:
        yield from _place(problem, unit)
        yield from _wishes(unit, window)
        if not unit.modes:
            yield Fault(code="unit.no_mode", fatal=True, unit=unit.code)
        if problem.bridges and set(unit.modes) == {Mode.ONLINE} and not online - unit.blocked:
            yield Fault(code="unit.no_bridge_ever", fatal=False, unit=unit.code)
        yield from _length(problem, unit)
        for area in sorted(unit.areas - areas) if areas else ():
            yield Fault(code="unit.unknown_area", fatal=False, unit=unit.code, area=area)
    for code, times in Counter(visit.unit for visit in problem.previous).items():
        if times > 1:
            yield Fault(code="previous.unit_twice", fatal=True, unit=code)


def _place(problem: Problem, unit: SurveyedUnit) -> Iterator[Fault]:
    if unit.place is not None:
        if wrong := misplaced(unit.place):
            yield Fault(code=f"unit.coordinates_{wrong}", fatal=True, unit=unit.code)
    elif problem.matrix is None and Mode.IN_PERSON in unit.modes:
        yield Fault(code="unit.no_coordinates", fatal=False, unit=unit.code)


def _wishes(unit: SurveyedUnit, window: frozenset[Slot]) -> Iterator[Fault]:
    if window and window <= unit.blocked:
        yield Fault(code="unit.blocked_everywhere", fatal=False, unit=unit.code)
    for slot in unit.preferred:
        if slot not in window:
            yield Fault(code="unit.prefers_outside", fatal=False, unit=unit.code, slot=slot)
        elif slot in unit.blocked:
            yield Fault(code="unit.prefers_blocked", fatal=False, unit=unit.code, slot=slot)


def _length(problem: Problem, unit: SurveyedUnit) -> Iterator[Fault]:
    room = problem.limits.half_day_minutes * (2 if unit.island else 1)
    if unit.minutes < 1:
        yield Fault(code="unit.minutes_not_positive", fatal=True, unit=unit.code)
    elif Mode.IN_PERSON in unit.modes and unit.minutes > room:
        yield Fault(
            code="unit.visit_too_long", fatal=False, unit=unit.code, value=unit.minutes, most=room
        )  # fmt: skip
