"""Half-days and working days. Pure: the days off are data, passed in, never computed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class HalfDay(StrEnum):
    """The two sessions of a working day; "afternoon" sorts after "morning" by `order`."""

    MORNING = "morning"
    AFTERNOON = "afternoon"

    @property
    def order(self) -> int:
        """0 for the morning, 1 for the afternoon."""
        return 0 if self is HalfDay.MORNING else 1


@dataclass(frozen=True, slots=True)
class Slot:
    """One half-day."""

    day: date
    half: HalfDay

    def __lt__(self, other: "Slot") -> bool:
        return (self.day, self.half.order) < (other.day, other.half.order)

    @property
    def key(self) -> str:
        """Return the form used in URLs and forms, such as 2025-08-04.morning."""
        return f"{self.day.isoformat()}.{self.half.value}"

    @classmethod
    def parse(cls, key: str) -> "Slot":
        """Read what `key` gives; raises ValueError for anything else."""
        day, _, half = key.partition(".")
        return cls(date.fromisoformat(day), HalfDay(half))


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Monday to Friday, less the days off, plus the Saturdays worked instead (Labour Code art. 112 and the
    yearly notices; the days themselves are data with their source)."""

    off: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Say whether offices work on `day`."""
        return day in self.makeup or (day.weekday() < 5 and day not in self.off)

    def days(self, start: date, end: date) -> list[date]:
        """Return the working days from `start` to `end`, both included."""
        span = (end - start).days
        return [day for n in range(span + 1) if self.is_working(day := start + timedelta(days=n))]

    def slots(self, start: date, end: date) -> list[Slot]:
        """Return the half-days from `start` to `end`, both included, in order."""
        return [Slot(day, half) for day in self.days(start, end) for half in HalfDay]

    def add(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day` (count >= 0; 0 gives `day` itself)."""
        following = self._after(day)
        for _ in range(count):
            day = next(following)
        return day

    def _after(self, day: date) -> Iterator[date]:
        while True:
            day += timedelta(days=1)
            if self.is_working(day):
                yield day
