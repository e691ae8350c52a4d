"""What each person has to do about the calendar, for the home page; a handful of queries."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import Actor
from haicap.kernel.area import Task
from haicap.kernel.errors import Missing
from haicap.timetable.models import Calendar
from haicap.timetable.permissions import PUBLISH, READ
from haicap.timetable.queries.calendars import draft_for, published_calendar_for, visits_of
from haicap.timetable.texts import slot_text

AHEAD = timedelta(days=14)


def tasks_for(*, actor: Actor) -> list[Task]:
    """Return the next visits of team and commune people, and the secretariat's next step."""
    if not actor.may(READ):
        return []
    try:
        campaign = current_campaign_for(actor=actor)
    except Missing:
        return []
    published = published_calendar_for(actor=actor, campaign=campaign)
    if actor.may(PUBLISH):
        return _of_secretariat(actor, campaign, published)
    if published is None or not (actor.is_team or actor.is_commune):
        return []
    return _next_visits(actor, published)


def _of_secretariat(actor: Actor, campaign: Campaign, published: Calendar | None) -> list[Task]:
    draft = draft_for(actor=actor, campaign=campaign)
    if draft is not None and (published is None or draft.version > published.version):
        served, left = draft.objective.get("served", 0), draft.objective.get("unserved", 0)
        return [Task(
            title=_("Publish the visit calendar, version %(version)s") % {"version": draft.version},
            detail=_("%(served)s units placed, %(left)s left out") % {"served": served, "left": left},
            url=reverse("timetable:version", args=[draft.version]),
            due=campaign.window_start - timedelta(days=3),
        )]  # fmt: skip
    if published is None:
        return [Task(
            title=_("Make the visit calendar"),
            detail=_("Registrations and teams are the input; the computation takes under a minute."),
            url=reverse("timetable:solve"),
            due=campaign.window_start - timedelta(days=3),
        )]  # fmt: skip
    return []


def _next_visits(actor: Actor, published: Calendar) -> list[Task]:
    today = timezone.localdate()
    rows = visits_of(actor=actor, calendar=published).filter(day__gte=today, day__lte=today + AHEAD)
    found = []
    for visit in rows.order_by("day", "-half", "order")[:3]:
        values = {"unit": visit.unit.full_name, "team": visit.team.number}
        text = _("Receive survey team %(team)s") if actor.is_commune else _("Visit %(unit)s")
        found.append(Task(
            title=text % values,
            detail=f"{capfirst(slot_text(visit.slot))}, {visit.get_mode_display()}",
            url=reverse("timetable:visit", args=[published.version, visit.unit.code]),
            due=visit.day,
        ))  # fmt: skip
    return found
