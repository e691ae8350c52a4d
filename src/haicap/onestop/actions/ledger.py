"""The one place where the ledger of a dossier is written.

The ledger is its own audit trail: every event carries person, body and time and is sealed to the one before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Missing, NotAllowed
from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.actions import rows
from haicap.onestop.models import Dossier, Event, Part
from haicap.onestop.queries.clock import standing_of
from haicap.onestop.rules.lifecycle import CLOCK_KINDS, ENDED, Happening, Kind, Life, Wrong, apply, digest
from haicap.onestop.texts.lifecycle import refused
from haicap.register.models import Body

_MUTABLE = (
    "code", "status", "received_body_id", "competent_body_id", "returned_body_id", "holder_id", "assignee_id",
    "received_at", "appointment_at", "due_at", "ended_at", "returned_at", "is_open", "on_time", "portal_on_time",
    "supplements", "apologies", "payment", "paid_online", "fee", "digitised", "reused", "e_result",
    "synchronised", "delivery", "sequence", "digest", "life",
)  # fmt: skip
_NEW_BODIES = frozenset({Kind.REGISTERED, Kind.RECEIVED, Kind.CONSULTED, Kind.RETURNED, Kind.REROUTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who does something to a dossier: the person, the body they act for, and the centre where, "" elsewhere.

    `body_id` None is the applicant online, or a machine where the payload says so.
    """

    person_id: int | None
    body_id: int | None
    centre: str = ""


def doing(*, actor: Actor, body_id: int | None = None, centre: str = "") -> Doing:
    """Return who acts: a signed-in person always for the own body, the command line for the given one."""
    if actor.is_system:
        return Doing(person_id=None, body_id=body_id, centre=centre)
    if actor.body_id is None or (body_id is not None and body_id != actor.body_id):
        raise NotAllowed("event.other_body", _("You act for your own body only."))
    return Doing(person_id=actor.person_id, body_id=actor.body_id, centre=centre)


def lock(*, dossier_id: int) -> Dossier:
    """Return the dossier, held until the transaction ends; raises Missing."""
    dossier = rows.locked(dossier_id=dossier_id)
    if dossier is None:
        raise Missing("dossier.missing", _("There is no such dossier, or not for you."))
    return dossier


