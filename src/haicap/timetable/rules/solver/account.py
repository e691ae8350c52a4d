"""What the solver believes its plan costs; the checker works it out again on its own."""

from haicap.timetable.rules.problem import Mode, Objective
from haicap.timetable.rules.solver.instance import Instance, members, unevenness
from haicap.timetable.rules.solver.state import State


def account(state: State) -> Objective:
    """Return the objective of a state, term by term."""
    i = state.instance
    seats = [
        (unit, day, half, Mode.IN_PERSON if isinstance(held, int) else Mode.ONLINE)
        for day, content in enumerate(state.days)
        for half, held in enumerate(content)
        for unit in members(held)
    ]
    slots = {unit: i.slots[i.slot_of[day][half]] for unit, day, half, _ in seats}
    ranks = [_rank(i, unit, slots[unit]) for unit, *_ in seats]
    listed = [rank for rank in ranks if rank is not None and rank >= 0]
    unlisted = sum(rank == -1 for rank in ranks)
    changed = sum(
        unit in i.previous and i.previous[unit] != (i.team_of[day], i.slot_of[day][half], mode)
        for unit, day, half, mode in seats
    )
    metres = sum(i.travel(i.team_of[day], content) or 0 for day, content in enumerate(state.days))
    switched = sum(i.units[unit].modes[0] is not mode for unit, _, _, mode in seats)
    weights = i.weights
    return Objective(
        terms={
            "unserved": len(state.unserved) * i.cost_unserved,
            "mode": switched * i.cost_mode,
            "preference": (weights.rank * sum(listed) + weights.unlisted * unlisted) * 1000,
            "change": changed * i.cost_change,
            "load": unevenness(state.loads) * i.cost_load,
            "travel": metres * i.cost_metre,
        },
        served=len(seats),
        unserved=len(state.unserved),
        online=sum(mode is Mode.ONLINE for *_, mode in seats),
        first_choice=sum(rank == 0 for rank in ranks),
        listed_choice=len(listed),
        unlisted_choice=unlisted,
        without_list=sum(rank is None for rank in ranks),
        changed=changed,
        metres=metres,
        lightest=min(state.loads, default=0),
        heaviest=max(state.loads, default=0),
    )


def _rank(i: Instance, unit: int, slot: object) -> int | None:
    preferred = i.units[unit].preferred
    if not preferred:
        return None
    return next((rank for rank, wanted in enumerate(preferred) if wanted == slot), -1)
