"""Team-days that are the same to a unit, taken together: same base, date, people present and history."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.crews import crews_of
from haicap.timetable.rules.solver.instance import NEVER, Instance
from haicap.timetable.rules.solver.seats import Seats

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DayClass:
    """`days` are its team-days, any of which may hold what one of them may hold, at the same cost."""

    number: int
    days: tuple[int, ...]
    base: int
    date: int
    slots: tuple[int, int]
    team: int
    """one of its teams"""
    crew: int
    """its teams and those that stand in for them elsewhere"""

    @property
    def size(self) -> int:
        """How many team-days it has."""
        return len(self.days)


def classes_of(instance: Instance) -> tuple[DayClass, ...]:
    """Return the classes of all team-days."""
    pinned = {day for day, _, _ in instance.pins.values()}
    dates = instance.problem.days
    before = {
        (team, dates.index(instance.slots[slot].day))
        for team, slot, _ in instance.previous.values() if team >= 0 and slot >= 0
    }  # fmt: skip
    found: dict[object, list[int]] = {}
    for day, team in enumerate(instance.team_of):
        date, slots = instance.date_of[day], instance.slot_of[day]
        key = (
            instance.ways.base_of[team], date, slots, instance.presence.key(team, slots),
            instance.teams[team].most_per_day, team if (team, date) in before else -1,
            day if day in pinned else -1,
        )  # fmt: skip
        found.setdefault(key, []).append(day)
    crews = crews_of(instance, found.values())
    return tuple(
        DayClass(
            number=number, days=tuple(days), base=instance.ways.base_of[instance.team_of[days[0]]],
            date=instance.date_of[days[0]], slots=instance.slot_of[days[0]], team=instance.team_of[days[0]],
            crew=crews[instance.team_of[days[0]]],
        )
        for number, days in enumerate(found.values())
    )  # fmt: skip


class ClassSeats:
    """Costs in points of sitting in a class, of the units that may."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.seats = instance, Seats(instance)
        self.wish = instance.wish / 1000
        self._cache: dict[tuple[int, int, Mode], tuple[NDArray[np.int64], Points]] = {}

    def of(self, day_class: DayClass, half: int, mode: Mode) -> tuple[NDArray[np.int64], Points]:
        """Return the units that may sit there in that mode, and what each costs."""
        key = (day_class.number, half, mode)
        if key not in self._cache:
            costs = self.seats.costs(day_class.team, day_class.slots, half, mode)
            for unit, pin in self.instance.pins.items():
                if pin not in {(day, half, mode) for day in day_class.days}:
                    costs[unit] = NEVER
            units = np.flatnonzero(costs < NEVER)
            self._cache[key] = units, costs[units] / 1000
        return self._cache[key]
