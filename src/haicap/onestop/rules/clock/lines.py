"""A due time explained line by line. Built only when asked for; the sentences are made in `texts/clock.py`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.rules.clock.reckon import DAYS, MINUTES, WORKING_DAYS, Reckoning, Stretch, reckon
from haicap.onestop.rules.clock.timeline import Timeline, timeline, to_date, to_minute, to_moment
from haicap.onestop.rules.clock.values import DAY, Case, ClockRules

OFF_CODES = ("weekend", "holiday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an explanation.

    `start` to `end`: for whole days midnight to midnight (`whole_days`), else moments. `counted`: how much of the
    limit the line uses, `added`: how much it adds to the limit, both in `unit` ("minutes", "working_days",
    "days"). Over all lines of a unit, counted = limit + added, less what is left while an answer is awaited.
    `name` names a day off or a swapped Saturday; `reasons` and `owners` say what was waited for, from whom.
    """

    code: str
    start: datetime
    end: datetime
    counted: int = 0
    added: int = 0
    unit: str = ""
    name: str = ""
    reasons: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    whole_days: bool = False

    @property
    def first_day(self) -> date:
        """The first day the line is about."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last day the line is about."""
        return to_date((to_minute(self.end) - 1) // DAY) if self.whole_days else self.end.date()


def explain(
    *,
    case: Case,
    calendar: WorkingCalendar,
    rules: ClockRules,
    now: datetime | None = None,
    names: Mapping[date, str] | None = None,
) -> tuple[Line, ...]:
    """Return the due time of `case` line by line, in order of time; the last line is the due time.

    `names` are the names of special days, for the lines about them. Raises ClockError as `due` does.
    """
    line = timeline(calendar, rules.hours)
    found = reckon(case=case, line=line, rules=rules, now=to_minute(now) if now else None)
    writer = _Writer(line, names or {})
    return (*writer.receipt(to_minute(case.start), found), *writer.body(found), *writer.end(found, case))


class _Writer:
    def __init__(self, line: Timeline, names: Mapping[date, str]) -> None:
        self.line, self.names = line, names

    def receipt(self, start: int, found: Reckoning) -> Iterator[Line]:
        """The receipt, the time until the office opened, and the day of receipt."""
        yield Line(code="received", start=to_moment(start), end=to_moment(start))
        opening = self.line.opening(start)
        counting = next(one for one in found.stretches if one.kind == "count")
        if counting.unit == MINUTES:
            if self.line.worked(opening) == self.line.worked(start) and opening > start:
                yield Line(code="before_opening", start=to_moment(start), end=to_moment(opening))
            return
        first, day = start // DAY, opening // DAY
        if day > first:
            name = next(filter(None, (self.name(one) for one in range(first, day))), "")
            yield self.days("before_opening", first, day - 1, name=name)
        yield self.days("receipt_day", day, day)

    def body(self, found: Reckoning) -> Iterator[Line]:
        """What was counted, what was not, what was added; the extension before the days it brought."""
        announced = False
        for one in found.stretches:
            if one.kind == "count":
                if one.is_extension and not announced:
                    announced = True
                    moment = to_moment(one.begins)
                    yield Line(
                        code="extension", start=moment, end=moment, added=found.added, unit=WORKING_DAYS
                    )
                yield from self.counted(one)
            elif one.kind in ("after_cut_off", "minimum"):
                moment = to_moment(one.begins)
                yield Line(code=one.kind, start=moment, end=moment, added=one.amount, unit=one.unit)
            elif one.kind != "wait_late":
                yield self.waiting(one)
        yield from (self.waiting(one) for one in found.stretches if one.kind == "wait_late")

    def end(self, found: Reckoning, case: Case) -> Iterator[Line]:
        """The due time, or that it is not known."""
        if found.extension_late and found.promised is not None:
            yield Line(
                code="extension_late",
                start=case.extensions[0].decided,
                end=to_moment(found.promised),
                unit=WORKING_DAYS,
            )
        if found.open_wait:
            since = to_moment(found.open_wait.began)
            yield Line(code="due_unknown", start=since, end=since, reasons=found.open_wait.reasons)
        if found.due is not None:
            moment = to_moment(found.due)
            yield Line(code="due_if_now" if found.open_wait else "due", start=moment, end=moment)

    def counted(self, one: Stretch) -> Iterator[Line]:
        """A stretch in which time ran."""
        if one.unit == MINUTES:
            yield from self.minutes(one.begins, one.ends)
            return
        days = range(one.begins // DAY + 1, (one.ends - 1) // DAY + 1)
        if one.unit == WORKING_DAYS:
            yield from self.runs(days, self.kind, lambda code: 0 if code in OFF_CODES else 1)
        else:
            yield from self.runs(days[: one.amount], lambda day: "counted", lambda code: 1, unit=DAYS)
            yield from self.runs(days[one.amount :], lambda day: "rolled", lambda code: 0, unit=DAYS)

    def runs(
        self,
        days: Iterable[int],
        kind: Callable[[int], str],
        worth: Callable[[str], int],
        unit: str = WORKING_DAYS,
    ) -> Iterator[Line]:
        """Days in a row of the same kind and name as one line each."""
        named = {"holiday", "makeup", "rolled"}
        keys = ((kind(day), day) for day in days)
        for (code, name), group in groupby(
            keys, lambda key: (key[0], self.name(key[1]) if key[0] in named else "")
        ):
            row = [day for _, day in group]
            yield self.days(code, row[0], row[-1], counted=worth(code) * len(row), unit=unit, name=name)

    def minutes(self, begins: int, ends: int) -> Iterator[Line]:
        """Working minutes from one moment to another: days in part one by one, whole days in a row together."""
        whole: list[int] = []
        off: list[int] = []
        for day in range(begins // DAY, ends // DAY + 1):
            low, high = max(begins, day * DAY), min(ends, (day + 1) * DAY)
            if self.line.is_working(day):
                yield from self.runs(off, self.kind, lambda code: 0, unit=MINUTES)
                off = []
                if low == day * DAY and high == (day + 1) * DAY:
                    whole.append(day)
                    continue
                yield from self.full(whole)
                whole = []
                yield from self.part(day, low, high)
            else:
                yield from self.full(whole)
                whole = []
                off.append(day)
        yield from self.full(whole)
        yield from self.runs(off, self.kind, lambda code: 0, unit=MINUTES)

    def part(self, day: int, low: int, high: int) -> Iterator[Line]:
        """A part of a working day, from its first to its last working minute."""
        if used := self.line.worked(high) - self.line.worked(low):
            sessions = self.line.sessions(day)
            low = max(low, day * DAY + sessions[0][0])
            high = min(high, day * DAY + sessions[-1][1])
            yield Line(code="counted", start=to_moment(low), end=to_moment(high), counted=used, unit=MINUTES)

    def full(self, days: list[int]) -> Iterator[Line]:
        """Whole working days in a row, for a limit in hours."""
        if days:
            used = self.line.worked((days[-1] + 1) * DAY) - self.line.worked(days[0] * DAY)
            yield self.days("counted", days[0], days[-1], counted=used, unit=MINUTES)

    def waiting(self, one: Stretch) -> Line:
        """A wait: the days that do not count for it, or its moments where no whole day is left out."""
        wait = one.wait
        if wait is None:
            raise AssertionError("a wait has its suspension")
        code = {"wait": "waiting", "wait_open": "waiting_open", "wait_closed": "waiting_closed"}.get(
            one.kind, "waiting_late"
        )
        ends = wait.ended if wait.ended is not None else max(one.ends, wait.began)
        if one.kind in ("wait", "wait_open") and one.unit != MINUTES:
            first, last = one.begins // DAY, one.ends // DAY
            if one.ends > one.begins:
                return self.days(code, first, last, reasons=wait.reasons, owners=wait.owners)
            code = "waiting_same_day" if one.kind == "wait" else code
        start, end = to_moment(wait.began), to_moment(ends)
        return Line(code=code, start=start, end=end, reasons=wait.reasons, owners=wait.owners)

    def days(
        self,
        code: str,
        first: int,
        last: int,
        *,
        counted: int = 0,
        unit: str = "",
        name: str = "",
        reasons: tuple[str, ...] = (),
        owners: tuple[str, ...] = (),
    ) -> Line:
        """A line about whole days, the last one included."""
        return Line(
            code=code,
            start=to_moment(first * DAY),
            end=to_moment((last + 1) * DAY),
            counted=counted,
            unit=unit,
            name=name,
            reasons=reasons,
            owners=owners,
            whole_days=True,
        )

    def kind(self, day: int) -> str:
        """counted, makeup (a swapped day worked), weekend or holiday."""
        is_weekend = to_date(day).weekday() >= 5
        if self.line.is_working(day):
            return "makeup" if is_weekend else "counted"
        return "weekend" if is_weekend else "holiday"

    def name(self, day: int) -> str:
        """The name of a special day."""
        return self.names.get(to_date(day), "")
