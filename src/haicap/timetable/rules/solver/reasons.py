"""Why units are left out, as codes of `problem.REASONS`: for each the first thing that would have to change."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.instance import NEVER, Instance
from haicap.timetable.rules.solver.seats import Seats


def reasons_of(instance: Instance, units: Collection[int]) -> dict[int, str]:
    """Return what keeps each of `units` out, from what no plan could change to mere want of room."""
    if not units:
        return {}
    seated, led = _seated(instance), _led(instance)
    return {unit: _reason(instance, unit, bool(seated[unit]), led) for unit in units}


def _seated(instance: Instance) -> NDArray[np.bool_]:
    """Return by unit whether there is a half-day of a team on which it could be visited, were it free."""
    seats, found = Seats(instance), np.zeros(len(instance.units), dtype=bool)
    seen = set()
    for day, team in enumerate(instance.team_of):
        slots = instance.slot_of[day]
        key = (slots, instance.presence.key(team, slots))
        if key in seen:
            continue
        seen.add(key)
        for half in (0, 1):
            for mode in Mode:
                found |= seats.costs(team, slots, half, mode) < NEVER
    return found


def _led(instance: Instance) -> NDArray[np.bool_]:
    """Return by half-day whether a team with enough people and somebody to lead it is there."""
    table = np.array(instance.presence.led, dtype=bool).reshape(-1, len(instance.slots))
    return np.asarray(table.any(axis=0))


def _reason(instance: Instance, unit: int, seated: bool, led: NDArray[np.bool_]) -> str:
    surveyed, limits = instance.units[unit], instance.limits
    open_slots = ~instance.blocked[unit]
    if not open_slots.any():
        return "blocked_everywhere"
    online, in_person = instance.online[unit], instance.in_person[unit]
    if not online and not in_person:
        long = surveyed.minutes > limits.half_day_minutes * (2 if surveyed.island else 1)
        return "too_long" if long and instance.ways.known[unit] else "no_coordinates"
    if online and not in_person and not np.array(instance.sessions_most)[open_slots].any():
        return "no_bridge"
    if seated:
        return "no_room"
    if not (led & open_slots).any():
        return "no_team_then"
    teams = range(len(instance.teams))
    covered = np.array([instance.presence.covered(team, unit) for team in teams], dtype=bool)
    if not (covered & open_slots).any():
        return "composition"
    return "no_whole_day" if surveyed.island and not online else "no_team_then"
