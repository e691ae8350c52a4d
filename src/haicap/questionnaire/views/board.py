"""The live board, one field over all units, and one figure with all that is behind it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from haicap.campaign.models import Field
from haicap.campaign.queries import current_campaign_for, surveyed_units_for
from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.kernel.text import fold
from haicap.questionnaire import queries
from haicap.questionnaire.rules.states import ORDER
from haicap.questionnaire.templatetags.questionnaire import STATES

_COLOURS = {
    "not_started": "#9aa3ad", "drafting": "#e6a117", "returned": "#c92a2a", "submitted": "#1c6fb8",
    "accepted": "#2b8a3e", "verified": "#7048a8",
}  # fmt: skip


@needs("questionnaire.board:read")
@require_GET
def board(request: Request) -> HttpResponse:
    """Show units by areas; as an htmx fragment it renews itself."""
    actor = request.actor
    campaign = current_campaign_for(actor=actor)
    chosen = {name: request.GET.get(name, "").strip() for name in ("district", "state", "late", "q")}
    state = chosen["state"] if chosen["state"] in ORDER else ""
    units = queries.board_units_for(
        actor=actor, campaign=campaign, district=chosen["district"], state=state,
        late=chosen["late"] == "1", text=fold(chosen["q"]),
    )  # fmt: skip
    page = page_of(units, request)
    totals = queries.totals_for(actor=actor, campaign=campaign)
    context = {
        "campaign": campaign,
        "page": page,
        "rows": queries.progress_for(actor=actor, campaign=campaign, units=list(page.object_list)),
        "totals": totals,
        "areas": list(campaign.areas.order_by("order")),
        "chart": _chart(totals),
        "total_rows": [
            (key, STATES[key][0], [totals.by_area[code][key] for code in totals.by_area]) for key in ORDER
        ],
        "states": [(key, STATES[key][0]) for key in ORDER],
        "districts": surveyed_units_for(actor=actor, campaign=campaign)
        .exclude(former_district=None)
        .order_by("former_district__name")
        .values_list("former_district__code", "former_district__full_name")
        .distinct(),
        "chosen": chosen,
    }
    fragment = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    template = "questionnaire/board_fragment.html" if fragment else "questionnaire/board.html"
    return render(request, template, context)


def _chart(totals: queries.BoardTotals) -> dict[str, Any]:
    """Return the chart of areas by state as an ECharts option."""
    codes = list(totals.by_area)
    return {
        "grid": {"left": 48, "right": 16, "top": 56, "bottom": 32},
        "legend": {"top": 0},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "category", "data": codes},
        "yAxis": {"type": "value", "max": totals.units},
        "series": [
            {
                "type": "bar",
                "stack": "units",
                "name": str(STATES[state][0]),
                "itemStyle": {"color": _COLOURS[state]},
                "data": [totals.by_area[code][state] for code in codes],
            }
            for state in ORDER
        ],
    }


@needs("questionnaire.report:read")
@require_GET
def field(request: Request, key: str) -> HttpResponse:
    """List one field over all units: reported, verified, by whom, when."""
    actor = request.actor
    campaign = current_campaign_for(actor=actor)
    row = queries.field_for(actor=actor, campaign=campaign, key=key)
    units = (
        surveyed_units_for(actor=actor, campaign=campaign).select_related("former_district").order_by("code")
    )
    page = page_of(units, request)
    found = {
        figure.unit_id: figure
        for figure in queries.figures_for(
            actor=actor, campaign=campaign, units=list(page.object_list), fields=[row]
        )
    }
    context = {
        "campaign": campaign,
        "field": row,
        "page": page,
        "rows": [(unit, found.get(unit.pk)) for unit in page.object_list],
        "siblings": Field.objects.filter(indicator=row.indicator_id).order_by("order"),
    }
    return render(request, "questionnaire/field.html", context)


@needs("questionnaire.report:read")
@require_GET
def figure(request: Request, code: str, key: str) -> HttpResponse:
    """Show one figure: its values with person and time, its history, its evidence."""
    actor = request.actor
    campaign = current_campaign_for(actor=actor)
    unit = queries.unit_of(actor=actor, campaign=campaign, code=code)
    row = queries.field_for(actor=actor, campaign=campaign, key=key)
    found = queries.figure_for(actor=actor, campaign=campaign, unit=unit, field=row)
    return render(request, "questionnaire/figure.html", {"campaign": campaign, "figure": found})
