"""What the plan pages show, each in one call and a handful of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from haicap.campaign.models import Campaign, ContentArea, Indicator, Question
from haicap.campaign.queries.plan import (
    area_for,
    areas_of,
    capacity_of,
    deadlines_of,
    indicator_for,
    indicators_of,
    laws_of,
    questions_of,
    shown_campaign_for,
    slots_of,
    surveyed_units_for,
)
from haicap.campaign.texts import column_name
from haicap.kernel.access import SYSTEM, Actor

OPEN_VALUES = ("number", "issued_on")
SCHEDULE = (
    "nomination_deadline", "registration_deadline", "cutoff", "report_deadline", "window_start", "window_end",
    "team_count",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """A value of the plan with its source; `value` None is left open."""

    label: str
    value: Any
    source: Mapping[str, object]
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """The overview of a plan."""

    campaign: Campaign
    areas: list[ContentArea]
    deadlines: list[tuple[str, date]]
    capacity: Mapping[str, int]
    schedule: list[SettingRow]
    settings: list[Mapping[str, Any]]
    stages: list[Mapping[str, str]]
    rule_count: int
    may_write: bool

    @property
    def indicator_count(self) -> int:
        """How many indicators the plan has."""
        return sum(area.indicator_count for area in self.areas)  # type: ignore[attr-defined]  # annotated


def plan_page_for(*, actor: Actor) -> PlanPage:
    """Return the overview of the open (else the latest visible) campaign; raises Missing."""
    campaign = shown_campaign_for(actor=actor)
    units = surveyed_units_for(actor=SYSTEM, campaign=campaign).count()
    return PlanPage(
        campaign=campaign,
        areas=areas_of(campaign=campaign),
        deadlines=[(column_name(name), day) for name, day in deadlines_of(campaign=campaign)],
        capacity=capacity_of(campaign=campaign, slots=slots_of(campaign=campaign), units=units),
        schedule=[_schedule_row(campaign, name) for name in (*OPEN_VALUES, *SCHEDULE)],
        settings=[row for key, row in campaign.settings.items() if "label_vi" in row],
        stages=campaign.setting("stages", []),
        rule_count=campaign.rules.count(),
        may_write=actor.may("campaign.plan:write"),
    )


def _schedule_row(campaign: Campaign, name: str) -> SettingRow:
    source = campaign.settings.get(f"schedule.{name}", {})
    return SettingRow(
        label=column_name(name),
        value=getattr(campaign, name) or None,
        source=source,
        changed=bool(source.get("changed_on_screen")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPage:
    """A content area with its indicators by part."""

    campaign: Campaign
    area: ContentArea
    groups: list[tuple[Mapping[str, str] | None, list[Indicator]]]
    questions: list[Question]


def area_page_for(*, actor: Actor, code: str) -> AreaPage:
    """Return the page of one area of the shown campaign; raises Missing."""
    campaign = shown_campaign_for(actor=actor)
    area = area_for(actor=actor, campaign=campaign, code=code)
    indicators = indicators_of(campaign=campaign, area=area)
    parts: list[Mapping[str, str] | None] = list(area.parts) or [None]
    return AreaPage(
        campaign=campaign,
        area=area,
        groups=[
            (part, [row for row in indicators if part is None or row.part == part["code"]]) for part in parts
        ],
        questions=list(area.questions.all()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorPage:
    """An indicator in full, with the laws it rests on."""

    campaign: Campaign
    indicator: Indicator
    laws: list[Mapping[str, str]]


def indicator_page_for(*, actor: Actor, code: str) -> IndicatorPage:
    """Return the page of one indicator of the shown campaign; raises Missing."""
    campaign = shown_campaign_for(actor=actor)
    indicator = indicator_for(actor=actor, campaign=campaign, code=code)
    return IndicatorPage(
        campaign=campaign, indicator=indicator, laws=laws_of(campaign=campaign, codes=indicator.legal_basis)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Indicators found by words."""

    campaign: Campaign
    text: str
    indicators: list[Indicator]


def search_page_for(*, actor: Actor, text: str) -> SearchPage:
    """Return the indicators of the shown campaign that hold `text`, with or without diacritics."""
    campaign = shown_campaign_for(actor=actor)
    text = text.strip()[:100]
    return SearchPage(campaign=campaign, text=text, indicators=indicators_of(campaign=campaign, text=text))


def questions_page_for(*, actor: Actor) -> tuple[Campaign, list[Question]]:
    """Return the shown campaign and its narrative questions."""
    campaign = shown_campaign_for(actor=actor)
    return campaign, questions_of(campaign=campaign)
