"""Pages that show the calendar: board, list, print, a team's day, one's own."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from haicap.campaign.queries import current_campaign_for, slots_of
from haicap.kernel.access import needs
from haicap.kernel.errors import Missing
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.timetable import queries
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.paper import appendix_docx, hours_sentence
from haicap.timetable.permissions import READ
from haicap.timetable.present import proof_of, terms_chart, terms_of
from haicap.timetable.queries.appendix import appendix_for
from haicap.timetable.queries.board import Filters, areas_of, list_for, weeks_of
from haicap.timetable.queries.days import mine_for, team_day_for

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _number(request: Request, name: str) -> int | None:
    """Return a number from the query string, None where it is missing or no number."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else None


def _current(request: Request) -> Calendar | None:
    """Return the version a person means without naming one: in force, else the newest draft they may see."""
    campaign = current_campaign_for(actor=request.actor)
    published = queries.published_calendar_for(actor=request.actor, campaign=campaign)
    calendar = published or queries.draft_for(actor=request.actor, campaign=campaign)
    if calendar is not None:
        calendar.campaign = campaign
    return calendar


def _named(request: Request, version: int) -> Calendar:
    campaign = current_campaign_for(actor=request.actor)
    return queries.calendar_for(actor=request.actor, campaign=campaign, version=version)


@needs(READ)
def current(request: Request) -> HttpResponse:
    """Show the board of the version in force, or what to do while there is none."""
    calendar = _current(request)
    if calendar is None:
        return render(request, "timetable/none.html")
    return _board(request, calendar)


@needs(READ)
def version(request: Request, version: int) -> HttpResponse:
    """Show the board of one version."""
    return _board(request, _named(request, version))


def _board(request: Request, calendar: Calendar) -> HttpResponse:
    area = request.GET.get("area", "").strip()[:5]
    board = queries.board_for(
        actor=request.actor,
        campaign=calendar.campaign,
        calendar=calendar,
        week=_number(request, "week"),
        team=_number(request, "team"),
        area=area,
        page=_number(request, "page") or 1,
    )
    terms = terms_of(calendar)
    values = {
        "board": board,
        "calendar": calendar,
        "weeks": [
            (number, days[0], days[-1]) for number, days in enumerate(weeks_of(board.all_days), start=1)
        ],
        "team": _number(request, "team"),
        "area": area,
        "areas": areas_of(actor=request.actor, calendar=calendar),
        "terms": terms,
        "terms_chart": terms_chart(terms),
        "proof": proof_of(calendar),
    }
    return render(request, "timetable/board.html", values)


@needs(READ)
def current_list(request: Request) -> HttpResponse:
    """List the visits of the version in force."""
    calendar = _current(request)
    if calendar is None:
        return render(request, "timetable/none.html")
    return _list(request, calendar)


@needs(READ)
def version_list(request: Request, version: int) -> HttpResponse:
    """List the visits of one version."""
    return _list(request, _named(request, version))


def _list(request: Request, calendar: Calendar) -> HttpResponse:
    chosen = Filters(
        text=request.GET.get("q", "").strip(),
        team=_number(request, "team"),
        area=request.GET.get("area", "").strip()[:5],
        mode=request.GET.get("mode", ""),
        day=_day(request.GET.get("day", "")),
    )
    rows = list_for(actor=request.actor, calendar=calendar, filters=chosen)
    values = {
        "calendar": calendar,
        "page": page_of(rows, request),
        "filters": chosen,
        "areas": areas_of(actor=request.actor, calendar=calendar),
        "modes": Visit.Mode.choices,
        "days": sorted({slot.day for slot in slots_of(campaign=calendar.campaign)}),
    }
    return render(request, "timetable/list.html", values)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@needs(READ)
def printed(request: Request, version: int) -> HttpResponse:
    """Show the whole calendar as one table for the printer; those who see all get the official appendix."""
    calendar = _named(request, version)
    if queries.sees_all(request.actor):
        appendix = appendix_for(actor=request.actor, calendar=calendar)
        values = {"calendar": calendar, "appendix": appendix, "hours": hours_sentence(appendix)}
        return render(request, "timetable/appendix.html", values)
    rows = queries.visits_of(actor=request.actor, calendar=calendar)
    ordered = rows.order_by("day", "-half", "team__number", "order")
    return render(request, "timetable/print.html", {"calendar": calendar, "visits": ordered})


@needs(READ)
@require_GET
def appendix(request: Request, version: int) -> HttpResponse:
    """Give the calendar as the appendix of an official letter (DOCX)."""
    calendar = _named(request, version)
    content = appendix_docx(appendix=appendix_for(actor=request.actor, calendar=calendar))
    answer = HttpResponse(content, content_type=DOCX)
    answer.headers["Content-Disposition"] = f'attachment; filename="lich-khao-sat-{version}.docx"'
    return answer


@needs(READ)
def team_day(request: Request, version: int, number: int, day: str) -> HttpResponse:
    """Show a team's day on the map."""
    try:
        parsed = date.fromisoformat(day)
    except ValueError as error:
        raise Missing("timetable.day_missing", _("There is no such day.")) from error
    calendar = _named(request, version)
    shown = team_day_for(actor=request.actor, calendar=calendar, number=number, day=parsed)
    return render(request, "timetable/team_day.html", {"calendar": calendar, "shown": shown})


@needs(READ)
def mine(request: Request) -> HttpResponse:
    """Show a person's own visits; those who see everything get the board."""
    campaign = current_campaign_for(actor=request.actor)
    shown = mine_for(actor=request.actor, campaign=campaign)
    if not shown.teams and shown.unit is None:
        return redirect("timetable:board")
    return render(request, "timetable/mine.html", {"mine": shown})
