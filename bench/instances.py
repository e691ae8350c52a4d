"""Timetable problems of the real size, without a database: units and places are real, wishes and people sample.

Everything sample comes from the seed. Places, former provinces and provinces are those of the national list that
the register loads.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from haicap.kernel.periods import Slot, WorkingCalendar
from haicap.register.rules.snapshot import snapshot_of
from haicap.register.rules.source import read_national
from haicap.timetable.rules.problem import (
    BridgePoint,
    Member,
    Mode,
    PlacedVisit,
    Point,
    Problem,
    SurveyedUnit,
    SurveyTeam,
)
from haicap.timetable.rules.replan import Disturbance

AREAS = tuple(f"A{number}" for number in range(12))
ROLES = ("head", "deputy", "secretary", "member", "member", "member")
CITY, CITY_BASE = "79", "26740"
UNITS_PER_TEAM = 17
START = date(2025, 8, 4)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as the national list has it."""

    code: str
    point: Point | None
    province: str
    former_province: str
    former_district: str
    island: bool


def places(provinces: Sequence[str] | None = None) -> list[Place]:
    """Return the units of `provinces` (None: of all), ordered by code."""
    national = read_national()
    facts = snapshot_of(national=national, provinces=sorted(provinces or national.provinces)).units
    found = [
        Place(
            code=fact.key[1],
            point=None
            if fact.latitude is None or fact.longitude is None
            else Point(fact.latitude, fact.longitude),
            province=fact.province_code,
            former_province=fact.former_province[1] if fact.former_province else "",
            former_district=fact.former_district[1] if fact.former_district else "",
            island=fact.unit_type == "special_zone",
        )
        for fact in facts
        if fact.key[0] == "commune" and fact.key[2]
    ]
    return sorted(found, key=lambda place: place.code)


def window(days: int) -> tuple[Slot, ...]:
    """Return the half-days of the first `days` working days."""
    calendar = WorkingCalendar()
    return tuple(calendar.slots(START, calendar.add(START, days - 1)))


def city(*, seed: int, teams: int = 9, days: int = 10) -> Problem:
    """Return the 168 units of the City with sample wishes, teams with sample absences, two bridge points."""
    random, slots = Random(seed), window(days)
    units = _units(places([CITY]), slots, teams, random)
    base = next(unit.place for unit in units if unit.code == CITY_BASE)
    bridges = tuple(
        BridgePoint(code=f"B{number}", available=frozenset(slots), rooms=2, technicians=1)
        for number in (1, 2)
    )
    return Problem(
        units=units,
        teams=tuple(_team(number, base, slots, random) for number in range(1, teams + 1)),
        slots=slots,
        composition=tuple((area, 1) for area in AREAS),
        bridges=bridges,
    )


def country(*, seed: int, days: int = 10) -> Problem:
    """Return the 3,321 units of the 34 provinces; each province has its teams, at its middle."""
    random, slots = Random(seed), window(days)
    by_province: dict[str, list[Place]] = {}
    for place in places():
        by_province.setdefault(place.province, []).append(place)
    units: list[SurveyedUnit] = []
    teams: list[SurveyTeam] = []
    for province in sorted(by_province):
        there = by_province[province]
        count = -(-len(there) // UNITS_PER_TEAM)
        units += [replace(unit, group=province) for unit in _units(there, slots, count, random)]
        base = _middle([place.point for place in there if place.point])
        teams += [_team(len(teams) + 1 + n, base, slots, random) for n in range(count)]
    return Problem(
        units=tuple(units), teams=tuple(teams), slots=slots, composition=tuple((area, 1) for area in AREAS)
    )


def _middle(points: Sequence[Point]) -> Point:
    lat = sum(point.lat for point in points) / len(points)
    lon = sum(point.lon for point in points) / len(points)
    return min(points, key=lambda p: ((p.lat - lat) ** 2 + (p.lon - lon) ** 2, p.lat, p.lon))


def _units(
    there: Sequence[Place], slots: Sequence[Slot], teams: int, random: Random
) -> tuple[SurveyedUnit, ...]:
    """Give each unit three wishes, the first within what the teams can do then, and up to three blocks."""
    firsts: Counter[Slot] = Counter()
    units = []
    for place in there:
        first = random.choice([slot for slot in slots if firsts[slot] < teams] or list(slots))
        firsts[first] += 1
        others = random.sample([slot for slot in slots if slot != first], 2)
        rest = [slot for slot in slots if slot not in (first, *others)]
        online = place.island or place.point is None or random.random() < 0.02
        units.append(
            SurveyedUnit(
                code=place.code,
                place=place.point,
                modes=(Mode.ONLINE,) if online else (Mode.IN_PERSON,),
                preferred=(first, *others),
                blocked=frozenset(random.sample(rest, random.choice((0, 0, 1, 2, 3)))),
                island=place.island,
                group=place.former_province,
            )
        )
    return tuple(units)


def _team(number: int, base: Point | None, slots: Sequence[Slot], random: Random) -> SurveyTeam:
    """Return six people who cover every area more than once; most are away for a half-day or two."""
    members = tuple(
        Member(
            code=f"{number}-{place}",
            role=role,
            areas=frozenset(AREAS[(2 * place + n) % len(AREAS)] for n in range(6)),
            absent=frozenset(random.sample(list(slots), random.choice((0, 1, 2)))),
        )
        for place, role in enumerate(ROLES)
    )
    return SurveyTeam(number=number, base=base, available=frozenset(slots), members=members)


def disturbances(
    *, problem: Problem, published: Sequence[PlacedVisit], count: int, seed: int
) -> list[Disturbance]:
    """Return what comes up on days ahead: people fall ill for a day, units call off, a bridge point goes."""
    random = Random(seed)
    ahead = [visit for visit in published if visit.slot.day > problem.days[1]]
    found = []
    for number in range(count):
        visit = random.choice(ahead)
        team = next(team for team in problem.teams if team.number == visit.team)
        day = tuple(slot for slot in problem.slots if slot.day == visit.slot.day)
        kind = ("member", "unit", "member", "unit", "bridge")[number % 5]
        code, slots = {
            "member": (random.choice(team.members).code, day),
            "unit": (visit.unit, (visit.slot,)),
            "bridge": (random.choice(problem.bridges).code, day),
        }[kind]
        found.append(Disturbance(kind=kind, code=code, slots=slots))
    return found
