"""What a plan brings and asks, in the measures that scenarios are compared by."""

from collections import defaultdict
from dataclasses import asdict, dataclass, field

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.checker import check_plan
from haicap.timetable.rules.problem import Mode, PlacedVisit, Plan, Problem, SurveyTeam
from haicap.timetable.rules.scenarios.roads import Roads


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A plan in figures.

    `first_choice`, `listed_choice` (any wish, the first included), `unlisted_choice` and `without_list` count
    the units served. `road_minutes` and `work_minutes` are of teams: a visit in person works its length, an
    online session its half-day. `person_half_days` counts every member present, each half-day; `people` each
    member once. `cost` and `bound` are thousandths of a point. `needed` and `capacity` are half-days of teams:
    what the units ask, and what the teams have. `broken` counts rules that the checker found broken.
    """

    teams: int
    days: int
    units: int
    served: int
    online: int
    first_choice: int
    listed_choice: int
    unlisted_choice: int
    without_list: int
    metres: int
    road_minutes: int
    work_minutes: int
    person_half_days: int
    people: int
    team_days: int
    half_days: int
    lightest: int
    heaviest: int
    needed: int
    capacity: int
    cost: int
    bound: int | None
    gap: float | None
    broken: int
    seed: int
    iterations: int
    unserved: tuple[tuple[str, str], ...] = ()
    online_units: tuple[str, ...] = ()
    visits: tuple[PlacedVisit, ...] = field(default=(), repr=False)

    def as_data(self) -> dict[str, object]:
        """Return plain values for storage, without the visits."""
        data = asdict(self)
        del data["visits"]
        return data | {"unserved": dict(self.unserved), "online_units": list(self.online_units)}


def measured(*, problem: Problem, plan: Plan) -> Outcome:
    """Return the figures of `plan`, an answer to `problem`."""
    told = plan.objective
    metres, road, work = _effort(problem, plan)
    there, people = _asked(problem, plan)
    return Outcome(
        teams=len(problem.teams),
        days=len(problem.days),
        units=len(problem.units),
        served=told.served,
        online=told.online,
        first_choice=told.first_choice,
        listed_choice=told.listed_choice,
        unlisted_choice=told.unlisted_choice,
        without_list=told.without_list,
        metres=round(metres),
        road_minutes=round(road),
        work_minutes=work,
        person_half_days=there,
        people=people,
        team_days=told.team_days,
        half_days=len({(visit.team, slot) for visit in plan.visits for slot in taken(visit)}),
        lightest=told.lightest,
        heaviest=told.heaviest,
        needed=needed_of(problem),
        capacity=capacity_of(problem),
        cost=told.total,
        bound=plan.bound,
        gap=plan.gap,
        broken=len(check_plan(problem=problem, plan=plan).violations),
        seed=plan.seed,
        iterations=plan.iterations,
        unserved=tuple((item.unit, item.reason) for item in plan.unserved),
        online_units=tuple(sorted(v.unit for v in plan.visits if v.mode is Mode.ONLINE)),
        visits=plan.visits,
    )


def taken(visit: PlacedVisit) -> tuple[Slot, ...]:
    """Return the half-days a visit takes."""
    if visit.whole_day:
        return tuple(Slot(visit.slot.day, half) for half in HalfDay)
    return (visit.slot,)


def needed_of(problem: Problem) -> int:
    """Return the half-days that the units ask: an island in person takes two, online visits share them."""
    first = [unit.modes[0] for unit in problem.units if unit.modes]
    online = first.count(Mode.ONLINE)
    whole = sum(u.island and u.modes[:1] == (Mode.IN_PERSON,) for u in problem.units)
    return len(first) - online + whole - (-online // problem.limits.online_per_half_day)


def capacity_of(problem: Problem) -> int:
    """Return the half-days of the window on which the teams are called, led and at quorum."""
    quorum = problem.limits.quorum_percent
    return sum(_works(team, slot, quorum) for team in problem.teams for slot in problem.slots)


def _works(team: SurveyTeam, slot: Slot, quorum: int) -> bool:
    present = [member for member in team.members if slot not in member.absent]
    enough = len(present) * 100 >= quorum * len(team.members)
    return slot in team.available and enough and any(member.leads for member in present)


def _effort(problem: Problem, plan: Plan) -> tuple[float, float, int]:
    """Return the metres and minutes on the road and the minutes at work, of all teams."""
    roads, lengths = Roads(problem), {unit.code: unit.minutes for unit in problem.units}
    days: dict[tuple[int, object], list[PlacedVisit]] = defaultdict(list)
    for visit in plan.visits:
        days[visit.team, visit.slot.day].append(visit)
    metres = road = 0.0
    work = 0
    for (team, _day), visits in days.items():
        visits.sort(key=lambda visit: (visit.slot, visit.order))
        far, long = roads.round_trip(team, _stops(visits))
        metres, road = metres + far, road + long
        sessions = {visit.slot for visit in visits if visit.mode is Mode.ONLINE}
        work += sum(lengths[visit.unit] for visit in visits if visit.mode is Mode.IN_PERSON)
        work += len(sessions) * problem.limits.half_day_minutes
    return metres, road, work


def _stops(visits: list[PlacedVisit]) -> list[str]:
    """Return the places of a day in order; an online session is held at the base, written as ""."""
    return [visit.unit if visit.mode is Mode.IN_PERSON else "" for visit in visits]


def _asked(problem: Problem, plan: Plan) -> tuple[int, int]:
    """Return the half-days of all members and how many different members are asked."""
    teams = {team.number: team for team in problem.teams}
    there = 0
    people = set()
    for number, slot in {(visit.team, slot) for visit in plan.visits for slot in taken(visit)}:
        present = [member.code for member in teams[number].members if slot not in member.absent]
        there += len(present)
        people |= set(present)
    return there, len(people)
