"""Handing in from the form page: the answers, with the files that came in pieces before them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.questionnaire.actions import drafts, uploads
from haicap.questionnaire.actions.evidence import attach_evidence
from haicap.questionnaire.actions.parcel import Receipt
from haicap.questionnaire.actions.receive import receive
from haicap.questionnaire.models import Evidence
from haicap.questionnaire.queries.offered import form_for_page
from haicap.questionnaire.rules.schema import InstanceError, read_submission
from haicap.register.models import Unit


def hand_in(
    *,
    actor: Actor,
    form_pk: int,
    xml: bytes,
    files: "Iterable[tuple[str, File[Any]]]" = (),
    device: str = "",
    agent: str = "",
    is_test: bool = False,
) -> Receipt:
    """Receive a filled form with `files` and those that came in pieces; its draft and its pieces are then gone.

    Raises what `receive` raises; the pieces stay until it has taken them over.
    """
    form = form_for_page(actor=actor, pk=form_pk)
    try:
        instance_id = read_submission(xml).instance_id
    except InstanceError:
        instance_id = ""  # `receive` says what is wrong
    purpose = uploads.purpose_of_form(form_id=form.pk, instance_id=instance_id)
    pieces = uploads.files_of(actor=actor, purpose=purpose) if instance_id else []
    try:
        receipt = receive(
            actor=actor,
            form=form,
            xml=xml,
            files=[*pieces, *files],
            device=device,
            agent=agent,
            is_test=is_test,
        )
    finally:
        for _name, file in pieces:
            file.close()
    drafts.drop_draft(actor=actor, form=form, instance_id=instance_id)
    return receipt


def attach_uploaded(
    *, actor: Actor, campaign: Campaign, unit: Unit, indicator: str, upload_id: UUID | None
) -> Evidence:
    """Add a file that came in pieces to an indicator of the unit's report; the pieces are then gone.

    Raises what `attach_evidence` raises; Missing for no upload of the actor's, Refused where it is not whole or is not
    for this indicator.
    """
    if upload_id is None:
        raise Refused("evidence.no_file", _("Choose a file."), field="file")
    row = uploads.upload_of(actor=actor, upload_id=upload_id)
    if row.ended_at is None or row.purpose != f"report/{unit.code}/{indicator}":
        raise Refused(
            "evidence.not_whole", _("The file is not here completely. Send it again."), field="file"
        )
    with uploads.open_file(row) as file:
        raw = file.read()
    try:
        return attach_evidence(
            actor=actor, campaign=campaign, unit=unit, indicator=indicator, name=row.name, upload=raw
        )
    finally:
        uploads.taken_over(row)
