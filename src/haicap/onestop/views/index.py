"""Pages of the index of Decision 766: bodies beside each other, and one body item by item."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.kernel.text import localized
from haicap.onestop import permissions
from haicap.onestop.forms.evidence import BodiesForm, PeriodForm, period_of
from haicap.onestop.papers.evidence import index_xlsx
from haicap.onestop.queries.evidence import Evidence, body_for, evidence_for
from haicap.onestop.queries.index import BodyIndex, indexes_for, pack_for
from haicap.onestop.rules.figures import Measure, Period
from haicap.onestop.rules.index766 import ItemResult
from haicap.onestop.texts.evidence import BEHIND, STATES, ZERO, count_name, rule_text
from haicap.onestop.views import evidence_charts as charts
from haicap.onestop.views.evidence import XLSX, behind_url, days, given

_MEASURES = {measure.value for measure in Measure}
_NO_SCORE = Decimal(-1)


@needs(permissions.EVIDENCE)
def comparison(request: Request) -> HttpResponse:
    """Compare the bodies that the reader may see, the best first, or give them as a workbook."""
    form = BodiesForm(given(request, "kind"))
    if not form.is_valid():
        return render(request, "onestop/index.html", {"form": form}, status=422)
    period = period_of(form)
    kind = form.cleaned_data["kind"]
    found = evidence_for(actor=request.actor, period=period)
    rows = tuple(row for row in found.rows if not kind or row.body.kind == kind)
    indexes = indexes_for(
        actor=request.actor, period=period, evidence=Evidence(period=found.period, rows=rows)
    )
    ordered = sorted(indexes, key=lambda row: (-_score(row), row.evidence.body.code))
    pack = pack_for(period=period)
    if request.GET.get("as") == "xlsx":
        title = f"{pack.title_vi}, từ {period.start:%d/%m/%Y} đến {period.end:%d/%m/%Y}"
        return HttpResponse(
            index_xlsx(rows=ordered, title=title, made_at=timezone.now()),
            content_type=XLSX,
            headers={"Content-Disposition": f'attachment; filename="bo-chi-so-{period.end:%Y%m%d}.xlsx"'},
        )
    used = [row for row in ordered if row.evidence.main.handled]
    context: dict[str, Any] = {
        "form": form,
        "period": period,
        "days": days(period),
        "kind": kind,
        "pack": pack,
        "page": page_of([_compared(row) for row in ordered], request),
        "groups": pack.groups,
        "zero": ZERO[pack.zero],
        "chart": charts.score_chart([(str(row.evidence.body), _score(row)) for row in used]),
        "single": ordered[0].evidence.body if len(ordered) == 1 else None,
    }
    return render(request, "onestop/index.html", context)


def _score(row: BodyIndex) -> Decimal:
    return _NO_SCORE if row.result.score is None else row.result.score


def _compared(row: BodyIndex) -> dict[str, Any]:
    gaps = [one for group in row.result.groups for one in group.items if one.of > one.points]
    return {
        "body": row.evidence.body,
        "result": row.result,
        "dossiers": row.evidence.main.handled,
        "groups": row.result.groups,
        "gap": max(gaps, key=lambda one: one.of - one.points, default=None),
    }


@needs(permissions.EVIDENCE)
def body(request: Request, code: str) -> HttpResponse:
    """Show each item of the index of a body with what its points were made of."""
    row = body_for(actor=request.actor, code=code)
    form = PeriodForm(given(request))
    if not form.is_valid():
        return render(request, "onestop/index_body.html", {"form": form, "body": row}, status=422)
    period = period_of(form)
    found = indexes_for(actor=request.actor, period=period, body=row)[0]
    items = [one for group in found.result.groups for one in group.items]
    context = {
        "form": form,
        "body": row,
        "found": found,
        "result": found.result,
        "pack": found.result.pack,
        "zero": ZERO[found.result.pack.zero],
        "period": period,
        "days": days(period),
        "groups": [
            {"group": group.group, "points": group.points, "of": group.of,
             "lines": [_line(one, found, period) for one in group.items]}
            for group in found.result.groups
        ],
        "chart": charts.gap_chart([(localized(one.item, "name"), one) for one in items]),
        "missing": sum((one.of - one.points for one in items), Decimal(0)),
    }  # fmt: skip
    return render(request, "onestop/index_body.html", context)


def _line(one: ItemResult, found: BodyIndex, period: Period) -> dict[str, Any]:
    def link(name: str) -> str:
        measure = Measure(name) if name in _MEASURES else BEHIND.get(name)
        if measure is None:
            return ""
        return behind_url(period=period, measure=measure, side=found.side, body=found.evidence.body.code)

    return {
        "one": one,
        "item": one.item,
        "state": STATES[one.state],
        "zero": ZERO[one.item.zero],
        "rule": rule_text(one),
        "gap": one.of - one.points,
        "behind": [(count_name(name), link(name)) for name in one.behind],
        "over": (count_name(one.over), link(one.over)),
        "beside": count_name(one.item.beside) if one.item.beside else "",
    }
