"""What may be changed about a problem, and the problem that results.

Every change is made by a fixed rule, so that equal changes give equal problems: teams are added as copies of a
typical one and taken away from the end; days are added after the window and taken away from its end; the units
that go online are the islands first, then those furthest from the base; a later start moves availability,
wishes and blocks by the same number of working days.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from statistics import median_low

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem, SurveyTeam, TravelMatrix
from haicap.timetable.rules.scenarios.roads import Roads

RANGES: Mapping[str, tuple[int, int]] = {
    "teams": (1, 500),
    "days": (1, 120),
    "online_percent": (0, 100),
    "visit_minutes": (15, 600),
    "half_day_minutes": (60, 600),
    "two_visits_minutes": (0, 240),
    "lunch_minutes": (0, 600),
}
"""the least and the most of each number that can be changed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What differs from the problem as it is; None leaves a thing alone.

    `days` is the number of working days of the window, `start` its first; `online_percent` of all units go
    online, all others are visited where their place is known; a visit in person takes at most `visit_minutes`
    (islands excepted).
    """

    teams: int | None = None
    days: int | None = None
    start: date | None = None
    online_percent: int | None = None
    visit_minutes: int | None = None
    half_day_minutes: int | None = None
    two_visits_minutes: int | None = None
    lunch_minutes: int | None = None

    def as_data(self) -> dict[str, object]:
        """Return plain values for storage, of what is changed only."""
        data = {name: value for name, value in asdict(self).items() if value is not None}
        return data | ({"start": self.start.isoformat()} if self.start else {})

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "Change":
        """Read what `as_data` gives; unknown names are left out."""
        values = {field.name: data[field.name] for field in fields(cls) if data.get(field.name) is not None}
        if "start" in values:
            values["start"] = date.fromisoformat(str(values["start"]))
        return cls(**values)  # type: ignore[arg-type]  # as written by as_data

    @property
    def nothing(self) -> bool:
        """True when nothing is changed."""
        return not self.as_data()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A change that cannot be made: the field, a code, and the numbers that explain it."""

    field: str
    code: str
    least: int | None = None
    most: int | None = None


class ChangeError(ValueError):
    """The change cannot be made; `wrongs` names each reason."""

    def __init__(self, wrongs: tuple[Wrong, ...]) -> None:
        super().__init__(", ".join(wrong.code for wrong in wrongs))
        self.wrongs = wrongs


def wrongs_of(*, problem: Problem, change: Change, working: Sequence[date] = ()) -> tuple[Wrong, ...]:
    """Return why `change` cannot be made; `working` are the known working days, in order."""
    return tuple(_wrongs(problem, change, _known(problem, working)))


def _wrongs(problem: Problem, change: Change, known: list[date]) -> Iterator[Wrong]:
    outside = set()
    for name, (least, most) in RANGES.items():
        value = getattr(change, name)
        if value is not None and not least <= value <= most:
            outside.add(name)
            yield Wrong(field=name, code="out_of_range", least=least, most=most)
    if change.teams is not None and "teams" not in outside:
        if change.teams > max(len(problem.teams), len(problem.units)):
            yield Wrong(field="teams", code="teams.more_than_units", most=len(problem.units))
        elif not problem.teams:
            yield Wrong(field="teams", code="teams.none_to_copy")
    if not problem.days:
        if change.start is not None or change.days is not None:
            yield Wrong(field="days", code="window.empty")
        return
    first = change.start or problem.days[0]
    if not known[0] <= first <= known[-1]:
        yield Wrong(field="start", code="start.outside_calendar")
    elif first not in known:
        yield Wrong(field="start", code="start.not_working")
    elif "days" not in outside:
        room, wanted = len(known) - known.index(first), change.days or len(problem.days)
        if wanted > room:
            field = "start" if change.days is None else "days"
            yield Wrong(field=field, code=f"{field}.outside_calendar", most=room)
    if change.two_visits_minutes and not outside & {"visit_minutes", "half_day_minutes"}:
        yield from _never_two(problem, change)


def _never_two(problem: Problem, change: Change) -> Iterator[Wrong]:
    """Name two visits a half-day that could never be: even the shortest two are too long."""
    half_day = change.half_day_minutes or problem.limits.half_day_minutes
    most = change.visit_minutes or half_day
    lengths = sorted(min(unit.minutes, most) for unit in problem.units if not unit.island)[:2]
    if len(lengths) == 2 and sum(lengths) > half_day:
        yield Wrong(field="two_visits_minutes", code="two_visits.never_fit", least=lengths[0], most=half_day)


def applied(*, problem: Problem, change: Change, working: Sequence[date] = ()) -> Problem:
    """Return `problem` with `change` made, planned afresh: without a calendar in force.

    Pins that the change leaves no room for are let go. Raises ChangeError.
    """
    if wrongs := wrongs_of(problem=problem, change=change, working=working):
        raise ChangeError(wrongs)
    known = _known(problem, working)
    made = replace(problem, previous=(), today=None)
    if change.start is not None:
        made = _started(made, moves(problem, change, working))
    if change.days is not None:
        made = _lengthened(made, change.days, known)
    if change.teams is not None:
        made = _staffed(made, change.teams)
    if change.online_percent is not None:
        made = _online(made, change.online_percent)
    return _possible_pins(_timed(made, change))


def moves(problem: Problem, change: Change, working: Sequence[date]) -> Mapping[date, date]:
    """Return where each known working day goes when the window starts on `change.start`."""
    known = _known(problem, working)
    if change.start is None or not problem.days:
        return {day: day for day in known}
    by = known.index(change.start) - known.index(problem.days[0])
    return {day: known[n + by] for n, day in enumerate(known) if 0 <= n + by < len(known)}


