"""Pages of forms as their authors see them: the list, one form, its draft, files, and who may do what."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.kernel.access import needs
from haicap.kernel.errors import Missing, Refusal
from haicap.kernel.http import Request
from haicap.questionnaire.actions import forms as actions
from haicap.questionnaire.forms.definitions import (
    AssignForm,
    DraftUploadForm,
    MediaForm,
    PublishForm,
    SettingsForm,
    StateForm,
    UploadForm,
)
from haicap.questionnaire.models import Form
from haicap.questionnaire.queries import definitions as queries
from haicap.questionnaire.queries.offered import dataset_bytes

READ = "questionnaire.form:read"
WRITE = "questionnaire.form:write"


def _told(refusal: Refusal) -> dict[str, Any]:
    """Return the tables of faults and warnings that a refused workbook comes back with."""
    return {"troubles": getattr(refusal, "troubles", ()), "warnings": getattr(refusal, "warnings", ())}


@needs(READ)
@require_http_methods(["GET", "POST"])
def definitions(request: Request) -> HttpResponse:
    """List the forms of the campaign; take a workbook as a new form."""
    campaign = queries.campaign_for_forms(actor=request.actor)
    form = UploadForm(request.POST or None, request.FILES or None)
    told: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row = actions.create_form(actor=request.actor, campaign=campaign, raw=file.read(), name=file.name)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            form.add_refusal(refusal)
            told = _told(refusal)
        else:
            messages.success(request, _("The form is kept as a draft. Look it over and publish it."))
            return redirect("questionnaire:definition-draft", form_id=row.pk)
    archived = bool(request.GET.get("archived"))
    context = {
        "campaign": campaign,
        "rows": queries.definitions_for(actor=request.actor, campaign=campaign, archived=archived),
        "archived": archived,
        "form": form,
        "may_write": request.actor.may(WRITE),
        **told,
    }
    return render(request, "questionnaire/definitions.html", context, status=422 if form.errors else 200)


def _page(request: Request, row: Form, *, status: int = 200, **bound: Any) -> HttpResponse:
    """Show one form; `bound` are forms that were sent and not taken."""
    actor = request.actor
    context: dict[str, Any] = {
        "definition": queries.definition_for(actor=actor, form=row),
        "row": row,
        "may_write": actor.may(WRITE) and row.purpose == Form.Purpose.COLLECTION,
        "may_read_submissions": actor.may("questionnaire.submission:read"),
    }
    if context["may_write"]:
        fields = queries.questions_of(actor=actor, form=row)
        context |= {
            "state_form": StateForm(initial={"state": row.state}),
            "settings_form": SettingsForm(
                fields=fields,
                current=row.unit_question,
                initial={"unit_question": row.unit_question, "due": row.due},
            ),
            "assign_form": AssignForm(actor=actor, form=row),
        }
    return render(request, "questionnaire/definition.html", context | bound, status=status)


@needs(READ)
@require_GET
def definition(request: Request, form_id: int) -> HttpResponse:
    """Show one form: its state, versions, files, and who may do what."""
    return _page(request, queries.definition_of(actor=request.actor, pk=form_id))


def _draft_page(request: Request, row: Form, *, status: int = 200, **bound: Any) -> HttpResponse:
    """Show the draft of a form, or the place to load one."""
    state = queries.draft_for(actor=request.actor, form=row)
    context: dict[str, Any] = {
        "row": row,
        "state": state,
        "upload": DraftUploadForm(initial={"revision": row.revision}),
    }
    if state is not None:
        datasets = queries.lists_for(actor=request.actor, form=row)
        initial = {"version": state.suggestion, "revision": row.revision}
        context |= {
            "publish_form": PublishForm(diff=state.diff, initial=initial),
            "media": [
                (one, queries.is_there(one), MediaForm(datasets=datasets, initial={"name": one.name}, auto_id=False))
                for one in state.media
            ],
            "datasets": datasets,
        }  # fmt: skip
    return render(request, "questionnaire/definition_draft.html", context | bound, status=status)


@needs(WRITE)
@require_http_methods(["GET", "POST"])
def draft(request: Request, form_id: int) -> HttpResponse:
    """Show the draft with what it changes; take a workbook as the next draft."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    if request.method == "GET":
        return _draft_page(request, row)
    upload = DraftUploadForm(request.POST, request.FILES)
    told: dict[str, Any] = {}
    if upload.is_valid():
        file = upload.cleaned_data["file"]
        try:
            actions.save_draft_version(
                actor=request.actor,
                form=row,
                raw=file.read(),
                name=file.name,
                revision=upload.cleaned_data["revision"],
            )
        except Refusal as refusal:
            upload.add_refusal(refusal)
            told = _told(refusal)
        else:
            messages.success(request, _("The draft is kept. Look it over and publish it."))
            return redirect("questionnaire:definition-draft", form_id=row.pk)
    return _draft_page(request, row, status=422, upload=upload, **told)


