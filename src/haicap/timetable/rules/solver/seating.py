"""Two large neighbourhoods solved to optimality as assignments (OR-Tools' linear sum assignment).

`reseat` frees one half-day of each of many team-days and gives all the freed units, and the unserved ones,
their cheapest seats at once: with the other half of each day fixed the cost of a seat is exact.
`exchange` keeps the days whole and gives them, turned round where that is better, to other teams and dates.
"""

from collections.abc import Sequence

from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.instance import Day, Half, Instance
from haicap.timetable.rules.solver.state import State

Cell = tuple[int, int]


def free_cells(state: State, days: Sequence[int], halves: Sequence[int]) -> list[Cell]:
    """Return the cells (day, half) that may be reseated: usable, not online, not pinned, no island."""
    i, cells = state.instance, []
    for day, half in zip(days, halves, strict=True):
        morning, afternoon = state.days[day]
        held = (morning, afternoon)[half]
        if i.slot_of[day][half] < 0 or isinstance(held, tuple) or (held is not None and held in i.pins):
            continue
        if isinstance(morning, int) and i.island[morning]:
            continue
        cells.append((day, half))
    return cells


def reseat(state: State, cells: Sequence[Cell], *, most_unserved: int = 200) -> dict[int, Day]:
    """Return the best contents of `cells` (at most one of each day), the rest of the plan staying."""
    i = state.instance
    freed = [held for day, half in cells if isinstance(held := state.days[day][half], int)]
    waiting = [u for u in sorted(state.unserved) if i.in_person[u] and not i.island[u] and u not in i.pins]
    units = freed + waiting[:most_unserved]
    if not units or not cells:
        return {}
    chosen = _assign([_seat_costs(state, unit, cells) for unit in units], len(cells), i.cost_unserved)
    seated: dict[Cell, Half] = dict.fromkeys(cells)
    for unit, position in zip(units, chosen, strict=True):
        if position is not None:
            seated[cells[position]] = unit
    changes: dict[int, Day] = {}
    for (day, half), held in seated.items():
        morning, afternoon = state.days[day]
        content = (held, afternoon) if half == 0 else (morning, held)
        if content != state.days[day]:
            changes[day] = content
    return changes


def _seat_costs(state: State, unit: int, cells: Sequence[Cell]) -> list[int | None]:
    """Return the exact change of cost of `unit` in each cell, None where it may not sit."""
    i, row = state.instance, state.instance.row(unit)
    slot_cost, before, lunch = i.slot_cost[unit], i.previous.get(unit), i.lunch
    mode_cost = i.mode_cost[unit][0]
    costs: list[int | None] = []
    margins = [state.load_margin(team) for team in range(len(i.teams))]
    for day, half in cells:
        slot, team = i.slot_of[day][half], i.team_of[day]
        cost, base, other = slot_cost[slot], i.base_metres[team], state.days[day][1 - half]
        if cost is None:
            costs.append(None)
            continue
        if isinstance(other, int):
            leg, metres = row[other], base[unit] + row[other] - base[other]
        else:
            leg, metres = 0 if other is None else base[unit], 2 * base[unit]
        if leg > lunch:
            costs.append(None)
            continue
        if before is not None and before != (team, slot, Mode.IN_PERSON):
            cost += i.cost_change
        costs.append(cost + mode_cost + metres * i.cost_metre + margins[team])
    return costs


def _assign(costs: Sequence[Sequence[int | None]], width: int, refusal: int) -> list[int | None]:
    """Return for each row its column, None where not placing it (at cost `refusal`) is cheaper or forced.

    The square is completed with free rows, or with columns that refuse; a forbidden pair also counts as a
    refusal, which is exact: units that are not placed never need more columns than are left over.
    """
    solver = SimpleLinearSumAssignment()
    size = max(len(costs), width)
    for row, line in enumerate(costs):
        for column, cost in enumerate(line):
            solver.add_arc_with_cost(row, column, refusal if cost is None else min(cost, refusal))
        for column in range(width, size):
            solver.add_arc_with_cost(row, column, refusal)
    for row in range(len(costs), size):
        for column in range(size):
            solver.add_arc_with_cost(row, column, 0)
    if solver.solve() != solver.OPTIMAL:
        raise ArithmeticError("assignment not solved")
    chosen: list[int | None] = []
    for row, line in enumerate(costs):
        column = solver.right_mate(row)
        cost = line[column] if column < width else None
        chosen.append(column if cost is not None and cost < refusal else None)
    return chosen


def exchange(state: State, days: Sequence[int]) -> dict[int, Day]:
    """Return the best way of giving the contents of `days` (none pinned) to one another."""
    i = state.instance
    contents = [state.days[day] for day in days]
    margins = [state.load_margin(team) for team in range(len(i.teams))]
    forbidden = i.cost_unserved * 4
    best: list[list[tuple[int, Day]]] = []
    for content in contents:
        load = i.halves(content)
        line = []
        for day in days:
            cost, turned = _either_way(i, day, content)
            total = forbidden if cost is None else cost + load * margins[i.team_of[day]]
            line.append((total, turned))
        best.append(line)
    solver = SimpleLinearSumAssignment()
    for row, line in enumerate(best):
        for column, (cost, _) in enumerate(line):
            solver.add_arc_with_cost(row, column, cost)
    if solver.solve() != solver.OPTIMAL or solver.optimal_cost() >= forbidden:
        return {}
    changes = {days[solver.right_mate(row)]: best[row][solver.right_mate(row)][1] for row in range(len(days))}
    return {day: content for day, content in changes.items() if content != state.days[day]}


def _either_way(i: Instance, day: int, content: Day) -> tuple[int | None, Day]:
    """Return the cheaper of a content and its mirror image on `day`."""
    straight = i.day_cost(day, content)
    if isinstance(content[0], int) and i.island[content[0]]:
        return straight, content
    mirrored = (content[1], content[0])
    turned = i.day_cost(day, mirrored)
    if turned is not None and (straight is None or turned < straight):
        return turned, mirrored
    return straight, content
