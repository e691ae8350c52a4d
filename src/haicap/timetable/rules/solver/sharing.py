"""Giving chosen days to teams that could each take them, so that the half-days of all are as even as can be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from ortools.sat.python import cp_model

from haicap.timetable.rules.solver.instance import EMPTY, Day
from haicap.timetable.rules.solver.state import State


class HasDays(Protocol):
    """A set of team-days any of which may hold what one may."""

    @property
    def days(self) -> tuple[int, ...]:
        """The team-days."""


def share_out(
    state: State, cells: Sequence[HasDays], contents: Mapping[int, Sequence[Day]]
) -> dict[int, Day]:
    """Return day -> content for all days of `cells`, `contents` being those chosen for each."""
    placed = {day: EMPTY for cell in cells for day in cell.days}
    open_cells = {}
    for number, chosen in contents.items():
        days = cells[number].days
        if len(days) == 1:
            placed[days[0]] = chosen[0]
        else:
            open_cells[number] = days
    if open_cells:
        _evenly(state, open_cells, contents, placed)
    return placed


def _evenly(
    state: State,
    cells: Mapping[int, Sequence[int]],
    contents: Mapping[int, Sequence[Day]],
    placed: dict[int, Day],
) -> None:
    """Choose how many half-days each team-day takes; which content of that size does not matter."""
    i, cp = state.instance, cp_model.CpModel()
    takes: dict[int, dict[int, cp_model.IntVar]] = {}
    loads: dict[int, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
    for number, days in cells.items():
        sizes: dict[int, int] = defaultdict(int)
        for content in contents[number]:
            sizes[i.halves(content)] += 1
        for day in days:
            takes[day] = {size: cp.new_bool_var("") for size in sizes}
            cp.add_at_most_one(takes[day].values())
            loads[i.team_of[day]] += [(size, taken) for size, taken in takes[day].items()]
        for size, count in sizes.items():
            cp.add(sum(takes[day][size] for day in days) == count)
    costs: list[int] = []
    terms: list[cp_model.IntVar] = []
    fixed = list(state.loads)
    for day, content in placed.items():
        fixed[i.team_of[day]] += i.halves(content) - i.halves(state.days[day])
    for team, taken in loads.items():
        steps = [i.load_cost(team, fixed[team] + more) for more in range(2 * len(i.days_of[team]) + 1)]
        parts = [cp.new_bool_var("") for _ in steps[1:]]
        cp.add(sum(size * var for size, var in taken) == sum(parts))
        costs += [b - a for a, b in pairwise(steps)]
        terms += parts
    cp.minimize(cp_model.LinearExpr.weighted_sum(terms, costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = 0.5
    if solver.solve(cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise ArithmeticError("the days could not be shared out")
    for number, days in cells.items():
        left: dict[int, list[Day]] = defaultdict(list)
        for content in contents[number]:
            left[i.halves(content)].append(content)
        for day in days:
            size = next((s for s, var in takes[day].items() if solver.boolean_value(var)), None)
            if size is not None:
                placed[day] = left[size].pop()
