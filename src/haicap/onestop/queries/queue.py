"""The queue of a centre as it stands: who waits, how long it will take, who is called where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import inf

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.models import Appointment, Centre, Counter, Priority, Ticket
from haicap.onestop.queries.centres import kept_centre_for, kept_centres_for
from haicap.onestop.queries.clock import calendar_now
from haicap.onestop.rules import queue as rules
from haicap.onestop.rules.queue import Desk, Policy, Seen, Settings, Slot, Standing, Wait, Waiting, Window

LIVE = (Ticket.State.WAITING, Ticket.State.CALLED, Ticket.State.SERVING, Ticket.State.SKIPPED)
AT_COUNTER = (Ticket.State.CALLED, Ticket.State.SERVING)
SEEN_DAYS = 28
SHOWN_CALLS = 6


def windows_of(*, centre: Centre, day: date, calendar: WorkingCalendar | None = None) -> tuple[Window, ...]:
    """Return when a centre is open on `day`, days off and its closing counted in; empty when it is not."""
    closed = (
        centre.opened_on is None or day < centre.opened_on or (centre.closed_on and day >= centre.closed_on)
    )
    return (
        () if closed else rules.windows_on(hours=centre.hours, day=day, calendar=calendar or calendar_now())
    )


def opening_of(*, centre: Centre, now: datetime) -> datetime | None:
    """Return when a centre opens next after `now`, None where that is more than a month away."""
    calendar, today = calendar_now(), timezone.localdate(now)
    starts = (
        timezone.make_aware(datetime.combine(day, window.start))
        for day in (today + timedelta(number) for number in range(SEEN_DAYS))
        for window in windows_of(centre=centre, day=day, calendar=calendar)
    )
    return next((start for start in starts if start > now), None)


def minutes_between(start: datetime, end: datetime) -> float:
    """Return the minutes from `start` to `end`."""
    return (end - start).total_seconds() / 60


def waiting_of(*, ticket: Ticket, now: datetime) -> Waiting:
    """Return a ticket as the rules of the queue look at it, in minutes from `now`."""
    return Waiting(
        key=ticket.pk,
        number=ticket.number,
        field=ticket.field,
        place=minutes_between(now, ticket.place_at),
        priority=ticket.priority != Priority.NONE,
        booked=ticket.appointment_id is not None,
    )


def desk_of(*, counter: Counter) -> Desk:
    """Return a counter as the rules of the queue look at it."""
    return Desk(key=counter.pk, skills=frozenset(counter.skills), priority=counter.is_priority)


def policy_of(*, centre: Centre) -> Policy:
    """Return how strongly priority counts at a centre."""
    settings = Settings.of(centre.queue)
    return Policy(kind=settings.priority, every=settings.every)


def run_of(*, centre: Centre, day: date) -> int:
    """Return how many calls without priority followed the last one with priority on `day`."""
    rows = Ticket.objects.filter(centre=centre, day=day, called_at__isnull=False).order_by("-called_at")
    run = 0
    for priority in rows.values_list("priority", flat=True)[:20]:
        if priority != Priority.NONE:
            return run
        run += 1
    return run


def service_means(*, centre: Centre, day: date) -> Mapping[str, float]:
    """Return the mean minutes of a service by field, from the last four weeks and the centre's own guess."""
    took = ExpressionWrapper(F("ended_at") - F("served_at"), output_field=DurationField())
    rows = Ticket.objects.filter(
        centre=centre,
        state=Ticket.State.DONE,
        day__gte=day - timedelta(days=SEEN_DAYS),
        served_at__isnull=False,
    ).order_by()
    counted = rows.values("field").annotate(count=Count("pk"), mean=Avg(took))
    seen = {
        row["field"]: Seen(count=row["count"], minutes=row["count"] * row["mean"].total_seconds() / 60)
        for row in counted
    }
    return rules.means(seen=seen, prior=float(Settings.of(centre.queue).service_minutes))


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNow:
    """A centre's queue at a moment: live tickets by state, open counters, and the wait of each waiting ticket."""

    centre: Centre
    now: datetime
    windows: Sequence[Window]
    tickets: Sequence[Ticket]
    counters: Sequence[Counter]
    waits: Mapping[int, Wait]
    newcomer: Wait

    @property
    def is_closed(self) -> bool:
        """True when no number is given now."""
        doors = Settings.of(self.centre.queue).doors_minutes
        return not rules.takes_tickets(
            windows=self.windows, at=timezone.localtime(self.now), doors_minutes=doors
        )

    @property
    def waiting(self) -> list[Ticket]:
        """The waiting tickets in the order in which they will be called, as foretold."""
        rows = [ticket for ticket in self.tickets if ticket.state == Ticket.State.WAITING]
        return sorted(rows, key=lambda ticket: self.waits[ticket.pk].ahead)

    @property
    def called(self) -> list[Ticket]:
        """Tickets at a counter, the latest call first."""
        rows = [ticket for ticket in self.tickets if ticket.state in AT_COUNTER]
        return sorted(rows, key=lambda ticket: ticket.announced_at or self.now, reverse=True)

    @property
    def skipped(self) -> list[Ticket]:
        """Tickets that were called and did not come; they may be brought back."""
        return [ticket for ticket in self.tickets if ticket.state == Ticket.State.SKIPPED]


