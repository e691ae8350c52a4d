"""Reads of good practice; always in the order of units and areas, never ranked."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.findings import permissions
from haicap.findings.models import GoodPractice
from haicap.findings.queries.scope import found_by, seen_by
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing


def practices_for(*, actor: Actor, campaign: Campaign) -> QuerySet[GoodPractice]:
    """Return the good practice `actor` may see."""
    actor.must(permissions.PRACTICE_READ)
    rows = GoodPractice.objects.filter(campaign=campaign).filter(seen_by(actor=actor, campaign=campaign))
    return rows.select_related("unit", "area", "entered_by", "decided_by").order_by(
        "unit__code", "area__order", "pk"
    )


def practice_for(*, actor: Actor, campaign: Campaign, practice_id: int) -> GoodPractice:
    """Return one visible record; raises Missing."""
    row = practices_for(actor=actor, campaign=campaign).filter(pk=practice_id).first()
    if row is None:
        raise Missing("practice.missing", _("There is no such record of good practice, or not for you."))
    return row


def search_practices_for(
    *, actor: Actor, campaign: Campaign, area: str = "", state: str = "", unit: str = "", text: str = ""
) -> QuerySet[GoodPractice]:
    """Return the visible records narrowed by codes and text."""
    rows = practices_for(actor=actor, campaign=campaign)
    for name, value in (("area__code", area), ("state", state), ("unit__code", unit)):
        if value:
            rows = rows.filter(**{name: value})
    return found_by(rows, text=text)
