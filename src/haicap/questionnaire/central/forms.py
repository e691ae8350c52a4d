"""Forms: listed, made, read, opened and closed, taken away."""

import uuid
from collections.abc import Callable
from urllib.parse import unquote

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.http import Request
from haicap.questionnaire.actions.forms import create_form, delete_form, set_state
from haicap.questionnaire.central import lookups
from haicap.questionnaire.central.bodies import raw_body
from haicap.questionnaire.central.errors import not_found, unexpected
from haicap.questionnaire.central.form_shapes import (
    EXCEL,
    NO_VERSION,
    excel_of,
    field_shapes,
    form_shape,
    media_shape,
    more_of,
)
from haicap.questionnaire.central.shapes import Json, answer, body_of, flag, is_extended, success, text_in
from haicap.questionnaire.central.stream import download, harmless, sent
from haicap.questionnaire.models import Form, FormVersion
from haicap.questionnaire.queries.collect import forms_for
from haicap.questionnaire.queries.entities import dataset_csv
from haicap.questionnaire.queries.versions import opened_row
from haicap.questionnaire.rules.sheets import MAX_BYTES

_WRITE = "questionnaire.form:write"
_LIGHT = ("xform", "schema", "warnings")
Find = Callable[..., FormVersion]


def _newest(actor: Actor, form: Form) -> FormVersion | None:
    """Return the published version, else the draft for those who write forms."""
    rows = form.versions.exclude(state=FormVersion.State.SUPERSEDED).defer(*_LIGHT)
    found = {row.state: row for row in rows}
    draft = found.get(FormVersion.State.DRAFT) if actor.may(_WRITE) else None
    return found.get(FormVersion.State.PUBLISHED) or draft


def current(actor: Actor, project: int, form: str) -> FormVersion:
    """Return the version that an address without one means: the published one, else the draft."""
    found = lookups.form(actor, project, form)
    row = _newest(actor, found)
    if row is None:
        raise not_found()
    row.form = found
    return row


def drafted(actor: Actor, project: int, form: str) -> FormVersion:
    """Return the draft of a form."""
    return lookups.draft(actor, lookups.form(actor, project, form))


def named(actor: Actor, project: int, form: str, version: str) -> FormVersion:
    """Return a version that was published, by its name."""
    found = lookups.form(actor, project, form)
    rows = found.versions.exclude(state=FormVersion.State.DRAFT).defer(*_LIGHT)
    row = rows.filter(version="" if version == NO_VERSION else version).first()
    if row is None:
        raise not_found()
    row.form = found
    return row


def index(request: Request, project: int) -> HttpResponse:
    """Return the forms of a project that the caller may know of."""
    campaign = lookups.project(request.actor, project)
    forms = {
        row.pk: row for row in forms_for(actor=request.actor, campaign=campaign).select_related("created_by")
    }
    rows = (
        FormVersion.objects.filter(form__in=forms).exclude(state=FormVersion.State.SUPERSEDED).defer("xform")
    )
    newest: dict[int, FormVersion] = {}
    for row in rows.order_by("form__form_id"):
        if row.state == FormVersion.State.DRAFT and (not request.actor.may(_WRITE) or row.form_id in newest):
            continue
        newest[row.form_id] = row
    return answer([_shape(request, forms[pk], row) for pk, row in newest.items()])


def _shape(request: Request, form: Form, row: FormVersion) -> Json:
    found = form_shape(form, row, with_token=request.actor.may(_WRITE))
    return found | more_of(form, row) if is_extended(request) else found


def create(request: Request, project: int) -> HttpResponse:
    """Make a form of a workbook or an XForm; `publish` makes it the published version at once."""
    campaign = lookups.project(request.actor, project)
    request.actor.must(_WRITE)
    raw, name, fallback = definition(request)
    accept = flag(request, "ignoreWarnings") or name.endswith(".xml")
    form = create_form(
        actor=request.actor, campaign=campaign, raw=raw, name=name, accept_warnings=accept,
        fallback_form_id=fallback or f"form-{uuid.uuid4().hex[:12]}", publish=flag(request, "publish"),
    )  # fmt: skip
    return answer(_shape(request, form, current(request.actor, project, form.form_id)))


