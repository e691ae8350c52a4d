"""Sample lives of dossiers: a month of work at the centres, drawn from a seed, each within the rules.

The lives say nothing about any real body. Bodies are given by their places in lists, so that the same seed gives
the same lives; an event later than `now` has not happened yet.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random
from typing import Any

OPENS, NOON, AFTER, CLOSES = time(7, 30), time(11, 30), time(13, 0), time(17, 0)
DAY_HOURS = 8.0
PRIVATE = ("direct", "online", "post")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleProcedure:
    """What the drawing needs of a procedure: its limit in working hours, its fee in đồng, its internal steps."""

    hours: float
    fee: int = 0
    online: bool = False
    same_day: bool = False
    steps: tuple[str, ...] = ()
    by_land: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleEvent:
    """`who`: citizen, machine, centre (where it was handed in), competent, consulted, back (where returned)."""

    kind: str
    at: datetime
    who: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLife:
    """`procedure`, `centre`, `unit`, `back` and `asked` are places in the lists that were given."""

    number: int
    procedure: int
    centre: int
    unit: int
    back: int
    asked: int
    channel: str
    events: tuple[SampleEvent, ...]


class WorkingTime:
    """Walks along office hours over given working days."""

    def __init__(self, days: Sequence[date], zone: tzinfo) -> None:
        self.days, self.zone = sorted(days), zone

    def later(self, moment: datetime, hours: float) -> datetime:
        """Return the moment `hours` of office time after `moment`."""
        left = timedelta(hours=hours)
        place = bisect_left(self.days, moment.date())
        while place < len(self.days):
            for opens, closes in ((OPENS, NOON), (AFTER, CLOSES)):
                begin = max(moment, self._at(self.days[place], opens))
                end = self._at(self.days[place], closes)
                if begin < end and left <= end - begin:
                    return begin + left
                left -= max(end - begin, timedelta())
            place += 1
        return self._at(self.days[-1], CLOSES) + left

    def next_morning(self, moment: datetime) -> datetime:
        """Return the opening of the first working day after that of `moment`."""
        place = min(bisect_right(self.days, moment.date()), len(self.days) - 1)
        return self._at(self.days[place], OPENS)

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, tzinfo=self.zone)


def sample_lives(
    *,
    random: Random,
    count: int,
    days: Sequence[date],
    clock: WorkingTime,
    procedures: Sequence[SampleProcedure],
    districts: Sequence[Sequence[int]],
    bodies: int,
    now: datetime,
) -> Iterator[SampleLife]:
    """Yield `count` lives begun on `days`, before `now`.

    `districts[i]` are the units of the former district of centre i; most people go to the centre of their own,
    and every fifth to another. `bodies` is how many bodies may be consulted.
    """
    everywhere = [unit for units in districts for unit in units]
    for number in range(1, count + 1):
        day = random.choice(days)
        morning = datetime.combine(day, OPENS, tzinfo=clock.zone)
        begun = clock.later(morning, random.triangular(0, DAY_HOURS - 0.1, 2.5))
        if begun > now:
            begun = clock.later(morning - timedelta(days=7), 1)
        centre = random.randrange(len(districts))
        own = districts[centre]
        unit = random.choice(own) if own and random.random() < 0.8 else random.choice(everywhere)
        place = random.randrange(len(procedures))
        procedure = procedures[place]
        draw = _Drawing(random, clock, procedure, begun, asked := random.randrange(bodies))
        draw.live()
        yield SampleLife(
            number=number,
            procedure=place,
            centre=centre,
            unit=unit,
            back=centre if random.random() < 0.8 else random.randrange(len(districts)),
            asked=asked,
            channel=draw.channel,
            events=tuple(event for event in draw.events if event.at <= now),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTicket:
    """A visit to a hall: when the number was taken, called and done with; `foretold` in minutes."""

    taken: datetime
    called: datetime
    ended: datetime
    foretold: int
    priority: bool


def sample_ticket(*, random: Random, day: date, number: int, zone: tzinfo) -> SampleTicket:
    """Return the `number`-th visit of a day: waits are short in the morning and after noon, longer between."""
    opens = datetime.combine(day, OPENS if number % 3 else AFTER, tzinfo=zone)
    taken = opens + timedelta(minutes=random.triangular(0, 200, 60))
    wait = random.triangular(1, 38, 8)
    called = taken + timedelta(minutes=wait)
    return SampleTicket(
        taken=taken,
        called=called,
        ended=called + timedelta(minutes=random.triangular(3, 25, 9)),
        foretold=max(0, round(wait * random.uniform(0.7, 1.3))),
        priority=random.random() < 0.12,
    )


class _Drawing:
    """Draws one life: the events with their times."""

    def __init__(
        self, random: Random, clock: WorkingTime, procedure: SampleProcedure, begun: datetime, asked: int
    ) -> None:
        self.random, self.clock, self.procedure, self.at, self.asked = random, clock, procedure, begun, asked
        online = procedure.online and random.random() < 0.55
        self.channel = "online" if online else random.choices(PRIVATE, (95, 0, 5))[0]
        self.events: list[SampleEvent] = []

    def add(self, kind: str, who: str, *, after: float = 0.02, **payload: Any) -> None:
        """Add an event `after` hours of office time later."""
        self.at = self.clock.later(self.at, after)
        self.events.append(SampleEvent(kind=kind, at=self.at, who=who, payload=payload))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def live(self) -> None:
        """Draw the life from registration to the applicant's hands."""
        self.add("registered", "citizen" if self.channel == "online" else "centre", after=0)
        if self.channel == "online":
            self.add("scanned", "citizen", online=True)
            self.at = self.clock.later(self.at, self.random.uniform(0.2, 5))
        if self.chance(0.03):
            self.add("not_received", "centre", reason="Không thuộc phạm vi giải quyết (mẫu).")
            return
        if self.chance(0.04):
            self.add("supplement_asked", "centre", reason="Bổ sung bản sao giấy tờ tùy thân (mẫu).")
            self.add("supplement_given", "centre", after=self.random.uniform(4, 20))
        self._receive()
        self._process()

    def _receive(self) -> None:
        self.add("received", "centre", fee=self.procedure.fee, reused=self.chance(0.3))
        if self.procedure.fee:
            self.add(
                "paid", "machine" if self.channel == "online" else "centre", online=self.channel == "online"
            )
        if self.channel != "online" and self.chance(0.85):
            self.add("scanned", "centre", pages=self.random.randint(2, 14))
        if self.chance(0.95):
            self.add("synchronised", "machine")
        if self.at.time() > time(15, 0) and not self.procedure.same_day:
            self.at = self.clock.next_morning(self.at)
        self.add("forwarded", "centre", after=self.random.uniform(0.05, 0.6))

    def _process(self) -> None:
        share = (
            self.random.uniform(1.05, 1.5) if self.chance(0.05) else self.random.triangular(0.25, 0.93, 0.6)
        )
        hours = self.procedure.hours * share
        self.add("assigned", "competent", after=min(hours * 0.1, 2))
        for step in self.procedure.steps[:1]:
            self.add("step_done", "competent", after=hours * 0.2, step=step)
        if not self.procedure.same_day and self.chance(0.09):
            self.add("supplement_asked", "competent", reason="Bổ sung giấy tờ còn thiếu (mẫu).")
            self.add(
                "supplement_given", "back" if self.chance(0.3) else "centre", after=self.random.uniform(4, 44)
            )
        if self.chance(0.02):
            self.add("withdraw_asked", "centre", reason="Người nộp xin rút (mẫu).")
            self.add("stopped", "competent", after=1, reason="Theo đề nghị của người nộp (mẫu).")
            return
        if hours > 24 and self.chance(0.15):
            self._consult(hours)
        if share > 1 and not self.procedure.same_day:
            self._extend(hours)
        refused = self.chance(0.03)
        reason = {"reason": "Không đủ điều kiện giải quyết (mẫu)."} if refused else {}
        self.add(
            "drafted", "competent", after=hours * 0.3, result="refused" if refused else "granted", **reason
        )
        if self.chance(0.05):
            self.add("sent_back", "approver", after=0.5, reason="Sửa thể thức văn bản (mẫu).")
            self.add("drafted", "competent", after=1, result="granted")
        for kind, who in (("approved", "approver"), ("signed", "approver"), ("numbered", "clerk")):
            self.add(kind, who, after=min(hours * 0.1, 3))
        self.add("issued", "clerk", after=0.1)
        self._return()

    def _consult(self, hours: float) -> None:
        due = self.clock.later(self.at, hours * 0.4)
        self.add("consulted", "competent", to=self.asked, due_at=due, question="Đề nghị cho ý kiến (mẫu).")
        wait = hours * self.random.uniform(0.1, 0.45)
        self.add("consult_answered", "consulted", after=wait, opinion="Thống nhất (mẫu).")

    def _extend(self, hours: float) -> None:
        until = self.clock.later(self.at, hours + DAY_HOURS)
        self.add("extended", "competent", reason="Hồ sơ cần xác minh thêm (mẫu).", until=until)

    def _return(self) -> None:
        wait = self.random.triangular(0.5, 40, 4)
        if self.channel == "online" and self.chance(0.6):
            self.add(
                "returned", "citizen", after=min(wait, 4), proof="Đã tải bản điện tử (mẫu)", way="online"
            )
        elif self.channel == "post":
            self.add("posted", "back", after=wait, proof=f"Vận đơn mẫu {self.random.randint(10**5, 10**6)}")
            self.add("returned", "back", after=10, proof="Phiếu phát của bưu chính (mẫu)", way="post")
        else:
            self.add("returned", "back", after=wait, proof="Chữ ký trên phiếu trả (mẫu)", way="direct")
