"""Pages that change a draft: one visit, drag and drop, pins."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from haicap.campaign.queries import current_campaign_for, slots_of, surveyed_units_for, teams_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal, Refused
from haicap.kernel.http import Request
from haicap.kernel.periods import Slot
from haicap.timetable import actions, queries
from haicap.timetable.actions.drafts import refused
from haicap.timetable.forms import DropForm, MoveForm
from haicap.timetable.models import Calendar
from haicap.timetable.permissions import READ, WRITE
from haicap.timetable.queries.days import VisitPage, visit_page_for
from haicap.timetable.queries.judging import cells_for
from haicap.timetable.queries.why import reasons_for
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.problem import Mode
from haicap.timetable.texts_why import sentence


def _calendar(request: Request, version: int) -> Calendar:
    campaign = current_campaign_for(actor=request.actor)
    return queries.calendar_for(actor=request.actor, campaign=campaign, version=version)


def _page(request: Request, calendar: Calendar, code: str) -> VisitPage:
    units = surveyed_units_for(actor=request.actor, campaign=calendar.campaign)
    return visit_page_for(actor=request.actor, calendar=calendar, units=units, code=code)


def _form(request: Request, calendar: Calendar, page: VisitPage) -> MoveForm:
    visit, registration = page.visit, page.registration
    initial: dict[str, Any] = {"revision": calendar.revision}
    if visit is not None:
        initial |= {"team": visit.team.number, "slot": visit.slot.key, "mode": visit.mode}
    elif registration is not None:
        initial |= {"mode": registration.mode}
    return MoveForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        teams=teams_for(actor=request.actor, campaign=calendar.campaign),
        slots=slots_of(campaign=calendar.campaign),
    )


@needs(READ)
def visit(request: Request, version: int, code: str) -> HttpResponse:
    """Show a unit's visit; in a draft, move it."""
    calendar = _calendar(request, version)
    page = _page(request, calendar, code)
    may_move = calendar.is_draft and request.actor.may(WRITE)
    form = _form(request, calendar, page) if may_move or request.method == "POST" else None
    status = 200
    if form is not None and request.method == "POST":
        if form.is_valid():
            try:
                move = actions.move_visit(
                    actor=request.actor,
                    calendar=calendar,
                    unit=code,
                    team=form.cleaned_data["team"],
                    slot=form.cleaned_data["slot"],
                    mode=Mode(form.cleaned_data["mode"]),
                    swap=form.cleaned_data["swap"],
                    revision=form.cleaned_data["revision"],
                )
            except Refusal as refusal:
                fresh = _calendar(request, version)
                form.add_refusal(refusal, revision=fresh.revision)
            else:
                messages.success(request, moved_text(page.unit.full_name, move))
                return redirect("timetable:version", version=version)
        status = 422
    why = [
        sentence(reason.item, reason.names, whole=reason.whole)
        for reason in reasons_for(actor=request.actor, calendar=calendar, units=[code])
        if calendar.why.get("revision") == calendar.revision
    ]
    values = {"calendar": calendar, "page": page, "form": form, "why": why}
    return render(request, "timetable/visit.html", values, status=status)


def moved_text(name: str, move: actions.Move) -> str:
    """Return what a move did to the cost of the calendar, as a sentence."""
    if move.cost > 0:
        return _("%(unit)s moved. The calendar costs %(points)s points more.") % {
            "unit": name, "points": number_format(round(move.cost), use_l10n=True),
        }  # fmt: skip
    if move.cost < 0:
        return _("%(unit)s moved. The calendar costs %(points)s points less.") % {
            "unit": name, "points": number_format(round(-move.cost), use_l10n=True),
        }  # fmt: skip
    return _("%(unit)s moved. The calendar costs the same.") % {"unit": name}


@needs(WRITE)
@require_GET
def judge(request: Request, version: int, code: str) -> HttpResponse:
    """Tell what a move would break and cost, before it is made (a fragment)."""
    calendar = _calendar(request, version)
    form = MoveForm(
        {**request.GET.dict(), "revision": calendar.revision},
        teams=teams_for(actor=request.actor, campaign=calendar.campaign),
        slots=slots_of(campaign=calendar.campaign),
    )
    move = None
    if form.is_valid():
        move = actions.move_visit(
            actor=request.actor,
            calendar=calendar,
            unit=code,
            team=form.cleaned_data["team"],
            slot=form.cleaned_data["slot"],
            mode=Mode(form.cleaned_data["mode"]),
            swap=form.cleaned_data["swap"],
            dry_run=True,
        )
    return render(request, "timetable/judgement.html", {"move": move})


@needs(WRITE)
@require_GET
def cells(request: Request, version: int, code: str) -> JsonResponse:
    """Judge every half-day that the board shows for one unit, so that a drag needs no further question."""
    numbers = [int(text) for text in request.GET.getlist("team")[:200] if text.isdecimal() and len(text) < 9]
    try:
        slots = [Slot.parse(text) for text in request.GET.getlist("slot")[:400]]
    except ValueError as error:
        raise Refused("timetable.move_unreadable", _("This is no half-day.")) from error
    try:
        found = cells_for(
            actor=request.actor, calendar=_calendar(request, version), unit=code, teams=numbers, slots=slots
        )
    except InvalidProblemError as error:
        raise refused(error, units={}) from error
    verdicts = {
        cell.key: {
            "allowed": cell.allowed, "swap": cell.swap, "here": cell.here,
            "points": round(cell.points), "sentence": cell.sentence,
        }
        for cell in found
    }  # fmt: skip
    return JsonResponse({"cells": verdicts})


@needs(WRITE)
@require_POST
def drop(request: Request, version: int) -> HttpResponse:
    """Move a unit by drag and drop and say what it did; the page then fetches the board again."""
    calendar = _calendar(request, version)
    form = DropForm(request.POST)
    if not form.is_valid():
        raise Refused("timetable.move_unreadable", _("This move could not be read. Load the page again."))
    code = form.cleaned_data["unit"]
    move = actions.move_visit(
        actor=request.actor,
        calendar=calendar,
        unit=code,
        team=form.cleaned_data["team"],
        slot=form.cleaned_data["slot"],
        swap=form.cleaned_data["swap"],
        revision=form.cleaned_data["revision"],
    )
    text = moved_text(_page(request, calendar, code).unit.full_name, move)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@needs(WRITE)
@require_POST
def pin(request: Request, version: int, code: str) -> HttpResponse:
    """Pin a visit or let it go."""
    pinned = request.POST.get("pinned") == "1"
    actions.pin_visit(actor=request.actor, calendar=_calendar(request, version), unit=code, pinned=pinned)
    messages.success(request, _("The visit is pinned.") if pinned else _("The visit is no longer pinned."))
    return redirect("timetable:visit", version=version, code=code)


@needs(WRITE)
@require_POST
def remove(request: Request, version: int, code: str) -> HttpResponse:
    """Take a unit out of a draft."""
    actions.remove_visit(actor=request.actor, calendar=_calendar(request, version), unit=code)
    messages.success(request, _("The unit now has no visit in this draft."))
    return redirect("timetable:version", version=version)
