"""Reported beside computed: every unit, every field that the ledger can speak about."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from haicap.assessment import permissions
from haicap.assessment.forms import LedgerForm
from haicap.assessment.ledger_paper import ledger_xlsx
from haicap.assessment.queries import ledger as queries
from haicap.assessment.texts import AREAS, KINDS, signed, value, why
from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.kernel.text import localized
from haicap.onestop.forms.evidence import period_of
from haicap.onestop.permissions import EVIDENCE
from haicap.onestop.rules.figures import Period
from haicap.onestop.texts.evidence_shown import shown

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KEPT = ("area", "field", "unit", "kind", "least", "start", "end")


def _form(request: Request, campaign: Campaign) -> LedgerForm:
    usual = queries.period_of(campaign=campaign)
    given = {name: request.GET.get(name, "") for name in _KEPT}
    given["start"] = given["start"] or usual.start.isoformat()
    given["end"] = given["end"] or usual.end.isoformat()
    given["area"] = given["area"] if given["area"] in AREAS else next(iter(AREAS))
    fields = queries.compared_fields(campaign=campaign, area=given["area"])
    names = [(field.key, f"{field.indicator.code} {localized(field, 'label')}") for field in fields]
    if given["field"] not in dict(names):  # a field of another area
        given["field"] = ""
    return LedgerForm(given, fields=names)


@needs(permissions.LEDGER)
def ledger(request: Request) -> HttpResponse:
    """Show reported, verified and computed values side by side, with why they differ."""
    campaign = current_campaign_for(actor=request.actor)
    form = _form(request, campaign)
    if not form.is_valid():
        return render(request, "assessment/ledger.html", {"form": form}, status=422)
    period = period_of(form)
    found = queries.comparison_for(
        actor=request.actor, campaign=campaign, wanted=form.wanted(), period=period
    )
    page = page_of(found.rows, request)
    page.object_list = [_line(row, period, request) for row in page.object_list]
    kept = {name: form.data[name] for name in _KEPT if form.data.get(name)}
    context = {
        "form": form,
        "page": page,
        "period": period,
        "query": urlencode(kept),
        "areas": [(key, name, _query(kept, area=key, field="", kind="")) for key, name in AREAS.items()],
        "area": form.cleaned_data["area"],
        "tiles": [
            (found.tally[kind], *KINDS[kind], _query(kept, kind=kind), kind == form.cleaned_data["kind"])
            for kind in queries.KINDS
        ],
    }
    return render(request, "assessment/ledger.html", context)


def _query(kept: dict[str, Any], **changed: str) -> str:
    return urlencode({name: text for name, text in {**kept, **changed}.items() if text})


def _line(row: queries.Beside, period: Period, request: Request) -> dict[str, Any]:
    key = row.field.key
    days = urlencode({"start": period.start.isoformat(), "end": period.end.isoformat()})
    body = ""
    if row.body and request.actor.may(EVIDENCE):
        body = f"{reverse('onestop:evidence_body', args=[row.body])}?{days}"
    return {
        "row": row,
        "reported": value(row.reported, key=key),
        "verified": value(row.verified, key=key),
        "computed": shown(row.computed) if row.computed else "–",
        "kind": KINDS[row.difference.kind],
        "why": why(row),
        "by": signed(row.difference.by) if row.difference.by else "",
        "figure": reverse("questionnaire:figure", args=[row.unit.code, key]),
        "body": body,
    }


@needs(permissions.LEDGER)
def export(request: Request) -> HttpResponse:
    """Give the chosen rows as a workbook."""
    campaign = current_campaign_for(actor=request.actor)
    form = _form(request, campaign)
    if not form.is_valid():
        return render(request, "assessment/ledger.html", {"form": form}, status=422)
    found = queries.comparison_for(
        actor=request.actor, campaign=campaign, wanted=form.wanted(), period=period_of(form)
    )
    content = ledger_xlsx(found=found, campaign=campaign, made_at=timezone.now())
    name = f"bao-cao-va-so-su-kien-{form.cleaned_data['area']}.xlsx"
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
