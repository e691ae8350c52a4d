"""The life of a dossier: what may happen to it, and what it then is. Any history replays to the same state."""

from haicap.onestop.rules.lifecycle.apply import apply, check, open_kinds, replay
from haicap.onestop.rules.lifecycle.chain import START, digest
from haicap.onestop.rules.lifecycle.kinds import (
    CLOCK_KINDS,
    ENDED,
    OVER,
    Channel,
    Delivery,
    Happening,
    Kind,
    Payment,
    Status,
    Wrong,
)
from haicap.onestop.rules.lifecycle.life import Consultation, Extension, Life, Result, Suspension, Terms

__all__ = [
    "CLOCK_KINDS",
    "ENDED",
    "OVER",
    "START",
    "Channel",
    "Consultation",
    "Delivery",
    "Extension",
    "Happening",
    "Kind",
    "Life",
    "Payment",
    "Result",
    "Status",
    "Suspension",
    "Terms",
    "Wrong",
    "apply",
    "check",
    "digest",
    "open_kinds",
    "replay",
]
