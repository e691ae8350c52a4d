"""Late, at risk, on time or waiting; what is left; and whether the remaining steps will end in time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from math import ceil, isfinite

from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.rules.clock.timeline import Timeline, timeline, to_minute, to_moment
from haicap.onestop.rules.clock.values import ClockError, ClockRules, Due


class Standing(StrEnum):
    """How a dossier stands against its due time."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    LATE = "late"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a dossier stands.

    `left` and `late` are working minutes until and after the due time (one of them is 0); `foretold` is when the
    remaining steps will have been done if they begin now and one follows the other. `reason` says why:
    ended_in_time, ended_late, clock_stopped, overdue, steps_too_long, little_left, enough.
    """

    standing: Standing
    reason: str
    left: int = 0
    late: int = 0
    foretold: datetime | None = None


def standing(
    *,
    due: Due,
    now: datetime,
    calendar: WorkingCalendar,
    rules: ClockRules,
    ended: datetime | None = None,
    steps_left: Iterable[int | float | Fraction] = (),
) -> Position:
    """Return how a dossier stands at `now`, or stood when it ended.

    Our own rule: late when the result came after the due time, even if nobody collected it (domain file, section
    4). `steps_left` are the hours of working time of the internal steps still to be done.
    """
    line = timeline(calendar, rules.hours)
    moment = to_minute(ended or now)
    if due.at is None:
        if ended is not None:
            return Position(standing=Standing.ON_TIME, reason="ended_in_time")
        left = due.rest if due.rest_unit == "minutes" else 0
        return Position(standing=Standing.WAITING, reason="clock_stopped", left=left)
    last = to_minute(due.at)
    if moment > last:
        late = max(1, line.worked(moment) - line.worked(last))
        reason = "ended_late" if ended is not None else "overdue"
        return Position(standing=Standing.LATE, reason=reason, late=late)
    left = line.worked(last) - line.worked(moment)
    if ended is not None:
        return Position(standing=Standing.ON_TIME, reason="ended_in_time", left=left)
    return _foretold(line, rules, moment, last, left, _minutes(steps_left))


def _foretold(line: Timeline, rules: ClockRules, now: int, last: int, left: int, steps: int) -> Position:
    foretold = line.advance(line.opening(now), steps) if steps else None
    moment = to_moment(foretold) if foretold is not None else None
    if foretold is not None and foretold > last:
        return Position(standing=Standing.AT_RISK, reason="steps_too_long", left=left, foretold=moment)
    if left < rules.warn_minutes:
        return Position(standing=Standing.AT_RISK, reason="little_left", left=left, foretold=moment)
    return Position(standing=Standing.ON_TIME, reason="enough", left=left, foretold=moment)


def _minutes(steps: Iterable[int | float | Fraction]) -> int:
    total = 0
    for hours in steps:
        if not isfinite(hours) or hours < 0:
            raise ClockError("clock.step", hours=hours)
        total += ceil(hours * 60)
    return total
