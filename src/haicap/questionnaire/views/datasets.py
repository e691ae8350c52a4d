"""Pages of follow-through lists: all of them, one with its members, one member with its versions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.campaign.queries import current_campaign_for
from haicap.kernel import tables
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.questionnaire.actions import entities as actions
from haicap.questionnaire.forms import datasets as forms
from haicap.questionnaire.models import Dataset, Entity
from haicap.questionnaire.queries import entities as queries

READ, WRITE = queries.READ, queries.WRITE
MOST_COLUMNS = 5  # shown in the list of members


@needs(READ)
@require_http_methods(["GET", "POST"])
def datasets(request: Request) -> HttpResponse:
    """List the follow-through lists of the campaign; make one."""
    actor = request.actor
    campaign = current_campaign_for(actor=actor)
    if request.method == "POST":
        actor.must(WRITE)
    form = forms.DatasetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.create_dataset(actor=actor, campaign=campaign, **form.cleaned_data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The list %(name)s is made.") % {"name": row.name})
            return redirect("questionnaire:dataset", dataset_id=row.pk)
    rows = list(queries.datasets_for(actor=actor, campaign=campaign))
    uses = queries.uses_of(actor=actor, datasets=rows)
    context = {
        "rows": [(row, uses[row.pk]) for row in rows],
        "form": form,
        "may_write": actor.may(WRITE),
        "follows": any(row.source for row in rows),
    }
    return render(request, "questionnaire/datasets.html", context, status=422 if form.errors else 200)


@needs(WRITE)
@require_POST
def sync(request: Request) -> HttpResponse:
    """Fill the lists of the register anew."""
    done = actions.sync_register(actor=request.actor, campaign=current_campaign_for(actor=request.actor))
    text = _("The lists follow the register: %(created)s members are new, %(changed)s changed.")
    counts = {"created": sum(one.created for one in done), "changed": sum(one.changed for one in done)}
    messages.success(request, text % counts)
    return redirect("questionnaire:datasets")


@needs(READ)
@require_GET
def dataset(request: Request, dataset_id: int) -> HttpResponse:
    """Show the members of a list, a page at a time."""
    row = queries.dataset_of(actor=request.actor, pk=dataset_id)
    search = forms.SearchForm(request.GET)
    wanted = search.cleaned_data if search.is_valid() else {}
    page = queries.entity_page(
        dataset=row, text=wanted.get("q", ""), show=wanted.get("show", ""), after=_number(request, "after"),
        before=_number(request, "before"),
    )  # fmt: skip
    properties = queries.properties_of(row)
    kept = request.GET.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    context = {
        "dataset": row,
        "search": search,
        "is_filtered": bool(kept.get("q", "") or kept.get("show", "")),
        "query": kept.urlencode(),
        "page": page,
        "columns": properties[:MOST_COLUMNS],
        "more_columns": max(0, len(properties) - MOST_COLUMNS),
        "rows": [(one, [one.data.get(name, "") for name in properties[:MOST_COLUMNS]]) for one in page.rows],
        "uses": queries.uses_of(actor=request.actor, datasets=[row])[row.pk],
        "may_write": request.actor.may(WRITE),
    }
    return render(request, "questionnaire/dataset.html", context)


def _number(request: Request, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


@needs(READ)
@require_GET
def dataset_file(request: Request, dataset_id: int) -> StreamingHttpResponse:
    """Hand out a list as CSV for spreadsheets."""
    row = queries.dataset_of(actor=request.actor, pk=dataset_id)
    return StreamingHttpResponse(
        queries.dataset_csv(row, safe=True),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, f"{row.name}.csv") or "attachment"},
    )


@needs(WRITE)
@require_http_methods(["GET", "POST"])
def dataset_import(request: Request, dataset_id: int) -> HttpResponse:
    """Take members from a CSV table; what is faulty comes back with its faults."""
    row = queries.dataset_of(actor=request.actor, pk=dataset_id)
    form = forms.TableForm(request.POST or None, request.FILES or None)
    faults: tuple[tables.Fault, ...] = ()
    if request.method == "POST" and form.is_valid():
        name, raw = form.table()
        try:
            done = actions.import_entities(
                actor=request.actor, dataset=row, raw=raw, name=name,
                with_new_columns=form.cleaned_data["with_new_columns"],
            )  # fmt: skip
        except Refusal as refusal:
            form.add_refusal(refusal)
            faults = getattr(refusal, "faults", ())
            if len(raw) <= forms.MOST_SHOWN:
                form.keep(tables.decode(raw)[0])
        else:
            text = _("%(created)s members are new, %(changed)s changed, %(same)s said nothing new.")
            counts = {"created": done.created, "changed": done.changed, "same": done.same}
            messages.success(request, text % counts)
            return redirect("questionnaire:dataset", dataset_id=row.pk)
    context = {
        "dataset": row,
        "form": form,
        "faults": faults[:200],
        "faults_left": max(0, len(faults) - 200),
        "properties": queries.properties_of(row),
    }
    return render(request, "questionnaire/dataset_import.html", context, status=422 if form.errors else 200)


@needs(WRITE)
@require_http_methods(["GET", "POST"])
def dataset_settings(request: Request, dataset_id: int) -> HttpResponse:
    """Say what holds for a list."""
    row = queries.dataset_of(actor=request.actor, pk=dataset_id)
    given = request.POST if request.method == "POST" else None
    form = forms.SettingsForm(given, initial=forms.settings_of(row))
    if given is not None and form.is_valid():
        actions.change_dataset(actor=request.actor, dataset=row, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("questionnaire:dataset", dataset_id=row.pk)
    return _settings(request, row, form, forms.PropertyForm())


@needs(WRITE)
@require_POST
def dataset_property(request: Request, dataset_id: int) -> HttpResponse:
    """Add a property to a list."""
    row = queries.dataset_of(actor=request.actor, pk=dataset_id)
    form = forms.PropertyForm(request.POST)
    if form.is_valid():
        try:
            actions.add_property(actor=request.actor, dataset=row, name=form.cleaned_data["name"])
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The property %(name)s is added.") % form.cleaned_data)
            return redirect("questionnaire:dataset-settings", dataset_id=row.pk)
    return _settings(request, row, forms.SettingsForm(initial=forms.settings_of(row)), form)


def _settings(
    request: Request, row: Dataset, form: forms.SettingsForm, new_property: forms.PropertyForm
) -> HttpResponse:
    context = {
        "dataset": row,
        "form": form,
        "new_property": new_property,
        "properties": row.properties.order_by("pk"),
    }
    status = 422 if form.errors or new_property.errors else 200
    return render(request, "questionnaire/dataset_settings.html", context, status=status)


@needs(WRITE)
@require_http_methods(["GET", "POST"])
def entity_new(request: Request, dataset_id: int) -> HttpResponse:
    """Make a member by hand."""
    row = queries.dataset_of(actor=request.actor, pk=dataset_id)
    form = forms.EntityForm(request.POST or None, properties=["label", *queries.properties_of(row)])
    if request.method == "POST" and form.is_valid():
        label, data = form.given()
        try:
            made = actions.create_entity(actor=request.actor, dataset=row, label=label or "", data=data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("%(label)s is on the list.") % {"label": made.label})
            return redirect("questionnaire:entity", dataset_id=row.pk, identity=made.uuid)
    return render(
        request, "questionnaire/dataset_new.html", {"dataset": row, "form": form},
        status=422 if form.errors else 200,
    )  # fmt: skip


@needs(READ)
@require_http_methods(["GET", "POST"])
def entity(request: Request, dataset_id: int, identity: UUID) -> HttpResponse:
    """Show a member: its values, its versions and conflicts; change it."""
    row, one = _entity(request, dataset_id, identity, deleted=None)
    if request.method == "POST":
        request.actor.must(WRITE)
    form = _form(request, one)
    if request.method == "POST" and form.is_valid():
        label, data = form.given()
        try:
            actions.update_entity(
                actor=request.actor, entity=one, data=data, base_version=form.cleaned_data["revision"],
                label=None if label == one.label else label,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("questionnaire:entity", dataset_id=row.pk, identity=one.uuid)
    return _show(request, one, form=form)


def _entity(
    request: Request, dataset_id: int, identity: UUID, *, deleted: bool | None = False
) -> tuple[Dataset, Entity]:
    row = queries.dataset_of(actor=request.actor, pk=dataset_id)
    return row, queries.entity_of(actor=request.actor, dataset=row, uuid=identity, deleted=deleted)


def _form(request: Request, one: Entity) -> forms.EntityForm:
    names = [name for name, is_kept in queries.values_of(one) if not is_kept]
    return forms.EntityForm(request.POST if request.method == "POST" else None, properties=names, entity=one)


def _show(
    request: Request,
    one: Entity,
    *,
    form: forms.EntityForm | None = None,
    settle: forms.SettleForm | None = None,
) -> HttpResponse:
    steps = queries.steps_for(actor=request.actor, entity=one)
    names = queries.values_of(one)
    present = {**one.data, "label": one.label}
    faulty = any(given is not None and given.errors for given in (form, settle))
    context = {
        "dataset": one.dataset,
        "entity": one,
        "steps": steps,
        "values": [(name, present.get(name, ""), is_kept) for name, is_kept in names if name != "label"],
        "form": form if form is not None else forms.EntityForm(
            properties=[name for name, is_kept in names if not is_kept], entity=one
        ),
        "settle": settle if settle is not None else forms.SettleForm(entity=one, steps=steps),
        "may_write": request.actor.may(WRITE),
    }  # fmt: skip
    return render(request, "questionnaire/dataset_entity.html", context, status=422 if faulty else 200)


@needs(WRITE)
@require_POST
def entity_settle(request: Request, dataset_id: int, identity: UUID) -> HttpResponse:
    """Settle the conflict of a member with the values chosen."""
    row, one = _entity(request, dataset_id, identity)
    form = forms.SettleForm(
        request.POST, entity=one, steps=queries.steps_for(actor=request.actor, entity=one)
    )
    if form.is_valid():
        chosen: dict[str, Any] = form.chosen()
        label = chosen.pop("label", None)
        try:
            actions.update_entity(
                actor=request.actor, entity=one, label=label, data=chosen, settle=True,
                base_version=form.cleaned_data["revision"],
            )  # fmt: skip
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The conflict is settled."))
            return redirect("questionnaire:entity", dataset_id=row.pk, identity=one.uuid)
    return _show(request, one, settle=form)


@needs(WRITE)
@require_POST
def entity_delete(request: Request, dataset_id: int, identity: UUID) -> HttpResponse:
    """Take a member off its list."""
    row, one = _entity(request, dataset_id, identity)
    actions.delete_entity(actor=request.actor, entity=one)
    messages.success(request, _("%(label)s is off the list. It can be restored.") % {"label": one.label})
    return redirect("questionnaire:dataset", dataset_id=row.pk)


@needs(WRITE)
@require_POST
def entity_restore(request: Request, dataset_id: int, identity: UUID) -> HttpResponse:
    """Put a deleted member on its list again."""
    row, one = _entity(request, dataset_id, identity, deleted=True)
    actions.restore_entity(actor=request.actor, entity=one)
    messages.success(request, _("%(label)s is on the list.") % {"label": one.label})
    return redirect("questionnaire:entity", dataset_id=row.pk, identity=one.uuid)
