"""What a centre may set for its queue, within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

STRICT, ONE_IN = "strict", "one_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`priority`: strict (all with priority first) or one_in (every `every`-th call at the latest).

    `calls_before_skip`: calls before a ticket may be skipped. `doors_minutes`: tickets are given so long before
    opening. `seats`: bookable places of a slot; 0 means `seats_per_counter` for each counter. `early_minutes`
    and `late_minutes`: when around the appointed time one may arrive. `service_minutes`: what a service is
    thought to take before the centre has figures of its own. Times are minutes.
    """

    priority: str = STRICT
    every: int = 3
    calls_before_skip: int = 2
    max_waiting: int = 400
    doors_minutes: int = 30
    slot_minutes: int = 30
    seats: int = 0
    seats_per_counter: int = 1
    booking_days: int = 14
    early_minutes: int = 30
    late_minutes: int = 15
    service_minutes: int = 10

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Read what is stored; what is missing, unknown or out of bounds takes its default."""
        wrong = set(faults_of_settings(stored))
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known - wrong})


LIMITS: Mapping[str, tuple[int, int]] = {
    "every": (2, 20),
    "calls_before_skip": (1, 10),
    "max_waiting": (1, 5000),
    "doors_minutes": (0, 180),
    "slot_minutes": (5, 240),
    "seats": (0, 500),
    "seats_per_counter": (0, 50),
    "booking_days": (1, 90),
    "early_minutes": (0, 240),
    "late_minutes": (0, 240),
    "service_minutes": (1, 240),
}


def faults_of_settings(stored: Mapping[str, Any]) -> dict[str, tuple[int, int] | None]:
    """Return the settings that are not right, each with its limits (None where it is no number)."""
    found: dict[str, tuple[int, int] | None] = {}
    for name, (low, high) in LIMITS.items():
        value = stored.get(name, low)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            found[name] = (low, high)
    if stored.get("priority", STRICT) not in (STRICT, ONE_IN):
        found["priority"] = None
    return found