@transaction.atomic
def append(
    *,
    dossier_id: int,
    by: Doing,
    kind: Kind,
    payload: Mapping[str, Any] | None = None,
    expected: int | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> Dossier:
    """Append an event to a stored dossier and return it as it then is.

    `expected` is the number of events the caller has seen: another number raises Conflict, so an event that came
    out of order or twice changes nothing. `key` makes a repeated call harmless: the second finds the first's
    event and returns. A clock that was set back never makes time go back: the last event's time is taken, and
    what the clock said is kept in the payload. Raises Refused where the rules say no, Missing, Conflict.
    """
    dossier = lock(dossier_id=dossier_id)
    if key is not None and Event.objects.filter(dossier=dossier, key=key).exists():
        return dossier
    if expected is not None and expected != dossier.sequence:
        raise Conflict(
            "dossier.changed",
            _(
                "Something else happened to this dossier after you opened it. Look at it as it is now, then do "
                "it again if it is still right. What you typed is kept below."
            ),
            details={"sequence": dossier.sequence},
        )
    return write(dossier=dossier, by=by, kind=kind, payload=payload, key=key, at=at)


def write(
    *,
    dossier: Dossier,
    by: Doing,
    kind: Kind,
    payload: Mapping[str, Any] | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> Dossier:
    """Append an event to a dossier that the caller holds locked; see `append`."""
    life = Life.from_json(dossier.life)
    facts = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in (payload or {}).items()
    }
    if by.centre:
        facts["centre"] = by.centre
    moment = at or timezone.now()
    if at is None and life.last_at is not None and moment < life.last_at:
        facts["clock"] = moment.isoformat()
        moment = life.last_at
    known = _known(dossier, life, by)
    body = next((code for code, pk in known.items() if pk == by.body_id), "")
    happening = Happening(kind=kind, at=moment, body=body, person=by.person_id, payload=facts)
    try:
        after = apply(life=life, event=happening)
    except Wrong as wrong:
        raise refused(wrong) from wrong
    _store(dossier, after, happening, by, key, known)
    return dossier


def _store(
    dossier: Dossier,
    after: Life,
    happening: Happening,
    by: Doing,
    key: str | None,
    known: dict[str, int],
) -> None:
    event = sealed(dossier=dossier, sequence=after.sequence, happening=happening, body_id=by.body_id, key=key)
    ids = _ids(after, known)
    before = _values(dossier)
    put(dossier=dossier, life=after, ids=ids, clock=happening.kind in CLOCK_KINDS)
    dossier.digest = event.digest
    changed = {name for name, old, new in zip(_MUTABLE, before, _values(dossier), strict=True) if old != new}
    rows.store(dossier=dossier, event=event, changed=changed)
    if happening.kind in _NEW_BODIES:
        _take_part(dossier, after, happening, ids)


def _values(dossier: Dossier) -> list[Any]:
    return [getattr(dossier, name) for name in _MUTABLE]


def sealed(
    *, dossier: Dossier, sequence: int, happening: Happening, body_id: int | None, key: str | None = None
) -> Event:
    """Return the next event of a dossier, sealed to the one before it and not saved yet."""
    seal = digest(
        reference=dossier.reference,
        sequence=sequence,
        at=happening.at,
        kind=happening.kind,
        body=happening.body,
        person=happening.person,
        payload=happening.payload,
        previous=dossier.digest,
    )
    return Event(
        dossier=dossier,
        sequence=sequence,
        at=happening.at,
        kind=happening.kind,
        person_id=happening.person,
        body_id=body_id,
        payload=dict(happening.payload),
        key=key,
        previous=dossier.digest,
        digest=seal,
    )


def _known(dossier: Dossier, life: Life, by: Doing) -> dict[str, int]:
    """Return codes and keys of the bodies at hand; one that had no part yet costs a query."""
    pairs = (
        (life.received, dossier.received_body_id),
        (life.competent, dossier.competent_body_id),
        (life.returned, dossier.returned_body_id),
        (life.holder, dossier.holder_id),
    )
    known = {code: pk for code, pk in pairs if code and pk is not None}
    if by.body_id is not None and by.body_id not in known.values():
        known[Body.objects.values_list("code", flat=True).get(pk=by.body_id)] = by.body_id
    return known


def _ids(life: Life, known: dict[str, int]) -> dict[str, int]:
    wanted = {life.received, life.competent, life.returned, life.holder} - {""} - known.keys()
    return known | _ids_of(wanted)


def put(
    *,
    dossier: Dossier,
    life: Life,
    ids: Mapping[str, int],
    clock: bool,
    calendar: WorkingCalendar | None = None,
) -> None:
    """Set the columns of a dossier from its life; with `clock`, reckon the due date anew."""
    dossier.code = life.code or None
    dossier.status = life.status
    dossier.received_body_id = ids.get(life.received)
    dossier.competent_body_id = ids.get(life.competent)
    dossier.returned_body_id = ids.get(life.returned)
    dossier.holder_id = ids.get(life.holder)
    dossier.assignee_id = life.assignee
    dossier.received_at, dossier.ended_at, dossier.returned_at = (
        life.received_at, life.ended_at, life.returned_at,
    )  # fmt: skip
    dossier.is_open = bool(life.status) and not life.is_over
    dossier.supplements = life.supplements
    dossier.apologies = 1 if life.extension else 0
    dossier.payment, dossier.paid_online, dossier.fee = life.payment, life.paid_online, life.fee
    dossier.digitised, dossier.reused = life.digitised, life.reused
    dossier.synchronised, dossier.delivery = life.synchronised, life.delivery
    dossier.e_result = life.result.issued
    dossier.sequence = life.sequence
    dossier.life = life.to_json()
    if clock or (life.status in ENDED and dossier.on_time is None):
        standing = standing_of(life=life, appointment=dossier.appointment_at, calendar=calendar)
        dossier.due_at, dossier.on_time = standing.due_at, standing.on_time
        dossier.portal_on_time = standing.portal_on_time
        dossier.appointment_at = dossier.appointment_at or standing.due_at


def _take_part(dossier: Dossier, life: Life, happening: Happening, ids: Mapping[str, int]) -> None:
    wanted = parts_taken(life=life, happening=happening)
    keys = {**ids} | _ids_of({code for code, _kind in wanted} - ids.keys())
    Part.objects.bulk_create(
        [Part(dossier=dossier, body_id=keys[code], kind=kind) for code, kind in wanted], ignore_conflicts=True
    )


def parts_taken(*, life: Life, happening: Happening) -> list[tuple[str, str]]:
    """Return which bodies an event gives a part, as (code of the body, part)."""
    wanted: list[tuple[str, str]] = []
    if happening.kind in (Kind.REGISTERED, Kind.RECEIVED):
        wanted.append((life.received, Part.Kind.RECEIVED))
    if happening.kind in (Kind.RECEIVED, Kind.REROUTED):
        wanted.append((life.competent, Part.Kind.COMPETENT))
        if life.return_at:
            wanted.append((life.return_at, Part.Kind.RETURNED))
    if happening.kind is Kind.RETURNED:
        wanted.append((life.returned, Part.Kind.RETURNED))
    if happening.kind is Kind.CONSULTED:
        wanted.append((str(happening.payload["to"]), Part.Kind.CONSULTED))
    return wanted


def _ids_of(codes: Iterable[str]) -> dict[str, int]:
    wanted = set(codes)
    if not wanted:
        return {}
    found = dict(Body.objects.filter(code__in=wanted).values_list("code", "pk"))
    if lost := wanted - found.keys():
        raise Missing(
            "body.unknown", _("There is no body with the code %(code)s.") % {"code": min(lost)[:40]}
        )
    return found
