"""What a person at a desk may say with each event, and what must not stand in a ledger. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from haicap.onestop.rules.lifecycle import Kind

# Receipt, the way of the paper, and the result from its draft to its issue have actions of their own.
FIELDS: Mapping[Kind, frozenset[str]] = {
    Kind.NOT_RECEIVED: frozenset({"reason"}),
    Kind.FORWARDED: frozenset(),
    Kind.ASSIGNED: frozenset({"person", "note"}),
    Kind.STEP_DONE: frozenset({"step", "note"}),
    Kind.SUPPLEMENT_ASKED: frozenset({"reason", "papers"}),
    Kind.SUPPLEMENT_GIVEN: frozenset({"papers", "note"}),
    Kind.PAYMENT_ASKED: frozenset({"amount", "reason"}),
    Kind.PAID: frozenset({"amount", "receipt", "online"}),
    Kind.CONSULTED: frozenset({"to", "due_at", "question"}),
    Kind.CONSULT_ANSWERED: frozenset({"opinion"}),
    Kind.EXTENDED: frozenset({"until", "reason"}),
    Kind.WITHDRAW_ASKED: frozenset({"reason"}),
    Kind.WITHDRAW_DECLINED: frozenset({"reason"}),
    Kind.STOPPED: frozenset({"reason"}),
    Kind.APPROVED: frozenset({"note"}),
    Kind.SENT_BACK: frozenset({"reason"}),
    Kind.POSTED: frozenset({"proof", "carrier"}),
    Kind.RETURNED: frozenset({"proof", "how"}),
    Kind.REROUTED: frozenset({"to", "reason"}),
}
LONGEST = 2000  # signs of one text
_IDENTITY = re.compile(r"(?<!\w)(?:\d{12}|\d{9})(?!\w)")
_FREE = frozenset({"reason", "note", "opinion", "question"})


def unknown_fields(*, kind: Kind, payload: Mapping[str, Any]) -> list[str]:
    """Return the names in `payload` that an event of this kind does not take, in order."""
    return sorted(payload.keys() - FIELDS.get(kind, frozenset()))


def misfit(*, payload: Mapping[str, Any]) -> str:
    """Return the first field whose value is not of its type, "" if none: text, but for a few."""
    for name, value in payload.items():
        fits = {
            "amount": isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12,
            "person": value is None or (isinstance(value, int) and not isinstance(value, bool)),
            "online": isinstance(value, bool),
            "papers": isinstance(value, list) and all(isinstance(one, str) for one in value),
        }.get(name, isinstance(value, str))
        if not fits:
            return name
    return ""


def too_long(*, payload: Mapping[str, Any]) -> str:
    """Return the first field whose text is too long, "" if none."""
    return next((name for name, value in payload.items() if len(str(value)) > LONGEST), "")


def personal_in(*, payload: Mapping[str, Any], known: Iterable[str] = ()) -> str:
    """Return the first field that holds an identity number or one of `known` identifiers, "" if none.

    An identity number is a bare run of 12 or 9 digits (Law on Identification 2023; the older card).
    """
    spelt = [text.casefold() for text in known if len(text.strip()) > 3]
    for name, value in payload.items():
        texts = [str(part) for part in value] if isinstance(value, list | tuple) else [str(value)]
        for text in texts:
            if name in _FREE and _IDENTITY.search(text):
                return name
            if any(one in text.casefold() for one in spelt):
                return name
    return ""
