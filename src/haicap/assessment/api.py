"""The consolidated report as JSON."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema
from ninja.pagination import PageNumberPagination, paginate

from haicap.assessment import permissions, queries
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.kernel.jobs import enqueue

router = Router()


class ConsolidatedReportOut(Schema):
    """A version of the report."""

    number: int
    created_at: datetime


class ReportFull(ConsolidatedReportOut):
    """A version with its frozen figures; decimals are text."""

    data: dict[str, Any]


class ReportJobOut(Schema):
    """Work that was asked for; watch it at /jobs/<id>/."""

    id: UUID
    state: str


@router.get("/reports", response=list[ConsolidatedReportOut])
@paginate(PageNumberPagination, page_size=50)
@needs(permissions.READ)
def list_reports(request: Request) -> object:
    """List the versions, newest first."""
    return queries.reports_for(actor=request.actor, campaign=current_campaign_for(actor=request.actor))


@router.post("/reports", response={202: ReportJobOut})
@needs(permissions.MAKE)
def post_report(request: Request) -> tuple[int, object]:
    """Ask for a new version."""
    campaign = current_campaign_for(actor=request.actor)
    job = enqueue(
        actor=request.actor,
        kind="assessment.report",
        params={"campaign": campaign.pk},
        subject=f"report:{campaign.code}",
    )
    return 202, job


@router.get("/reports/{int:number}", response=ReportFull)
@needs(permissions.READ)
def get_report(request: Request, number: int) -> object:
    """Return one version with its figures."""
    campaign = current_campaign_for(actor=request.actor)
    return queries.report_for(actor=request.actor, campaign=campaign, number=number)
