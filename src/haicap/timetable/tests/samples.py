"""Small problems made by rule, for the tests of the pure part."""

from datetime import date, timedelta

from hypothesis import strategies as st

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.problem import Mode, PlacedVisit, Point, Problem, SurveyedUnit, SurveyTeam

MONDAY = date(2025, 8, 4)
BASE = Point(10.776, 106.701)


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


def team(number: int = 1, *, days: int = 1, **changes: object) -> SurveyTeam:
    """Return a team available on all half-days of the first `days` days."""
    values: dict[str, object] = {"number": number, "base": BASE, "available": frozenset(slots(days))}
    return SurveyTeam(**{**values, **changes})  # type: ignore[arg-type]


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
modes = st.sampled_from(
    [(Mode.IN_PERSON,), (Mode.ONLINE,), (Mode.IN_PERSON, Mode.ONLINE), (Mode.ONLINE, Mode.IN_PERSON)]
)


@st.composite
def problems(draw: st.DrawFn, *, most_units: int, most_teams: int, most_days: int) -> Problem:
    """Draw a problem with islands, blocked half-days, absences and far places, without fatal faults."""
    window = slots(draw(st.integers(1, most_days)))
    some = st.frozensets(st.sampled_from(window))
    units = tuple(
        SurveyedUnit(
            code=str(n),
            place=draw(points) if draw(st.integers(0, 9)) else None,
            modes=draw(modes),
            preferred=tuple(draw(st.lists(st.sampled_from(window), unique=True, max_size=3))),
            blocked=draw(some) if draw(st.booleans()) else frozenset(),
            island=draw(st.integers(0, 5)) == 0,
        )
        for n in range(draw(st.integers(1, most_units)))
    )
    always = st.just(frozenset(window))
    teams = tuple(
        SurveyTeam(number=n, base=draw(points), available=draw(st.one_of(always, some)))
        for n in range(1, draw(st.integers(1, most_teams)) + 1)
    )  # fmt: skip
    return Problem(units=units, teams=teams, slots=window)
