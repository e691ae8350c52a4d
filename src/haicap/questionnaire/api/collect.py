"""The form page over JSON: forms offered, drafts, files in pieces, and handing in."""

import base64
import binascii
import uuid
from datetime import date, datetime
from typing import Any

from django.http import FileResponse, HttpResponse
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from haicap.kernel.access import needs, signed_in
from haicap.kernel.http import Request
from haicap.questionnaire.actions import drafts, uploads
from haicap.questionnaire.actions.handing_in import hand_in
from haicap.questionnaire.models import Form as FormRow
from haicap.questionnaire.models import Upload
from haicap.questionnaire.present.form_page import draft_out, filled_out, form_out
from haicap.questionnaire.queries import offered
from haicap.questionnaire.queries.collect import submission_of

router = Router()
FILL = "questionnaire.submission:fill"
TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}


class MediaOut(Schema):
    """A file that a form needs; `md5` is empty where its author has not brought it yet."""

    name: str
    md5: str
    url: str


class FormOut(Schema):
    """A version of a form to fill in, with the files it needs."""

    id: int
    form_id: str
    title: str
    version: str
    number: int
    md5: str
    state: str
    due: date | None
    xform: str
    media: list[MediaOut]


class DraftIn(Schema):
    """A form being filled in; `revision` is the one last read, 0 for the first save."""

    revision: int
    xml: str
    number: int
    name: str = ""
    device: str = ""


class DraftRow(Schema):
    """A draft without its answers."""

    instance_id: str
    form: int
    title: str
    number: int
    name: str
    device: str
    revision: int
    saved_at: datetime


class SavedOut(Schema):
    """That a draft is kept."""

    revision: int
    saved_at: datetime
    areas: list[dict[str, str]] = []


class FileOut(Schema):
    """A file of a draft or of a submission."""

    id: str
    name: str
    url: str


class DraftOut(Schema):
    """A draft, or a submission to correct, with its answers and files."""

    instance_id: str
    number: int
    xml: str
    revision: int
    saved_by: str
    saved_at: datetime
    files: list[FileOut]


class ReceivedOut(Schema):
    """That a filled form is here; `receipt` is the number to quote."""

    instance_id: str
    receipt: str
    state: str
    is_new: bool


def _form(request: Request, form_id: int) -> FormRow:
    return offered.form_for_page(actor=request.actor, pk=form_id)


@router.get("/forms", response=list[FormOut])
@needs(FILL)
def forms(request: Request) -> list[dict[str, Any]]:
    """List the forms I fill in, each with its files and their checksums."""
    return [form_out(offer) for offer in offered.offers_for(actor=request.actor)]


@router.get("/forms/{form_id}/versions/{number}", response=FormOut)
@signed_in
def version(request: Request, form_id: int, number: int) -> dict[str, Any]:
    """Return a version of a form with its files; drafts made with an older version need it."""
    form = _form(request, form_id)
    return form_out(offered.offer_of(actor=request.actor, form=form, number=number))


@router.get("/forms/{form_id}/xform")
@signed_in
def xform(request: Request, form_id: int, number: int) -> HttpResponse:
    """Return the XForm of a version."""
    offer = offered.offer_of(actor=request.actor, form=_form(request, form_id), number=number)
    kept = "no-cache" if offer.version.state == "draft" else "private, max-age=86400"
    return HttpResponse(offer.version.xform, content_type="text/xml", headers={"Cache-Control": kept})


@router.get("/forms/{form_id}/versions/{number}/media/{name}")
@signed_in
def media(request: Request, form_id: int, number: int, name: str) -> HttpResponse | FileResponse:
    """Return a file that a version of a form needs: a picture, a choice list."""
    form = _form(request, form_id)
    file = offered.media_of(actor=request.actor, form=form, number=number, name=name)
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-cache"}
    if file.dataset is not None:
        raw = offered.dataset_bytes(file)
        return HttpResponse(raw, content_type="text/csv; charset=utf-8", headers=headers)
    return FileResponse(file.file.open("rb"), filename=file.name, headers=headers)


@router.post("/forms/{form_id}/submissions", response=ReceivedOut)
@needs(FILL)
def submit(
    request: Request,
    form_id: int,
    xml_submission_file: File[UploadedFile],
    test: Form[bool] = False,
    device: Form[str] = "",
) -> dict[str, Any]:
    """Hand in a filled form; further files come in the same body under their own names, or in pieces before it.

    The same form sent again is answered with the same receipt. 409 where other answers came under its identity.
    """
    given = [
        (upload.name or "", upload)
        for part, uploads_ in request.FILES.lists()
        for upload in uploads_
        if part != "xml_submission_file"
    ]
    receipt = hand_in(
        actor=request.actor,
        form_pk=form_id,
        xml=xml_submission_file.read(),
        files=given,
        device=device,
        agent=request.headers.get("User-Agent", "")[:255],
        is_test=test,
    )
    row = receipt.submission
    return {
        "instance_id": row.current_id,
        "receipt": f"{row.form_id}-{row.pk}",
        "state": row.state,
        "is_new": receipt.is_new,
    }


