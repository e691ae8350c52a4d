"""Webhooks without a network: what is sent, how it is sealed, when it is tried again, where it may go.

How a receiver verifies: take the header `Haicap-Timestamp`, a full stop and the raw body, compute HMAC-SHA256 over
them with the secret of the subscription, and compare its hexadecimal digits with what follows `v1=` in
`Haicap-Signature`, in constant time. Refuse timestamps older than five minutes. `Haicap-Id` stays the same when a
delivery comes twice: whoever has handled it answers 200 and does nothing.
"""

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

FIRST_WAIT, LONGEST_WAIT, SPREAD = 10.0, 6 * 3600.0, 0.2  # seconds, seconds, share of the wait
ID, TIMESTAMP, SIGNATURE = "Haicap-Id", "Haicap-Timestamp", "Haicap-Signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a subscription points: `host` as written, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str


class BadAddress(ValueError):
    """An address that is not sent to; `code` says why: hook.url, hook.https, hook.private, hook.unknown."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def target_of(*, url: str, allow_http: bool) -> Target:
    """Read an address; raises BadAddress for anything but https (http where allowed) to a host without password."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise BadAddress("hook.url") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise BadAddress("hook.url")
    if parts.scheme == "http" and not allow_http:
        raise BadAddress("hook.https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or (443 if parts.scheme == "https" else 80),
        path=path,
    )


def is_public(*, address: str) -> bool:
    """Say whether an IP address lies in the open internet, also where it hides inside an IPv6 address."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(address=str(inner))
    return found.is_global and not found.is_multicast


def signature(*, secret: str, timestamp: int, body: bytes) -> str:
    """Return the seal over timestamp.body, as the header carries it."""
    sealed = f"{timestamp}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), sealed, hashlib.sha256).hexdigest()


def headers(*, identifier: str, secret: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return what goes with a delivery."""
    stamp = int(at.timestamp())
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "haicap",
        ID: identifier,
        TIMESTAMP: str(stamp),
        SIGNATURE: signature(secret=secret, timestamp=stamp, body=body),
    }


def encode(payload: Mapping[str, Any]) -> bytes:
    """Return a payload as bytes, always the same for the same content."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def wait(*, tries: int, chance: float) -> float:
    """Return the seconds until the next try after `tries` that failed; `chance` from 0 to 1 spreads them.

    10, 20, 40 ... seconds up to six hours, each a fifth longer or shorter.
    """
    bare = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** max(0, tries - 1))
    return bare * (1 + SPREAD * (2 * chance - 1))


def is_delivered(*, status: int) -> bool:
    """Say whether an answer means that the receiver has it; a redirect is not followed and counts as a failure."""
    return 200 <= status < 300
