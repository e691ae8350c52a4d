"""Writes of slot registration."""

from collections.abc import Mapping

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.accounts.actions import notify
from haicap.accounts.models import Person
from haicap.campaign.models import Campaign, SlotBlock, SlotPreference, SlotRegistration
from haicap.campaign.queries.plan import surveyed_units_for
from haicap.campaign.queries.registration import firsts_of, terms_of, whom_to_call_if_closed
from haicap.campaign.rules.registration import Wish, WishFault, faults_of, free_slots
from haicap.campaign.texts_people import closed_text, wish_fault_text
from haicap.kernel import audit
from haicap.kernel.access import COMMUNE_ROLES, Actor
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.periods import Slot
from haicap.kernel.revision import claim
from haicap.kernel.text import nfc
from haicap.register.models import Unit


def _refuse(fault: WishFault, free: list[Slot]) -> None:
    raise Refused(
        f"registration.{fault.code}",
        wish_fault_text(fault, free=free),
        field=fault.field,
        details={"free": [slot.key for slot in free]},
    )


def _check_who(actor: Actor, campaign: Campaign, unit: Unit) -> None:
    actor.must("campaign.registration:write")
    if not actor.is_central and actor.unit_id != unit.pk:
        raise NotAllowed("registration.other_unit", _("You may only register your own unit."))
    call = whom_to_call_if_closed(actor=actor, campaign=campaign)
    if call is not None:
        raise Refused("registration.closed", closed_text(campaign, call))


@transaction.atomic
def register_slots(
    *, actor: Actor, campaign: Campaign, unit: Unit, wish: Wish, revision: int | None = None
) -> SlotRegistration:
    """Register the wishes of `unit`, or change them.

    `revision` is the one the person saw, None before there is a registration. Raises Refused naming the first
    fault, with the free half-days in its details; Conflict where somebody else of the unit registered in the
    meantime; NotAllowed for another unit.
    """
    _check_who(actor, campaign, unit)
    Campaign.objects.select_for_update().get(
        pk=campaign.pk
    )  # one at a time: nobody takes the last place twice
    firsts = firsts_of(campaign=campaign, leaving_out=[unit])
    terms = terms_of(campaign=campaign)
    faults = faults_of(wish=wish, terms=terms, firsts=firsts)
    if faults:
        _refuse(faults[0], free_slots(terms=terms, firsts=firsts))
    row, made = SlotRegistration.objects.get_or_create(campaign=campaign, unit=unit)
    before = None if made else audit.snapshot(row)
    claim(row, revision=row.revision if made else revision or 0)
    _fill(row, wish, actor.person_id)
    row.save()
    row.preferences.all().delete()
    row.blocks.all().delete()
    _write_slots([(row, wish)])
    on_behalf = actor.unit_id != unit.pk
    after = {**audit.snapshot(row), **_described(wish), "on_behalf": on_behalf}
    audit.record(actor=actor, action="campaign.registered", subject=row, before=before, after=after)
    return row


def _fill(row: SlotRegistration, wish: Wish, person_id: int | None) -> None:
    row.place_kind, row.place = wish.place_kind, nfc(wish.place)
    row.mode, row.online_reason = wish.mode, nfc(wish.online_reason)
    row.contact_name, row.contact_post = nfc(wish.contact_name), nfc(wish.contact_post)
    row.contact_phone = wish.contact_phone.strip()
    row.state = SlotRegistration.State.REGISTERED
    row.registered_by_id, row.registered_at = person_id, timezone.now()


def _write_slots(rows: list[tuple[SlotRegistration, Wish]]) -> None:
    SlotPreference.objects.bulk_create(
        SlotPreference(registration=row, day=slot.day, half=slot.half.value, rank=rank)
        for row, wish in rows
        for rank, slot in enumerate(wish.preferences, start=1)
    )
    SlotBlock.objects.bulk_create(
        SlotBlock(registration=row, day=slot.day, half=slot.half.value, reason=nfc(reason)[:300])
        for row, wish in rows
        for slot, reason in sorted(wish.blocks.items())
    )


def _described(wish: Wish) -> dict[str, object]:
    return {
        "preferences": [slot.key for slot in wish.preferences],
        "blocks": {slot.key: nfc(reason) for slot, reason in sorted(wish.blocks.items())},
    }


@transaction.atomic
def register_slots_bulk(*, actor: Actor, campaign: Campaign, wishes: Mapping[Unit, Wish]) -> int:
    """Register many units at once, all or none, by the same rules; only for the centre.

    Raises Refused naming the unit and the fault. Units registered before are registered anew.
    """
    actor.must("campaign.registration:write")
    if not actor.is_central:
        raise NotAllowed("registration.other_unit", _("You may only register your own unit."))
    terms = terms_of(campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    firsts = firsts_of(campaign=campaign, leaving_out=list(wishes))
    for unit, wish in wishes.items():
        if faults := faults_of(wish=wish, terms=terms, firsts=firsts):
            try:
                _refuse(faults[0], free_slots(terms=terms, firsts=firsts))
            except Refused as refused:
                raise Refused(
                    refused.code, f"{unit.full_name}: {refused.message}", field=refused.field
                ) from None
        firsts += wish.preferences[:1]
    SlotRegistration.objects.filter(campaign=campaign, unit__in=list(wishes)).delete()
    rows = [SlotRegistration(campaign=campaign, unit=unit) for unit in wishes]
    for row, wish in zip(rows, wishes.values(), strict=True):
        _fill(row, wish, actor.person_id)
    SlotRegistration.objects.bulk_create(rows)
    _write_slots(list(zip(rows, wishes.values(), strict=True)))
    audit.record(actor=actor, action="campaign.registered_many", subject=campaign, after={"units": len(rows)})
    return len(rows)


@transaction.atomic
def remind(*, actor: Actor, campaign: Campaign) -> int:
    """Remind the people of every unit that has not registered; returns how many people were told."""
    actor.must("campaign.team:write")
    done = SlotRegistration.objects.filter(campaign=campaign, state=SlotRegistration.State.REGISTERED)
    late = surveyed_units_for(actor=actor, campaign=campaign).exclude(pk__in=done.values("unit_id"))
    people = Person.objects.filter(
        is_active=True, body__unit__in=late, roles__role__in=[role.value for role in COMMUNE_ROLES]
    )
    due = f"{campaign.registration_deadline:%d/%m/%Y}"
    return notify(
        actor=actor,
        people=people,
        text_vi=f"Đơn vị chưa đăng ký lịch khảo sát; hạn {due}.",
        text_en=f"Your unit has not registered its half-days; the deadline is {due}.",
        url=reverse("campaign:registration-own"),
    )
