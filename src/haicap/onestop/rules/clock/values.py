"""What the clock is told: office hours, limits, suspensions, extensions; and what it answers.

Times are reckoned to the minute in Asia/Ho_Chi_Minh: seconds are dropped, so that what a receipt shows (15:00) is
what is counted (not after 15:00), for receipts, requests, answers and results alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MOST = {"working_hours": 20_000, "working_days": 2_500, "days": 3_650}  # ten years: more is a typing error
DAY = 24 * 60


class ClockError(ValueError):
    """Times that cannot be reckoned with; `code` is stable, `params` fill the sentence made of it elsewhere."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Unit(StrEnum):
    """How a limit is counted (a limit without a unit is refused: `duration_unit` is mandatory)."""

    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    DAYS = "days"


class Reason(StrEnum):
    """Why the clock stood still."""

    SUPPLEMENT = "supplement"
    FINANCE = "finance"
    CONSULTATION = "consultation"


def aware(*moments: datetime | None) -> None:
    """Raise ClockError("clock.naive") for a time without a zone."""
    for moment in moments:
        if moment is not None and moment.tzinfo is None:
            raise ClockError("clock.naive", moment=moment)


def minute_of(moment: time) -> int:
    """Return the minute of the day, 0 to 1439."""
    return moment.hour * 60 + moment.minute


