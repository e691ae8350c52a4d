"""The problem with everything turned into indices and whole numbers, as the solver needs it.

Costs are thousandths of a point, distances whole metres by road (haversine times the road factor, or the
matrix of the problem). A half-day of a team is a tuple of seats: the index of a unit visited in person, or
its complement (`~unit`) for a unit visited online. A unit that takes the whole day stands in the morning
with nothing in the afternoon.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem
from haicap.timetable.rules.solver.presence import Presence
from haicap.timetable.rules.solver.ways import Ways

Half = tuple[int, ...]
Day = tuple[Half, Half]
EMPTY: Day = ((), ())
NEVER = 1 << 50
"""the cost of what is not allowed, in tables"""
Costs = NDArray[np.int64]


class Instance:
    """Read-only tables over a problem without fatal faults."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.units, self.teams, self.limits = problem.units, problem.teams, problem.limits
        self.slots = tuple(sorted(problem.slots))
        self.slot_index = {slot: index for index, slot in enumerate(self.slots)}
        self.unit_index = {unit.code: index for index, unit in enumerate(self.units)}
        self.team_index = {team.number: index for index, team in enumerate(self.teams)}
        self._prices()
        self.presence = Presence(problem, self.slots)
        self.ways = Ways(problem)
        self._team_days()
        self._unit_tables()
        self._groups()
        self._shares()
        self.sessions_most = self._sessions_most()

    def _prices(self) -> None:
        weights = self.problem.weights
        self.cost_unserved = weights.unserved * 1000
        self.cost_mode = weights.mode * 1000
        self.cost_load = weights.load * 1000
        self.cost_day = weights.team_day * 1000
        self.cost_metre = weights.km
        self.cost_province = weights.province

    def _team_days(self) -> None:
        self.team_of: list[int] = []
        self.date_of: list[int] = []
        self.slot_of: list[tuple[int, int]] = []
        """slot index of the morning and of the afternoon, -1 where the window or the team has none"""
        self.day_at: dict[tuple[int, object], int] = {}
        self.days_of: list[list[int]] = [[] for _ in self.teams]
        for team in range(len(self.teams)):
            led = self.presence.led[team]
            for number, date in enumerate(self.problem.days):
                slots = [self.slot_index.get(Slot(date, half), -1) for half in HalfDay]
                usable = [slot if slot >= 0 and led[slot] else -1 for slot in slots]
                if usable != [-1, -1]:
                    self.day_at[team, date] = len(self.team_of)
                    self.days_of[team].append(len(self.team_of))
                    self.team_of.append(team)
                    self.date_of.append(number)
                    self.slot_of.append((usable[0], usable[1]))

    def _unit_tables(self) -> None:
        weights, count, half_day = self.problem.weights, len(self.slots), self.limits.half_day_minutes
        self.wish = np.zeros((len(self.units), count), dtype=np.int64)
        self.blocked = np.zeros((len(self.units), count), dtype=bool)
        for row, unit in enumerate(self.units):
            self.wish[row] = weights.unlisted * 1000 if unit.preferred else 0
            for rank, slot in reversed(list(enumerate(unit.preferred))):
                if slot in self.slot_index:
                    self.wish[row, self.slot_index[slot]] = rank * weights.rank * 1000
            for slot in unit.blocked:
                if slot in self.slot_index:
                    self.blocked[row, self.slot_index[slot]] = True
        self.whole = [unit.island for unit in self.units]
        self.minutes = [unit.minutes for unit in self.units]
        self.in_person = [
            Mode.IN_PERSON in unit.modes and self.ways.known[row]
            and unit.minutes <= half_day * (2 if unit.island else 1)
            for row, unit in enumerate(self.units)
        ]  # fmt: skip
        self.online = [Mode.ONLINE in unit.modes for unit in self.units]
        self.mode_cost = [
            tuple(0 if unit.modes[0] is mode else self.cost_mode for mode in Mode) for unit in self.units
        ]
        self.previous = self._placed(self.problem.previous)
        self.changing = {unit: self._changing(unit) for unit in self.previous}
        self.pins = {
            self.unit_index[pin.unit]: (
                self.day_at[self.team_index[pin.team], pin.slot.day], pin.slot.half.order, pin.mode,
            )
            for pin in self.problem.pins
        }  # fmt: skip

    def _placed(self, visits: Iterable[PlacedVisit]) -> dict[int, tuple[int, int, Mode]]:
        """Return unit -> (team, slot, mode); -1 for a team or slot that is no more."""
        return {
            self.unit_index[visit.unit]: (
                self.team_index.get(visit.team, -1), self.slot_index.get(visit.slot, -1), visit.mode,
            )
            for visit in visits if visit.unit in self.unit_index
        }  # fmt: skip

    def _changing(self, unit: int) -> Costs:
        """Return by slot what it costs that `unit` is visited then, otherwise than in the calendar in force."""
        weights, today, notice = self.problem.weights, self.problem.today, self.limits.notice_days
        old = next(v.slot.day for v in self.problem.previous if v.unit == self.units[unit].code)
        if today is None:
            return np.full(len(self.slots), weights.change * 1000, dtype=np.int64)
        near = [max(0, notice - (min(old, slot.day) - today).days) for slot in self.slots]
        return np.array([(weights.change + weights.soon * days) * 1000 for days in near], dtype=np.int64)

    def _groups(self) -> None:
        """Number the groups that have units with wishes: `group_of` is -1 for the other units."""
        named = sorted({unit.group for unit in self.units if unit.group and unit.preferred})
        index = {name: number for number, name in enumerate(named)}
        self.group_of = [index[u.group] if u.group and u.preferred else -1 for u in self.units]
        self.group_size = [self.group_of.count(number) for number in range(len(named))]

    def _shares(self) -> None:
        """Set the half-days each team should have: as even as its presence allows."""
        first = [unit.modes[0] for unit in self.units]
        online = first.count(Mode.ONLINE)
        islands = sum(u.island and m is Mode.IN_PERSON for u, m in zip(self.units, first, strict=True))
        needed = len(first) - online + islands - (-online // self.limits.online_per_half_day)
        self.capacity = [sum(led) for led in self.presence.led]
        level = 0
        while level < len(self.slots) and sum(min(cap, level + 1) for cap in self.capacity) <= needed:
            level += 1
        self.share = [min(cap, level) for cap in self.capacity]

    def _sessions_most(self) -> list[int]:
        """Return by slot how many teams may be online at once."""
        if not self.problem.bridges:
            return [len(self.teams)] * len(self.slots)
        return [
            sum(bridge.capacity for bridge in self.problem.bridges if slot in bridge.available)
            for slot in self.slots
        ]

    @cached_property
    def wishes(self) -> list[list[int]]:
        """The costs of preference as plain lists, for one look at a time."""
        found: list[list[int]] = self.wish.tolist()
        return found

    @cached_property
    def blocks(self) -> list[list[bool]]:
        """The blocked half-days as plain lists."""
        found: list[list[bool]] = self.blocked.tolist()
        return found

    def seat_cost(self, unit: int, day: int, half: int, mode: Mode) -> int | None:
        """Return the cost of `unit` on that half-day apart from travel and load; None where not allowed."""
        slot = self.slot_of[day][half]
        in_person = mode is Mode.IN_PERSON
        if slot < 0 or not (self.in_person if in_person else self.online)[unit] or self.blocks[unit][slot]:
            return None
        team = self.team_of[day]
        if not self.presence.covered(team, unit)[slot]:
            return None
        if in_person and self.whole[unit]:
            later = self.slot_of[day][1]
            if half == 1 or later < 0 or self.blocks[unit][later]:
                return None
            if not self.presence.covered(team, unit)[later]:
                return None
        if self.pins and unit in self.pins and self.pins[unit] != (day, half, mode):
            return None
        cost = self.wishes[unit][slot] + self.mode_cost[unit][0 if in_person else 1]
        if unit in self.previous and self.previous[unit] != (team, slot, mode):
            cost += int(self.changing[unit][slot])
        return cost

    def half_cost(self, half_content: Half, day: int, half: int) -> int | None:
        """Return the seat costs of what a half-day holds; None where not allowed."""
        total, online = 0, 0
        for seat in half_content:
            unit, mode = (seat, Mode.IN_PERSON) if seat >= 0 else (~seat, Mode.ONLINE)
            cost = self.seat_cost(unit, day, half, mode)
            if cost is None:
                return None
            online += seat < 0
            total += cost
        people = len(half_content) - online
        if online and (people or online > self.limits.online_per_half_day):
            return None
        if people > 1 and (people > 2 or not self.may_share(half_content[0], half_content[1])):
            return None
        return total

    def may_share(self, first: int, second: int) -> bool:
        """Say whether two visits in person fit into one half-day, in this order."""
        way = self.ways.minutes(first, second)
        return (
            way <= self.limits.two_visits_minutes
            and self.limits.two_visits_minutes > 0
            and not (self.whole[first] or self.whole[second])
            and self.minutes[first] + way + self.minutes[second] <= self.limits.half_day_minutes
        )

    def travel(self, team: int, content: Day) -> int | None:
        """Return the metres of a team's day; None where the noon break is too short for it."""
        morning, afternoon = content
        stops = [seat for half in content for seat in half if seat >= 0]
        if not stops:
            return 0
        if morning and afternoon:
            last = morning[-1] if morning[-1] >= 0 else -1
            first = afternoon[0] if afternoon[0] >= 0 else -1
            if not self.ways.over_noon(team, last, first):
                return None
            if last >= 0 and first < 0:
                return self.ways.round_trip(team, morning)
            if last < 0 and first >= 0:
                return self.ways.round_trip(team, afternoon)
        return self.ways.round_trip(team, stops)

    def day_cost(self, day: int, content: Day) -> int | None:
        """Return the cost of a team's day apart from load; None where a rule forbids it."""
        if content == EMPTY:
            return 0
        morning, afternoon = content
        team = self.team_of[day]
        if len(morning) + len(afternoon) > self.teams[team].most_per_day:
            return None
        if afternoon and self.takes_whole_day(morning):
            return None
        first, second = self.half_cost(morning, day, 0), self.half_cost(afternoon, day, 1)
        if first is None or second is None:
            return None
        metres = self.travel(team, content)
        if metres is None:
            return None
        return first + second + metres * self.cost_metre + self.cost_day

    def takes_whole_day(self, morning: Half) -> bool:
        """Say whether what stands in the morning takes the afternoon too."""
        return bool(morning) and morning[0] >= 0 and self.whole[morning[0]]

    def halves(self, content: Day) -> int:
        """Return how many half-days a content takes."""
        return 2 if self.takes_whole_day(content[0]) else bool(content[0]) + bool(content[1])

    def usable(self, day: int) -> int:
        """Return on how many halves of a team-day its people cover what some unit asks."""
        team = self.team_of[day]
        return sum(slot >= 0 and any(self.presence.by_demand(team, slot)) for slot in self.slot_of[day])

    def wish_cost(self, seat: int, day: int, half: int) -> int:
        """Return the cost of preference of a seat."""
        return self.wishes[unit_of(seat)][self.slot_of[day][half]]

    def load_cost(self, team: int, load: int) -> int:
        """Return what `load` half-days of a team cost."""
        over = load - self.share[team]
        return over * (over - 1) * self.cost_load

    def is_on_road(self, content: Day) -> bool:
        """Say whether a content holds a visit in person."""
        return any(seat >= 0 for half in content for seat in half)


def unit_of(seat: int) -> int:
    """Return the unit of a seat."""
    return seat if seat >= 0 else ~seat


def members(half: Half) -> Sequence[int]:
    """Return the units on a half-day."""
    return [seat if seat >= 0 else ~seat for seat in half]


def turned(content: Day) -> Day:
    """Return a day with its halves changed."""
    return content[1], content[0]