def definition(request: Request) -> tuple[bytes, str, str]:
    """Return the file an author sent, a name with the ending of its type, and the id for a workbook without one."""
    kind = (request.content_type or "").lower()
    ending = next((one for one, said in EXCEL.items() if said == kind), "xml")
    fallback = unquote(request.headers.get("X-XlsForm-FormId-Fallback", ""))
    return raw_body(request, most=MAX_BYTES), f"{fallback or 'form'}.{ending}", fallback


def one(find: Find) -> Callable[..., HttpResponse]:
    """Return the view of one version of a form."""

    def view(request: Request, project: int, form: str, **where: str) -> HttpResponse:
        row = find(request.actor, project, form, **where)
        return answer(_shape(request, row.form, row))

    return view


def xml(find: Find) -> Callable[..., HttpResponseBase]:
    """Return the view of the XForm of a version."""

    def view(request: Request, project: int, form: str, **where: str) -> HttpResponseBase:
        row = find(request.actor, project, form, **where)
        made = harmless(HttpResponse(row.xform, content_type="application/xml; charset=utf-8"))
        made["ETag"] = f'"{row.md5}"'
        return made

    return view


def excel(find: Find, ending: str) -> Callable[..., HttpResponseBase]:
    """Return the view of the workbook as its author brought it."""

    def view(request: Request, project: int, form: str, **where: str) -> HttpResponseBase:
        row = find(request.actor, project, form, **where)
        if excel_of(row) != ending:
            raise not_found()
        return sent(row.source.open("rb"), name=f"{row.form.form_id}.{ending}", content_type=EXCEL[ending])

    return view


def fields(find: Find) -> Callable[..., HttpResponse]:
    """Return the view of the questions of a version."""

    def view(request: Request, project: int, form: str, **where: str) -> HttpResponse:
        schema = opened_row(row=find(request.actor, project, form, **where)).schema
        return answer(list(field_shapes(schema, odata=flag(request, "odata"))))

    return view


def media(find: Find) -> Callable[..., HttpResponse]:
    """Return the view of the files a version needs."""

    def view(request: Request, project: int, form: str, **where: str) -> HttpResponse:
        rows = find(request.actor, project, form, **where).media.select_related("dataset").order_by("name")
        return answer([media_shape(row) for row in rows])

    return view


def file(find: Find) -> Callable[..., HttpResponseBase]:
    """Return the view of the bytes of a file a version needs."""

    def view(request: Request, project: int, form: str, name: str, **where: str) -> HttpResponseBase:
        rows = find(request.actor, project, form, **where).media.select_related("dataset")
        row = rows.filter(name=name).first()
        if row is None or not (row.file or row.dataset):
            raise not_found()
        if row.dataset is not None:
            return download(dataset_csv(row.dataset), name=name, content_type="text/csv; charset=utf-8")
        return sent(row.file.open("rb"), name=name)

    return view


def versions(request: Request, project: int, form: str) -> HttpResponse:
    """Return the published versions, newest first."""
    found = lookups.form(request.actor, project, form)
    rows = found.versions.exclude(state=FormVersion.State.DRAFT).defer(*_LIGHT).order_by("-number")
    extended = is_extended(request)
    return answer(
        [
            form_shape(found, row) | ({"excelContentType": EXCEL.get(excel_of(row))} if extended else {})
            for row in rows
        ]
    )


def change(request: Request, project: int, form: str) -> HttpResponse:
    """Open or close a form."""
    found = lookups.form(request.actor, project, form)
    request.actor.must(_WRITE)
    state = text_in(body_of(request), "state")
    if state:
        if state not in ("open", "closing", "closed"):
            raise unexpected("state", state, _("it is one of open, closing, closed"))
        found = set_state(actor=request.actor, form=found, state=state)
    return answer(_shape(request, found, current(request.actor, project, form)))


def delete(request: Request, project: int, form: str) -> HttpResponse:
    """Take a form out of everything."""
    delete_form(actor=request.actor, form=lookups.form(request.actor, project, form))
    return success()
