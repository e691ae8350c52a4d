"""The import: a file is uploaded, looked at with a guessed mapping, then entered by a job."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from haicap.kernel import jobs
from haicap.kernel.access import needs
from haicap.kernel.errors import Missing, Refusal
from haicap.kernel.http import Request
from haicap.kernel.models import Job
from haicap.onestop import permissions
from haicap.onestop.actions.uploads import keep_upload, must_be_there
from haicap.onestop.forms.imports import MappingForm, UploadForm
from haicap.onestop.queries import importing as queries
from haicap.onestop.rules.imports import Mapping, MappingError, guess, read_mapping
from haicap.onestop.texts.exchange import FIELD_NAMES
from haicap.register.models import Body

UPLOADS = "onestop_uploads"
PREVIEW, MOST_SHOWN, MOST_UPLOADS = 10, 100, 10


@needs(permissions.IMPORT)
def imports(request: Request) -> HttpResponse:
    """Upload an export; below, what earlier imports did."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, source = form.cleaned_data["file"], form.cleaned_data["source"].strip()
        try:
            token = keep_upload(actor=request.actor, file=file)
        except Refusal as refusal:
            form.add_refusal(type(refusal)(refusal.code, refusal.message, field="file"))
        else:
            held = dict(list(request.session.get(UPLOADS, {}).items())[-(MOST_UPLOADS - 1) :])
            request.session[UPLOADS] = held | {token: {"name": str(file.name)[:200], "source": source}}
            return redirect("onestop:import-check", token)
    context = {
        "form": form,
        "runs": queries.imports_for(actor=request.actor)[:20],
        "max_bytes": settings.HAICAP_MAX_IMPORT,
    }
    return render(request, "onestop/imports.html", context, status=422 if form.errors else 200)


def _upload(request: Request, token: str) -> dict[str, Any]:
    held: dict[str, Any] | None = request.session.get(UPLOADS, {}).get(token)
    if held is None:
        raise Missing("import.file", _("The uploaded file is no longer there. Upload it again."))
    must_be_there(token=token)
    return held


@needs(permissions.IMPORT)
def check(request: Request, token: str) -> HttpResponse:
    """Show what an upload would do, row by row, before anything is written; then enter it."""
    held = _upload(request, token)
    table = queries.read(source=queries.path_of(token=token), name=held["name"])
    shelf = queries.books()
    mapping = _known(held, table.columns)
    seen = queries.check(table=table, mapping=mapping, known=shelf)
    form = MappingForm(request.POST or None, mapping=mapping, headings=table.columns, unknown=seen.unknown)
    if request.method == "POST" and form.is_valid():
        try:
            mapping = form.reading()
        except MappingError as error:
            form.add_error(None, str(error))
        else:
            request.session[UPLOADS] |= {token: held | {"mapping": mapping.to_json()}}
            request.session.modified = True
            seen = queries.check(table=table, mapping=mapping, known=shelf)
            if "go" in request.POST and seen.entries and not mapping.lacking():
                return _go(request, token, held, mapping)
            form = MappingForm(mapping=mapping, headings=table.columns, unknown=seen.unknown)
    context = _context(table, mapping, seen, form)
    return render(request, "onestop/import_check.html", context, status=422 if form.errors else 200)


def _known(held: dict[str, Any], headings: Any) -> Mapping:
    if "mapping" in held:
        return read_mapping(data=held["mapping"])
    return guess(source=held["source"], headings=headings, words=queries.words())


def _go(request: Request, token: str, held: dict[str, Any], mapping: Mapping) -> HttpResponse:
    params = {"token": token, "name": held["name"], "mapping": mapping.to_json()}
    job: Job = jobs.enqueue(actor=request.actor, kind="onestop.import", params=params, subject=token)
    return redirect("kernel:job", job_id=job.pk)


def _context(table: Any, mapping: Mapping, seen: queries.Checked, form: MappingForm) -> dict[str, Any]:
    return {
        "table": table,
        "seen": seen,
        "form": form,
        "groups": form.groups(),
        "lacking": [FIELD_NAMES[name] for name in mapping.lacking()],
        "preview": seen.entries[:PREVIEW],
        "faults": seen.faults[:MOST_SHOWN],
        "codes": Body.objects.order_by("code").values_list("code", "name_vi"),
    }


@needs(permissions.IMPORT)
def result(request: Request, job_id: Any) -> HttpResponse:
    """Show what one import did, with the rows it left out."""
    run = queries.import_for(actor=request.actor, job_id=job_id)
    return render(request, "onestop/import_result.html", {"run": run, "told": run.result or {}})
