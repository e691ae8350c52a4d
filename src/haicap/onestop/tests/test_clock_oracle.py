"""Due dates against a second, slow reckoning that walks over the minutes and days one by one."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.rules.clock import (
    ZONE,
    Case,
    ClockRules,
    Extension,
    OfficeHours,
    ShortDay,
    Suspension,
    TimeLimit,
    Unit,
    changed_days,
    due,
    explain,
    moved,
)

ROWS = [
    line.split(",")
    for line in (Path(__file__).parents[4] / "plans/hcmc-2025/holidays.csv")
    .read_text("utf-8")
    .splitlines()[1:]
]
CALENDAR = WorkingCalendar(
    off=frozenset(date.fromisoformat(row[0]) for row in ROWS if row[1] == "off"),
    makeup=frozenset(date.fromisoformat(row[0]) for row in ROWS if row[1] == "makeup"),
)
MORNING = ShortDay(day=date(2026, 1, 10), sessions=((time(7, 30), time(11, 30)),))
PACKS = (
    ClockRules(),
    ClockRules(hours=OfficeHours(shorter=(MORNING,))),
    ClockRules(roll=False),
    ClockRules(resume_days=2, resume_minutes=60),
)
# spans with Tết, swapped Saturdays and the feasts of April and September
SPANS = (date(2025, 12, 29), date(2026, 2, 9), date(2026, 4, 22), date(2026, 8, 18), date(2026, 11, 19))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Pair = tuple[datetime, datetime]


class Slow:
    """The rules of `reckon`, told again: a loop over minutes for hours, a set of days left out for days."""

    def __init__(self, rules: ClockRules, calendar: WorkingCalendar) -> None:
        self.rules, self.calendar = rules, calendar

    def sessions(self, day: date) -> tuple[tuple[time, time], ...]:
        if not self.calendar.is_working(day):
            return ()
        own = [short.sessions for short in self.rules.hours.shorter if short.day == day]
        return own[0] if own else self.rules.hours.sessions

    def works(self, moment: datetime) -> bool:
        """Say whether the minute that begins now is worked."""
        return any(opens <= moment.time() < closes for opens, closes in self.sessions(moment.date()))

    def opening(self, moment: datetime) -> datetime:
        while not any(opens <= moment.time() <= closes for opens, closes in self.sessions(moment.date())):
            moment += MINUTE
        return moment

    def closing(self, day: date) -> datetime:
        short = any(short.day == day for short in self.rules.hours.shorter)
        end = self.sessions(day)[-1][1] if short and self.sessions(day) else self.rules.hours.end_of_day
        return datetime.combine(day, end, ZONE)

    def late_for_the_day(self, moment: datetime) -> bool:
        for short in self.rules.hours.shorter:
            if short.day == moment.date():
                last = datetime.combine(short.day, short.sessions[-1][1], ZONE) - timedelta(hours=2)
                return moment > last
        return moment.time() > self.rules.hours.cut_off

    def worked_between(self, begins: datetime, ends: datetime) -> int:
        count = 0
        while begins < ends:
            count += self.works(begins)
            begins += MINUTE
        return count

    def next_working(self, day: date) -> date:
        while not self.calendar.is_working(day):
            day += DAY
        return day

    def hours(self, start: datetime, value: int, waits: list[Pair]) -> datetime:
        now, left = self.opening(start), value * 60
        for began, ended in waits:
            while left and now < began:
                left -= self.works(now)
                now += MINUTE
            if now < began or not self.worked_between(began, ended):
                continue  # too late, or no office minute was lost
            now = max(now, self.opening(ended))
            left = max(left, min(self.rules.resume_minutes, value * 60))
        while left:
            left -= self.works(now)
            now += MINUTE
        return now

    def days(
        self, start: datetime, limit: TimeLimit, waits: list[Pair], more: int = 0, at: time | None = None
    ) -> datetime:
        count = Counted(self, self.opening(start), limit, more, at)
        for began, ended in waits:
            if began <= count.ends() and self.worked_between(began, ended):
                count.wait(began, self.opening(ended))
        return count.ends()


class Counted:
    """A limit in days: so many days after the receipt, without the set of days left out for waits."""

    def __init__(self, slow: Slow, first: datetime, limit: TimeLimit, more: int, at: time | None) -> None:
        self.slow, self.first, self.limit, self.more, self.at = slow, first, limit, more, at
        self.every = limit.unit is Unit.DAYS and not limit.same_day
        self.amount = (int(slow.late_for_the_day(first)) if limit.same_day else limit.value) + more
        self.left_out: set[date] = set()
        self.floor = first.date()

    def used(self, until: date) -> int:
        day, count = self.first.date() + DAY, 0
        while day <= until:
            count += day not in self.left_out and (self.every or self.slow.calendar.is_working(day))
            day += DAY
        return count

    def ends(self) -> datetime:
        day = self.first.date()
        while self.used(day) < self.amount:
            day += DAY
        day = max(day, self.floor)
        if not self.every or self.slow.rules.roll:
            day = self.slow.next_working(day)
        close = self.slow.closing(day)
        if self.at and self.more and self.used(day) >= self.amount > self.used(day - DAY):
            return min(close, datetime.combine(day, self.at, ZONE))
        return close

    def wait(self, began: datetime, answer: datetime) -> None:
        asked = began.date()
        opens = self.slow.sessions(asked)
        if opens and began.time() < opens[0][0]:
            asked -= DAY
        asked = max(asked, self.floor)
        before = self.used(asked)  # more than the limit while a due day rolls over days off
        rest = max(0, self.amount - before)
        day = asked + DAY
        while day <= answer.date():
            self.left_out.add(day)
            day += DAY
        self.floor = max(self.floor, answer.date())
        if self.limit.same_day:
            self.amount += int(not rest and self.slow.late_for_the_day(max(answer, self.first)))
        else:
            self.amount = before + max(rest, min(self.slow.rules.resume_days, self.limit.value))


def merged(pairs: list[Pair], start: datetime) -> list[Pair]:
    """Return the minutes waited as spans: each minute at most once, none before the receipt."""
    found: list[Pair] = []
    for began, ended in sorted((max(a, start), b) for a, b in pairs if b > start):
        if found and began <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ended))
        else:
            found.append((began, ended))
    return found


def slow_due(case: Case, rules: ClockRules, calendar: WorkingCalendar = CALENDAR) -> datetime:
    slow = Slow(rules, calendar)
    waits = merged([(one.began, one.ended) for one in case.suspensions if one.ended], case.start)
    if case.limit.unit is Unit.WORKING_HOURS and not case.limit.same_day:
        return slow.hours(case.start, case.limit.value, waits)
    if not case.extensions:
        return slow.days(case.start, case.limit, waits)
    decided, until = case.extensions[0].decided, case.extensions[0].until
    assert until is not None
    then = [(began, min(ended, decided)) for began, ended in waits if began < decided]
    known = slow.days(case.start, case.limit, then)
    if decided > known:
        return slow.days(case.start, case.limit, waits)
    last, more, day = slow.next_working(until.date()), 0, known.date() + DAY
    while day <= last:
        more += calendar.is_working(day)
        day += DAY
    return slow.days(case.start, case.limit, waits, more, until.timetz().replace(tzinfo=None))


TIMES = st.one_of(
    st.sampled_from([time(7, 29), time(7, 30), time(11, 30), time(11, 31), time(13), time(15), time(15, 1)]),
    st.sampled_from([time(16, 59), time(17), time(17, 1), time(0), time(23, 59)]),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
)
LIMITS = st.one_of(
    st.builds(TimeLimit, value=st.integers(0, 12), unit=st.just(Unit.WORKING_DAYS)),
    st.builds(TimeLimit, value=st.integers(0, 40), unit=st.just(Unit.WORKING_HOURS)),
    st.builds(TimeLimit, value=st.integers(0, 20), unit=st.just(Unit.DAYS)),
    st.builds(TimeLimit, value=st.integers(0, 1), same_day=st.just(True)),
)


@st.composite
def moments(draw: st.DrawFn, first: date, most: int) -> datetime:
    return datetime.combine(first + timedelta(days=draw(st.integers(0, most))), draw(TIMES), ZONE)


@st.composite
def cases(draw: st.DrawFn, limits: st.SearchStrategy[TimeLimit] = LIMITS) -> Case:
    first = draw(st.sampled_from(SPANS))
    start = draw(moments(first, 14))
    pairs = draw(st.lists(st.tuples(moments(first, 26), moments(first, 26)), max_size=3))
    waits = tuple(Suspension(reason="supplement", began=min(pair), ended=max(pair)) for pair in pairs)
    return Case(start=start, limit=draw(limits), suspensions=waits)


@settings(max_examples=400, deadline=None)
@given(case=cases(), rules=st.sampled_from(PACKS))
def test_the_quick_reckoning_agrees_with_the_slow_one(case: Case, rules: ClockRules) -> None:
    found = due(case=case, calendar=CALENDAR, rules=rules).at
    assert found == slow_due(case, rules), case


WEEKS = st.builds(TimeLimit, value=st.integers(0, 12), unit=st.just(Unit.WORKING_DAYS))


@st.composite
def extended(draw: st.DrawFn) -> Case:
    case = draw(cases(WEEKS))
    decided = draw(moments(case.start.date(), 14))
    until = draw(moments(case.start.date(), 30))
    return replace(case, extensions=(Extension(decided=decided, until=until),))


@settings(max_examples=300, deadline=None)
@given(case=extended())
def test_an_extension_agrees_with_the_slow_reckoning(case: Case) -> None:
    assert due(case=case, calendar=CALENDAR, rules=ClockRules()).at == slow_due(case, ClockRules()), case


@settings(max_examples=300, deadline=None)
@given(case=st.one_of(cases(), extended()), rules=st.sampled_from(PACKS))
def test_every_explanation_adds_up_and_ends_with_the_due_time(case: Case, rules: ClockRules) -> None:
    lines = explain(case=case, calendar=CALENDAR, rules=rules)
    assert lines[-1].code == "due"
    assert lines[-1].start == due(case=case, calendar=CALENDAR, rules=rules).at
    hours = case.limit.unit is Unit.WORKING_HOURS
    wanted = 0 if case.limit.same_day else case.limit.value * (60 if hours else 1)
    assert sum(line.counted for line in lines) == wanted + sum(line.added for line in lines)


@settings(max_examples=200, deadline=None)
@given(case=cases(), more=moments(date(2026, 1, 5), 60))
def test_a_longer_wait_and_a_later_receipt_never_bring_the_due_time_forward(
    case: Case, more: datetime
) -> None:
    rules = ClockRules()
    before = due(case=case, calendar=CALENDAR, rules=rules).at
    assert before is not None
    longer = tuple(replace(one, ended=max(one.ended or more, more)) for one in case.suspensions)
    after = due(case=replace(case, suspensions=longer), calendar=CALENDAR, rules=rules).at
    assert after is not None and after >= before
    later = due(
        case=replace(case, start=max(case.start, more), suspensions=()), calendar=CALENDAR, rules=rules
    ).at
    bare = due(case=replace(case, suspensions=()), calendar=CALENDAR, rules=rules).at
    assert later is not None and bare is not None and later >= bare


@settings(max_examples=150, deadline=None)
@given(case=st.one_of(cases(), extended()), changes=st.dictionaries(
    st.dates(date(2025, 12, 20), date(2026, 12, 20)), st.sampled_from(["off", "makeup", ""]), min_size=1, max_size=4
))  # fmt: skip
def test_only_a_day_between_receipt_and_due_time_moves_a_due_time(
    case: Case, changes: dict[date, str]
) -> None:
    off, makeup = CALENDAR.off.difference(changes), CALENDAR.makeup.difference(changes)
    after = WorkingCalendar(
        off=off | {day for day, kind in changes.items() if kind == "off"},
        makeup=makeup | {day for day, kind in changes.items() if kind == "makeup"},
    )
    rules = ClockRules()
    old, new = (due(case=case, calendar=one, rules=rules).at for one in (CALENDAR, after))
    rows = list(moved(before=CALENDAR, after=after, cases=[case], rules=rules))
    assert [(row.before, row.after) for row in rows] == ([(old, new)] if old != new else [])
    days = changed_days(before=CALENDAR, after=after)
    assert old is not None
    if old != new:
        assert any(case.start.date() <= day <= old.date() for day in days)