def queue_of(*, centre: Centre, now: datetime | None = None, field: str = "") -> QueueNow:
    """Return the queue of a centre; `newcomer` is what a ticket for `field` taken now would wait. Six queries."""
    moment = now or timezone.now()
    day = timezone.localdate(moment)
    tickets = list(
        Ticket.objects.filter(centre=centre, day=day, state__in=LIVE).select_related("counter", "appointment")
    )
    counters = list(
        Counter.objects.filter(centre=centre, is_open=True).select_related("officer").order_by("number")
    )
    means, windows = service_means(centre=centre, day=day), windows_of(centre=centre, day=day)
    prior = means.get("", float(Settings.of(centre.queue).service_minutes))
    standing = Standing(
        tickets=[waiting_of(ticket=one, now=moment) for one in tickets if one.state == Ticket.State.WAITING],
        desks=[_busy(counter, tickets, means, prior, moment) for counter in counters],
        means=means,
        prior=prior,
        policy=policy_of(centre=centre),
        run=run_of(centre=centre, day=day),
        pauses=[
            pause
            for pause in rules.pauses_of(windows=windows, at=timezone.localtime(moment))
            if pause[1] != inf
        ],
    )
    newcomer = Waiting(key=0, number=10**9, field=field)
    foretold = rules.foretell(standing=replace(standing, tickets=[*standing.tickets, newcomer]))
    return QueueNow(
        centre=centre, now=moment, windows=windows, tickets=tickets, counters=counters, waits=foretold,
        newcomer=foretold[0],
    )  # fmt: skip


def _busy(
    counter: Counter, tickets: Sequence[Ticket], means: Mapping[str, float], prior: float, now: datetime
) -> Desk:
    desk = desk_of(counter=counter)
    held = next((one for one in tickets if one.counter_id == counter.pk and one.state in AT_COUNTER), None)
    if held is None:
        return desk
    begun = held.served_at or held.announced_at or now
    left, variance = rules.remaining(mean=means.get(held.field, prior), elapsed=minutes_between(begun, now))
    return replace(desk, free_at=left, variance=variance)


def my_counter(*, actor: Actor) -> Counter | None:
    """Return the counter at which the actor sits now, None where at none."""
    rows = Counter.objects.filter(officer_id=actor.person_id or -1, is_open=True)
    return rows.select_related("centre__body").first()


def counter_for(*, actor: Actor, pk: int) -> Counter:
    """Return a counter of a centre that the actor works for; raises Missing."""
    rows = Counter.objects.filter(centre__in=kept_centres_for(actor=actor), pk=pk).select_related("centre")
    row = rows.first()
    if row is None:
        raise Missing("counter.unknown", _("There is no such counter, or it is not yours."))
    return row


def ticket_for(*, actor: Actor, pk: int) -> Ticket:
    """Return a ticket of a centre that the actor works for; raises Missing."""
    rows = Ticket.objects.filter(centre__in=kept_centres_for(actor=actor), pk=pk).select_related(
        "centre", "counter"
    )
    row = rows.first()
    if row is None:
        raise Missing("ticket.unknown", _("There is no such ticket, or it is not of your centre."))
    return row


def ticket_by_key(*, key: str) -> Ticket:
    """Return the ticket whose key a visitor holds; raises Missing."""
    row = Ticket.objects.filter(key=key).select_related("centre", "counter").first()
    if row is None:
        raise Missing("ticket.unknown", _("There is no ticket with this address."))
    return row


def slots_of(*, centre: Centre, day: date, now: datetime | None = None) -> list[Slot]:
    """Return the slots of a centre on `day` that have not begun yet; empty on a day it is closed."""
    settings, moment = Settings.of(centre.queue), now or timezone.now()
    counters = Counter.objects.filter(centre=centre).exclude(closed_on__lte=day).count()
    seats = settings.seats or settings.seats_per_counter * counters
    rows = Appointment.objects.filter(centre=centre, starts_at__date=day).exclude(
        state=Appointment.State.CANCELLED
    )
    taken = {
        row["starts_at"]: row["count"]
        for row in rows.order_by().values("starts_at").annotate(count=Count("pk"))
    }
    found = rules.slots_on(
        windows=windows_of(centre=centre, day=day), day=day, zone=timezone.get_current_timezone(),
        minutes=settings.slot_minutes, seats=seats, taken=taken,
    )  # fmt: skip
    return [slot for slot in found if slot.starts_at > moment]


def days_bookable(*, centre: Centre, today: date) -> list[date]:
    """Return the days on which a centre can be booked."""
    last = today + timedelta(days=Settings.of(centre.queue).booking_days)
    days = [today + timedelta(days=number) for number in range((last - today).days + 1)]
    return [day for day in days if windows_of(centre=centre, day=day)]


def appointment_by_code(*, code: str) -> Appointment:
    """Return the appointment with the code that a visitor holds; raises Missing."""
    row = Appointment.objects.filter(code=code.strip().upper()).select_related("centre", "procedure").first()
    if row is None:
        raise Missing("appointment.unknown", _("There is no appointment with this code."))
    return row


def appointments_of(*, actor: Actor, centre_code: str, day: date) -> QuerySet[Appointment]:
    """Return the appointments of a centre that the actor works for on `day`; raises Missing."""
    centre = kept_centre_for(actor=actor, code=centre_code)
    return Appointment.objects.filter(centre=centre, starts_at__date=day).order_by("starts_at", "seat")
