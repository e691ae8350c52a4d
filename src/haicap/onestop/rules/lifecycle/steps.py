"""What each event does to a dossier; who may do it when is in `apply.RULES`."""

from dataclasses import replace
from typing import Any

from haicap.onestop.rules.lifecycle.kinds import Channel, Delivery, Happening, Payment, Status, Wrong
from haicap.onestop.rules.lifecycle.life import Consultation, Extension, Life, Result, Suspension, Terms


def registered(life: Life, event: Happening) -> Life:
    """The dossier is there; `received` is the centre's body the applicant turned to."""
    channel = event.text("channel")
    if channel not in set(Channel):
        raise Wrong("event.lacks", field="channel")
    received = event.text("received")
    return replace(
        life,
        status=Status.NEW,
        channel=channel,
        received=received,
        holder=received,
        registered_at=event.at,
        paper="" if channel == Channel.ONLINE else received,
    )


def received(life: Life, event: Happening) -> Life:
    """Valid receipt starts the clock and freezes version, code and appointment. Any centre may receive."""
    given: Any = event.payload.get("terms") or {}
    try:
        terms = Terms(**given)
    except TypeError:
        raise Wrong("event.lacks", field="terms") from None
    fee = int(event.payload.get("fee") or 0)
    return replace(
        life,
        status=Status.RECEIVED,
        code=event.text("code"),
        terms=terms,
        received=event.body,
        holder=event.body,
        competent=event.text("competent"),
        return_at=str(event.payload.get("return_at") or ""),
        received_at=event.at,
        fee=fee,
        payment=Payment.DUE if fee else Payment.NONE,
        reused=bool(event.payload.get("reused")),
        paper=event.body if life.paper else "",
    )


def not_received(life: Life, event: Happening) -> Life:
    """Form 03, with the reason; only before receipt."""
    event.text("reason")
    if life.received_at is not None:
        raise Wrong("event.status", status=life.status, kind=event.kind)
    return replace(
        life,
        status=Status.NOT_RECEIVED,
        holder="",
        ended_at=event.at,
        suspensions=_resumed(life, event),
    )


def scanned(life: Life, event: Happening) -> Life:
    """Papers were digitised, or a file was added."""
    return replace(life, digitised=life.digitised or not event.payload.get("online"))


def forwarded(life: Life, event: Happening) -> Life:
    """The centre passes it to the competent body; form 06 goes with it."""
    return replace(life, status=Status.PROCESSING, holder=life.competent)


def assigned(life: Life, event: Happening) -> Life:
    """Somebody of the body takes it, or it is taken from them (`person` None)."""
    person = event.payload.get("person")
    return replace(life, assignee=int(person) if person is not None else None)


def step_done(life: Life, event: Happening) -> Life:
    """An internal step is done; each once."""
    step = event.text("step")
    if step in life.steps:
        raise Wrong("event.step_done_already", step=step)
    return replace(life, steps=(*life.steps, step))


def supplement_asked(life: Life, event: Happening) -> Life:
    """Form 02: complete and in one go. After receipt at most once, and the clock stands still."""
    event.text("reason")
    if life.status == Status.NEW and not event.centre:
        raise Wrong("event.not_your_part", status=life.status, kind=event.kind)
    if life.status == Status.PROCESSING:
        if event.body != life.competent:
            raise Wrong("event.not_your_part", status=life.status, kind=event.kind)
        if life.supplements:
            raise Wrong("event.supplement_once")
        if life.result.drafted:
            raise Wrong("event.result_begun")
    return replace(
        life,
        status=Status.SUPPLEMENT,
        resume=life.status,
        supplements=life.supplements + (1 if life.received_at else 0),
        suspensions=(*life.suspensions, Suspension(reason="supplement", began=event.at))
        if life.received_at
        else life.suspensions,
    )


