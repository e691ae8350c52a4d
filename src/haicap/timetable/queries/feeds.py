"""Calendar links and what they deliver."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.timetable.models import Calendar, FeedToken, Visit
from haicap.timetable.queries.calendars import team_ids_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Visits in force, visits called off, the version in force and when it was published."""

    version: int
    stamped: datetime
    visits: tuple[Visit, ...]
    cancelled: tuple[Visit, ...]


def feeds_for(*, actor: Actor, campaign: Campaign) -> QuerySet[FeedToken]:
    """Return the links in force that the actor may use: all, those of the own teams, that of the own unit."""
    rows = FeedToken.objects.filter(campaign=campaign, revoked_at=None).select_related("team", "unit")
    if actor.is_central:
        return rows
    own = rows.none()
    if actor.is_team:
        own |= rows.filter(team_id__in=team_ids_of(actor=actor, campaign=campaign))
    if actor.is_commune and actor.unit_id is not None:
        own |= rows.filter(unit_id=actor.unit_id)
    return own


def feed_by_token(*, token: str) -> FeedToken:
    """Return the link for a secret token; raises Missing also for a revoked one. The token is the right."""
    rows = FeedToken.objects.select_related("campaign", "team", "unit")
    row = rows.filter(token=token, revoked_at=None).first()
    if row is None:
        raise Missing("timetable.feed_missing", _("This calendar link does not exist or was revoked."))
    return row


def delivery(*, campaign: Campaign, team_id: int | None = None, unit_id: int | None = None) -> Delivery:
    """Return what a team's or a unit's calendar file holds; the caller has checked who may have it.

    Raises Missing before the first publication.
    """
    latest = Calendar.objects.filter(campaign=campaign, state=Calendar.State.PUBLISHED).first()
    if latest is None or latest.published_at is None:
        raise Missing("timetable.not_published", _("No visit calendar has been published yet."))
    rows = Visit.objects.filter(calendar__campaign=campaign).exclude(calendar__state=Calendar.State.DRAFT)
    rows = rows.filter(team_id=team_id) if team_id else rows.filter(unit_id=unit_id or -1)
    rows = rows.select_related("unit", "team", "calendar").order_by("calendar__version")
    current: dict[int, Visit] = {}
    former: dict[int, Visit] = {}
    for visit in rows:
        (current if visit.calendar_id == latest.pk else former)[visit.unit_id] = visit
    return Delivery(
        version=latest.version,
        stamped=latest.published_at,
        visits=tuple(current.values()),
        cancelled=tuple(visit for unit, visit in former.items() if unit not in current),
    )
