"""When the window is too small: by how much, proven, and the ways out, each found by trying it.

`most_served` is an upper bound on the units any plan can serve (CP-SAT on a relaxation without travel, where
teams are counted instead of named). A way out is told only with a plan that proves it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from haicap.kernel.periods import Slot
from haicap.timetable.rules.changes import halves
from haicap.timetable.rules.counting import Counting
from haicap.timetable.rules.problem import Member, Mode, Plan, Problem, SurveyTeam, Unserved
from haicap.timetable.rules.solver import Step, solve

HOPELESS = ("blocked_everywhere", "no_coordinates")
"""reasons that more teams, days or online sessions do not cure"""
BETWEEN_MINUTES = 20
"""of the way between two short visits on one half-day"""
TRIES = 6
ITERATIONS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Half-days asked for, and half-days on which teams can work. `most_served` is proven."""

    units: int
    needed: int
    capacity: int
    most_served: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """A change and what a plan computed with it brings: `served` units, road metres, half-days of teams.

    `kind` is "teams" or "days" (`amount` more), "online" (`amount` units, named in `units`), "noon" (`amount`
    more minutes for the way over noon) or "short" (visits of at most `amount` minutes, two on a half-day).
    `amount` is None where nothing that was tried serves all; `least` is then the smallest not yet ruled out.
    """

    kind: str
    amount: int | None
    least: int
    served: int
    metres: int = 0
    half_days: int = 0
    units: tuple[str, ...] = ()
    until: Slot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """The account of a plan that leaves units out. `ways` is empty when nothing but data must change."""

    load: Load
    unserved: tuple[Unserved, ...]
    ways: tuple[WayOut, ...]