@router.get("/forms/{form_id}/filled/{instance_id}", response=DraftOut)
@signed_in
def filled(request: Request, form_id: int, instance_id: str) -> dict[str, Any]:
    """Return a submission with its answers and files, to be corrected."""
    form = _form(request, form_id)
    return filled_out(submission_of(actor=request.actor, form=form, instance_id=instance_id))


@router.get("/drafts", response=list[DraftRow])
@needs(FILL)
def draft_list(request: Request) -> list[dict[str, Any]]:
    """List my drafts, on whichever device they were begun."""
    return [
        {
            "instance_id": row.instance_id, "form": row.form_id, "title": row.form.title,
            "number": row.version.number, "name": row.name, "device": row.device, "revision": row.revision,
            "saved_at": row.saved_at,
        }
        for row in offered.drafts_for(actor=request.actor)
    ]  # fmt: skip


@router.get("/forms/{form_id}/drafts/{instance_id}", response=DraftOut)
@needs(FILL)
def draft(request: Request, form_id: int, instance_id: str) -> dict[str, Any]:
    """Return one of my drafts with its answers and the files that are here."""
    form = _form(request, form_id)
    row = offered.draft_of(actor=request.actor, form=form, instance_id=instance_id)
    purpose = uploads.purpose_of_form(form_id=form.pk, instance_id=instance_id)
    return draft_out(row, request.actor, offered.uploads_for(actor=request.actor, purpose=purpose))


@router.put("/forms/{form_id}/drafts/{instance_id}", response=SavedOut)
@needs(FILL)
def save(request: Request, form_id: int, instance_id: str, body: DraftIn) -> dict[str, Any]:
    """Keep a draft; 409 with the draft as it is now where another device saved in between."""
    row = drafts.save_draft(
        actor=request.actor, form=_form(request, form_id), instance_id=instance_id, number=body.number,
        xml=body.xml, revision=body.revision, name=body.name, device=body.device,
    )  # fmt: skip
    return {"revision": row.revision, "saved_at": row.saved_at, "areas": []}


@router.delete("/forms/{form_id}/drafts/{instance_id}", response={204: None})
@needs(FILL)
def drop(request: Request, form_id: int, instance_id: str) -> tuple[int, None]:
    """Throw a draft away."""
    drafts.drop_draft(actor=request.actor, form=_form(request, form_id), instance_id=instance_id)
    return 204, None


def _metadata(text: str) -> dict[str, str]:
    """Return the pairs of the header Upload-Metadata; what is no Base64 is left out."""
    found = {}
    for pair in text.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 16 else -1


def _progress(row: Upload) -> dict[str, str]:
    return {**TUS, "Upload-Offset": str(row.offset), "Upload-Length": str(row.size)}


@router.post("/uploads")
@signed_in
def begin(request: Request) -> HttpResponse:
    """Announce a file that comes in pieces (tus 1.0.0, creation)."""
    given = _metadata(request.headers.get("Upload-Metadata", ""))
    row = uploads.begin_upload(
        actor=request.actor,
        purpose=given.get("purpose", ""),
        name=given.get("filename", ""),
        size=_number(request.headers.get("Upload-Length")),
    )
    return HttpResponse(status=201, headers={**_progress(row), "Location": f"{request.path}/{row.pk}"})


@router.api_operation(["HEAD"], "/uploads/{upload_id}")
@signed_in
def progress(request: Request, upload_id: uuid.UUID) -> HttpResponse:
    """Tell how many bytes are here (tus 1.0.0)."""
    return HttpResponse(headers=_progress(uploads.upload_of(actor=request.actor, upload_id=upload_id)))


@router.patch("/uploads/{upload_id}")
@signed_in
def piece(request: Request, upload_id: uuid.UUID) -> HttpResponse:
    """Take the next piece (tus 1.0.0); 409 where another byte is wanted next."""
    row = uploads.append(
        actor=request.actor,
        upload_id=upload_id,
        offset=_number(request.headers.get("Upload-Offset")),
        piece=request.read(uploads.MOST_PIECE + 1),
    )
    return HttpResponse(status=204, headers=_progress(row))


@router.delete("/uploads/{upload_id}", response={204: None})
@signed_in
def give_up(request: Request, upload_id: uuid.UUID) -> tuple[int, None]:
    """Give up an upload (tus 1.0.0, termination)."""
    uploads.drop_upload(actor=request.actor, upload_id=upload_id)
    return 204, None


@router.get("/uploads/{upload_id}")
@signed_in
def bytes_of(request: Request, upload_id: uuid.UUID) -> FileResponse:
    """Return the bytes of an own upload: a draft taken up on another device needs its files."""
    row = uploads.upload_of(actor=request.actor, upload_id=upload_id)
    answer = FileResponse(uploads.open_file(row), as_attachment=True, filename=row.name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
