"""Taking what a client of the field sends to a campaign: it says itself which form it is of."""

from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.utils import translation
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, NotAllowed, Refusal
from haicap.questionnaire.actions import parcel
from haicap.questionnaire.actions.receive import receive, receive_remembered
from haicap.questionnaire.actions.report_sent import send_report
from haicap.questionnaire.keys import Holder, holder_of, still_holds
from haicap.questionnaire.models import FieldKey, Form, FormVersion
from haicap.questionnaire.queries.collect import form_to_receive, is_still_filled
from haicap.questionnaire.rules.schema import Envelope
from haicap.questionnaire.statements import first_of_request


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
    remembered: Holder | None = None,
    token: str = "",
) -> str:
    """Take a filled form and return the sentence its sender reads; with `draft`, as a test of that draft.

    `remembered` is the device's key as this process last knew it: it is asked in the same statement that writes, and
    where it is no longer so, the key behind `token` is read anew.

    The plan's form becomes the report of the actor's unit, every other a submission. Raises what `receive` and
    `send_report` raise, Missing 404.1 for a form that is not there.
    """
    envelope = parcel.read(xml)
    if remembered is not None:
        if _took_remembered(remembered, campaign_id, xml, envelope, files, device, agent):
            return _("Received.")
        holder = must_hold(token)
        actor, key = holder.actor, holder.key
        translation.activate(holder.language)  # in which a refusal is said: theirs may be another since
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
    if key is not None and getattr(form, "filled_by", None) is actor and form.state not in parcel.SHUT:
        _remember(key, form)
    receipt = receive(
        actor=actor, form=form, xml=xml, files=files, key=key, device=device, agent=agent, envelope=envelope,
        is_test=draft is not None,
    )  # fmt: skip
    if receipt.is_edit:
        return _("The change was received.")
    return _("Received.") if receipt.is_new else _("This was here already; its files were added.")


_forms: dict[
    tuple[str, int, str], Form
] = {}  # by nonce of a key, campaign and form id: what it last filled in
_MOST_FORMS = 4096


def _remember(key: FieldKey, form: Form) -> None:
    if len(_forms) >= _MOST_FORMS:
        _forms.clear()
    _forms[key.nonce, form.campaign_id, form.form_id] = form


def _took_remembered(
    holder: Holder,
    campaign_id: int,
    xml: bytes,
    envelope: Envelope,
    files: "Iterable[tuple[str, File[Any]]]",
    device: str,
    agent: str,
) -> bool:
    """Take a new submission by what is remembered of its sender and form, seen to be so in the statement that writes;
    say whether that was all. What would be refused is left to the long way, which asks anew who is refused."""
    form = _forms.get((holder.key.nonce, campaign_id, envelope.form_id))
    if form is None or envelope.deprecated_id:
        return False
    try:
        filled = parcel.unpack(
            actor=holder.actor, form=form, xml=xml, files=files, key=holder.key, device=device, agent=agent,
            is_test=False, envelope=envelope,
        )  # fmt: skip
    except Refusal:
        return False
    holds, given = still_holds(holder)
    fills, more = is_still_filled(actor=holder.actor, form=form)

    def write() -> bool:
        guard, values = f"{holds} AND {fills}", [*given, *more]
        return receive_remembered(parcel=filled, actor=holder.actor, guard=guard, given=values) is not None

    return first_of_request(write)


def must_hold(token: str) -> Holder:
    """Return the device behind a token; 403, not 401, else clients ask the person for a password nobody has."""
    holder = holder_of(token=token)
    if holder is None:
        raise NotAllowed(
            "key.unknown",
            _("This device is not known here (any more). Set it up again from your page of devices."),
            details={"number": 403.1},
        )
    return holder
