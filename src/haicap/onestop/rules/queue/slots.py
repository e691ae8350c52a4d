"""Time slots that can be booked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from haicap.onestop.rules.queue.hours import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A slot beginning at `starts_at` with `seats` places, `taken` of them booked."""

    starts_at: datetime
    seats: int
    taken: int

    @property
    def free(self) -> int:
        """How many places are left."""
        return max(0, self.seats - self.taken)


def slots_on(
    *,
    windows: Sequence[Window],
    day: date,
    zone: tzinfo,
    minutes: int,
    seats: int,
    taken: Mapping[datetime, int],
) -> list[Slot]:
    """Return the slots of a day: they begin every `minutes` and end within the opening hours."""
    found: list[Slot] = []
    for window in windows:
        begin = datetime.combine(day, window.start, zone)
        end = datetime.combine(day, window.end, zone)
        while begin + timedelta(minutes=minutes) <= end:
            found.append(Slot(starts_at=begin, seats=seats, taken=taken.get(begin, 0)))
            begin += timedelta(minutes=minutes)
    return found


def bookable(*, slot: Slot, taken_seats: Collection[int]) -> int | None:
    """Return the lowest free place of a slot, or None where it is full."""
    return next((seat for seat in range(slot.seats) if seat not in taken_seats), None)
