"""Writes of what comes up after teams are formed and half-days are registered: illness, calls off, settings."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import (
    Absence,
    Campaign,
    Nomination,
    SlotBlock,
    SlotRegistration,
)
from haicap.campaign.permissions import PLAN_WRITE
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.periods import HalfDay, Slot
from haicap.kernel.text import nfc
from haicap.register.models import Unit


@transaction.atomic
def add_absences(
    *, actor: Actor, campaign: Campaign, nominations: Collection[int], slots: Collection[Slot], reason: str
) -> int:
    """Write that each of those nominated is away on `slots`, besides what is known; returns how many rows are new.

    Raises Missing for a nomination that is not of the campaign.
    """
    actor.must("campaign.team:write")
    known = set(Nomination.objects.filter(campaign=campaign, pk__in=nominations).values_list("pk", flat=True))
    if known != set(nominations):
        raise Missing("nomination.missing", _("There is no such nomination, or not for you."))
    before = Absence.objects.filter(nomination__in=known).count()
    Absence.objects.bulk_create(
        [
            Absence(nomination_id=key, day=slot.day, half=slot.half.value, reason=nfc(reason)[:300])
            for key in sorted(known)
            for slot in sorted(slots)
        ],
        ignore_conflicts=True,
    )
    made = Absence.objects.filter(nomination__in=known).count() - before
    audit.record(
        actor=actor,
        action="campaign.absences.added",
        subject=campaign,
        after={
            "nominations": sorted(known), "slots": [slot.key for slot in sorted(slots)], "reason": nfc(reason)
        },
    )  # fmt: skip
    return made


@transaction.atomic
def add_blocks(
    *, actor: Actor, campaign: Campaign, unit: Unit, slots: Collection[Slot], reason: str
) -> SlotRegistration:
    """Write that `unit` cannot be visited on `slots`, besides what it registered; a wish for them falls away.

    A unit that never registered gets a draft of a registration that holds the blocks alone.
    """
    actor.must("campaign.team:write")
    row, _made = SlotRegistration.objects.select_for_update().get_or_create(campaign=campaign, unit=unit)
    wishes = [wish for wish in row.preferences.all() if Slot(wish.day, HalfDay(wish.half)) in set(slots)]
    row.preferences.filter(pk__in=[wish.pk for wish in wishes]).delete()
    SlotBlock.objects.bulk_create(
        [
            SlotBlock(registration=row, day=slot.day, half=slot.half.value, reason=nfc(reason)[:300])
            for slot in sorted(slots)
        ],
        ignore_conflicts=True,
    )
    audit.record(
        actor=actor,
        action="campaign.blocks.added",
        subject=row,
        after={
            "unit": unit.code, "slots": [slot.key for slot in sorted(slots)], "reason": nfc(reason),
            "wishes_dropped": len(wishes),
        },
    )  # fmt: skip
    return row


@transaction.atomic
def put_setting(*, actor: Actor, campaign: Campaign, key: str, value: Any) -> Campaign:
    """Give a setting of the plan another value, which stays when the plan is loaded again.

    Raises Missing for a setting that the plan does not have.
    """
    actor.must(PLAN_WRITE)
    locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
    held: Mapping[str, Any] | None = locked.settings.get(key)
    if held is None:
        raise Missing("campaign.setting_missing", _("The plan has no such setting: %(key)s.") % {"key": key})
    marks = {"changed_on_screen": True, "changed_by": actor.name}
    locked.settings[key] = {**held, "value": value, **marks}
    locked.save(update_fields=["settings"])
    campaign.settings = locked.settings
    audit.record(
        actor=actor,
        action="campaign.setting.changed",
        subject=campaign,
        before={key: held.get("value")},
        after={key: value},
    )
    return campaign
