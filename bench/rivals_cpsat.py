"""A plain CP-SAT assignment model, as one would write it on an afternoon."""

from collections.abc import Sequence

from ortools.sat.python import cp_model

from bench.rivals import Tables
from haicap.timetable.rules.problem import PlacedVisit, Problem


def assignment(problem: Problem, seconds: float) -> Sequence[PlacedVisit]:
    """One variable per unit, team, day and half-day, with everything that is linear in them.

    Exact in seats, noon and load. Left out of its cost, not of the score: the leg between the two visits of a day,
    which is a product of two choices, and fairness between groups. Online sessions hold one unit each.
    """
    tables = Tables(problem)
    i, model = tables.instance, cp_model.CpModel()
    costs: list[cp_model.LinearExprT] = []
    sits: dict[tuple[int, int, int], cp_model.IntVar] = {}
    held: dict[tuple[int, int], list[cp_model.IntVar]] = {}
    for unit in (*tables.people, *tables.online):
        for day in tables.days:
            for half in (0, 1):
                cost = tables.seat(unit, day, half)
                if cost is not None:
                    sits[unit, day, half] = seat = model.new_bool_var("")
                    held.setdefault((day, half), []).append(seat)
                    costs.append(cost * seat)
    for unit in (*tables.people, *tables.online):
        own = [seat for (u, _, _), seat in sits.items() if u == unit]
        missed = model.new_bool_var("")
        model.add_exactly_one([*own, missed])
        costs.append(i.cost_unserved * missed)
    for seats in held.values():
        model.add_at_most_one(seats)
    rooms: dict[int, list[cp_model.IntVar]] = {}
    for unit in tables.online:
        for (u, day, half), seat in sits.items():
            if u == unit:
                rooms.setdefault(i.slot_of[day][half], []).append(seat)
    for slot, seats in rooms.items():
        model.add(sum(seats) <= i.sessions_most[slot])
    _ways(tables, model, sits, costs)
    _loads(tables, model, held, costs)
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 4
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    chosen = [key for key, seat in sits.items() if solver.boolean_value(seat)]
    return _visits(tables, chosen)


def _ways(
    tables: Tables,
    model: cp_model.CpModel,
    sits: dict[tuple[int, int, int], cp_model.IntVar],
    costs: list[cp_model.LinearExprT],
) -> None:
    """Forbid mornings and afternoons too far apart for noon; each seat pays its own leg from or to the base."""
    i = tables.instance
    by_half: dict[tuple[int, int], dict[int, cp_model.IntVar]] = {}
    for (unit, day, half), seat in sits.items():
        by_half.setdefault((day, half), {})[unit] = seat
    for day in tables.days:
        team, later = i.team_of[day], by_half.get((day, 1), {})
        out = tables.out[team]
        for unit, seat in by_half.get((day, 0), {}).items():
            far = [other for v, other in later.items() if not _near(tables, team, unit, v)]
            if far:
                model.add_at_most_one([seat, *far])
        for half in (0, 1):
            for unit, seat in by_half.get((day, half), {}).items():
                if i.in_person[unit]:
                    costs.append(i.cost_metre * out[unit] * seat)
        called = model.new_bool_var("")
        model.add_max_equality(called, [s for h in (0, 1) for s in by_half.get((day, h), {}).values()])
        costs.append(i.cost_day * called)


def _near(tables: Tables, team: int, first: int, second: int) -> bool:
    i = tables.instance
    ends = [unit if i.in_person[unit] else -1 for unit in (first, second)]
    return i.ways.over_noon(team, *ends)


def _loads(
    tables: Tables,
    model: cp_model.CpModel,
    held: dict[tuple[int, int], list[cp_model.IntVar]],
    costs: list[cp_model.LinearExprT],
) -> None:
    i = tables.instance
    for team in range(len(i.teams)):
        most = 2 * len(i.days_of[team])
        load, cost = model.new_int_var(0, most, ""), model.new_int_var(0, 10**9, "")
        model.add(
            load == sum(seat for (day, _), seats in held.items() if i.team_of[day] == team for seat in seats)
        )
        model.add_allowed_assignments([load, cost], [(n, i.load_cost(team, n)) for n in range(most + 1)])
        costs.append(cost)


def _visits(tables: Tables, chosen: Sequence[tuple[int, int, int]]) -> list[PlacedVisit]:
    i = tables.instance
    rooms: dict[int, int] = {}
    visits = []
    online = set(tables.online)
    for unit, day, half in chosen:
        slot = i.slot_of[day][half]
        bridge = ""
        if unit in online and i.problem.bridges:
            bridge = i.problem.bridges[rooms.get(slot, 0)].code
            rooms[slot] = rooms.get(slot, 0) + 1
        visits.append(tables.visit(unit, day, half, bridge=bridge))
    return visits
