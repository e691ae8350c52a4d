"""The events that make the dates of a row, in the order in which they happened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from haicap.onestop.rules.imports.lines import Line
from haicap.onestop.rules.lifecycle import Channel, Happening, Kind, Life, apply

REASON = "Nhập từ hệ thống trước đây"
RECEIVED, COMPETENT, RETURNED = "received", "competent", "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An event to be written: `part` says which of the row's three bodies does it, `centre` whether at a counter."""

    kind: Kind
    at: datetime
    part: str = COMPETENT
    centre: bool = False
    payload: dict[str, Any] = field(default_factory=dict)


def planned(*, line: Line) -> list[Planned]:
    """Return the events of a row; code, terms and bodies of the receipt are added when they are written."""
    begun = line.begun_at or line.ended_at
    if begun is None:
        raise AssertionError("a checked row has a beginning")
    rows = [_counter(Kind.REGISTERED, begun)]
    state = line.state
    if state == "not_received" and line.ended_at:
        rows.append(_counter(Kind.NOT_RECEIVED, line.ended_at, _reason()))
    if line.received_at is None:
        if state == "supplement" and line.supplement_at:
            rows.append(_counter(Kind.SUPPLEMENT_ASKED, line.supplement_at, _reason()))
        return rows
    rows.append(_counter(Kind.RECEIVED, line.received_at))
    if line.digitised and line.channel != Channel.ONLINE:
        rows.append(_counter(Kind.SCANNED, line.received_at))
    if state != "received":
        rows.append(Planned(kind=Kind.FORWARDED, at=line.received_at, part=RECEIVED))
        rows += sorted([*_between(line), *_end(line, state)], key=lambda row: row.at)
    return rows


def _counter(kind: Kind, at: datetime, payload: dict[str, Any] | None = None) -> Planned:
    return Planned(kind=kind, at=at, part=RECEIVED, centre=True, payload=payload or {})


def _reason() -> dict[str, Any]:
    return {"reason": REASON}


def _between(line: Line) -> list[Planned]:
    rows = []
    if line.supplement_at:
        rows.append(Planned(kind=Kind.SUPPLEMENT_ASKED, at=line.supplement_at, payload=_reason()))
    if line.supplemented_at:
        rows.append(Planned(kind=Kind.SUPPLEMENT_GIVEN, at=line.supplemented_at))
    if line.extended_at and line.extended_until:
        payload = _reason() | {"until": line.extended_until.isoformat()}
        rows.append(Planned(kind=Kind.EXTENDED, at=line.extended_at, payload=payload))
    paid_at = line.paid_at or line.returned_at
    if line.fee and paid_at and line.received_at:
        payload = {"online": True} if line.paid_online else {}
        rows.append(Planned(kind=Kind.PAID, at=max(paid_at, line.received_at), payload=payload))
    return rows


def _end(line: Line, state: str) -> list[Planned]:
    ended = line.ended_at or line.returned_at
    if ended is None:
        return []
    if state in ("stopped", "withdrawn"):
        stop = Planned(kind=Kind.STOPPED, at=ended, payload=_reason())
        asked = _counter(Kind.WITHDRAW_ASKED, ended)
        return [asked, stop] if state == "withdrawn" else [stop]
    refused = state == "refused"
    result = {"result": "refused", **_reason()} if refused else {"result": "granted"}
    rows = [
        Planned(kind=Kind.DRAFTED, at=ended, payload=result),
        Planned(kind=Kind.APPROVED, at=ended),
        Planned(kind=Kind.SIGNED, at=ended),
        Planned(kind=Kind.NUMBERED, at=ended, payload={"number": line.number or line.code}),
        Planned(kind=Kind.ISSUED, at=ended),
    ]
    if line.returned_at:
        rows.append(
            Planned(kind=Kind.RETURNED, at=line.returned_at, part=RETURNED, centre=True, payload={"proof": "import"})
        )  # fmt: skip
    return rows


def missing(*, rows: Sequence[Planned], known: Iterable[tuple[str, datetime]]) -> list[Planned] | None:
    """Return the planned events that the ledger does not hold yet; None where it holds others than planned.

    A ledger is never rewritten: a date that was changed in the other system afterwards is a difference to be told.
    """
    held = set(known)
    if held - {(str(row.kind), row.at) for row in rows}:
        return None
    return [row for row in rows if (str(row.kind), row.at) not in held]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays the parts of a row: part -> code of a body, body -> centre; what registration and receipt say."""

    bodies: Mapping[str, str]
    centres: Mapping[str, str]
    registered: Mapping[str, Any]
    receipt: Mapping[str, Any]


def happening(*, row: Planned, life: Life, cast: Cast) -> Happening:
    """Return a planned event as it is written after `life`.

    What is told only after something later keeps its own time as `told_at`: the time of a ledger never goes back.
    """
    body = cast.bodies[row.part]
    payload: dict[str, Any] = {**row.payload, "imported": True}
    if row.centre:
        payload["centre"] = cast.centres.get(body, body)
    if row.kind is Kind.REGISTERED:
        payload |= cast.registered
    if row.kind is Kind.RECEIVED:
        payload |= cast.receipt
    at = row.at
    if life.last_at is not None and at < life.last_at:
        payload["told_at"] = at.isoformat()
        at = life.last_at
    return Happening(kind=row.kind, at=at, body=body, payload=payload)


def rehearse(*, line: Line, cast: Cast) -> Life:
    """Return the life that the events of a row make; raises Wrong where a rule of the lifecycle says no."""
    life = Life()
    for row in planned(line=line):
        life = apply(life=life, event=happening(row=row, life=life, cast=cast))
    return life
