"""The first plan: pins, then islands and online sessions one by one, then everybody else by half-days."""

from collections.abc import Callable
from random import Random

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.instance import Day, Half, members
from haicap.timetable.rules.solver.seating import free_cells, reseat
from haicap.timetable.rules.solver.state import State

CHUNK = 100
"""team-days reseated at once: an assignment of this size takes a few hundredths of a second"""


def construct(state: State, *, rng: Random, stopped: Callable[[], bool]) -> None:
    """Fill an empty state; stops early, leaving units unserved, when `stopped` says so."""
    _place_pins(state)
    i = state.instance
    special = [u for u in sorted(state.unserved) if i.units[u].island or i.units[u].modes[0] is Mode.ONLINE]
    for unit in sorted(special, key=lambda u: (not i.island[u], u)):
        insert(state, unit)
    days = list(range(len(state.days)))
    rng.shuffle(days)
    for half in (0, 1):
        for start in range(0, len(days), CHUNK):
            if stopped() and start:
                return
            chunk = days[start : start + CHUNK]
            state.apply(reseat(state, free_cells(state, chunk, [half] * len(chunk))))
    for unit in sorted(state.unserved)[:CHUNK]:
        if stopped():
            return
        insert(state, unit)


def _place_pins(state: State) -> None:
    by_day: dict[int, list[Half]] = {}
    pins = {pin.unit: pin for pin in state.instance.problem.pins}
    units = state.instance.units
    for unit in sorted(state.instance.pins, key=lambda unit: pins[units[unit].code].order):
        day, half, mode = state.instance.pins[unit]
        halves = by_day.setdefault(day, [None, None])
        halves[half] = unit if mode is Mode.IN_PERSON else (*members(halves[half]), unit)
    state.apply({day: (halves[0], halves[1]) for day, halves in by_day.items()})


def insert(state: State, unit: int) -> bool:
    """Place an unserved `unit` where it costs least, moving nobody; say whether there was a place."""
    i, best = state.instance, None
    for day, content in enumerate(state.days):
        margin = state.load_margin(i.team_of[day])
        for changed in _with(content, unit, i.online_most, i.in_person[unit], i.online[unit]):
            cost = i.day_cost(day, changed)
            if cost is None:
                continue
            rise = cost - state.day_costs[day] + margin * (i.halves(changed) - i.halves(content))
            if best is None or rise < best[0]:
                best = (rise, day, changed)
    if best is None or best[0] >= i.cost_unserved:
        return False
    state.apply({best[1]: best[2]})
    return True


def _with(content: Day, unit: int, online_most: int, in_person: bool, online: bool) -> list[Day]:
    """Return the contents that `unit` can make of `content`."""
    found: list[Day] = []
    for half in (0, 1):
        held = content[half]
        options: list[Half] = [unit] if held is None and in_person else []
        if online and (held is None or (isinstance(held, tuple) and len(held) < online_most)):
            options.append((*members(held), unit))
        found += [(option, content[1]) if half == 0 else (content[0], option) for option in options]
    return found
