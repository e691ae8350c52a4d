"""Editing a submission: what it was before is kept, and an edit of what was edited since is refused."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Missing
from haicap.questionnaire.actions import attachments
from haicap.questionnaire.actions.parcel import (
    SHUT,
    Parcel,
    Receipt,
    apply_entities,
    closed,
    deleted,
    other_bytes,
)
from haicap.questionnaire.models import Assignment, Edit, Form, Submission
from haicap.questionnaire.queries.collect import corrected_by, scope_of

_TAKEN_OVER = (
    "version", "current_id", "instance_name", "xml", "sha256", "device", "agent", "started_at", "ended_at", "place",
    "repeats",
)  # fmt: skip


def replace(*, actor: Actor, parcel: Parcel, reason: str = "") -> Receipt:
    """Put an edit in the place of the submission whose present identity it names as deprecated.

    Own submissions, and those the actor may review, can be edited. Raises as `receive` says.
    """
    with transaction.atomic():
        row = _row(actor, parcel)
        if row.current_id != parcel.envelope.deprecated_id:
            return _again(row, parcel)
        if parcel.form.state in SHUT and not _is_asked_for(actor, row):
            raise closed()
        _refuse_used(parcel)
        if row.edits == 0:
            _keep(row, number=0, parcel=None)
        row.form = parcel.form
        before = {"instance_id": row.current_id, "sha256": row.sha256}
        _take_over(row, parcel)
        _keep(row, number=row.edits, parcel=parcel, reason=reason)
        attachments.expect_now(submission=row, wanted=parcel.wanted, kept=parcel.kept)
        apply_entities(actor, parcel, row)
        audit.record(
            actor=actor, action="questionnaire.submission.edited", subject=row, before=before,
            after={"instance_id": row.current_id, "sha256": row.sha256, "number": row.edits, "reason": reason},
        )  # fmt: skip
    return Receipt(submission=row, is_edit=True)


def _is_asked_for(actor: Actor, row: Submission) -> bool:
    """Say whether an edit is taken although the form is closed: it was sent back, or the keeper makes it."""
    return row.state == Submission.State.HAS_ISSUES or actor.may("questionnaire.submission:all")


def _row(actor: Actor, parcel: Parcel) -> Submission:
    """Return the submission that is edited, held until the transaction ends."""
    wanted = parcel.envelope.deprecated_id
    edits = Edit.objects.filter(form=parcel.form, instance_id=wanted)
    row = (
        Submission.objects.select_for_update()
        .filter(form=parcel.form, is_test=parcel.row.is_test)
        .filter(Q(instance_id=wanted) | Q(pk__in=edits.values("submission")))
        .first()
    )
    if row is None or not may_edit(actor, parcel.form, row):
        raise Missing(
            "submission.unknown_deprecated",
            _("You edited a submission that is not here, or not yours to edit (%(id)s).") % {"id": wanted},
            details={"number": 404.5, "deprecatedId": wanted},
        )
    if row.deleted_at is not None:
        raise deleted()
    return row


def may_edit(actor: Actor, form: Form, row: Submission) -> bool:
    """Say whether a submission is the actor's to correct or to review; anybody's where it is a test."""
    if actor.may("questionnaire.submission:all") or row.is_test:
        return True
    mine = Submission.objects.filter(pk=row.pk)
    if mine.filter(corrected_by(actor=actor, form=form)).exists():
        return True
    return mine.filter(scope_of(actor=actor, form=form, verb=Assignment.Verb.REVIEW)).exists()


def _again(row: Submission, parcel: Parcel) -> Receipt:
    """Answer an edit of an older identity: the very edit that is here already is harmless, any other is stale."""
    if row.current_id == parcel.row.instance_id and row.sha256 != parcel.row.sha256:
        raise other_bytes()
    same = Edit.objects.filter(
        submission=row, instance_id=parcel.row.instance_id, sha256=parcel.row.sha256, number__gt=0
    )
    if not same.exists():
        raise Conflict(
            "submission.stale",
            _(
                "Somebody edited this submission after you opened it. Fetch it as it is now and make your changes "
                "again; what you sent was not taken and stays on the device."
            ),
            details={"number": 409.9, "deprecatedId": parcel.envelope.deprecated_id},
        )
    attachments.fill(submission=row, kept=parcel.kept)
    return Receipt(submission=row)


def _refuse_used(parcel: Parcel) -> None:
    """Refuse an edit whose own identity was used before."""
    new = parcel.row.instance_id
    used = Submission.objects.filter(form=parcel.form, instance_id=new).exists()
    if used or Edit.objects.filter(form=parcel.form, instance_id=new).exists():
        raise Conflict(
            "submission.identity_used",
            _("The edit has an identity (instanceID) that another submission has already."),
            details={"number": 409.8, "instanceId": new},
        )


def _take_over(row: Submission, parcel: Parcel) -> None:
    for name in _TAKEN_OVER:
        setattr(row, name, getattr(parcel.row, name))
    row.unit_id = parcel.row.unit_id if parcel.row.unit_id is not None else row.unit_id
    row.state = Submission.State.EDITED
    row.edits += 1
    row.revision += 1
    row.updated_at = parcel.row.received_at
    row.save()


def _keep(row: Submission, *, number: int, parcel: Parcel | None, reason: str = "") -> None:
    """Append one version of a submission to its history: what was first received, or what `parcel` made of it."""
    by = row if parcel is None else parcel.row
    Edit.objects.create(
        form_id=row.form_id, submission=row, number=number, version_id=row.version_id, instance_id=row.current_id,
        instance_name=row.instance_name, xml=row.xml, sha256=row.sha256, person_id=by.person_id, key_id=by.key_id,
        device=by.device, at=by.received_at, reason=reason,
    )  # fmt: skip
