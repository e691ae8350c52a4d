"""The independent checker: proves a plan feasible, or names every broken rule.

It shares no code with the solver. It reads the problem as it was given, measures distances by its own formula
(the vector form of the great circle, where the solver uses haversines) and scores the plan anew, so that a
mistake in the solver shows here. It expects a problem without fatal faults (`rules.faults`), and any visits.
"""

from collections.abc import Sequence
from dataclasses import replace

from haicap.timetable.rules.checker.found import PLAN_RULES, RULES, Verdict, Violation
from haicap.timetable.rules.checker.of_teams import of_teams
from haicap.timetable.rules.checker.of_visits import of_bridges, of_pins, of_visits
from haicap.timetable.rules.checker.score import score, score_of
from haicap.timetable.rules.checker.travel import metres_between, minutes_between
from haicap.timetable.rules.checker.view import View
from haicap.timetable.rules.problem import Objective, PlacedVisit, Plan, Problem

__all__ = [
    "PLAN_RULES", "RULES", "Verdict", "Violation", "check", "check_plan", "metres_between",
    "minutes_between", "score",
]  # fmt: skip


def check(*, problem: Problem, visits: Sequence[PlacedVisit]) -> Verdict:
    """Return every broken rule of `visits`, the units without a visit, and the score."""
    view = View(problem, visits)
    visited = {visit.unit for visit in visits}
    known = visited <= view.units.keys()
    return Verdict(
        violations=(*of_visits(view), *of_teams(view), *of_bridges(view), *of_pins(view)),
        unserved=tuple(unit.code for unit in problem.units if unit.code not in visited),
        objective=score_of(view) if known else score(problem=problem, visits=visits),
    )


def check_plan(*, problem: Problem, plan: Plan) -> Verdict:
    """Check a solver's plan: besides the rules, its account of the unserved, its cost and its bound must hold.

    Without a matrix the solver may round each leg to another metre: two per visit are forgiven.
    """
    verdict = check(problem=problem, visits=plan.visits)
    forgiven = 0 if problem.matrix else 2 * len(plan.visits)
    wrong: list[Violation] = []
    if sorted(item.unit for item in plan.unserved) != sorted(verdict.unserved):
        wrong.append(Violation(rule="plan.unserved_differs"))
    if not _same(plan.objective, verdict.objective, forgiven, problem.weights.km):
        wrong.append(Violation(rule="plan.objective_differs"))
    most = verdict.objective.total + forgiven * problem.weights.km
    if plan.bound is not None and plan.bound > most:
        wrong.append(Violation(rule="plan.bound_above_cost"))
    return replace(verdict, violations=(*verdict.violations, *wrong))


def _same(said: Objective, found: Objective, metres: int, km: int) -> bool:
    """Say whether two accounts agree, apart from `metres` of rounding and what they cost."""
    if abs(said.metres - found.metres) > metres:
        return False
    if abs(said.terms.get("travel", 0) - found.terms["travel"]) > metres * km:
        return False
    bare = [replace(item, metres=0, terms={**item.terms, "travel": 0}) for item in (said, found)]
    return bare[0] == bare[1]