@needs(WRITE)
@require_POST
def publish(request: Request, form_id: int) -> HttpResponse:
    """Publish the draft."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    state = queries.draft_for(actor=request.actor, form=row)
    form = PublishForm(request.POST, diff=state.diff if state else None)
    if form.is_valid():
        try:
            version = actions.publish_draft(
                actor=request.actor,
                form=row,
                version=form.cleaned_data["version"],
                same_as=form.same_as(),
                revision=form.cleaned_data["revision"],
            )
        except Missing:
            raise
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Version %(version)s is published.") % {"version": version.version})
            if state is not None and state.missing:
                text = _("Files are still missing: %(names)s")
                messages.warning(request, text % {"names": ", ".join(one.name for one in state.missing)})
            return redirect("questionnaire:definition", form_id=row.pk)
    return _draft_page(request, row, status=422, publish_form=form)


@needs(WRITE)
@require_POST
def copy(request: Request, form_id: int) -> HttpResponse:
    """Make the published version the draft, to change its files."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    actions.save_draft_version(actor=request.actor, form=row)
    return redirect("questionnaire:definition-draft", form_id=row.pk)


@needs(WRITE)
@require_POST
def discard(request: Request, form_id: int) -> HttpResponse:
    """Throw the draft away."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    actions.discard_draft(actor=request.actor, form=row)
    messages.success(request, _("The draft is thrown away."))
    return redirect("questionnaire:definition", form_id=row.pk)


@needs(WRITE)
@require_POST
def set_state(request: Request, form_id: int) -> HttpResponse:
    """Open, close or archive a form."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    form = StateForm(request.POST)
    if not form.is_valid():
        return _page(request, row, status=422, state_form=form)
    actions.set_state(actor=request.actor, form=row, state=form.cleaned_data["state"])
    messages.success(request, _("The state of the form is set."))
    return redirect("questionnaire:definition", form_id=row.pk)


@needs(WRITE)
@require_POST
def settings(request: Request, form_id: int) -> HttpResponse:
    """Say which question names the unit, and by when the form is to be filled in."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    fields = queries.questions_of(actor=request.actor, form=row)
    form = SettingsForm(request.POST, fields=fields, current=row.unit_question)
    if not form.is_valid():
        return _page(request, row, status=422, settings_form=form)
    actions.change_form(actor=request.actor, form=row, **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("questionnaire:definition", form_id=row.pk)


@needs(WRITE)
@require_POST
def delete(request: Request, form_id: int) -> HttpResponse:
    """Delete a form."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    actions.delete_form(actor=request.actor, form=row)
    messages.success(request, _("The form %(title)s is deleted.") % {"title": row.title})
    return redirect("questionnaire:definitions")


@needs(WRITE)
@require_POST
def media(request: Request, form_id: int) -> HttpResponse:
    """Bring a file of the draft, take it away, or let a list serve it."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    datasets = queries.lists_for(actor=request.actor, form=row)
    form = MediaForm(request.POST, request.FILES, datasets=datasets)
    if form.is_valid():
        given = form.cleaned_data
        place = {"actor": request.actor, "form": row, "name": given["name"]}
        try:
            if given["act"] == "attach":
                actions.attach_media(raw=given["file"].read(), **place)
            elif given["act"] == "link":
                actions.link_dataset(dataset=given["dataset"], **place)
            else:
                actions.remove_media(**place)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The file %(name)s is set.") % {"name": given["name"]})
            return redirect("questionnaire:definition-draft", form_id=row.pk)
    return _draft_page(request, row, status=422, media_form=form)


@needs(WRITE)
@require_POST
def assign(request: Request, form_id: int) -> HttpResponse:
    """Let a role, a person or a device fill in, review or read."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    form = AssignForm(request.POST, actor=request.actor, form=row)
    if form.is_valid():
        try:
            actions.assign(actor=request.actor, form=row, **form.cleaned_data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("questionnaire:definition", form_id=row.pk)
    return _page(request, row, status=422, assign_form=form)


@needs(WRITE)
@require_POST
def unassign(request: Request, form_id: int, assignment_id: int) -> HttpResponse:
    """Take an assignment back."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    actions.unassign(actor=request.actor, form=row, assignment_id=assignment_id)
    messages.success(request, _("Taken back."))
    return redirect("questionnaire:definition", form_id=row.pk)


@needs(READ)
@require_GET
def source(request: Request, form_id: int, number: int) -> FileResponse:
    """Hand out the file a version was made from."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    version = queries.version_of(actor=request.actor, form=row, number=number)
    if not version.source:
        raise Missing("form.source_missing", _("This version has no file."))
    ending = str(version.source).rpartition(".")[2]
    name = f"{row.form_id}-v{version.version or version.number}.{ending}"
    return FileResponse(version.source.open("rb"), as_attachment=True, filename=name)


@needs(READ)
@require_GET
def xform(request: Request, form_id: int, number: int) -> HttpResponse:
    """Hand out the XForm of a version."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    version = queries.version_of(actor=request.actor, form=row, number=number)
    answer = HttpResponse(version.xform, content_type="application/xml; charset=utf-8")
    name = f"{row.form_id}-v{version.version or version.number}.xml"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    return answer


@needs(READ)
@require_GET
def media_file(request: Request, form_id: int, number: int, name: str) -> HttpResponseBase:
    """Hand out a file of a version."""
    row = queries.definition_of(actor=request.actor, pk=form_id)
    file = queries.media_file_of(actor=request.actor, form=row, number=number, name=name)
    if file.dataset_id is None:
        return FileResponse(file.file.open("rb"), as_attachment=True, filename=file.name)
    answer = HttpResponse(dataset_bytes(file), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = content_disposition_header(True, file.name)
    return answer
