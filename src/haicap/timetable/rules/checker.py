"""The independent checker: proves a plan feasible, or names every broken rule.

It shares no code with the solver. It reads the problem as it was given, measures distances by its own formula
(the vector form of the great circle, where the solver uses haversines) and scores the plan anew, so that a
mistake in the solver shows here.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.problem import (
    Mode,
    Objective,
    PlacedVisit,
    Plan,
    Point,
    Problem,
    SurveyedUnit,
    SurveyTeam,
)

EARTH_METRES = 6_371_008.8  # mean radius, IUGG
SLACK_MINUTES = 1e-6

RULES = (
    "visit.unknown_unit", "visit.unknown_team", "visit.outside_window", "visit.order_wrong", "unit.twice",
    "unit.blocked", "unit.mode_not_allowed", "unit.no_coordinates", "unit.needs_whole_day",
    "unit.needs_half_day", "team.unavailable", "team.two_places", "team.too_many_online", "team.too_far",
    "pin.moved",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A broken rule, by name, and where; `other` is a second unit involved, `minutes` a travel time."""

    rule: str
    unit: str | None = None
    team: int | None = None
    slot: Slot | None = None
    other: str | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Feasible when nothing is broken; complete when besides every unit has its visit."""

    violations: tuple[Violation, ...]
    unserved: tuple[str, ...]
    objective: Objective

    @property
    def feasible(self) -> bool:
        """True when no rule is broken."""
        return not self.violations

    @property
    def complete(self) -> bool:
        """True when feasible and every unit is visited."""
        return self.feasible and not self.unserved

    def as_data(self) -> dict[str, object]:
        """Return plain values for storage."""
        found = [asdict(item) | {"slot": item.slot and item.slot.key} for item in self.violations]
        return {"feasible": self.feasible, "violations": found, "unserved": list(self.unserved)}


def metres_between(problem: Problem, one: Point, other: Point) -> int:
    """Return the road distance in whole metres: great circle times the road factor."""
    a, b = _unit_vector(one), _unit_vector(other)
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    angle = math.atan2(math.hypot(*cross), sum(x * y for x, y in zip(a, b, strict=True)))
    return round(EARTH_METRES * angle * problem.limits.road_factor)


def minutes_between(problem: Problem, one: Point, other: Point) -> float:
    """Return the travel time in minutes at the problem's speed."""
    return metres_between(problem, one, other) * 60 / (problem.limits.speed_kmh * 1000)


def _unit_vector(point: Point) -> tuple[float, float, float]:
    lat, lon = math.radians(point.lat), math.radians(point.lon)
    return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))


def check(*, problem: Problem, visits: Sequence[PlacedVisit]) -> Verdict:
    """Return every broken rule of `visits`, the units without a visit, and the score."""
    units = {unit.code: unit for unit in problem.units}
    teams = {team.number: team for team in problem.teams}
    visited = {visit.unit for visit in visits}
    return Verdict(
        violations=(
            *_known(problem, visits, units, teams),
            *_of_units(visits, units),
            *_of_teams(visits, teams),
            *_of_half_days(problem, visits),
            *_of_travel(problem, visits, units, teams),
            *_of_pins(problem, visits),
        ),
        unserved=tuple(unit.code for unit in problem.units if unit.code not in visited),
        objective=score(problem=problem, visits=visits),
    )


def check_plan(*, problem: Problem, plan: Plan) -> Verdict:
    """Check a solver's plan: besides the rules, its own account of the unserved and the score must hold."""
    verdict = check(problem=problem, visits=plan.visits)
    wrong: list[Violation] = []
    if sorted(item.unit for item in plan.unserved) != sorted(verdict.unserved):
        wrong.append(Violation(rule="plan.unserved_differs"))
    metres_apart = abs(plan.objective.metres - verdict.objective.metres)
    said = {**plan.objective.terms, "travel": 0}
    found = {**verdict.objective.terms, "travel": 0}
    if said != found or metres_apart > 2 * len(plan.visits):  # a metre of rounding per leg
        wrong.append(Violation(rule="plan.objective_differs"))
    return Verdict(
        violations=(*verdict.violations, *wrong), unserved=verdict.unserved, objective=verdict.objective
    )


def _halves(visit: PlacedVisit) -> list[Slot]:
    return [Slot(visit.slot.day, half) for half in HalfDay] if visit.whole_day else [visit.slot]


