"""A filled form that was read but not written yet, and the refusals it may meet."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Missing, Refused
from haicap.questionnaire.actions import attachments, filled
from haicap.questionnaire.actions.attachments import Kept
from haicap.questionnaire.actions.entities import apply_submission
from haicap.questionnaire.models import FieldKey, Form, Submission
from haicap.questionnaire.queries.versions import Opened, opened, opened_draft
from haicap.questionnaire.rules.schema import Envelope, InstanceError, read_submission

SHUT = frozenset({Form.State.CLOSED, Form.State.ARCHIVED})


class Malformed(Refused):
    """What came is no filled form of this form (HTTP 400)."""

    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a filled form: `is_new` once per identity, `is_edit` once per edit; a repeat is neither."""

    submission: Submission
    is_new: bool = False
    is_edit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A filled form that was read, its files on the disk, before anything is written of it."""

    form: Form
    version: Opened
    envelope: Envelope
    row: Submission  # not saved
    wanted: tuple[str, ...]
    kept: list[Kept]


def read(xml: bytes) -> Envelope:
    """Open a filled form; raises Malformed."""
    try:
        return read_submission(xml)
    except InstanceError as bad:
        raise Malformed(
            f"submission.{bad.code}",
            _("What was sent cannot be read as a filled form. It stays on the device; ask the secretariat."),
            details={"number": 413 if bad.code == "too_large" else 400.1, "detail": bad.detail},
        ) from bad


def must_fit(*, form: Form, envelope: Envelope) -> Envelope:
    """Return a filled form that is one of `form` and has an identity; raises Malformed."""
    if envelope.form_id != form.form_id:
        raise Malformed(
            "submission.other_form",
            _("This was filled in with the form %(given)s, not %(wanted)s.")
            % {"given": envelope.form_id[:100], "wanted": form.form_id},
            details={"number": 400.8, "field": "form id", "value": envelope.form_id[:255]},
        )
    if not envelope.instance_id:
        raise Malformed(
            "submission.no_instance_id",
            _("The filled form has no identity (instanceID). Fill it in again with an up-to-date client."),
            details={"number": 400.2, "field": "instanceID"},
        )
    if max(len(envelope.instance_id), len(envelope.deprecated_id)) > 255:
        raise Malformed(
            "submission.long_instance_id",
            _("The identity (instanceID) of the filled form is longer than 255 characters."),
            details={"number": 400.13, "field": "instanceID"},
        )
    return envelope


def _version(form: Form, envelope: Envelope, *, is_test: bool) -> Opened:
    if form.purpose == Form.Purpose.REPORT and not is_test:
        raise Malformed(
            "submission.report_form",
            _("The report of a unit is taken as its report, not as one submission among many."),
            details={"number": 400.8, "field": "form id"},
        )
    found = opened_draft(form=form) if is_test else opened(form=form, version=envelope.version)
    if found is None:
        raise Missing(
            "submission.version",
            _("This was filled in with version %(version)s of the form, which this server does not know.")
            % {"version": envelope.version[:100] or '""'},
            details={"number": 404.6, "version": envelope.version[:255]},
        )
    return found


def unpack(
    *,
    actor: Actor,
    form: Form,
    xml: bytes,
    files: "Iterable[tuple[str, File[Any]]]",
    key: FieldKey | None,
    device: str,
    agent: str,
    is_test: bool,
    envelope: Envelope | None = None,
) -> Parcel:
    """Read a filled form and put its files on the disk; raises what `receive` says."""
    envelope = must_fit(form=form, envelope=envelope or read(xml))
    version = _version(form, envelope, is_test=is_test)
    named = version.reader.attachments(envelope.root)
    wanted = tuple(dict.fromkeys(attachments.clean_name(name) for name in named))
    if len(wanted) > attachments.MOST_FILES:
        raise Malformed(
            "submission.many_files",
            _("The filled form names %(count)s files; at most %(most)s are taken.")
            % {"count": len(wanted), "most": attachments.MOST_FILES},
            details={"number": 400.22},
        )
    row = Submission(
        form=form, version_id=version.pk, instance_id=envelope.instance_id, current_id=envelope.instance_id,
        instance_name=envelope.instance_name[:500], xml=filled.text_of(xml, envelope.root),
        sha256=hashlib.sha256(xml).hexdigest(), is_test=is_test, person_id=actor.person_id, key=key,
        agent=agent[:255], received_at=timezone.now(), **filled.facts(form, version, envelope.root, actor, device),
    )  # fmt: skip
    kept = attachments.keep(files, wanted=frozenset(wanted)) if wanted else []
    return Parcel(form=form, version=version, envelope=envelope, row=row, wanted=wanted, kept=kept)


def apply_entities(actor: Actor, parcel: Parcel, row: Submission) -> None:
    """Let the entities follow what a submission says of them."""
    if parcel.version.schema.entities:
        apply_submission(actor=actor, submission=row, schema=parcel.version.schema, root=parcel.envelope.root)


def closed() -> Conflict:
    """Return the refusal of a form that takes nothing any more."""
    return Conflict(
        "submission.closed",
        _("This form is closed and takes nothing more. Ask the secretariat if this is unexpected."),
        details={"number": 409.2},
    )


def deleted() -> Conflict:
    """Return the refusal of a submission that was deleted here."""
    return Conflict(
        "submission.deleted",
        _("This submission was deleted here and is not taken again."),
        details={"number": 409.18},
    )


def other_bytes() -> Conflict:
    """Return the refusal of other content under an identity that is here already."""
    return Conflict(
        "submission.other_bytes",
        _(
            "A submission with this identity is here already, with other answers. What you sent was not taken and "
            "stays on the device: open it, save it as a new form, and send that."
        ),
        details={"number": 409.3},
    )
