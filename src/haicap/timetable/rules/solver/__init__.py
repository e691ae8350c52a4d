"""The solver: a frozen problem, a seed and a stop condition in, a plan and its proven bound out.

Good at once and better until stopped. With `max_iterations` and no `stopped` the same seed gives the same
plan on every machine; with `stopped` (a deadline, a person who has seen enough) the best so far is returned.
"""

from collections.abc import Callable, Sequence

from haicap.timetable.rules.faults import InvalidProblemError, faults_of
from haicap.timetable.rules.problem import PlacedVisit, Plan, Problem, Unserved
from haicap.timetable.rules.solver.account import account
from haicap.timetable.rules.solver.instance import Instance
from haicap.timetable.rules.solver.reasons import reasons_of
from haicap.timetable.rules.solver.search import Search, Step

__all__ = ["Step", "lower_bound", "solve"]


def solve(
    *,
    problem: Problem,
    seed: int,
    max_iterations: int | None = None,
    stopped: Callable[[], bool] | None = None,
    start: Sequence[PlacedVisit] = (),
    on_progress: Callable[[Step], None] | None = None,
) -> Plan:
    """Return a plan; it may leave units out, each with its reason.

    `start` are visits to begin from: those still allowed are kept until something better is found. Raises
    InvalidProblemError naming every fatal fault, ValueError where nothing would ever stop the search.
    """
    if max_iterations is None and stopped is None:
        raise ValueError("give max_iterations or stopped")
    instance = _instance(problem)
    search = Search(
        instance=instance,
        seed=seed,
        max_iterations=max_iterations,
        stopped=stopped or (lambda: False),
        on_progress=on_progress or (lambda step: None),
    )
    search.run(start)
    state = search.state
    left_out = sorted(state.unserved, key=lambda unit: instance.units[unit].code)
    reasons = reasons_of(instance, left_out)
    return Plan(
        visits=state.visits(),
        unserved=tuple(Unserved(unit=instance.units[unit].code, reason=reasons[unit]) for unit in left_out),
        objective=account(state),
        seed=seed,
        iterations=search.iteration,
        bound=search.bound,
    )


def lower_bound(*, problem: Problem, stopped: Callable[[], bool], start: Sequence[PlacedVisit] = ()) -> int:
    """Return a cost in thousandths of a point that no plan undercuts; 0 where there was no time for one."""
    return solve(problem=problem, seed=1, stopped=stopped, start=start).bound or 0


def _instance(problem: Problem) -> Instance:
    fatal = tuple(fault for fault in faults_of(problem) if fault.fatal)
    if fatal:
        raise InvalidProblemError(fatal)
    return Instance(problem)
