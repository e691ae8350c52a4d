"""Lists of dossiers: what a body must do now, and all in which it has a part.

Every list, count, search, export and expansion begins with `work_for` or `dossiers_for`: there is no other way to
rows. The holder of a dossier always has a part in it, so the work list is a part of what the body may see, and the
index dossier_work (holder, due_at, id of the open ones) serves it alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from haicap.accounts.models import Person
from haicap.kernel.access import Actor
from haicap.kernel.text import fold
from haicap.onestop import permissions
from haicap.onestop.models import Applicant, Dossier, Part, ProcedureVersion
from haicap.onestop.queries.clock import calendar_now, pack_on
from haicap.onestop.rules.clock.timeline import timeline, to_minute, to_moment
from haicap.onestop.rules.lifecycle import ENDED, Consultation, Life, Status
from haicap.onestop.rules.masking import mask_name
from haicap.register.models import Body

MOST_CONSULTED = 200
MOST_EXPORTED = 10_000
_HEAVY = ("papers", "fees", "steps", "legal_basis", "folded")
_BODIES = ("received_body", "competent_body", "returned_body", "holder")
_DRAFTED = Q(life__has_key="result")


class Foretold(StrEnum):
    """How an open dossier stands against its due time; `waiting`: no time runs. `ended`: it is over."""

    LATE = "late"
    AT_RISK = "at_risk"
    ON_TIME = "on_time"
    WAITING = "waiting"
    ENDED = "ended"


class Waits(StrEnum):
    """What a dossier waits for at the body that holds it."""

    RECEIVE = "receive"
    FORWARD = "forward"
    ASSIGN = "assign"
    PROCESS = "process"
    APPROVE = "approve"
    SIGN = "sign"
    ISSUE = "issue"
    RETURN = "return"
    WITHDRAWAL = "withdrawal"


STEPS: Mapping[Waits, tuple[str, Q]] = {
    Waits.APPROVE: (permissions.APPROVE, Q(status=Status.PROCESSING, life__result__approved=False)),
    Waits.SIGN: (
        permissions.SIGN,
        Q(status=Status.PROCESSING, life__result__approved=True, life__result__signed=False),
    ),
    Waits.ISSUE: (permissions.ISSUE, Q(status=Status.PROCESSING, life__result__signed=True)),
    Waits.RETURN: (permissions.RETURN, Q(status=Status.PROCESSED)),
    Waits.RECEIVE: (permissions.RECEIVE, Q(status=Status.NEW)),
    Waits.FORWARD: (permissions.RECEIVE, Q(status=Status.RECEIVED)),
    Waits.WITHDRAWAL: (permissions.PROCESS, Q(status=Status.WITHDRAWING)),
    Waits.PROCESS: (permissions.PROCESS, Q(status=Status.PROCESSING) & ~_DRAFTED),
    Waits.ASSIGN: (permissions.ASSIGN, Q(status=Status.PROCESSING, assignee=None) & ~_DRAFTED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter; "" and None leave a field open. `whose` is mine or unassigned, `text` a code or a name."""

    text: str = ""
    whose: str = ""
    status: str = ""
    foretold: str = ""
    waits: str = ""
    procedure: str = ""
    received_from: date | None = None
    received_to: date | None = None


def work_for(*, actor: Actor) -> QuerySet[Dossier]:
    """Return the open dossiers that the actor's body must act on now; the command line sees all."""
    rows = Dossier.objects.filter(is_open=True)
    if actor.is_system:
        return rows
    if not actor.may(permissions.READ) or actor.body_id is None:
        return rows.none()
    return rows.filter(holder_id=actor.body_id)


def waiting_for(*, actor: Actor) -> QuerySet[Dossier]:
    """Return the dossiers of the work list that wait for somebody of the actor's role."""
    mine = Q(pk__in=[])
    for permission, condition in STEPS.values():
        if actor.may(permission):
            mine |= condition
    if not actor.may(permissions.ASSIGN):  # what a colleague was given waits for the colleague
        given = Q(status=Status.PROCESSING, assignee__isnull=False) & ~_DRAFTED
        mine &= ~given | Q(assignee_id=actor.person_id)
    return work_for(actor=actor).filter(mine)


