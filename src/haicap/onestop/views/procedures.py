"""Pages of one procedure: what it demands, a new version, out of force and in force again, made public."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.tables import Faulty
from haicap.onestop import permissions
from haicap.onestop.actions import catalogue as actions
from haicap.onestop.actions.publications import make_public
from haicap.onestop.forms.catalogue import EVERYWHERE, PostForm, PublishForm, WithdrawForm
from haicap.onestop.forms.versions import VersionForms
from haicap.onestop.models import Procedure, ProcedureVersion, Publication
from haicap.onestop.queries import catalogue as queries
from haicap.onestop.rules.catalogue import FEES, PAPERS, STEPS
from haicap.onestop.texts.catalogue import MADE_PUBLIC, side_by_side


@needs(permissions.CATALOGUE_READ)
def procedure(request: Request, code: str) -> HttpResponse:
    """Show all about a procedure."""
    return _shown(request, queries.procedure_page(actor=request.actor, code=code))


def _shown(
    request: Request,
    page: queries.ProcedurePage,
    publish: PublishForm | None = None,
    withdraw: WithdrawForm | None = None,
) -> HttpResponse:
    may_write = request.actor.may(permissions.CATALOGUE_WRITE)
    may_publish = request.actor.may(permissions.PUBLISH)
    today = timezone.localdate()
    context = {
        "page": page,
        "latest": page.versions[0],
        "kinds": MADE_PUBLIC,
        "rows": [_row(page, version) for version in page.versions],
        "table": side_by_side(versions=page.versions) if len(page.versions) > 1 else None,
        "publish": publish or (_publish_form(request, page, initial={"done_on": today}) if may_publish else None),
        "withdraw": withdraw or WithdrawForm(initial={"day": today}),
        "may_write": may_write,
    }  # fmt: skip
    status = 422 if any(form is not None and form.errors for form in (publish, withdraw)) else 200
    return render(request, "onestop/procedure.html", context, status=status)


def _row(page: queries.ProcedurePage, version: ProcedureVersion) -> dict[str, Any]:
    today, withdrawn = timezone.localdate(), page.procedure.withdrawn_on
    if version.valid_from > today:
        state = "coming"
    elif (version.valid_to and version.valid_to <= today) or (withdrawn and withdrawn <= today):
        state = "ended"
    else:
        state = "now"
    return {
        "version": version,
        "dossiers": page.dossiers.get(version.pk, 0),
        "running": page.running.get(version.pk, 0),
        "state": state,
        "hours": sum(step.get("hours") or 0 for step in version.steps),
    }


def _publish_form(request: Request, page: queries.ProcedurePage, *data: Any, **given: Any) -> PublishForm:
    everywhere = request.actor.may(permissions.CATALOGUE_WRITE)
    bodies = queries.publishers(level=page.versions[0].level) if everywhere else None
    return PublishForm(*data, bodies=bodies, **given)


@needs(permissions.CATALOGUE_WRITE)
def version(request: Request, code: str = "") -> HttpResponse:
    """Add a version to a procedure, or a new procedure."""
    page = queries.procedure_page(actor=request.actor, code=code) if code else None
    latest = page.versions[0] if page else None
    forms = VersionForms(request.POST if request.method == "POST" else None, version=latest)
    if request.method == "POST" and forms.is_valid():
        try:
            kept = _add(request, page.procedure if page else None, forms)
        except Faulty as faulty:
            forms.add_faults(faulty.faults)
        except Refusal as refusal:
            forms.main.add_refusal(refusal)
        else:
            return redirect("onestop:procedure", kept.code)
    context = {
        "forms": forms,
        "page": page,
        "latest": latest,
        "papers": forms.tables[PAPERS],
        "fees": forms.tables[FEES],
        "steps": forms.tables[STEPS],
    }
    return render(request, "onestop/procedure_version.html", context, status=422 if forms.has_errors else 200)


def _add(request: Request, known: Procedure | None, forms: VersionForms) -> Procedure:
    kept = actions.add_version(
        actor=request.actor,
        procedure=known,
        cells=forms.main.cells(),
        papers=[row.cells() for row in forms.filled(PAPERS)],
        fees=[row.cells() for row in forms.filled(FEES)],
        steps=[row.cells() for row in forms.filled(STEPS)],
    )
    messages.success(request, _("The version is kept; the former one ends on the day before."))
    earlier = queries.received_since(procedure=kept, day=forms.main.cleaned_data["valid_from"])
    if earlier:
        text = _("%(count)s dossiers received since that day keep the former version.")
        messages.warning(request, text % {"count": earlier})
    return kept


@needs(permissions.PUBLISH)
@require_POST
def publish(request: Request, code: str) -> HttpResponse:
    """Record that a procedure was made public, at one body or at all that have not recorded it."""
    page = queries.procedure_page(actor=request.actor, code=code)
    form = _publish_form(request, page, request.POST)
    if form.is_valid():
        data = dict(form.cleaned_data)
        where = data.pop("where", None)
        if where == EVERYWHERE:
            bodies = queries.bodies_without(
                procedure=page.procedure, kind=data["kind"], level=page.versions[0].level
            )
        else:
            bodies = queries.publishers_for(actor=request.actor)
            bodies = bodies.filter(code=where) if where else bodies
        try:
            count = make_public(actor=request.actor, procedures=[page.procedure], bodies=bodies, **data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Recorded at %(count)s bodies.") % {"count": count})
            return redirect("onestop:procedure", code)
    return _shown(request, page, publish=form)


@needs(permissions.PUBLISH)
def publications(request: Request) -> HttpResponse:
    """Show what the own body has not made public yet; record it for all that are ticked."""
    given = request.POST or request.GET
    kind = given.get("kind", "")
    kind = kind if kind in Publication.Kind.values else Publication.Kind.POSTED
    body = queries.publisher_for(actor=request.actor, code=given.get("body", ""))
    today = timezone.localdate()
    found = queries.made_public_at(body=body, kind=kind, day=today)
    form = PostForm(request.POST or None, initial={"kind": kind, "body": body.code, "done_on": today})
    if request.method == "POST" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "body"}
        wanted = Procedure.objects.filter(code__in=request.POST.getlist("procedures"))
        try:
            count = make_public(actor=request.actor, procedures=list(wanted), bodies=[body], **data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Recorded for %(count)s procedures.") % {"count": count})
            return redirect(f"{reverse('onestop:publications')}?kind={kind}&body={body.code}")
    context = {
        "form": form,
        "found": found,
        "kind": kind,
        "kinds": MADE_PUBLIC.items(),
        "bodies": queries.publishers_for(actor=request.actor),
        "ticked": request.POST.getlist("procedures") if request.method == "POST" else None,
    }
    return render(request, "onestop/publications.html", context, status=422 if form.errors else 200)


@needs(permissions.CATALOGUE_WRITE)
@require_POST
def withdraw(request: Request, code: str) -> HttpResponse:
    """Take a procedure out of force."""
    page = queries.procedure_page(actor=request.actor, code=code)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["day"]
        try:
            actions.withdraw_procedure(actor=request.actor, procedure=page.procedure, day=day)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Nothing is received for this procedure from that day on."))
            return redirect("onestop:procedure", code)
    return _shown(request, page, withdraw=form)


@needs(permissions.CATALOGUE_WRITE)
@require_POST
def reinstate(request: Request, code: str) -> HttpResponse:
    """Put a withdrawn procedure into force again."""
    page = queries.procedure_page(actor=request.actor, code=code)
    actions.reinstate_procedure(actor=request.actor, procedure=page.procedure)
    messages.success(request, _("The procedure is in force again."))
    return redirect("onestop:procedure", code)
