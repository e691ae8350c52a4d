"""A calendar and its office hours laid out once as arrays, so that no question needs a walk over days."""

from bisect import bisect_left
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.rules.clock.values import DAY, ZONE, ClockError, OfficeHours, aware, minute_of

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
_ORIGIN = FIRST.toordinal()
_DAYS = LAST.toordinal() - _ORIGIN + 1
_EPOCH = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=ZONE)
_MINUTE = timedelta(minutes=1)
Spans = tuple[tuple[int, int], ...]


def to_minute(moment: datetime) -> int:
    """Return the minutes of local time since the first day; seconds are dropped.

    Raises ClockError for a time without zone ("clock.naive") and for years outside 2000 to 2099 ("clock.range").
    """
    aware(moment)
    try:
        local = moment.astimezone(ZONE)
    except OverflowError:
        raise ClockError("clock.range", moment=moment) from None
    day = local.toordinal() - _ORIGIN
    if not 0 <= day < _DAYS:
        raise ClockError("clock.range", moment=moment)
    return day * DAY + local.hour * 60 + local.minute


def to_moment(minute: int) -> datetime:
    """Return the aware local time of what `to_minute` gave."""
    return _EPOCH + minute * _MINUTE


def to_day(day: date) -> int:
    """Return the number of `day`, as in `to_minute(...) // DAY`."""
    return day.toordinal() - _ORIGIN


def to_date(day: int) -> date:
    """Return the date of what `to_day` gave."""
    return date.fromordinal(_ORIGIN + day)


class Timeline:
    """Working time as arrays over the days 2000 to 2099.

    `before[d]`: working days earlier than day d. `days[k]`: the k-th working day. `total[k]`: working minutes before
    the k-th working day. Every question is then a look-up or one bisection.
    """

    __slots__ = ("_cut_off", "_due", "_sessions", "_short", "before", "days", "hours", "total")

    def __init__(self, calendar: WorkingCalendar, hours: OfficeHours) -> None:
        self.hours = hours
        self._sessions: Spans = _spans(hours.sessions)
        self._due, self._cut_off = minute_of(hours.end_of_day), minute_of(hours.cut_off)
        margin = self._due - self._cut_off
        self._short: dict[int, tuple[Spans, int]] = {}
        for short in hours.shorter:
            spans = _spans(short.sessions)
            cut_off = minute_of(short.cut_off) if short.cut_off else max(spans[0][0], spans[-1][1] - margin)
            self._short[to_day(short.day)] = (spans, cut_off)
        off, makeup = {to_day(day) for day in calendar.off}, {to_day(day) for day in calendar.makeup}
        first = FIRST.weekday()
        self.before, self.days, self.total = [0], [], [0]
        for day in range(_DAYS):
            if day in makeup or ((first + day) % 7 < 5 and day not in off):
                self.days.append(day)
                self.total.append(self.total[-1] + sum(b - a for a, b in self.sessions(day)))
            self.before.append(len(self.days))

    def sessions(self, day: int) -> Spans:
        """Return the sessions of a working day as minutes of the day."""
        short = self._short.get(day) if self._short else None
        return short[0] if short else self._sessions

    def is_working(self, day: int) -> bool:
        """Say whether offices work on `day`."""
        return self.before[day + 1] > self.before[day]

    def closing(self, day: int) -> int:
        """Return the minute at which what is due on `day` is due."""
        short = self._short.get(day) if self._short else None
        return day * DAY + (short[0][-1][1] if short else self._due)

    def is_after_cut_off(self, minute: int) -> bool:
        """Say whether a same-day procedure received at `minute` is too late for the same day."""
        day, rest = divmod(minute, DAY)
        short = self._short.get(day) if self._short else None
        return rest > (short[1] if short else self._cut_off)

    def next_working(self, day: int) -> int:
        """Return `day` if offices work on it, else the next day on which they do."""
        return self._kth(self._until(day))

    def add(self, day: int, count: int) -> int:
        """Return the `count`-th working day after `day`; 0 gives `day`, or the next working day."""
        return self._kth(self._until(day + 1) + count - 1) if count else self.next_working(day)

    def count(self, after: int, until: int) -> int:
        """Return how many working days follow `after`, up to and including `until`."""
        return self.before[until + 1] - self.before[after + 1] if until > after else 0

    def opening(self, minute: int) -> int:
        """Return `minute` while the office is open (both ends of a session are open), else the next opening."""
        day, rest = divmod(minute, DAY)
        if self.is_working(day):
            for opens, closes in self.sessions(day):
                if rest <= closes:
                    return day * DAY + max(rest, opens)
        day = self._kth(self.before[day + 1])
        return day * DAY + self.sessions(day)[0][0]

    def asked_day(self, minute: int) -> int:
        """Return the last day that counts as used by a request at `minute`.

        The day of the request; the day before if offices had not opened yet on the day of the request.
        """
        day, rest = divmod(minute, DAY)
        return day - 1 if self.is_working(day) and rest < self.sessions(day)[0][0] else day

    def worked(self, minute: int) -> int:
        """Return the working minutes before `minute`."""
        day, rest = divmod(minute, DAY)
        number = self.before[day]
        found = self.total[number]
        if self.before[day + 1] > number:
            for opens, closes in self.sessions(day):
                if rest <= opens:
                    break
                found += min(rest, closes) - opens
        return found

    def advance(self, minute: int, count: int) -> int:
        """Return the first minute by which `count` working minutes have passed since `minute`."""
        if not count:
            return minute
        target = self.worked(minute) + count
        number = bisect_left(self.total, target) - 1
        day, rest = self._kth(number), target - self.total[number]
        for opens, closes in self.sessions(day):
            if rest <= closes - opens:
                return day * DAY + opens + rest
            rest -= closes - opens
        raise AssertionError("a day holds what its total says")

    def _until(self, day: int) -> int:
        try:
            return self.before[day]
        except IndexError:
            raise ClockError("clock.range") from None

    def _kth(self, number: int) -> int:
        try:
            return self.days[number]
        except IndexError:
            raise ClockError("clock.range") from None


def _spans(sessions: tuple[tuple[time, time], ...]) -> Spans:
    return tuple((minute_of(opens), minute_of(closes)) for opens, closes in sessions)


@lru_cache(maxsize=16)
def timeline(calendar: WorkingCalendar, hours: OfficeHours) -> Timeline:
    """Return the arrays of a calendar; made once per calendar and hours (about 20 ms), then looked up."""
    return Timeline(calendar, hours)
