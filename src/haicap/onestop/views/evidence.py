"""Pages of the figures: all bodies beside each other, one body field by field, the dossiers behind a number."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.onestop import permissions
from haicap.onestop.forms.evidence import BehindForm, BodiesForm, PeriodForm, month, period_of
from haicap.onestop.papers.evidence import evidence_xlsx
from haicap.onestop.queries import evidence as queries
from haicap.onestop.queries.computed import BodyFields, computed_for
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.rules.figures import Counts, Measure, Period, Side
from haicap.onestop.rules.figures.computed import Computed
from haicap.onestop.texts.evidence import MEASURES, SIDES
from haicap.onestop.texts.evidence_how import SOURCES, how
from haicap.onestop.texts.evidence_shown import AREAS, area_of, label, shown
from haicap.onestop.views import evidence_charts as charts

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NONE = Decimal(-1)
SORTS: Mapping[str, Callable[[queries.BodyEvidence], Any]] = {
    "received": lambda row: row.main.received,
    "resolved": lambda row: row.main.resolved,
    "on_time": lambda row: row.main.resolved_on_time,
    "late": lambda row: row.main.late,
    "share": lambda row: _rate(row.main.on_time_of_resolved.percent),
    "portal": lambda row: _rate(row.main.on_time_of_received.percent),
    "for_others": lambda row: row.received.across,
    "by_others": lambda row: row.competent.across,
}


def _rate(percent: Decimal | None) -> Decimal:
    return _NONE if percent is None else percent


def given(request: Request, *names: str) -> dict[str, str]:
    """Return the query of the request, with the month up to today where it names no period."""
    found = {name: request.GET.get(name, "") for name in names}
    return found | {name: request.GET.get(name) or value for name, value in month().items()}


def days(period: Period) -> str:
    """Return a period as the query of an address."""
    return urlencode({"start": period.start.isoformat(), "end": period.end.isoformat()})


def behind_url(*, period: Period, measure: Measure, side: Side, body: str = "") -> str:
    """Return the address of the dossiers behind a number."""
    wanted = {"start": period.start, "end": period.end, "measure": measure.value, "side": side.value}
    return f"{reverse('onestop:evidence-dossiers')}?{urlencode(wanted | {'body': body})}"


def _sorted(rows: Sequence[queries.BodyEvidence], sort: str) -> list[queries.BodyEvidence]:
    key = SORTS.get(sort.removeprefix("-"))
    return sorted(rows, key=key, reverse=sort.startswith("-")) if key else list(rows)


def _chosen(request: Request) -> tuple[BodiesForm, queries.Evidence | None]:
    form = BodiesForm(given(request, "kind"))
    if not form.is_valid():
        return form, None
    found = queries.evidence_for(actor=request.actor, period=period_of(form))
    if kind := form.cleaned_data["kind"]:
        found = queries.Evidence(
            period=found.period, rows=tuple(row for row in found.rows if row.body.kind == kind)
        )
    return form, found


@needs(permissions.EVIDENCE)
def evidence(request: Request) -> HttpResponse:
    """Show what the ledger says of every body that the reader may see."""
    form, found = _chosen(request)
    context: dict[str, Any] = {"form": form, "whole": request.actor.is_central}
    if found is None:
        return render(request, "onestop/evidence.html", context, status=422)
    page = page_of(_sorted(found.rows, request.GET.get("sort", "")), request)
    context |= {
        "page": page,
        "found": found,
        "period": found.period,
        "days": days(found.period),
        "kind": form.cleaned_data["kind"],
        "total": _total(found),
        "work": charts.work_chart(found.rows),
        "share": charts.share_chart(found.rows),
    }
    return render(request, "onestop/evidence.html", context)


def _total(found: queries.Evidence) -> Counts:
    """Sum over the communes and departments by competence, or by receipt where only centres are shown."""
    kinds = {row.body.kind for row in found.rows}
    return found.received if kinds == {"centre"} else found.competent


@needs(permissions.EVIDENCE)
def export(request: Request) -> HttpResponse:
    """Give the figures of the period as a workbook."""
    _form, found = _chosen(request)
    if found is None:
        return evidence(request)
    content = evidence_xlsx(found=found, made_at=timezone.now())
    name = f"so-lieu-{found.period.start:%Y%m%d}-{found.period.end:%Y%m%d}.xlsx"
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@needs(permissions.EVIDENCE)
def body(request: Request, code: str) -> HttpResponse:
    """Show every computed field of a body: the value, how it is counted, the dossiers behind it."""
    row = queries.body_for(actor=request.actor, code=code)
    form = PeriodForm(given(request))
    context: dict[str, Any] = {"form": form, "body": row}
    if not form.is_valid():
        return render(request, "onestop/evidence_body.html", context, status=422)
    period = period_of(form)
    found = computed_for(actor=request.actor, period=period, body=row)[0]
    context |= {
        "found": found,
        "row": found.evidence,
        "period": period,
        "days": days(period),
        "side": found.evidence.side,
        "sections": _sections(found, period),
        "late_url": _behind(found, Measure.LATE, period),
        "handled_url": _behind(found, Measure.HANDLED, period),
        "chart": charts.books_chart(found.evidence.main),
        "petitions": queries.petitions_for(actor=request.actor, period=period, body=row),
    }
    return render(request, "onestop/evidence_body.html", context)


def _behind(found: BodyFields, measure: Measure, period: Period) -> str:
    return behind_url(period=period, measure=measure, side=found.evidence.side, body=found.body.code)


def _sections(found: BodyFields, period: Period) -> list[dict[str, Any]]:
    rows: dict[str, list[dict[str, Any]]] = {area: [] for area in AREAS}
    for one in found.fields.values():
        rows[area_of(one.key)].append(_line(one, found, period))
    return [{"code": area, "name": name, "rows": rows[area]} for area, name in AREAS.items() if rows[area]]


def _line(one: Computed, found: BodyFields, period: Period) -> dict[str, Any]:
    def link(measure: Measure | None) -> str:
        if measure is None:
            return ""
        return behind_url(period=period, measure=measure, side=one.side, body=found.body.code)

    return {
        "key": one.key,
        "label": label(one.key),
        "value": shown(one),
        "share": one.share,
        "how": how(one),
        "source": SOURCES[one.source],
        "as_of": one.as_of,
        "proof": one.proof,
        "url": link(one.measure),
        "over": link(one.over),
        "is_known": one.is_known,
    }


@needs(permissions.EVIDENCE)
def dossiers(request: Request) -> HttpResponse:
    """List exactly the dossiers that a number counts."""
    form = BehindForm(request.GET)
    period = period_of(form)
    data = form.cleaned_data
    body = queries.body_for(actor=request.actor, code=data["body"]) if data["body"] else None
    measure, side = Measure(data["measure"]), Side(data["side"])
    rows = queries.dossiers_behind_for(
        actor=request.actor, period=period, measure=measure, side=side, body=body
    )
    page = page_of(rows, request)
    own = dossiers_for(actor=request.actor).filter(pk__in=[row.pk for row in page.object_list])
    context = {
        "page": page,
        "period": period,
        "days": days(period),
        "body": body,
        "measure": MEASURES[measure],
        "side": SIDES[side],
        "own": set(own.values_list("pk", flat=True)),
        "now": period.measured,
    }
    return render(request, "onestop/evidence_dossiers.html", context)