def by_due(rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """Return `rows` in the order of their due time, those without one last."""
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def risk_until(*, now: datetime) -> datetime:
    """Return before which time an open dossier must be due to be at risk at `now`; one query."""
    rules = pack_on(day=timezone.localtime(now).date()).clock
    line = timeline(calendar_now(), rules.hours)
    return to_moment(line.advance(line.opening(to_minute(now)), rules.warn_minutes))


def foretold_is(*, which: Foretold, now: datetime, risk: datetime) -> Q:
    """Return the condition of dossiers that stand as `which` at `now`."""
    match which:
        case Foretold.LATE:
            return Q(is_open=True, due_at__lt=now) & ~Q(status=Status.PROCESSED)
        case Foretold.AT_RISK:
            return Q(is_open=True, due_at__gte=now, due_at__lt=risk) & ~Q(status=Status.PROCESSED)
        case Foretold.ON_TIME:
            return Q(is_open=True, due_at__gte=risk) & ~Q(status=Status.PROCESSED)
        case Foretold.WAITING:
            return Q(is_open=True, due_at=None) & ~Q(status=Status.PROCESSED)
        case Foretold.ENDED:
            return Q(is_open=False) | Q(status=Status.PROCESSED)


def foretell(*, dossier: Dossier, now: datetime, risk: datetime) -> Foretold:
    """Return how a dossier stands; the same rule as `foretold_is`."""
    if not dossier.is_open or dossier.status in ENDED:
        return Foretold.ENDED
    if dossier.due_at is None:
        return Foretold.WAITING
    if dossier.due_at < now:
        return Foretold.LATE
    return Foretold.AT_RISK if dossier.due_at < risk else Foretold.ON_TIME


def narrowed(
    *, rows: QuerySet[Dossier], wanted: Wanted, actor: Actor, now: datetime | None = None
) -> QuerySet[Dossier]:
    """Return those of `rows` that a filter asks for. A value that does not exist finds nothing."""
    rows = _of_text(rows, wanted.text)
    if wanted.whose == "mine":
        rows = rows.filter(assignee_id=actor.person_id or -1)
    elif wanted.whose == "unassigned":
        rows = rows.filter(assignee=None)
    if wanted.status:
        rows = rows.filter(status=int(wanted.status)) if wanted.status.isdecimal() else rows.none()
    if wanted.procedure:
        rows = rows.filter(version__procedure__code=wanted.procedure)
    if wanted.waits:
        step = STEPS.get(Waits(wanted.waits)) if wanted.waits in set(Waits) else None
        rows = rows.filter(step[1]) if step else rows.none()
    if wanted.foretold:
        rows = _foretold(rows, wanted.foretold, now or timezone.now())
    return rows.filter(_received(wanted))


def _foretold(rows: QuerySet[Dossier], which: str, now: datetime) -> QuerySet[Dossier]:
    if which not in set(Foretold):
        return rows.none()
    return rows.filter(foretold_is(which=Foretold(which), now=now, risk=risk_until(now=now)))


def _received(wanted: Wanted) -> Q:
    found = Q()
    if wanted.received_from:
        found &= Q(received_at__gte=_start(wanted.received_from))
    if wanted.received_to:
        found &= Q(received_at__lt=_start(wanted.received_to + timedelta(days=1)))
    return found


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _of_text(rows: QuerySet[Dossier], text: str) -> QuerySet[Dossier]:
    """Narrow by a part of the code, the whole reference, the whole identity number, or a part of the name."""
    bare = text.strip()[:100]
    if not bare:
        return rows
    spelt = bare.upper()
    found = Q(code__contains=spelt) | Q(reference=spelt)
    if bare.isdecimal():
        found |= Q(applicant__id_number=bare)
    elif folded := fold(bare):
        found |= Q(applicant__folded__contains=folded)
    return rows.filter(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many dossiers of the work list there are, by how they stand, by whose they are, by what they wait for."""

    all: int
    late: int
    at_risk: int
    on_time: int
    waiting: int
    ended: int
    mine: int
    unassigned: int
    waits: Mapping[Waits, int]


def counts_for(*, actor: Actor, now: datetime | None = None) -> Counts:
    """Count the actor's work list in one query (and one for the calendar)."""
    moment = now or timezone.now()
    risk = risk_until(now=moment)
    wanted: dict[str, Any] = {
        which.value: Count("pk", filter=foretold_is(which=which, now=moment, risk=risk)) for which in Foretold
    }
    steps = [step for step, (permission, _condition) in STEPS.items() if actor.may(permission)]
    for step in steps:
        wanted[f"step_{step.value}"] = Count("pk", filter=STEPS[step][1])
    found = work_for(actor=actor).aggregate(
        all=Count("pk"),
        mine=Count("pk", filter=Q(assignee_id=actor.person_id or -1)),
        unassigned=Count("pk", filter=Q(assignee=None)),
        **wanted,
    )
    waits = {step: found.pop(f"step_{step.value}") for step in steps}
    return Counts(waits=waits, **found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A dossier as a list shows it: no identifier of the applicant but the masked name."""

    dossier: Dossier
    applicant: str
    foretold: Foretold
    waits: Waits | None


def named(*, rows: Iterable[Dossier]) -> list[Dossier]:
    """Return dossiers with procedure, applicant, people and bodies; four queries whatever their number.

    Joining nine tables would cost the database more time to plan than the page takes to read.
    """
    found = list(rows)
    bodies = Body.objects.in_bulk({getattr(row, f"{name}_id") for row in found for name in _BODIES} - {None})
    people = Person.objects.in_bulk({row.assignee_id for row in found} - {None})
    versions = ProcedureVersion.objects.select_related("procedure").defer(*_HEAVY)
    of_version = versions.in_bulk({row.version_id for row in found})
    applicants = Applicant.objects.in_bulk([row.pk for row in found])
    for row in found:
        row.version = of_version[row.version_id]
        row.assignee = people.get(row.assignee_id)
        for name in _BODIES:
            setattr(row, name, bodies.get(getattr(row, f"{name}_id")))
        if row.pk in applicants:
            row.applicant = applicants[row.pk]
    return found


def lines_of(*, rows: Iterable[Dossier], now: datetime | None = None) -> list[Line]:
    """Return the lines of dossiers; five queries whatever their number."""
    moment = now or timezone.now()
    risk = risk_until(now=moment)
    return [
        Line(
            dossier=row,
            applicant=mask_name(row.applicant.full_name) if hasattr(row, "applicant") else "",
            foretold=foretell(dossier=row, now=moment, risk=risk),
            waits=waits_of(life=Life.from_json(row.life)),
        )
        for row in named(rows=rows)
    ]


def waits_of(*, life: Life) -> Waits | None:
    """Return what a dossier waits for at its holder, None where it waits for the applicant or is over."""
    match life.status:
        case Status.NEW:
            return Waits.RECEIVE
        case Status.RECEIVED:
            return Waits.FORWARD
        case Status.WITHDRAWING:
            return Waits.WITHDRAWAL
        case Status.PROCESSED:
            return Waits.RETURN
        case Status.PROCESSING:
            return _result_step(life)
    return None


def _result_step(life: Life) -> Waits:
    if life.result.signed:
        return Waits.ISSUE
    if life.result.approved:
        return Waits.SIGN
    if life.result.drafted:
        return Waits.APPROVE
    return Waits.PROCESS if life.assignee else Waits.ASSIGN


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A dossier about which the actor's body was asked and has not answered yet."""

    dossier: Dossier
    consultation: Consultation


def asked_for(*, actor: Actor) -> list[Asked]:
    """Return the consultations that wait for an answer of the actor's body, the most urgent first; two queries."""
    if actor.body_id is None or not actor.may(permissions.READ):
        return []
    own = Part.objects.filter(body_id=actor.body_id, kind=Part.Kind.CONSULTED).values("dossier_id")
    rows = Dossier.objects.filter(pk__in=own, is_open=True).select_related("version")
    code = Body.objects.filter(pk=actor.body_id).values_list("code", flat=True).first()
    found = [
        Asked(dossier=row, consultation=one)
        for row in rows.order_by("pk")[:MOST_CONSULTED]
        for one in Life.from_json(row.life).consultations
        if one.body == code and one.answered_at is None
    ]
    return sorted(found, key=lambda asked: asked.consultation.due_at)


def procedures_in(*, rows: QuerySet[Dossier]) -> list[tuple[str, str]]:
    """Return the procedures that occur in `rows` as choices, (code, code and Vietnamese name)."""
    versions = ProcedureVersion.objects.filter(pk__in=rows.order_by().values("version"))
    names = dict(versions.order_by("valid_from").values_list("procedure__code", "name_vi"))
    return [(code, f"{code} {name}") for code, name in sorted(names.items())]


def procedures_known() -> list[tuple[str, str]]:
    """Return all procedures as choices; reading which of them occur among all dossiers would cost too much."""
    names = dict(ProcedureVersion.objects.order_by("valid_from").values_list("procedure__code", "name_vi"))
    return [(code, f"{code} {name}") for code, name in sorted(names.items())]