def supplement_given(life: Life, event: Happening) -> Life:
    """The applicant completed the papers at any centre or online; the clock runs on."""
    return replace(life, status=life.resume, resume=0, suspensions=_resumed(life, event))


def payment_asked(life: Life, event: Happening) -> Life:
    """A financial obligation (tax, land): its own clock; the dossier's stands still."""
    amount = int(event.payload.get("amount") or 0)
    if amount <= 0:
        raise Wrong("event.lacks", field="amount")
    return replace(
        life,
        status=Status.FINANCIAL,
        resume=life.status,
        fee=life.fee + amount,
        payment=Payment.DUE,
        suspensions=(*life.suspensions, Suspension(reason="finance", began=event.at)),
    )


def paid(life: Life, event: Happening) -> Life:
    """What is owed was paid; leaves status 6."""
    if life.payment != Payment.DUE:
        raise Wrong("event.nothing_to_pay")
    after = replace(
        life,
        payment=Payment.PAID,
        paid_online=life.paid_online or bool(event.payload.get("online")),
    )
    if life.status == Status.FINANCIAL:
        return replace(after, status=life.resume, resume=0, suspensions=_resumed(life, event))
    return after


def consulted(life: Life, event: Happening) -> Life:
    """Another body is asked, with a deadline of its own; the main clock runs on."""
    body, due = event.text("to"), event.moment("due_at")
    if body == life.competent:
        raise Wrong("event.consults_itself")
    if any(row.body == body and row.answered_at is None for row in life.consultations):
        raise Wrong("event.consulted_already", body=body)
    if due <= event.at:
        raise Wrong("event.lacks", field="due_at")
    row = Consultation(body=body, asked_at=event.at, due_at=due)
    return replace(life, consultations=(*life.consultations, row))


def consult_answered(life: Life, event: Happening) -> Life:
    """The asked body answers; late answers count as answers."""
    opinion = event.text("opinion")
    rows = tuple(
        replace(row, answered_at=event.at, opinion=opinion)
        if row.body == event.body and row.answered_at is None
        else row
        for row in life.consultations
    )
    return replace(life, consultations=rows)


def extended(life: Life, event: Happening) -> Life:
    """Form 04, apology and new date, at most once, to a later time."""
    _must_be_received(life, event)
    event.text("reason")
    if life.extension is not None:
        raise Wrong("event.extended_already")
    until = event.moment("until")
    if until <= event.at:
        raise Wrong("event.lacks", field="until")
    return replace(life, extension=Extension(at=event.at, until=until))


def withdraw_asked(life: Life, event: Happening) -> Life:
    """The applicant wants it back; only before the decision."""
    _must_be_received(life, event)
    if life.result.signed:
        raise Wrong("event.result_begun")
    return replace(
        life,
        status=Status.WITHDRAWING,
        resume=Status.PROCESSING,
        suspensions=_resumed(life, event),
    )


def withdraw_declined(life: Life, event: Happening) -> Life:
    """The body goes on, with the reason."""
    event.text("reason")
    return replace(life, status=life.resume, resume=0)


def stopped(life: Life, event: Happening) -> Life:
    """Form 05, before the decision, with the reason."""
    _must_be_received(life, event)
    event.text("reason")
    if life.result.signed:
        raise Wrong("event.result_begun")
    return replace(
        life,
        status=Status.STOPPED,
        resume=0,
        holder="",
        ended_at=event.at,
        suspensions=_resumed(life, event),
    )


def drafted(life: Life, event: Happening) -> Life:
    """A draft of the result is there; a new draft takes the place of one that is not signed."""
    kind = event.text("result")
    if kind not in ("granted", "refused"):
        raise Wrong("event.lacks", field="result")
    if kind == "refused":
        event.text("reason")
    if life.result.signed:
        raise Wrong("event.signed_already")
    if any(row.answered_at is None for row in life.consultations):
        raise Wrong("event.consultation_open")
    return replace(life, result=Result(kind=kind, drafted=True))


