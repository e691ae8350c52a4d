"""The timetable problem of a campaign, built from the database in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from haicap.campaign.models import (
    Absence,
    Campaign,
    ContentArea,
    NominationArea,
    SlotBlock,
    SlotPreference,
    SlotRegistration,
    Team,
    TeamMember,
)
from haicap.campaign.queries import slots_of, surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.periods import HalfDay, Slot
from haicap.register.models import Unit
from haicap.timetable.models import Calendar, TravelTable, Visit
from haicap.timetable.queries.calendars import placed
from haicap.timetable.rules.faults import Fault, InvalidProblemError
from haicap.timetable.rules.problem import (
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
from haicap.timetable.rules.settings import LIMITS, WEIGHTS, Practice, parameters, practice

SlotsByRow = Mapping[int, list[Slot]]
PRACTICE = (
    "visit_minutes", "unit_minutes", "most_per_day", "most_days_in_row", "composition", "replan_change",
    "bridges",
)  # fmt: skip
"""settings besides weights and limits"""


def _set_in(campaign: Campaign, names: Collection[str]) -> dict[str, object]:
    found = {name: campaign.setting(f"timetable_{name}") for name in names}
    return {name: value for name, value in found.items() if value is not None}


def settings_of(campaign: Campaign, changes: Mapping[str, object] | None = None) -> tuple[Weights, Limits]:
    """Return weights and limits: the campaign's settings `timetable_<name>`, then `changes`."""
    return parameters({**_set_in(campaign, (*WEIGHTS, *LIMITS)), **(changes or {})})


def practice_of(campaign: Campaign, slots: tuple[Slot, ...]) -> Practice:
    """Return the campaign's other settings; raises InvalidProblemError naming each that makes no sense."""
    return practice(_set_in(campaign, PRACTICE), slots=slots)


def problem_for(
    *,
    actor: Actor,
    campaign: Campaign,
    pins_from: Calendar | None = None,
    changes: Mapping[str, object] | None = None,
    today: date | None = None,
    matrix: TravelMatrix | None = None,
) -> Problem:
    """Return the problem as the registrations, teams and settings stand now.

    Pins are the pinned visits of `pins_from`; the previous calendar is the published one. `changes` replace
    settings by name. `today` is the day from which changes are near or far: the real one while the window is
    not over. `matrix` takes the place of the campaign's travel table. Raises InvalidProblemError for a setting
    that is unknown or makes no sense.
    """
    slots = tuple(slots_of(campaign=campaign))
    units = list(surveyed_units_for(actor=actor, campaign=campaign).select_related("former_province"))
    weights, limits = settings_of(campaign, changes)
    settled = practice_of(campaign, slots)
    published = Visit.objects.filter(calendar__campaign=campaign, calendar__state=Calendar.State.PUBLISHED)
    pinned = Visit.objects.filter(calendar=pins_from, pinned=True)
    return Problem(
        units=_units(campaign, units, settled),
        teams=_teams(campaign, slots, _base(campaign, units), settled),
        slots=slots,
        pins=_placed(pinned) if pins_from else (),
        previous=_placed(published),
        composition=_composition(campaign) if settled.complete else (),
        bridges=settled.bridges,
        matrix=matrix or matrix_of(campaign),
        today=today or today_of(campaign),
        weights=weights,
        limits=limits,
    )


def today_of(campaign: Campaign) -> date | None:
    """Return the day from which changes are near or far, None once the window is over."""
    today = timezone.localdate()
    return today if today <= campaign.window_end else None


def matrix_of(campaign: Campaign) -> TravelMatrix | None:
    """Return the campaign's travel table, None where it has none (one query)."""
    row = TravelTable.objects.filter(campaign=campaign).first()
    if row is None:
        return None
    return TravelMatrix(
        places=tuple(row.data["places"]),
        minutes=tuple(tuple(line) for line in row.data["minutes"]),
        metres=tuple(tuple(line) for line in row.data["metres"]),
    )


def _composition(campaign: Campaign) -> tuple[tuple[str, int], ...]:
    """Return how many of those present must cover each area."""
    rows = ContentArea.objects.filter(campaign=campaign, min_members__gt=0)
    return tuple(rows.values_list("code", "min_members"))


def _placed(rows: QuerySet[Visit]) -> tuple[PlacedVisit, ...]:
    return tuple(placed(visit) for visit in rows.select_related("unit", "team"))