def _known(
    problem: Problem,
    visits: Iterable[PlacedVisit],
    units: Mapping[str, SurveyedUnit],
    teams: Mapping[int, SurveyTeam],
) -> Iterator[Violation]:
    window = set(problem.slots)
    for visit in visits:
        if visit.unit not in units:
            yield Violation(rule="visit.unknown_unit", unit=visit.unit, team=visit.team, slot=visit.slot)
        if visit.team not in teams:
            yield Violation(rule="visit.unknown_team", unit=visit.unit, team=visit.team, slot=visit.slot)
        for slot in _halves(visit):
            if slot not in window:
                yield Violation(rule="visit.outside_window", unit=visit.unit, team=visit.team, slot=slot)


def _of_units(visits: Sequence[PlacedVisit], units: Mapping[str, SurveyedUnit]) -> Iterator[Violation]:
    for code, times in Counter(visit.unit for visit in visits).items():
        if times > 1:
            yield Violation(rule="unit.twice", unit=code)
    for visit in visits:
        unit = units.get(visit.unit)
        if unit is None:
            continue
        at = {"unit": visit.unit, "team": visit.team}
        for slot in _halves(visit):
            if slot in unit.blocked:
                yield Violation(rule="unit.blocked", unit=visit.unit, team=visit.team, slot=slot)
        in_person = visit.mode is Mode.IN_PERSON
        broken = [
            ("unit.mode_not_allowed", visit.mode not in unit.modes),
            ("unit.no_coordinates", in_person and unit.place is None),
            ("unit.needs_whole_day", in_person and unit.island and not visit.whole_day),
            ("unit.needs_half_day", visit.whole_day and not (in_person and unit.island)),
            ("visit.order_wrong", visit.whole_day and visit.slot.half is not HalfDay.MORNING),
        ]
        for rule, holds in broken:
            if holds:
                yield Violation(rule=rule, slot=visit.slot, **at)  # type: ignore[arg-type]  # named fields


def _of_teams(visits: Sequence[PlacedVisit], teams: Mapping[int, SurveyTeam]) -> Iterator[Violation]:
    for visit in visits:
        team = teams.get(visit.team)
        for slot in _halves(visit) if team else ():
            if team and slot not in team.available:
                yield Violation(rule="team.unavailable", unit=visit.unit, team=visit.team, slot=slot)


def _of_half_days(problem: Problem, visits: Sequence[PlacedVisit]) -> Iterator[Violation]:
    held: dict[tuple[int, Slot], list[PlacedVisit]] = defaultdict(list)
    for visit in visits:
        for slot in _halves(visit):
            held[visit.team, slot].append(visit)
    for (team, slot), together in held.items():
        if len(together) < 2:
            continue
        last = max(together, key=lambda visit: (visit.order, visit.unit))
        first = next(visit for visit in together if visit is not last)
        at = {"unit": last.unit, "team": team, "slot": slot, "other": first.unit}
        if any(visit.mode is Mode.IN_PERSON for visit in together):
            yield Violation(rule="team.two_places", **at)  # type: ignore[arg-type]  # named fields
        elif len(together) > problem.limits.online_per_half_day:
            yield Violation(rule="team.too_many_online", **at)  # type: ignore[arg-type]
        if len({visit.order for visit in together}) < len(together):
            yield Violation(rule="visit.order_wrong", **at)  # type: ignore[arg-type]


def _of_travel(
    problem: Problem,
    visits: Sequence[PlacedVisit],
    units: Mapping[str, SurveyedUnit],
    teams: Mapping[int, SurveyTeam],
) -> Iterator[Violation]:
    """Travel between each morning place and each afternoon place of a team must fit into the lunch gap."""
    halves: dict[tuple[int, Slot], list[PlacedVisit]] = defaultdict(list)
    for visit in visits:
        if not visit.whole_day:
            halves[visit.team, visit.slot].append(visit)
    for (number, slot), mornings in halves.items():
        if slot.half is not HalfDay.MORNING or number not in teams:
            continue
        for later in halves.get((number, Slot(slot.day, HalfDay.AFTERNOON)), ()):
            for earlier in mornings:
                start = _where(earlier, units, teams[number])
                end = _where(later, units, teams[number])
                if start is None or end is None:
                    continue
                minutes = minutes_between(problem, start, end)
                if minutes > problem.limits.lunch_minutes + SLACK_MINUTES:
                    yield Violation(
                        rule="team.too_far", unit=later.unit, team=number, slot=later.slot,
                        other=earlier.unit, minutes=math.ceil(minutes),
                    )  # fmt: skip


