"""The queue of a centre: tickets taken, called, skipped, served; counters taken and left; times booked."""

import secrets
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.revision import claim
from haicap.kernel.sequences import take
from haicap.kernel.text import nfc
from haicap.onestop import permissions
from haicap.onestop.actions.dossiers import ALPHABET
from haicap.onestop.actions.tries import scope_of, take_try
from haicap.onestop.models import Appointment, Centre, Counter, Priority, Procedure, Ticket
from haicap.onestop.queries import queue as queries
from haicap.onestop.queries.centres import fields_on
from haicap.onestop.rules import queue as rules
from haicap.onestop.rules.queue import Settings

VISITORS_PER_ADDRESS = 300  # an hour; a kiosk, and the network of a hall, is one address for everybody
BOOKINGS_PER_ADDRESS = 6
HOUR = timedelta(hours=1)
CODE_LENGTH = 8


def _signs(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _number in range(count))


def _held(centre: Centre) -> Centre:
    """Hold the centre's row until the transaction ends: calls and tickets of one centre follow each other."""
    return Centre.objects.select_for_update(no_key=True).get(pk=centre.pk)


@transaction.atomic
def take_ticket(
    *,
    centre: Centre,
    field: str = "",
    priority: str = Priority.NONE,
    appointment: Appointment | None = None,
    address: str = "",
    at: datetime | None = None,
) -> Ticket:
    """Give a visitor a number and the wait foretold; `appointment` puts it at its booked time.

    Raises Refused where the centre is closed, its queue full, the field unknown, the appointment another's,
    too early or too late, or one address asks for too many.
    """
    now = at or timezone.now()
    day = timezone.localdate(now)
    if address:
        take_try(scope=scope_of(purpose="ticket", value=address), most=VISITORS_PER_ADDRESS, window=HOUR)
    centre = _held(centre)
    settings = Settings.of(centre.queue)
    windows = queries.windows_of(centre=centre, day=day)
    if not rules.takes_tickets(
        windows=windows, at=timezone.localtime(now), doors_minutes=settings.doors_minutes
    ):
        raise Refused("ticket.closed", _("This centre gives no tickets now. Come in its opening hours."))
    if field and field not in fields_on(day=day):
        raise Refused("ticket.field", _("Choose one of the fields."), field="field")
    if priority not in Priority.values:
        raise Refused("ticket.priority", _("Choose one of the answers."), field="priority")
    live = Ticket.objects.filter(centre=centre, day=day, state=Ticket.State.WAITING).count()
    if live >= settings.max_waiting:
        raise Refused(
            "ticket.full",
            _("The queue is full today. Book a time, or go to another centre."),
            details={"waiting": live},
        )
    place = now if appointment is None else _arrive(appointment, centre, settings, now)
    foretold = queries.queue_of(centre=centre, now=now, field=field).newcomer.minutes
    return Ticket.objects.create(
        centre=centre,
        day=day,
        number=take(f"ticket:{centre.pk}:{day:%y%m%d}"),
        key=secrets.token_urlsafe(16),
        field=field or (appointment.field if appointment else ""),
        priority=appointment.priority if appointment else priority,
        appointment=appointment,
        taken_at=now,
        place_at=place,
        foretold=None if foretold is None else min(round(foretold), 9999),
    )


def _arrive(appointment: Appointment, centre: Centre, settings: Settings, now: datetime) -> datetime:
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if row.centre_id != centre.pk:
        raise Refused(
            "appointment.elsewhere",
            _("This appointment is at another centre: %(centre)s.") % {"centre": row.centre.name_vi},
            field="code",
        )
    if row.state != Appointment.State.BOOKED:
        raise Refused("appointment.state", _("This appointment was used or cancelled already."), field="code")
    if now < row.starts_at - timedelta(minutes=settings.early_minutes):
        shown = timezone.localtime(row.starts_at)
        raise Refused(
            "appointment.early",
            _("Your time is %(time)s. Come at most %(minutes)s minutes before, or take a number without it.")
            % {"time": f"{shown:%H:%M %d/%m/%Y}", "minutes": settings.early_minutes},
            field="code",
        )
    late = now > row.starts_at + timedelta(minutes=settings.late_minutes)
    row.state = Appointment.State.ARRIVED
    row.save(update_fields=["state"])
    return now if late else row.starts_at


