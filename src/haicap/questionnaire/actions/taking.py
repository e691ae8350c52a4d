"""Taking what a client of the field sends to a campaign: it says itself which form it is of."""

from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.actions import parcel
from haicap.questionnaire.actions.receive import receive
from haicap.questionnaire.actions.report_sent import send_report
from haicap.questionnaire.models import FieldKey, Form, FormVersion
from haicap.questionnaire.queries.collect import form_to_receive


def take(
    *,
    actor: Actor,
    campaign_id: int,
    xml: bytes,
    files: "Iterable[tuple[str, File[Any]]]" = (),
    key: FieldKey | None = None,
    draft: FormVersion | None = None,
    device: str = "",
    agent: str = "",
    is_incomplete: bool = False,
) -> str:
    """Take a filled form and return the sentence its sender reads; with `draft`, as a test of that draft.

    The plan's form becomes the report of the actor's unit, every other a submission. Raises what `receive` and
    `send_report` raise, Missing 404.1 for a form that is not there.
    """
    envelope = parcel.read(xml)
    form = (
        draft.form
        if draft is not None
        else form_to_receive(actor=actor, campaign_id=campaign_id, form_id=envelope.form_id)
    )
    if form is None:
        raise Missing("form.missing", _("There is no such form, or not for you."), details={"number": 404.1})
    if form.purpose == Form.Purpose.REPORT and draft is None:
        return send_report(
            actor=actor, form=form, xml=xml, envelope=envelope, files=files, is_incomplete=is_incomplete
        )
    receipt = receive(
        actor=actor, form=form, xml=xml, files=files, key=key, device=device, agent=agent, envelope=envelope,
        is_test=draft is not None,
    )  # fmt: skip
    if receipt.is_edit:
        return _("The change was received.")
    return _("Received.") if receipt.is_new else _("This was here already; its files were added.")
