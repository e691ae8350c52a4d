"""The solver: a frozen problem, a seed and a stop condition in, a plan out.

Good at once and better until stopped. With `max_iterations` and no `stopped` the same seed gives the same
plan on every machine; with `stopped` (a deadline, a person who has seen enough) the best so far is returned.
"""

from collections.abc import Callable

from haicap.timetable.rules.faults import InvalidProblemError, faults_of
from haicap.timetable.rules.problem import Plan, Problem, Unserved
from haicap.timetable.rules.solver.account import account
from haicap.timetable.rules.solver.instance import Instance
from haicap.timetable.rules.solver.search import Step, room_reason, search

__all__ = ["Step", "solve"]


def solve(
    *,
    problem: Problem,
    seed: int,
    max_iterations: int | None = None,
    stopped: Callable[[], bool] | None = None,
    on_progress: Callable[[Step], None] | None = None,
) -> Plan:
    """Return a plan; it may leave units out, each with its reason.

    Raises InvalidProblemError naming every fatal fault, ValueError where nothing would ever stop the search.
    """
    fatal = tuple(fault for fault in faults_of(problem) if fault.fatal)
    if fatal:
        raise InvalidProblemError(fatal)
    if max_iterations is None and stopped is None:
        raise ValueError("give max_iterations or stopped")
    instance = Instance(problem)
    state, iterations = search(
        instance=instance,
        seed=seed,
        max_iterations=max_iterations,
        stopped=stopped or (lambda: False),
        on_progress=on_progress or (lambda step: None),
    )
    unserved = sorted(state.unserved, key=lambda unit: instance.units[unit].code)
    visits = state.visits()
    return Plan(
        visits=visits,
        unserved=tuple(
            Unserved(unit=instance.units[unit].code, reason=room_reason(instance, unit)) for unit in unserved
        ),
        objective=account(state),
        seed=seed,
        iterations=iterations,
    )
