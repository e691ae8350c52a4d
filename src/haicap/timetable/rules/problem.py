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
    An `island` in person takes the whole day of a team; online it takes a half-day as any other.
    """

    code: str
    place: Point | None
    modes: tuple[Mode, ...] = (Mode.IN_PERSON,)
    preferred: tuple[Slot, ...] = ()
    blocked: frozenset[Slot] = frozenset()
    island: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyTeam:
    """A team, where its days start and end, and the half-days on which it can work."""

    number: int
    base: Point | None
    available: frozenset[Slot]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedVisit:
    """One visit of a plan; with `whole_day` the slot is the morning and the afternoon is taken too."""

    unit: str
    team: int
    slot: Slot
    mode: Mode = Mode.IN_PERSON
    whole_day: bool = False
    order: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Points added for each thing a plan should avoid; the defaults order them as the survey plan does."""

    unserved: int = 100_000
    """per unit left without a visit"""
    mode: int = 2_000
    """per unit surveyed otherwise than it asked"""
    change: int = 60
    """per unit whose team, half-day or mode differs from the previous calendar"""
    rank: int = 15
    """per step down the list of preferred half-days"""
    unlisted: int = 60
    """per unit with a list placed on a half-day that is not on it"""
    km: int = 1
    """per road kilometre"""
    load: int = 10
    """per unit of sum of squares of the teams' half-days above the evenest split"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Settings about travel and online sessions."""

    speed_kmh: float = 35.0
    road_factor: float = 1.35
    lunch_minutes: float = 90.0
    """travel possible between the end of the morning visit and the start of the afternoon visit"""
    online_per_half_day: int = 2
    """online sessions a team can hold on one half-day, from its base"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything a plan depends on. `previous` is the calendar in force, `pins` are visits that must stay."""

    units: tuple[SurveyedUnit, ...]
    teams: tuple[SurveyTeam, ...]
    slots: tuple[Slot, ...]
    pins: tuple[PlacedVisit, ...] = ()
    previous: tuple[PlacedVisit, ...] = ()
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


REASONS = ("blocked_everywhere", "no_coordinates", "no_whole_day", "no_team_then", "no_room")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A solver's answer: the visits, who is left out and why, what it costs, how it was reached."""

    visits: tuple[PlacedVisit, ...]
    unserved: tuple[Unserved, ...]
    objective: Objective
    seed: int
    iterations: int


def _plain(value: object) -> object:
    if isinstance(value, Slot):
        return value.key
    if isinstance(value, frozenset):
        return sorted(_plain(item) for item in value)  # type: ignore[type-var]  # slots become strings
    raise TypeError(type(value))


def digest(problem: Problem) -> str:
    """Return the SHA-256 of the problem in a canonical form: equal problems, equal digests."""
    parts: list[object] = [
        [[u.code, u.place and (u.place.lat, u.place.lon), u.modes, [s.key for s in u.preferred],
          _plain(u.blocked), u.island] for u in problem.units],
        [[t.number, t.base and (t.base.lat, t.base.lon), _plain(t.available)] for t in problem.teams],
        [slot.key for slot in problem.slots],
        [[[v.unit, v.team, v.slot.key, v.mode, v.whole_day, v.order] for v in visits]
         for visits in (problem.pins, problem.previous)],
        asdict(problem.weights),
        asdict(problem.limits),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
