"""The seal of a ledger: each event's digest covers the event and the digest before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

START = "0" * 64


def digest(
    *,
    reference: str,
    sequence: int,
    at: datetime,
    kind: str,
    body: str,
    person: int | None,
    payload: Mapping[str, Any],
    previous: str,
) -> str:
    """Return the SHA-256 of an event in hexadecimal: the same for the same event on every machine."""
    sealed = [
        reference,
        sequence,
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        kind,
        body,
        person,
        payload,
        previous,
    ]
    text = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
