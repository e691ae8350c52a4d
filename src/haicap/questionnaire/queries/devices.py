"""Reads of devices."""

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from haicap.accounts.models import Person
from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.models import FieldKey


def keys_for(*, actor: Actor, campaign: Campaign | None = None) -> QuerySet[FieldKey]:
    """Return the devices `actor` keeps: all of them, or their own; those in use first."""
    rows = FieldKey.objects.select_related("person__body", "campaign", "created_by")
    if campaign is not None:
        rows = rows.filter(campaign=campaign)
    if not actor.may("questionnaire.key:write"):
        actor.must("questionnaire.key:own")
        rows = rows.filter(person_id=actor.person_id or -1)
    return rows.order_by(
        F("revoked_at").desc(nulls_first=True), F("last_used_at").desc(nulls_last=True), "-pk"
    )


def key_for(*, actor: Actor, pk: int) -> FieldKey:
    """Return one device; raises Missing."""
    row = keys_for(actor=actor).filter(pk=pk).first()
    if row is None:
        raise Missing("key.missing", _("There is no such device, or not for you."))
    return row


def people_with_devices_for(*, actor: Actor) -> QuerySet[Person]:
    """Return the people `actor` sets devices up for: everybody at work, or themselves."""
    rows = Person.objects.filter(is_active=True).order_by("folded", "pk")
    return rows if actor.may("questionnaire.key:write") else rows.filter(pk=actor.person_id or -1)
