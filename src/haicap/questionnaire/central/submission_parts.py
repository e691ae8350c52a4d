"""What belongs to a submission: its editions and what differs between them, comments, files."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.http import HttpResponse, HttpResponseBase

from haicap.kernel.http import Request
from haicap.kernel.text import nfc
from haicap.questionnaire.actions.receive import add_files
from haicap.questionnaire.actions.submissions import add_comment
from haicap.questionnaire.central import lookups
from haicap.questionnaire.central.bodies import body_as_file
from haicap.questionnaire.central.errors import missing_parameter, not_allowed, not_found
from haicap.questionnaire.central.shapes import (
    Json,
    actor_id,
    actor_shape,
    answer,
    body_of,
    is_extended,
    moment,
    success,
    text_in,
    window,
)
from haicap.questionnaire.central.stream import harmless, sent
from haicap.questionnaire.central.submissions import XML
from haicap.questionnaire.models import Attachment, Comment, Edit, Submission
from haicap.questionnaire.queries.collect import submissions_for
from haicap.questionnaire.queries.versions import opened_row
from haicap.questionnaire.rules import review

_STEP = re.compile(r"^([^\[]+)(?:\[(\d+)\])?$")


def _row(request: Request, project: int, form: str, instance: str, *, is_draft: bool = False) -> Submission:
    found = lookups.form(request.actor, project, form)
    return lookups.submission(request.actor, found, instance, is_draft=is_draft)


def _editions(row: Submission) -> Sequence[Edit]:
    """Return the editions, newest first; one that was never edited has itself alone."""
    found = list(
        Edit.objects.filter(submission=row)
        .select_related("version__form", "person", "key")
        .defer("version__xform", "version__warnings")
        .order_by("-number")
    )
    if found:
        return found
    return [
        Edit(
            submission=row, form_id=row.form_id, number=0, version=row.version, instance_id=row.current_id,
            instance_name=row.instance_name, xml=row.xml, person=row.person, key=row.key, device=row.device,
            at=row.received_at,
        )
    ]  # fmt: skip


def _edition_shape(row: Submission, edit: Edit, *, extended: bool) -> Json:
    found: Json = {
        "instanceId": edit.instance_id, "instanceName": edit.instance_name or None,
        "submitterId": actor_id(person_id=edit.person_id, key_id=edit.key_id), "deviceId": edit.device or None,
        "userAgent": row.agent or None, "createdAt": moment(edit.at), "current": edit.instance_id == row.current_id,
    }  # fmt: skip
    if extended:
        found["submitter"] = actor_shape(edit.person, edit.key)
        found["formVersion"] = edit.version.version
    return found


def versions(request: Request, project: int, form: str, instance: str) -> HttpResponse:
    """Return the editions of a submission, newest first."""
    row = _row(request, project, form, instance)
    extended = is_extended(request)
    return answer([_edition_shape(row, one, extended=extended) for one in _editions(row)])


def edits(request: Request, project: int, form: str, instance: str) -> HttpResponse:
    """Return the editions that replaced another, newest first."""
    row = _row(request, project, form, instance)
    extended = is_extended(request)
    return answer([_edition_shape(row, one, extended=extended) for one in _editions(row) if one.number])


def _edition(
    request: Request, project: int, form: str, instance: str, edition: str
) -> tuple[Submission, Edit]:
    row = _row(request, project, form, instance)
    found = next((one for one in _editions(row) if one.instance_id == edition), None)
    if found is None:
        raise not_found()
    return row, found


def version(request: Request, project: int, form: str, instance: str, edition: str) -> HttpResponse:
    """Return one edition."""
    row, found = _edition(request, project, form, instance, edition)
    return answer(_edition_shape(row, found, extended=is_extended(request)))


def version_xml(request: Request, project: int, form: str, instance: str, edition: str) -> HttpResponseBase:
    """Return the filled form of one edition."""
    _submission, found = _edition(request, project, form, instance, edition)
    return harmless(HttpResponse(found.xml, content_type=XML))


def _path(place: str) -> list[Any]:
    """Return a place as Central writes it: rows of repeats as [name, number from 0]."""
    steps: list[Any] = []
    for step in place.strip("/").split("/"):
        match = _STEP.match(step)
        if match and match.group(2):
            steps.append([match.group(1), int(match.group(2)) - 1])
        else:
            steps.append(step)
    return steps


def _difference(change: review.Change) -> Json:
    if change.kind == "changed":
        found: Json = {"path": _path(change.place)}
        if change.before:
            found["old"] = change.before
        if change.after:
            found["new"] = change.after
        return found
    answers = {one.path[len(one.table) + 1 :]: text for one, text in change.answers}
    return {"path": _path(change.place), "new" if change.kind == "row_added" else "old": answers}


def diffs(request: Request, project: int, form: str, instance: str) -> HttpResponse:
    """Return what each edition changed, by its identity."""
    row = _row(request, project, form, instance)
    ordered = list(reversed(_editions(row)))
    found = {}
    for before, after in pairwise(ordered):
        changes = review.diff(
            before=before.xml, after=after.xml, schema=opened_row(row=after.version).schema,
            old=opened_row(row=before.version).schema,
        )  # fmt: skip
        found[after.instance_id] = [_difference(one) for one in changes]
    return answer(found)


def _comment_shape(row: Comment, *, extended: bool) -> Json:
    found: Json = {
        "body": row.text,
        "actorId": actor_id(person_id=row.person_id),
        "createdAt": moment(row.at),
    }
    if extended:
        found["actor"] = actor_shape(row.person)
    return found


def comments(request: Request, project: int, form: str, instance: str) -> HttpResponse:
    """Return the comments on a submission, newest first."""
    rows = _row(request, project, form, instance).comments.select_related("person").order_by("-at", "-pk")
    extended = is_extended(request)
    return answer([_comment_shape(row, extended=extended) for row in rows[window(request)]])


def comment(request: Request, project: int, form: str, instance: str) -> HttpResponse:
    """Say something of a submission."""
    row = _row(request, project, form, instance)
    text = text_in(body_of(request), "body")
    if not text.strip():
        raise missing_parameter("body")
    made = add_comment(actor=request.actor, submission=row, text=text)
    return answer(_comment_shape(made, extended=False))


def files(
    request: Request, project: int, form: str, instance: str, *, is_draft: bool = False
) -> HttpResponse:
    """Return the files of a submission, those that are still missing too."""
    rows = _row(request, project, form, instance, is_draft=is_draft).attachments.order_by("name")
    return answer([{"name": row.name, "exists": bool(row.file)} for row in rows])


def _file(row: Submission, name: str) -> Attachment:
    found = row.attachments.filter(name=nfc(name)).first()
    if found is None:
        raise not_found()
    return found


def file(
    request: Request, project: int, form: str, instance: str, name: str, *, is_draft: bool = False
) -> HttpResponseBase:
    """Return the bytes of one file."""
    found = _file(_row(request, project, form, instance, is_draft=is_draft), name)
    if not found.file:
        raise not_found()
    return sent(found.file.open("rb"), name=found.name, content_type=found.content_type)


def put_file(
    request: Request, project: int, form: str, instance: str, name: str, *, is_draft: bool = False
) -> HttpResponse:
    """Take a file that the answers name: by reviewers, and by who handed the form in while it is missing."""
    row = _row(request, project, form, instance, is_draft=is_draft)
    found = _file(row, name)
    if not _may_put(request, row, is_missing=not found.file):
        raise not_allowed()
    with body_as_file(request, name=found.name) as body:
        if not add_files(actor=request.actor, submission=row, files=[(found.name, body)]):
            raise not_found()
    return success()


def _may_put(request: Request, row: Submission, *, is_missing: bool) -> bool:
    actor = request.actor
    own = row.person_id == actor.person_id if actor.person_id is not None else row.key_id == actor.key_id
    if own and is_missing:
        return True
    held = submissions_for(actor=actor, form=row.form, verb="review", is_test=row.is_test)
    return held.filter(pk=row.pk).exists()
