"""Aggregated counts of a body in a period, and shares that keep numerator and denominator."""

from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share as it was counted; nothing to divide by is no share, not zero."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> Decimal | None:
        """100 x numerator / denominator to one decimal, half up; None over zero."""
        if self.denominator == 0:
            return None
        exact = Decimal(100 * self.numerator) / Decimal(self.denominator)
        return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many dossiers each measure holds (see `measures.Measure`)."""

    handled: int = 0
    carried_over: int = 0
    received: int = 0
    received_direct: int = 0
    received_online: int = 0
    received_post: int = 0
    resolved: int = 0
    resolved_on_time: int = 0
    resolved_late: int = 0
    resolved_on_time_portal: int = 0
    running: int = 0
    running_in_time: int = 0
    running_overdue: int = 0
    closed: int = 0
    refused: int = 0
    withdrawn: int = 0
    stopped: int = 0
    turned_away: int = 0
    late: int = 0
    apologised: int = 0
    late_unexplained: int = 0
    petitioned: int = 0
    across: int = 0
    online_possible: int = 0
    digitised: int = 0
    charged: int = 0
    paid_online: int = 0
    synchronised: int = 0
    reused: int = 0
    e_result: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            **{field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)}
        )

    @property
    def is_balanced(self) -> bool:
        """True where carried over + received = resolved + running + closed, each with its parts."""
        return (
            self.carried_over + self.received == self.handled == self.resolved + self.running + self.closed
            and self.received == self.received_direct + self.received_online + self.received_post
            and self.resolved == self.resolved_on_time + self.resolved_late
            and self.running == self.running_in_time + self.running_overdue
            and self.closed == self.refused + self.withdrawn + self.stopped
            and self.late == self.resolved_late + self.running_overdue
        )

    @property
    def on_time_of_resolved(self) -> Share:
        """On time over resolved."""
        return Share(numerator=self.resolved_on_time, denominator=self.resolved)

    @property
    def on_time_of_received(self) -> Share:
        """On time over received in the period: the denominator of the portal."""
        return Share(numerator=self.resolved_on_time, denominator=self.received)
