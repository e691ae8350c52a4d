"""Drafts kept on the server too: a device may be lost, a browser may drop its store, a person may change devices."""

import hashlib
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.text import nfc
from haicap.questionnaire.actions import uploads
from haicap.questionnaire.models import Draft, Edit, Form, Submission
from haicap.questionnaire.queries.collect import must_fill
from haicap.questionnaire.rules.schema import InstanceError, read_submission


def save_draft(
    *,
    actor: Actor,
    form: Form,
    instance_id: str,
    number: int,
    xml: str,
    revision: int,
    name: str = "",
    device: str = "",
) -> Draft:
    """Keep a form being filled in, made with version `number`; `revision` is the one last read, 0 for the first save.

    The same save sent twice is harmless. Raises Conflict with the draft as it is now where another device saved in
    between, or where the form was handed in meanwhile; Refused where the XML is no filled form of this form;
    NotAllowed where the form is not assigned.
    """
    if (person := actor.person_id) is None:
        raise NotAllowed("draft.person", _("Drafts are kept for people who are signed in."))
    must_fill(actor=actor, form=form)
    version = form.versions.filter(number=number).only("pk").first()
    if version is None:
        raise Missing("form.version", _("There is no such version of the form."))
    _check(form, instance_id, xml)
    digest = hashlib.sha256(xml.encode()).hexdigest()
    fields = {
        "name": nfc(name)[:500],
        "xml": xml,
        "sha256": digest,
        "device": device[:255],
        "version": version,
    }
    with transaction.atomic():
        row = (
            Draft.objects.select_for_update(of=("self",))
            .filter(person_id=person, form=form, instance_id=instance_id)
            .first()
        )
        if row is None:
            return _first(actor, person, form, instance_id, fields)
        if row.sha256 == digest:
            return row
        if row.revision != revision:
            raise _changed(actor, row)
        row.revision += 1
        row.saved_at = timezone.now()
        for field, value in fields.items():
            setattr(row, field, value)
        row.save()
    return row


def _first(actor: Actor, person: int, form: Form, instance_id: str, fields: dict[str, Any]) -> Draft:
    if any(kind.objects.filter(form=form, instance_id=instance_id).exists() for kind in (Submission, Edit)):
        raise Conflict("draft.received", _("This form was handed in meanwhile from another device."))
    try:
        with transaction.atomic():
            row = Draft.objects.create(
                form=form,
                person_id=person,
                instance_id=instance_id,
                saved_at=timezone.now(),
                **fields,
            )
            audit.record(
                actor=actor, action="questionnaire.draft.begun", subject=row, after={"instance": instance_id}
            )
    except IntegrityError:  # another device made it at the same moment
        row = Draft.objects.get(person_id=person, form=form, instance_id=instance_id)
        raise _changed(actor, row) from None
    return row


def _changed(actor: Actor, row: Draft) -> Conflict:
    details = {
        "revision": row.revision,
        "xml": row.xml,
        "saved_by": actor.name,
        "saved_at": row.saved_at.isoformat(),
        "state": "drafting",
    }
    message = _("Another device saved this form in between. Both are put together question by question.")
    return Conflict("draft.changed", message, details=details)


def _check(form: Form, instance_id: str, xml: str) -> None:
    try:
        envelope = read_submission(xml.encode())
    except InstanceError as error:
        raise Refused("draft.not_xml", _("This is not a filled form."), details={"why": error.code}) from None
    if envelope.form_id != form.form_id or envelope.instance_id != instance_id:
        raise Refused("draft.other_form", _("This is a filled form of another form."))


def drop_draft(*, actor: Actor, form: Form, instance_id: str) -> None:
    """Throw a draft away, with the files that came for it; nothing happens where there is none."""
    with transaction.atomic():
        rows = Draft.objects.filter(person_id=actor.person_id or -1, form=form, instance_id=instance_id)
        if rows.delete()[0]:
            audit.record(
                actor=actor,
                action="questionnaire.draft.dropped",
                subject=form,
                before={"instance": instance_id},
            )
        uploads.clear(actor=actor, purpose=uploads.purpose_of_form(form_id=form.pk, instance_id=instance_id))
