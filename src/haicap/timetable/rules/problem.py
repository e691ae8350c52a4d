"""The timetable problem and its answer, frozen: what every other rule of this area reads.

Units of measure: degrees (WGS 84), kilometres per hour, minutes, metres. Weights are points, whole
numbers >= 0.
Only data is defined here: solver and checker read the same problem without sharing an opinion on it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum

from haicap.kernel.periods import Slot


class Mode(StrEnum):
    """How a unit is surveyed."""

    IN_PERSON = "in_person"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class Point:
    """A place on Earth, degrees, WGS 84."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedUnit:
    """A unit to visit once.

    `modes` are the allowed ways of surveying it, the asked one first. `preferred` are half-days, best first.
    An `island` in person takes the whole day of a team; online it takes a half-day as any other. `minutes` is
    the length of a visit in person. `areas` are the content areas surveyed there, empty for all of the
    problem's composition. `group` is the former province, between which wishes should be met fairly.
    """

    code: str
    place: Point | None
    modes: tuple[Mode, ...] = (Mode.IN_PERSON,)
    preferred: tuple[Slot, ...] = ()
    blocked: frozenset[Slot] = frozenset()
    island: bool = False
    minutes: int = 180
    areas: frozenset[str] = frozenset()
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody in a team: an opaque code, "head", "deputy", "secretary" or "member", the areas covered."""

    code: str
    role: str = "member"
    areas: frozenset[str] = frozenset()
    absent: frozenset[Slot] = frozenset()

    @property
    def leads(self) -> bool:
        """True for those who may lead a visit."""
        return self.role in ("head", "deputy")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyTeam:
    """A team: where its days start and end, the half-days on which it is called, and its people.

    It can make a visit where somebody who leads and enough members are present, and those present cover the
    areas of the unit. `most_per_day` visits a day; `most_days_in_row` consecutive calendar days with a visit
    in person (None: no limit).
    """

    number: int
    base: Point | None
    available: frozenset[Slot]
    members: tuple[Member, ...] = ()
    most_per_day: int = 4
    most_days_in_row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgePoint:
    """Where online sessions are held: each session of a team takes a room and a technician for a half-day."""

    code: str
    available: frozenset[Slot]
    rooms: int = 1
    technicians: int = 1

    @property
    def capacity(self) -> int:
        """Sessions at once; several units may share a session (`Limits.online_per_half_day`)."""
        return min(self.rooms, self.technicians)


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelMatrix:
    """Known ways: `minutes[i][j]` and `metres[i][j]` from `places[i]` to `places[j]`, by road.

    A place is a unit's code, `team:<number>` for the base of a team, or `base` for that of every other team.
    """

    places: tuple[str, ...]
    minutes: tuple[tuple[float, ...], ...]
    metres: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedVisit:
    """One visit of a plan; with `whole_day` the slot is the morning and the afternoon is taken too.

    `bridge` is the code of the bridge point of a visit online, empty where the problem has none.
    """

    unit: str
    team: int
    slot: Slot
    mode: Mode = Mode.IN_PERSON
    whole_day: bool = False
    order: int = 1
    bridge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Points added for each thing a plan should avoid; the defaults order them as the survey plan does."""

    unserved: int = 100_000
    """per unit left without a visit"""
    mode: int = 2_000
    """per unit surveyed otherwise than it asked"""
    rank: int = 15
    """per step down the list of preferred half-days"""
    unlisted: int = 60
    """per unit with a list placed on a half-day that is not on it"""
    change: int = 60
    """per unit whose team, half-day or mode differs from the previous calendar"""
    soon: int = 10
    """per such unit and day by which the earlier of its two half-days lies nearer than `notice_days`"""
    km: int = 1
    """per road kilometre"""
    load: int = 10
    """per unit of each team's (half-days - share) x (half-days - share - 1); `share` as in `even_shares`"""
    province: int = 20
    """per point of mean preference cost (`rank` and `unlisted`) in the group that fares worst"""
    team_day: int = 5
    """per day on which a team is called out"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Settings about travel, presence and online sessions."""

    speed_kmh: float = 35.0
    road_factor: float = 1.35
    lunch_minutes: float = 90.0
    """travel possible between the end of the morning visit and the start of the afternoon visit"""
    half_day_minutes: int = 210
    """length of a half-day"""
    two_visits_minutes: int = 0
    """two visits share a half-day of a team where the way between takes at most this long and both fit into
    the half-day with it; 0: never"""
    online_per_half_day: int = 2
    """online sessions a team can hold on one half-day, from its base"""
    quorum_percent: int = 50
    """share of a team's members that must be present at a visit"""
    notice_days: int = 7
    """changes to a half-day nearer than this many calendar days cost more, day by day"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything a plan depends on.

    `previous` is the calendar in force, `pins` are visits that must stay. `composition` says how many of those
    present at a visit must cover each area. `bridges` empty: units go online from their seats, without limit.
    `matrix` replaces the great circle where given. `today` matters for the cost of changing what is near.
    """

    units: tuple[SurveyedUnit, ...]
    teams: tuple[SurveyTeam, ...]
    slots: tuple[Slot, ...]
    pins: tuple[PlacedVisit, ...] = ()
    previous: tuple[PlacedVisit, ...] = ()
    composition: tuple[tuple[str, int], ...] = ()
    bridges: tuple[BridgePoint, ...] = ()
    matrix: TravelMatrix | None = None
    today: date | None = None
    weights: Weights = field(default_factory=Weights)
    limits: Limits = field(default_factory=Limits)

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the window, in order, each once."""
        return tuple(sorted({slot.day for slot in self.slots}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What a plan costs: `terms` in thousandths of a point, and the counts a reader asks for.

    `metres` is the length of all the teams' days by road; `lightest` and `heaviest` are half-days of a team.
    """

    terms: Mapping[str, int]
    served: int
    unserved: int
    online: int
    first_choice: int
    listed_choice: int
    unlisted_choice: int
    without_list: int
    changed: int
    metres: int
    lightest: int
    heaviest: int
    team_days: int

    @property
    def total(self) -> int:
        """The sum of the terms, thousandths of a point."""
        return sum(self.terms.values())

    def as_data(self) -> dict[str, object]:
        """Return plain values for storage, with `total` and the terms in points."""
        data = asdict(self)
        data["terms"] = {name: value / 1000 for name, value in self.terms.items()}
        data["total"] = self.total / 1000
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A unit without a visit and why: a code of `REASONS`."""

    unit: str
    reason: str


REASONS = (
    "blocked_everywhere", "no_coordinates", "too_long", "no_whole_day", "no_bridge", "composition",
    "no_team_then", "no_room",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A solver's answer: the visits, who is left out and why, what it costs, how it was reached.

    `bound`, thousandths of a point, is proven: no plan of this problem costs less. None before one is known.
    """

    visits: tuple[PlacedVisit, ...]
    unserved: tuple[Unserved, ...]
    objective: Objective
    seed: int
    iterations: int
    bound: int | None = None

    @property
    def gap(self) -> float | None:
        """The share of the cost by which a better plan could at most be cheaper, 0 when proven best."""
        if self.bound is None:
            return None
        return gap_between(cost=self.objective.total, bound=self.bound)


def gap_between(*, cost: int, bound: int) -> float:
    """Return (cost - bound) / cost, and 0 where the cost is 0."""
    return max(0, cost - bound) / cost if cost > 0 else 0.0


def _plain(value: object) -> object:
    if isinstance(value, Slot):
        return value.key
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(item.key if isinstance(item, Slot) else str(item) for item in value)
    raise TypeError(type(value))


def digest(problem: Problem) -> str:
    """Return the SHA-256 of the problem in a canonical form: equal problems, equal digests."""
    canonical = json.dumps(asdict(problem), sort_keys=True, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()
