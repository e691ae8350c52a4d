"""Submissions: listed, received, edited, decided on."""

import re
from typing import Any

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from haicap.accounts.models import Person
from haicap.kernel.http import Request
from haicap.kernel.models import AuditEntry
from haicap.questionnaire.actions.export import export_submissions
from haicap.questionnaire.actions.receive import Receipt, receive
from haicap.questionnaire.actions.submissions import (
    correct_url,
    delete_submission,
    restore_submission,
    set_state,
)
from haicap.questionnaire.central import lookups
from haicap.questionnaire.central.bodies import raw_body
from haicap.questionnaire.central.errors import Problem, not_found, unexpected, wrong_type
from haicap.questionnaire.central.shapes import (
    Json,
    actor_id,
    actor_shape,
    answer,
    body_of,
    is_extended,
    key_shape,
    moment,
    person_shape,
    success,
    window,
)
from haicap.questionnaire.central.stream import download, harmless, listed, rows_in_chunks
from haicap.questionnaire.models import FieldKey, Form, Submission
from haicap.questionnaire.queries.collect import submissions_for
from haicap.questionnaire.queries.feeds import Question, SubmissionFeed
from haicap.questionnaire.queries.odata import REVIEW_STATES
from haicap.questionnaire.queries.versions import opened_row
from haicap.questionnaire.rules.central_csv import root_csv
from haicap.questionnaire.rules.export import Options
from haicap.questionnaire.rules.instance import MAX_SUBMISSION_BYTES, InstanceError, read_submission

XML = "application/xml; charset=utf-8"
_STATES = {word: state for state, word in REVIEW_STATES.items()}
_READ = ("person", "key", "version")
_LIGHT = ("version__xform", "version__schema", "version__warnings", "xml")


def shape(row: Submission, *, extended: bool = False) -> Json:
    """Return a submission as Central writes it."""
    submitter = actor_id(person_id=row.person_id, key_id=row.key_id)
    found: Json = {
        "instanceId": row.instance_id, "submitterId": submitter, "deviceId": row.device or None,
        "userAgent": row.agent or None, "reviewState": REVIEW_STATES[row.state], "createdAt": moment(row.received_at),
        "updatedAt": moment(row.updated_at), "deletedAt": moment(row.deleted_at),
        "instanceName": row.instance_name or None,
        "currentVersion": {
            "instanceId": row.current_id, "instanceName": row.instance_name or None, "submitterId": submitter,
            "deviceId": row.device or None, "userAgent": row.agent or None, "current": True,
            "createdAt": moment(row.updated_at or row.received_at),
        },
    }  # fmt: skip
    if extended:
        found["submitter"] = actor_shape(row.person, row.key)
        found["formVersion"] = row.version.version
    return found


def index(request: Request, project: int, form: str, *, is_draft: bool = False) -> HttpResponseBase:
    """Return the submissions the caller may see, newest first."""
    found = lookups.form(request.actor, project, form)
    rows = submissions_for(actor=request.actor, form=found, is_test=is_draft)
    rows, extended = rows.select_related(*_READ).defer(*_LIGHT), is_extended(request)
    return listed(rows_in_chunks(rows, window=window(request)), lambda row: shape(row, extended=extended))


def _receive(request: Request, form: Form, xml: bytes, *, is_draft: bool) -> Receipt:
    key = FieldKey.objects.filter(pk=request.actor.key_id).first() if request.actor.key_id else None
    return receive(
        actor=request.actor, form=form, xml=xml, key=key, device=request.GET.get("deviceID", ""),
        agent=request.headers.get("User-Agent", "")[:255], is_test=is_draft,
    )  # fmt: skip


def create(request: Request, project: int, form: str, *, is_draft: bool = False) -> HttpResponse:
    """Receive a filled form; one that is here already is 409.3."""
    found = lookups.form(request.actor, project, form)
    receipt = _receive(request, found, raw_body(request, most=MAX_SUBMISSION_BYTES), is_draft=is_draft)
    if not (receipt.is_new or receipt.is_edit):
        raise Problem(
            409.3, _("A submission with this identity (instanceID) is here already."), fields=["instanceId"],
            values=[receipt.submission.instance_id],
        )  # fmt: skip
    return answer(shape(receipt.submission))


def replace(
    request: Request, project: int, form: str, instance: str, *, is_draft: bool = False
) -> HttpResponse:
    """Receive an edit of a submission; its deprecatedID must be the present identity."""
    found = lookups.form(request.actor, project, form)
    row = lookups.submission(request.actor, found, instance, is_draft=is_draft)
    xml = raw_body(request, most=MAX_SUBMISSION_BYTES)
    try:
        deprecated = read_submission(xml).deprecated_id
    except InstanceError:
        deprecated = "?"  # receiving says what is wrong with it
    if not deprecated:
        raise Problem(400.19, _("The edit does not name the submission it replaces (deprecatedID)."))
    if deprecated not in ("?", row.current_id):
        raise Problem(
            409.9, _("Somebody edited this submission after you opened it. Fetch it as it is now."),
            deprecatedId=deprecated,
        )  # fmt: skip
    return answer(shape(_receive(request, found, xml, is_draft=is_draft).submission))


def one(request: Request, project: int, form: str, instance: str, *, is_draft: bool = False) -> HttpResponse:
    """Return one submission."""
    found = lookups.form(request.actor, project, form)
    row = lookups.submission(request.actor, found, instance, is_draft=is_draft)
    return answer(shape(row, extended=is_extended(request)))


