"""Pages of the working calendar and of what its changes move."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal, Refused
from haicap.kernel.http import Request
from haicap.kernel.jobs import enqueue
from haicap.kernel.pages import page_of
from haicap.kernel.tables import Fault, Faulty, decode
from haicap.onestop import permissions
from haicap.onestop.actions import calendar as actions
from haicap.onestop.forms.calendar import DayForm, DaysFileForm
from haicap.onestop.queries import calendar as queries

LONGEST = 31  # days in a row


@needs(permissions.CALENDAR_READ)
def calendar(request: Request) -> HttpResponse:
    """Show the special days of a year and the changes made to them."""
    return _calendar(request)


def _calendar(request: Request, **given: Any) -> HttpResponse:
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and 2000 <= int(text) <= 2099 else timezone.localdate().year
    context = {
        "year": str(year),
        "before": str(year - 1),
        "after": str(year + 1),
        "days": list(queries.special_days(year=year)),
        "changes": list(queries.changes_for(actor=request.actor)[:20]),
        "form": DayForm(),
        "file_form": DaysFileForm(),
        "may_write": request.actor.may(permissions.CALENDAR_WRITE),
    }
    wrong = any(given[name].errors for name in ("form", "file_form") if name in given)
    return render(request, "onestop/calendar.html", context | given, status=422 if wrong else 200)


def _days(form: DayForm) -> list[actions.Day]:
    data = form.cleaned_data
    first, last = data["date"], data["last"] or data["date"]
    if last < first or last - first > timedelta(days=LONGEST):
        raise Refused(
            "calendar.span", _("The last day comes after the first, at most a month later."), field="last"
        )
    count = (last - first).days + 1
    days = [first + timedelta(days=number) for number in range(count)]
    return [
        actions.Day(date=day, kind=data["kind"], name=data["name"], source=data["source"]) for day in days
    ]


@needs(permissions.CALENDAR_WRITE)
@require_POST
def change(request: Request) -> HttpResponse:
    """Show what a change would move; with `sure` make it and reckon anew."""
    form = DayForm(request.POST)
    if form.is_valid():
        try:
            days = _days(form)
            if request.POST.get("sure"):
                return _made(request, days)
            kinds: dict[date, str] = {day.date: day.kind for day in days}
            return _calendar(request, form=form, foreseen=queries.foresee(actor=request.actor, kinds=kinds))
        except Refusal as refusal:
            form.add_refusal(refusal)
    return _calendar(request, form=form)


def _made(request: Request, days: list[actions.Day]) -> HttpResponse:
    made = actions.change_days(actor=request.actor, days=days)
    job = enqueue(
        actor=request.actor, kind="onestop.recompute", params={"change": made.pk}, subject=str(made.pk)
    )
    return redirect("kernel:job", job.id)


@needs(permissions.CALENDAR_WRITE)
@require_POST
def import_days(request: Request) -> HttpResponse:
    """Show what a year of special days from a table would move; with `sure` take it. Faults are named by row."""
    form = DaysFileForm(request.POST, request.FILES)
    faults: tuple[Fault, ...] = ()
    sure = bool(request.POST.get("sure"))
    if sure or form.is_valid():
        try:
            content = request.POST.get("table", "").encode() if sure else form.content
            days = actions.read_days(content=content)
            if sure:
                return _made(request, days)
            kinds = {day.date: day.kind for day in days}
            foreseen = queries.foresee(actor=request.actor, kinds=kinds)
            return _calendar(request, foreseen=foreseen, table=decode(content)[0])
        except Faulty as faulty:
            faults = faulty.faults
            form.add_refusal(faulty)
        except Refusal as refusal:
            form.add_refusal(refusal)
    return _calendar(request, file_form=form, faults=faults)


@needs(permissions.CALENDAR_READ)
def changed(request: Request, pk: int) -> HttpResponse:
    """Show what a change moved."""
    row = queries.change_for(actor=request.actor, pk=pk)
    moves = queries.moves_for(actor=request.actor, change=row)
    return render(request, "onestop/calendar_change.html", {"change": row, "page": page_of(moves, request)})