def _known(problem: Problem, working: Sequence[date]) -> list[date]:
    return sorted({*working, *problem.days})


def _moved(slots: Iterable[Slot], by: Mapping[date, date]) -> tuple[Slot, ...]:
    return tuple(Slot(by[slot.day], slot.half) for slot in slots if slot.day in by)


def moved_visit(visit: PlacedVisit, by: Mapping[date, date]) -> Iterator[PlacedVisit]:
    """Yield the visit on the day to which its own moves, if there is one."""
    if visit.slot.day in by:
        yield replace(visit, slot=Slot(by[visit.slot.day], visit.slot.half))


def _started(problem: Problem, by: Mapping[date, date]) -> Problem:
    units = tuple(
        replace(
            unit, preferred=_moved(unit.preferred, by), blocked=frozenset(_moved(sorted(unit.blocked), by))
        )
        for unit in problem.units
    )
    teams = tuple(
        replace(
            team,
            available=frozenset(_moved(sorted(team.available), by)),
            members=tuple(
                replace(member, absent=frozenset(_moved(sorted(member.absent), by)))
                for member in team.members
            ),
        )
        for team in problem.teams
    )
    bridges = tuple(
        replace(bridge, available=frozenset(_moved(sorted(bridge.available), by)))
        for bridge in problem.bridges
    )
    pins = tuple(visit for pin in problem.pins for visit in moved_visit(pin, by))
    slots = _moved(problem.slots, by)
    return replace(problem, units=units, teams=teams, bridges=bridges, pins=pins, slots=slots)


def _lengthened(problem: Problem, count: int, known: Sequence[date]) -> Problem:
    days = problem.days
    if count <= len(days):
        kept = set(days[:count])
        return replace(problem, slots=tuple(slot for slot in problem.slots if slot.day in kept))
    after = bisect_right(known, days[-1])
    more = tuple(Slot(d, half) for d in known[after : after + count - len(days)] for half in HalfDay)
    wider = frozenset(more)
    return replace(
        problem,
        slots=(*problem.slots, *more),
        teams=tuple(replace(team, available=team.available | wider) for team in problem.teams),
        bridges=tuple(replace(one, available=one.available | wider) for one in problem.bridges),
    )


def _staffed(problem: Problem, count: int) -> Problem:
    teams = tuple(sorted(problem.teams, key=lambda team: team.number))
    if count <= len(teams):
        return replace(problem, teams=teams[:count])
    model, last = _typical(problem), teams[-1].number
    numbers = range(last + 1, last + 1 + count - len(teams))
    copies = tuple(
        replace(
            model,
            number=number,
            available=frozenset(problem.slots),
            members=tuple(
                replace(member, code=f"{number}:{member.code}", absent=frozenset())
                for member in model.members
            ),
        )
        for number in numbers
    )
    matrix = problem.matrix and _with_bases(problem.matrix, model.number, numbers)
    return replace(problem, teams=(*teams, *copies), matrix=matrix)


def _typical(problem: Problem) -> SurveyTeam:
    """Return the team to copy: it covers what a visit asks when all are there, and is of the usual size."""
    usual = median_low(len(team.members) for team in problem.teams)

    def oddness(team: SurveyTeam) -> tuple[int, bool, int, int]:
        lacking = sum(
            max(0, count - sum(area in member.areas for member in team.members))
            for area, count in problem.composition
        )
        led = any(member.leads for member in team.members)
        return lacking, not led, abs(len(team.members) - usual), team.number

    return min(problem.teams, key=oddness)


def _with_bases(matrix: TravelMatrix, model: int, numbers: Iterable[int]) -> TravelMatrix:
    """Give new teams the place of the team they copy; teams without one of their own start from `base`."""
    index = {place: number for number, place in enumerate(matrix.places)}
    at = index.get(f"team:{model}")
    if at is None:
        return matrix
    order = [*range(len(matrix.places)), *(at for _ in numbers)]
    return TravelMatrix(
        places=(*matrix.places, *(f"team:{number}" for number in numbers)),
        minutes=tuple(tuple(matrix.minutes[i][j] for j in order) for i in order),
        metres=tuple(tuple(matrix.metres[i][j] for j in order) for i in order),
    )


def _online(problem: Problem, percent: int) -> Problem:
    roads = Roads(problem)
    far = {unit.code: roads.from_nearest_base(unit.code) for unit in problem.units}
    order = sorted(problem.units, key=lambda u: (roads.knows(u.code), not u.island, -far[u.code], u.code))
    count = (len(order) * percent + 50) // 100
    chosen = {unit.code for unit in order[:count]}
    return replace(
        problem,
        units=tuple(
            replace(
                unit,
                modes=(Mode.ONLINE,)
                if unit.code in chosen or (Mode.ONLINE in unit.modes and not roads.knows(unit.code))
                else (Mode.IN_PERSON,),
            )
            for unit in problem.units
        ),
    )


def _timed(problem: Problem, change: Change) -> Problem:
    given = {
        name: value
        for name in ("half_day_minutes", "two_visits_minutes", "lunch_minutes")
        if (value := getattr(change, name)) is not None
    }
    units = problem.units
    if (most := change.visit_minutes) is not None:
        units = tuple(u if u.island else replace(u, minutes=min(u.minutes, most)) for u in units)
    return replace(problem, units=units, limits=replace(problem.limits, **given))


def _possible_pins(problem: Problem) -> Problem:
    teams = {team.number: team for team in problem.teams}
    units = {unit.code: unit for unit in problem.units}
    window = frozenset(problem.slots)
    kept = tuple(
        pin
        for pin in problem.pins
        if pin.unit in units
        and pin.mode in units[pin.unit].modes
        and pin.team in teams
        and pin.slot in window & teams[pin.team].available
    )
    return replace(problem, pins=kept)
