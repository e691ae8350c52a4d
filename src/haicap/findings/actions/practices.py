"""Writes of good practice: proposed by a unit, confirmed or declined by the team that visits it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.findings import permissions
from haicap.findings.actions.common import area_of, must_write_for
from haicap.findings.models import GoodPractice
from haicap.findings.queries.scope import folded
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.kernel.revision import claim
from haicap.kernel.text import nfc
from haicap.register.models import Unit


@transaction.atomic
def propose_practice(
    *, actor: Actor, campaign: Campaign, unit: Unit, area: str, text: str, proof: str
) -> GoodPractice:
    """Put something forward as good practice, with what proves it."""
    actor.must(permissions.PRACTICE_WRITE)
    must_write_for(actor=actor, campaign=campaign, unit=unit)
    for field, value in (("text", text), ("proof", proof)):
        if not value.strip():
            raise Refused("practice.required", _("Say what was done well and what proves it."), field=field)
    row = GoodPractice(
        campaign=campaign,
        unit=unit,
        area=area_of(campaign=campaign, code=area),
        text=nfc(text),
        proof=nfc(proof),
        entered_by_id=actor.person_id,
        folded=folded((text, proof, unit.full_name)),
    )
    row.save()
    after = audit.snapshot(row)
    after.pop("folded")
    audit.record(actor=actor, action="findings.practice.proposed", subject=row, after=after)
    return row


def _decide(actor: Actor, row: GoodPractice, revision: int, state: str, reason: str) -> GoodPractice:
    actor.must(permissions.PRACTICE_CONFIRM)
    must_write_for(actor=actor, campaign=row.campaign, unit=row.unit)
    if row.state != GoodPractice.State.PROPOSED:
        raise Refused(
            "practice.decided", _("This was already decided: %(state)s.") % {"state": row.get_state_display()}
        )
    before = audit.snapshot(row, fields=["state", "reason"])
    claim(row, revision=revision)
    row.state, row.reason = state, nfc(reason)
    row.decided_by_id, row.decided_at = actor.person_id, timezone.now()
    row.save()
    after = audit.snapshot(row, fields=["state", "reason"])
    audit.record(actor=actor, action=f"findings.practice.{state}", subject=row, before=before, after=after)
    return row


@transaction.atomic
def confirm_practice(*, actor: Actor, practice: GoodPractice, revision: int) -> GoodPractice:
    """Confirm what was seen and proved at the visit."""
    return _decide(actor, practice, revision, GoodPractice.State.CONFIRMED, "")


@transaction.atomic
def decline_practice(*, actor: Actor, practice: GoodPractice, reason: str, revision: int) -> GoodPractice:
    """Decline a record, with the reason."""
    if not reason.strip():
        raise Refused("practice.reason_missing", _("Say why it is not confirmed."), field="reason")
    return _decide(actor, practice, revision, GoodPractice.State.DECLINED, reason)
