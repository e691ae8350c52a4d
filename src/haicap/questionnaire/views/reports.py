"""Pages of a commune's own report: its overview, the form page, the chair's signature, files."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel import filetypes
from haicap.kernel.access import needs
from haicap.kernel.errors import Missing, Refusal
from haicap.kernel.http import Request
from haicap.kernel.text import localized
from haicap.questionnaire import actions, queries
from haicap.questionnaire.forms import SignForm, TakeBackForm
from haicap.questionnaire.models import UnitReport
from haicap.questionnaire.queries.sheet import draft_sheet_for, sheet_for
from haicap.questionnaire.rules import names
from haicap.questionnaire.rules.xlsform import EN, VI
from haicap.questionnaire.texts.form_page import page_texts
from haicap.questionnaire.views.collect import form_page
from haicap.register.models import Unit


@needs("questionnaire.report:own")
@require_GET
def mine(request: Request) -> HttpResponse:
    """Lead to the report of the own unit."""
    campaign = current_campaign_for(actor=request.actor)
    unit = queries.own_unit_of(actor=request.actor, campaign=campaign)
    return redirect("questionnaire:report", code=unit.code)


def _overview(request: Request, campaign: Campaign, unit: Unit, **more: Any) -> dict[str, Any]:
    """Return what the overview page shows; reviewers see signed values, the unit's people the form as it
    is."""
    actor = request.actor
    try:
        row: UnitReport | None = queries.unit_report_for(actor=actor, campaign=campaign, unit=unit)
    except Missing:
        row = None
    if row is None:
        sheet = []
    elif actor.is_commune:
        sheet = draft_sheet_for(actor=actor, campaign=campaign, unit=unit, report=row)
    else:
        sheet = sheet_for(actor=actor, campaign=campaign, unit=unit)
    progress = queries.progress_for(actor=actor, campaign=campaign, units=[unit])[0]
    own = actor.unit_id == unit.pk
    waiting = row is not None and row.state == UnitReport.State.SUBMITTED
    revision = {"revision": row.revision} if row else {}
    return {
        "campaign": campaign,
        "unit": unit,
        "report": row,
        "sheet": sheet,
        "progress": progress,
        "returned": [area for area in sheet if area.section and area.section.state == "returned"],
        "may_fill": own and actor.may("questionnaire.report:write"),
        "may_sign": own and waiting and actor.may("questionnaire.report:sign"),
        "sign_form": SignForm(initial=revision),
        "take_back_form": TakeBackForm(initial=revision),
        **more,
    }


@needs("questionnaire.report:read")
@require_GET
def report(request: Request, code: str) -> HttpResponse:
    """Show the report of a unit: where it stands, its values and its files."""
    campaign = current_campaign_for(actor=request.actor)
    unit = queries.unit_of(actor=request.actor, campaign=campaign, code=code)
    return render(request, "questionnaire/report.html", _overview(request, campaign, unit))


@needs("questionnaire.report:write")
@require_GET
def fill(request: Request, code: str) -> HttpResponse:
    """The form page; it alone may compile WebAssembly, with which the form engine parses XPath."""
    campaign = current_campaign_for(actor=request.actor)
    unit = queries.unit_of(actor=request.actor, campaign=campaign, code=code)
    filling = queries.filling_for(actor=request.actor, campaign=campaign, unit=unit)
    if not filling.editable or request.actor.unit_id != unit.pk:
        return redirect("questionnaire:report", code=unit.code)
    context = {"campaign": campaign, "unit": unit, "filling": filling}
    context["config"] = _config(request, campaign, unit, filling)
    return form_page(request, render(request, "questionnaire/fill.html", context))


def _config(request: Request, campaign: Campaign, unit: Unit, filling: queries.Filling) -> dict[str, Any]:
    """Return what the form page's script needs to know."""
    sections = {}
    if filling.report is not None:
        sections = {s.area_id: s for s in filling.report.sections.all()}
    files = queries.evidence_for(actor=request.actor, campaign=campaign, unit=unit)
    english = (get_language() or "vi").startswith("en")
    return {
        "person": request.actor.person_id,
        "locale": "en" if english else "vi",
        "language": EN if english else VI,
        "unit": unit.code,
        "instance": filling.instance_id,
        "xml": filling.xml,
        "revision": filling.revision,
        "saved_at": filling.report.saved_at.isoformat() if filling.report else None,
        "most_bytes": settings.HAICAP_MAX_EVIDENCE,
        "accept": ",".join(f".{ending}" for endings in filetypes.ACCEPTED.values() for ending in endings),
        "urls": {
            "form": f"/api/questionnaire/form?version={filling.form.version}",
            "save": f"/api/questionnaire/reports/{unit.code}",
            "evidence": f"/api/questionnaire/reports/{unit.code}/evidence",
            "file": "/api/questionnaire/evidence/",
            "download": reverse("questionnaire:evidence", args=[0]).replace("0/", ""),
            "done": reverse("questionnaire:report", args=[unit.code]),
        },
        "areas": [
            {
                "code": area.code,
                "group": names.area(area.code),
                "name": localized(area, "name"),
                "state": section.state if (section := sections.get(area.pk)) else "not_started",
                "reason": section.reason if section and section.state == "returned" else "",
            }
            for area in campaign.areas.order_by("order")
        ],
        "indicators": {
            names.element(code): code for code in campaign.indicators.values_list("code", flat=True)
        },
        "evidence": [
            {"id": f.pk, "indicator": f.indicator.code, "name": f.name, "size": f.size} for f in files
        ],
        "texts": page_texts(),
        "today": timezone.localdate().isoformat(),
        "deadline": campaign.report_deadline.isoformat(),
    }


@needs("questionnaire.report:sign")
@require_POST
def sign(request: Request, code: str) -> HttpResponse:
    """The chair signs the report off."""
    campaign = current_campaign_for(actor=request.actor)
    unit = queries.unit_of(actor=request.actor, campaign=campaign, code=code)
    form = SignForm(request.POST)
    if form.is_valid():
        try:
            actions.sign(
                actor=request.actor, campaign=campaign, unit=unit, revision=form.cleaned_data["revision"]
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The report is signed and with the secretariat."))
            return redirect("questionnaire:report", code=code)
    context = _overview(request, campaign, unit, sign_form=form)
    return render(request, "questionnaire/report.html", context, status=422)


@needs("questionnaire.report:sign")
@require_POST
def take_back(request: Request, code: str) -> HttpResponse:
    """The chair gives the report back to the officer."""
    campaign = current_campaign_for(actor=request.actor)
    unit = queries.unit_of(actor=request.actor, campaign=campaign, code=code)
    form = TakeBackForm(request.POST)
    if form.is_valid():
        try:
            actions.take_back(actor=request.actor, campaign=campaign, unit=unit, **form.cleaned_data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The report is back with the officer."))
            return redirect("questionnaire:report", code=code)
    context = _overview(request, campaign, unit, take_back_form=form)
    return render(request, "questionnaire/report.html", context, status=422)


@needs("questionnaire.report:read")
@require_http_methods(["GET", "HEAD"])
def evidence(request: Request, evidence_id: int) -> FileResponse:
    """Hand out an evidence file, always as a download: its content was written by others."""
    row = queries.evidence_file_for(actor=request.actor, evidence_id=evidence_id)
    answer = FileResponse(row.file.open("rb"), content_type=row.content_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, row.name) or "attachment"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
