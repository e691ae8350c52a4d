"""The state of a dossier as its ledger makes it, and its JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

from haicap.onestop.rules.lifecycle.kinds import Channel, Delivery, Payment, Status


def _at(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is frozen on the day of receipt: the procedure's version and its time limit.

    `value` counts `unit`: working_hours, working_days or days; `same_day` means the same working day, after the
    cut-off the next one. `pack` is the day whose rule pack holds (ISO date).
    """

    procedure: str
    version: int
    value: int
    unit: str
    same_day: bool = False
    pack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """The clock stood still from `began` to `ended` (None: still), for a supplement or a payment."""

    reason: str
    began: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """Another body was asked; silence is not consent, so only an answer closes it."""

    body: str
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None = None
    opinion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Form 04: an apology with a new due time, at most once."""

    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How far the result is: drafted, approved, signed, numbered, issued. `kind` is granted or refused."""

    kind: str = ""
    drafted: bool = False
    approved: bool = False
    signed: bool = False
    number: str = ""
    issued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A dossier after `sequence` events. Bodies are codes, "" for none; `paper` is the code of the body that
    holds the papers, or `way:<slip>` while they are carried. `resume` is the status that waiting goes back to.
    """

    sequence: int = 0
    last_at: datetime | None = None
    status: int = 0
    resume: int = 0
    code: str = ""
    channel: str = Channel.DIRECT
    received: str = ""
    competent: str = ""
    returned: str = ""
    holder: str = ""
    return_at: str = ""
    registered_at: datetime | None = None
    received_at: datetime | None = None
    ended_at: datetime | None = None
    returned_at: datetime | None = None
    terms: Terms | None = None
    suspensions: tuple[Suspension, ...] = ()
    extension: Extension | None = None
    consultations: tuple[Consultation, ...] = ()
    supplements: int = 0
    payment: str = Payment.NONE
    fee: int = 0
    paid_online: bool = False
    result: Result = Result()
    delivery: str = Delivery.NONE
    synchronised: bool = False
    digitised: bool = False
    reused: bool = False
    paper: str = ""
    assignee: int | None = None
    steps: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """True when nothing more is to be done."""
        return self.status in (Status.NOT_RECEIVED, Status.STOPPED, Status.RETURNED)

    @property
    def waiting_for(self) -> str:
        """The reason of the suspension that is still open, "" while the clock runs."""
        return next((row.reason for row in self.suspensions if row.ended is None), "")

    def to_json(self) -> dict[str, Any]:
        """Return only what differs from a new life, as plain JSON."""
        found: dict[str, Any] = {}
        for name, empty in _EMPTY.items():
            value = getattr(self, name)
            if value != empty:
                found[name] = _plain(value)
        return found

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        values: dict[str, Any] = dict(data)
        for name in _TIMES & values.keys():
            values[name] = _at(values[name])
        if terms := values.get("terms"):
            values["terms"] = Terms(**terms)
        if rows := values.get("suspensions"):
            values["suspensions"] = tuple(
                Suspension(reason=row["reason"], began=_must(row["began"]), ended=_at(row.get("ended")))
                for row in rows
            )
        if rows := values.get("consultations"):
            values["consultations"] = tuple(_consultation(row) for row in rows)
        if row := values.get("extension"):
            values["extension"] = Extension(at=_must(row["at"]), until=_must(row["until"]))
        if row := values.get("result"):
            values["result"] = Result(**row)
        if rows := values.get("steps"):
            values["steps"] = tuple(rows)
        return cls(**values)


def _must(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _consultation(row: Mapping[str, Any]) -> Consultation:
    return Consultation(
        body=row["body"],
        asked_at=_must(row["asked_at"]),
        due_at=_must(row["due_at"]),
        answered_at=_at(row.get("answered_at")),
        opinion=row.get("opinion", ""),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _text(value)
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Terms | Suspension | Consultation | Extension | Result):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value


_EMPTY: Mapping[str, Any] = {one.name: getattr(Life(), one.name) for one in fields(Life)}
_TIMES = frozenset({"last_at", "registered_at", "received_at", "ended_at", "returned_at"})
