"""Setting devices up for the field, and shutting them out again."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.accounts.models import Person
from haicap.campaign.models import Campaign
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.kernel.text import nfc
from haicap.questionnaire.models import FieldKey

OWN, FOR_OTHERS = "questionnaire.key:own", "questionnaire.key:write"
MOST_OWN = 20  # devices one person has at once


def _must_keep(actor: Actor, person_id: int | None) -> None:
    own = person_id is not None and person_id == actor.person_id
    actor.must(OWN if own and not actor.may(FOR_OTHERS) else FOR_OTHERS)


def make_key(*, actor: Actor, campaign: Campaign, name: str, person: Person | None = None) -> FieldKey:
    """Make the key of a device: of `person`, with whose roles it acts, or of nobody, with the forms assigned to it.

    Its secrets are derived when they are shown (`keys.token_of`). Raises Refused for a blank or long name, or too many
    devices of one person; NotAllowed where it is not the actor's own and they do not keep devices.
    """
    _must_keep(actor, person.pk if person else None)
    name = nfc(name)
    if not 0 < len(name) <= 200:
        raise Refused(
            "key.name",
            _("Name the device in at most 200 characters, so that it is known again."),
            field="name",
        )
    with transaction.atomic():
        if person is not None:
            Person.objects.select_for_update().get(pk=person.pk)
            if FieldKey.objects.filter(person=person, revoked_at=None).count() >= MOST_OWN:
                raise Refused(
                    "key.too_many",
                    _("There are %(most)s devices already. Shut out one that is not used any more.")
                    % {"most": MOST_OWN},
                    field="name",
                )
        key = FieldKey.objects.create(
            campaign=campaign, name=name, person=person, nonce=secrets.token_hex(20),
            created_by_id=actor.person_id, created_at=timezone.now(),
        )  # fmt: skip
        audit.record(
            actor=actor, action="questionnaire.device.made", subject=key,
            after={"name": name, "person": person.pk if person else None, "campaign": campaign.code},
        )  # fmt: skip
    return key


def revoke_key(*, actor: Actor, key: FieldKey) -> FieldKey:
    """Shut a device out, for good; doing it twice is harmless."""
    _must_keep(actor, key.person_id)
    with transaction.atomic():
        row = FieldKey.objects.select_for_update().get(pk=key.pk)
        if row.revoked_at is None:
            row.revoked_at = timezone.now()
            row.save(update_fields=["revoked_at"])
            audit.record(
                actor=actor, action="questionnaire.device.revoked", subject=row, after={"name": row.name}
            )
    return row
