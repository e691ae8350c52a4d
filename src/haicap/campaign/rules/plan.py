"""A plan as plain data, and what can be wrong with one. `plan_files` reads it, `plan_checks` judges it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from haicap.campaign.rules.expressions import FieldSpec, RuleSpec

SCHEDULE_DATES = (
    "window_start", "window_end", "cutoff", "nomination_deadline", "registration_deadline", "report_deadline",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFault:
    """One fault: the file, its row (the heading row is 1), the column, a code and what the sentence names."""

    file: str
    row: int | None
    column: str | None
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRow:
    """A body of departments.csv; `kind` as in the register."""

    row: int
    code: str
    kind: str
    name_vi: str
    name_en: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """A content area, or with `parent` a part of one; `composition` as `rules.composition` reads it."""

    row: int
    code: str
    parent: str
    name_vi: str
    name_en: str
    leads: tuple[str, ...]
    min_members: int
    composition: Mapping[str, object]
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    """An indicator; `area` is one of A0 to A11, `part` the sub-area or the area itself."""

    row: int
    area: str
    part: str
    code: str
    name_vi: str
    name_en: str
    unit: str
    direction: str
    reported_by: str
    evidence: str
    verification: str
    legal_basis: str
    rule_text: str
    note_vi: str
    note_en: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A field of an indicator with its labels; `spec` is what the rule engine reads."""

    row: int
    indicator: str
    label_vi: str
    label_en: str
    unit: str
    list_name: str
    spec: FieldSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule with its messages; it is shown with `indicator`."""

    row: int
    indicator: str
    message_vi: str
    message_en: str
    spec: RuleSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """A narrative question."""

    row: int
    area: str
    part: str
    number: int
    key: str
    text_vi: str
    text_en: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalRow:
    """A legal basis; `mark` says how sure the reference is."""

    row: int
    code: str
    title_vi: str
    title_en: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDayRow:
    """A day off, or a Saturday worked instead."""

    row: int
    day: date
    kind: str
    name: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The dates of a campaign; deadlines are the last day, included."""

    stage: str
    window_start: date
    window_end: date
    cutoff: date
    nomination_deadline: date
    registration_deadline: date
    report_deadline: date
    team_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole plan. `settings` are {key: {value, label_vi, label_en, mark, source_vi, source_en}}."""

    code: str
    title_vi: str
    title_en: str
    number: str
    issued_on: date | None
    schedule: Schedule
    settings: Mapping[str, Mapping[str, Any]]
    bodies: tuple[BodyRow, ...] = ()
    areas: tuple[AreaRow, ...] = ()
    indicators: tuple[IndicatorRow, ...] = ()
    fields: tuple[FieldRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    questions: tuple[QuestionRow, ...] = ()
    legal: tuple[LegalRow, ...] = ()
    special_days: tuple[SpecialDayRow, ...] = ()
    digest: str = ""
