"""The shapes of the two JSON files, from which they are read and their JSON Schema is made."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
)
from pydantic.json_schema import models_json_schema

from haicap.kernel.periods import HalfDay, Slot

VERSION = 1
HEADER = "haicap-timetable"
SCHEMA_ID = "haicap-timetable-1.schema.json"
LONGEST_WINDOW = 400
"""days between the two ends of a window"""
_DATE = r"\d{4}-\d{2}-\d{2}"


class WrongValueError(ValueError):
    """A value that is none of its kind: a code of the file's faults."""

    def __init__(self, code: str, value: object) -> None:
        super().__init__(code)
        self.code, self.value = code, value


def _date(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(_DATE, value, re.ASCII):
        raise WrongValueError("date", value)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise WrongValueError("no_such_day", value) from None


def _slot(value: object) -> Slot:
    day, _, half = value.partition(".") if isinstance(value, str) else ("", "", "")
    if half not in tuple(HalfDay):
        raise WrongValueError("half_day", value)
    try:
        return Slot(_date(day), HalfDay(half))
    except WrongValueError as error:
        if error.code == "no_such_day":
            raise WrongValueError("no_such_day", value) from None
        raise WrongValueError("half_day", value) from None


def _once(values: list[Any]) -> list[Any]:
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            raise WrongValueError("listed_twice", value.key if isinstance(value, Slot) else value)
        seen.add(value)
    return values


Day = Annotated[
    date, PlainValidator(_date), WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DATE}$"})
]
HalfDayKey = Annotated[
    Slot,
    PlainValidator(_slot),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^{_DATE}\.(morning|afternoon)$",
            "examples": ["2025-08-04.morning", "2025-08-04.afternoon"],
        }
    ),
]
_UNIQUE = Field(max_length=5000, fail_fast=True, json_schema_extra={"uniqueItems": True})
HalfDays = Annotated[list[HalfDayKey], _UNIQUE, AfterValidator(_once)]
Days = Annotated[list[Day], _UNIQUE, AfterValidator(_once)]
Code = Annotated[str, Field(min_length=1, max_length=100)]
Codes = Annotated[list[Code], _UNIQUE, AfterValidator(_once)]
Whole = Annotated[int, Field(ge=-(10**9), le=10**9)]
Number = Annotated[float, Field(ge=-1e9, le=1e9)]
Count = Annotated[int, Field(ge=-(2**62), le=2**62)]
ModeName = Literal["in_person", "online"]
ModeNames = Annotated[list[ModeName], Field(max_length=10, fail_fast=True)]
Numbers = Annotated[list[Number], Field(fail_fast=True)]
Wholes = Annotated[list[Whole], Field(fail_fast=True)]
MOST_UNITS = 50_000
MOST_OTHERS = 5_000


class Shape(BaseModel):
    """No key that is not known, no text where a number belongs, no NaN."""

    model_config = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, frozen=True, use_attribute_docstrings=True
    )


class Place(Shape):
    """Degrees, WGS 84."""

    lat: Number
    lon: Number


class Range(Shape):
    """All the working half-days between two days: Monday to Friday, less `off`, and `makeup`."""

    start: Day
    """first day"""
    end: Day
    """last day, it belongs to the window"""
    off: Days = []
    """days on which nobody works though it is Monday to Friday"""
    makeup: Days = []
    """Saturdays and Sundays on which people work"""


def _kind_of_window(value: object) -> str:
    return "list" if isinstance(value, list) else "range"


Window = Annotated[
    Annotated[HalfDays, Tag("list")] | Annotated[Range, Tag("range")], Discriminator(_kind_of_window)
]


class Unit(Shape):
    """A unit to visit once."""

    code: Code
    name: str = Field(default="", max_length=300)
    """for people; the optimiser does not read it"""
    place: Place | None = None
    """without it the unit can only be surveyed online, unless the matrix knows it"""
    modes: ModeNames = ["in_person"]
    """allowed ways, the asked one first"""
    preferred: HalfDays = []
    """half-days, best first"""
    blocked: HalfDays = []
    island: bool = False
    """in person it takes the whole day of a team"""
    minutes: Whole = 180
    """length of a visit in person"""
    areas: Codes = []
    """content areas surveyed there; empty: all of `composition`"""
    group: str = Field(default="", max_length=100)
    """former province, between which wishes are met fairly"""


class Member(Shape):
    """Somebody in a team."""

    code: Code
    role: Literal["head", "deputy", "secretary", "member"] = "member"
    """a head or a deputy must be present at every visit"""
    areas: Codes = []
    """content areas covered"""
    absent: HalfDays = []


class Team(Shape):
    """Where a team's days start and end, when it is called, and its people."""

    number: Whole
    base: Place | None = None
    """left out: the `base` of the problem"""
    available: HalfDays | None = None
    """left out: every half-day of the window"""
    members: list[Member] = Field(default=[], max_length=MOST_OTHERS)
    most_per_day: Whole = 4
    most_days_in_row: Whole | None = None


class Need(Shape):
    """So many of those present at a visit must cover an area."""

    area: Code
    present: Whole = 1


class Bridge(Shape):
    """Where online sessions are held."""

    code: Code
    available: HalfDays | None = None
    """left out: every half-day of the window"""
    rooms: Whole = 1
    technicians: Whole = 1


