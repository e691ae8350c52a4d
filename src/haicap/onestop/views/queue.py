"""Pages of the queue: the officer's panel, the display, the kiosk, the visitor's ticket, booking."""

from datetime import date, datetime
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from haicap.kernel.access import needs, public
from haicap.kernel.errors import Missing, Refusal
from haicap.kernel.http import Request, client_address
from haicap.onestop import permissions
from haicap.onestop.actions import queue as actions
from haicap.onestop.forms.queue import BookForm, CodeForm, TicketForm
from haicap.onestop.models import Centre, Ticket
from haicap.onestop.queries import queue as queries
from haicap.onestop.queries.centres import (
    counters_of,
    fields_on,
    kept_centres_for,
    open_centre,
    open_centres_on,
)

STEPS = {
    "recall": actions.recall,
    "skip": actions.skip,
    "begin": actions.begin,
    "done": actions.finish,
    "back": actions.bring_back,
}


@needs(permissions.QUEUE)
@never_cache
def queue(request: Request) -> HttpResponse:
    """Show the actor's counter: who is here, who waits, one button for what comes next."""
    counter = queries.my_counter(actor=request.actor)
    centre = counter.centre if counter else kept_centres_for(actor=request.actor).first()
    if centre is None:
        return render(request, "onestop/queue_none.html")
    now = queries.queue_of(centre=centre)
    ticket = next((one for one in now.called if counter and one.counter_id == counter.pk), None)
    context = {
        "centre": centre,
        "counter": counter,
        "counters": list(counters_of(centre=centre)),
        "now": now,
        "ticket": ticket,
        "line": [{"ticket": one, "wait": now.waits[one.pk]} for one in now.waiting],
    }
    template = "onestop/queue_fragment.html" if request.headers.get("HX-Request") else "onestop/queue.html"
    return render(request, template, context)


@needs(permissions.QUEUE)
@require_POST
def seat(request: Request, pk: int) -> HttpResponse:
    """Take a counter, or leave it."""
    counter = queries.counter_for(actor=request.actor, pk=pk)
    do = actions.leave_counter if request.POST.get("leave") else actions.take_counter
    try:
        do(actor=request.actor, counter=counter)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("onestop:queue")


@needs(permissions.QUEUE)
@require_POST
def call(request: Request) -> HttpResponse:
    """Call who is next."""
    counter = queries.my_counter(actor=request.actor)
    if counter is None:
        messages.error(request, _("Sit down at a counter first."))
    elif actions.call_next(actor=request.actor, counter=counter) is None:
        messages.info(request, _("Nobody waits whom this counter serves."))
    return redirect("onestop:queue")


@needs(permissions.QUEUE)
@require_POST
def step(request: Request, pk: int, what: str) -> HttpResponse:
    """Call again, skip, begin, finish, bring back."""
    ticket = queries.ticket_for(actor=request.actor, pk=pk)
    if what not in STEPS:
        raise Missing("ticket.step", _("This cannot be done with a ticket."))
    try:
        STEPS[what](actor=request.actor, ticket=ticket)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("onestop:queue")


@public
@never_cache
def display(request: Request, code: str) -> HttpResponse:
    """Show who is called where. Public: it hangs in the hall."""
    now = queries.queue_of(centre=open_centre(code=code))
    context = {
        "centre": now.centre,
        "now": now,
        "called": now.called[: queries.SHOWN_CALLS],
        "next": now.waiting[:8],
        "time": timezone.localtime(now.now),
        "opens": queries.opening_of(centre=now.centre, now=now.now) if now.is_closed else None,
    }
    part = request.headers.get("HX-Request")
    return render(request, f"onestop/display{'_fragment' if part else ''}.html", context)


