"""Giving chosen days to teams that could each take them, so that the half-days of all are as even as can be."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from haicap.timetable.rules.solver.instance import EMPTY, Day, Instance
from haicap.timetable.rules.solver.programme import FREE, Programme
from haicap.timetable.rules.solver.rests import spans
from haicap.timetable.rules.solver.state import State

Kind = tuple[int, bool]
"""half-days taken, and whether on the road: contents of a kind are the same to a team"""
NODES = 200


class HasDays(Protocol):
    """A set of team-days any of which may hold what one may."""

    @property
    def days(self) -> tuple[int, ...]:
        """The team-days."""


def share_out(
    state: State,
    cells: Sequence[HasDays],
    contents: Mapping[int, Sequence[Day]],
    stopped: Callable[[], bool],
) -> dict[int, Day]:
    """Return day -> content for all days of `cells`, `contents` being those chosen for each.

    What no team may take, for want of rest, is dropped.
    """
    placed = {day: EMPTY for cell in cells for day in cell.days}
    open_cells = {}
    for number, chosen in contents.items():
        days = cells[number].days
        if len(days) == 1:
            placed[days[0]] = chosen[0]
        else:
            open_cells[number] = days
    if open_cells:
        _Sharing(state, open_cells, contents, placed).run(stopped)
    return placed


class _Sharing:
    def __init__(
        self,
        state: State,
        cells: Mapping[int, Sequence[int]],
        contents: Mapping[int, Sequence[Day]],
        placed: dict[int, Day],
    ) -> None:
        self.state, self.instance, self.cells, self.contents = state, state.instance, cells, contents
        self.placed = placed
        self.programme = Programme()
        self.takes: dict[int, dict[Kind, int]] = {}
        self._rows()
        for number, days in cells.items():
            self._columns(number, days)

    def _rows(self) -> None:
        i, add = self.instance, self.programme.row
        days = [day for there in self.cells.values() for day in there]
        self.day_row = {day: add(-FREE, 1) for day in days}
        fixed = list(self.state.loads)
        for day, content in self.placed.items():
            fixed[i.team_of[day]] += i.halves(content) - i.halves(self.state.days[day])
        self.load_row = {}
        for team in sorted({i.team_of[day] for day in days}):
            self.load_row[team] = add(0, 0)
            most = 2 * sum(i.team_of[day] == team for day in days)
            steps = [i.load_cost(team, fixed[team] + more) for more in range(most + 1)]
            for rise, count in sorted(Counter(b - a for a, b in pairwise(steps)).items()):
                self.programme.column(rise, {self.load_row[team]: -1.0}, most=count, whole=False)
        self.rest_rows: dict[int, list[int]] = defaultdict(list)
        for team in self.load_row:
            if (most_days := i.teams[team].most_days_in_row) is not None:
                self._rests(team, most_days)

    def _rests(self, team: int, most: int) -> None:
        i = self.instance
        for span in spans(i, team, most + 1):
            fixed = sum(
                i.is_on_road(self.placed.get(day, self.state.days[day]))
                for day in span if day not in self.day_row
            )  # fmt: skip
            row = self.programme.row(-FREE, most - fixed)
            for day in span:
                self.rest_rows[day].append(row)

    def _columns(self, number: int, days: Sequence[int]) -> None:
        i = self.instance
        kinds = Counter(kind_of(i, content) for content in self.contents[number])
        for kind, count in sorted(kinds.items()):
            row = self.programme.row(count, count)
            self.programme.column(i.cost_unserved, {row: 1.0}, most=count, whole=False)
            for day in days:
                entries = {row: 1.0, self.day_row[day]: 1.0, self.load_row[i.team_of[day]]: float(kind[0])}
                if kind[1]:
                    entries |= dict.fromkeys(self.rest_rows.get(day, ()), 1.0)
                self.takes.setdefault(day, {})[kind] = self.programme.column(0.0, entries)

    def run(self, stopped: Callable[[], bool]) -> None:
        """Fill `placed`."""
        values = self.programme.solve(nodes=NODES, stopped=stopped).values
        if values is None:
            return
        for number, days in self.cells.items():
            left: dict[Kind, list[Day]] = defaultdict(list)
            for content in self.contents[number]:
                left[kind_of(self.instance, content)].append(content)
            for day in days:
                kind = next((k for k, column in self.takes[day].items() if values[column] > 0.5), None)
                if kind is not None:
                    self.placed[day] = left[kind].pop()


def kind_of(instance: Instance, content: Day) -> Kind:
    """Return what matters of a content to whoever takes it."""
    return instance.halves(content), instance.is_on_road(content)
