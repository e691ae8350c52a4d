"""The optimiser: the same answer every time for a seed.

CP-SAT of OR-tools first finds and proves the least number of missing people. With that fixed, a local search
makes the teams complete on the half-days asked for, even in size, complete on as many more as it can;
CP-SAT then tries to better that, and gives the floor below which no grouping can be.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random

from ortools.sat.python import cp_model

from haicap.campaign.rules.teams.improve import CLERK, LOST, SHORT, UNEVEN, improve, points
from haicap.campaign.rules.teams.problem import Grouping, Member, TeamProblem

STEPS_PER_UNIT = 4_000
"""tries of the local search for each unit of the limit"""
Report = Callable[[float, float], None]


def _sum(terms: Iterable[cp_model.LinearExpr]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.sum(list(terms))


@dataclass(slots=True)
class _Model:
    model: cp_model.CpModel
    joins: dict[tuple[int, int], cp_model.IntVar]
    missing: dict[tuple[str, int], cp_model.IntVar]
    heads: dict[int, cp_model.IntVar]

    @property
    def lacking(self) -> cp_model.LinearExpr:
        return _sum([*self.missing.values(), *self.heads.values()])

    def team(self, keys: list[int], number: int) -> cp_model.LinearExpr:
        return _sum(self.joins[key, number] for key in keys)


def _scarcest_first(problem: TeamProblem) -> list[Member]:
    supply: dict[str, int] = defaultdict(int)
    for member in problem.members:
        for code in member.areas:
            supply[code] += 1
    wanted = {area.code for area in problem.areas}

    def scarcity(member: Member) -> tuple[int, int]:
        return min((supply[code] for code in member.areas & wanted), default=len(problem.members)), member.key

    return sorted(problem.members, key=scarcity)


def _fit(problem: TeamProblem, code: str) -> list[int]:
    return [member.key for member in problem.members if code in member.areas]


def _build(problem: TeamProblem) -> _Model:
    """Place everybody exactly once; whoever is missing is counted, not forbidden."""
    model, numbers = cp_model.CpModel(), range(1, problem.teams + 1)
    joins: dict[tuple[int, int], cp_model.IntVar] = {}
    for position, member in enumerate(_scarcest_first(problem), start=1):
        for t in numbers:
            joins[member.key, t] = model.new_bool_var(f"join_{member.key}_{t}")
            if t > position:  # teams are alike: the n-th person joins one of the first n
                model.add(joins[member.key, t] == 0)
        model.add_exactly_one(joins[member.key, t] for t in numbers)
    built = _Model(model, joins, {}, {})
    seniors = [member.key for member in problem.members if member.rank >= problem.head_rank]
    for t in numbers:
        for area in problem.areas:
            gap = model.new_int_var(0, area.min_members, f"missing_{area.code}_{t}")
            model.add(built.team(_fit(problem, area.code), t) + gap >= area.min_members)
            built.missing[area.code, t] = gap
        built.heads[t] = model.new_bool_var(f"headless_{t}")
        model.add(built.team(seniors, t) + built.heads[t] >= 1)
    return built


def _completeness(built: _Model, problem: TeamProblem) -> list[cp_model.LinearExpr]:
    """Return the points for half-days on which a team is not complete; equal half-days share a variable."""
    classes: dict[frozenset[int], int] = defaultdict(int)
    for slot in problem.slots:
        classes[frozenset(m.key for m in problem.members if slot in m.absent)] += 1
    model, whole = built.model, len(problem.slots)
    need = min(problem.least_half_days, whole)
    points = []
    for t in range(1, problem.teams + 1):
        works_on = []
        for index, (away, count) in enumerate(classes.items()):
            works = model.new_bool_var(f"works_{t}_{index}")
            for area in problem.areas:
                there = [key for key in _fit(problem, area.code) if key not in away]
                gap = built.missing[area.code, t]
                model.add(built.team(there, t) + gap >= area.min_members).only_enforce_if(works)
            works_on.append(count * works)
        complete = _sum(works_on)
        short = model.new_int_var(0, need, f"short_{t}")
        model.add(complete + short >= need)
        points += [SHORT * short, LOST * (whole - complete)]
    return points


def _evenness(built: _Model, problem: TeamProblem) -> list[cp_model.LinearExpr]:
    """Return the points for uneven sizes, teams without anyone of the secretaries' body."""
    model, everyone = built.model, [member.key for member in problem.members]
    clerks = [member.key for member in problem.members if member.body == problem.secretary_body]
    low, high = (model.new_int_var(0, len(everyone), name) for name in ("smallest", "largest"))
    points = [UNEVEN * (high - low)]
    for t in range(1, problem.teams + 1):
        size = built.team(everyone, t)
        model.add(size >= low)
        model.add(size <= high)
        if clerks:
            without = model.new_bool_var(f"clerkless_{t}")
            model.add(built.team(clerks, t) + without >= 1)
            points.append(CLERK * without)
    return points


