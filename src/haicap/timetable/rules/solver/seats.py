"""What it costs to sit with a team on a half-day, for all units at once."""

import numpy as np
from numpy.typing import NDArray

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.instance import NEVER, Costs, Instance


class Seats:
    """The same costs as `Instance.seat_cost`, but for pins, as arrays by unit; `NEVER` where not allowed."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._demand = np.array(instance.presence.demand_of, dtype=np.int64)
        self.whole = np.array(instance.whole, dtype=bool)
        self._may = [np.array(instance.in_person, dtype=bool), np.array(instance.online, dtype=bool)]
        modes = np.array(instance.mode_cost, dtype=np.int64).reshape(-1, 2)
        self._mode = [modes[:, 0], modes[:, 1]]
        self._change = np.zeros(instance.wish.shape, dtype=np.int64)
        for unit, costs in instance.changing.items():
            self._change[unit] = costs
        self._kept: dict[tuple[int, int], list[tuple[int, Mode]]] = {}
        for unit, (team, slot, mode) in instance.previous.items():
            if team >= 0 and slot >= 0:
                self._kept.setdefault((team, slot), []).append((unit, mode))

    def costs(self, team: int, slots: tuple[int, int], half: int, mode: Mode) -> Costs:
        """Return the costs in thousandths of a point; `slots` are those of the team's day."""
        i, slot = self.instance, slots[half]
        if slot < 0:
            return np.full(len(i.units), NEVER, dtype=np.int64)
        index = 0 if mode is Mode.IN_PERSON else 1
        costs = i.wish[:, slot] + self._mode[index] + self._change[:, slot]
        for unit, before in self._kept.get((team, slot), ()):
            if before is mode:
                costs[unit] -= self._change[unit, slot]
        able = self._able(team, slot) & self._may[index] & ~i.blocked[:, slot]
        if mode is Mode.IN_PERSON and self.whole.any():
            able &= ~self.whole | self._whole_fits(team, slots, half)
        return np.where(able, costs, NEVER)

    def _able(self, team: int, slot: int) -> NDArray[np.bool_]:
        covers = np.array(self.instance.presence.by_demand(team, slot), dtype=bool)
        return covers[self._demand] if len(covers) else np.zeros(0, dtype=bool)

    def _whole_fits(self, team: int, slots: tuple[int, int], half: int) -> NDArray[np.bool_]:
        later = slots[1]
        if half == 1 or later < 0:
            return np.zeros(len(self.instance.units), dtype=bool)
        return self._able(team, later) & ~self.instance.blocked[:, later]