def _where(visit: PlacedVisit, units: Mapping[str, SurveyedUnit], team: SurveyTeam) -> Point | None:
    """Return where the team is during a visit: at its base when online."""
    if visit.mode is Mode.ONLINE:
        return team.base
    unit = units.get(visit.unit)
    return unit.place if unit else None


def _of_pins(problem: Problem, visits: Sequence[PlacedVisit]) -> Iterator[Violation]:
    placed = {visit.unit: visit for visit in visits}
    for pin in problem.pins:
        now = placed.get(pin.unit)
        if now is None or (now.team, now.slot, now.mode) != (pin.team, pin.slot, pin.mode):
            yield Violation(rule="pin.moved", unit=pin.unit, team=pin.team, slot=pin.slot)


def score(*, problem: Problem, visits: Sequence[PlacedVisit]) -> Objective:
    """Return what `visits` cost under the problem's weights, feasible or not."""
    units = {unit.code: unit for unit in problem.units}
    known = [visit for visit in visits if visit.unit in units]
    ranks = [_rank(units[visit.unit], visit.slot) for visit in known]
    asked = [units[visit.unit].modes[:1] for visit in known]
    before = {visit.unit: (visit.team, visit.slot, visit.mode) for visit in problem.previous}
    changed = sum(
        1 for visit in known
        if visit.unit in before and before[visit.unit] != (visit.team, visit.slot, visit.mode)
    )  # fmt: skip
    unserved = len(units.keys() - {visit.unit for visit in known})
    metres = sum(_day_lengths(problem, known, units))
    loads = _loads(problem, known)
    weights = problem.weights
    listed = [rank for rank in ranks if rank is not None and rank >= 0]
    unlisted = sum(1 for rank in ranks if rank == -1)
    switched = sum(1 for visit, first in zip(known, asked, strict=True) if first != (visit.mode,))
    terms = {
        "unserved": weights.unserved * unserved,
        "mode": weights.mode * switched,
        "preference": weights.rank * sum(listed) + weights.unlisted * unlisted,
        "change": weights.change * changed,
        "load": weights.load * _unevenness(loads),
    }
    return Objective(
        terms={name: value * 1000 for name, value in terms.items()} | {"travel": weights.km * metres},
        served=len(units) - unserved,
        unserved=unserved,
        online=sum(1 for visit in known if visit.mode is Mode.ONLINE),
        first_choice=sum(1 for rank in ranks if rank == 0),
        listed_choice=len(listed),
        unlisted_choice=unlisted,
        without_list=sum(1 for rank in ranks if rank is None),
        changed=changed,
        metres=metres,
        lightest=min(loads, default=0),
        heaviest=max(loads, default=0),
    )


def _rank(unit: SurveyedUnit, slot: Slot) -> int | None:
    """Return the place of `slot` in the list (0 = first choice), -1 when not on it, None without a list."""
    if not unit.preferred:
        return None
    return unit.preferred.index(slot) if slot in unit.preferred else -1


def _loads(problem: Problem, visits: Iterable[PlacedVisit]) -> list[int]:
    taken = {(visit.team, slot) for visit in visits for slot in _halves(visit)}
    by_team = Counter(team for team, _ in taken)
    return [by_team[team.number] for team in problem.teams]


def _unevenness(loads: Sequence[int]) -> int:
    """Return the sum of squares above that of the evenest split of the same half-days."""
    if not loads:
        return 0
    share, rest = divmod(sum(loads), len(loads))
    return sum(load * load for load in loads) - (len(loads) * share * share + rest * (2 * share + 1))


def _day_lengths(
    problem: Problem, visits: Iterable[PlacedVisit], units: Mapping[str, SurveyedUnit]
) -> Iterator[int]:
    """Yield the road metres of each team's day: base, places in the order of the day, base."""
    bases = {team.number: team.base for team in problem.teams}
    days: dict[tuple[int, object], list[PlacedVisit]] = defaultdict(list)
    for visit in visits:
        days[visit.team, visit.slot.day].append(visit)
    for (number, _), held in days.items():
        base = bases.get(number)
        if base is None:
            continue
        ordered = sorted(held, key=lambda visit: (visit.slot.half.order, visit.order))
        places = [base if v.mode is Mode.ONLINE else units[v.unit].place for v in ordered]
        stops = [base, *(place for place in places if place is not None), base]
        yield sum(metres_between(problem, a, b) for a, b in pairwise(stops))
