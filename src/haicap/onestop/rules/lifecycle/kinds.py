"""The words of a dossier's life: statuses, kinds of events, and the refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any


class Status(IntEnum):
    """National status codes of a dossier (Circular 03/2025/TT-VPCP and provincial systems; second-hand)."""

    NEW = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    FINANCIAL = 6
    WITHDRAWING = 7
    STOPPED = 8
    PROCESSED = 9
    RETURNED = 10


ENDED = frozenset({Status.NOT_RECEIVED, Status.STOPPED, Status.PROCESSED, Status.RETURNED})
OVER = frozenset({Status.NOT_RECEIVED, Status.STOPPED, Status.RETURNED})


class Channel(StrEnum):
    """How it was handed in."""

    DIRECT = "direct"
    ONLINE = "online"
    POST = "post"


class Payment(StrEnum):
    """Whether money is owed; separate from the status."""

    NONE = "none"
    DUE = "due"
    PAID = "paid"


class Delivery(StrEnum):
    """Where the result is on its way to the applicant; separate from the status."""

    NONE = "none"
    READY = "ready"
    POSTED = "posted"
    DELIVERED = "delivered"


class Kind(StrEnum):
    """What can happen to a dossier. Approve, sign, number and issue are four events."""

    REGISTERED = "registered"
    RECEIVED = "received"
    NOT_RECEIVED = "not_received"
    SCANNED = "scanned"
    FORWARDED = "forwarded"
    ASSIGNED = "assigned"
    STEP_DONE = "step_done"
    SUPPLEMENT_ASKED = "supplement_asked"
    SUPPLEMENT_GIVEN = "supplement_given"
    PAYMENT_ASKED = "payment_asked"
    PAID = "paid"
    CONSULTED = "consulted"
    CONSULT_ANSWERED = "consult_answered"
    EXTENDED = "extended"
    WITHDRAW_ASKED = "withdraw_asked"
    WITHDRAW_DECLINED = "withdraw_declined"
    STOPPED = "stopped"
    DRAFTED = "drafted"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    SIGNED = "signed"
    NUMBERED = "numbered"
    ISSUED = "issued"
    POSTED = "posted"
    RETURNED = "returned"
    SYNCHRONISED = "synchronised"
    REROUTED = "rerouted"
    PAPER_SENT = "paper_sent"
    PAPER_RECEIVED = "paper_received"


CLOCK_KINDS = frozenset(
    {
        Kind.RECEIVED,
        Kind.SUPPLEMENT_ASKED,
        Kind.SUPPLEMENT_GIVEN,
        Kind.PAYMENT_ASKED,
        Kind.PAID,
        Kind.EXTENDED,
        Kind.WITHDRAW_ASKED,
    }
)


class Wrong(Exception):
    """The event does not fit the dossier: `code` is stable, `details` fill the sentence."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, Any] = details


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event before it is chained: `body` is the code of the acting body, "" for the applicant online.

    `person` is the key of the person, None for the applicant and for machines; a payload with `machine` tells
    the two apart. `centre` is the code of the centre where it was done, "" elsewhere. The payload holds no
    personal identifiers.
    """

    kind: Kind
    at: datetime
    body: str = ""
    person: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def centre(self) -> str:
        """The centre where it was done, "" elsewhere."""
        return str(self.payload.get("centre", ""))

    @property
    def machine(self) -> bool:
        """True where no human did it: a payment gateway, the national portal, an import."""
        return bool(self.payload.get("machine"))

    def text(self, name: str) -> str:
        """Return a demanded text of the payload; raises Wrong."""
        value = str(self.payload.get(name) or "").strip()
        if not value:
            raise Wrong("event.lacks", field=name)
        return value

    def moment(self, name: str) -> datetime:
        """Return a demanded time of the payload; raises Wrong."""
        value = self.payload.get(name)
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            raise Wrong("event.lacks", field=name) from None
        if found.tzinfo is None:
            raise Wrong("event.lacks", field=name)
        return found
