"""Solving a changed problem, once or for a row of numbers of teams."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from haicap.timetable.rules.problem import PlacedVisit, Problem
from haicap.timetable.rules.scenarios.change import Change, applied, moved_visit, moves
from haicap.timetable.rules.scenarios.outcome import Outcome, measured
from haicap.timetable.rules.solver import Step, solve


def run(
    *,
    problem: Problem,
    change: Change,
    seed: int,
    working: Sequence[date] = (),
    iterations: int | None = None,
    stopped: Callable[[], bool] | None = None,
    start: Sequence[PlacedVisit] = (),
    on_progress: Callable[[Step], None] | None = None,
) -> Outcome:
    """Return what the best plan found for `problem` with `change` brings.

    `start` are visits of a plan of `problem` as it is, to begin from; `working` the known working days.
    Raises ChangeError, and InvalidProblemError for a problem with fatal faults.
    """
    changed = applied(problem=problem, change=change, working=working)
    by = moves(problem, change, working)
    begun = [moved for visit in start for moved in moved_visit(visit, by)]
    plan = solve(
        problem=changed,
        seed=seed,
        max_iterations=iterations,
        stopped=stopped,
        start=begun,
        on_progress=on_progress,
    )
    return measured(problem=changed, plan=plan)


def sweep(
    *,
    problem: Problem,
    change: Change,
    teams: Iterable[int],
    seed: int,
    working: Sequence[date] = (),
    iterations: int | None = None,
    stopped: Callable[[], Callable[[], bool]] | None = None,
    on_progress: Callable[[Step], None] | None = None,
) -> Iterator[Outcome]:
    """Yield the outcome for each number of `teams`, fewest first, the rest of `change` the same.

    Each plan begins from the one with fewer teams, which stays possible, so that more teams never serve fewer
    units. `stopped` is called before each plan and gives its stop condition. Raises as `run` does.
    """
    rest = applied(problem=problem, change=replace(change, teams=None), working=working)
    visits: tuple[PlacedVisit, ...] = ()
    for count in sorted(set(teams)):
        found = run(
            problem=rest,
            change=Change(teams=count),
            seed=seed,
            working=working,
            iterations=iterations,
            stopped=stopped() if stopped else None,
            start=visits,
            on_progress=on_progress,
        )
        visits = found.visits
        yield found
