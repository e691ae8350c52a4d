"""Pages of good practice."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from haicap.campaign.queries import surveyed_units_for
from haicap.findings import actions, permissions, queries
from haicap.findings.forms import DecisionForm, PracticeForm, area_choices
from haicap.findings.models import GoodPractice
from haicap.findings.views.common import campaign_of, writable_units
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of

STATE_COLOURS = {"proposed": "blue", "confirmed": "green", "declined": "grey"}


@needs(permissions.PRACTICE_READ)
def listing(request: Request) -> HttpResponse:
    """List good practice by unit and area; there is no ranking."""
    campaign, given = campaign_of(request), request.GET
    rows = queries.search_practices_for(
        actor=request.actor,
        campaign=campaign,
        area=given.get("area", ""),
        state=given.get("state", ""),
        unit=given.get("unit", ""),
        text=given.get("q", ""),
    )
    context = {
        "page": page_of(rows, request),
        "areas": area_choices(campaign),
        "states": GoodPractice.State.choices,
        "given": given,
        "colours": STATE_COLOURS,
        "may_write": request.actor.may(permissions.PRACTICE_WRITE),
    }
    return render(request, "findings/practices.html", context)


@needs(permissions.PRACTICE_WRITE)
def new(request: Request) -> HttpResponse:
    """Propose good practice."""
    campaign = campaign_of(request)
    units = writable_units(actor=request.actor, campaign=campaign)
    form = PracticeForm(request.POST or None, campaign=campaign, units=units)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        unit = surveyed_units_for(actor=request.actor, campaign=campaign).get(code=data.pop("unit"))
        try:
            actions.propose_practice(actor=request.actor, campaign=campaign, unit=unit, **data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Good practice is kept; the survey team confirms it."))
            return redirect("findings:practices")
    status = 422 if form.errors else 200
    return render(request, "findings/practice_form.html", {"form": form}, status=status)


@needs(permissions.PRACTICE_READ)
def detail(request: Request, practice_id: int) -> HttpResponse:
    """Show one record; the team decides on it here."""
    campaign = campaign_of(request)
    row = queries.practice_for(actor=request.actor, campaign=campaign, practice_id=practice_id)
    may_decide = request.actor.may(permissions.PRACTICE_CONFIRM) and row.state == GoodPractice.State.PROPOSED
    form = DecisionForm(request.POST or None, initial={"revision": row.revision})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if data["step"] == "confirm":
                actions.confirm_practice(actor=request.actor, practice=row, revision=data["revision"])
            else:
                actions.decline_practice(
                    actor=request.actor, practice=row, reason=data["reason"], revision=data["revision"]
                )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("findings:practice", practice_id)
    context = {"row": row, "form": form, "may_decide": may_decide, "colour": STATE_COLOURS[row.state]}
    return render(request, "findings/practice.html", context, status=422 if form.errors else 200)