def _checked(sessions: tuple[tuple[time, time], ...]) -> None:
    last = -1
    for opens, closes in sessions:
        if minute_of(opens) <= last or minute_of(closes) <= minute_of(opens):
            raise ClockError("clock.sessions")
        last = minute_of(closes)
    if not sessions:
        raise ClockError("clock.sessions")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortDay:
    """A working day with hours of its own, such as a Saturday worked in the morning only.

    It counts as one whole working day; what is due on it is due when its last session closes. `cut_off` None:
    as long before closing as on an ordinary day.
    """

    day: date
    sessions: tuple[tuple[time, time], ...]
    cut_off: time | None = None

    def __post_init__(self) -> None:
        _checked(self.sessions)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """Sessions of an ordinary working day in order, local time.

    `end_of_day` is when results are due on their day (domain file, section 4: 17:00, configurable); `cut_off` the
    last minute at which a same-day procedure is still due the same day (15:00).
    """

    sessions: tuple[tuple[time, time], ...] = ((time(7, 30), time(11, 30)), (time(13), time(17)))
    end_of_day: time = time(17)
    cut_off: time = time(15)
    shorter: tuple[ShortDay, ...] = ()

    def __post_init__(self) -> None:
        _checked(self.sessions)
        opens, closes = self.sessions[0][0], self.sessions[-1][1]
        if not opens < self.end_of_day <= closes or not opens <= self.cut_off <= self.end_of_day:
            raise ClockError("clock.sessions")
        if len({short.day for short in self.shorter}) != len(self.shorter):
            raise ClockError("clock.sessions")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """The part of a dated rule pack that the clock needs; whatever is uncertain in the law is a field here.

    `roll`: a due day of a limit in calendar days that is no working day moves to the next working day.
    `after_cut_off_due`: when a same-day procedure received after the cut-off is due on the next working day; None
    for the end of that day.
    `resume_minutes` (limits in working hours), `resume_days` (limits in days): at least so much is left after an
    answer, never more than the whole limit.
    `late_extension_moves`: an extension decided after the due time still moves it. By default it only promises a
    new date: the dossier stays late.
    `warn_minutes`: at risk when fewer working minutes are left.
    """

    hours: OfficeHours = field(default_factory=OfficeHours)
    roll: bool = True
    after_cut_off_due: time | None = None
    resume_minutes: int = 0
    resume_days: int = 0
    late_extension_moves: bool = False
    warn_minutes: int = 0

    def __post_init__(self) -> None:
        if min(self.resume_minutes, self.resume_days, self.warn_minutes) < 0:
            raise ClockError("clock.negative")

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read the table `[clock]` of a rule pack: the fields above, times as "HH:MM", days as ISO dates.

        Raises ClockError("clock.pack") naming the field that cannot be read.
        """
        name = ""
        values: dict[str, Any] = {}
        hours: dict[str, Any] = {}
        try:
            for name, value in data.items():
                if name in ("end_of_day", "cut_off"):
                    hours[name] = _time(value)
                elif name == "sessions":
                    hours[name] = _sessions(value)
                elif name == "shorter":
                    hours[name] = tuple(_short(row) for row in value)
                elif name == "after_cut_off_due":
                    values[name] = _time(value) if value else None
                else:
                    values[name] = value
            return cls(hours=OfficeHours(**hours), **values)
        except ClockError:
            raise
        except (TypeError, ValueError, KeyError):
            raise ClockError("clock.pack", field=name) from None


def _sessions(rows: Sequence[Sequence[str]]) -> tuple[tuple[time, time], ...]:
    return tuple((_time(opens), _time(closes)) for opens, closes in rows)


def _time(value: time | str) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)


def _short(row: Mapping[str, Any]) -> ShortDay:
    cut_off = _time(row["cut_off"]) if row.get("cut_off") else None
    day = date.fromisoformat(str(row["day"]))
    return ShortDay(day=day, sessions=_sessions(row["sessions"]), cut_off=cut_off)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """How long a body has: `value` of `unit`, 0 = the same day (or at once, in hours).

    `same_day` is "the same working day; received after the cut-off, the next": 0 or 1 working day; its value must
    be at most one working day (1, or 8 hours) and is not looked at further.
    """

    value: int
    unit: Unit = Unit.WORKING_DAYS
    same_day: bool = False

    def __post_init__(self) -> None:
        if type(self.value) is not int or self.unit not in MOST:
            raise ClockError("clock.limit", value=self.value, unit=self.unit)
        if self.value < 0:
            raise ClockError("clock.negative", value=self.value)
        if self.value > MOST[self.unit]:
            raise ClockError("clock.absurd", value=self.value, most=MOST[self.unit])
        if self.same_day and self.value > (8 if self.unit == Unit.WORKING_HOURS else 1):
            raise ClockError("clock.same_day", value=self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """The clock stood still from the request to the answer (`ended` None: still waiting).

    `reason` is a `Reason` or any other code; `clock_owner` names the body or person waited for (a code).
    """

    reason: str
    began: datetime
    ended: datetime | None = None
    clock_owner: str = ""

    def __post_init__(self) -> None:
        aware(self.began, self.ended)
        if self.ended is not None and self.ended < self.began:
            raise ClockError("clock.backwards", began=self.began, ended=self.ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Form 04, apology and extension: either a new due time `until`, or `working_days` added."""

    decided: datetime
    until: datetime | None = None
    working_days: int | None = None

    def __post_init__(self) -> None:
        aware(self.decided, self.until)
        if (self.until is None) == (self.working_days is None):
            raise ClockError("clock.extension")
        if self.working_days is not None and not 1 <= self.working_days <= MOST["working_days"]:
            raise ClockError("clock.extension", working_days=self.working_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a due date follows from, besides calendar and rules. `key` comes back unchanged in answers."""

    start: datetime
    limit: TimeLimit
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Extension, ...] = ()
    key: Any = None

    def __post_init__(self) -> None:
        aware(self.start)
        if len(self.extensions) > 1:
            raise ClockError("clock.extended_twice", count=len(self.extensions))


@dataclass(frozen=True, slots=True)
class Due:
    """When a dossier is due.

    `at` is None while an answer is awaited: the due time is not known yet. Then `waiting_since` is when the clock
    stopped, `rest` of `rest_unit` ("minutes", "working_days", "days") was left, and `if_now` is the due time if the
    answer came at the `now` that was given. `promised` is the date of an extension that came too late to move
    `at`, else the same as `at`.
    """

    at: datetime | None
    if_now: datetime | None = None
    waiting_since: datetime | None = None
    rest: int = 0
    rest_unit: str = ""
    promised: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        """True while the clock stands still."""
        return self.waiting_since is not None
