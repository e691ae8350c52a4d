"""When the window is too small: by how much, proven, and the ways out, each found by trying it.

`most_served` is an upper bound on the units any plan can serve (CP-SAT on a relaxation without travel, where
teams are counted instead of named). A way out is told only with a plan that proves it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from haicap.kernel.periods import Slot
from haicap.timetable.rules.counting import Counting
from haicap.timetable.rules.problem import Member, Mode, Plan, Problem, SurveyTeam, Unserved
from haicap.timetable.rules.solver import Step, solve

HOPELESS = ("blocked_everywhere", "no_coordinates")
"""reasons that more teams, days or online sessions do not cure"""
TRIES = 6
ITERATIONS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Half-days asked for and half-days there are. `most_served` is proven; `units` counts all units."""

    units: int
    needed: int
    capacity: int
    most_served: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """`amount` more teams, more days, or units surveyed online; found by a plan that serves `served` units.

    `kind` is "teams", "days" or "online"; `units` names those put online. `amount` is None where no number
    that was tried sufficed; `least` is then the smallest number not yet ruled out.
    """

    kind: str
    amount: int | None
    least: int
    served: int
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
    window = frozenset(problem.slots)
    return Load(
        units=len(problem.units),
        needed=len(problem.units) - online + islands - (-online // problem.limits.online_per_half_day),
        capacity=sum(len(team.available & window) for team in problem.teams),
        most_served=most_served(problem),
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
        for kind, way in (("teams", _teams), ("days", _days), ("online", _online)):
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
    amount, tried, best = 1, 0, 0
    least: int | None = None
    while tried < TRIES and not stopped():
        problem = grown(amount)
        if problem is None:
            break
        if most_served(problem) == len(problem.units):
            least = least or amount
            plan = _complete(problem, seed, stopped)
            best, tried = max(best, plan.objective.served), tried + 1
            if not plan.unserved:
                last = max((visit.slot for visit in plan.visits), default=None)
                return WayOut(kind=kind, amount=amount, least=least, served=best, until=last)
        amount += 1
    return WayOut(kind=kind, amount=None, least=least or amount, served=best)


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
        return WayOut(kind="online", amount=None, least=least, served=0)
    plan = solve(problem=opened, seed=seed, max_iterations=ITERATIONS, stopped=stopped)
    switched = tuple(
        sorted(v.unit for v in plan.visits if v.mode is Mode.ONLINE and asked[v.unit] is not Mode.ONLINE)
    )
    amount = None if plan.unserved else len(switched)
    return WayOut(kind="online", amount=amount, least=least, served=plan.objective.served, units=switched)
