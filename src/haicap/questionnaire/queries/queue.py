"""What waits for a reviewer."""

from django.db.models import QuerySet

from haicap.campaign.models import Campaign, ContentArea
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.questionnaire.models import Section
from haicap.questionnaire.queries.scope import review_areas_of

OPEN = (Section.State.SUBMITTED, Section.State.ACCEPTED)


def queue_areas_for(*, actor: Actor, campaign: Campaign) -> QuerySet[ContentArea]:
    """Return the areas `actor` reviews."""
    areas = ContentArea.objects.filter(campaign=campaign).order_by("order")
    own = review_areas_of(actor=actor, campaign=campaign)
    return areas if own is None else areas.filter(pk__in=own)


def queue_for(*, actor: Actor, campaign: Campaign, area: str = "", state: str = "") -> QuerySet[Section]:
    """Return the areas of signed reports that wait for `actor`, the oldest first; by `area` and `state`."""
    actor.must("questionnaire.section:review")
    rows = Section.objects.filter(
        report__campaign=campaign,
        report__unit__in=surveyed_units_for(actor=actor, campaign=campaign),
        report__signed_at__isnull=False,
        state__in=[state] if state in OPEN else OPEN,
    ).select_related("area", "report__unit__former_district")
    own = review_areas_of(actor=actor, campaign=campaign)
    if own is not None:
        rows = rows.filter(area__in=own)
    if area:
        rows = rows.filter(area__code=area)
    return rows.defer("report__xml").order_by("submitted_at", "report__unit__code", "area__order")
