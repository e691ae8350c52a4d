"""A plan under construction: what each team's day holds, and what it costs, kept up to date move by move."""

from collections.abc import Iterable, Mapping

from haicap.kernel.periods import Slot
from haicap.timetable.rules.problem import Mode, PlacedVisit
from haicap.timetable.rules.solver.bridges import bridges_of
from haicap.timetable.rules.solver.instance import EMPTY, Day, Instance, unit_of

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
        self.sessions = [0] * len(instance.slots)
        self.wishes = [0] * len(instance.group_size)
        self.days_total = 0
        self.cost = self._cost()

    def _cost(self) -> int:
        i = self.instance
        loads = sum(i.load_cost(team, load) for team, load in enumerate(self.loads))
        return self.days_total + len(self.unserved) * i.cost_unserved + loads + self.province_cost()

    def province_cost(self) -> int:
        """Return what the group that fares worst costs."""
        i = self.instance
        means = (cost // size for cost, size in zip(self.wishes, i.group_size, strict=True))
        return i.cost_province * max(means, default=0)

    def apply(self, changes: Changes) -> dict[int, Day]:
        """Put `changes` in place (each day must be allowed) and return what undoes them."""
        undo = {day: self.days[day] for day in changes}
        for day in changes:
            self._clear(day)
        for day, content in changes.items():
            self._fill(day, content)
        self.cost = self._cost()
        return undo

    def _clear(self, day: int) -> None:
        content = self.days[day]
        self._count(day, content, -1)
        for half in content:
            for seat in half:
                del self.day_of[unit_of(seat)]
                self.unserved.add(unit_of(seat))
        self.days_total -= self.day_costs[day]
        self.days[day], self.day_costs[day] = EMPTY, 0

    def _fill(self, day: int, content: Day) -> None:
        cost = self.instance.day_cost(day, content)
        if cost is None:
            raise ValueError(f"day {day} cannot hold {content}")
        for half in content:
            for seat in half:
                unit = unit_of(seat)
                if unit in self.day_of:
                    raise ValueError(f"unit {unit} placed twice")
                self.day_of[unit] = day
                self.unserved.discard(unit)
        self.days_total += cost
        self.days[day], self.day_costs[day] = content, cost
        self._count(day, content, 1)

    def _count(self, day: int, content: Day, sign: int) -> None:
        i = self.instance
        self.loads[i.team_of[day]] += sign * i.halves(content)
        for half, held in enumerate(content):
            if held and held[0] < 0:
                self.sessions[i.slot_of[day][half]] += sign
            for seat in held:
                group = i.group_of[unit_of(seat)]
                if group >= 0:
                    self.wishes[group] += sign * i.wish_cost(seat, day, half)

    def holds(self, days: Iterable[int]) -> bool:
        """Say whether the rules that reach over several days hold around `days`."""
        i = self.instance
        teams = {i.team_of[day] for day in days}
        if any(map(int.__gt__, self.sessions, i.sessions_most)):
            return False
        return all(self.rests(team) for team in teams if i.teams[team].most_days_in_row is not None)

    def rests(self, team: int) -> bool:
        """Say whether a team is never on the road for more days in a row than it may."""
        i = self.instance
        most = i.teams[team].most_days_in_row
        if most is None:
            return True
        row, last = 0, None
        for day in i.days_of[team]:
            if not i.is_on_road(self.days[day]):
                continue
            date = i.problem.days[i.date_of[day]]
            row = row + 1 if last is not None and (date - last).days == 1 else 1
            if row > most:
                return False
            last = date
        return True

    def tried(self, changes: Changes) -> bool:
        """Put `changes` in place when they are allowed and cost no more; say whether they stayed."""
        before = self.cost
        undo = self.apply(changes)
        if self.cost > before or not self.holds(changes):
            self.apply(undo)
            return False
        return True

    def load_margin(self, team: int) -> int:
        """Return what one more half-day of `team` costs, halfway between adding and taking away."""
        return 2 * (self.loads[team] - self.instance.share[team]) * self.instance.cost_load

    def pinned(self, day: int) -> bool:
        """Say whether a day holds a pinned unit."""
        pins, content = self.instance.pins, self.days[day]
        return bool(pins) and any(unit_of(seat) in pins for half in content for seat in half)

    def visits(self) -> tuple[PlacedVisit, ...]:
        """Return the visits, ordered by slot, team and order, those online with their bridge points."""
        i, found = self.instance, []
        bridges = bridges_of(i, self.days)
        for day, content in enumerate(self.days):
            team = i.teams[i.team_of[day]].number
            for half, held in enumerate(content):
                for order, seat in enumerate(held, start=1):
                    unit = unit_of(seat)
                    found.append(PlacedVisit(
                        unit=i.units[unit].code, team=team, slot=self._slot(day, half),
                        mode=Mode.IN_PERSON if seat >= 0 else Mode.ONLINE,
                        whole_day=seat >= 0 and i.whole[unit], order=order,
                        bridge=bridges.get((day, half), "") if seat < 0 else "",
                    ))  # fmt: skip
        return tuple(sorted(found, key=lambda v: (v.slot.day, v.slot.half.order, v.team, v.order)))

    def _slot(self, day: int, half: int) -> Slot:
        return self.instance.slots[self.instance.slot_of[day][half]]
