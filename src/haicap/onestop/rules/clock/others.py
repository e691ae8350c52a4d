"""Clocks of other bodies: a consultation or a financial obligation has a limit of its own.

They do not move the due time of the dossier, unless the law lets the dossier wait for them (`suspending`); silence
is not consent, so a late answer stays an answer, and is named.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.rules.clock.reckon import due
from haicap.onestop.rules.clock.timeline import timeline, to_minute
from haicap.onestop.rules.clock.values import (
    Case,
    ClockError,
    ClockRules,
    Reason,
    Suspension,
    TimeLimit,
    aware,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherClock:
    """A body was asked at `asked` and has `limit`, counted as for a dossier: the day of asking does not count."""

    body: str
    asked: datetime
    limit: TimeLimit
    answered: datetime | None = None
    reason: str = Reason.CONSULTATION
    suspending: bool = False

    def __post_init__(self) -> None:
        aware(self.asked, self.answered)
        if self.answered is not None and self.answered < self.asked:
            raise ClockError("clock.backwards", began=self.asked, ended=self.answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherStanding:
    """How another body keeps its own limit. `late_minutes` are working minutes after `due`, 0 if in time."""

    clock: OtherClock
    due: datetime
    is_answered: bool
    late_minutes: int

    @property
    def is_late(self) -> bool:
        """True for a late answer, and for one that is overdue."""
        return self.late_minutes > 0


def other_due(*, asked: datetime, limit: TimeLimit, calendar: WorkingCalendar, rules: ClockRules) -> datetime:
    """Return by when a body asked at `asked` must answer."""
    found = due(case=Case(start=asked, limit=limit), calendar=calendar, rules=rules).at
    if found is None:
        raise AssertionError("nothing suspends this clock")
    return found


def others_standing(
    *, clocks: Iterable[OtherClock], now: datetime, calendar: WorkingCalendar, rules: ClockRules
) -> tuple[OtherStanding, ...]:
    """Return for each body when its answer is due and how late it is, the latest first."""
    line = timeline(calendar, rules.hours)
    found = []
    for clock in clocks:
        by = other_due(asked=clock.asked, limit=clock.limit, calendar=calendar, rules=rules)
        end, last = to_minute(clock.answered or now), to_minute(by)
        # an answer in the evening after the due time is late though no working minute has passed since
        late = max(1, line.worked(end) - line.worked(last)) if end > last else 0
        found.append(
            OtherStanding(clock=clock, due=by, is_answered=clock.answered is not None, late_minutes=late)
        )
    return tuple(sorted(found, key=lambda one: (-one.late_minutes, one.due, one.clock.body)))


def suspensions_of(*, clocks: Iterable[OtherClock]) -> tuple[Suspension, ...]:
    """Return what the suspending ones among `clocks` add to the dossier's ledger of suspensions."""
    return tuple(
        Suspension(reason=one.reason, began=one.asked, ended=one.answered, clock_owner=one.body)
        for one in clocks
        if one.suspending
    )
