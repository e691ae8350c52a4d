"""Whole days chosen anew from the columns at hand, as an integer programme.

Some team-days are emptied; their units and those that wait get the best days among the columns known. Team-days
that are the same to a unit may be taken together in a cell, their loads being shared out afterwards; where every cell
is one team-day, each team's load and rest are counted exactly.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from haicap.timetable.rules.solver.crews import crews_of
from haicap.timetable.rules.solver.instance import Day, unit_of
from haicap.timetable.rules.solver.programme import FREE, Programme
from haicap.timetable.rules.solver.rests import runs_of
from haicap.timetable.rules.solver.sharing import share_out
from haicap.timetable.rules.solver.state import State


@dataclass(frozen=True, slots=True)
class Cell:
    """Team-days filled as one: at most `len(days)` of its contents."""

    days: tuple[int, ...]
    contents: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """New contents, and the proven bound of the programme in thousandths of a point."""

    changes: dict[int, Day]
    bound: float


class Packing:
    """The programme over `cells`; everything else of `state` stays. `units`: those waiting that may come in."""

    def __init__(self, state: State, cells: Sequence[Cell], *, units: Collection[int] | None = None) -> None:
        self.state, self.instance, self.cells = state, state.instance, cells
        self.crew_of = crews_of(self.instance, [cell.days for cell in cells])
        self.programme = Programme()
        self.days = sorted(day for cell in cells for day in cell.days)
        freed = {unit_of(seat) for day in self.days for half in state.days[day] for seat in half}
        waiting = state.unserved if units is None else state.unserved.intersection(units)
        self.units = sorted(freed | waiting)
        self.fixed = 0
        self._rows()
        self._loads()
        self._columns()

    def _rows(self) -> None:
        i, add = self.instance, self.programme.row
        self.unit_row = {unit: add(1, 1) for unit in self.units}
        self.cell_row = [add(-FREE, len(cell.days)) for cell in self.cells]
        self.session_row: dict[int, int] = {}
        if i.problem.bridges:
            left = self._sessions_left()
            self.session_row = {slot: add(-FREE, most) for slot, most in enumerate(left)}
        self.rest_rows: dict[int, list[int]] = defaultdict(list)
        self._rests()
        self.group_row: dict[int, int] = {}
        if i.group_size and i.cost_province:
            sums = self._wishes_outside()
            rows = {g: add(sums[g] - size + 1, FREE) for g, size in enumerate(i.group_size)}
            self.group_row = rows
            entries = {row: float(i.group_size[g]) for g, row in rows.items()}
            # in whole thousandths: the mean is rounded down
            self.programme.column(i.cost_province, entries, most=FREE, hint=self._worst_mean())
        for unit, row in self.unit_row.items():
            most = 0.0 if unit in i.pins else 1.0
            hint = 1.0 if unit in self.state.unserved else 0.0
            self.programme.column(i.cost_unserved, {row: 1.0}, most=most, whole=False, hint=hint)

    def _sessions_left(self) -> list[int]:
        i, state = self.instance, self.state
        left = [most - held for most, held in zip(i.sessions_most, state.sessions, strict=True)]
        for day in self.days:
            for half, held in enumerate(state.days[day]):
                if held and held[0] < 0:
                    left[i.slot_of[day][half]] += 1
        return left

    def _rests(self) -> None:
        """Keep teams from more days on the road in a row than they may, crews from more than theirs together."""
        i, mine = self.instance, set(self.days)
        touched = {self.crew_of[i.team_of[day]] for day in self.days}
        for run in runs_of(i, self.crew_of):
            if run.crew not in touched:
                continue
            there = [
                day for day, team in enumerate(i.team_of)
                if self.crew_of[team] == run.crew and i.date_of[day] in run.dates
            ]  # fmt: skip
            fixed = sum(day not in mine and i.is_on_road(self.state.days[day]) for day in there)
            row = self.programme.row(-FREE, run.most - fixed)
            for day in there:
                self.rest_rows[day].append(row)

    def _wishes_outside(self) -> list[int]:
        """Return by group the cost of preference of what stays."""
        i, state = self.instance, self.state
        sums = list(state.wishes)
        for day in self.days:
            for half, held in enumerate(state.days[day]):
                for seat in held:
                    if (group := i.group_of[unit_of(seat)]) >= 0:
                        sums[group] -= i.wish_cost(seat, day, half)
        return sums

    def _worst_mean(self) -> int:
        i = self.instance
        return max((w // size for w, size in zip(self.state.wishes, i.group_size, strict=True)), default=0)

    def _loads(self) -> None:
        """Count half-days by crew, those of the cheapest teams first, and add what they cost."""
        i, state = self.instance, self.state
        freed: dict[int, int] = defaultdict(int)
        room: dict[int, int] = defaultdict(int)
        for day in self.days:
            freed[i.team_of[day]] += i.halves(state.days[day])
            room[i.team_of[day]] += i.usable(day)
        steps: dict[int, list[int]] = defaultdict(list)
        for team, halves in freed.items():
            fixed = state.loads[team] - halves
            costs = [i.load_cost(team, fixed + more) for more in range(room[team] + 1)]
            self.fixed += costs[0]
            steps[self.crew_of[team]] += [b - a for a, b in pairwise(costs)]
        self.load_row = {key: self.programme.row(0, 0) for key in steps}
        for key, rises in steps.items():
            for rise, count in sorted(Counter(rises).items()):
                self.programme.column(rise, {self.load_row[key]: -1.0}, most=count, whole=False)

    def _columns(self) -> None:
        i, allowed = self.instance, set(self.units)
        self.columns: list[tuple[int, int, Day]] = []
        for number, cell in enumerate(self.cells):
            day = cell.days[0]
            now = {self.state.days[held] for held in cell.days}
            for content in cell.contents:
                if not allowed.issuperset(unit_of(seat) for half in content for seat in half):
                    continue
                cost = i.day_cost(day, content)
                if cost is not None:
                    entries = self._entries(number, day, content)
                    hint = 1.0 if content in now else 0.0
                    column = self.programme.column(cost, entries, hint=hint)
                    self.columns.append((column, number, content))

    def _entries(self, number: int, day: int, content: Day) -> dict[int, float]:
        i = self.instance
        found = {self.cell_row[number]: 1.0, self.load_row[self.crew_of[i.team_of[day]]]: i.halves(content)}
        if i.is_on_road(content):
            found |= dict.fromkeys(self.rest_rows.get(day, ()), 1.0)
        for half, held in enumerate(content):
            if held and held[0] < 0 and self.session_row:
                row = self.session_row[i.slot_of[day][half]]
                found[row] = found.get(row, 0.0) + 1.0
            for seat in held:
                unit = unit_of(seat)
                found[self.unit_row[unit]] = 1.0
                cost, group = i.wish_cost(seat, day, half), i.group_of[unit]
                if group in self.group_row and cost:
                    row = self.group_row[group]
                    found[row] = found.get(row, 0.0) - cost
        return found

    def solve(self, *, nodes: int | None, stopped: Callable[[], bool]) -> Packed:
        """Return better contents of the freed days ({} where none was found)."""
        answer = self.programme.solve(nodes=nodes, stopped=stopped)
        # what stays outside costs the same in every plan that differs here only
        bound = answer.bound + self.fixed
        if answer.values is None:
            return Packed({}, bound)
        contents: dict[int, list[Day]] = defaultdict(list)
        for column, number, content in self.columns:
            if answer.values[column] > 0.5:
                contents[number].append(content)
        placed = share_out(self.state, self.cells, contents, stopped)
        return Packed({d: c for d, c in placed.items() if c != self.state.days[d]}, bound)
