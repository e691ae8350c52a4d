"""A plan under construction: what each team's day holds, and what it costs, kept up to date move by move."""

from collections.abc import Mapping

from haicap.kernel.periods import Slot
from haicap.timetable.rules.problem import Mode, PlacedVisit
from haicap.timetable.rules.solver.instance import EMPTY, Day, Instance, members, unevenness

Changes = Mapping[int, Day]


class State:
    """The days' contents; every unit stands in one day or among the unserved."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.days: list[Day] = [EMPTY] * len(instance.team_of)
        self.day_costs = [0] * len(self.days)
        self.day_of: dict[int, int] = {}
        self.unserved: set[int] = set(range(len(instance.units)))
        self.loads = [0] * len(instance.teams)
        self.cost = self._cost()

    def _cost(self) -> int:
        i = self.instance
        return (
            sum(self.day_costs) + len(self.unserved) * i.cost_unserved + unevenness(self.loads) * i.cost_load
        )

    def apply(self, changes: Changes) -> dict[int, Day]:
        """Put `changes` in place (they must be allowed) and return what undoes them."""
        undo = {day: self.days[day] for day in changes}
        for day in changes:
            self._clear(day)
        for day, content in changes.items():
            self._fill(day, content)
        self.cost = self._cost()
        return undo

    def _clear(self, day: int) -> None:
        content = self.days[day]
        for unit in (*members(content[0]), *members(content[1])):
            del self.day_of[unit]
            self.unserved.add(unit)
        self.loads[self.instance.team_of[day]] -= self.instance.halves(content)
        self.days[day], self.day_costs[day] = EMPTY, 0

    def _fill(self, day: int, content: Day) -> None:
        cost = self.instance.day_cost(day, content)
        if cost is None:
            raise ValueError(f"day {day} cannot hold {content}")
        for unit in (*members(content[0]), *members(content[1])):
            if unit in self.day_of:
                raise ValueError(f"unit {unit} placed twice")
            self.day_of[unit] = day
            self.unserved.discard(unit)
        self.loads[self.instance.team_of[day]] += self.instance.halves(content)
        self.days[day], self.day_costs[day] = content, cost

    def load_margin(self, team: int) -> int:
        """Return what one more half-day of `team` costs, beside one more of the average team."""
        mean = sum(self.loads) / len(self.loads)
        return int(2 * (self.loads[team] - mean) * self.instance.cost_load)

    def pinned(self, day: int) -> bool:
        """Say whether a day holds a pinned unit."""
        pins, content = self.instance.pins, self.days[day]
        return bool(pins) and any(u in pins for u in (*members(content[0]), *members(content[1])))

    def visits(self) -> tuple[PlacedVisit, ...]:
        """Return the visits, ordered by slot, team and order."""
        i, found = self.instance, []
        for day, content in enumerate(self.days):
            team = i.teams[i.team_of[day]].number
            for half, held in enumerate(content):
                mode = Mode.IN_PERSON if isinstance(held, int) else Mode.ONLINE
                for order, unit in enumerate(members(held), start=1):
                    found.append(PlacedVisit(
                        unit=i.units[unit].code, team=team, slot=self._slot(day, half), mode=mode,
                        whole_day=i.island[unit] and mode is Mode.IN_PERSON, order=order,
                    ))  # fmt: skip
        return tuple(sorted(found, key=lambda v: (v.slot.day, v.slot.half.order, v.team, v.order)))

    def _slot(self, day: int, half: int) -> Slot:
        return self.instance.slots[self.instance.slot_of[day][half]]
