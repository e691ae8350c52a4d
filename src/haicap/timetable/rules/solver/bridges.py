"""Which bridge point each online session uses: the one it had, else one with room left."""

from collections import Counter
from collections.abc import Sequence

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.instance import Day, Instance, unit_of


def bridges_of(instance: Instance, days: Sequence[Day]) -> dict[tuple[int, int], str]:
    """Return (day, half) -> code for every online session; the sessions of a half-day fit by construction."""
    if not instance.problem.bridges:
        return {}
    held = {visit.unit: visit for visit in instance.problem.previous if visit.mode is Mode.ONLINE}
    sessions: dict[int, list[tuple[int, int]]] = {}
    for day, content in enumerate(days):
        for half, seats in enumerate(content):
            if seats and seats[0] < 0:
                sessions.setdefault(instance.slot_of[day][half], []).append((day, half))
    found: dict[tuple[int, int], str] = {}
    for slot, there in sessions.items():
        left = Counter({
            bridge.code: bridge.capacity
            for bridge in instance.problem.bridges if instance.slots[slot] in bridge.available
        })  # fmt: skip
        waiting = []
        for session in there:
            seats = days[session[0]][session[1]]
            before = {held[c].bridge for seat in seats if (c := instance.units[unit_of(seat)].code) in held}
            kept = next((code for code in sorted(before) if left[code] > 0), None)
            if kept is None:
                waiting.append(session)
            else:
                found[session] = kept
                left[kept] -= 1
        for session in waiting:
            code = max(sorted(left), key=left.__getitem__)
            found[session] = code
            left[code] -= 1
    return found
