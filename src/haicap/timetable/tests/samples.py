"""Small problems made by rule, for the tests of the pure part."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.faults import faults_of
from haicap.timetable.rules.problem import (
    BridgePoint,
    Limits,
    Member,
    Mode,
    PlacedVisit,
    Point,
    Problem,
    SurveyedUnit,
    SurveyTeam,
    TravelMatrix,
    Weights,
)

MONDAY = date(2025, 8, 4)
BASE = Point(10.776, 106.701)
AREAS = ("land", "money", "people")


def slots(days: int) -> tuple[Slot, ...]:
    """Return the half-days of the first `days` days."""
    return tuple(Slot(MONDAY + timedelta(n), half) for n in range(days) for half in HalfDay)


def slot(day: int = 0, half: HalfDay = HalfDay.MORNING) -> Slot:
    """Return one half-day."""
    return Slot(MONDAY + timedelta(day), half)


def unit(code: str = "1", **changes: object) -> SurveyedUnit:
    """Return a unit near the base."""
    values: dict[str, object] = {"code": code, "place": Point(10.80, 106.70)}
    return SurveyedUnit(**{**values, **changes})  # type: ignore[arg-type]


def member(code: str, role: str = "member", **changes: object) -> Member:
    """Return a member who is always there and covers every area."""
    values: dict[str, object] = {"code": code, "role": role, "areas": frozenset(AREAS)}
    return Member(**{**values, **changes})  # type: ignore[arg-type]


def team(number: int = 1, *, days: int = 1, **changes: object) -> SurveyTeam:
    """Return a team of a head and a member, available on all half-days of the first `days` days."""
    values: dict[str, object] = {
        "number": number,
        "base": BASE,
        "available": frozenset(slots(days)),
        "members": (member(f"head {number}", "head"), member(f"member {number}")),
    }
    return SurveyTeam(**{**values, **changes})  # type: ignore[arg-type]


def bridge(code: str = "b", *, days: int = 1, **changes: object) -> BridgePoint:
    """Return a bridge point with one room and one technician, open all the first `days` days."""
    values: dict[str, object] = {"code": code, "available": frozenset(slots(days))}
    return BridgePoint(**{**values, **changes})  # type: ignore[arg-type]


def matrix(units: int = 2, *, minutes: float = 20, **ways: float) -> TravelMatrix:
    """Return a matrix of the base and so many units, all `minutes` apart, but for `ways` such as a1_2=50."""
    places = ("base", *(str(n) for n in range(1, units + 1)))
    table = [[0.0 if i == j else float(minutes) for j in range(units + 1)] for i in range(units + 1)]
    for name, value in ways.items():
        start, end = name.removeprefix("a").split("_")
        table[places.index(start)][places.index(end)] = float(value)
    return TravelMatrix(
        places=places,
        minutes=tuple(tuple(row) for row in table),
        metres=tuple(tuple(round(600 * cell) for cell in row) for row in table),
    )


def problem(
    units: int | tuple[SurveyedUnit, ...] = 2,
    teams: int | tuple[SurveyTeam, ...] = 1,
    *,
    days: int = 1,
    **changes: object,
) -> Problem:
    """Return a problem of given units and teams, or of so many plain ones near each other."""
    if isinstance(units, int):
        units = tuple(unit(str(n), place=Point(10.78 + n / 100, 106.7)) for n in range(1, units + 1))
    if isinstance(teams, int):
        teams = tuple(team(n, days=days) for n in range(1, teams + 1))
    return Problem(**{"units": units, "teams": teams, "slots": slots(days), **changes})  # type: ignore[arg-type]


def visit(
    code: str, at: Slot, number: int = 1, mode: Mode = Mode.IN_PERSON, **changes: object
) -> PlacedVisit:
    """Return a visit."""
    return PlacedVisit(unit=code, team=number, slot=at, mode=mode, **changes)  # type: ignore[arg-type]


points = st.builds(
    Point,
    st.floats(8.6, 11.4, allow_nan=False, allow_infinity=False),
    st.floats(106.0, 107.6, allow_nan=False, allow_infinity=False),
)
near = st.builds(
    Point,
    st.floats(10.6, 11.0, allow_nan=False, allow_infinity=False),
    st.floats(106.5, 106.9, allow_nan=False, allow_infinity=False),
)
modes = st.sampled_from(
    [(Mode.IN_PERSON,), (Mode.ONLINE,), (Mode.IN_PERSON, Mode.ONLINE), (Mode.ONLINE, Mode.IN_PERSON)]
)


@st.composite
def problems(draw: st.DrawFn, *, most_units: int, most_teams: int, most_days: int) -> Problem:
    """Draw a problem with every feature of the contract, without fatal faults; its pins can be kept.

    Each feature is there in some problems only, so that a failure shrinks to those that matter.
    """
    window = slots(draw(st.integers(1, most_days)))
    composition = tuple(
        (area, draw(st.integers(1, 2))) for area in AREAS[: draw(st.sampled_from([0, 0, 1, 2]))]
    )
    units = tuple(_unit(draw, str(n), window) for n in range(draw(st.integers(1, most_units))))
    teams = tuple(_team(draw, n, window) for n in range(1, draw(st.integers(1, most_teams)) + 1))
    bridges = tuple(
        BridgePoint(
            code=f"b{n}",
            available=draw(_some(window)),
            rooms=draw(st.integers(1, 2)),
            technicians=draw(st.integers(1, 2)),
        )
        for n in range(draw(st.sampled_from([0, 0, 1, 2])))
    )
    drawn = Problem(
        units=units,
        teams=teams,
        slots=window,
        composition=composition,
        bridges=bridges,
        matrix=draw(st.one_of(st.none(), _matrices(units, teams))),
        previous=_previous(draw, units, teams, window),
        today=draw(st.sampled_from([None, MONDAY - timedelta(3), MONDAY])),
        weights=draw(st.sampled_from([Weights(), Weights(province=0), Weights(km=0, load=0, team_day=30)])),
        limits=_limits(draw),
    )
    return _pinned(draw, drawn)


def _some(window: tuple[Slot, ...]) -> st.SearchStrategy[frozenset[Slot]]:
    return st.one_of(st.just(frozenset(window)), st.frozensets(st.sampled_from(window)))


def _rare(window: tuple[Slot, ...]) -> st.SearchStrategy[frozenset[Slot]]:
    empty: frozenset[Slot] = frozenset()
    return st.one_of(st.just(empty), st.frozensets(st.sampled_from(window)))


def _unit(draw: st.DrawFn, code: str, window: tuple[Slot, ...]) -> SurveyedUnit:
    return SurveyedUnit(
        code=code,
        place=draw(st.one_of(near, points)) if draw(st.integers(0, 9)) else None,
        modes=draw(modes),
        preferred=tuple(draw(st.lists(st.sampled_from(window), unique=True, max_size=3))),
        blocked=draw(_rare(window)),
        island=draw(st.integers(0, 5)) == 5,
        minutes=draw(st.sampled_from([180, 90, 60, 240])),
        areas=draw(st.sampled_from([frozenset(), frozenset({"land"}), frozenset({"money"})])),
        group=draw(st.sampled_from(["", "east", "west"])),
    )


def _team(draw: st.DrawFn, number: int, window: tuple[Slot, ...]) -> SurveyTeam:
    roles = ("head", *draw(st.lists(st.sampled_from(["deputy", "secretary", "member"]), max_size=3)))
    members = tuple(
        Member(
            code=f"{number}.{n}",
            role=role,
            areas=draw(st.frozensets(st.sampled_from(AREAS), min_size=1)),
            absent=draw(_rare(window)),
        )
        for n, role in enumerate(roles)
    )
    return SurveyTeam(
        number=number,
        base=draw(near),
        available=draw(_some(window)),
        members=members if draw(st.integers(0, 9)) else (),
        most_per_day=draw(st.sampled_from([4, 1, 2, 3])),
        most_days_in_row=draw(st.sampled_from([None, None, 1, 2])),
    )


@st.composite
def _matrices(
    draw: st.DrawFn, units: tuple[SurveyedUnit, ...], teams: tuple[SurveyTeam, ...]
) -> TravelMatrix:
    """Draw a matrix with ways that differ by direction, now and then with a base for one team alone."""
    own = [f"team:{teams[0].number}"] if draw(st.booleans()) else []
    places = ("base", *own, *(unit.code for unit in units))
    count = len(places)
    row = st.lists(st.integers(1, 150), min_size=count, max_size=count)
    table = draw(st.lists(row, min_size=count, max_size=count))
    minutes = [[0 if i == j else table[i][j] for j in range(count)] for i in range(count)]
    return TravelMatrix(
        places=places,
        minutes=tuple(tuple(float(cell) for cell in line) for line in minutes),
        metres=tuple(tuple(cell * 700 for cell in line) for line in minutes),
    )


def _previous(
    draw: st.DrawFn,
    units: tuple[SurveyedUnit, ...],
    teams: tuple[SurveyTeam, ...],
    window: tuple[Slot, ...],
) -> tuple[PlacedVisit, ...]:
    if draw(st.booleans()):
        return ()
    return tuple(
        PlacedVisit(
            unit=unit.code,
            team=draw(st.sampled_from(teams)).number,
            slot=draw(st.sampled_from(window)),
            mode=unit.modes[0],
        )
        for unit in units
    )


def _limits(draw: st.DrawFn) -> Limits:
    return Limits(
        two_visits_minutes=draw(st.sampled_from([0, 0, 30, 60])),
        half_day_minutes=draw(st.sampled_from([210, 240])),
        online_per_half_day=draw(st.sampled_from([2, 1, 3])),
        quorum_percent=draw(st.sampled_from([50, 0, 100])),
        lunch_minutes=draw(st.sampled_from([90.0, 30.0])),
    )


def _pinned(draw: st.DrawFn, drawn: Problem) -> Problem:
    """Return the problem with at most two pins, kept only where nothing forbids them together."""
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        held = draw(st.sampled_from(drawn.units))
        mode = draw(st.sampled_from(held.modes))
        pin = PlacedVisit(
            unit=held.code,
            team=draw(st.sampled_from(drawn.teams)).number,
            slot=draw(st.sampled_from(drawn.slots)),
            mode=mode,
            whole_day=held.island and mode is Mode.IN_PERSON,
            bridge=drawn.bridges[0].code if drawn.bridges and mode is Mode.ONLINE else "",
            order=1 + len(drawn.pins),
        )
        more = replace(drawn, pins=(*drawn.pins, pin))
        if not any(fault.fatal for fault in faults_of(more)):
            drawn = more
    return drawn
