"""Whether the dossiers are what their ledgers say: every chain walked, every history replayed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from haicap.onestop.models import Dossier, Event
from haicap.onestop.queries.clock import standing_of
from haicap.onestop.rules.lifecycle import START, Happening, Kind, Life, Wrong, digest, replay

CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`faults` is empty when everything is whole; `root` seals the heads of all chains in the order of keys."""

    dossiers: int
    events: int
    root: str
    faults: tuple[str, ...]


def verify(*, most: int = 20) -> Verdict:
    """Walk the ledgers of all dossiers; name at most `most` faults, by reference."""
    faults: list[str] = []
    dossiers = events = 0
    root = hashlib.sha256()
    for row, history in _histories():
        dossiers += 1
        events += len(history)
        root.update(f"{row.reference}:{row.digest}\n".encode())
        faults += [f"{row.reference}: {fault}" for fault in faults_of(row=row, history=history)]
        if len(faults) >= most:
            break
    return Verdict(dossiers=dossiers, events=events, root=root.hexdigest(), faults=tuple(faults[:most]))


def _histories() -> Iterator[tuple[Dossier, list[Event]]]:
    last = 0
    while True:
        rows = list(
            Dossier.objects.filter(pk__gt=last)
            .select_related("received_body", "competent_body", "returned_body", "holder")
            .order_by("pk")[:CHUNK]
        )
        if not rows:
            return
        found = (
            Event.objects.filter(dossier__in=rows).select_related("body").order_by("dossier_id", "sequence")
        )
        by_dossier = {pk: list(group) for pk, group in groupby(found, key=lambda event: event.dossier_id)}
        for row in rows:
            yield row, by_dossier.get(row.pk, [])
        last = rows[-1].pk


def faults_of(*, row: Dossier, history: list[Event]) -> list[str]:
    """Return what is wrong with one dossier and its ledger (events in order, with their bodies)."""
    faults = _chain(row, history)
    try:
        life = replay(
            events=[
                Happening(
                    kind=Kind(event.kind),
                    at=event.at,
                    body=event.body.code if event.body else "",
                    person=event.person_id,
                    payload=event.payload,
                )
                for event in history
            ]
        )
    except (Wrong, ValueError) as error:
        return [*faults, f"the history does not replay: {error}"]
    return faults + _columns(row, life)


def _chain(row: Dossier, history: list[Event]) -> list[str]:
    faults: list[str] = []
    previous = START
    for number, event in enumerate(history, start=1):
        if event.sequence != number:
            return [*faults, f"event {number} is missing"]
        sealed = digest(
            reference=row.reference,
            sequence=event.sequence,
            at=event.at,
            kind=event.kind,
            body=event.body.code if event.body else "",
            person=event.person_id,
            payload=event.payload,
            previous=event.previous,
        )
        if event.previous != previous:
            faults.append(f"event {number} does not follow event {number - 1}")
        if sealed != event.digest:
            faults.append(f"event {number} ({event.kind}) was altered")
        previous = event.digest
    if row.digest != previous:
        faults.append("digest: the last event is not the one the dossier was sealed with")
    return faults


def _columns(row: Dossier, life: Life) -> list[str]:
    standing = standing_of(life=life, appointment=row.appointment_at)
    expected: dict[str, Any] = {
        "sequence": life.sequence,
        "status": life.status,
        "code": life.code or None,
        "received_at": life.received_at,
        "ended_at": life.ended_at,
        "returned_at": life.returned_at,
        "due_at": standing.due_at,
        "payment": life.payment,
        "delivery": life.delivery,
        "supplements": life.supplements,
    }
    bodies = {"received_body": life.received, "competent_body": life.competent, "holder": life.holder}
    faults = [
        f"{name} does not follow from the ledger"
        for name, value in expected.items()
        if getattr(row, name) != value
    ]
    if Life.from_json(row.life) != life:
        faults.append("life does not follow from the ledger")
    for name, code in bodies.items():
        body = getattr(row, name)
        if (body.code if body else "") != code:
            faults.append(f"{name} does not follow from the ledger")
    return faults
