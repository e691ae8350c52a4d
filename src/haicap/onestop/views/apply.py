"""Handing in online."""

import secrets

import segno
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from haicap.kernel.access import public
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request, client_address
from haicap.onestop.actions import online
from haicap.onestop.actions.dossiers import Registered
from haicap.onestop.forms.apply import ApplyForm
from haicap.onestop.queries.online import online_version, online_versions
from haicap.onestop.views import citizen

DONE = "onestop_applied"
MOST_KEYS = 20


@public
@never_cache
def apply(request: Request, code: str = "") -> HttpResponse:
    """Choose a procedure, then hand in a dossier. Public: whoever applies has no account."""
    code = code or request.GET.get("procedure", "")
    if not code:
        text = request.GET.get("q", "")
        listed = {"versions": list(online_versions(text=text)[:200]), "q": text}
        return render(request, "onestop/apply_list.html", listed)
    version = online_version(code=code)
    initial = {"key": secrets.token_hex(16)}
    form = ApplyForm(request.POST or None, request.FILES or None, version=version, initial=initial)
    if request.method == "POST":
        held = request.session.get(DONE, {})
        if reference := held.get(request.POST.get("key", "")):  # sent twice: the first one counts
            return redirect("onestop:applied", reference)
        if form.is_valid():
            try:
                found = online.hand_in(
                    version=version,
                    centre=form.centre_row(),
                    person=form.person(),
                    papers=form.papers(),
                    address=client_address(request),
                )
            except Refusal as refusal:
                form.add_refusal(refusal)
            else:
                return _told(request, form.cleaned_data["key"], found)
    context = {
        "form": form,
        "version": version,
        "had_files": bool(request.FILES),
        "max_bytes": settings.HAICAP_MAX_EVIDENCE,
    }
    return render(request, "onestop/apply.html", context, status=422 if form.errors else 200)


def _told(request: Request, key: str, found: Registered) -> HttpResponse:
    reference = found.dossier.reference
    citizen.keep_open(request, reference=reference)
    held = dict(list(request.session.get(DONE, {}).items())[-(MOST_KEYS - 1) :])
    request.session[DONE] = held | {key: reference}
    citizen.show_once(request, reference=reference, secret=found.secret)
    return redirect("onestop:applied", reference)


@public
@never_cache
def applied(request: Request, reference: str) -> HttpResponse:
    """Show reference and secret once, to print. Public: only to the session that handed in."""
    found = citizen.shown(request)
    if found.get("reference") != reference:
        return redirect("onestop:tracked", reference)
    url = request.build_absolute_uri(f"{reverse('onestop:track')}?code={reference}")
    context = {**found, "url": url, "qr": segno.make(url, error="m").svg_data_uri(scale=4)}
    return render(request, "onestop/applied.html", context)