def _slots_by(rows: object, key: str) -> SlotsByRow:
    by_row: dict[int, list[Slot]] = defaultdict(list)
    for row in rows.values_list(key, "day", "half"):  # type: ignore[attr-defined]
        by_row[row[0]].append(Slot(row[1], HalfDay(row[2])))
    return by_row


def _units(campaign: Campaign, units: list[Unit], settled: Practice) -> tuple[SurveyedUnit, ...]:
    registered = SlotRegistration.objects.filter(
        campaign=campaign, state=SlotRegistration.State.REGISTERED
    ).only("pk", "unit_id", "mode")
    by_unit = {row.unit_id: row for row in registered}
    preferred = _slots_by(
        SlotPreference.objects.filter(registration__campaign=campaign).order_by("registration", "rank"),
        "registration_id",
    )
    blocked = _slots_by(SlotBlock.objects.filter(registration__campaign=campaign), "registration__unit_id")
    islands = frozenset(campaign.setting("timetable_islands") or ())
    island_online = bool(campaign.setting("timetable_islands_may_go_online", True))
    found = []
    for unit in units:
        row = by_unit.get(unit.pk)
        island = unit.unit_type == Unit.Type.SPECIAL_ZONE or unit.code in islands
        modes: tuple[Mode, ...] = (Mode(row.mode),) if row else (Mode.IN_PERSON,)
        if island and island_online and modes == (Mode.IN_PERSON,):
            modes = (Mode.IN_PERSON, Mode.ONLINE)
        found.append(SurveyedUnit(
            code=unit.code,
            place=_point(unit),
            modes=modes,
            preferred=tuple(preferred.get(row.pk, ())) if row else (),
            blocked=frozenset(blocked.get(unit.pk, ())),
            island=island,
            minutes=settled.minutes_of.get(unit.code, settled.minutes),
            group=unit.former_province.code if unit.former_province else "",
        ))  # fmt: skip
    return tuple(found)


def _point(unit: Unit) -> Point | None:
    if unit.latitude is None or unit.longitude is None:
        return None
    return Point(unit.latitude, unit.longitude)


def _base(campaign: Campaign, units: list[Unit]) -> Point | None:
    """Return where teams start: a setting, else the surveyed unit nearest to the middle of all."""
    given = campaign.setting("timetable_base")
    points = {unit.code: point for unit in units if (point := _point(unit))}
    if isinstance(given, Mapping):
        try:
            return Point(float(given["lat"]), float(given["lon"]))
        except (KeyError, TypeError, ValueError) as error:
            fault = Fault(code="setting.not_a_place", fatal=True, setting="base")
            raise InvalidProblemError((fault,)) from error
    if given in points:
        return points[given]
    if not points:
        return None
    lat = sum(point.lat for point in points.values()) / len(points)
    lon = sum(point.lon for point in points.values()) / len(points)
    return min(points.values(), key=lambda p: ((p.lat - lat) ** 2 + (p.lon - lon) ** 2, p.lat, p.lon))


def _teams(
    campaign: Campaign, slots: tuple[Slot, ...], base: Point | None, settled: Practice
) -> tuple[SurveyTeam, ...]:
    absent = _slots_by(Absence.objects.filter(nomination__campaign=campaign), "nomination_id")
    areas: dict[int, set[str]] = defaultdict(set)
    named = NominationArea.objects.filter(nomination__campaign=campaign)
    for nomination_id, area in named.values_list("nomination_id", "area__code"):
        areas[nomination_id].add(area)
    members: dict[int, list[Member]] = defaultdict(list)
    rows = TeamMember.objects.filter(team__campaign=campaign).order_by("team", "nomination")
    for team_id, role, nomination_id in rows.values_list("team_id", "role", "nomination_id"):
        members[team_id].append(Member(
            code=str(nomination_id),
            role=role,
            areas=frozenset(areas[nomination_id]),
            absent=frozenset(absent.get(nomination_id, ())),
        ))  # fmt: skip
    return tuple(
        SurveyTeam(
            number=team.number,
            base=base,
            available=frozenset(slots),
            members=tuple(members[team.pk]),
            most_per_day=settled.most_per_day,
            most_days_in_row=settled.most_days_in_row,
        )
        for team in Team.objects.filter(campaign=campaign)
    )
