"""What the page of one dossier shows: where it is, what comes next, what happened, and what may be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from haicap.accounts.models import Person
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, NotAllowed
from haicap.onestop import permissions
from haicap.onestop.actions.dossiers import AT_CENTRE, MAY_BE_AT_CENTRE, may
from haicap.onestop.models import Applicant, Attachment, Centre, Dossier, Event, ProcedureVersion
from haicap.onestop.queries.centres import open_centres_on
from haicap.onestop.queries.dossiers import (
    applicant_for,
    centre_of,
    dossier_at_counter,
    dossier_for,
    dossiers_for,
    events_for,
)
from haicap.onestop.queries.papers import Papers, Printable, papers_of, printable
from haicap.onestop.rules.lifecycle import Consultation, Kind, Life, check
from haicap.onestop.rules.masking import mask_address, mask_email, mask_name, mask_number
from haicap.onestop.rules.payloads import FIELDS
from haicap.register.models import Body
from haicap.register.queries import bodies_for

# What is done on the page of the result.
RESULT_KINDS = (Kind.DRAFTED, Kind.SIGNED, Kind.NUMBERED, Kind.ISSUED)
# What is done at a counter to a dossier in which the own body has no part.
COUNTER_KINDS = (
    Kind.RETURNED,
    Kind.SUPPLEMENT_GIVEN,
    Kind.PAID,
    Kind.WITHDRAW_ASKED,
    Kind.RECEIVED,
    Kind.NOT_RECEIVED,
    Kind.POSTED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the forms of one dossier offer: people, steps and papers of the procedure, bodies; each (value, label).

    `taker` is who is offered first to take it: a specialist takes what nobody has.
    """

    people: Sequence[tuple[str, str]] = ()
    steps: Sequence[tuple[str, str]] = ()
    papers: Sequence[tuple[str, str]] = ()
    bodies: Sequence[tuple[str, str]] = ()
    centres: Sequence[tuple[str, str]] = ()
    fee: int = 0
    taker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """An applicant as a page shows it; `name` is whole where the own body has a part in the dossier."""

    name: str
    id_number: str
    phone: str
    email: str
    address: str
    unit: str
    land_unit: str
    proxy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPage:
    """All that stands on the page of a dossier."""

    dossier: Dossier
    life: Life
    applicant: Masked
    events: Sequence[Event]
    consultations: Sequence[tuple[Consultation, Body | None, bool]]
    attachments: Sequence[Attachment]
    papers: Papers
    kinds: Sequence[Kind]
    steps: Sequence[tuple[str, str, bool]]
    bodies: Mapping[str, Body]
    people: Mapping[int, str]
    paper_names: Mapping[str, str]
    deliver: str
    now: datetime


def page_for(*, actor: Actor, reference: str, now: datetime | None = None) -> DossierPage:
    """Return the page of a visible dossier; the number of queries does not grow with its history. Raises Missing."""
    dossier = dossier_for(actor=actor, reference=reference)
    moment = now or timezone.now()
    life = Life.from_json(dossier.life)
    events = list(events_for(actor=actor, dossier=dossier))
    bodies = _bodies_named(life, events)
    receipt: Mapping[str, Any] = next((event.payload for event in events if event.kind == Kind.RECEIVED), {})
    return DossierPage(
        dossier=dossier,
        life=life,
        applicant=masked(applicant_for(actor=actor, dossier=dossier)),
        events=events,
        consultations=[
            (row, bodies.get(row.body), (row.answered_at or moment) > row.due_at)
            for row in life.consultations
        ],
        papers=papers_of(dossier=dossier, life=life, events=events),
        attachments=list(attachments_for(actor=actor, dossier=dossier)),
        kinds=kinds_for(actor=actor, dossier=dossier, life=life),
        steps=_steps(dossier, life),
        bodies=bodies,
        people=_people_named(events),
        paper_names=paper_names(version=dossier.version),
        deliver=str(receipt.get("deliver", "")),
        now=moment,
    )


def _bodies_named(life: Life, events: Sequence[Event]) -> dict[str, Body]:
    """Return the bodies that the ledger names by code; one query."""
    codes = {row.body for row in life.consultations}
    for event in events:
        codes |= {
            str(event.payload[name]) for name in ("to", "competent", "return_at") if event.payload.get(name)
        }
    return {body.code: body for body in Body.objects.filter(code__in=codes)}


def _people_named(events: Sequence[Event]) -> dict[int, str]:
    """Return the names of people whom the ledger names by key; one query."""
    keys = {event.payload.get("person") for event in events if event.kind == Kind.ASSIGNED} - {None}
    return dict(Person.objects.filter(pk__in=keys).values_list("pk", "full_name"))


