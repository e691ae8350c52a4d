"""From the bytes of a file to a problem, a plan or a matrix."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from haicap.kernel.periods import Slot, WorkingCalendar
from haicap.timetable.rules.problem import (
    BridgePoint,
    Limits,
    Member,
    Mode,
    Objective,
    PlacedVisit,
    Plan,
    Point,
    Problem,
    SurveyedUnit,
    SurveyTeam,
    TravelMatrix,
    Unserved,
    Weights,
)
from haicap.timetable.rules.problem_files import shapes
from haicap.timetable.rules.problem_files.faults import FileFault, UnreadableFileError, unreadable
from haicap.timetable.rules.problem_files.reading import MOST_FAULTS, read_shape


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProblem:
    """A problem and what its file says for people: the names of units by code, a title."""

    problem: Problem
    names: Mapping[str, str] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """The visits of a plan file; `plan` where the file has its objective; `problem` the digest it names."""

    visits: tuple[PlacedVisit, ...]
    plan: Plan | None = None
    problem: str = ""


def read_problem(content: bytes) -> StoredProblem:
    """Read a problem file; raises UnreadableFileError.

    Only the form is judged here: what makes no sense as a problem is named by `faults_of`.
    """
    file = read_shape(content, shapes.ProblemFile)
    slots = _window(file.window)
    problem = Problem(
        units=tuple(_unit(unit) for unit in file.units),
        teams=tuple(_team(team, slots, file.base) for team in file.teams),
        slots=slots,
        pins=_visits(file.pins),
        previous=_visits(file.previous),
        composition=tuple((need.area, need.present) for need in file.composition),
        bridges=tuple(_bridge(bridge, slots) for bridge in file.bridges),
        matrix=matrix_of(file.matrix, speed_kmh=file.limits.speed_kmh, path="matrix.")
        if file.matrix
        else None,
        today=file.today,
        weights=Weights(**file.weights.model_dump()),
        limits=Limits(**file.limits.model_dump()),
    )
    names = {unit.code: unit.name for unit in file.units if unit.name}
    return StoredProblem(problem=problem, names=names, title=file.title)


def read_plan(content: bytes) -> StoredPlan:
    """Read a plan file; raises UnreadableFileError."""
    file = read_shape(content, shapes.PlanFile)
    visits = _visits(file.visits)
    plan = None
    if file.objective is not None:
        plan = Plan(
            visits=visits,
            unserved=tuple(Unserved(unit=item.unit, reason=item.reason) for item in file.unserved),
            objective=Objective(**file.objective.model_dump()),
            seed=file.seed,
            iterations=file.iterations,
            bound=file.bound,
        )
    return StoredPlan(visits=visits, plan=plan, problem=file.problem)


def read_matrix(content: bytes, *, speed_kmh: float) -> TravelMatrix:
    """Read a matrix file; metres it lacks follow from its minutes. Raises UnreadableFileError."""
    return matrix_of(read_shape(content, shapes.MatrixFile), speed_kmh=speed_kmh)


def matrix_of(shape: shapes.Matrix, *, speed_kmh: float, path: str = "") -> TravelMatrix:
    """Return the matrix; raises UnreadableFileError where rows and places are not as many."""
    faults = _not_square("minutes", shape.minutes, len(shape.places), path)
    if shape.metres is not None:
        faults += _not_square("metres", shape.metres, len(shape.places), path)
    if faults:
        raise UnreadableFileError(tuple(faults[:MOST_FAULTS]), more=len(faults[MOST_FAULTS:]))
    return TravelMatrix(
        places=tuple(shape.places),
        minutes=tuple(tuple(row) for row in shape.minutes),
        metres=metres_from(shape.minutes, speed_kmh=speed_kmh)
        if shape.metres is None
        else tuple(tuple(row) for row in shape.metres),
    )


def metres_from(minutes: Iterable[Iterable[float]], *, speed_kmh: float) -> tuple[tuple[int, ...], ...]:
    """Return the whole metres driven in `minutes` at `speed_kmh`."""
    per_minute = speed_kmh * 1000 / 60
    return tuple(tuple(round(value * per_minute) for value in row) for row in minutes)


def _not_square(name: str, rows: Sequence[Sequence[float]], places: int, path: str) -> list[FileFault]:
    if len(rows) != places:
        return [FileFault(code="rows", path=path + name, params={"found": len(rows), "places": places})]
    return [
        FileFault(code="cells", path=f"{path}{name}[{n}]", params={"found": len(row), "places": places})
        for n, row in enumerate(rows)
        if len(row) != places
    ]


def _window(window: list[Slot] | shapes.Range) -> tuple[Slot, ...]:
    if isinstance(window, list):
        return tuple(window)
    if window.end < window.start:
        raise unreadable(
            "window_reversed", "window", start=window.start.isoformat(), end=window.end.isoformat()
        )
    if (window.end - window.start).days > shapes.LONGEST_WINDOW:
        raise unreadable("window_too_long", "window", most=shapes.LONGEST_WINDOW)
    calendar = WorkingCalendar(off=frozenset(window.off), makeup=frozenset(window.makeup))
    return tuple(calendar.slots(window.start, window.end))


def _point(place: shapes.Place | None) -> Point | None:
    return Point(place.lat, place.lon) if place else None


def _unit(unit: shapes.Unit) -> SurveyedUnit:
    return SurveyedUnit(
        code=unit.code,
        place=_point(unit.place),
        modes=tuple(Mode(mode) for mode in unit.modes),
        preferred=tuple(unit.preferred),
        blocked=frozenset(unit.blocked),
        island=unit.island,
        minutes=unit.minutes,
        areas=frozenset(unit.areas),
        group=unit.group,
    )


def _team(team: shapes.Team, slots: tuple[Slot, ...], base: shapes.Place | None) -> SurveyTeam:
    return SurveyTeam(
        number=team.number,
        base=_point(team.base if "base" in team.model_fields_set else base),
        available=frozenset(slots if team.available is None else team.available),
        members=tuple(
            Member(
                code=member.code,
                role=member.role,
                areas=frozenset(member.areas),
                absent=frozenset(member.absent),
            )
            for member in team.members
        ),
        most_per_day=team.most_per_day,
        most_days_in_row=team.most_days_in_row,
    )


def _bridge(bridge: shapes.Bridge, slots: tuple[Slot, ...]) -> BridgePoint:
    return BridgePoint(
        code=bridge.code,
        available=frozenset(slots if bridge.available is None else bridge.available),
        rooms=bridge.rooms,
        technicians=bridge.technicians,
    )


def _visits(visits: list[shapes.Visit]) -> tuple[PlacedVisit, ...]:
    return tuple(
        PlacedVisit(
            unit=visit.unit,
            team=visit.team,
            slot=visit.slot,
            mode=Mode(visit.mode),
            whole_day=visit.whole_day,
            order=visit.order,
            bridge=visit.bridge,
        )
        for visit in visits
    )
