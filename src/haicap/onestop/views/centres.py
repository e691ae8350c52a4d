"""Pages of centres, their counters, facts and outages."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.text import localized
from haicap.onestop import permissions
from haicap.onestop.actions import centres as actions
from haicap.onestop.actions import facts, queue
from haicap.onestop.forms.centres import (
    WEEKDAYS,
    CentreForm,
    CounterForm,
    DayForm,
    FactForm,
    NewCentreForm,
    OutageForm,
)
from haicap.onestop.models import Centre
from haicap.onestop.queries import centres as queries
from haicap.onestop.queries.queue import counter_for
from haicap.onestop.queries.waits import Waits, waits_of
from haicap.onestop.rules.figures import Period
from haicap.onestop.rules.queue import show_windows
from haicap.register.queries import unit_for
from haicap.ui.forms import Form

SHOWN_DAYS = 30


@needs(permissions.CENTRE_READ)
def centres(request: Request) -> HttpResponse:
    """Show the centres on a map and in a list, with their queues now."""
    given = request.GET
    rows: list[Any] = list(
        queries.centre_list(actor=request.actor, text=given.get("q", ""), kind=given.get("kind", ""))
    )
    today = timezone.localdate()
    context = {
        "rows": [{"centre": row, "state": _state(row, today)} for row in rows],
        "given": given,
        "kinds": Centre.Kind.choices,
        "map": _map(rows, today),
        "open": sum(_state(row, today) == "open" for row in rows),
        "waiting": sum(row.waiting for row in rows),
        "counters": sum(row.open_counters for row in rows),
        "may_write": request.actor.may(permissions.CENTRE_WRITE),
    }
    return render(request, "onestop/centres.html", context)


def _state(row: Centre, today: date) -> str:
    if row.opened_on is None or row.opened_on > today:
        return "prepared"
    return "closed" if row.closed_on is not None and row.closed_on <= today else "open"


def _map(rows: list[Any], today: date) -> dict[str, Any]:
    groups = {
        "open": {"label": _("open"), "colour": "green"},
        "prepared": {"label": _("being prepared"), "colour": "blue"},
        "closed": {"label": _("closed"), "colour": "grey"},
    }
    points = [
        {
            "code": row.code,
            "name": localized(row, "name"),
            "lat": row.latitude,
            "lon": row.longitude,
            "value": row.waiting,
            "url": reverse("onestop:centre", args=[row.code]),
            "group": _state(row, today),
        }
        for row in rows
        if row.latitude is not None and row.longitude is not None
    ]
    legend = {"title": _("Centres"), "unit": _("waiting now"), "groups": groups}
    return {"points": points, "boundaries_url": None, "legend": legend}


@needs(permissions.CENTRE_READ)
def centre(request: Request, code: str) -> HttpResponse:
    """Show a centre: hours, counters, facts, outages, waits."""
    return _centre(request, code)


def _centre(request: Request, code: str, **forms: Form) -> HttpResponse:
    page = queries.centre_page(actor=request.actor, code=code)
    today = timezone.localdate()
    waits = waits_of(centre=page.centre, period=Period(start=today - timedelta(days=SHOWN_DAYS), end=today))
    others = {
        row.code: localized(row, "name") for row in queries.open_centres_on(day=today) if row.code != code
    }
    revision = {"revision": page.centre.revision}
    context: dict[str, Any] = {
        "page": page,
        "centre": page.centre,
        "state": _state(page.centre, today),
        "hours": [
            (label, show_windows(page.centre.hours.get(str(number), [])))
            for number, label in enumerate(WEEKDAYS)
        ],
        "waits": waits,
        "chart": _chart(waits),
        "may_keep": page.kept and request.actor.may(permissions.COUNTER_WRITE),
        "may_write": request.actor.may(permissions.CENTRE_WRITE),
        "counter_form": CounterForm(fields=queries.fields_on(day=today), new=True),
        "fact_form": FactForm(initial={"as_of": today}),
        "outage_form": OutageForm(),
        "open_form": DayForm(initial={**revision, "day": today}),
        "close_form": DayForm(initial=revision, centres=others),
    }
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "onestop/centre.html", context | forms, status=status)


def _chart(waits: Waits) -> dict[str, Any]:
    days = [f"{row.day:%d/%m}" for row in waits.days]
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "xAxis": {"type": "category", "data": days},
        "yAxis": {"type": "value", "name": _("minutes")},
        "series": [
            {"name": _("mean wait"), "type": "line", "data": [_round(row.mean) for row in waits.days]},
            {
                "name": _("nine in ten waited less"),
                "type": "line",
                "data": [_round(row.p90) for row in waits.days],
            },
        ],
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _done(request: Request, code: str, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("onestop:centre", code)


def _try(form: Form, do: Callable[[], Any]) -> bool:
    if not form.is_valid():
        return False
    try:
        do()
    except Refusal as refusal:
        form.add_refusal(refusal)
        return False
    return True


@needs(permissions.CENTRE_WRITE)
def change(request: Request, code: str) -> HttpResponse:
    """Change what a centre is called, where it is and when it is open."""
    row = queries.centre_for(actor=request.actor, code=code)
    form = CentreForm(request.POST or None, centre=row)
    if request.method == "POST" and _try(
        form,
        lambda: actions.change_centre(
            actor=request.actor, centre=row, revision=form.cleaned_data["revision"], values=form.values()
        ),
    ):
        return _done(request, code, _("The centre is kept."))
    context = {"form": form, "centre": row}
    return render(request, "onestop/centre_form.html", context, status=422 if form.errors else 200)


@needs(permissions.CENTRE_WRITE)
def new(request: Request) -> HttpResponse:
    """Open a branch (?parent=) or a commune's own centre (?unit=)."""
    parent, unit = request.GET.get("parent", ""), request.GET.get("unit", "")
    form = NewCentreForm(request.POST or None, initial={"day": timezone.localdate()})

    def do() -> None:
        values = form.values()
        day, new_code = values.pop("day"), values.pop("code")
        if parent:
            above = queries.centre_for(actor=request.actor, code=parent)
            actions.open_branch(actor=request.actor, parent=above, code=new_code, day=day, values=values)
        else:
            place = unit_for(actor=request.actor, code=unit)
            actions.open_commune_centre(actor=request.actor, unit=place, day=day, values=values)

    if request.method == "POST" and _try(form, do):
        messages.success(request, _("The centre is open from that day on."))
        return redirect("onestop:centres")
    return render(
        request,
        "onestop/centre_form.html",
        {"form": form, "centre": None},
        status=422 if form.errors else 200,
    )


