"""Random problems, solved and checked; small ones beside the best of all plans there are.

The search for that plan knows nothing of the solver: it tries every visit of every unit, and asks the checker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations, product

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from haicap.timetable.rules.checker import Verdict, check, check_plan, score
from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem, SurveyedUnit
from haicap.timetable.rules.solver import solve
from haicap.timetable.tests.samples import (
    BASE,
    bridge,
    matrix,
    problem,
    problems,
    slots,
    team,
    unit,
)

ALONE = frozenset({"pin.moved"})
"""rules that more visits may mend"""
TOGETHER = ALONE | {"team.too_far", "team.half_day_too_short", "visit.order_wrong"}
"""rules that another order, or a visit between, may mend"""
NEVER_LESS = ("unserved", "mode", "preference", "change", "team_day")
"""terms that more visits never make smaller, apart from those of the units they serve"""


def best_of_all(given_: Problem) -> Verdict:
    """Return the verdict on the cheapest of all feasible plans; some plan must be feasible."""
    found = _Best(given_)
    found.search(0, ())
    assert found.verdict is not None
    return found.verdict


class _Best:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.verdict: Verdict | None = None
        self.options = [
            [visit for visit in _options(problem, unit) if self._rules([visit]) <= ALONE]
            for unit in problem.units
        ]

    def _rules(self, visits: Sequence[PlacedVisit]) -> set[str]:
        return {item.rule for item in check(problem=self.problem, visits=visits).violations}

    def search(self, number: int, visits: tuple[PlacedVisit, ...]) -> None:
        """Try everything for the units from `number` on, beside `visits`."""
        if self.verdict is not None and self._least(number, visits) >= self.verdict.objective.total:
            return
        if number == len(self.problem.units):
            for ordered in _orders(visits):
                verdict = check(problem=self.problem, visits=ordered)
                if verdict.feasible and self._is_better(verdict):
                    self.verdict = verdict
            return
        for visit in self.options[number]:
            numbered = replace(visit, order=number + 1)
            if self._rules([*visits, numbered]) <= TOGETHER:
                self.search(number + 1, (*visits, numbered))
        self.search(number + 1, visits)

    def _is_better(self, verdict: Verdict) -> bool:
        return self.verdict is None or verdict.objective.total < self.verdict.objective.total

    def _least(self, number: int, visits: Sequence[PlacedVisit]) -> int:
        """Return what the plan costs at least, whatever becomes of the units from `number` on."""
        terms = score(problem=self.problem, visits=visits).terms
        open_ = len(self.problem.units) - number
        return sum(terms[name] for name in NEVER_LESS) - 1000 * self.problem.weights.unserved * open_


def _options(problem: Problem, unit: SurveyedUnit) -> Iterator[PlacedVisit]:
    bridges = [bridge.code for bridge in problem.bridges] or [""]
    for number, slot in product([held.number for held in problem.teams], problem.slots):
        yield PlacedVisit(unit=unit.code, team=number, slot=slot, whole_day=unit.island)
        for code in bridges:
            yield PlacedVisit(
                unit=unit.code, team=number, slot=slot, mode=Mode.ONLINE, bridge=code
            )  # fmt: skip


def _orders(visits: Sequence[PlacedVisit]) -> Iterator[list[PlacedVisit]]:
    """Yield the visits in every order within the half-days; online the order changes nothing."""
    halves: dict[object, list[PlacedVisit]] = {}
    for visit in visits:
        halves.setdefault((visit.team, visit.slot), []).append(visit)
    ways = [
        list(permutations(held)) if held[0].mode is Mode.IN_PERSON and len(held) < 3 else [tuple(held)]
        for held in halves.values()
    ]
    for chosen in product(*ways):
        yield [replace(visit, order=n) for held in chosen for n, visit in enumerate(held, start=1)]


tiny = problems(most_units=4, most_teams=2, most_days=2)
slow = settings(deadline=None, suppress_health_check=list(HealthCheck))
ONE_PLACE = (unit("1", place=BASE, minutes=150), unit("2", place=BASE, minutes=60))
MORNING = team(1, available=frozenset(slots(1)[:1]))
SHORT = tuple(unit(str(n), minutes=60) for n in range(1, 4))
PINNED = problem(  # in the order of their numbers the way between them is too long
    (unit("1", minutes=90), unit("2", minutes=90)),
    matrix=matrix(2, a1_2=31),
    pins=tuple(PlacedVisit(unit=str(n), team=1, slot=slots(1)[0], order=n) for n in (1, 2)),
    limits=replace(problem().limits, two_visits_minutes=30),
)


@settings(slow, max_examples=150)
@given(problems(most_units=14, most_teams=4, most_days=5), st.integers(0, 3))
def test_whatever_is_drawn_its_plan_is_feasible_and_tells_the_truth(drawn: Problem, seed: int):
    plan = solve(problem=drawn, seed=seed, max_iterations=25)
    assert check_plan(problem=drawn, plan=plan).violations == ()


@settings(slow, max_examples=150)
@given(tiny)
@example(PINNED)
def test_no_plan_of_a_tiny_problem_is_better_than_the_solvers(drawn: Problem):
    plan = solve(problem=drawn, seed=1, max_iterations=200)
    best = best_of_all(drawn)
    assert check_plan(problem=drawn, plan=plan).feasible
    assert plan.objective.unserved == best.objective.unserved
    assert abs(plan.objective.total - best.objective.total) <= _rounding(drawn)


@settings(slow, max_examples=150)
@given(tiny, st.integers(0, 3))
@example(problem(SHORT, matrix=matrix(3, a1_2=10, a2_1=90)), 1)
@example(problem(ONE_PLACE, (MORNING,), limits=replace(problem().limits, two_visits_minutes=30)), 1)
def test_no_plan_of_a_tiny_problem_costs_less_than_the_bound(drawn: Problem, iterations: int):
    plan = solve(problem=drawn, seed=1, max_iterations=iterations)
    assert plan.bound is None or plan.bound <= best_of_all(drawn).objective.total + _rounding(drawn)


@settings(slow, max_examples=60)
@given(tiny)
def test_every_plan_of_a_tiny_problem_carries_its_bound(drawn: Problem):
    assert solve(problem=drawn, seed=1, max_iterations=50).bound is not None


@settings(slow, max_examples=60)
@given(tiny, st.integers(0, 3))
def test_solving_again_from_a_plan_never_makes_it_worse(drawn: Problem, seed: int):
    first = solve(problem=drawn, seed=seed, max_iterations=5)
    again = solve(problem=drawn, seed=seed + 1, max_iterations=2, start=first.visits)
    assert again.objective.total <= first.objective.total
    assert check_plan(problem=drawn, plan=again).feasible


@settings(slow, max_examples=60)
@given(tiny, st.integers(0, 3))
def test_the_same_seed_gives_the_same_plan(drawn: Problem, seed: int):
    one, other = (solve(problem=drawn, seed=seed, max_iterations=8) for _ in range(2))
    assert one == other


def _rounding(drawn: Problem) -> int:
    """Return by how much the solver may measure otherwise: a metre for each leg where there is no matrix."""
    return 0 if drawn.matrix else 2 * len(drawn.units) * drawn.weights.km


def test_the_best_of_all_plans_is_known_where_it_can_be_worked_out_by_hand():
    two_teams = problem(2, (team(1), team(2)), matrix=matrix())
    # both by one team: 3 ways of 12 km, a team-day, and 2 x 10 for load; one each: 4 ways and 2 team-days
    assert best_of_all(two_teams).objective.total == 4 * 12_000 + 2 * 5_000
    careless = replace(two_teams, weights=replace(two_teams.weights, load=0))
    assert best_of_all(careless).objective.total == 3 * 12_000 + 5_000


def test_the_search_for_the_best_finds_the_one_bridge_point_that_is_open():
    talk = (unit("1", modes=(Mode.ONLINE,)), unit("2", modes=(Mode.ONLINE,)))
    late = bridge("b2", available=frozenset(slots(1)[1:]))
    best = best_of_all(problem(talk, bridges=(bridge("b1", rooms=0), late)))
    assert best.complete


def test_the_search_for_the_best_turns_two_visits_round():
    one_way = problem(
        SHORT[:2], (MORNING,), matrix=matrix(a1_2=90),
        limits=replace(problem().limits, two_visits_minutes=30),
    )  # fmt: skip
    assert best_of_all(one_way).complete
