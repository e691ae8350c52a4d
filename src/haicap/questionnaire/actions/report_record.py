"""The signed report of a unit as a submission of the plan's form, so that it is listed and exported like any other."""

import hashlib
import uuid
from collections.abc import Iterable, Sequence

from django.utils import timezone

from haicap.questionnaire.models import Edit, Submission, UnitReport
from haicap.questionnaire.queries.forms import template_of
from haicap.questionnaire.rules import instance


def record(*, report: UnitReport) -> Submission:
    """Keep the report as it was just signed: the first time as a submission, later as an edit of it.

    Call it inside the transaction of the signature, whose audit entry stands for it.
    """
    if report.submission_id is None:
        row = new(report=report)
        row.save()
        report.submission = row
        UnitReport.objects.filter(pk=report.pk).update(submission=row)
        return row
    row = Submission.objects.select_for_update().get(pk=report.submission_id)
    if row.edits == 0:
        _keep(row, person_id=row.person_id)
    identity = uuid.uuid5(report.instance_id, f"edition {report.edition}")
    values = instance.read(report.xml).values
    template = template_of(form=report.version)
    known = {name: text for name, text in values.items() if name in template.names}
    row.xml = template.fill(instance_id=str(identity), values=known)
    row.sha256 = hashlib.sha256(row.xml.encode()).hexdigest()
    row.current_id, row.version_id = f"uuid:{identity}", report.version_id
    row.edits += 1
    row.revision += 1
    row.updated_at = report.signed_at or timezone.now()
    row.state = Submission.State.EDITED
    row.save()
    _keep(row, person_id=report.submitted_by_id)
    return row


def new(*, report: UnitReport) -> Submission:
    """Return the submission of a report signed for the first time, not saved yet."""
    identity = f"uuid:{report.instance_id}"
    return Submission(
        form_id=report.version.form_id, version_id=report.version_id, instance_id=identity, current_id=identity,
        xml=report.xml, sha256=report.xml_sha256, unit_id=report.unit_id, person_id=report.submitted_by_id,
        received_at=report.signed_at or timezone.now(),
    )  # fmt: skip


def new_all(*, reports: Sequence[UnitReport]) -> None:
    """Keep many reports signed for the first time; call it before their rows are written."""
    rows = Submission.objects.bulk_create([new(report=report) for report in reports], batch_size=100)
    for report, row in zip(reports, rows, strict=True):
        report.submission = row


def follow(*, reports: Iterable[int]) -> None:
    """Let the submissions of reports (by key) have the state that follows from the reports'."""
    rows = Submission.objects.filter(unit_report__in=list(reports))
    rows.filter(unit_report__state=UnitReport.State.RETURNED).update(state=Submission.State.HAS_ISSUES)
    rows.filter(unit_report__state=UnitReport.State.ACCEPTED).update(state=Submission.State.APPROVED)
    signed = rows.filter(unit_report__state=UnitReport.State.SIGNED)
    signed.filter(edits=0).update(state=Submission.State.RECEIVED)
    signed.filter(edits__gt=0).update(state=Submission.State.EDITED)


def _keep(row: Submission, *, person_id: int | None) -> None:
    Edit.objects.create(
        form_id=row.form_id, submission=row, number=row.edits, version_id=row.version_id,
        instance_id=row.current_id, xml=row.xml, sha256=row.sha256, person_id=person_id,
        at=row.updated_at or row.received_at,
    )  # fmt: skip
