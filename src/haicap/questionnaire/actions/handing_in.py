"""Handing in from the form page: the answers, with the files that came in pieces before them."""

from collections.abc import Iterable
from typing import Any

from django.core.files.base import File

from haicap.kernel.access import Actor
from haicap.questionnaire.actions import drafts, uploads
from haicap.questionnaire.actions.parcel import Receipt
from haicap.questionnaire.actions.receive import receive
from haicap.questionnaire.queries.offered import form_for_page
from haicap.questionnaire.rules.schema import InstanceError, read_submission


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
