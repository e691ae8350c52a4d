"""One step of a dossier's life. Pure: a state and an event in, the next state out, or Wrong."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from haicap.onestop.rules.lifecycle import steps
from haicap.onestop.rules.lifecycle.kinds import Happening, Kind, Status, Wrong
from haicap.onestop.rules.lifecycle.life import Life

Step = Callable[[Life, Happening], Life]
_BEFORE = frozenset({Status.NEW})
_UNIT = frozenset({Status.PROCESSING})
_RUNNING = frozenset({Status.PROCESSING, Status.SUPPLEMENT, Status.FINANCIAL})
_ACTIVE = _RUNNING | {Status.RECEIVED, Status.WITHDRAWING}
_DONE = frozenset({Status.PROCESSED})
_ANY = frozenset(Status)
_NOTHING = frozenset[Status]()


@dataclass(frozen=True, slots=True)
class Rule:
    """When an event may happen (`statuses`), who may do it (`who`), and what it does (`step`).

    `who`: centre (any open centre), citizen (the applicant online), received, competent, consulted, holder of
    the papers (paper), machine. Several are joined by "|".
    """

    statuses: frozenset[Status]
    who: frozenset[str]
    step: Step


def _rule(statuses: frozenset[Status], who: str, step: Step) -> Rule:
    return Rule(statuses, frozenset(who.split("|")), step)


RULES: Mapping[Kind, Rule] = {
    Kind.REGISTERED: _rule(_NOTHING, "centre|citizen|machine", steps.registered),
    Kind.RECEIVED: _rule(_BEFORE, "centre", steps.received),
    Kind.NOT_RECEIVED: _rule(_BEFORE | {Status.SUPPLEMENT}, "centre", steps.not_received),
    Kind.SCANNED: _rule(
        _ANY - {Status.NOT_RECEIVED, Status.STOPPED}, "centre|competent|citizen", steps.scanned
    ),
    Kind.FORWARDED: _rule(frozenset({Status.RECEIVED}), "received", steps.forwarded),
    Kind.ASSIGNED: _rule(_ACTIVE, "competent|received", steps.assigned),
    Kind.STEP_DONE: _rule(_UNIT, "competent", steps.step_done),
    Kind.SUPPLEMENT_ASKED: _rule(_BEFORE | _UNIT, "centre|competent", steps.supplement_asked),
    Kind.SUPPLEMENT_GIVEN: _rule(
        frozenset({Status.SUPPLEMENT}), "centre|competent|citizen", steps.supplement_given
    ),
    Kind.PAYMENT_ASKED: _rule(_UNIT, "competent", steps.payment_asked),
    Kind.PAID: _rule(_ACTIVE | _DONE, "centre|competent|citizen|machine", steps.paid),
    Kind.CONSULTED: _rule(_UNIT, "competent", steps.consulted),
    Kind.CONSULT_ANSWERED: _rule(_RUNNING | {Status.WITHDRAWING}, "consulted", steps.consult_answered),
    Kind.EXTENDED: _rule(_RUNNING, "competent", steps.extended),
    Kind.WITHDRAW_ASKED: _rule(_RUNNING, "centre|citizen", steps.withdraw_asked),
    Kind.WITHDRAW_DECLINED: _rule(frozenset({Status.WITHDRAWING}), "competent", steps.withdraw_declined),
    Kind.STOPPED: _rule(_RUNNING | {Status.WITHDRAWING}, "competent", steps.stopped),
    Kind.DRAFTED: _rule(_UNIT, "competent", steps.drafted),
    Kind.APPROVED: _rule(_UNIT, "competent", steps.approved),
    Kind.SENT_BACK: _rule(_UNIT, "competent", steps.sent_back),
    Kind.SIGNED: _rule(_UNIT, "competent", steps.signed),
    Kind.NUMBERED: _rule(_UNIT, "competent", steps.numbered),
    Kind.ISSUED: _rule(_UNIT, "competent", steps.issued),
    Kind.POSTED: _rule(_DONE, "centre|competent", steps.posted),
    Kind.RETURNED: _rule(_DONE, "centre|citizen|competent", steps.returned),
    Kind.SYNCHRONISED: _rule(_ANY, "machine|centre|competent", steps.synchronised),
    Kind.REROUTED: _rule(_ACTIVE, "competent|received|machine", steps.rerouted),
    Kind.PAPER_SENT: _rule(_ANY - {Status.NEW, Status.NOT_RECEIVED}, "paper", steps.paper_sent),
    Kind.PAPER_RECEIVED: _rule(_ANY - {Status.NEW, Status.NOT_RECEIVED}, "addressee", steps.paper_received),
}


def parts_of(*, life: Life, body: str, centre: str = "", machine: bool = False) -> frozenset[str]:
    """Return what an actor is to a dossier, in the words of `Rule.who`."""
    found = set()
    if centre:
        found.add("centre")
    if not body:
        found.add("machine" if machine else "citizen")
        return frozenset(found)
    if body == life.received:
        found.add("received")
    if body == life.competent:
        found.add("competent")
    if any(row.body == body and row.answered_at is None for row in life.consultations):
        found.add("consulted")
    if body == life.paper:
        found.add("paper")
    if life.paper.startswith("way:") and life.paper.endswith(f":{body}"):
        found.add("addressee")
    return frozenset(found)


def check(*, life: Life, kind: Kind, body: str, centre: str = "", machine: bool = False) -> str:
    """Return "" where this may happen now by this body, else the code of what stands against it."""
    rule = RULES[kind]
    if life.sequence == 0:
        if kind is not Kind.REGISTERED:
            return "event.before_registration"
    elif kind is Kind.REGISTERED:
        return "event.registered_already"
    elif life.status not in rule.statuses:
        return "event.status"
    if not rule.who & parts_of(life=life, body=body, centre=centre, machine=machine):
        return "event.not_your_part"
    return ""


def open_kinds(*, life: Life, body: str, centre: str = "") -> frozenset[Kind]:
    """Return what this body may do now; the payload may still be refused."""
    return frozenset(kind for kind in Kind if not check(life=life, kind=kind, body=body, centre=centre))


def apply(*, life: Life, event: Happening) -> Life:
    """Return the dossier after `event`; raises Wrong with what stands against it.

    An event earlier than the last one is out of order: the caller that has just read its clock takes the last
    event's time instead, for the time of a ledger never goes back.
    """
    if life.last_at is not None and event.at < life.last_at:
        raise Wrong("event.earlier", last=life.last_at)
    code = check(life=life, kind=event.kind, body=event.body, centre=event.centre, machine=event.machine)
    if code:
        raise Wrong(code, status=life.status, kind=event.kind)
    after = RULES[event.kind].step(life, event)
    return replace(after, sequence=life.sequence + 1, last_at=event.at)


def replay(*, events: Iterable[Happening]) -> Life:
    """Return the dossier that a whole history makes."""
    life = Life()
    for event in events:
        life = apply(life=life, event=event)
    return life