def paper_names(*, version: ProcedureVersion) -> dict[str, str]:
    """Return the names of the papers that a procedure demands, by code, in the language of the page."""
    vietnamese = (get_language() or "vi").startswith("vi")
    return {
        str(paper.get("code")): str(
            paper.get("name_vi") if vietnamese else paper.get("name_en") or paper.get("name_vi")
        )
        for paper in version.papers
    }


def fee_of(*, version: ProcedureVersion, channel: str) -> int:
    """Return what a procedure costs by a channel, in đồng; 0 where the table names no amount."""
    named = {fee.get("channel"): fee.get("amount") for fee in version.fees}
    return int(named.get(channel) or named.get("direct") or 0) if named.get(channel) != 0 else 0


def choices_for(*, actor: Actor, dossier: Dossier, kinds: Iterable[Kind]) -> Choices:
    """Return what the forms of these events offer, reading only what they need."""
    wanted = set(kinds)
    steps = [(code, name) for code, name, done in _steps(dossier, Life.from_json(dossier.life)) if not done]
    return Choices(
        people=_people_choices(actor) if Kind.ASSIGNED in wanted else (),
        steps=steps,
        papers=tuple(paper_names(version=dossier.version).items()),
        bodies=_body_choices(actor, dossier) if wanted & {Kind.CONSULTED, Kind.REROUTED} else (),
        centres=centre_choices(actor=actor) if Kind.RECEIVED in wanted else (),
        fee=fee_of(version=dossier.version, channel=dossier.channel),
        taker=str(dossier.assignee_id or (actor.person_id if actor.may(permissions.PROCESS) else "") or ""),
    )


def _people_choices(actor: Actor) -> list[tuple[str, str]]:
    people = colleagues_for(actor=actor).values_list("pk", "full_name", "post")
    return [(str(pk), f"{name} ({post})" if post else name) for pk, name, post in people]


def _body_choices(actor: Actor, dossier: Dossier) -> list[tuple[str, str]]:
    rows = bodies_for(actor=actor).exclude(pk=dossier.competent_body_id or -1)
    rows = rows.exclude(kind=Body.Kind.CENTRE).order_by("kind", "name_vi")
    return [(code, f"{name} ({code})") for code, name in rows.values_list("code", "name_vi")]


def centre_choices(*, actor: Actor) -> list[tuple[str, str]]:
    """Return the other centres that are open, where a result can be wanted."""
    rows = open_centres_on(day=timezone.localdate()).exclude(body_id=actor.body_id or -1)
    return list(rows.values_list("code", "name_vi"))


def masked(applicant: Applicant, *, whole_name: bool = True) -> Masked:
    """Return an applicant with identifiers hidden; the name is shown whole to bodies that have a part."""
    name, proxy = applicant.full_name, applicant.proxy_name
    return Masked(
        name=name if whole_name else mask_name(name),
        id_number=mask_number(applicant.id_number),
        phone=mask_number(applicant.phone),
        email=mask_email(applicant.email),
        address=mask_address(applicant.address),
        unit=applicant.unit.full_name if applicant.unit else "",
        land_unit=applicant.land_unit.full_name if applicant.land_unit else "",
        proxy=proxy if whole_name else mask_name(proxy),
    )


def _steps(dossier: Dossier, life: Life) -> list[tuple[str, str, bool]]:
    return [
        (str(step.get("code", "")), str(step.get("name_vi", "")), step.get("code") in life.steps)
        for step in dossier.version.steps
    ]


def attachments_for(*, actor: Actor, dossier: Dossier) -> QuerySet[Attachment]:
    """Return the files of a visible dossier, oldest first."""
    rows = Attachment.objects.filter(dossier=dossier, dossier__in=dossiers_for(actor=actor))
    return rows.select_related("uploaded_by").order_by("pk")


def attachment_for(*, actor: Actor, reference: str, number: int) -> Attachment:
    """Return one file of a visible dossier; raises Missing."""
    dossier = dossier_for(actor=actor, reference=reference)
    row = Attachment.objects.filter(dossier=dossier, pk=number).first()
    if row is None:
        raise Missing("attachment.missing", _("There is no such file."))
    return row


def colleagues_for(*, actor: Actor) -> QuerySet[Person]:
    """Return the people of the own body to whom a dossier can be given, by name."""
    rows = Person.objects.filter(body_id=actor.body_id or -1, is_active=True)
    return rows.order_by("full_name", "pk")


def place_of(*, actor: Actor) -> Centre | None:
    """Return the open centre where the actor works, None where there is none."""
    try:
        return centre_of(actor=actor)
    except NotAllowed:
        return None


