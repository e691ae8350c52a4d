"""A neighbourhood solved as set partitioning: a few team-days are freed, CP-SAT fills them anew.

One variable per possible content of a day (morning, afternoon); online sessions are seated in the half-days
that a content opens for them. Whatever the rest of the plan holds stays.
"""

from collections.abc import Sequence
from typing import Any

from ortools.sat.python import cp_model

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.instance import EMPTY, Day, Half, members
from haicap.timetable.rules.solver.state import State

ONLINE_OPEN: tuple[int, ...] = ()
"""in a column, a half-day open for online sessions whose units are chosen beside it"""


def repack(state: State, days: Sequence[int], *, waiting: Sequence[int], effort: float) -> dict[int, Day]:
    """Return better contents for `days`, seating also units of `waiting`; {} where none was found.

    `effort` is CP-SAT's deterministic time, so that the answer does not depend on the machine's speed.
    """
    model = _Model(state, days, waiting)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = effort
    solver.parameters.random_seed = 0
    status = solver.solve(model.cp)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {}
    found = model.contents(solver)
    return {day: content for day, content in found.items() if content != state.days[day]}


class _Model:
    def __init__(self, state: State, days: Sequence[int], waiting: Sequence[int]) -> None:
        self.state, self.instance, self.days = state, state.instance, days
        self.cp = cp_model.CpModel()
        self.objective: list[Any] = []
        freed = [u for d in days for half in state.days[d] for u in members(half)]
        self.units = sorted({*freed, *waiting})
        self.uses: dict[int, list[Any]] = {unit: [] for unit in self.units}
        self.columns: dict[int, list[tuple[Day, Any]]] = {}
        self.sessions: dict[tuple[int, int], list[tuple[int, Any]]] = {}
        for day in days:
            self._columns_of(day)
            self._sessions_of(day)
        for unit in self.units:
            missed = self.cp.new_bool_var("")
            self.cp.add_exactly_one(*self.uses[unit], missed)
            self.objective.append(missed * self.instance.cost_unserved)
            if unit in self.instance.pins:
                self.cp.add(missed == 0)
        self._loads()
        self.cp.minimize(sum(self.objective))
        self._hint()

    def _columns_of(self, day: int) -> None:
        i = self.instance
        can_host = any(i.online[unit] for unit in self.units)
        opening: list[Half] = [None, *([ONLINE_OPEN] if can_host else [])]
        mornings = opening + [u for u in self.units if i.seat_cost(u, day, 0, Mode.IN_PERSON) is not None]
        afternoons = opening + [
            u for u in self.units if not i.island[u] and i.seat_cost(u, day, 1, Mode.IN_PERSON) is not None
        ]
        found: list[tuple[Day, Any]] = []
        for morning in mornings if i.slot_of[day][0] >= 0 else [None]:
            for afternoon in afternoons if i.slot_of[day][1] >= 0 else [None]:
                content: Day = (morning, afternoon)
                if morning is not None and morning == afternoon and morning != ONLINE_OPEN:
                    continue
                cost = i.day_cost(day, content)
                if cost is None:
                    continue
                column = self.cp.new_bool_var("")
                found.append((content, column))
                self.objective.append(column * cost)
                for unit in (*members(morning), *members(afternoon)):
                    self.uses[unit].append(column)
        self.cp.add_exactly_one(column for _, column in found)
        self.columns[day] = found

    def _sessions_of(self, day: int) -> None:
        i = self.instance
        for half in (0, 1):
            opened = [column for content, column in self.columns[day] if content[half] == ONLINE_OPEN]
            if not opened:
                continue
            seats = []
            for unit in self.units:
                cost = i.seat_cost(unit, day, half, Mode.ONLINE)
                if cost is not None:
                    seat = self.cp.new_bool_var("")
                    seats.append((unit, seat))
                    self.uses[unit].append(seat)
                    self.objective.append(seat * cost)
            held = sum(seat for _, seat in seats)
            self.cp.add(held <= i.online_most * sum(opened))
            self.cp.add(held >= sum(opened))
            self.sessions[day, half] = seats

    def _loads(self) -> None:
        """Add the load term: sum of squares by team, less the cost of an average half-day."""
        i, state = self.instance, self.state
        if not i.cost_load:
            return
        mean = 2 * sum(state.loads) // max(1, len(state.loads))
        for team in {i.team_of[day] for day in self.days}:
            own = [day for day in self.days if i.team_of[day] == team]
            fixed = state.loads[team] - sum(i.halves(state.days[day]) for day in own)
            steps = [self.cp.new_bool_var("") for _ in range(2 * len(own))]
            taken = sum(i.halves(content) * column for day in own for content, column in self.columns[day])
            self.cp.add(sum(steps) == taken)
            for number, step in enumerate(steps):
                self.objective.append(step * i.cost_load * (2 * (fixed + number) + 1 - mean))

    def _hint(self) -> None:
        for day in self.days:
            held = self.state.days[day]
            shape = tuple(ONLINE_OPEN if isinstance(half, tuple) else half for half in held)
            for content, column in self.columns[day]:
                self.cp.add_hint(column, content == shape)
        for (day, half), seats in self.sessions.items():
            held_here = members(self.state.days[day][half])
            online = isinstance(self.state.days[day][half], tuple)
            for unit, seat in seats:
                self.cp.add_hint(seat, online and unit in held_here)

    def contents(self, solver: cp_model.CpSolver) -> dict[int, Day]:
        """Return the chosen content of each day."""
        found: dict[int, Day] = {}
        for day in self.days:
            content = next((c for c, column in self.columns[day] if solver.boolean_value(column)), EMPTY)
            halves: list[Half] = []
            for half, held in enumerate(content):
                if held == ONLINE_OPEN:
                    seats = self.sessions[day, half]
                    halves.append(tuple(unit for unit, seat in seats if solver.boolean_value(seat)))
                else:
                    halves.append(held)
            found[day] = (halves[0], halves[1])
        return found
