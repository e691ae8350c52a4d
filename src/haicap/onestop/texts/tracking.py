"""Where a dossier is, in the words of its applicant: what to do, what comes next, by when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from haicap.kernel.errors import Text
from haicap.onestop.models import Dossier, Event
from haicap.onestop.queries.clock import pack_on
from haicap.onestop.queries.tracking import Tracked
from haicap.onestop.rules.lifecycle import Kind, Life, Status

STAGES: Sequence[Text] = (
    gettext_lazy("Dossier handed in"),
    gettext_lazy("Dossier received"),
    gettext_lazy("Being processed"),
    gettext_lazy("Result ready"),
    gettext_lazy("Result in your hands"),
)
TOLD: Mapping[str, Text] = {
    Kind.REGISTERED: gettext_lazy("You handed in your dossier"),
    Kind.RECEIVED: gettext_lazy("Your dossier was received; the time limit runs"),
    Kind.NOT_RECEIVED: gettext_lazy("Your dossier was not received"),
    Kind.FORWARDED: gettext_lazy("Your dossier went to the body that decides"),
    Kind.SUPPLEMENT_ASKED: gettext_lazy("You were asked to complete your papers"),
    Kind.SUPPLEMENT_GIVEN: gettext_lazy("You completed your papers"),
    Kind.PAYMENT_ASKED: gettext_lazy("You were asked to pay"),
    Kind.PAID: gettext_lazy("Your payment arrived"),
    Kind.CONSULTED: gettext_lazy("Another body was asked for its opinion"),
    Kind.CONSULT_ANSWERED: gettext_lazy("The other body gave its opinion"),
    Kind.EXTENDED: gettext_lazy("The body apologised and gave a new date"),
    Kind.WITHDRAW_ASKED: gettext_lazy("You asked for your dossier back"),
    Kind.WITHDRAW_DECLINED: gettext_lazy("Your wish to withdraw was declined"),
    Kind.STOPPED: gettext_lazy("The work on your dossier was stopped"),
    Kind.SIGNED: gettext_lazy("The result was signed"),
    Kind.ISSUED: gettext_lazy("The result is ready"),
    Kind.POSTED: gettext_lazy("The result was handed to the post"),
    Kind.RETURNED: gettext_lazy("The result was returned to you"),
    Kind.REROUTED: gettext_lazy("Another body decides now"),
}
WITH_REASON = frozenset(
    {
        Kind.NOT_RECEIVED,
        Kind.SUPPLEMENT_ASKED,
        Kind.EXTENDED,
        Kind.WITHDRAW_DECLINED,
        Kind.STOPPED,
        Kind.REROUTED,
    }
)


CHECKED: Text = gettext_lazy(
    "An officer checks your papers. You then get a receipt with the day of the result, or a list of what is "
    "missing."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The four answers; `do` is "" where the applicant has nothing to do, `by` "" where no date is known."""

    where: str
    do: str
    then: str
    by: str
    colour: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One place on the line of steps: done, now, next or broken."""

    label: Text
    state: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An entry of the history in plain words."""

    at: datetime
    text: Text
    body: str
    reason: str