def load_of(problem: Problem) -> Load:
    """Return the load in numbers; online sessions share half-days, an island in person takes two."""
    online = sum(1 for unit in problem.units if unit.modes[:1] == (Mode.ONLINE,))
    islands = sum(1 for unit in problem.units if unit.island and unit.modes[:1] == (Mode.IN_PERSON,))
    counting = Counting(problem)
    return Load(
        units=len(problem.units),
        needed=len(problem.units) - online + islands - (-online // problem.limits.online_per_half_day),
        capacity=sum(counting.teams.values()),
        most_served=counting.most_served(),
    )


def most_served(problem: Problem) -> int:
    """Return a proven upper bound on the number of units that can be served."""
    return Counting(problem).most_served()


def shortfall(
    *,
    problem: Problem,
    plan: Plan,
    further: tuple[Slot, ...],
    seed: int,
    stopped: Callable[[], bool] = lambda: False,
    on_progress: Callable[[str], None] = lambda kind: None,
) -> Shortfall:
    """Return by how much the window is too small for `plan`'s unserved units, and the ways out.

    `further` are the working half-days after the window, in order, from which days may be added.
    """
    unserved = plan.unserved
    hopeless = {item.unit for item in unserved if item.reason in HOPELESS}
    curable = replace(problem, units=tuple(u for u in problem.units if u.code not in hopeless))
    ways: list[WayOut] = []
    if len(unserved) > len(hopeless):
        for kind, way in WAYS.items():
            if stopped():
                break
            on_progress(kind)
            ways.append(way(curable, further, seed, stopped))
    return Shortfall(load=load_of(problem), unserved=unserved, ways=tuple(ways))


def _complete(problem: Problem, seed: int, stopped: Callable[[], bool]) -> Plan:
    """Solve until every unit is served or the tries are used up."""
    whole = [False]

    def watch(step: Step) -> None:
        whole[0] = step.served == step.units

    return solve(
        problem=problem, seed=seed, max_iterations=ITERATIONS, stopped=lambda: whole[0] or stopped(),
        on_progress=watch,
    )  # fmt: skip


def _grow(
    kind: str, grown: Callable[[int], Problem | None], seed: int, stopped: Callable[[], bool]
) -> WayOut:
    """Return the smallest amount that a plan proves sufficient, counting up from the first not ruled out."""
    amount, tried = 1, 0
    best: Plan | None = None
    least: int | None = None
    while tried < TRIES and not stopped():
        problem = grown(amount)
        if problem is None:
            break
        if most_served(problem) == len(problem.units):
            least = least or amount
            plan = _complete(problem, seed, stopped)
            tried += 1
            if best is None or plan.objective.served > best.objective.served:
                best = plan
            if not plan.unserved:
                return _way(kind, amount, least, plan)
        amount += 1
    return _way(kind, None, least or amount, best)


def _way(kind: str, amount: int | None, least: int, plan: Plan | None, units: tuple[str, ...] = ()) -> WayOut:
    """Return a way out with what its plan brings."""
    if plan is None:
        return WayOut(kind=kind, amount=amount, least=least, served=0, units=units)
    taken = {(v.team, slot) for v in plan.visits for slot in halves(v)}
    return WayOut(
        kind=kind,
        amount=amount,
        least=least,
        served=plan.objective.served,
        metres=plan.objective.metres,
        half_days=len(taken),
        units=units,
        until=max((visit.slot for visit in plan.visits), default=None),
    )


def _people(problem: Problem, team: int) -> tuple[Member, ...]:
    """Return people of a further team who cover what the composition asks for."""
    areas = frozenset(area for area, _least in problem.composition)
    most = max((least for _area, least in problem.composition), default=1)
    return tuple(Member(code=f"{team}+{n}", role="head", areas=areas) for n in range(max(1, most)))


def _teams(problem: Problem, further: tuple[Slot, ...], seed: int, stopped: Callable[[], bool]) -> WayOut:
    first = max(team.number for team in problem.teams) + 1
    base = problem.teams[0].base
    slots = frozenset(problem.slots)

    def grown(amount: int) -> Problem | None:
        if amount > len(problem.units):
            return None
        more = (
            SurveyTeam(number=first + n, base=base, available=slots, members=_people(problem, first + n))
            for n in range(amount)
        )
        return replace(problem, teams=(*problem.teams, *more))

    return _grow("teams", grown, seed, stopped)


def _days(problem: Problem, further: tuple[Slot, ...], seed: int, stopped: Callable[[], bool]) -> WayOut:
    days = sorted({slot.day for slot in further})

    def grown(amount: int) -> Problem | None:
        if amount > len(days):
            return None
        more = tuple(slot for slot in further if slot.day <= days[amount - 1])
        teams = tuple(replace(team, available=team.available | frozenset(more)) for team in problem.teams)
        return replace(problem, slots=(*problem.slots, *more), teams=teams)

    return _grow("days", grown, seed, stopped)


def _online(problem: Problem, further: tuple[Slot, ...], seed: int, stopped: Callable[[], bool]) -> WayOut:
    """Let every unit go online, at the price of a switch each; the plan then switches as few as it can."""
    asked = {unit.code: unit.modes[0] for unit in problem.units}
    both = tuple(
        unit if Mode.ONLINE in unit.modes else replace(unit, modes=(*unit.modes, Mode.ONLINE))
        for unit in problem.units
    )
    opened = replace(problem, units=both)
    least = len(problem.units) - most_served(problem)
    if most_served(opened) < len(both):
        return _way("online", None, least, None)
    plan = solve(problem=opened, seed=seed, max_iterations=ITERATIONS, stopped=stopped)
    switched = tuple(
        sorted(v.unit for v in plan.visits if v.mode is Mode.ONLINE and asked[v.unit] is not Mode.ONLINE)
    )
    return _way("online", None if plan.unserved else len(switched), least, plan, switched)


def _noon(problem: Problem, further: tuple[Slot, ...], seed: int, stopped: Callable[[], bool]) -> WayOut:
    """Give the way over noon more time, half an hour at a time."""
    best: Plan | None = None
    for more in (30, 60, 90):
        limits = replace(problem.limits, lunch_minutes=problem.limits.lunch_minutes + more)
        longer = replace(problem, limits=limits)
        if most_served(longer) < len(problem.units) or stopped():
            break
        plan = _complete(longer, seed, stopped)
        if best is None or plan.objective.served > best.objective.served:
            best = plan
        if not plan.unserved:
            return _way("noon", more, 30, plan)
    return _way("noon", None, 30, best)


def _short(problem: Problem, further: tuple[Slot, ...], seed: int, stopped: Callable[[], bool]) -> WayOut:
    """Let visits be as short as two on a half-day need, with the way between them."""
    minutes = (problem.limits.half_day_minutes - BETWEEN_MINUTES) // 2
    limits = replace(problem.limits, two_visits_minutes=BETWEEN_MINUTES)
    units = tuple(replace(unit, minutes=min(unit.minutes, minutes)) for unit in problem.units)
    shorter = replace(problem, limits=limits, units=units)
    if minutes <= 0 or stopped() or most_served(shorter) < len(units):
        return _way("short", None, max(0, minutes), None)
    plan = _complete(shorter, seed, stopped)
    return _way("short", None if plan.unserved else minutes, minutes, plan)


WAYS = {"teams": _teams, "days": _days, "online": _online, "noon": _noon, "short": _short}
