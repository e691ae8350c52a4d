"""What a change of the calendar moves."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.rules.clock.reckon import due
from haicap.onestop.rules.clock.values import ZONE, Case, ClockRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A due time that changes: from what to what, and the days that make it change."""

    key: Any
    before: datetime
    after: datetime
    days: tuple[date, ...]


def changed_days(*, before: WorkingCalendar, after: WorkingCalendar) -> tuple[date, ...]:
    """Return the days on which the two calendars disagree whether offices work, in order."""
    candidates = (before.off ^ after.off) | (before.makeup ^ after.makeup)
    return tuple(sorted(day for day in candidates if before.is_working(day) is not after.is_working(day)))


def moved(
    *, before: WorkingCalendar, after: WorkingCalendar, cases: Iterable[Case], rules: ClockRules
) -> Iterator[Moved]:
    """Yield the cases whose due time changes, in the order given.

    A due time depends only on the days from the receipt to the due day, so a case without a changed day in that
    span is left out after one look-up. A case that waits for an answer has no due time yet and is not named.
    """
    days = changed_days(before=before, after=after)
    if not days:
        return
    for case in cases:
        first = case.start.astimezone(ZONE).date()
        if first > days[-1]:
            continue
        old = due(case=case, calendar=before, rules=rules).at
        if old is None:
            continue
        low = bisect_left(days, first)
        if low == bisect_right(days, old.date()):
            continue
        new = due(case=case, calendar=after, rules=rules).at
        if new is not None and new != old:
            high = bisect_right(days, max(old, new).date())
            yield Moved(key=case.key, before=old, after=new, days=days[low:high])