@transaction.atomic
def take_counter(*, actor: Actor, counter: Counter) -> Counter:
    """Sit down at a counter of the own centre: it is open from now on. Raises Refused where it is taken."""
    actor.must(permissions.QUEUE)
    _held(counter.centre)
    row = Counter.objects.select_for_update(of=("self",)).get(pk=counter.pk)
    if row.is_open and row.officer_id != actor.person_id:
        raise Refused("counter.taken", _("Somebody else sits at this counter."))
    if row.closed_on is not None and row.closed_on <= timezone.localdate():
        raise Refused("counter.closed", _("This counter does not exist any more."))
    for other in Counter.objects.filter(officer_id=actor.person_id, is_open=True).exclude(pk=row.pk):
        leave_counter(actor=actor, counter=other)
    row.is_open, row.officer_id = True, actor.person_id
    row.save(update_fields=["is_open", "officer"])
    audit.record(actor=actor, action="onestop.counter.taken", subject=row)
    return row


@transaction.atomic
def leave_counter(*, actor: Actor, counter: Counter) -> Counter:
    """Leave a counter; whom it called and does not serve yet waits again at the old place."""
    actor.must(permissions.QUEUE)
    row = Counter.objects.select_for_update(of=("self",)).get(pk=counter.pk)
    if row.officer_id != actor.person_id and not actor.may(permissions.COUNTER_WRITE):
        raise NotAllowed("counter.other", _("Somebody else sits at this counter."))
    held = Ticket.objects.filter(counter=row, state__in=queries.AT_COUNTER)
    if held.filter(state=Ticket.State.SERVING).exists():
        raise Refused("counter.serving", _("Finish serving first."))
    held.update(state=Ticket.State.WAITING, counter=None)
    row.is_open, row.officer = False, None
    row.save(update_fields=["is_open", "officer"])
    audit.record(actor=actor, action="onestop.counter.left", subject=row)
    return row


def _own(actor: Actor, counter: Counter) -> Counter:
    actor.must(permissions.QUEUE)
    row = Counter.objects.select_related("centre").get(pk=counter.pk)
    if row.officer_id != actor.person_id or not row.is_open:
        raise Refused("counter.not_yours", _("Sit down at this counter first."))
    return row


@transaction.atomic
def call_next(*, actor: Actor, counter: Counter) -> Ticket | None:
    """Call who is next at the actor's counter; None where nobody waits that it serves.

    Pressed twice it calls nobody else: while somebody is called or served there, that ticket is returned. The
    centre's row is held meanwhile, so two counters never call the same ticket.
    """
    desk = _own(actor, counter)
    centre, now = _held(desk.centre), timezone.now()
    held = Ticket.objects.filter(counter=desk, state__in=queries.AT_COUNTER).first()
    if held is not None:
        return held
    day = timezone.localdate(now)
    rows = {row.pk: row for row in Ticket.objects.filter(centre=centre, day=day, state=Ticket.State.WAITING)}
    chosen = rules.choose(
        waiting=[queries.waiting_of(ticket=row, now=now) for row in rows.values()],
        desk=queries.desk_of(counter=desk),
        now=0.0,
        policy=queries.policy_of(centre=centre),
        run=queries.run_of(centre=centre, day=day),
    )
    if chosen is None:
        return None
    ticket = rows[chosen.key]
    ticket.state, ticket.counter, ticket.calls = Ticket.State.CALLED, desk, ticket.calls + 1
    ticket.called_at, ticket.announced_at = ticket.called_at or now, now
    ticket.save(update_fields=["state", "counter", "calls", "called_at", "announced_at"])
    return ticket


