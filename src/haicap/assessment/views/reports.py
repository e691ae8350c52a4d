"""Pages of the consolidated report."""

from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from haicap.assessment import permissions, present, queries
from haicap.assessment.models import ConsolidatedReport
from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Missing
from haicap.kernel.http import Request
from haicap.kernel.jobs import enqueue
from haicap.kernel.pages import page_of

COMPARED = {"A4": "A4a", "A11": "A11"}  # area of the report -> where the comparison with the ledger begins


def _campaign(request: Request) -> Campaign:
    return current_campaign_for(actor=request.actor)


def _report(request: Request, number: int) -> ConsolidatedReport:
    return queries.report_for(actor=request.actor, campaign=_campaign(request), number=number)


@needs(permissions.READ)
def listing(request: Request) -> HttpResponse:
    """List the versions of the report."""
    rows = queries.reports_for(actor=request.actor, campaign=_campaign(request))
    context = {"page": page_of(rows, request), "may_make": request.actor.may(permissions.MAKE)}
    return render(request, "assessment/reports.html", context)


@needs(permissions.MAKE)
@require_POST
def make(request: Request) -> HttpResponse:
    """Ask for a new version; the page of the job shows how far it is."""
    campaign = _campaign(request)
    job = enqueue(
        actor=request.actor,
        kind="assessment.report",
        params={"campaign": campaign.pk},
        subject=f"report:{campaign.code}",
    )
    return redirect("kernel:job", job_id=job.pk)


@needs(permissions.READ)
def report(request: Request, number: int) -> HttpResponse:
    """Show a version: coverage, difficulties, good practice, and the way into each area."""
    row = _report(request, number)
    context: dict[str, Any] = {
        "row": row,
        "data": row.data,
        "earlier": number - 1,
        "coverage": present.coverage_lines(row),
        "states": list(present.STATE_LABELS.values()),
        "coverage_chart": present.coverage_chart(row),
        "difficulties": present.difficulty_lines(row),
        "difficulty_chart": present.difficulty_chart(row),
        "proposals": present.proposals(row),
    }
    return render(request, "assessment/report.html", context)


@needs(permissions.READ)
def area(request: Request, number: int, code: str) -> HttpResponse:
    """Show the figures of one content area, reported and verified side by side."""
    row = _report(request, number)
    found = queries.area_of(report=row, code=code)
    context = {
        "row": row,
        "area": found,
        "name": present.named(found, "name"),
        "indicators": present.area_lines(found),
        "chart": present.share_chart(found),
        "areas": [(entry["code"], present.named(entry, "name")) for entry in row.data["areas"]],
        "compared": COMPARED.get(code, "") if request.actor.may(permissions.LEDGER) else "",
    }
    return render(request, "assessment/area.html", context)


@needs(permissions.READ)
def map_page(request: Request, number: int) -> HttpResponse:
    """Show one figure of every unit on the map."""
    row = _report(request, number)
    choices = present.map_choices(row)
    keys = [key for _area, fields in choices for key, _label in fields]
    key = request.GET.get("key", keys[0] if keys else "")
    if keys and key not in keys:
        raise Missing("report.field_missing", _("There is no such figure on the map."))
    side = "v" if request.GET.get("side") == "v" else "r"
    points = present.map_points(row, key=key, side=side)
    context = {"row": row, "choices": choices, "key": key, "side": side, "map": points}
    return render(request, "assessment/map.html", context)


@needs(permissions.READ)
def compare(request: Request, number: int, earlier: int) -> HttpResponse:
    """Show what changed between two versions."""
    old, new, changes = queries.changes_for(
        actor=request.actor, campaign=_campaign(request), number=number, earlier=earlier
    )
    context = {"old": old, "new": new, "page": page_of(changes, request, size=100)}
    return render(request, "assessment/compare.html", context)


@needs(permissions.READ)
def docx(request: Request, number: int) -> HttpResponseBase:
    """Give the report as a document."""
    file = _report(request, number).docx
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"bao-cao-tong-hop-{number}.docx")


@needs(permissions.READ)
def xlsx(request: Request, number: int) -> HttpResponseBase:
    """Give the annexes as a workbook."""
    file = _report(request, number).xlsx
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"phu-luc-so-lieu-{number}.xlsx")
