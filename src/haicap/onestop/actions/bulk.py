"""Whole histories entered at once, for samples: the same rules and seals as one by one, in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.periods import WorkingCalendar
from haicap.kernel.sequences import take
from haicap.kernel.text import fold, nfc
from haicap.onestop import permissions
from haicap.onestop.actions.dossiers import Person, new_reference, terms_of
from haicap.onestop.actions.ledger import parts_taken, put, sealed
from haicap.onestop.models import Applicant, Centre, Dossier, Event, Part, ProcedureVersion
from haicap.onestop.queries.clock import calendar_now, pack_on
from haicap.onestop.rules.lifecycle import Happening, Kind, Life, apply
from haicap.register.models import Body

CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event of a history: what, when, by which body and person, at which centre."""

    kind: Kind
    at: datetime
    body: Body | None = None
    person_id: int | None = None
    centre: Centre | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A dossier from its registration on; code and terms of the receipt are added when it is entered."""

    version: ProcedureVersion
    person: Person
    channel: str
    steps: Sequence[Step]


@transaction.atomic
def enter_histories(*, actor: Actor, histories: Iterable[History], sample: bool = True) -> int:
    """Enter dossiers with all that happened to them; return how many events were written.

    Codes are given in the order of receipt within each centre and day. Raises rules.lifecycle.Wrong where a
    history breaks a rule, and then nothing is entered.
    """
    actor.must(permissions.IMPORT)
    bodies = dict(Body.objects.values_list("code", "pk"))
    calendar = calendar_now()
    rows = list(histories)
    codes = _codes(rows)
    count, numbered = 0, iter(enumerate(rows))
    while chunk := list(islice(numbered, CHUNK)):
        count += _enter(chunk, codes, bodies, calendar, sample)
    audit.record(
        actor=actor,
        action="onestop.histories.entered",
        subject="dossiers:bulk",
        after={"dossiers": len(rows), "events": count},
    )
    return count


def _codes(rows: Sequence[History]) -> dict[int, str]:
    """Return number of a history -> code of its dossier, for those that were received."""
    groups: dict[tuple[str, date], list[tuple[datetime, int]]] = defaultdict(list)
    for number, history in enumerate(rows):
        for step in history.steps:
            if step.kind is Kind.RECEIVED and step.centre is not None:
                day = timezone.localtime(step.at).date()
                groups[step.centre.agency, day].append((step.at, number))
    codes: dict[int, str] = {}
    for (agency, day), members in sorted(groups.items()):
        pack = pack_on(day=day)
        first = take(f"code:{agency}:{day:%y%m%d}", count=len(members))
        for place, (_at, number) in enumerate(sorted(members)):
            codes[number] = pack.code_of(agency=agency, day=day, number=first + place)
    return codes


def _enter(
    chunk: Sequence[tuple[int, History]],
    codes: Mapping[int, str],
    bodies: Mapping[str, int],
    calendar: WorkingCalendar,
    sample: bool,
) -> int:
    dossiers: list[Dossier] = []
    events: list[Event] = []
    parts: list[tuple[Dossier, str, str]] = []
    for number, history in chunk:
        dossier = Dossier(
            reference=new_reference(),
            version=history.version,
            channel=history.channel,
            registered_at=history.steps[0].at,
            is_sample=sample,
        )
        dossiers.append(dossier)
        events += _live(dossier, history, codes.get(number, ""), bodies, calendar, parts)
    Dossier.objects.bulk_create(dossiers)
    for event in events:
        event.dossier_id = event.dossier.pk
    Applicant.objects.bulk_create(
        _applicant(dossier, history.person)
        for dossier, (_number, history) in zip(dossiers, chunk, strict=True)
    )
    Event.objects.bulk_create(events, batch_size=CHUNK)
    Part.objects.bulk_create(
        (
            Part(dossier=dossier, body_id=bodies[code], kind=kind)
            for dossier, code, kind in dict.fromkeys(parts)
        ),
        ignore_conflicts=True,
    )
    return len(events)


def _live(
    dossier: Dossier,
    history: History,
    code: str,
    bodies: Mapping[str, int],
    calendar: WorkingCalendar,
    parts: list[tuple[Dossier, str, str]],
) -> list[Event]:
    life, events = Life(), []
    for step in history.steps:
        payload = dict(step.payload)
        if step.centre is not None:
            payload["centre"] = step.centre.code
        if step.kind is Kind.RECEIVED:
            payload |= {"code": code, "terms": terms_of(version=history.version, at=step.at)}
        happening = Happening(
            kind=step.kind,
            at=step.at,
            body=step.body.code if step.body else "",
            person=step.person_id,
            payload=payload,
        )
        life = apply(life=life, event=happening)
        body_id = step.body.pk if step.body else None
        event = sealed(dossier=dossier, sequence=life.sequence, happening=happening, body_id=body_id)
        dossier.digest = event.digest
        events.append(event)
        parts += [(dossier, body, kind) for body, kind in parts_taken(life=life, happening=happening)]
        if step.kind is Kind.RECEIVED:
            put(dossier=dossier, life=life, ids=bodies, clock=True, calendar=calendar)
    put(dossier=dossier, life=life, ids=bodies, clock=True, calendar=calendar)
    return events


def _applicant(dossier: Dossier, person: Person) -> Applicant:
    name = nfc(person.full_name)
    return Applicant(
        dossier=dossier,
        full_name=name,
        folded=fold(name),
        id_number=person.id_number,
        phone=person.phone,
        email=person.email,
        address=nfc(person.address),
        unit=person.unit,
        land_unit=person.land_unit,
        proxy_name=nfc(person.proxy_name),
    )
