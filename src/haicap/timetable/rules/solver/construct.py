"""The first plan: pins, what is kept of a plan to start from, then everybody else, half-day by half-day."""

from collections.abc import Callable, Iterable, Sequence
from itertools import permutations, product
from random import Random

from haicap.timetable.rules.problem import Mode, PlacedVisit
from haicap.timetable.rules.solver.instance import Day, Half, Instance
from haicap.timetable.rules.solver.seating import Cell, Seating
from haicap.timetable.rules.solver.state import State

CHUNK = 120
"""half-days filled at once: an assignment of this size takes a few hundredths of a second"""
SWEEPS = 4
"""times all mornings and all afternoons are filled anew"""
TRIED = 400
"""days looked at for one unit"""


def construct(
    state: State, *, rng: Random, start: Sequence[PlacedVisit], stopped: Callable[[], bool]
) -> None:
    """Fill an empty state; stops early, leaving units unserved, when `stopped` says so."""
    _place_pins(state)
    _place_start(state, start)
    special = [u for u in sorted(state.unserved) if not _plain(state.instance, u)]
    for unit in special:
        if stopped():
            return
        insert(state, unit)
    seating = Seating(state)
    for _ in range(SWEEPS):
        for cells in _portions(state, rng):
            if stopped():
                return
            state.tried(seating.seat(cells))
    for unit in sorted(state.unserved)[:TRIED]:
        if stopped():
            return
        insert(state, unit)


def _plain(instance: Instance, unit: int) -> bool:
    return instance.units[unit].modes[0] is Mode.IN_PERSON and not instance.whole[unit]


def _place_pins(state: State) -> None:
    by_day: dict[int, list[Half]] = {}
    order = {pin.unit: pin.order for pin in state.instance.problem.pins}
    units = state.instance.units
    for unit in sorted(state.instance.pins, key=lambda unit: order[units[unit].code]):
        day, half, mode = state.instance.pins[unit]
        halves = by_day.setdefault(day, [(), ()])
        halves[half] = (*halves[half], unit if mode is Mode.IN_PERSON else ~unit)
    state.apply({day: _arranged(state.instance, day, *halves) for day, halves in by_day.items()})


def _arranged(instance: Instance, day: int, morning: Half, afternoon: Half) -> Day:
    """Return the pins of a day in the first order that a team can keep: a pin does not hold the order of its visit."""
    ways = product(_orders(morning), _orders(afternoon))
    return next((way for way in ways if instance.day_cost(day, way) is not None), (morning, afternoon))


def _orders(half: Half) -> Iterable[Half]:
    """Return the orders of a half-day's visits, the given one first; online the order changes nothing."""
    return permutations(half) if half and half[0] >= 0 else [half]


def _place_start(state: State, start: Iterable[PlacedVisit]) -> None:
    """Keep the visits of `start` that are allowed beside one another."""
    i = state.instance
    for visit in sorted(start, key=lambda v: (v.slot.day, v.slot.half.order, v.team, v.order)):
        unit, team = i.unit_index.get(visit.unit), i.team_index.get(visit.team)
        if unit is None or team is None or unit in state.day_of:
            continue
        day = i.day_at.get((team, visit.slot.day))
        if day is None:
            continue
        seat, half = (unit if visit.mode is Mode.IN_PERSON else ~unit), visit.slot.half.order
        content = state.days[day]
        held = (*content[half], seat)
        changed: Day = (held, content[1]) if half == 0 else (content[0], held)
        if i.day_cost(day, changed) is None:
            continue
        undo = state.apply({day: changed})
        if not state.holds((day,)):
            state.apply(undo)


def _portions(state: State, rng: Random) -> Iterable[list[Cell]]:
    """Yield the half-days of teams of one base, mornings first, in portions of a bearable size."""
    i = state.instance
    by_base: dict[int, list[int]] = {}
    for day, team in enumerate(i.team_of):
        by_base.setdefault(i.ways.base_of[team], []).append(day)
    for half in (0, 1):
        for base in sorted(by_base):
            days = by_base[base]
            rng.shuffle(days)
            for first in range(0, len(days), CHUNK):
                yield [(day, half) for day in days[first : first + CHUNK]]


def insert(state: State, unit: int) -> bool:
    """Place an unserved `unit` where it costs least, moving nobody; say whether there was a place."""
    i = state.instance
    options = []
    for day in near_days(i, unit):
        content = state.days[day]
        margin = state.load_margin(i.team_of[day])
        for changed in additions(content, unit):
            cost = i.day_cost(day, changed)
            if cost is not None:
                rise = cost - state.day_costs[day] + margin * (i.halves(changed) - i.halves(content))
                if rise < i.cost_unserved:
                    options.append((rise, day, changed))
    options.sort(key=lambda option: option[:2])
    for _, day, changed in options:
        undo = state.apply({day: changed})
        if state.holds((day,)):
            return True
        state.apply(undo)
    return False


def near_days(instance: Instance, unit: int) -> Iterable[int]:
    """Return the team-days, where there are very many those of the nearest bases."""
    if len(instance.team_of) <= TRIED:
        return range(len(instance.team_of))
    out = [int(row[unit]) for row in instance.ways.out]
    teams = sorted(range(len(instance.teams)), key=lambda team: (out[instance.ways.base_of[team]], team))
    days = [day for team in teams for day in instance.days_of[team]]
    return days[:TRIED]


def additions(content: Day, unit: int) -> list[Day]:
    """Return the contents that `unit` can make of `content`, allowed or not."""
    found: list[Day] = []
    for half, held in enumerate(content):
        options: list[Half] = [(*held, ~unit)] if not held or held[0] < 0 else []
        if not held or held[0] >= 0:
            options += [(*held, unit), (unit, *held)] if held else [(unit,)]
        found += [(option, content[1]) if half == 0 else (content[0], option) for option in options]
    return found
