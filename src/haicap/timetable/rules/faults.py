"""What is wrong with a problem before anybody tries to solve it, each fault by name."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import combinations

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.checker import minutes_between
from haicap.timetable.rules.problem import Mode, PlacedVisit, Point, Problem, SurveyedUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A named fault; `fatal` ones stop the solver, the others leave a unit or a team out."""

    code: str
    fatal: bool
    unit: str | None = None
    team: int | None = None
    slot: Slot | None = None
    setting: str | None = None


class InvalidProblemError(ValueError):
    """The problem has fatal faults; `faults` names them all."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(sorted({fault.code for fault in faults})))
        self.faults = faults


def faults_of(problem: Problem) -> tuple[Fault, ...]:
    """Return every fault of `problem`: window, settings, teams, units, pins, in this order."""
    return (
        *_window(problem),
        *_settings(problem),
        *_teams(problem),
        *_units(problem),
        *_pins(problem),
    )


def _window(problem: Problem) -> Iterator[Fault]:
    if not problem.slots:
        yield Fault(code="window.no_working_days", fatal=True)
    for slot, times in Counter(problem.slots).items():
        if times > 1:
            yield Fault(code="window.slot_twice", fatal=True, slot=slot)


def _settings(problem: Problem) -> Iterator[Fault]:
    for name, value in asdict(problem.weights).items():
        if value < 0:
            yield Fault(code="weight.negative", fatal=True, setting=name)
    limits = problem.limits
    if not limits.speed_kmh > 0:
        yield Fault(code="limit.not_positive", fatal=True, setting="speed_kmh")
    if not limits.road_factor >= 1:
        yield Fault(code="limit.road_factor_below_one", fatal=True, setting="road_factor")
    if limits.lunch_minutes < 0:
        yield Fault(code="limit.negative", fatal=True, setting="lunch_minutes")
    if limits.online_per_half_day < 1:
        yield Fault(code="limit.not_positive", fatal=True, setting="online_per_half_day")


def _misplaced(point: Point) -> str | None:
    """Return "swapped" or "outside": Viet Nam lies within 7-24 N, 102-118 E, islands included."""
    if 7 <= point.lat <= 24 and 102 <= point.lon <= 118:
        return None
    return "swapped" if 7 <= point.lon <= 24 and 102 <= point.lat <= 118 else "outside"


def _teams(problem: Problem) -> Iterator[Fault]:
    if not problem.teams:
        yield Fault(code="team.none", fatal=True)
    window = frozenset(problem.slots)
    for number, times in Counter(team.number for team in problem.teams).items():
        if times > 1:
            yield Fault(code="team.twice", fatal=True, team=number)
    for team in problem.teams:
        if team.base is None:
            yield Fault(code="team.no_base", fatal=True, team=team.number)
        elif wrong := _misplaced(team.base):
            yield Fault(code=f"team.base_{wrong}", fatal=True, team=team.number)
        if not team.available & window:
            yield Fault(code="team.never_available", fatal=False, team=team.number)


def _units(problem: Problem) -> Iterator[Fault]:
    window = frozenset(problem.slots)
    for code, times in Counter(unit.code for unit in problem.units).items():
        if times > 1:
            yield Fault(code="unit.twice", fatal=True, unit=code)
    for unit in problem.units:
        if not unit.modes:
            yield Fault(code="unit.no_mode", fatal=True, unit=unit.code)
        if unit.place is None:
            if Mode.IN_PERSON in unit.modes:
                yield Fault(code="unit.no_coordinates", fatal=False, unit=unit.code)
        elif wrong := _misplaced(unit.place):
            yield Fault(code=f"unit.coordinates_{wrong}", fatal=True, unit=unit.code)
        if window and not window - unit.blocked:
            yield Fault(code="unit.blocked_everywhere", fatal=False, unit=unit.code)
        for slot in unit.preferred:
            if slot in unit.blocked:
                yield Fault(code="unit.prefers_blocked", fatal=False, unit=unit.code, slot=slot)


def _pins(problem: Problem) -> Iterator[Fault]:
    units = {unit.code: unit for unit in problem.units}
    for code, times in Counter(pin.unit for pin in problem.pins).items():
        if times > 1:
            yield Fault(code="pin.unit_twice", fatal=True, unit=code)
    for pin in problem.pins:
        if pin.unit not in units:
            yield Fault(code="pin.unknown_unit", fatal=True, unit=pin.unit, slot=pin.slot)
        else:
            yield from _pin_of_unit(problem, pin, units[pin.unit])
        yield from _pin_of_team(problem, pin)
    for one, other in combinations(problem.pins, 2):
        if one.unit != other.unit and one.team == other.team and one.slot.day == other.slot.day:
            yield from _pin_pair(problem, one, other, units)


def halves_of(visit: PlacedVisit) -> tuple[Slot, ...]:
    """Return the half-days a visit takes."""
    if visit.whole_day:
        return (Slot(visit.slot.day, HalfDay.MORNING), Slot(visit.slot.day, HalfDay.AFTERNOON))
    return (visit.slot,)


def _pin_of_unit(problem: Problem, pin: PlacedVisit, unit: SurveyedUnit) -> Iterator[Fault]:
    where = {"unit": pin.unit, "team": pin.team, "slot": pin.slot}
    if unit.blocked & frozenset(halves_of(pin)):
        yield Fault(code="pin.unit_blocked", fatal=True, **where)  # type: ignore[arg-type]  # named fields
    if pin.mode not in unit.modes:
        yield Fault(code="pin.mode_not_allowed", fatal=True, **where)  # type: ignore[arg-type]
    if pin.mode is Mode.IN_PERSON and unit.place is None:
        yield Fault(code="pin.no_coordinates", fatal=True, **where)  # type: ignore[arg-type]
    if pin.whole_day != (unit.island and pin.mode is Mode.IN_PERSON):
        yield Fault(code="pin.whole_day_wrong", fatal=True, **where)  # type: ignore[arg-type]


def _pin_of_team(problem: Problem, pin: PlacedVisit) -> Iterator[Fault]:
    team = next((team for team in problem.teams if team.number == pin.team), None)
    if team is None:
        yield Fault(code="pin.unknown_team", fatal=True, unit=pin.unit, team=pin.team)
    for slot in halves_of(pin):
        if slot not in problem.slots:
            yield Fault(code="pin.outside_window", fatal=True, unit=pin.unit, team=pin.team, slot=slot)
        elif team is not None and slot not in team.available:
            yield Fault(code="pin.team_unavailable", fatal=True, unit=pin.unit, team=pin.team, slot=slot)


def _pin_pair(
    problem: Problem, one: PlacedVisit, other: PlacedVisit, units: dict[str, SurveyedUnit]
) -> Iterator[Fault]:
    """Yield the contradictions of two pins of one team on one day."""
    shared = set(halves_of(one)) & set(halves_of(other))
    if shared:
        both_online = one.mode is other.mode is Mode.ONLINE
        same = [p for p in problem.pins if p.team == one.team and shared & set(halves_of(p))]
        if not both_online or len(same) > problem.limits.online_per_half_day:
            yield Fault(
                code="pin.same_half_day", fatal=True, unit=other.unit, team=other.team, slot=min(shared)
            )
        return
    team = next((team for team in problem.teams if team.number == one.team), None)
    if team is None or team.base is None:
        return
    ends = [_pin_place(pin, team.base, units) for pin in (one, other)]
    if ends[0] is None or ends[1] is None:
        return
    if minutes_between(problem, ends[0], ends[1]) > problem.limits.lunch_minutes:
        yield Fault(code="pin.too_far", fatal=True, unit=other.unit, team=other.team, slot=other.slot)


def _pin_place(pin: PlacedVisit, base: Point, units: dict[str, SurveyedUnit]) -> Point | None:
    """Return where a team is during a pinned visit, None when that is not known."""
    if pin.mode is Mode.ONLINE:
        return base
    unit = units.get(pin.unit)
    return unit.place if unit else None
