"""Reports of units over JSON: what the form page and the pages of verification do."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import Actor, needs
from haicap.kernel.http import Request
from haicap.questionnaire import actions, queries
from haicap.questionnaire.actions.handing_in import attach_uploaded
from haicap.questionnaire.models import Evidence, UnitReport
from haicap.register.models import Unit

router = Router()


class ReportIn(Schema):
    """The form as it is; `revision` is the one last read, 0 for the first save."""

    revision: int
    xml: str


class RevisionIn(Schema):
    """The revision last read."""

    revision: int


class ReasonIn(Schema):
    """Why something is given back."""

    reason: str
    revision: int = 0


class VerifiedIn(Schema):
    """A verified value: text as a form stores it, or why it does not apply; a reason where it differs."""

    text: str = ""
    na_reason: str = ""
    reason: str = ""


class ReportAreaOut(Schema):
    """How far one area has come."""

    area: str
    state: str
    answered: int
    wanted: int
    reason: str


class UnitReportOut(Schema):
    """A report without its answers."""

    unit: str
    state: str
    revision: int
    saved_at: datetime
    submitted_at: datetime | None
    signed_at: datetime | None
    areas: list[ReportAreaOut]


class InstanceOut(UnitReportOut):
    """A report with its XForms instance."""

    xml: str


class EvidenceOut(Schema):
    """A file beside an indicator."""

    id: int
    indicator: str
    name: str
    size: int
    sha256: str
    content_type: str
    at: datetime


class ValueOut(Schema):
    """A value with the person and time behind it."""

    text: str
    number: Decimal | None
    na_reason: str
    reason: str
    person: str
    at: datetime


class FigureOut(Schema):
    """One field of one unit, reported and verified apart."""

    unit_code: str
    field_key: str
    reported: ValueOut | None
    verified: ValueOut | None


class CountOut(Schema):
    """How many rows were written."""

    count: int


class BoardOut(Schema):
    """Totals of the board."""

    units: int
    late_units: int
    reports: dict[str, int]
    by_area: dict[str, dict[str, int]]


def _place(actor: Actor, code: str) -> tuple[Campaign, Unit]:
    campaign = current_campaign_for(actor=actor)
    return campaign, queries.unit_of(actor=actor, campaign=campaign, code=code)


def report_out(row: UnitReport) -> dict[str, Any]:
    """Return a report as the API and the form page tell it."""
    return {
        "unit": row.unit.code,
        "state": row.state,
        "revision": row.revision,
        "saved_at": row.saved_at,
        "submitted_at": row.submitted_at,
        "signed_at": row.signed_at,
        "xml": row.xml,
        "areas": [
            {
                "area": section.area.code, "state": section.state, "answered": section.answered,
                "wanted": section.wanted, "reason": section.reason,
            }
            for section in row.sections.select_related("area").order_by("area__order")
        ],
    }  # fmt: skip


def evidence_out(row: Evidence) -> dict[str, Any]:
    """Return an evidence file as the API and the form page tell it."""
    return {
        "id": row.pk,
        "indicator": row.indicator.code,
        "name": row.name,
        "size": row.size,
        "sha256": row.sha256,
        "content_type": row.content_type,
        "at": timezone.localtime(row.at),
    }


@router.get("/form", summary="The published form as an XForm")
@needs("questionnaire.report:read")
def form(request: Request, version: int | None = None) -> HttpResponse:
    """Return the XForm; a version never changes once published."""
    campaign = current_campaign_for(actor=request.actor)
    row = queries.form_for(actor=request.actor, campaign=campaign, version=version)
    return HttpResponse(
        row.xform,
        content_type="text/xml; charset=utf-8",
        headers={"ETag": f'"{row.sha256}"', "Cache-Control": "private, max-age=3600"},
    )


@router.get("/reports/{unit}", response=InstanceOut)
@needs("questionnaire.report:read")
def report(request: Request, unit: str) -> dict[str, Any]:
    """Return a report with its answers."""
    campaign, place = _place(request.actor, unit)
    return report_out(queries.unit_report_for(actor=request.actor, campaign=campaign, unit=place))


@router.put("/reports/{unit}", response=UnitReportOut)
@needs("questionnaire.report:write")
def save(request: Request, unit: str, body: ReportIn) -> dict[str, Any]:
    """Keep a draft; 409 with the report as it is now where somebody else saved in between."""
    campaign, place = _place(request.actor, unit)
    return report_out(
        actions.save_draft(
            actor=request.actor, campaign=campaign, unit=place, revision=body.revision, xml=body.xml
        )
    )


@router.post("/reports/{unit}/submit", response=UnitReportOut)
@needs("questionnaire.report:write")
def submit(request: Request, unit: str, body: ReportIn) -> dict[str, Any]:
    """Submit to the chair; 422 with all problems by question where a rule does not hold."""
    campaign, place = _place(request.actor, unit)
    return report_out(
        actions.submit(
            actor=request.actor, campaign=campaign, unit=place, revision=body.revision, xml=body.xml
        )
    )


@router.post("/reports/{unit}/sign", response=UnitReportOut)
@needs("questionnaire.report:sign")
def sign(request: Request, unit: str, body: RevisionIn) -> dict[str, Any]:
    """Sign a submitted report off."""
    campaign, place = _place(request.actor, unit)
    return report_out(
        actions.sign(actor=request.actor, campaign=campaign, unit=place, revision=body.revision)
    )


@router.post("/reports/{unit}/take-back", response=UnitReportOut)
@needs("questionnaire.report:sign")
def take_back(request: Request, unit: str, body: ReasonIn) -> dict[str, Any]:
    """Give a submitted report back to the officer before signing it."""
    campaign, place = _place(request.actor, unit)
    return report_out(
        actions.take_back(
            actor=request.actor, campaign=campaign, unit=place, revision=body.revision, reason=body.reason
        )
    )


@router.get("/reports/{unit}/evidence", response=list[EvidenceOut])
@needs("questionnaire.report:read")
def evidence(request: Request, unit: str) -> list[dict[str, Any]]:
    """List the evidence files of a unit."""
    campaign, place = _place(request.actor, unit)
    rows = queries.evidence_for(actor=request.actor, campaign=campaign, unit=place)
    return [evidence_out(row) for row in rows]


@router.post("/reports/{unit}/evidence", response=EvidenceOut)
@needs("questionnaire.report:write")
def attach(
    request: Request,
    unit: str,
    indicator: Form[str],
    file: File[UploadedFile | None] = None,
    upload: Form[UUID | None] = None,
) -> dict[str, Any]:
    """Add an evidence file: in the body, or by the id of an upload; the same file twice is kept once."""
    campaign, place = _place(request.actor, unit)
    if file is None:
        row = attach_uploaded(
            actor=request.actor, campaign=campaign, unit=place, indicator=indicator, upload_id=upload
        )
    else:
        row = actions.attach_evidence(
            actor=request.actor,
            campaign=campaign,
            unit=place,
            indicator=indicator,
            name=file.name or "",
            upload=file,
        )
    return evidence_out(row)


@router.delete("/evidence/{evidence_id}", response={204: None})
@needs("questionnaire.report:write")
def detach(request: Request, evidence_id: int) -> tuple[int, None]:
    """Take an evidence file out of the report."""
    row = queries.evidence_file_for(actor=request.actor, evidence_id=evidence_id)
    actions.remove_evidence(actor=request.actor, evidence=row)
    return 204, None


@router.post("/reports/{unit}/areas/{area}/accept", response=ReportAreaOut)
@needs("questionnaire.section:review")
def accept(request: Request, unit: str, area: str) -> dict[str, Any]:
    """Accept an area of a report."""
    campaign, place = _place(request.actor, unit)
    row = actions.accept_section(actor=request.actor, campaign=campaign, unit=place, area=area)
    return {"area": area, "state": row.state, "answered": row.answered, "wanted": row.wanted, "reason": ""}


@router.post("/reports/{unit}/areas/{area}/return", response=ReportAreaOut)
@needs("questionnaire.section:review")
def give_back(request: Request, unit: str, area: str, body: ReasonIn) -> dict[str, Any]:
    """Return an area of a report with a reason."""
    campaign, place = _place(request.actor, unit)
    row = actions.return_section(
        actor=request.actor, campaign=campaign, unit=place, area=area, reason=body.reason
    )
    return {
        "area": area,
        "state": row.state,
        "answered": row.answered,
        "wanted": row.wanted,
        "reason": row.reason,
    }


@router.post("/reports/{unit}/areas/{area}/confirm", response=CountOut)
@needs("questionnaire.value:verify")
def confirm(request: Request, unit: str, area: str) -> dict[str, int]:
    """Verify the remaining reported values of an area as they are."""
    campaign, place = _place(request.actor, unit)
    return {"count": actions.confirm_area(actor=request.actor, campaign=campaign, unit=place, area=area)}


@router.put("/reports/{unit}/values/{key}", response=ValueOut)
@needs("questionnaire.value:verify")
def verify(request: Request, unit: str, key: str, body: VerifiedIn) -> dict[str, Any]:
    """Enter a verified value beside the reported one."""
    campaign, place = _place(request.actor, unit)
    row = actions.verify_value(
        actor=request.actor, campaign=campaign, unit=place, field=key, text=body.text,
        na_reason=body.na_reason, reason=body.reason,
    )  # fmt: skip
    return {
        "text": row.text, "number": row.number, "na_reason": row.na_reason, "reason": row.reason,
        "person": request.actor.name, "at": row.at,
    }  # fmt: skip


@router.get("/figures/{key}", response=list[FigureOut])
@needs("questionnaire.report:read")
def figures(request: Request, key: str) -> list[queries.FigureRow]:
    """List one field over all units, reported and verified side by side."""
    campaign = current_campaign_for(actor=request.actor)
    field = queries.field_for(actor=request.actor, campaign=campaign, key=key)
    return queries.figures_for(actor=request.actor, campaign=campaign, fields=[field])


@router.get("/board", response=BoardOut)
@needs("questionnaire.board:read")
def board(request: Request) -> queries.BoardTotals:
    """Return the totals of the board."""
    campaign = current_campaign_for(actor=request.actor)
    return queries.totals_for(actor=request.actor, campaign=campaign)