@public
@never_cache
def kiosk(request: Request, code: str) -> HttpResponse:
    """Give a number. Public: whoever comes in presses a button."""
    centre = open_centre(code=code)
    form = TicketForm(request.POST or None, fields=fields_on(day=timezone.localdate()))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            address = client_address(request)
            booked = actions.look_up(code=data["code"], address=address) if data["code"] else None
            ticket = actions.take_ticket(
                centre=centre, field=data["field"], priority=data["priority"] or "none", appointment=booked,
                address=address,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            return redirect(f"{reverse('onestop:ticket', args=[ticket.key])}?kiosk=1")
    now = queries.queue_of(centre=centre)
    context = {
        "centre": centre,
        "form": form,
        "now": now,
        "fields": fields_on(day=timezone.localdate()),
        "opens": queries.opening_of(centre=centre, now=now.now) if now.is_closed else None,
    }
    return render(request, "onestop/kiosk.html", context, status=422 if form.errors else 200)


@public
@never_cache
def ticket(request: Request, key: str) -> HttpResponse:
    """Show where a number stands. Public: the key is on the slip."""
    row = queries.ticket_by_key(key=key)
    if request.method == "POST":
        actions.give_up(key=key)
        return redirect("onestop:ticket", key)
    wait = None
    if row.state == Ticket.State.WAITING and row.day == timezone.localdate():
        wait = queries.queue_of(centre=row.centre).waits.get(row.pk)
    address = request.build_absolute_uri(reverse("onestop:ticket", args=[key]))
    context = {
        "ticket": row,
        "wait": wait,
        "qr": segno.make(address, error="m").svg_data_uri(scale=5, dark="#000"),
        "kiosk": request.GET.get("kiosk"),
    }
    part = request.headers.get("HX-Request")
    return render(request, f"onestop/ticket{'_fragment' if part else ''}.html", context)


@public
@never_cache
def book(request: Request) -> HttpResponse:
    """Book a time. Public: whoever wants to come may."""
    today = timezone.localdate()
    centres = list(open_centres_on(day=today))
    code = request.POST.get("centre") or request.GET.get("centre") or ""
    chosen = next((row for row in centres if row.code == code), None)
    days = queries.days_bookable(centre=chosen, today=today) if chosen else []
    day = _day(request.POST.get("day") or request.GET.get("day"), days)
    slots = queries.slots_of(centre=chosen, day=day) if chosen and day else []
    choices = [
        (slot.starts_at.isoformat(), f"{timezone.localtime(slot.starts_at):%H:%M}")
        for slot in slots
        if slot.free
    ]
    form = BookForm(
        request.POST if request.method == "POST" else None, slots=choices, fields=fields_on(day=day or today)
    )
    if request.method == "POST" and chosen and form.is_valid():
        answer = _book(request, chosen, form)
        if answer is not None:
            return answer
    context: dict[str, Any] = {
        "centres": centres, "centre": chosen, "days": days, "day": day, "slots": slots, "form": form,
        "code_form": CodeForm(),
    }  # fmt: skip
    return render(request, "onestop/book.html", context, status=422 if form.errors else 200)


def _day(text: str | None, days: list[date]) -> date | None:
    try:
        asked = date.fromisoformat(text or "")
    except ValueError:
        asked = None
    return asked if asked in days else (days[0] if days else None)


def _book(request: Request, centre: Centre, form: BookForm) -> HttpResponse | None:
    data = form.cleaned_data
    try:
        row = actions.book(
            centre=centre,
            starts_at=datetime.fromisoformat(data["starts_at"]),
            field=data["field"],
            name=data["name"],
            phone=data["phone"],
            priority=data["priority"] or "none",
            address=client_address(request),
        )
    except Refusal as refusal:
        form.add_refusal(refusal)
        return None
    return redirect("onestop:booked", row.code)


@public
@never_cache
def booked(request: Request, code: str) -> HttpResponse:
    """Show an appointment; cancel it. Public: the code is the visitor's."""
    row = actions.look_up(code=code, address=client_address(request))
    if request.method == "POST":
        try:
            row = actions.cancel(code=code)
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The appointment is cancelled."))
    qr = segno.make(row.code, error="m").svg_data_uri(scale=5, dark="#000")
    return render(request, "onestop/booked.html", {"row": row, "qr": qr})


@public
def find_booking(request: Request) -> HttpResponse:
    """Go to an appointment by its code. Public: the code is the visitor's."""
    form = CodeForm(request.GET)
    if form.is_valid():
        row = actions.look_up(code=form.cleaned_data["code"], address=client_address(request))
        return redirect("onestop:booked", row.code)
    return redirect("onestop:book")
