"""Receiving a filled form: exactly one submission for one identity, however often and from how many sides it comes.

The trail of what was received are its own append-only rows (who, with which device, when, which bytes); a plain
receipt leaves no second entry in the house's audit chain, where all receivers would wait for each other. See
docs/decisions/0009-collection.md.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import NotAllowed
from haicap.questionnaire.actions import attachments
from haicap.questionnaire.actions.edits import may_edit, replace
from haicap.questionnaire.actions.insert import insert
from haicap.questionnaire.actions.parcel import (
    SHUT,
    Malformed,
    Parcel,
    Receipt,
    apply_entities,
    closed,
    deleted,
    other_bytes,
    unpack,
)
from haicap.questionnaire.models import Attachment, Edit, FieldKey, Form, Submission
from haicap.questionnaire.queries.collect import must_fill
from haicap.questionnaire.rules.schema import Envelope

__all__ = ["Malformed", "Receipt", "add_files", "receive", "receive_remembered"]


def receive(
    *,
    actor: Actor,
    form: Form,
    xml: bytes,
    files: "Iterable[tuple[str, File[Any]]]" = (),
    key: FieldKey | None = None,
    device: str = "",
    agent: str = "",
    is_test: bool = False,
    reason: str = "",
    envelope: Envelope | None = None,
) -> Receipt:
    """Take a filled form, an edit of one (it names a deprecatedID), or more files of one that is here already.

    `files` are (name, file) pairs; those the answers do not name are left out. The same bytes under the same identity
    are harmless and bring their files, also after the form was closed. `is_test` takes it with the draft of the form.
    `envelope` is `xml` where the caller has opened it already.
    Raises, with Central's number in the details: Malformed 400.x for what is no filled form of `form`; Missing 404.6
    for an unknown version, 404.5 for an unknown deprecatedID; Conflict 409.2 closed form, 409.3 other bytes under the
    same identity, 409.8 identity of an edit used before, 409.9 edit of what was edited since, 409.18 deleted;
    NotAllowed where the form is not assigned; FileTooLarge.
    """
    parcel = unpack(
        actor=actor, form=form, xml=xml, files=files, key=key, device=device, agent=agent, is_test=is_test,
        envelope=envelope,
    )  # fmt: skip
    if parcel.envelope.deprecated_id:
        return replace(actor=actor, parcel=parcel, reason=reason)
    if not is_test:
        must_fill(actor=actor, form=form)
        if form.state in SHUT:
            if (known := _again(parcel)) is None:
                raise closed()
            return known
    with _together(parcel):
        if not insert(parcel.row):
            if (known := _again(parcel)) is None:  # the identity of an edit
                raise other_bytes()
            return known
        _complete(actor, parcel)
    return Receipt(submission=parcel.row, is_new=True)


def receive_remembered(*, parcel: Parcel, actor: Actor, guard: str, given: Sequence[Any]) -> Receipt | None:
    """Take a new submission under a condition on what was remembered of its sender and form; None where it does not
    hold, or where the identity is here already: then everything is read anew. One statement, one way to the database.
    """
    with _together(parcel):
        if not insert(parcel.row, guard=guard, given=given):
            return None
        _complete(actor, parcel)
    return Receipt(submission=parcel.row, is_new=True)


def _together(parcel: Parcel) -> AbstractContextManager[None]:
    """Return a transaction where more than the one row is written; one statement is a transaction of its own."""
    alone = not parcel.wanted and not parcel.version.schema.entities
    return nullcontext() if alone else transaction.atomic()


def _complete(actor: Actor, parcel: Parcel) -> None:
    """Write what belongs to a new submission beside its row."""
    if parcel.wanted:
        attachments.expect(submission=parcel.row, wanted=parcel.wanted, kept=parcel.kept)
    apply_entities(actor, parcel, parcel.row)


def _again(parcel: Parcel) -> Receipt | None:
    """Answer what is here already: the same bytes bring their files; None where the identity is not here."""
    row = Submission.objects.filter(form=parcel.form, instance_id=parcel.row.instance_id).first()
    if row is None:
        return None
    if row.deleted_at is not None:
        raise deleted()
    first = row.sha256
    if row.edits:
        first = Edit.objects.values_list("sha256", flat=True).get(submission=row, number=0)
    if row.is_test != parcel.row.is_test or first != parcel.row.sha256:
        raise other_bytes()
    attachments.fill(submission=row, kept=parcel.kept)
    return Receipt(submission=row)


def add_files(*, actor: Actor, submission: Submission, files: "Iterable[tuple[str, File[Any]]]") -> list[str]:
    """Put files into the places that wait for them in a submission; return the names taken.

    Names the answers do not speak of are left out. Raises NotAllowed for what is not the actor's own nor theirs to
    review, Conflict 409.18 for a deleted one, FileTooLarge.
    """
    if not may_edit(actor, submission.form, submission):
        raise NotAllowed("submission.not_yours", _("Only who sent it, or reviews it, may add files."))
    if submission.deleted_at is not None:
        raise deleted()
    wanted = frozenset(Attachment.objects.filter(submission=submission).values_list("name", flat=True))
    kept = attachments.keep(files, wanted=wanted)
    attachments.fill(submission=submission, kept=kept)
    return [one.name for one in kept]