def _mine(actor: Actor, ticket: Ticket, *states: str) -> Ticket:
    """Return the ticket, held, where it is at the actor's counter in one of `states`."""
    actor.must(permissions.QUEUE)
    row = Ticket.objects.select_for_update(of=("self",)).select_related("counter", "centre").get(pk=ticket.pk)
    if row.state not in states:
        raise Conflict(
            "ticket.changed",
            _("Number %(number)s is “%(state)s” now.")
            % {"number": row.number, "state": row.get_state_display()},
        )
    if row.counter is None or row.counter.officer_id != actor.person_id:
        raise Missing("ticket.unknown", _("There is no such ticket, or it is not of your centre."))
    return row


@transaction.atomic
def recall(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Call the same number again."""
    row = _mine(actor, ticket, Ticket.State.CALLED)
    row.calls, row.announced_at = row.calls + 1, timezone.now()
    row.save(update_fields=["calls", "announced_at"])
    return row


@transaction.atomic
def skip(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Set a number aside that did not come after enough calls; it may be brought back. Raises Refused."""
    row = _mine(actor, ticket, Ticket.State.CALLED)
    wanted = Settings.of(row.centre.queue).calls_before_skip
    if row.calls < wanted:
        raise Refused("ticket.calls", _("Call at least %(count)s times before you skip.") % {"count": wanted})
    row.state, row.counter = Ticket.State.SKIPPED, None
    row.save(update_fields=["state", "counter"])
    return row


@transaction.atomic
def bring_back(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Let a skipped visitor wait again, at the old place."""
    actor.must(permissions.QUEUE)
    row = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if row.state != Ticket.State.SKIPPED:
        raise Conflict("ticket.not_skipped", _("This number was not skipped."))
    row.state, row.calls = Ticket.State.WAITING, 0
    row.save(update_fields=["state", "calls"])
    return row


@transaction.atomic
def begin(*, actor: Actor, ticket: Ticket) -> Ticket:
    """The visitor is at the counter: the wait ends, the service begins."""
    row = _mine(actor, ticket, Ticket.State.CALLED)
    row.state, row.served_at, row.served_by_id = Ticket.State.SERVING, timezone.now(), actor.person_id
    row.save(update_fields=["state", "served_at", "served_by"])
    return row


@transaction.atomic
def finish(*, actor: Actor, ticket: Ticket) -> Ticket:
    """The service is done."""
    row = _mine(actor, ticket, Ticket.State.SERVING)
    row.state, row.ended_at = Ticket.State.DONE, timezone.now()
    row.save(update_fields=["state", "ended_at"])
    return row


@transaction.atomic
def give_up(*, key: str) -> Ticket:
    """The visitor leaves the queue from the page of the ticket."""
    row = Ticket.objects.select_for_update(of=("self",)).filter(key=key).first()
    if row is None:
        raise Missing("ticket.unknown", _("There is no ticket with this address."))
    if row.state in (Ticket.State.WAITING, Ticket.State.SKIPPED):
        row.state, row.ended_at = Ticket.State.LEFT, timezone.now()
        row.save(update_fields=["state", "ended_at"])
    return row


@transaction.atomic
def book(
    *,
    centre: Centre,
    starts_at: datetime,
    procedure: Procedure | None = None,
    field: str = "",
    name: str = "",
    phone: str = "",
    priority: str = Priority.NONE,
    address: str = "",
) -> Appointment:
    """Book a place of a slot; the database gives each place once. Raises Refused where it is full or no slot."""
    if address:
        take_try(scope=scope_of(purpose="book", value=address), most=BOOKINGS_PER_ADDRESS, window=HOUR)
    centre, now = _held(centre), timezone.now()
    day = timezone.localdate(starts_at)
    settings = Settings.of(centre.queue)
    if day > timezone.localdate(now) + timedelta(days=settings.booking_days):
        raise Refused("slot.far", _("That is too far ahead. Choose an earlier day."), field="day")
    slot = next(
        (one for one in queries.slots_of(centre=centre, day=day, now=now) if one.starts_at == starts_at), None
    )
    if slot is None:
        raise Refused(
            "slot.none", _("The centre has no such time. Choose one of those shown."), field="starts_at"
        )
    taken = Appointment.objects.filter(centre=centre, starts_at=starts_at).exclude(
        state=Appointment.State.CANCELLED
    )
    seat = rules.bookable(slot=slot, taken_seats=set(taken.values_list("seat", flat=True)))
    if seat is None:
        raise Refused("slot.full", _("This time is full. Choose another."), field="starts_at")
    return Appointment.objects.create(
        centre=centre, procedure=procedure, field=field, starts_at=starts_at, seat=seat, name=nfc(name)[:120],
        phone=phone.strip()[:30], priority=priority, code=_signs(CODE_LENGTH),
    )  # fmt: skip


def look_up(*, code: str, address: str) -> Appointment:
    """Return the appointment of a code that a visitor typed. Raises Missing; Refused after too many tries."""
    take_try(scope=scope_of(purpose="booked", value=address), most=VISITORS_PER_ADDRESS, window=HOUR)
    return queries.appointment_by_code(code=code)


@transaction.atomic
def cancel(*, code: str) -> Appointment:
    """Give a booked place back, by the code of the appointment. Raises Missing, Refused."""
    found = queries.appointment_by_code(code=code)
    row = Appointment.objects.select_for_update(of=("self",)).select_related("centre").get(pk=found.pk)
    if row.state == Appointment.State.ARRIVED:
        raise Refused("appointment.state", _("This appointment was used or cancelled already."), field="code")
    row.state = Appointment.State.CANCELLED
    row.save(update_fields=["state"])
    return row


@transaction.atomic
def close_days(*, before: date) -> tuple[int, int]:
    """End what earlier days left open: tickets have left, appointments were missed. Returns how many of each."""
    now = timezone.now()
    tickets = Ticket.objects.filter(day__lt=before, state__in=queries.LIVE).update(
        state=Ticket.State.LEFT, ended_at=now, counter=None
    )
    rows = Appointment.objects.filter(state=Appointment.State.BOOKED, starts_at__date__lt=before)
    return tickets, rows.update(state=Appointment.State.MISSED)


@transaction.atomic
def add_counter(
    *, actor: Actor, centre: Centre, number: int, name_vi: str, skills: list[str], is_priority: bool
) -> Counter:
    """Add a counter to a centre that the actor keeps. Raises Refused where the number is taken."""
    actor.must(permissions.COUNTER_WRITE)
    try:
        with transaction.atomic():
            row = Counter.objects.create(
                centre=centre, number=number, name_vi=nfc(name_vi), skills=skills, is_priority=is_priority
            )
    except IntegrityError:
        raise Refused(
            "counter.number", _("The centre has a counter with this number already."), field="number"
        ) from None
    audit.record(actor=actor, action="onestop.counter.added", subject=row, after=audit.snapshot(row))
    return row


@transaction.atomic
def change_counter(
    *,
    actor: Actor,
    counter: Counter,
    name_vi: str,
    skills: list[str],
    is_priority: bool,
    closed: bool,
    revision: int | None = None,
) -> Counter:
    """Change what a counter serves, or close it for good. Raises Conflict, and Refused while somebody sits there."""
    actor.must(permissions.COUNTER_WRITE)
    row = Counter.objects.select_for_update(of=("self",)).get(pk=counter.pk)
    if revision is not None:
        claim(row, revision=revision)
    before = audit.snapshot(row)
    if closed and row.is_open:
        raise Refused("counter.taken", _("Somebody else sits at this counter."), field="closed")
    row.name_vi, row.skills, row.is_priority = nfc(name_vi), skills, is_priority
    row.closed_on = (row.closed_on or timezone.localdate()) if closed else None
    row.save()
    audit.record(
        actor=actor, action="onestop.counter.changed", subject=row, before=before, after=audit.snapshot(row)
    )
    return row
