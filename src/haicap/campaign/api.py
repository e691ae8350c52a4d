"""The plan as JSON; nominations, teams and registrations come from `api_people`."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ninja import Router, Schema

from haicap.campaign.actions import plan as actions
from haicap.campaign.api_people import router as people
from haicap.campaign.models import Campaign, Indicator
from haicap.campaign.queries import plan as reads
from haicap.campaign.queries import plan_pages as pages
from haicap.kernel.access import needs
from haicap.kernel.http import Request

router = Router()
router.add_router("", people)


class CampaignOut(Schema):
    """A campaign; `number` is blank and `issued_on` null while the plan leaves them open."""

    code: str
    title_vi: str
    title_en: str
    number: str
    issued_on: date | None
    stage: str
    window_start: date
    window_end: date
    cutoff: date
    nomination_deadline: date
    registration_deadline: date
    report_deadline: date
    team_count: int
    state: str
    version: int
    is_sample: bool
    revision: int


class AreaOut(Schema):
    """A content area with the codes of the bodies that lead it."""

    code: str
    name_vi: str
    name_en: str
    parts: list[dict[str, str]]
    leads: list[str]
    min_members: int
    composition: dict[str, Any]
    indicators: int


class FieldOut(Schema):
    """A typed field of an indicator; one with a calculation is computed."""

    key: str
    label_vi: str
    label_en: str
    type: str
    unit: str
    required: bool
    minimum: str
    maximum: str
    choices: list[dict[str, str]]
    calculation: str


class RuleOut(Schema):
    """A condition that must hold, in the expression language of XLSForm."""

    key: str
    severity: str
    expression: str
    message_vi: str
    message_en: str


class IndicatorOut(Schema):
    """An indicator with its fields and rules."""

    code: str
    area: str
    part: str
    name_vi: str
    name_en: str
    unit: str
    direction: str
    reported_by: str
    evidence: str
    verification: str
    legal_basis: str
    mark: str
    note_vi: str
    note_en: str
    fields: list[FieldOut]
    rules: list[RuleOut]


class QuestionOut(Schema):
    """A narrative question."""

    key: str
    area: str
    part: str
    number: int
    text_vi: str
    text_en: str


class SlotOut(Schema):
    """A half-day of the window."""

    day: date
    half: str


class SettingsIn(Schema):
    """What the plan leaves open; `revision` is that of the campaign as it was read."""

    revision: int
    number: str
    issued_on: date | None
    window_start: date
    window_end: date
    cutoff: date
    nomination_deadline: date
    registration_deadline: date
    report_deadline: date
    team_count: int


def _indicator(row: Indicator) -> Mapping[str, Any]:
    names = (
        "code", "part", "name_vi", "name_en", "unit", "direction", "reported_by", "evidence", "verification",
        "legal_basis", "mark", "note_vi", "note_en",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "area": row.area.code,
        "fields": list(row.fields.all()),
        "rules": list(row.rules.all()),
    }


@router.get("/plan", response=CampaignOut)
@needs("campaign.plan:read")
def plan(request: Request) -> Campaign:
    """Return the open campaign, else the latest."""
    return reads.shown_campaign_for(actor=request.actor)


@router.put("/plan/settings", response=CampaignOut)
@needs("campaign.plan:write")
def settings(request: Request, body: SettingsIn) -> Campaign:
    """Change what the plan leaves open; 409 where somebody else changed it first."""
    campaign = reads.shown_campaign_for(actor=request.actor)
    return actions.change_settings(actor=request.actor, campaign=campaign, **body.dict())


@router.get("/plan/areas", response=list[AreaOut])
@needs("campaign.plan:read")
def areas(request: Request) -> list[Mapping[str, Any]]:
    """Return the content areas in order."""
    names = ("code", "name_vi", "name_en", "parts", "min_members", "composition")
    return [
        {
            **{name: getattr(area, name) for name in names},
            "leads": [lead.body.code for lead in area.leads.all()],
            "indicators": area.indicator_count,  # type: ignore[attr-defined]  # annotated by the query
        }
        for area in reads.areas_of(campaign=reads.shown_campaign_for(actor=request.actor))
    ]


@router.get("/plan/indicators", response=list[IndicatorOut])
@needs("campaign.plan:read")
def indicators(request: Request, q: str = "") -> list[Mapping[str, Any]]:
    """Return the indicators in order, or those that hold the words of `q`."""
    return [_indicator(row) for row in pages.search_page_for(actor=request.actor, text=q).indicators]


@router.get("/plan/indicators/{code}", response=IndicatorOut)
@needs("campaign.plan:read")
def indicator(request: Request, code: str) -> Mapping[str, Any]:
    """Return one indicator."""
    return _indicator(pages.indicator_page_for(actor=request.actor, code=code).indicator)


@router.get("/plan/questions", response=list[QuestionOut])
@needs("campaign.plan:read")
def questions(request: Request) -> list[Mapping[str, Any]]:
    """Return the narrative questions in order."""
    rows = pages.questions_page_for(actor=request.actor)[1]
    names = ("key", "part", "number", "text_vi", "text_en")
    return [{**{name: getattr(row, name) for name in names}, "area": row.area.code} for row in rows]


@router.get("/plan/slots", response=list[SlotOut])
@needs("campaign.plan:read")
def slots(request: Request) -> list[Mapping[str, Any]]:
    """Return the working half-days of the window."""
    campaign = reads.shown_campaign_for(actor=request.actor)
    return [{"day": slot.day, "half": slot.half.value} for slot in reads.slots_of(campaign=campaign)]
