"""Pages of the quality of data: what to ask about, one figure among all units, completeness and timeliness."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from haicap.campaign.queries import areas_of, current_campaign_for, surveyed_units_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.questionnaire import queries
from haicap.questionnaire.actions.quality import ASK, ask_about
from haicap.questionnaire.forms.submissions import AskForm
from haicap.questionnaire.models import Form
from haicap.questionnaire.present.values import show_number
from haicap.questionnaire.queries import quality as found
from haicap.questionnaire.queries.collect import form_of, forms_for
from haicap.questionnaire.queries.completeness import Completeness, Tally, completeness_for
from haicap.questionnaire.rules.quality import bins
from haicap.questionnaire.texts.quality import draft, form_reason, reason

KINDS = {
    "outlier": gettext_lazy("Far from the others"),
    "per_capita": gettext_lazy("Far from the others, by people"),
    "change": gettext_lazy("Far from the last survey"),
    "revised": gettext_lazy("Far from the former report"),
    "alike": gettext_lazy("Same as another unit"),
    "fault": gettext_lazy("A condition of the form"),
}
_BAR, _HERE = "#1c6fb8", "#c92a2a"


@needs(ASK)
@require_GET
def quality(request: Request) -> HttpResponse:
    """List the figures a team should ask about: of the plan, or of the submissions of a form."""
    actor = request.actor
    campaign = current_campaign_for(actor=actor)
    chosen = {name: request.GET.get(name, "").strip() for name in ("form", "area", "unit", "kind", "sort")}
    plan = actor.may("questionnaire.report:read")
    forms = [
        one for one in forms_for(actor=actor, campaign=campaign) if one.purpose == Form.Purpose.COLLECTION
    ]
    if not chosen["form"] and not plan and forms:
        chosen["form"] = str(forms[0].pk)
    areas = areas_of(campaign=campaign)
    by_area = surveyed_units_for(actor=actor, campaign=campaign).count() > found.AREA_BY_AREA
    if by_area and not chosen["area"] and areas:
        chosen["area"] = areas[0].code
    context: dict[str, Any] = {
        "campaign": campaign,
        "chosen": chosen,
        "plan": plan,
        "forms": forms,
        "by_area": by_area,
        "areas": areas,
        "kinds": KINDS.items(),
    }
    if chosen["form"].isdecimal() and len(chosen["form"]) < 18:
        form = form_of(actor=actor, pk=int(chosen["form"]))
        return render(
            request, "questionnaire/quality_form.html", context | _of_form(request, form, chosen["kind"])
        )
    rows: Sequence[found.Question] = ()
    if plan:
        rows = found.questions_for(
            actor=actor, campaign=campaign, area=chosen["area"], unit=chosen["unit"], kind=chosen["kind"]
        )
    page = page_of(_sorted(rows, chosen["sort"]), request)
    context |= {
        "page": page,
        "rows": [(row, KINDS[row.finding.kind], reason(row)) for row in page.object_list],
    }
    return render(request, "questionnaire/quality.html", context)


def _sorted(rows: Sequence[found.Question], sort: str) -> Sequence[found.Question]:
    keys = {
        "weight": lambda row: row.finding.weight,
        "unit": lambda row: row.unit.folded,
        "figure": lambda row: (row.area.order, row.field.order if row.field else 0),
    }
    key = keys.get(sort.removeprefix("-"))
    return sorted(rows, key=key, reverse=sort.startswith("-")) if key else rows


def _of_form(request: Request, form: Form, kind: str) -> dict[str, Any]:
    result = found.form_quality_for(actor=request.actor, form=form)
    rows = [one for one in result.questions if kind in ("", one.finding.kind if one.finding else "fault")]
    language = (get_language() or "vi")[:2]
    page = page_of(rows, request)
    return {
        "form": form,
        "result": result,
        "page": page,
        "rows": [
            (one, KINDS[one.finding.kind if one.finding else "fault"], form_reason(one, language=language))
            for one in page.object_list
        ],
    }


@needs(ASK)
@require_http_methods(["GET", "POST"])
def quality_figure(request: Request, code: str, key: str) -> HttpResponse:
    """Show where a figure stands among all units, why it is worth a question, and ask it."""
    actor = request.actor
    campaign = current_campaign_for(actor=actor)
    field = queries.field_for(actor=actor, campaign=campaign, key=key)
    unit = queries.unit_of(actor=actor, campaign=campaign, code=code)
    page = found.figure_page_for(actor=actor, campaign=campaign, unit=unit.pk, field=field)
    first = draft(page.questions[0]) if page.questions else ""
    form = AskForm(request.POST or None, initial={"text": first})
    if request.method == "POST" and form.is_valid():
        try:
            ask_about(actor=actor, campaign=campaign, unit=unit, field=field, text=form.cleaned_data["text"])
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The unit is asked. The question is kept with its report."))
            return redirect("questionnaire:quality-figure", code=code, key=key)
    context = {
        "campaign": campaign,
        "unit": unit,
        "figure": page,
        "reasons": [reason(one) for one in page.questions],
        "chart": _histogram(page),
        "form": form,
    }
    return render(request, "questionnaire/quality_figure.html", context, status=422 if form.errors else 200)


def _histogram(page: found.FigurePage) -> dict[str, Any] | None:
    """Return the distribution as an ECharts option, the bar of the unit in another colour; None without figures."""
    bars = bins(page.values)
    if not bars:
        return None
    labels = [f"{show_number(repr(bar.low))}–{show_number(repr(bar.high))}" for bar in bars]
    last = len(bars) - 1
    data = []
    for number, bar in enumerate(bars):
        within = page.value is not None and bar.low <= page.value
        here = within and (page.value < bar.high or number == last)  # type: ignore[operator]
        data.append({"value": bar.count, "itemStyle": {"color": _HERE if here else _BAR}})
    return {
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": labels, "axisLabel": {"rotate": 45}},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [{"type": "bar", "name": str(_("Units")), "data": data}],
    }


@needs("questionnaire.board:read")
@require_GET
def completeness(request: Request) -> HttpResponse:
    """Show how complete the reports are and whether they came in time."""
    actor = request.actor
    campaign = current_campaign_for(actor=actor)
    area = request.GET.get("area", "").strip()
    result = completeness_for(actor=actor, campaign=campaign, area=area)
    context = {
        "campaign": campaign,
        "area": area,
        "areas": areas_of(campaign=campaign),
        "result": result,
        "page": page_of(result.by_unit, request),
        "chart": _stacked(result),
    }
    return render(request, "questionnaire/completeness.html", context)


_KINDS = (
    ("in_time", gettext_lazy("In time"), "#2b8a3e"),
    ("late", gettext_lazy("Late"), "#e6a117"),
    ("missing", gettext_lazy("Missing"), "#c92a2a"),
    ("open", gettext_lazy("Not due yet"), "#9aa3ad"),
)


def _stacked(result: Completeness) -> dict[str, Any]:
    """Return units by area as an ECharts option."""
    tallies: Sequence[Tally] = result.by_area
    return {
        "legend": {"top": 0},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "category", "data": [one.key for one in tallies]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "type": "bar", "stack": "units", "name": str(words), "itemStyle": {"color": colour},
                "data": [getattr(one, kind) for one in tallies],
            }
            for kind, words, colour in _KINDS
        ],
    }  # fmt: skip