def approved(life: Life, event: Happening) -> Life:
    """The head of division agrees with the draft."""
    _needs(life, drafted=True, approved=False)
    return replace(life, result=replace(life.result, approved=True))


def sent_back(life: Life, event: Happening) -> Life:
    """The draft must be done again, with the reason."""
    event.text("reason")
    _needs(life, drafted=True, signed=False)
    return replace(life, result=Result())


def signed(life: Life, event: Happening) -> Life:
    """The competent signer signs what was approved."""
    _needs(life, approved=True, signed=False)
    if any(row.answered_at is None for row in life.consultations):
        raise Wrong("event.consultation_open")
    return replace(life, result=replace(life.result, signed=True))


def numbered(life: Life, event: Happening) -> Life:
    """The clerk enters number and date."""
    _needs(life, signed=True)
    if life.result.number:
        raise Wrong("event.result_order", needs="numbered")
    return replace(life, result=replace(life.result, number=event.text("number")))


def issued(life: Life, event: Happening) -> Life:
    """Sealed and out: the dossier is processed, the result waits where the applicant asked for it."""
    if not life.result.number:
        raise Wrong("event.result_order", needs="numbered")
    return replace(
        life,
        status=Status.PROCESSED,
        ended_at=event.at,
        holder=life.return_at or life.received,
        delivery=Delivery.READY,
        result=replace(life.result, issued=True),
    )


def posted(life: Life, event: Happening) -> Life:
    """The result was handed to the public post."""
    event.text("proof")
    if life.payment == Payment.DUE:
        raise Wrong("event.unpaid")
    if life.delivery != Delivery.READY:
        raise Wrong("event.posted_already")
    return replace(life, delivery=Delivery.POSTED)


def returned(life: Life, event: Happening) -> Life:
    """The applicant has the result: at any centre, by post or online, with proof of delivery."""
    event.text("proof")
    if life.payment == Payment.DUE:
        raise Wrong("event.unpaid")
    return replace(
        life,
        status=Status.RETURNED,
        returned=event.body or life.competent,
        returned_at=event.at,
        holder="",
        delivery=Delivery.DELIVERED,
    )


def synchronised(life: Life, event: Happening) -> Life:
    """The national portal has it."""
    return replace(life, synchronised=True)


def rerouted(life: Life, event: Happening) -> Life:
    """Another body is competent now: units merged, or it was sent to the wrong one. The code stays."""
    _must_be_received(life, event)
    event.text("reason")
    to = event.text("to")
    if to == life.competent:
        raise Wrong("event.same_body")
    if life.result.signed:
        raise Wrong("event.result_begun")
    return replace(
        life,
        competent=to,
        holder=to if life.holder == life.competent else life.holder,
        assignee=None,
        result=Result(),
    )


def paper_sent(life: Life, event: Happening) -> Life:
    """The papers of a received dossier leave with a slip."""
    _must_be_received(life, event)
    to, slip = event.text("to"), event.text("slip")
    if to == event.body:
        raise Wrong("event.same_body")
    return replace(life, paper=f"way:{slip}:{to}")


def paper_received(life: Life, event: Happening) -> Life:
    """The papers arrived; signed off by scanning their QR."""
    if not life.paper.startswith(f"way:{event.text('slip')}:"):
        raise Wrong("event.other_slip")
    return replace(life, paper=event.body)


def _must_be_received(life: Life, event: Happening) -> None:
    if life.received_at is None:
        raise Wrong("event.status", status=life.status, kind=event.kind)


def _resumed(life: Life, event: Happening) -> tuple[Suspension, ...]:
    return tuple(replace(row, ended=event.at) if row.ended is None else row for row in life.suspensions)


def _needs(life: Life, **demanded: bool) -> None:
    for name, wanted in demanded.items():
        if getattr(life.result, name) is not wanted:
            raise Wrong("event.result_order" if wanted else f"event.{name}_already", needs=name)
