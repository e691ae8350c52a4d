"""One team's day on the map, one person's own calendar, and the numbers of a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign, SlotPreference, SlotRegistration, Team
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.periods import HalfDay, Slot
from haicap.register.models import Unit
from haicap.timetable.models import Calendar, FeedToken, Visit
from haicap.timetable.queries.calendars import (
    published_calendar_for,
    team_ids_of,
    visits_of,
)
from haicap.timetable.queries.feeds import feeds_for
from haicap.timetable.queries.ways import DayWays, day_ways
from haicap.timetable.rules.problem import Point
from haicap.timetable.texts import REASON_TEXTS


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDay:
    """A team's visits of one day, in order, the ways between, and what the map component shows of them."""

    team: Team
    day: date
    visits: list[Visit]
    ways: DayWays | None
    map: Mapping[str, object]
    days: list[date]


def team_day_for(*, actor: Actor, calendar: Calendar, number: int, day: date) -> TeamDay:
    """Return a team's day; raises Missing for a team that is not there or not for the actor."""
    team = Team.objects.filter(campaign=calendar.campaign, number=number).first()
    rows = list(visits_of(actor=actor, calendar=calendar).filter(team=team).order_by("day", "-half", "order"))
    if team is None or (not rows and not actor.is_central):
        raise Missing("timetable.team_missing", _("There is no such team."))
    visits = [visit for visit in rows if visit.day == day]
    whole = actor.is_central or not actor.is_commune  # a commune sees its own visit, not the team's way
    ways = day_ways(calendar=calendar, number=number, visits=visits) if whole and visits else None
    return TeamDay(
        team=team,
        day=day,
        visits=visits,
        ways=ways,
        map=_map(calendar, rows, visits, ways.base if ways else None),
        days=sorted({visit.day for visit in rows}),
    )


def _map(
    calendar: Calendar, rows: Sequence[Visit], visits: Sequence[Visit], base: Point | None
) -> dict[str, object]:
    """Return the day's places numbered in order with the way along them, the team's other places in grey."""
    numbers = {visit.pk: str(n) for n, visit in enumerate(visits, start=1)}
    points: list[dict[str, object]] = [
        {
            "code": visit.unit.code,
            "name": visit.unit.full_name,
            "lat": visit.unit.latitude,
            "lon": visit.unit.longitude,
            "url": reverse("timetable:visit", args=[calendar.version, visit.unit.code]),
            "group": visit.half if visit.pk in numbers else "other",
            "mark": numbers.get(visit.pk),
        }
        for visit in sorted(rows, key=lambda visit: visit.pk in numbers)
        if visit.unit.latitude is not None and visit.mode == Visit.Mode.IN_PERSON
    ]
    if base is not None:
        name = _("Where the team starts")
        points.append({"code": "base", "name": name, "lat": base.lat, "lon": base.lon, "group": "base"})
    groups = {
        "morning": {"label": _("Morning"), "colour": "#c46a00"},
        "afternoon": {"label": _("Afternoon"), "colour": "#12508f"},
        "other": {"label": _("Other days of the team"), "colour": "#9aa4b1"},
        "base": {"label": _("Start and end"), "colour": "#1b2430"},
    }
    stops = ["base" if visit.mode == Visit.Mode.ONLINE else visit.unit.code for visit in visits]
    return {
        "points": points,
        "boundaries_url": None,
        "legend": {"title": _("Half-day"), "groups": groups},
        "way": ["base", *stops, "base"] if base is not None and visits else stops,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """A person's own visits of the calendar in force, and the links to subscribe to."""

    calendar: Calendar | None
    visits: list[Visit]
    teams: list[Team]
    unit: Unit | None
    feeds: list[FeedToken]


def mine_for(*, actor: Actor, campaign: Campaign) -> Mine:
    """Return the actor's own calendar: of the teams and the unit they belong to."""
    calendar = published_calendar_for(actor=actor, campaign=campaign)
    teams = list(Team.objects.filter(pk__in=team_ids_of(actor=actor, campaign=campaign)))
    unit = Unit.objects.filter(pk=actor.unit_id or -1).first() if actor.is_commune else None
    visits: list[Visit] = []
    if calendar is not None:
        rows = visits_of(actor=actor, calendar=calendar)
        own = rows.filter(team__in=teams) | (rows.filter(unit=unit) if unit else rows.none())
        visits = list(own.order_by("day", "-half", "order"))
    feeds = list(feeds_for(actor=actor, campaign=campaign)) if teams or unit else []
    own_feeds = [f for f in feeds if (f.unit_id and unit and f.unit_id == unit.pk) or f.team in teams]
    return Mine(calendar=calendar, visits=visits, teams=teams, unit=unit, feeds=own_feeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPage:
    """One unit in one version: its visit, if any, and what its registration wished for."""

    unit: Unit
    visit: Visit | None
    registration: SlotRegistration | None
    wishes: list[tuple[int, Slot]]
    reason: object


def visit_page_for(*, actor: Actor, calendar: Calendar, units: QuerySet[Unit], code: str) -> VisitPage:
    """Return what is known about `code` in a version; raises Missing where it does not concern the actor."""
    unit = units.filter(code=code).first()
    visit = visits_of(actor=actor, calendar=calendar).filter(unit__code=code).first()
    if unit is None or (visit is None and not actor.is_central):
        raise Missing("timetable.visit_missing", _("This unit has no visit in this version."))
    registration = SlotRegistration.objects.filter(campaign=calendar.campaign, unit=unit).first()
    wishes = SlotPreference.objects.filter(registration=registration).order_by("rank") if registration else []
    reason = calendar.verdict.get("reasons", {}).get(code, "")
    return VisitPage(
        unit=unit,
        visit=visit,
        registration=registration,
        wishes=[(wish.rank, Slot(wish.day, HalfDay(wish.half))) for wish in wishes],
        reason=REASON_TEXTS.get(reason, ""),
    )
