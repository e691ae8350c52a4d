"""Why a unit is left out, as a code of `problem.REASONS`: the first thing that would have to change."""

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.instance import Instance


def reason_of(instance: Instance, unit: int) -> str:
    """Return what keeps `unit` out, from what no plan could change to mere want of room."""
    surveyed, limits = instance.units[unit], instance.limits
    if bool(instance.blocked[unit].all()):
        return "blocked_everywhere"
    online, in_person = instance.online[unit], instance.in_person[unit]
    if not online and not in_person:
        long = surveyed.minutes > limits.half_day_minutes * (2 if surveyed.island else 1)
        return "too_long" if long and instance.ways.known[unit] else "no_coordinates"
    open_slots = [slot for slot, blocked in enumerate(instance.blocked[unit].tolist()) if not blocked]
    if online and not in_person and not any(instance.sessions_most[slot] for slot in open_slots):
        return "no_bridge"
    seats = [
        instance.seat_cost(unit, day, half, mode)
        for day in range(len(instance.team_of)) for half in (0, 1) for mode in Mode
    ]  # fmt: skip
    if any(cost is not None for cost in seats):
        return "no_room"
    led = {slot for team in instance.presence.led for slot in open_slots if team[slot]}
    covered = {
        slot for team in range(len(instance.teams)) for slot in open_slots
        if instance.presence.covered(team, unit)[slot]
    }  # fmt: skip
    if not led:
        return "no_team_then"
    if not covered:
        return "composition"
    return "no_whole_day" if surveyed.island and not online else "no_team_then"
