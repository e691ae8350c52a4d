"""Half-days filled all at once: waiting units given their cheapest seats together, as one assignment."""

from collections.abc import Sequence

import numpy as np
from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.instance import NEVER, Costs, Day
from haicap.timetable.rules.solver.seats import Seats
from haicap.timetable.rules.solver.state import State

Cell = tuple[int, int]
WAITING = 240
"""units considered at once, those nearest to the base"""


class Seating:
    """Seats units in person; with the other half of each day as it is, the cost of a seat is exact."""

    def __init__(self, state: State) -> None:
        self.state, self.instance = state, state.instance
        self.seats = Seats(state.instance)
        i = self.instance
        out = np.stack(i.ways.out) if i.ways.out else np.zeros((0, len(i.units)))
        self.nearest = out.argmin(axis=0) if len(out) else np.zeros(len(i.units), dtype=np.int64)

    def seat(self, cells: Sequence[Cell]) -> dict[int, Day]:
        """Return new contents of `cells` (of teams of one base, at most one of a day).

        Those that hold one unit in person are emptied first and take part with those that are empty.
        """
        i, state = self.instance, self.state
        free = [cell for cell in cells if self._is_free(cell)]
        if not free:
            return {}
        base = i.ways.base_of[i.team_of[free[0][0]]]
        waiting = [u for u in sorted(state.unserved) if i.in_person[u] and not i.whole[u] and u not in i.pins]
        waiting.sort(key=lambda unit: (self.nearest[unit] != base, int(i.ways.out[base][unit])))
        seated = [seat for day, half in free for seat in state.days[day][half]]
        units = np.array(seated + waiting[:WAITING], dtype=np.int64)
        if not len(units):
            return {}
        costs = np.stack([self._costs(day, half)[units] for day, half in free], axis=1)
        held: dict[int, tuple[int, ...]] = {}
        for unit, column in zip(units.tolist(), assign(costs, i.cost_unserved), strict=True):
            if column is not None:
                held[column] = (unit,)
        changes: dict[int, Day] = {}
        for column, (day, half) in enumerate(free):
            morning, afternoon = state.days[day]
            now = held.get(column, ())
            changes[day] = (now, afternoon) if half == 0 else (morning, now)
        return {day: content for day, content in changes.items() if content != state.days[day]}

    def _is_free(self, cell: Cell) -> bool:
        day, half = cell
        i, content = self.instance, self.state.days[day]
        held = content[half]
        if i.slot_of[day][half] < 0 or i.takes_whole_day(content[0]) or len(held) > 1:
            return False
        if held and (held[0] < 0 or held[0] in i.pins):
            return False
        return len(content[1 - half]) < i.teams[i.team_of[day]].most_per_day

    def _costs(self, day: int, half: int) -> Costs:
        """Return by unit the exact change of cost when it sits there, `NEVER` where it may not."""
        i, state = self.instance, self.state
        team, other = i.team_of[day], state.days[day][1 - half]
        base, ways = i.ways.base_of[team], i.ways
        costs = self.seats.costs(team, i.slot_of[day], half, Mode.IN_PERSON)
        out, back = ways.out[base].astype(np.int64), ways.back[base].astype(np.int64)
        if not other:
            metres, fits = out + back, np.ones(len(out), dtype=bool)
        elif other[0] < 0:
            metres = out + back
            fits = ways.noon_back[base] if half == 0 else ways.noon_out[base]
        elif half == 0:
            metres = out + ways.metres[:, other[0]] - int(out[other[0]])
            fits = ways.noon[:, other[0]]
        else:
            metres = ways.metres[other[-1], :] + back - int(back[other[-1]])
            fits = ways.noon[other[-1], :]
        extra = state.load_margin(team) + (0 if other else i.cost_day)
        total = costs + metres * i.cost_metre + extra
        return np.where(fits & (costs < NEVER), total, NEVER)


def assign(costs: Costs, refusal: int) -> list[int | None]:
    """Return for each row its column, None where leaving it out (at cost `refusal`) is cheaper or forced.

    The square is completed with free rows, or with columns that refuse; what is not allowed also counts as a
    refusal, which is exact: rows left out never need more columns than remain.
    """
    height, width = costs.shape
    size = max(height, width)
    square = np.full((size, size), refusal, dtype=np.int64)
    square[:height, :width] = np.minimum(costs, refusal)
    square[height:, :] = 0
    lowest = int(square.min())
    solver = SimpleLinearSumAssignment()
    left, right = np.divmod(np.arange(size * size), size)
    solver.add_arcs_with_cost(left, right, square.ravel() - min(0, lowest))
    if solver.solve() != solver.OPTIMAL:
        raise ArithmeticError("assignment not solved")
    chosen: list[int | None] = []
    for row in range(height):
        column = solver.right_mate(row)
        chosen.append(column if column < width and costs[row, column] < refusal else None)
    return chosen