def kinds_for(*, actor: Actor, dossier: Dossier, life: Life) -> list[Kind]:
    """Return what the actor may do to a dossier now, by role, part and state; the payload may still be refused."""
    if actor.body_id is None:
        return []
    place = place_of(actor=actor)
    code = _code_of(actor, dossier, life)
    found = []
    for kind in (*FIELDS, Kind.RECEIVED, Kind.SCANNED, *RESULT_KINDS):
        if may(actor=actor, kind=kind) and _fits(actor, kind, life, code, place):
            found.append(kind)
    return found


def _fits(actor: Actor, kind: Kind, life: Life, code: str, place: Centre | None) -> bool:
    at_centre = kind in AT_CENTRE or (kind in MAY_BE_AT_CENTRE and actor.may(permissions.RECEIVE))
    if at_centre and place is None:
        return False
    centre = place.code if at_centre and place else ""
    return not check(life=life, kind=kind, body=code, centre=centre) and _sensible(kind, life)


def _sensible(kind: Kind, life: Life) -> bool:
    """Leave out what the state allows but its payload rules never would."""
    result = life.result
    wrong: Mapping[Kind, bool] = {
        Kind.NOT_RECEIVED: life.received_at is not None,
        Kind.SUPPLEMENT_ASKED: bool(life.received_at and (life.supplements or result.drafted)),
        Kind.PAID: life.payment != "due",
        Kind.EXTENDED: life.extension is not None or life.received_at is None,
        Kind.WITHDRAW_ASKED: result.signed or life.received_at is None,
        Kind.STOPPED: result.signed or life.received_at is None,
        Kind.DRAFTED: result.signed or any(row.answered_at is None for row in life.consultations),
        Kind.SIGNED: not result.approved or result.signed,
        Kind.NUMBERED: not result.signed or bool(result.number),
        Kind.ISSUED: not result.number or result.issued,
        Kind.APPROVED: not result.drafted or result.approved,
        Kind.SENT_BACK: not result.drafted or result.signed,
        Kind.POSTED: life.delivery != "ready" or life.payment == "due",
        Kind.RETURNED: life.payment == "due",
        Kind.REROUTED: result.signed or life.received_at is None,
        Kind.STEP_DONE: result.drafted,
        Kind.PAYMENT_ASKED: result.drafted,
        Kind.CONSULTED: result.signed,
    }
    return not wrong.get(kind, False)


def _code_of(actor: Actor, dossier: Dossier, life: Life) -> str:
    for pk, code in (
        (dossier.received_body_id, life.received),
        (dossier.competent_body_id, life.competent),
        (dossier.holder_id, life.holder),
    ):
        if pk == actor.body_id and code:
            return code
    return Body.objects.values_list("code", flat=True).get(pk=actor.body_id or -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterPage:
    """A dossier opened by its whole code at a counter; little is shown, only what the counter needs."""

    dossier: Dossier
    life: Life
    applicant: Masked
    kinds: Sequence[Kind]
    has_part: bool
    place: Centre


def counter_for(*, actor: Actor, reference: str) -> CounterPage:
    """Return what a counter of an open centre needs of any dossier, by its whole code. Raises Missing, NotAllowed."""
    place = centre_of(actor=actor)
    dossier = dossier_at_counter(actor=actor, reference=reference)
    life = Life.from_json(dossier.life)
    kinds = kinds_for(actor=actor, dossier=dossier, life=life)
    applicant = Applicant.objects.select_related("unit", "land_unit").get(dossier=dossier)
    return CounterPage(
        dossier=dossier,
        life=life,
        applicant=masked(applicant, whole_name=False),
        kinds=[kind for kind in COUNTER_KINDS if kind in kinds],
        has_part=dossiers_for(actor=actor).filter(pk=dossier.pk).exists(),
        place=place,
    )


def forms_for(*, actor: Actor, dossier: Dossier) -> list[Printable]:
    """Return the forms of a visible dossier that can be printed."""
    return printable(dossier=dossier, events=list(events_for(actor=actor, dossier=dossier)))


def done_before(*, dossier: Dossier, key: str) -> bool:
    """Say whether a form with this mark was taken already, so that sending it twice is harmless."""
    return bool(key) and Event.objects.filter(dossier=dossier, key=key).exists()


def since(*, actor: Actor, dossier: Dossier, seen: int) -> list[Event]:
    """Return what happened to a visible dossier after the first `seen` events."""
    return list(events_for(actor=actor, dossier=dossier).filter(Q(sequence__gt=seen)))