def moment(at: datetime | None) -> str:
    """Return a time as a person reads it: 16:30 on 25/11/2025."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return _("%(time)s on %(day)s") % {"time": f"{local:%H:%M}", "day": date_format(local, "d/m/Y")}


def told(*, seen: Tracked, now: datetime) -> Told:
    """Return where the dossier is, what its applicant must do now, what happens next, and by when."""
    return _SAYS[Status(seen.life.status)](seen, now)


def _name(body: object) -> str:
    return str(getattr(body, "name_vi", "") or _("the competent body"))


def reason_of(*, seen: Tracked, kind: Kind) -> str:
    """Return the reason given last for an event of this kind."""
    rows = [row for row in seen.events if row.kind == kind]
    return str(rows[-1].payload.get("reason") or "") if rows else ""


def _new(seen: Tracked, now: datetime) -> Told:
    return Told(
        where=_("Your dossier waits at %(place)s to be checked.") % {"place": _name(seen.dossier.received_body)},
        do="",
        then=str(CHECKED),
        by=_("The time limit begins with the receipt."),
        colour="blue",
    )  # fmt: skip


def _received(seen: Tracked, now: datetime) -> Told:
    return Told(
        where=_("%(place)s received your dossier.") % {"place": _name(seen.dossier.received_body)},
        do=_fee(seen),
        then=_("It is passed on to %(body)s, which decides.") % {"body": _name(seen.dossier.competent_body)},
        by=due_text(seen=seen, now=now),
        colour=_colour(seen, now),
    )


def _processing(seen: Tracked, now: datetime) -> Told:
    life, body = seen.life, _name(seen.dossier.competent_body)
    waiting = [row for row in life.consultations if row.answered_at is None]
    if life.result.signed:
        then = _("The result is signed; it only needs its number and seal.")
    elif life.result.drafted:
        then = _("A draft of the result is there and goes to be approved and signed.")
    elif waiting:
        then = _("Another body was asked for its opinion; then %(body)s decides.") % {"body": body}
    else:
        then = _("%(body)s checks your papers and decides.") % {"body": body}
    return Told(
        where=_("%(body)s is working on your dossier.") % {"body": body},
        do=_fee(seen),
        then=then,
        by=due_text(seen=seen, now=now),
        colour=_colour(seen, now),
    )


def _supplement(seen: Tracked, now: datetime) -> Told:
    begun = seen.life.received_at is not None
    return Told(
        where=_("Your dossier waits for papers from you."),
        do=_("Complete your papers: hand in the missing ones below, or at any centre of the City."),
        then=_("As soon as they are there, the work goes on."),
        by=_("The time limit stands still until then; the time already used counts.")
        if begun
        else _("The time limit has not begun."),
        colour="orange",
        reason=reason_of(seen=seen, kind=Kind.SUPPLEMENT_ASKED),
    )


def _financial(seen: Tracked, now: datetime) -> Told:
    return Told(
        where=_("Your dossier waits for a payment."),
        do=_("Pay %(amount)s đồng: at any centre of the City, with the code of your dossier.")
        % {"amount": _money(seen.dossier.fee)},
        then=_("As soon as the payment is there, the work goes on."),
        by=_("The time limit stands still until then; the time already used counts."),
        colour="orange",
    )


def _withdrawing(seen: Tracked, now: datetime) -> Told:
    return Told(
        where=_("You asked for your dossier back."),
        do="",
        then=_("%(body)s confirms that the work is stopped, or tells you why it goes on.")
        % {"body": _name(seen.dossier.competent_body)},
        by=due_text(seen=seen, now=now),
        colour="yellow",
    )


def _processed(seen: Tracked, now: datetime) -> Told:
    life, place = seen.life, _name(seen.dossier.holder)
    if life.payment == Dossier.Payment.DUE:
        do = _("Pay %(amount)s đồng at any centre; then you get the result.") % {
            "amount": _money(seen.dossier.fee)
        }
    elif life.delivery == Dossier.DeliveryState.POSTED:
        do = _("Wait for the post: the result is on its way to you.")
    else:
        do = _(
            "Fetch the result at %(place)s, or have it sent to another centre. Bring your identity card."
        ) % {"place": place}
    refused = life.result.kind == "refused"
    return Told(
        where=_("Your request was refused; the decision is ready.")
        if refused
        else _("Your result is ready."),
        do=do,
        then=_("With the result in your hands the dossier is closed."),
        by="",
        colour="red" if refused else "green",
        reason=reason_of(seen=seen, kind=Kind.DRAFTED) if refused else "",
    )


def _returned(seen: Tracked, now: datetime) -> Told:
    return Told(
        where=_("You have the result. The dossier is closed."),
        do="",
        then=_("Nothing more happens. Tell us below how it was."),
        by="",
        colour="green",
    )


def _not_received(seen: Tracked, now: datetime) -> Told:
    return Told(
        where=_("Your dossier was not received."),
        do=_("Look at the reason; you may hand in a new dossier that puts it right."),
        then=_("Nothing more happens with this dossier."),
        by="",
        colour="red",
        reason=reason_of(seen=seen, kind=Kind.NOT_RECEIVED),
    )


def _stopped(seen: Tracked, now: datetime) -> Told:
    return Told(
        where=_("The work on your dossier was stopped."),
        do=_("Fetch your papers at any centre. If you disagree, write a petition."),
        then=_("Nothing more happens with this dossier."),
        by="",
        colour="grey",
        reason=reason_of(seen=seen, kind=Kind.STOPPED),
    )


_SAYS: Mapping[Status, Callable[[Tracked, datetime], Told]] = {
    Status.NEW: _new,
    Status.RECEIVED: _received,
    Status.NOT_RECEIVED: _not_received,
    Status.PROCESSING: _processing,
    Status.SUPPLEMENT: _supplement,
    Status.FINANCIAL: _financial,
    Status.WITHDRAWING: _withdrawing,
    Status.STOPPED: _stopped,
    Status.PROCESSED: _processed,
    Status.RETURNED: _returned,
}


def _money(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def _fee(seen: Tracked) -> str:
    if seen.life.payment != Dossier.Payment.DUE:
        return ""
    return _("Pay the fee of %(amount)s đồng at any centre before you fetch the result.") % {
        "amount": _money(seen.dossier.fee)
    }


def _colour(seen: Tracked, now: datetime) -> str:
    return "red" if seen.dossier.due_at and seen.dossier.due_at < now else "blue"


def due_text(*, seen: Tracked, now: datetime) -> str:
    """Return by when, or that it is late and what the applicant may do about it."""
    due = seen.dossier.due_at
    if due is None:
        return ""
    if due < now:
        return _("The result was due at %(due)s. It is late: you may write a petition.") % {
            "due": moment(due)
        }
    return _("By %(due)s at the latest.") % {"due": moment(due)}


def due_lines(*, seen: Tracked) -> list[str]:
    """Return how the due date came about, one sentence for each thing that moved it."""
    life = seen.life
    if life.received_at is None or life.terms is None:
        return []
    lines = [_("Your dossier was validly received at %(time)s.") % {"time": moment(life.received_at)}]
    lines.append(_limit(life))
    for row in life.suspensions:
        lines.append(_waited(row.reason, row.began, row.ended))
    if life.extension:
        lines.append(
            _("The body apologised at %(time)s and gave a new date, %(until)s.")
            % {"time": moment(life.extension.at), "until": moment(life.extension.until)}
        )
    if seen.dossier.due_at:
        lines.append(_("So the result is due at %(due)s.") % {"due": moment(seen.dossier.due_at)})
    return lines


def _limit(life: Life) -> str:
    if life.terms is None:
        return ""
    if life.terms.same_day:
        cut_off = pack_on(day=date.fromisoformat(life.terms.pack)).clock.hours.cut_off
        return _(
            "The result is due on the same working day; if received after %(hour)s, on the next one."
        ) % {"hour": f"{cut_off:%H:%M}"}
    value = life.terms.value
    if life.terms.unit == "working_hours":
        return ngettext(
            "The law gives %(value)s working hour.", "The law gives %(value)s working hours.", value
        ) % {"value": value}
    if life.terms.unit == "days":
        return ngettext(
            "The law gives %(value)s day, days off included; if the last one is a day off, the next working day.",
            "The law gives %(value)s days, days off included; if the last one is a day off, the next working day.",
            value,
        ) % {"value": value}  # fmt: skip
    return ngettext(
        "The law gives %(value)s working day; the day of receipt, weekends and public holidays do not count.",
        "The law gives %(value)s working days; the day of receipt, weekends and public holidays do not count.",
        value,
    ) % {"value": value}


def _waited(reason: str, began: datetime, ended: datetime | None) -> str:
    what = _("your supplement") if reason == "supplement" else _("your payment")
    if ended is None:
        return _("Since %(began)s the clock stands still and waits for %(what)s.") % {
            "began": moment(began),
            "what": what,
        }
    return _("From %(began)s to %(ended)s the clock stood still and waited for %(what)s.") % {
        "began": moment(began),
        "ended": moment(ended),
        "what": what,
    }


def stages(*, life: Life) -> list[Stage]:
    """Return the line of steps."""
    times = [life.registered_at, life.received_at, None, life.ended_at, life.returned_at]
    reached = {
        Status.NEW: 0,
        Status.RECEIVED: 1,
        Status.PROCESSED: 3,
        Status.RETURNED: 4,
    }.get(Status(life.status), 2 if life.received_at else 0)
    broken = life.status in (Status.NOT_RECEIVED, Status.STOPPED)
    if life.status not in (Status.PROCESSED, Status.RETURNED):
        times[3] = None
    found = []
    for number, (label, at) in enumerate(zip(STAGES, times, strict=True)):
        if number < reached or life.status == Status.RETURNED:
            state = "done"
        elif number == reached:
            state = "broken" if broken else "now"
        else:
            state = "next"
        found.append(Stage(label=label, state=state, at=at if state != "next" else None))
    return found


def history(*, events: Sequence[Event]) -> list[Happened]:
    """Return what the applicant is told of the ledger, newest first; inner steps of the body stay inside."""
    return [
        Happened(
            at=row.at,
            text=TOLD[row.kind],
            body=str(getattr(row, "body_name", None) or ""),
            reason=str(row.payload.get("reason") or "") if row.kind in WITH_REASON else "",
        )
        for row in reversed(events)
        if row.kind in TOLD
    ]
