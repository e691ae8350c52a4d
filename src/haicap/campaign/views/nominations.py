"""Pages of nominations."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haicap.campaign import queries
from haicap.campaign.actions import nominations as actions
from haicap.campaign.forms_people import NominationForm, RequestForm
from haicap.campaign.models import Campaign, Nomination
from haicap.campaign.queries import teams as people
from haicap.campaign.texts_people import slot_text
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.kernel.text import localized


@needs("campaign.nomination:read")
def nominations(request: Request) -> HttpResponse:
    """Show who was asked, who has answered, what is missing, and the people named."""
    campaign = queries.current_campaign_for(actor=request.actor)
    form = RequestForm(initial={"due": campaign.nomination_deadline})
    return _list(request, campaign, form, 200)


def _list(request: Request, campaign: Campaign, form: RequestForm, status: int) -> HttpResponse:
    requests = people.requests_for(actor=request.actor, campaign=campaign)
    rows = people.nominations_for(actor=request.actor, campaign=campaign)
    context = {
        "campaign": campaign,
        "requests": requests,
        "is_asked": any(row.request for row in requests),
        "page": page_of(rows, request),
        "form": form,
        "today": timezone.localdate(),
    }
    return render(request, "campaign/nominations.html", context, status=status)


@needs("campaign.nomination:request")
@require_POST
def nominations_request(request: Request) -> HttpResponse:
    """Ask the bodies to nominate."""
    campaign = queries.current_campaign_for(actor=request.actor)
    form = RequestForm(request.POST)
    if not form.is_valid():
        return _list(request, campaign, form, 422)
    try:
        count = actions.request_nominations(actor=request.actor, campaign=campaign, **form.cleaned_data)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _list(request, campaign, form, 422)
    messages.success(request, _("%(count)s bodies were asked.") % {"count": count})
    return redirect("campaign:nominations")


def _form(
    request: Request, campaign: Campaign, *, row: Nomination | None, initial: dict[str, Any]
) -> NominationForm:
    areas = people.areas_led_for(actor=request.actor, campaign=campaign)
    return NominationForm(
        request.POST or None,
        initial=initial,
        people=people.people_to_nominate_for(actor=request.actor, campaign=campaign),
        levels=people.levels_of(campaign=campaign),
        areas=[(area.code, f"{area.code} {localized(area, 'name')}") for area in areas],
        slots=[(slot.key, slot_text(slot)) for slot in queries.slots_of(campaign=campaign)],
        is_new=row is None,
    )


@needs("campaign.nomination:write")
def nomination_new(request: Request) -> HttpResponse:
    """Name a person."""
    campaign = queries.current_campaign_for(actor=request.actor)
    form = _form(request, campaign, row=None, initial={"revision": 1})
    if request.method == "POST" and form.is_valid():
        try:
            actions.nominate_or_add(actor=request.actor, campaign=campaign, typed=form.cleaned_data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Named. Hand the list in when it is complete."))
            return redirect("campaign:nominations")
    context = {"form": form, "campaign": campaign, "row": None}
    return render(request, "campaign/nomination.html", context, status=422 if form.errors else 200)


@needs("campaign.nomination:write")
def nomination(request: Request, nomination_id: int) -> HttpResponse:
    """Change what is known of somebody named."""
    campaign = queries.current_campaign_for(actor=request.actor)
    row = people.nomination_for(actor=request.actor, campaign=campaign, nomination_id=nomination_id)
    initial = {
        "revision": row.revision,
        "post": row.post,
        "level": row.level,
        "areas": [named.area.code for named in row.areas.all()],
        "absences": [f"{a.day.isoformat()}.{a.half}" for a in row.absences.all()],
        "absence_reason": next((a.reason for a in row.absences.all()), ""),
    }
    form = _form(request, campaign, row=row, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        naming = actions.naming_of(values, row.person)
        try:
            actions.change_nomination(
                actor=request.actor, row=row, revision=values["revision"], naming=naming
            )
        except Refusal as refusal:
            now = people.nomination_for(actor=request.actor, campaign=campaign, nomination_id=nomination_id)
            form.add_refusal(refusal, revision=now.revision)
        else:
            messages.success(request, _("Saved."))
            return redirect("campaign:nominations")
    context = {"form": form, "campaign": campaign, "row": row}
    return render(request, "campaign/nomination.html", context, status=422 if form.errors else 200)


@needs("campaign.nomination:write")
@require_POST
def nomination_check(request: Request) -> HttpResponse:
    """Say, as they type, what the areas of the body would still lack."""
    replaces = request.POST.get("replaces", "")
    found = people.lacks_with(
        actor=request.actor,
        campaign=queries.current_campaign_for(actor=request.actor),
        level=request.POST.get("level", ""),
        post=request.POST.get("post", ""),
        areas=request.POST.getlist("areas"),
        replaces=int(replaces) if replaces.isdecimal() else None,
    )
    return render(request, "campaign/nomination_check.html", {"lacks": found})


@needs("campaign.nomination:write")
@require_POST
def nomination_withdraw(request: Request, nomination_id: int) -> HttpResponse:
    """Take a nomination back."""
    campaign = queries.current_campaign_for(actor=request.actor)
    row = people.nomination_for(actor=request.actor, campaign=campaign, nomination_id=nomination_id)
    try:
        actions.withdraw(actor=request.actor, row=row, revision=row.revision)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("campaign:nominations")


@needs("campaign.nomination:write")
@require_POST
def nominations_hand_in(request: Request) -> HttpResponse:
    """Hand the list of the own body in."""
    campaign = queries.current_campaign_for(actor=request.actor)
    try:
        actions.hand_in_own(actor=request.actor, campaign=campaign)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The list is handed in; the secretariat was told."))
    return redirect("campaign:nominations")
