"""The page of one dossier and everything that is done to it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from haicap.kernel.access import needs
from haicap.kernel.errors import Conflict, Missing, Refusal, Refused
from haicap.kernel.http import Request
from haicap.onestop import permissions
from haicap.onestop.actions import desk as actions
from haicap.onestop.actions import dossiers, intake
from haicap.onestop.actions import scans as scanning
from haicap.onestop.actions.files import Paper
from haicap.onestop.forms.events import FORMS, EventForm, form_of
from haicap.onestop.models import Dossier
from haicap.onestop.queries import desk as queries
from haicap.onestop.queries.dossiers import dossier_at_counter, dossier_for
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.views import counter
from haicap.onestop.views.shown import dossier_context, wish_of


@needs(permissions.READ)
def dossier(request: Request, reference: str) -> HttpResponse:
    """Show one dossier: where it is, what comes next, what happened."""
    return _page(request, reference)


def _page(
    request: Request, reference: str, *, form: EventForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    page = queries.page_for(actor=request.actor, reference=reference)
    context = dossier_context(actor=request.actor, page=page, faulty=form)
    return render(request, "onestop/dossier.html", context | more, status=status)


def _open(request: Request, reference: str) -> tuple[Dossier, bool]:
    """Return the dossier, and whether the own body has a part; a counter reaches others by the whole code."""
    try:
        return dossier_for(actor=request.actor, reference=reference), True
    except Missing:
        if request.POST.get("counter") != "1":
            raise
        return dossier_at_counter(actor=request.actor, reference=reference), False


def _kind(request: Request) -> Kind:
    given = request.POST.get("kind", "")
    if given not in {kind.value for kind in FORMS}:
        raise Refused("event.elsewhere", _("This is done on a page of its own."), field="kind")
    return Kind(given)


@needs(permissions.READ)
@require_POST
def act(request: Request, reference: str) -> HttpResponse:
    """Do one thing to a dossier; what was typed is kept where it is refused."""
    row, has_part = _open(request, reference)
    kind = _kind(request)
    if queries.done_before(dossier=row, key=request.POST.get("key", "")):
        return _onward(request, row, kind, has_part)
    choices = queries.choices_for(actor=request.actor, dossier=row, kinds=[kind])
    form = form_of(kind=kind, choices=choices, sequence=row.sequence, data=request.POST, files=request.FILES)
    status, seen = 422, None
    if form.is_valid():
        seen = form.cleaned_data["expected"]
        try:
            _done(request, row, kind, form)
        except Refusal as refusal:
            row.refresh_from_db(fields=["sequence"])
            form.take(refusal, sequence=row.sequence)
            status = refusal.status
            seen = seen if isinstance(refusal, Conflict) else None
        else:
            return _onward(request, row, kind, has_part)
    return _again(request, row, form, status=status, seen=seen, has_part=has_part)


def _onward(request: Request, row: Dossier, kind: Kind, has_part: bool) -> HttpResponse:
    back = request.POST.get("counter") == "1" and kind is not Kind.RECEIVED
    if back or not has_part:
        return redirect(f"{reverse('onestop:counter')}?code={row.code or row.reference}&done=1")
    return redirect("onestop:dossier", row.reference)


def _again(
    request: Request, row: Dossier, form: EventForm, *, status: int, seen: int | None, has_part: bool
) -> HttpResponse:
    if not has_part or request.POST.get("counter") == "1":
        return counter.page(request, row.code or row.reference, form=form, status=status)
    meanwhile = queries.since(actor=request.actor, dossier=row, seen=seen) if seen is not None else []
    return _page(
        request, row.reference, form=form, status=status, meanwhile=[event.pk for event in meanwhile]
    )


def _done(request: Request, row: Dossier, kind: Kind, form: EventForm) -> None:
    data = form.cleaned_data
    given: dict[str, Any] = {"expected": data["expected"], "key": data["key"]}
    if kind is Kind.RECEIVED:
        after = intake.receive_registered(actor=request.actor, dossier=row, wish=wish_of(data), **given)
        messages.success(request, _("Received under the code %(code)s.") % {"code": after.code})
        return
    _after, kept = actions.do(
        actor=request.actor,
        dossier=row,
        kind=kind,
        payload=form.payload(),
        proofs=_proofs(kind, data),
        **given,
    )
    messages.success(request, _("Done. It stands in the ledger."))
    tell_scans(request, kept)


def _proofs(kind: Kind, data: Mapping[str, Any]) -> list[Paper]:
    if not data.get("file"):
        return []
    paper = "proof" if kind is Kind.RETURNED else next(iter(data.get("papers") or ()), "")
    return [Paper(file=data["file"], paper=paper, field="file")]


def tell_scans(request: Request, kept: scanning.Scans) -> None:
    """Say what became of the files."""
    if kept.kept:
        messages.success(request, _("%(count)s files are kept.") % {"count": len(kept.kept)})
    for turned in kept.turned:
        messages.error(request, str(turned.message))


@needs(permissions.UNMASK)
@require_POST
def unmask(request: Request, reference: str) -> HttpResponse:
    """Show the identifiers of the applicant once; the look and its reason are recorded."""
    row = dossier_for(actor=request.actor, reference=reference)
    try:
        applicant = dossiers.unmask(actor=request.actor, dossier=row, reason=request.POST.get("reason", ""))
    except Refusal as refusal:
        return _page(request, reference, status=refusal.status, unmask_error=refusal.message)
    return _page(request, reference, unmasked=applicant)


@needs(permissions.READ)
@require_POST
def scans(request: Request, reference: str) -> HttpResponse:
    """Add scans to a dossier; each is looked at alone."""
    row, has_part = _open(request, reference)
    paper = request.POST.get("paper", "")[:40]
    given = [Paper(file=file, paper=paper) for file in request.FILES.getlist("files")]
    if not given:
        messages.warning(request, _("No file yet. Choose a file."))
    else:
        tell_scans(request, scanning.attach(actor=request.actor, dossier=row, papers=given))
    if not has_part:
        return redirect(f"{reverse('onestop:counter')}?code={row.code or row.reference}")
    return redirect("onestop:dossier", row.reference)


@needs(permissions.RECEIVE)
@require_POST
def secret(request: Request, reference: str) -> HttpResponse:
    """Give the applicant at the counter a new tracking secret; it is shown once."""
    row, _has_part = _open(request, reference)
    given = dossiers.new_secret(actor=request.actor, dossier=row)
    return render(request, "onestop/secret.html", {"dossier": row, "secret": given})


@needs(permissions.READ)
def attachment(request: Request, reference: str, number: int) -> FileResponse:
    """Give one file of a visible dossier to keep, never to run in the page."""
    row = queries.attachment_for(actor=request.actor, reference=reference, number=number)
    answer = FileResponse(
        row.file.open("rb"), as_attachment=True, filename=row.name, content_type=row.content_type
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox"
    return answer
