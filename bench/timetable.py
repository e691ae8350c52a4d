"""The timetable optimiser at its real size, beside others on the same problem in the same seconds.

python -m bench.timetable [--part city|against|replan|country] [--seconds N] [--seeds 1 2 3 4 5]

Every answer, haicap's and the others', is put through the same independent checker, which finds broken rules and
works the cost out again. Costs are points; a unit left out costs 100,000.
"""

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.instances import CITY, city, country, disturbances, places
from bench.rivals import clerk
from bench.rivals_cpsat import assignment
from bench.rivals_routing import ortools_routing, pyvrp_routing
from haicap.timetable.rules.checker import check, check_plan
from haicap.timetable.rules.problem import PlacedVisit, Plan, Problem, gap_between
from haicap.timetable.rules.replan import again, disturbed, fewest
from haicap.timetable.rules.solver import Step, solve

SEEDS = (1, 2, 3, 4, 5)
CHANGE = 5000
"""points of a changed unit when planning again, as the plan's setting has it"""


def solved(
    problem: Problem,
    seconds: float,
    start: Sequence[PlacedVisit] = (),
    on_progress: Callable[[Step, float], None] = lambda step, spent: None,
) -> tuple[Plan, float]:
    """Return haicap's plan and the seconds it took: fewer than given where nothing can be better."""
    begun = time.perf_counter()
    plan = solve(
        problem=problem,
        seed=1,
        start=start,
        stopped=lambda: time.perf_counter() - begun >= seconds,
        on_progress=lambda step: on_progress(step, time.perf_counter() - begun),
    )
    return plan, time.perf_counter() - begun


def told(problem: Problem, plan: Plan, spent: float) -> str:
    """Return a line about a plan: verdict, cost, bound, gap."""
    verdict = check_plan(problem=problem, plan=plan)
    gap = "no bound" if plan.gap is None else f"gap {plan.gap:8.4%}"
    return (
        f"{'feasible' if verdict.feasible else 'BROKEN':8} {plan.objective.served:5,} of {len(problem.units):,}"
        f"  cost {verdict.objective.total / 1000:12,.1f}  bound {(plan.bound or 0) / 1000:12,.1f}  {gap}"
        f"  in {spent:5.1f} s"
    )


def the_city(seeds: Sequence[int], seconds: float | None) -> None:
    """Solve the City's 168 units in 5 and in 60 seconds."""
    for limit, goal in ((seconds, 0.01),) if seconds else ((5.0, 0.05), (60.0, 0.01)):
        print(f"\nCity, 168 units, 9 teams, 10 days: at most {limit:.0f} s, goal: gap at most {goal:.0%}")
        for seed in seeds:
            problem = city(seed=seed)
            plan, spent = solved(problem, limit)
            reached = "reached" if plan.gap is not None and plan.gap <= goal else "NOT REACHED"
            print(f"  seed {seed}  {told(problem, plan, spent)}  {reached}", flush=True)


def against(seeds: Sequence[int], seconds: float | None) -> None:
    """Let others solve the same problems in the same seconds."""
    districts = {place.code: place.former_district for place in places([CITY])}
    rivals: tuple[tuple[str, Callable[[Problem, float], Sequence[PlacedVisit]]], ...] = (
        ("clerk, by former district", lambda problem, _: clerk(problem, districts=districts)),
        ("CP-SAT, plain assignment", assignment),
        ("OR-Tools routing", ortools_routing),
        ("PyVRP", pyvrp_routing),
    )
    for limit in (seconds,) if seconds else (5.0, 30.0):
        print(f"\nCity, the same problem for everybody, {limit:.0f} s each (cost; times haicap's)")
        for seed in seeds:
            problem = city(seed=seed)
            plan, spent = solved(problem, limit)
            ours = check_plan(problem=problem, plan=plan).objective.total / 1000
            print(
                f"  seed {seed}  haicap {ours:,.1f} in {spent:.1f} s, bound {(plan.bound or 0) / 1000:,.1f}"
            )
            for name, makes in rivals:
                begun = time.perf_counter()
                verdict = check(problem=problem, visits=makes(problem, limit))
                took = time.perf_counter() - begun
                theirs = verdict.objective.total / 1000
                print(
                    f"    {name:26} {len(verdict.violations):3} rules broken, {len(verdict.unserved):3} left out,"
                    f" cost {theirs:12,.1f}, {theirs / ours:8.3f} times haicap's, {took:.1f} s",
                    flush=True,
                )


def replanned(seeds: Sequence[int], seconds: float | None) -> None:
    """Disturb a published calendar and plan again: changes made, beside the proven minimum."""
    limit = seconds or 30.0
    print(f"\nPlanning again, at most {limit:.0f} s: units changed, beside what no plan undercuts")
    for seed in seeds:
        problem = city(seed=seed)
        published, _ = solved(problem, 10.0)
        for count in (1, 5, 20):
            found = disturbances(problem=problem, published=published.visits, count=count, seed=seed)
            after = disturbed(problem=replace(problem, previous=published.visits), disturbances=found)
            todo = again(problem=after, today=problem.days[1], change=CHANGE)
            begun = time.perf_counter()
            least = fewest(problem=todo, stopped=lambda: time.perf_counter() - begun >= limit)  # noqa: B023
            plan, spent = solved(todo, limit, start=least.plan.visits)
            minimum = least.proven(unserved=plan.objective.unserved)
            print(
                f"  seed {seed}, {count:2} disturbances: {plan.objective.changed:3} changed, proven minimum"
                f" {minimum:3}, {plan.objective.unserved} left out; {told(todo, plan, spent)}",
                flush=True,
            )


def the_country(seconds: float | None) -> None:
    """Solve 3,321 units in 34 provinces."""
    limit = seconds or 600.0
    problem = country(seed=1)
    print(f"\nCountry, {len(problem.units):,} units, 34 provinces, {len(problem.teams)} teams: {limit:.0f} s")
    within: dict[float, float] = {}

    def watch(step: Step, spent: float) -> None:
        for goal in (0.03, 0.01):
            if step.bound is not None and gap_between(cost=step.best, bound=step.bound) <= goal:
                within.setdefault(goal, spent)

    plan, spent = solved(problem, limit, on_progress=watch)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    goal = "reached" if plan.gap is not None and plan.gap <= 0.03 else "NOT REACHED"
    print(f"  {told(problem, plan, spent)}  goal of 3 % {goal}; peak memory {peak:,.0f} MB")
    print("  " + ", ".join(f"within {goal:.0%} after {spent:.0f} s" for goal, spent in within.items()))


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("city", "against", "replan", "country"))
    parser.add_argument("--seconds", type=float, help="for each run, in place of the usual ones")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    options = parser.parse_args()
    if options.part in (None, "country"):
        the_country(options.seconds)
    if options.part in (None, "city"):
        the_city(options.seeds, options.seconds)
    if options.part in (None, "against"):
        against(options.seeds if options.part else options.seeds[:2], options.seconds)
    if options.part in (None, "replan"):
        replanned(options.seeds if options.part else options.seeds[:2], options.seconds)


if __name__ == "__main__":
    main()
