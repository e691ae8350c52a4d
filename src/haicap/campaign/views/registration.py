"""Pages of slot registration."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haicap.campaign import queries
from haicap.campaign.actions import registration as actions
from haicap.campaign.forms_people import RegistrationForm, typed_slots
from haicap.campaign.models import Campaign, SlotRegistration
from haicap.campaign.queries import registration as reads
from haicap.campaign.texts_people import closed_text, slot_text, wish_fault_text
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.kernel.periods import HalfDay, Slot
from haicap.register.models import Unit


@needs("campaign.registration:read")
def registrations(request: Request) -> HttpResponse:
    """List the surveyed units with what they registered."""
    campaign = queries.current_campaign_for(actor=request.actor)
    asked = {name: request.GET.get(name, "").strip() for name in ("text", "state")}
    rows = reads.units_with_registration_for(actor=request.actor, campaign=campaign, **asked)
    done, total = reads.registration_counts_for(actor=request.actor, campaign=campaign)
    context = {
        "campaign": campaign,
        "page": page_of(rows, request),
        "asked": asked,
        "is_over": timezone.localdate() > campaign.registration_deadline,
        "done": done,
        "total": total,
        "percent": 100 * done // max(1, total),
    }
    return render(request, "campaign/registrations.html", context)


@needs("campaign.registration:write")
def registration_own(request: Request) -> HttpResponse:
    """Register the own unit."""
    campaign = queries.current_campaign_for(actor=request.actor)
    unit = reads.own_unit_for(actor=request.actor, campaign=campaign)
    return _edit(request, campaign, unit, "campaign:registration-own")


@needs("campaign.registration:write")
def registration(request: Request, code: str) -> HttpResponse:
    """Register a unit on its behalf."""
    campaign = queries.current_campaign_for(actor=request.actor)
    unit = reads.surveyed_unit_for(actor=request.actor, campaign=campaign, code=code)
    return _edit(request, campaign, unit, "campaign:registrations")


def _initial(row: SlotRegistration | None) -> dict[str, object]:
    if row is None:
        return {"revision": 0}
    names = ("place_kind", "place", "mode", "online_reason", "contact_name", "contact_post", "contact_phone")
    return {name: getattr(row, name) for name in (*names, "revision")}


def _edit(request: Request, campaign: Campaign, unit: Unit, back: str) -> HttpResponse:
    row = reads.registration_for(actor=request.actor, campaign=campaign, unit=unit)
    form = RegistrationForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            actions.register_slots(
                actor=request.actor,
                campaign=campaign,
                unit=unit,
                wish=form.wish(),
                revision=form.cleaned_data["revision"],
            )
        except Refusal as refusal:
            row = reads.registration_for(actor=request.actor, campaign=campaign, unit=unit)
            form.add_refusal(refusal, revision=row.revision if row else None)
        else:
            messages.success(request, _("Registered. You can change it until the deadline."))
            return redirect(back)
    call = reads.whom_to_call_if_closed(actor=request.actor, campaign=campaign)
    closed = None if call is None else closed_text(campaign, call)
    context = {"form": form, "campaign": campaign, "unit": unit, "row": row, "closed": closed} | _grid(
        campaign, unit, row, form
    )
    return render(request, "campaign/registration.html", context, status=422 if form.errors else 200)


def _grid(
    campaign: Campaign, unit: Unit, row: SlotRegistration | None, form: RegistrationForm
) -> dict[str, object]:
    """Return the days of the window with the wishes typed, or else the ones stored."""
    ranks: dict[Slot, int] = {}
    blocks: dict[Slot, str] = {}
    if form.is_bound:
        with suppress(Refusal):  # already told above the form
            ranks, blocks = typed_slots(form.data)
    elif row is not None:
        ranks = {Slot(p.day, HalfDay(p.half)): p.rank for p in row.preferences.all()}
        blocks = {Slot(b.day, HalfDay(b.half)): b.reason for b in row.blocks.all()}
    terms = reads.terms_of(campaign=campaign)
    firsts = reads.firsts_of(campaign=campaign, leaving_out=[unit])
    loads = reads.loads_of(terms=terms, firsts=firsts, ranks=ranks, blocks=blocks)
    days: dict[object, list[reads.SlotLoad]] = {}
    for load in loads:
        days.setdefault(load.slot.day, []).append(load)
    return {"days": list(days.items()), "choices": range(1, terms.choices + 1)}


@needs("campaign.registration:write")
@require_POST
def registration_check(request: Request, code: str) -> HttpResponse:
    """Say, as they choose, what is wrong with the wish and which half-days are free."""
    campaign = queries.current_campaign_for(actor=request.actor)
    unit = reads.surveyed_unit_for(actor=request.actor, campaign=campaign, code=code)
    form = RegistrationForm(request.POST)
    form.is_valid()
    try:
        wish = form.wish()
    except Refusal as refusal:
        return render(request, "campaign/registration_check.html", {"sentences": [refusal.message]})
    check = reads.wish_check_for(actor=request.actor, campaign=campaign, unit=unit, wish=wish)
    about_slots = [fault for fault in check.faults if fault.field in {"preferences", "blocks"}]
    context = {
        "sentences": [wish_fault_text(fault, free=check.free) for fault in about_slots],
        "chosen": [slot_text(slot) for slot in check.wish.preferences],
        "blocked": len(check.wish.blocks),
    }
    return render(request, "campaign/registration_check.html", context)


@needs("campaign.team:write")
@require_POST
def registrations_remind(request: Request) -> HttpResponse:
    """Remind the units that have not registered."""
    campaign = queries.current_campaign_for(actor=request.actor)
    count = actions.remind(actor=request.actor, campaign=campaign)
    messages.success(request, _("%(count)s people were reminded.") % {"count": count})
    return redirect("campaign:registrations")