def _search(built: _Model, *, seed: int, limit: float) -> tuple[cp_model.CpSolver, bool, bool]:
    """Return the solver, whether it has an answer, and whether it proved that none is better.

    It reports nothing on the way: its callbacks come from threads of its own, where a caller that writes
    progress to a database must not be called.
    """
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = 8
    solver.parameters.interleave_search = True  # several strategies in a fixed order: deterministic
    solver.parameters.max_deterministic_time = limit
    status = solver.solve(built.model)
    return solver, status in (cp_model.OPTIMAL, cp_model.FEASIBLE), status == cp_model.OPTIMAL


def _roles(problem: TeamProblem, members: list[Member], has_head: bool) -> dict[int, str]:
    """Return the roles of a team, head first: the most senior leads where the rank is there, the next is
    deputy; the secretary is the most junior of the secretariat's body, or of all."""
    ordered = sorted(members, key=lambda member: (-member.rank, member.key))
    roles: dict[int, str] = {}
    if has_head and ordered:
        roles[ordered.pop(0).key] = "head"
    if len(ordered) > 1 or (ordered and not has_head):
        roles[ordered.pop(0).key] = "deputy"
    scribe = max(
        ordered,
        key=lambda member: (member.body == problem.secretary_body, -member.rank, member.key),
        default=None,
    )
    for member in ordered:
        roles[member.key] = "secretary" if member is scribe else "member"
    return roles


def _complete_on(problem: TeamProblem, members: list[Member], gaps: Mapping[str, int]) -> int:
    return sum(
        all(
            sum(a.code in m.areas and slot not in m.absent for m in members) + gaps[a.code] >= a.min_members
            for a in problem.areas
        )
        for slot in problem.slots
    )


def _teams(problem: TeamProblem, built: _Model, solver: cp_model.CpSolver) -> list[list[int]]:
    return [
        [member.key for member in problem.members if solver.value(built.joins[member.key, t])]
        for t in range(1, problem.teams + 1)
    ]


def _grouping(problem: TeamProblem, found: list[list[int]]) -> Grouping:
    by_key = {member.key: member for member in problem.members}
    teams: dict[int, tuple[int, ...]] = {}
    roles: dict[int, str] = {}
    complete: dict[int, int] = {}
    short: dict[str, int] = defaultdict(int)
    headless = 0
    for number, keys in enumerate(found, start=1):
        members = [by_key[key] for key in keys]
        has_head = any(member.rank >= problem.head_rank for member in members)
        headless += not has_head
        held = _roles(problem, members, has_head)
        teams[number] = tuple(held)
        roles |= held
        gaps = {
            area.code: max(0, area.min_members - sum(area.code in member.areas for member in members))
            for area in problem.areas
        }
        complete[number] = _complete_on(problem, members, gaps)
        for code, gap in gaps.items():
            short[code] += gap
    return Grouping(
        teams=teams,
        roles=roles,
        shortfalls={code: gap for code, gap in short.items() if gap},
        missing_heads=headless,
        complete=complete,
        lost=len(problem.slots) * problem.teams - sum(complete.values()),
    )


def solve(
    *,
    problem: TeamProblem,
    seed: int,
    limit: float = 5.0,
    report: Report = lambda objective, bound: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Grouping:
    """Form the teams.

    The same problem, seed and `limit` (deterministic units of the solver for each of two searches, about
    seconds on one core) give the same answer. Where people are missing the answer covers what can be covered
    and says how many people each area lacks. `report(objective, bound)` hears, on the caller's thread, how
    the points fall; once `stopped()` turns true the best answer so far is returned.
    """
    built = _build(problem)
    built.model.minimize(built.lacking)
    first, found, proven = _search(built, seed=seed, limit=limit)
    if not found:
        raise TimeoutError("no grouping within the limit")
    built.model.add(built.lacking <= round(first.objective_value))
    teams = improve(
        problem=problem,
        start=_teams(problem, built, first),
        random=Random(seed),  # noqa: S311  # a reproducible search, not a secret
        steps=round(limit * STEPS_PER_UNIT),
        report=report,
        stopped=stopped,
    )
    order = {member.key: position for position, member in enumerate(_scarcest_first(problem))}
    teams.sort(key=lambda keys: min((order[key] for key in keys), default=len(order)))  # as _build wants them
    for number, keys in enumerate(teams, start=1):
        for member in problem.members:
            built.model.add_hint(built.joins[member.key, number], member.key in keys)
    built.model.minimize(_sum(_completeness(built, problem) + _evenness(built, problem)))
    own = points(problem=problem, teams=teams)
    report(float(own), 0.0)
    if stopped():
        return replace(_grouping(problem, teams), is_shortfall_proven=proven, objective=float(own))
    better, improved, best = _search(built, seed=seed, limit=limit / 4)
    if improved and better.objective_value < own:
        teams, own = _teams(problem, built, better), round(better.objective_value)
    return replace(
        _grouping(problem, teams),
        is_shortfall_proven=proven,
        is_proven=proven and best,
        objective=float(own),
        bound=min(float(own), better.best_objective_bound),
    )
