"""Petitions: written and read by citizens, answered by the body they are about."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from haicap.kernel.access import needs, public
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request, client_address
from haicap.kernel.pages import page_of
from haicap.onestop import permissions
from haicap.onestop.actions import petitions as actions
from haicap.onestop.actions.tries import scope_of, take_try
from haicap.onestop.forms.petitions import AnswerForm, JudgeForm, KeyForm, PetitionForm
from haicap.onestop.models import Dossier
from haicap.onestop.queries import petitions as queries
from haicap.onestop.queries.tracking import tracked
from haicap.onestop.views import citizen
from haicap.register.models import Body


def _dossier(request: Request) -> Dossier | None:
    """Return the dossier a petition is about: only one that this session opened with its secret."""
    reference = request.POST.get("dossier") or request.GET.get("dossier") or ""
    if not reference or not citizen.is_open(request, reference=reference):
        return None
    return tracked(reference=reference).dossier


@public
@never_cache
def petition(request: Request) -> HttpResponse:
    """Write a petition. Public: everybody may."""
    dossier = _dossier(request)
    about = (dossier.competent_body or dossier.received_body) if dossier else None
    form = PetitionForm(request.POST or None, initial={"body": about.code if about else ""})
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.write_petition(
                body=Body.objects.get(code=form.cleaned_data["body"]),
                words=form.words(),
                address=client_address(request),
                dossier=dossier,
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(
                request, _("Your petition is kept. Write down its number: with it you read the answer.")
            )
            return redirect("onestop:petitioned", row.key or "")
    context = {"form": form, "key_form": KeyForm(), "dossier": dossier}
    return render(request, "onestop/petition.html", context, status=422 if form.errors else 200)


@public
@never_cache
def find(request: Request) -> HttpResponse:
    """Go to a petition by its number. Public: whoever holds the number may read the answer."""
    form = KeyForm(request.GET)
    if form.is_valid():
        key = form.cleaned_data["key"].replace(" ", "").upper()
        try:
            take_try(
                scope=scope_of(purpose="petition-key", value=client_address(request)),
                most=60,
                window=actions.WINDOW,
            )
            return redirect("onestop:petitioned", queries.petition_by_key(key=key).key or "")
        except Refusal as refusal:
            form.add_refusal(type(refusal)(refusal.code, refusal.message, field="key"))
    context = {"form": PetitionForm(), "key_form": form, "dossier": None}
    return render(request, "onestop/petition.html", context, status=422)


@public
@never_cache
def petitioned(request: Request, key: str) -> HttpResponse:
    """Show a petition with its answer, and ask how it was. Public: the number is the key."""
    row = queries.petition_by_key(key=key)
    form = JudgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.judge(petition=row, satisfied=form.cleaned_data["satisfied"])
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Thank you for your answer."))
            return redirect("onestop:petitioned", key)
    late = row.answered_at is None and row.due_on is not None and row.due_on < timezone.localdate()
    context: dict[str, Any] = {"row": row, "form": form, "late": late}
    return render(request, "onestop/petitioned.html", context, status=422 if form.errors else 200)


@needs(permissions.FEEDBACK)
def listing(request: Request) -> HttpResponse:
    """List the petitions about the own body: what is open and due first."""
    state = request.GET.get("state", queries.OPEN)
    rows = queries.petition_list(actor=request.actor, state=state)
    context = {
        "page": page_of(rows, request),
        "tally": queries.tally_for(actor=request.actor),
        "state": state,
        "today": timezone.localdate(),
    }
    return render(request, "onestop/petitions.html", context)


@needs(permissions.FEEDBACK)
def answer(request: Request, pk: int) -> HttpResponse:
    """Read a petition and answer it."""
    row = queries.petition_for(actor=request.actor, pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(actor=request.actor, petition=row, text=form.cleaned_data["answer"])
        except Refusal as refusal:
            form.add_refusal(refusal)
            row = queries.petition_for(actor=request.actor, pk=pk)
        else:
            messages.success(request, _("The petition is answered."))
            return redirect("onestop:petitions")
    context = {"row": row, "form": form, "today": timezone.localdate()}
    return render(request, "onestop/petition_answer.html", context, status=422 if form.errors else 200)
