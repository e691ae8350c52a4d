"""The timetable problem of a campaign, built from the database in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping

from haicap.campaign.models import (
    Absence,
    Campaign,
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
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.queries.calendars import placed
from haicap.timetable.rules.availability import Membership, available
from haicap.timetable.rules.problem import (
    Limits,
    Mode,
    PlacedVisit,
    Point,
    Problem,
    SurveyedUnit,
    SurveyTeam,
    Weights,
)
from haicap.timetable.rules.settings import LIMITS, WEIGHTS, parameters

SlotsByRow = Mapping[int, list[Slot]]


def settings_of(campaign: Campaign, changes: Mapping[str, object] | None = None) -> tuple[Weights, Limits]:
    """Return weights and limits: the campaign's settings `timetable_<name>`, then `changes`."""
    values: dict[str, object] = {}
    for name in (*WEIGHTS, *LIMITS):
        if (value := campaign.setting(f"timetable_{name}")) is not None:
            values[name] = value
    return parameters({**values, **(changes or {})})


def problem_for(
    *,
    actor: Actor,
    campaign: Campaign,
    pins_from: Calendar | None = None,
    changes: Mapping[str, object] | None = None,
) -> Problem:
    """Return the problem as the registrations, teams and settings stand now.

    Pins are the pinned visits of `pins_from`; the previous calendar is the published one. `changes` replace
    settings by name. Raises InvalidProblemError for a setting that is unknown or not a number.
    """
    slots = tuple(slots_of(campaign=campaign))
    units = list(surveyed_units_for(actor=actor, campaign=campaign))
    weights, limits = settings_of(campaign, changes)
    base = _base(campaign, units)
    published = Visit.objects.filter(calendar__campaign=campaign, calendar__state=Calendar.State.PUBLISHED)
    pinned = Visit.objects.filter(calendar=pins_from, pinned=True)
    return Problem(
        units=_units(campaign, units),
        teams=_teams(campaign, slots, base),
        slots=slots,
        pins=_placed(pinned) if pins_from else (),
        previous=_placed(published),
        weights=weights,
        limits=limits,
    )


def _placed(rows: "object") -> tuple[PlacedVisit, ...]:
    return tuple(placed(visit) for visit in rows.select_related("unit", "team"))  # type: ignore[attr-defined]


def _slots_by(rows: object, key: str) -> SlotsByRow:
    by_row: dict[int, list[Slot]] = defaultdict(list)
    for row in rows.values_list(key, "day", "half"):  # type: ignore[attr-defined]
        by_row[row[0]].append(Slot(row[1], HalfDay(row[2])))
    return by_row


def _units(campaign: Campaign, units: list[Unit]) -> tuple[SurveyedUnit, ...]:
    registered = SlotRegistration.objects.filter(
        campaign=campaign, state=SlotRegistration.State.REGISTERED
    ).only("pk", "unit_id", "mode")
    by_unit = {row.unit_id: row for row in registered}
    preferred = _slots_by(
        SlotPreference.objects.filter(registration__campaign=campaign).order_by("registration", "rank"),
        "registration_id",
    )
    blocked = _slots_by(SlotBlock.objects.filter(registration__campaign=campaign), "registration_id")
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
            blocked=frozenset(blocked.get(row.pk, ())) if row else frozenset(),
            island=island,
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
        return Point(float(given["lat"]), float(given["lon"]))
    if given in points:
        return points[given]
    if not points:
        return None
    lat = sum(point.lat for point in points.values()) / len(points)
    lon = sum(point.lon for point in points.values()) / len(points)
    return min(points.values(), key=lambda p: ((p.lat - lat) ** 2 + (p.lon - lon) ** 2, p.lat, p.lon))


def _teams(campaign: Campaign, slots: tuple[Slot, ...], base: Point | None) -> tuple[SurveyTeam, ...]:
    absent = _slots_by(Absence.objects.filter(nomination__campaign=campaign), "nomination_id")
    members: dict[int, list[Membership]] = defaultdict(list)
    rows = TeamMember.objects.filter(team__campaign=campaign).values_list("team_id", "role", "nomination_id")
    for team_id, role, nomination_id in rows:
        members[team_id].append(Membership(role=role, absent=frozenset(absent.get(nomination_id, ()))))
    quorum = int(campaign.setting("timetable_quorum_percent", 50))
    return tuple(
        SurveyTeam(
            number=team.number,
            base=base,
            available=available(members=members[team.pk], slots=slots, quorum_percent=quorum),
        )
        for team in Team.objects.filter(campaign=campaign)
    )
