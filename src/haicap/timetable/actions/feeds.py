"""Calendar links: made for a team or a unit by those it concerns, revoked when they got into wrong hands."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign, Team
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.register.models import Unit
from haicap.timetable.models import FeedToken
from haicap.timetable.permissions import FEED
from haicap.timetable.queries.calendars import team_ids_of
from haicap.timetable.queries.feeds import feeds_for

BYTES = 32


def calendar_link(
    *, actor: Actor, campaign: Campaign, team: Team | None = None, unit: Unit | None = None
) -> FeedToken:
    """Return the link of a team or a unit, made when there is none; raises Missing where it is not yours."""
    actor.must(FEED)
    _must_concern(actor, campaign, team, unit)
    with transaction.atomic():
        row, made = FeedToken.objects.get_or_create(
            campaign=campaign,
            team=team,
            unit=unit,
            revoked_at=None,
            defaults={"token": secrets.token_urlsafe(BYTES), "created_by_id": actor.person_id},
        )
        if made:
            audit.record(actor=actor, action="timetable.feed.made", subject=row, after=audit.snapshot(row))
    return row


def _must_concern(actor: Actor, campaign: Campaign, team: Team | None, unit: Unit | None) -> None:
    if actor.is_central:
        return
    if team is not None and actor.is_team and team.pk in set(team_ids_of(actor=actor, campaign=campaign)):
        return
    if unit is not None and actor.is_commune and unit.pk == actor.unit_id:
        return
    raise Missing("timetable.feed_missing", _("This calendar is not yours to share."))


def revoke_link(*, actor: Actor, campaign: Campaign, feed_id: int) -> None:
    """Revoke a link: it answers 404 from now on, and a new one can be made."""
    actor.must(FEED)
    with transaction.atomic():
        row = feeds_for(actor=actor, campaign=campaign).filter(pk=feed_id).first()
        if row is None:
            raise Missing("timetable.feed_missing", _("This calendar link does not exist or was revoked."))
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        audit.record(actor=actor, action="timetable.feed.revoked", subject=row, after=audit.snapshot(row))