@needs(permissions.CENTRE_WRITE)
@require_POST
def open_or_close(request: Request, code: str, what: str) -> HttpResponse:
    """Open a centre to the public, or close it."""
    row = queries.centre_for(actor=request.actor, code=code)
    if what == "open":
        form = DayForm(request.POST)
        done = _try(
            form,
            lambda: actions.open_centre(actor=request.actor, centre=row, **form.cleaned_data),
        )
        return (
            _done(request, code, _("The centre is open from that day on."))
            if done
            else _centre(request, code, open_form=form)
        )
    others = {one.code: localized(one, "name") for one in queries.open_centres_on(day=timezone.localdate())}
    form = DayForm(request.POST, centres=others)

    def do() -> None:
        data = form.cleaned_data
        heir = queries.centre_for(actor=request.actor, code=data["hand_to"]) if data["hand_to"] else None
        actions.close_centre(
            actor=request.actor, centre=row, day=data["day"], revision=data["revision"], hand_to=heir
        )

    if _try(form, do):
        return _done(request, code, _("The centre closes on that day."))
    return _centre(request, code, close_form=form)


@needs(permissions.COUNTER_WRITE)
@require_POST
def add_counter(request: Request, code: str) -> HttpResponse:
    """Add a counter."""
    row = queries.kept_centre_for(actor=request.actor, code=code)
    form = CounterForm(request.POST, fields=queries.fields_on(day=timezone.localdate()), new=True)
    if _try(form, lambda: queue.add_counter(actor=request.actor, centre=row, **form.cleaned_data)):
        return _done(request, code, _("The counter is kept."))
    return _centre(request, code, counter_form=form)


@needs(permissions.COUNTER_WRITE)
def counter(request: Request, pk: int) -> HttpResponse:
    """Change a counter."""
    row = counter_for(actor=request.actor, pk=pk)
    initial = {
        "name_vi": row.name_vi,
        "skills": row.skills,
        "is_priority": row.is_priority,
        "revision": row.revision,
        "closed": bool(row.closed_on),
    }
    form = CounterForm(
        request.POST or None, initial=initial, fields=queries.fields_on(day=timezone.localdate()), new=False
    )
    if request.method == "POST" and _try(
        form, lambda: queue.change_counter(actor=request.actor, counter=row, **form.cleaned_data)
    ):
        return _done(request, row.centre.code, _("The counter is kept."))
    return render(
        request,
        "onestop/counter_form.html",
        {"form": form, "counter": row},
        status=422 if form.errors else 200,
    )


@needs(permissions.COUNTER_WRITE)
@require_POST
def add_fact(request: Request, code: str) -> HttpResponse:
    """Record a fact about a centre."""
    row = queries.kept_centre_for(actor=request.actor, code=code)
    form = FactForm(request.POST)
    if _try(form, lambda: facts.record_fact(actor=request.actor, centre=row, **form.cleaned_data)):
        return _done(request, code, _("The fact is kept."))
    return _centre(request, code, fact_form=form)


@needs(permissions.COUNTER_WRITE)
@require_POST
def add_outage(request: Request, code: str) -> HttpResponse:
    """Record an outage."""
    row = queries.kept_centre_for(actor=request.actor, code=code)
    form = OutageForm(request.POST)
    if _try(form, lambda: facts.record_outage(actor=request.actor, centre=row, **form.cleaned_data)):
        return _done(request, code, _("The outage is kept."))
    return _centre(request, code, outage_form=form)
