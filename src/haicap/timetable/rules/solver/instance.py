"""The problem with everything turned into indices and whole numbers, as the search needs it.

Costs are thousandths of a point, distances whole metres by road (haversine times the road factor).
A half-day of a team holds nothing (None), one unit in person (its index) or units online (a tuple).
An island in person stands in the morning with nothing in the afternoon, and takes both.
"""

import math
from collections.abc import Sequence

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.problem import Mode, Point, Problem

EARTH_METRES = 6_371_008.8  # mean radius, IUGG

Half = int | tuple[int, ...] | None
Day = tuple[Half, Half]
EMPTY: Day = (None, None)


def haversine(one: Point, other: Point) -> float:
    """Return the great-circle distance in metres."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    half_lat, half_lon = (lat2 - lat1) / 2, math.radians(other.lon - one.lon) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(h)))


class Instance:
    """Read-only tables over a problem without fatal faults."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.units, self.teams = problem.units, problem.teams
        self.slots = tuple(sorted(problem.slots))
        self.slot_index = {slot: index for index, slot in enumerate(self.slots)}
        self.unit_index = {unit.code: index for index, unit in enumerate(self.units)}
        self.team_index = {team.number: index for index, team in enumerate(self.teams)}
        self.weights = problem.weights
        self.cost_unserved = problem.weights.unserved * 1000
        self.cost_metre = problem.weights.km
        self.cost_load = problem.weights.load * 1000
        self.cost_mode = problem.weights.mode * 1000
        self.cost_change = problem.weights.change * 1000
        self.online_most = problem.limits.online_per_half_day
        # one metre of margin: the checker may round a leg the other way
        self.lunch = int(problem.limits.lunch_minutes * problem.limits.speed_kmh * 1000 / 60) - 1
        self._team_days()
        self._unit_tables()
        self._rows: dict[int, list[int]] = {}
        self.base_metres = self._base_metres()

    def _team_days(self) -> None:
        days = self.problem.days
        self.team_of: list[int] = []
        self.slot_of: list[tuple[int, int]] = []
        """slot index of the morning and of the afternoon, -1 where the window or the team has none"""
        self.day_at: dict[tuple[int, object], int] = {}
        for team_index, team in enumerate(self.teams):
            for day in days:
                slots = [Slot(day, half) for half in HalfDay]
                usable = [self.slot_index.get(slot, -1) if slot in team.available else -1 for slot in slots]
                if usable != [-1, -1]:
                    self.day_at[team_index, day] = len(self.team_of)
                    self.team_of.append(team_index)
                    self.slot_of.append((usable[0], usable[1]))

    def _unit_tables(self) -> None:
        weights, count = self.weights, len(self.slots)
        self.slot_cost: list[list[int | None]] = []
        self.in_person: list[bool] = []
        self.online: list[bool] = []
        self.mode_cost: list[tuple[int, int]] = []
        self.island: list[bool] = []
        for unit in self.units:
            unlisted = weights.unlisted * 1000 if unit.preferred else 0
            costs: list[int | None] = [unlisted] * count
            for rank, slot in reversed(list(enumerate(unit.preferred))):
                if slot in self.slot_index:
                    costs[self.slot_index[slot]] = rank * weights.rank * 1000
            for slot in unit.blocked:
                if slot in self.slot_index:
                    costs[self.slot_index[slot]] = None
            self.slot_cost.append(costs)
            self.in_person.append(Mode.IN_PERSON in unit.modes and unit.place is not None)
            self.online.append(Mode.ONLINE in unit.modes)
            by_mode = [0 if unit.modes[0] is mode else self.cost_mode for mode in Mode]
            self.mode_cost.append((by_mode[0], by_mode[1]))
            self.island.append(unit.island)
        self.previous = {
            self.unit_index[visit.unit]: (
                self.team_index.get(visit.team, -1), self.slot_index.get(visit.slot, -1), visit.mode,
            )
            for visit in self.problem.previous if visit.unit in self.unit_index
        }  # fmt: skip
        self.pins = {
            self.unit_index[pin.unit]: (
                self.day_at[self.team_index[pin.team], pin.slot.day], pin.slot.half.order, pin.mode,
            )
            for pin in self.problem.pins
        }  # fmt: skip

    def _base_metres(self) -> list[list[int]]:
        by_base: dict[Point | None, list[int]] = {}
        for team in self.teams:
            if team.base not in by_base:
                by_base[team.base] = self._metres_from(team.base)
        return [by_base[team.base] for team in self.teams]

    def _metres_from(self, point: Point | None) -> list[int]:
        factor = self.problem.limits.road_factor
        if point is None:
            return [0] * len(self.units)
        return [round(haversine(point, u.place) * factor) if u.place else 0 for u in self.units]

    def row(self, unit: int) -> list[int]:
        """Return the road metres from `unit` to every unit, worked out when first asked for."""
        if unit not in self._rows:
            self._rows[unit] = self._metres_from(self.units[unit].place)
        return self._rows[unit]

    def seat_cost(self, unit: int, day: int, half: int, mode: Mode) -> int | None:
        """Return the cost of `unit` on that half-day apart from travel and load; None where not allowed."""
        slot = self.slot_of[day][half]
        if slot < 0 or not (self.in_person if mode is Mode.IN_PERSON else self.online)[unit]:
            return None
        cost = self.slot_cost[unit][slot]
        if cost is None:
            return None
        if self.island[unit] and mode is Mode.IN_PERSON:
            later = self.slot_of[day][1]
            if half == 1 or later < 0 or self.slot_cost[unit][later] is None:
                return None
        if unit in self.pins and self.pins[unit] != (day, half, mode):
            return None
        before = self.previous.get(unit)
        if before is not None and before != (self.team_of[day], slot, mode):
            cost += self.cost_change
        return cost + self.mode_cost[unit][0 if mode is Mode.IN_PERSON else 1]

    def half_cost(self, half_content: Half, day: int, half: int) -> int | None:
        """Return the seat costs of what a half-day holds; None where not allowed."""
        if half_content is None:
            return 0
        if isinstance(half_content, int):
            return self.seat_cost(half_content, day, half, Mode.IN_PERSON)
        if len(half_content) > self.online_most:
            return None
        total = 0
        for unit in half_content:
            cost = self.seat_cost(unit, day, half, Mode.ONLINE)
            if cost is None:
                return None
            total += cost
        return total

    def travel(self, team: int, content: Day) -> int | None:
        """Return the metres of a team's day; None where the lunch gap is too short for it."""
        base = self.base_metres[team]
        morning, afternoon = content
        if isinstance(morning, int):
            if isinstance(afternoon, int):
                between = self.row(morning)[afternoon]
                return None if between > self.lunch else base[morning] + between + base[afternoon]
            if afternoon is not None and base[morning] > self.lunch:
                return None
            return 2 * base[morning]
        if isinstance(afternoon, int):
            if morning is not None and base[afternoon] > self.lunch:
                return None
            return 2 * base[afternoon]
        return 0

    def day_cost(self, day: int, content: Day) -> int | None:
        """Return the cost of a team's day apart from load; None where a rule forbids it."""
        if content == EMPTY:
            return 0
        morning, afternoon = content
        if afternoon is not None and isinstance(morning, int) and self.island[morning]:
            return None
        first, second = self.half_cost(morning, day, 0), self.half_cost(afternoon, day, 1)
        metres = self.travel(self.team_of[day], content)
        if first is None or second is None or metres is None:
            return None
        return first + second + metres * self.cost_metre

    def halves(self, content: Day) -> int:
        """Return how many half-days a content takes."""
        if isinstance(content[0], int) and self.island[content[0]]:
            return 2
        return (content[0] is not None) + (content[1] is not None)


def members(half: Half) -> tuple[int, ...]:
    """Return the units on a half-day."""
    return () if half is None else (half,) if isinstance(half, int) else half


def unevenness(loads: Sequence[int]) -> int:
    """Return by how much the sum of squares exceeds that of the evenest split."""
    share, rest = divmod(sum(loads), len(loads))
    return sum(x * x for x in loads) - len(loads) * share * share - rest * (2 * share + 1)
