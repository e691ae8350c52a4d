"""What the solver believes its plan costs; the checker works it out again on its own."""

from haicap.timetable.rules.problem import Mode, Objective
from haicap.timetable.rules.solver.instance import EMPTY, Instance, unit_of
from haicap.timetable.rules.solver.state import State


def account(state: State) -> Objective:
    """Return the objective of a state, term by term."""
    i = state.instance
    seats = [
        (unit_of(seat), i.team_of[day], i.slot_of[day][half], Mode.IN_PERSON if seat >= 0 else Mode.ONLINE)
        for day, content in enumerate(state.days)
        for half, held in enumerate(content)
        for seat in held
    ]
    ranks = [_rank(i, unit, slot) for unit, _, slot, _ in seats]
    listed = [rank for rank in ranks if rank is not None and rank >= 0]
    changed = [
        (unit, slot) for unit, team, slot, mode in seats
        if unit in i.previous and i.previous[unit] != (team, slot, mode)
    ]  # fmt: skip
    metres = sum(i.travel(i.team_of[day], content) or 0 for day, content in enumerate(state.days))
    team_days = sum(content != EMPTY for content in state.days)
    return Objective(
        terms={
            "unserved": len(state.unserved) * i.cost_unserved,
            "mode": sum(i.units[unit].modes[0] is not mode for unit, _, _, mode in seats) * i.cost_mode,
            "preference": sum(i.wishes[unit][slot] for unit, _, slot, _ in seats),
            "change": sum(int(i.changing[unit][slot]) for unit, slot in changed),
            "load": sum(i.load_cost(team, load) for team, load in enumerate(state.loads)),
            "province": state.province_cost(),
            "team_day": team_days * i.cost_day,
            "travel": metres * i.cost_metre,
        },
        served=len(seats),
        unserved=len(state.unserved),
        online=sum(mode is Mode.ONLINE for *_, mode in seats),
        first_choice=sum(rank == 0 for rank in ranks),
        listed_choice=len(listed),
        unlisted_choice=sum(rank == -1 for rank in ranks),
        without_list=sum(rank is None for rank in ranks),
        changed=len(changed),
        metres=metres,
        lightest=min(state.loads, default=0),
        heaviest=max(state.loads, default=0),
        team_days=team_days,
    )


def _rank(i: Instance, unit: int, slot: int) -> int | None:
    preferred = i.units[unit].preferred
    if not preferred:
        return None
    return next((rank for rank, wanted in enumerate(preferred) if wanted == i.slots[slot]), -1)
