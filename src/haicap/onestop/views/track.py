"""The tracking page: where a dossier is, and what its applicant can do online."""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from haicap.kernel.access import public
from haicap.kernel.errors import Missing, Refusal
from haicap.kernel.http import Request, client_address
from haicap.onestop.actions import tracking
from haicap.onestop.forms.public import OpenForm, RatingForm, StepForm, SupplementForm, papers_of
from haicap.onestop.queries.papers import printable
from haicap.onestop.queries.tracking import Tracked, tracked
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.rules.masking import mask_name
from haicap.onestop.texts import tracking as texts
from haicap.onestop.views import citizen
from haicap.ui.forms import Form


@public
@never_cache
def track(request: Request) -> HttpResponse:
    """Open a dossier by code and one-time secret. Public: its applicant has no account."""
    initial = {"code": request.GET.get("code", "")[:60]}
    form = OpenForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            dossier = tracking.open_tracking(
                code=form.cleaned_data["code"],
                secret=form.cleaned_data["secret"],
                address=client_address(request),
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            citizen.keep_open(request, reference=dossier.reference)
            return redirect("onestop:tracked", dossier.reference)
    return render(request, "onestop/track.html", {"form": form}, status=422 if form.errors else 200)


def _step(seen: Tracked) -> dict[str, Any]:
    return {"sequence": seen.dossier.sequence, "key": secrets.token_hex(16)}


def _context(seen: Tracked, **forms: Form) -> dict[str, Any]:
    now, dossier = timezone.now(), seen.dossier
    return {
        "dossier": dossier,
        "told": texts.told(seen=seen, now=now),
        "stages": texts.stages(life=seen.life),
        "due_lines": texts.due_lines(seen=seen),
        "history": texts.history(events=seen.events),
        "name": mask_name(dossier.applicant.full_name),
        "result": seen.result,
        "forms": [row for row in printable(dossier=dossier, events=seen.events) if row.purpose != "control"],
        "may_supplement": Kind.SUPPLEMENT_GIVEN in seen.mine,
        "may_withdraw": Kind.WITHDRAW_ASKED in seen.mine and not seen.life.result.signed,
        "may_confirm": Kind.RETURNED in seen.mine and bool(seen.result) and seen.life.payment != "due",
        "may_pay": seen.life.payment == "due" and settings.HAICAP_SIMULATED_PAYMENT,
        "may_rate": dossier.ended_at is not None,
        "step": StepForm(initial=_step(seen)),
        "supplement": SupplementForm(initial=_step(seen)),
        "rating": RatingForm(initial={"rating": getattr(dossier, "rating", None)}),
        "max_bytes": settings.HAICAP_MAX_EVIDENCE,
        **forms,
    }


@public
@never_cache
def page(request: Request, reference: str) -> HttpResponse:
    """Show the dossier. Public: the session opened it with the secret; any other is sent to type it."""
    if not citizen.is_open(request, reference=reference):
        return redirect("onestop:track")
    context = _context(tracked(reference=reference)) | citizen.shown(request)
    return render(request, "onestop/tracked.html", context)


Doing = Callable[[Request, Tracked, Form], str]


def _done(request: Request, reference: str, form: Form, name: str, do: Doing) -> HttpResponse:
    """Do one thing and come back; what was refused is shown beside its form."""
    if not citizen.is_open(request, reference=reference):
        return redirect("onestop:track")
    seen = tracked(reference=reference)
    if form.is_valid():
        try:
            sentence = do(request, seen, form)
        except Refusal as refusal:
            form.add_refusal(refusal)
            seen = tracked(reference=reference)
        else:
            messages.success(request, sentence)
            return redirect("onestop:tracked", reference)
    if "sequence" in form.fields:
        data: Any = form.data
        form.data = data = data.copy()
        data["sequence"] = str(seen.dossier.sequence)
    return render(request, "onestop/tracked.html", _context(seen, **{name: form}), status=422)


@public
@never_cache
def result(request: Request, reference: str) -> HttpResponseBase:
    """Give the signed result as a file. Public: for the session that opened the dossier."""
    if not citizen.is_open(request, reference=reference):
        return redirect("onestop:track")
    document = tracked(reference=reference).result
    if document is None:
        raise Missing("result.not_online", _("There is no result to download. Fetch it at any centre."))
    return FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=f"ket-qua-{reference}.pdf",
        headers={"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff"},
    )


@public
@require_POST
def supplement(request: Request, reference: str) -> HttpResponse:
    """Hand in missing papers. Public: for the session that opened the dossier."""

    def do(request: Request, seen: Tracked, form: Form) -> str:
        data = form.cleaned_data
        papers = papers_of(rows=data["papers"], field="papers")
        tracking.give_supplement(
            dossier=seen.dossier, papers=papers, key=data["key"], expected=data["sequence"]
        )
        return _("Your papers are handed in. The work goes on.")

    return _done(request, reference, SupplementForm(request.POST, request.FILES), "supplement", do)


@public
@require_POST
def withdraw(request: Request, reference: str) -> HttpResponse:
    """Ask for the dossier back. Public: for the session that opened the dossier."""

    def do(request: Request, seen: Tracked, form: Form) -> str:
        data = form.cleaned_data
        tracking.withdraw(dossier=seen.dossier, key=data["key"], expected=data["sequence"])
        return _("Your wish to withdraw is noted.")

    return _done(request, reference, StepForm(request.POST), "step", do)


@public
@require_POST
def confirm(request: Request, reference: str) -> HttpResponse:
    """Confirm that the result arrived online. Public: for the session that opened the dossier."""

    def do(request: Request, seen: Tracked, form: Form) -> str:
        data = form.cleaned_data
        tracking.confirm_result(
            dossier=seen.dossier, offered=bool(seen.result), key=data["key"], expected=data["sequence"]
        )
        return _("Thank you. The dossier is closed.")

    return _done(request, reference, StepForm(request.POST), "step", do)


@public
@require_POST
def pay(request: Request, reference: str) -> HttpResponse:
    """Play a payment through in a demonstration. Public: for the session that opened the dossier."""

    def do(request: Request, seen: Tracked, form: Form) -> str:
        tracking.pay_simulated(dossier=seen.dossier, key=form.cleaned_data["key"])
        return _("The simulated payment is noted; no money moved.")

    return _done(request, reference, StepForm(request.POST), "step", do)


@public
@require_POST
def rate(request: Request, reference: str) -> HttpResponse:
    """Rate the service. Public: for the session that opened the dossier."""

    def do(request: Request, seen: Tracked, form: Form) -> str:
        data = form.cleaned_data
        tracking.rate(dossier=seen.dossier, rating=data["rating"], text=data["text"])
        return _("Thank you for your answer.")

    return _done(request, reference, RatingForm(request.POST), "rating", do)


@public
@require_POST
def secret(request: Request, reference: str) -> HttpResponse:
    """Give a new secret, shown once. Public: for the session that opened the dossier."""
    if not citizen.is_open(request, reference=reference):
        return redirect("onestop:track")
    fresh = tracking.renew_secret(dossier=tracked(reference=reference).dossier)
    citizen.show_once(request, new_secret=fresh)
    return redirect("onestop:tracked", reference)


@public
@require_POST
def leave(request: Request, reference: str) -> HttpResponse:
    """Close the page on a computer that others use. Public: for the session that opened the dossier."""
    citizen.close(request, reference=reference)
    messages.success(request, _("The dossier is closed on this device."))
    return redirect("onestop:track")