class Matrix(Shape):
    """Ways by road from `places[i]` to `places[j]`: a unit's code, `team:<number>`, or `base`."""

    places: Codes
    minutes: Annotated[list[Numbers], Field(fail_fast=True)]
    metres: Annotated[list[Wholes], Field(fail_fast=True)] | None = None
    """left out: from the minutes at `limits.speed_kmh`"""


class MatrixFile(Matrix):
    """A matrix in a file of its own."""

    version: Literal[1] = Field(default=1, alias="haicap-timetable")
    schema_address: str = Field(default="", alias="$schema")


class Visit(Shape):
    """One unit, one team, one half-day."""

    unit: Code
    team: Whole
    slot: HalfDayKey
    mode: ModeName = "in_person"
    whole_day: bool = False
    """an island in person: the slot is the morning and the afternoon is taken too"""
    order: Whole = 1
    bridge: str = Field(default="", max_length=100)


class WeightsShape(Shape):
    """Points for each thing a plan should avoid."""

    unserved: Whole = 100_000
    """per unit left without a visit"""
    mode: Whole = 2_000
    """per unit surveyed otherwise than it asked"""
    rank: Whole = 15
    """per step down the list of preferred half-days"""
    unlisted: Whole = 60
    """per unit with a list placed on a half-day that is not on it"""
    change: Whole = 60
    """per unit whose team, half-day or mode differs from `previous`"""
    soon: Whole = 10
    """per such unit and day by which its earlier half-day lies nearer than `notice_days`"""
    km: Whole = 1
    """per road kilometre"""
    load: Whole = 10
    """for uneven load of the teams"""
    province: Whole = 20
    """per point of mean preference cost in the group that fares worst"""
    team_day: Whole = 5
    """per day on which a team is called out"""


class LimitsShape(Shape):
    """Travel, presence and online sessions."""

    speed_kmh: Number = 35.0
    road_factor: Number = 1.35
    """how much longer a road is than the straight line"""
    lunch_minutes: Number = 90.0
    """travel possible between the morning and the afternoon visit"""
    half_day_minutes: Whole = 210
    two_visits_minutes: Whole = 0
    """two visits share a half-day where the way between takes at most this long; 0: never"""
    online_per_half_day: Whole = 2
    """online sessions a team can hold on one half-day"""
    quorum_percent: Whole = 50
    """share of a team's members that must be present"""
    notice_days: Whole = 7
    """changes nearer than this cost more"""


class ProblemFile(Shape):
    """A problem of the timetable: everything a plan depends on."""

    version: Literal[1] = Field(alias="haicap-timetable")
    """version of this format"""
    schema_address: str = Field(default="", alias="$schema")
    """for editors"""
    title: str = Field(default="", max_length=300)
    """for people"""
    window: Window
    """the half-days on which visits can be, as a list or from a day to a day"""
    today: Day | None = None
    """changes soon after it cost more"""
    base: Place | None = None
    """where the days of teams without a `base` of their own start and end"""
    units: list[Unit] = Field(max_length=MOST_UNITS)
    teams: list[Team] = Field(max_length=MOST_OTHERS)
    composition: list[Need] = Field(default=[], max_length=MOST_OTHERS)
    bridges: list[Bridge] = Field(default=[], max_length=MOST_OTHERS)
    """empty: units go online from their seats, without limit"""
    matrix: Matrix | None = None
    """left out: great circle, road factor and speed"""
    pins: list[Visit] = Field(default=[], max_length=MOST_UNITS)
    """visits that must stay"""
    previous: list[Visit] = Field(default=[], max_length=MOST_UNITS)
    """the calendar in force"""
    weights: WeightsShape = WeightsShape()
    limits: LimitsShape = LimitsShape()


class LeftOut(Shape):
    """A unit without a visit, and why."""

    unit: Code
    reason: str = Field(default="", max_length=100)


class ObjectiveShape(Shape):
    """What a plan costs, and the counts a reader asks for."""

    terms: dict[str, Count]
    """thousandths of a point"""
    served: Count
    unserved: Count
    online: Count
    first_choice: Count
    listed_choice: Count
    unlisted_choice: Count
    without_list: Count
    changed: Count
    metres: Count
    lightest: Count
    heaviest: Count
    team_days: Count


class PlanFile(Shape):
    """A plan. Only `visits` must be given: the rest is what the optimiser said of it."""

    version: Literal[1] = Field(alias="haicap-timetable")
    """version of this format"""
    schema_address: str = Field(default="", alias="$schema")
    """for editors"""
    problem: str = Field(default="", max_length=100)
    """SHA-256 of the problem it answers"""
    visits: list[Visit] = Field(max_length=MOST_UNITS)
    unserved: list[LeftOut] = Field(default=[], max_length=MOST_UNITS)
    objective: ObjectiveShape | None = None
    seed: Count = 0
    iterations: Count = 0
    bound: Count | None = None
    """thousandths of a point; no plan costs less"""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the three files."""
    _, definitions = models_json_schema(
        [(ProblemFile, "validation"), (PlanFile, "validation"), (MatrixFile, "validation")]
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "haicap timetable files, version 1",
        "anyOf": [{"$ref": f"#/$defs/{shape.__name__}"} for shape in (ProblemFile, PlanFile, MatrixFile)],
        **definitions,
    }
