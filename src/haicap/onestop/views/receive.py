"""The page of the counter: one press takes in what somebody brings."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.onestop import permissions
from haicap.onestop.actions import intake as actions
from haicap.onestop.forms.intake import IntakeForm
from haicap.onestop.models import ProcedureVersion
from haicap.onestop.queries import desk
from haicap.onestop.queries import intake as queries
from haicap.onestop.queries.centres import open_centres_on
from haicap.onestop.queries.desk import forms_for
from haicap.onestop.queries.dossiers import centre_of
from haicap.onestop.texts.desk import DELIVER


@needs(permissions.RECEIVE)
def receive(request: Request) -> HttpResponse:
    """Choose a procedure, fill in one page, receive."""
    place = centre_of(actor=request.actor)
    code = request.POST.get("procedure") or request.GET.get("procedure", "")
    text = request.GET.get("q", "")
    context: dict[str, Any] = {"place": place, "q": text}
    if not code:
        found = queries.versions_found(text=text)
        context |= {"found": found, "frequent": [] if text else queries.frequent_for(actor=request.actor)}
        return render(request, "onestop/receive.html", context)
    try:
        version = queries.version_named(code=code)
    except Refusal as refusal:
        context |= {"refusal": refusal, "frequent": queries.frequent_for(actor=request.actor)}
        return render(request, "onestop/receive.html", context, status=refusal.status)
    form = _form(request, version)
    context |= {"offer": version, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            taken = _take(request, form)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            return _taken(request, taken, form, context)
    return render(request, "onestop/receive.html", context, status=422 if form.errors else 200)


def _form(request: Request, version: ProcedureVersion) -> IntakeForm:
    sent = request.method == "POST"
    return IntakeForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        version=version,
        communes=queries.communes_for(actor=request.actor),
        centres=desk.centre_choices(actor=request.actor),
    )


def _take(request: Request, form: IntakeForm) -> actions.Taken:
    code = form.cleaned_data["return_at"]
    centre = open_centres_on(day=timezone.localdate()).filter(code=code).first() if code else None
    return actions.take_in(
        actor=request.actor, intake=form.intake(centre=centre), key=form.cleaned_data["key"]
    )


def _taken(request: Request, taken: actions.Taken, form: IntakeForm, context: dict[str, Any]) -> HttpResponse:
    """Show code, appointment and secret; the secret stands nowhere else, so this answer is no redirect."""
    context |= {
        "taken": taken,
        "dossier": taken.dossier,
        "outcome": form.cleaned_data["outcome"].value,
        "forms": forms_for(actor=request.actor, dossier=taken.dossier),
        "deliver": DELIVER[form.cleaned_data["deliver"]],
    }
    answer = render(request, "onestop/received.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