def xml(
    request: Request, project: int, form: str, instance: str, *, is_draft: bool = False
) -> HttpResponseBase:
    """Return the filled form as it counts now."""
    found = lookups.form(request.actor, project, form)
    row = lookups.submission(request.actor, found, instance, is_draft=is_draft)
    return harmless(HttpResponse(row.xml, content_type=XML))


def decide(request: Request, project: int, form: str, instance: str) -> HttpResponse:
    """Set the review state; clients say why in a comment of its own."""
    found = lookups.form(request.actor, project, form)
    row = lookups.submission(request.actor, found, instance)
    body = body_of(request)
    if "reviewState" not in body:
        return answer(shape(row))
    state = body["reviewState"]
    if state is not None and not isinstance(state, str):
        raise wrong_type("reviewState", "string")
    if state not in _STATES:
        raise unexpected("reviewState", state, _("it is one of hasIssues, edited, rejected, approved"))
    row = set_state(actor=request.actor, submission=row, state=_STATES[state], needs_reason=False)
    return answer(shape(row))


def delete(request: Request, project: int, form: str, instance: str) -> HttpResponse:
    """Take a submission out of all lists."""
    found = lookups.form(request.actor, project, form)
    delete_submission(actor=request.actor, submission=lookups.submission(request.actor, found, instance))
    return success()


def restore(request: Request, project: int, form: str, instance: str) -> HttpResponse:
    """Bring a submission back that was taken out."""
    found = lookups.form(request.actor, project, form)
    request.actor.must("questionnaire.submission:all")
    row = Submission.objects.filter(form=found, instance_id=instance).exclude(deleted_at=None).first()
    if row is None:
        raise not_found()
    restore_submission(actor=request.actor, submission=row)
    return success()


def edit_page(request: Request, project: int, form: str, instance: str) -> HttpResponse:
    """Lead to the page where a submission is edited in the browser."""
    found = lookups.form(request.actor, project, form)
    return HttpResponseRedirect(correct_url(lookups.submission(request.actor, found, instance)))


def submitters(request: Request, project: int, form: str) -> HttpResponse:
    """Return who handed in what the caller sees."""
    rows = submissions_for(actor=request.actor, form=lookups.form(request.actor, project, form)).order_by()
    people = Person.objects.filter(pk__in=rows.exclude(person=None).values("person")).order_by("folded", "pk")
    keys = FieldKey.objects.filter(pk__in=rows.filter(person=None).exclude(key=None).values("key"))
    return answer([*map(person_shape, people), *map(key_shape, keys)])


def encryption_keys(request: Request, project: int, form: str) -> HttpResponse:
    """Return the keys of encrypted submissions: there are none."""
    lookups.form(request.actor, project, form)
    return answer([])


_ACTIONS = {
    "edited": "submission.update.version", "deleted": "submission.delete", "restored": "submission.restore",
    "commented": "submission.comment", "has_issues": "submission.update", "approved": "submission.update",
    "rejected": "submission.update", "received": "submission.update",
}  # fmt: skip


def audits(request: Request, project: int, form: str, instance: str) -> HttpResponse:
    """Return what happened to a submission, newest first."""
    row = lookups.submission(request.actor, lookups.form(request.actor, project, form), instance)
    entries = AuditEntry.objects.filter(
        subject_type=Submission._meta.label_lower, subject_id=str(row.pk)
    ).order_by("-sequence")
    found = [_entry(row, one) for one in entries[window(request)]]
    created: Json = {
        "actorId": actor_id(person_id=row.person_id, key_id=row.key_id), "action": "submission.create",
        "details": {"instanceId": row.instance_id}, "loggedAt": moment(row.received_at), "notes": None,
        "acteeId": str(row.form_id),
    }  # fmt: skip
    return answer([*found, created] if "limit" not in request.GET else found)


def _entry(row: Submission, one: AuditEntry) -> Json:
    name = one.action.rpartition(".")[2]
    details: dict[str, Any] = {"instanceId": row.instance_id}
    if _ACTIONS.get(name) == "submission.update":
        details["reviewState"] = REVIEW_STATES.get(name)
    return {
        "actorId": actor_id(person_id=one.person_id), "action": _ACTIONS.get(name, one.action), "details": details,
        "loggedAt": moment(one.at), "notes": None, "acteeId": str(row.form_id),
    }  # fmt: skip


def csv(request: Request, project: int, form: str) -> HttpResponseBase:
    """Return the root table of a form as one CSV, newest first, with $filter on request."""
    version = lookups.version(request.actor, project, form)
    question = Question(filter=request.GET.get("$filter", ""))
    feed = SubmissionFeed(actor=request.actor, version=version, question=question)
    export_submissions(
        actor=request.actor, form=version.form, options=Options(format="csv")
    )  # leaves its trace
    pieces = root_csv(opened_row(row=version).schema, feed.answers())
    return download(pieces, name=f"{_file_name(version.form)}.csv", content_type="text/csv; charset=utf-8")


def _file_name(form: Form) -> str:
    return re.sub(r"[\\/:*?\"<>|]", "_", form.form_id)


def csv_zip(request: Request, project: int, form: str) -> HttpResponseBase:
    """Return all tables of a form as CSV in a ZIP."""
    found = lookups.form(request.actor, project, form)
    split = request.GET.get("splitSelectMultiples", "").lower() == "true"
    export = export_submissions(
        actor=request.actor, form=found, options=Options(format="csv", language="", split=split)
    )
    pieces = export.pieces(lambda _done, _of: None)
    return download(pieces, name=f"{_file_name(found)}.csv.zip", content_type="application/zip")
