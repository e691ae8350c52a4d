"""Vehicle routing libraries as they come: a vehicle is a day of a team, its first stop the morning's."""

from collections.abc import Sequence

import numpy as np
import pyvrp
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from pyvrp.stop import MaxRuntime

from bench.rivals import FAR, Tables
from haicap.timetable.rules.problem import PlacedVisit, Problem

COARSE, NEVER = 100, 10**7
"""PyVRP warns of costs of very different size: it gets tenths of a point, and a smaller "never"."""


def arcs(tables: Tables, day: int) -> np.ndarray:
    """Return the cost of each way of a team's day, place 0 being the base, then the units in person.

    The way into a unit carries what its half-day costs: from the base it is the morning, from a unit the
    afternoon. What nobody may do costs `FAR`. A day with the afternoon alone cannot be said.
    """
    i, people = tables.instance, tables.people
    size = len(people) + 1
    table = np.full((size, size), FAR, dtype=np.int64)
    out = np.array([tables.out[i.team_of[day]][unit] for unit in people], dtype=np.int64)
    seats = [
        np.array([FAR if (c := tables.seat(u, day, half)) is None else c for u in people], dtype=np.int64)
        for half in (0, 1)
    ]
    near = i.ways.noon[np.ix_(people, people)]
    metres = i.ways.metres[np.ix_(people, people)].astype(np.int64)
    table[0, 1:] = np.minimum(out + seats[0], FAR)
    table[1:, 0] = out
    table[1:, 1:] = np.where(near, np.minimum(metres + seats[1][None, :], FAR), FAR)
    np.fill_diagonal(table, 0)
    return table


def _placed(tables: Tables, routes: Sequence[tuple[int, Sequence[int]]]) -> list[PlacedVisit]:
    """Return the visits of (day, stops), the stops numbered as in `arcs`; units online are put in by hand."""
    placed: dict[tuple[int, int], int] = {}
    for day, stops in routes:
        for half, stop in enumerate(stops[:2]):
            slot = tables.instance.slot_of[day][half]
            if slot >= 0:
                placed[day, half] = tables.people[stop - 1]
    return tables.with_sessions(placed)


def ortools_routing(problem: Problem, seconds: float) -> list[PlacedVisit]:
    """OR-Tools' routing library: a cost of ways for each vehicle, at most two stops, guided local search."""
    tables = Tables(problem)
    i = tables.instance
    manager = pywrapcp.RoutingIndexManager(len(tables.people) + 1, len(tables.days), 0)
    routing = pywrapcp.RoutingModel(manager)
    for day in tables.days:
        ways = routing.RegisterTransitMatrix(arcs(tables, day).tolist())
        routing.SetArcCostEvaluatorOfVehicle(ways, day)
        routing.SetFixedCostOfVehicle(i.cost_day, day)
    stops = routing.RegisterUnaryTransitVector([0] + [1] * len(tables.people))
    routing.AddDimension(stops, 0, 2, True, "stops")
    for node in range(1, len(tables.people) + 1):
        routing.AddDisjunction([manager.NodeToIndex(node)], i.cost_unserved)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(seconds * 1000))
    answer = routing.SolveWithParameters(parameters)
    routes = []
    for day in tables.days if answer else ():
        index, found = answer.Value(routing.NextVar(routing.Start(day))), []
        while not routing.IsEnd(index):
            found.append(manager.IndexToNode(index))
            index = answer.Value(routing.NextVar(index))
        routes.append((day, found))
    return _placed(tables, routes)


def pyvrp_routing(problem: Problem, seconds: float) -> list[PlacedVisit]:
    """PyVRP: a vehicle type and a profile of ways for each team-day, a capacity of two, prizes for units."""
    tables = Tables(problem)
    i = tables.instance
    tables_of_ways = [np.minimum(arcs(tables, day) // COARSE, NEVER) for day in tables.days]
    none = np.zeros_like(tables_of_ways[0])
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(len(tables.people) + 1)],
        clients=[
            pyvrp.Client(number, delivery=[1], prize=i.cost_unserved // COARSE, required=False)
            for number in range(1, len(tables.people) + 1)
        ],
        depots=[pyvrp.Depot(0)],
        vehicle_types=[
            pyvrp.VehicleType(1, capacity=[2], fixed_cost=i.cost_day // COARSE, profile=day)
            for day in tables.days
        ],
        distance_matrices=tables_of_ways,
        duration_matrices=[none for _ in tables.days],
    )
    result = pyvrp.solve(data, stop=MaxRuntime(seconds), seed=1, display=False)
    routes = [
        (route.vehicle_type(), [stop.idx + 1 for stop in route.schedule() if stop.is_client()])
        for route in result.best.routes()
    ]
    return _placed(tables, routes)
