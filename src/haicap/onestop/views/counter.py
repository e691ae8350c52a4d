"""Any dossier at any open centre, by its whole code: a result is returned, a supplement or a payment taken."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.onestop import permissions
from haicap.onestop.forms.events import EventForm
from haicap.onestop.queries import desk as queries
from haicap.onestop.queries import lists
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.texts.desk import ICONS, STATUS_COLOURS, VERBS, where
from haicap.onestop.views.shown import forms_of, primary_of, tools_of


@needs(permissions.RETURN)
def counter(request: Request) -> HttpResponse:
    """Ask for a code, then show what can be done with that dossier here."""
    code = request.GET.get("code", "").strip()
    if not code:
        return render(request, "onestop/counter.html", {"place": queries.place_of(actor=request.actor)})
    return page(request, code)


def page(request: Request, code: str, *, form: EventForm | None = None, status: int = 200) -> HttpResponse:
    """Show one dossier at the counter; without a part in it, only what the counter needs."""
    try:
        found = queries.counter_for(actor=request.actor, reference=code)
    except Refusal as refusal:
        context: dict[str, Any] = {
            "code": code,
            "refusal": refusal,
            "place": queries.place_of(actor=request.actor),
        }
        return render(request, "onestop/counter.html", context, status=refusal.status)
    if found.has_part and form is None and "done" not in request.GET:
        return redirect(reverse("onestop:dossier", args=[found.dossier.reference]))
    forms = forms_of(actor=request.actor, page=found, faulty=form)
    kinds = list(found.kinds)
    primary = (
        Kind(str(form.data.get("kind")))
        if form
        else primary_of(kinds=kinds, waits=lists.waits_of(life=found.life))
    )
    if primary is None and kinds:
        primary = kinds[0]
    context = {
        "code": code,
        "place": found.place,
        "page": found,
        "dossier": found.dossier,
        "life": found.life,
        "where": where(dossier=found.dossier, life=found.life),
        "status_colour": STATUS_COLOURS[found.dossier.status],
        "faulty": form,
        "primary": {"kind": primary, "verb": VERBS[primary], "icon": ICONS[primary], "form": forms[primary]}
        if primary
        else None,
        "tools": tools_of(forms=forms, primary=primary),
        "done": "done" in request.GET,
    }
    return render(request, "onestop/counter.html", context, status=status)
