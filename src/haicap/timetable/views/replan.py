"""Planning the calendar in force again after something came up."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from haicap.campaign.queries import current_campaign_for, slots_of
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.timetable import actions, queries
from haicap.timetable.actions.replan import fixed_until
from haicap.timetable.forms_replan import MOST_ROWS, ROWS, DisturbanceForm, ReplanForm
from haicap.timetable.models import Calendar
from haicap.timetable.permissions import SOLVE
from haicap.timetable.queries.calendars import all_placed
from haicap.timetable.queries.replan import Party, parties_for


def _rows(request: Request, count: int, calendar: Calendar, parties: list[Party]) -> list[DisturbanceForm]:
    common: dict[str, Any] = {
        "parties": {party.label: party for party in parties},
        "slots": slots_of(campaign=calendar.campaign),
        "visits": {visit.unit: visit for visit in all_placed(calendar)},
    }
    data = request.POST if request.method == "POST" else None
    return [DisturbanceForm(data, prefix=f"row{number}", **common) for number in range(count)]


def _count(request: Request) -> int:
    """Return how many rows were sent, more where more were asked for."""
    typed = request.POST.get("rows", "")
    count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else ROWS
    return max(1, min(MOST_ROWS, count))


@needs(SOLVE)
def replan(request: Request) -> HttpResponse:
    """Take down what came up and ask for a draft; the page that follows shows the progress."""
    campaign = current_campaign_for(actor=request.actor)
    published = queries.published_calendar_for(actor=request.actor, campaign=campaign)
    if published is None:
        return render(request, "timetable/replan.html", {"published": None})
    published.campaign = campaign
    parties = parties_for(actor=request.actor, campaign=campaign)
    count, more = _count(request), "more" in request.POST
    if request.method != "POST":
        form = ReplanForm(initial={"rows": ROWS, "today": _first_day(published)})
        rows = _rows(request, ROWS, published, parties)
        return _page(request, published, form, rows, parties, status=200)
    if more:
        count = min(MOST_ROWS, count + ROWS)
        data = request.POST.copy()
        data["rows"] = str(count)
        return _page(
            request,
            published,
            ReplanForm(data),
            _rows(request, count, published, parties),
            parties,
            status=200,
        )
    form, rows = ReplanForm(request.POST), _rows(request, count, published, parties)
    if all([form.is_valid(), *(row.is_valid() for row in rows)]):
        given = [(row, item) for row in rows if (item := row.disturbance) is not None]
        try:
            job = actions.ask_to_replan(
                actor=request.actor,
                campaign=campaign,
                disturbances=[item for _row, item in given],
                seconds=form.cleaned_data["seconds"],
                seed=form.cleaned_data["seed"],
                today=form.cleaned_data["today"],
            )
        except Refusal as refusal:
            at = refusal.details.get("row")
            concerned = given[at][0] if isinstance(at, int) else form
            concerned.add_refusal(refusal)
        else:
            return redirect("kernel:job", job_id=job.pk)
    return _page(request, published, form, rows, parties, status=422)


def _first_day(published: Calendar) -> object:
    try:
        return fixed_until(campaign=published.campaign)
    except Refusal:
        return published.campaign.window_end


def _page(
    request: Request,
    published: Calendar,
    form: ReplanForm,
    rows: list[DisturbanceForm],
    parties: list[Party],
    *,
    status: int,
) -> HttpResponse:
    values = {"published": published, "form": form, "rows": rows, "parties": parties, "most": MOST_ROWS}
    return render(request, "timetable/replan.html", values, status=status)
