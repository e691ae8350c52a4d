"""The linear programme of column generation: days chosen in fractions, and the prices that follow (HiGHS)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import highspy
import numpy as np

from haicap.timetable.rules.solver.classes import DayClass, Points
from haicap.timetable.rules.solver.crews import crews_of
from haicap.timetable.rules.solver.instance import Day, Instance, unit_of
from haicap.timetable.rules.solver.pricing import Prices
from haicap.timetable.rules.solver.programme import FREE, quiet
from haicap.timetable.rules.solver.rests import runs_of

MILD = 200.0
"""points added to what leaving a unit out costs at first"""


@dataclass(frozen=True, slots=True)
class Column:
    """A day that a class may hold; `cost` in points, without load."""

    day_class: int
    content: Day
    cost: float


class Master:
    """Rows: units, classes, sessions, half-days by crew, runs of days on the road, groups; columns grow."""

    def __init__(self, instance: Instance, classes: Sequence[DayClass]) -> None:
        self.instance, self.classes = instance, classes
        self.columns: list[Column] = []
        self._known: set[tuple[int, Day]] = set()
        self.highs = quiet()
        self._rows()
        self._first_columns()
        self.first_column = self.highs.getNumCol()

    def _rows(self) -> None:
        i = self.instance
        lower: list[float] = [1.0] * len(i.units)
        upper: list[float] = [1.0] * len(i.units)
        self.class_row = len(lower)
        lower += [-FREE] * len(self.classes)
        upper += [float(each.size) for each in self.classes]
        self.session_row = len(lower)
        lower += [-FREE] * len(i.slots)
        upper += [float(most) for most in i.sessions_most]
        self.half_row = len(lower)
        self.crew_of = crews_of(i, [each.days for each in self.classes])
        crews = max(self.crew_of, default=-1) + 1
        lower += [0.0] * crews
        upper += [0.0] * crews
        self.run_row = len(lower)
        self.runs = runs_of(i, self.crew_of)
        lower += [-FREE] * len(self.runs)
        upper += [float(run.most) for run in self.runs]
        self.group_row = len(lower)
        lower += [0.0] * len(i.group_size)
        upper += [FREE] * len(i.group_size)
        self.upper = np.array(upper)
        none = np.zeros(0, dtype=np.int32)
        self.highs.addRows(
            len(lower), np.array(lower), self.upper, 0, np.zeros(len(lower), dtype=np.int32), none,
            np.zeros(0),
        )  # fmt: skip

    def _first_columns(self) -> None:
        """Add units left out, the even and uneven half-days of each crew, and the worst group's mean."""
        i = self.instance
        self.refusal, self.sharpened = self._mild_refusals(), False
        for unit in range(len(i.units)):
            most = 0.0 if unit in i.pins else 1.0
            self._add(float(self.refusal[unit]), most, {unit: 1.0})
        self.load_steps = load_steps(i, self.crew_of)
        self.load_fixed = sum(i.load_cost(team, 0) for team in range(len(i.teams))) / 1000
        for crew, steps in enumerate(self.load_steps):
            for slope, count in Counter(steps).items():
                self._add(slope, float(count), {self.half_row + crew: -1.0})
        sizes = {self.group_row + group: float(size) for group, size in enumerate(i.group_size)}
        self._add(float(i.cost_province), FREE, sizes)

    def _mild_refusals(self) -> Points:
        """Return by unit what leaving it out costs at first: little more than a visit, so that prices settle."""
        i = self.instance
        real = np.full(len(i.units), i.cost_unserved / 1000)
        if not i.ways.out:
            return real
        trip = np.min([out + back for out, back in zip(i.ways.out, i.ways.back, strict=True)], axis=0)
        worst = i.wish.max(axis=1) + np.array(i.mode_cost, dtype=np.float64).max(axis=1)
        for unit, costs in i.changing.items():
            worst[unit] += costs.max()
        mild: Points = np.minimum(real, MILD + (2.0 * trip * i.cost_metre + 2.0 * worst + i.cost_day) / 1000)
        return mild

    def sharpen(self) -> bool:
        """Raise what leaving out costs to its real amount; False where nobody is left out for less.

        At first for those left out, who may be hopeless cases; then for all, as others take their turn.
        """
        real = self.instance.cost_unserved / 1000
        mild = self.refusal < real
        left_out = (self.value[: self.class_row] > 1e-6) & mild
        if not left_out.any():
            return False
        for unit in np.flatnonzero(mild if self.sharpened else left_out).tolist():
            self.refusal[unit] = real
            self.highs.changeColCost(unit, real)
        self.sharpened = True
        return True

    def _add(self, cost: float, upper: float, entries: dict[int, float]) -> None:
        rows = np.array(list(entries), dtype=np.int32)
        self.highs.addCol(cost, 0.0, upper, len(rows), rows, np.array(list(entries.values())))

    def add(self, found: Iterable[tuple[int, Day]]) -> int:
        """Add days of classes, each once; return how many were new."""
        fresh = []
        for day_class, content in found:
            if (day_class, content) in self._known:
                continue
            cost = self.instance.day_cost(self.classes[day_class].days[0], content)
            if cost is not None:
                self._known.add((day_class, content))
                fresh.append(Column(day_class, content, cost / 1000))
        if fresh:
            self._add_many(fresh)
        self.columns += fresh
        return len(fresh)

    def _add_many(self, fresh: Sequence[Column]) -> None:
        starts, rows, values = [0], [], []
        for column in fresh:
            for row, value in self.entries(column).items():
                rows.append(row)
                values.append(value)
            starts.append(len(rows))
        count = len(fresh)
        self.highs.addCols(
            count, np.array([column.cost for column in fresh]), np.zeros(count), np.full(count, FREE),
            len(rows), np.array(starts[:-1], dtype=np.int32), np.array(rows, dtype=np.int32),
            np.array(values),
        )  # fmt: skip

    def entries(self, column: Column) -> dict[int, float]:
        """Return row -> coefficient."""
        i, day_class = self.instance, self.classes[column.day_class]
        found: dict[int, float] = {self.class_row + column.day_class: 1.0}
        halves = i.halves(column.content)
        if halves:
            found[self.half_row + day_class.crew] = float(halves)
        for half, held in enumerate(column.content):
            slot = day_class.slots[half]
            if held and held[0] < 0:
                found[self.session_row + slot] = 1.0
            for seat in held:
                unit = unit_of(seat)
                found[unit] = 1.0
                if (group := i.group_of[unit]) >= 0 and i.wishes[unit][slot]:
                    row = self.group_row + group
                    found[row] = found.get(row, 0.0) - i.wishes[unit][slot] / 1000
        if self.runs and i.is_on_road(column.content):
            for number, run in enumerate(self.runs):
                if run.crew == day_class.crew and day_class.date in run.dates:
                    found[self.run_row + number] = 1.0
        return found

    def solve(self) -> float:
        """Solve and return the value in points."""
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError("the linear programme of the timetable was not solved")
        solution = self.highs.getSolution()
        self.dual = np.array(solution.row_dual)
        self.value = np.array(solution.col_value)
        self.reduced = np.array(solution.col_dual)
        return float(self.highs.getInfo().objective_function_value) + self.load_fixed

    def chosen(self) -> Points:
        """Return the fractions of the columns."""
        return self.value[self.first_column :]

    def prices(self, dual: Points) -> Prices:
        """Return what `dual` pays, brought back into its proper signs."""
        i = self.instance
        group = np.maximum(0.0, dual[self.group_row :])
        paid = float(group @ np.array(i.group_size, dtype=np.float64)) if len(group) else 0.0
        if paid > i.cost_province:
            group = group * (i.cost_province / paid)
        by_unit = np.zeros(len(i.units))
        for unit, number in enumerate(i.group_of):
            if number >= 0:
                by_unit[unit] = group[number]
        run = np.minimum(0.0, dual[self.run_row : self.group_row])
        road = np.zeros(len(self.classes))
        for number, each in enumerate(self.runs):
            for day_class in self.classes:
                if day_class.crew == each.crew and day_class.date in each.dates:
                    road[day_class.number] -= run[number]
        session = np.minimum(0.0, dual[self.session_row : self.half_row])
        return Prices(
            unit=dual[: self.class_row], session=-session, half=-dual[self.half_row : self.run_row],
            road=road, wish=by_unit,
        )  # fmt: skip

    def fixed_value(self, dual: Points, prices: Prices) -> float:
        """Return the part of the Lagrangian bound that does not depend on the days, in points."""
        i = self.instance
        left_out = np.minimum(0.0, i.cost_unserved / 1000 - prices.unit)
        for unit in i.pins:
            left_out[unit] = 0.0
        session = float(-prices.session @ np.array(i.sessions_most, dtype=np.float64))
        run = np.minimum(0.0, dual[self.run_row : self.group_row])
        runs = float(run @ self.upper[self.run_row : self.group_row]) if len(run) else 0.0
        load = self.load_fixed
        for crew, steps in enumerate(self.load_steps):
            lowest = total = 0.0
            for slope in steps:
                total += slope - prices.half[crew]
                lowest = min(lowest, total)
            load += lowest
        return float(prices.unit.sum() + left_out.sum()) + session + runs + load


def load_steps(instance: Instance, crew_of: Sequence[int]) -> list[list[float]]:
    """Return by crew what each further half-day costs at least in points, cheapest first."""
    steps: list[list[float]] = [[] for _ in range(max(crew_of, default=-1) + 1)]
    for team, crew in enumerate(crew_of):
        most = sum(instance.usable(day) for day in instance.days_of[team])
        costs = [instance.load_cost(team, load) / 1000 for load in range(most + 1)]
        steps[crew] += [after - before for before, after in pairwise(costs)]
    return [sorted(each) for each in steps]
