"""Pages of the register."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_http_methods

from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.kernel.tables import Faulty
from haicap.register import actions, queries
from haicap.register.forms import AttributesForm, BoundariesForm, FilterForm, HistoryForm, MapForm
from haicap.register.maps import map_around, map_of, url_of
from haicap.register.models import Succession, Unit
from haicap.register.outcomes import LABELS, detail_of
from haicap.register.rules.snapshot import REORGANISED


@needs("register.unit:read")
def units(request: Request) -> HttpResponse:
    """List the current units; filter by province, former district and type; search by name or code."""
    form = FilterForm(request.GET, actor=request.actor)
    rows = queries.unit_list(
        actor=request.actor,
        text=form.asked("q"),
        province=form.asked("province"),
        district=form.asked("district"),
        unit_type=form.asked("unit_type"),
    )
    may_import = request.actor.may("register.unit:import")
    shown = {"form": form, "page": page_of(rows, request), "may_import": may_import}
    return render(request, "register/units.html", shown)


@needs("register.unit:read")
def unit(request: Request, code: str) -> HttpResponse:
    """Show a current unit: its facts, what it is made of, its bodies, its place on the map."""
    return _unit_page(request, queries.unit_for(actor=request.actor, code=code))


@needs("register.unit:read")
def former_unit(request: Request, code: str) -> HttpResponse:
    """Show a unit as it was until 30 June 2025, and what became of it."""
    return _unit_page(request, queries.former_unit_for(actor=request.actor, code=code))


def _unit_page(request: Request, row: Unit) -> HttpResponse:
    page = queries.unit_page(actor=request.actor, unit=row)
    shown = {
        "page": page,
        "unit": row,
        "predecessors": [_linked(link, link.predecessor) for link in page.predecessors],
        "successors": [_linked(link, link.successor) for link in page.successors],
        "map": map_around(unit=row, around=page.around, has_boundary=page.has_boundary),
    }
    return render(request, "register/unit.html", shown)


def _linked(link: Succession, other: Unit) -> dict[str, Any]:
    return {"link": link, "unit": other, "url": url_of(unit=other)}


@needs("register.unit:read")
def districts(request: Request) -> HttpResponse:
    """List the former districts with the number of units counted to each."""
    rows = queries.districts_for(actor=request.actor)
    return render(request, "register/districts.html", {"page": page_of(rows, request)})


@needs("register.unit:read")
def district(request: Request, code: str) -> HttpResponse:
    """Show a former district: the units counted to it now, and what became of each unit it had."""
    page = queries.district_page(actor=request.actor, code=code)
    fates = [
        (row, url_of(unit=row), [_linked(link, link.successor) for link in links])
        for row, links in page.fates
    ]
    title = page.district.full_name
    url = f"{reverse('register:boundaries')}?district={code}" if page.boundaries else None
    shown = {"page": page, "fates": fates, "map": map_of(units=page.units, boundaries_url=url, title=title)}
    return render(request, "register/district.html", shown)


@needs("register.unit:read")
def history(request: Request) -> HttpResponse:
    """Answer what was here on a date: by name or code, or by a point."""
    form = HistoryForm(request.GET or None)
    shown: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        answer = form.cleaned_data
        shown["day"] = answer["on"]
        shown["eve_only"] = answer["on"] < REORGANISED
        try:
            shown |= _history_of(request, answer)
        except Refusal as refusal:
            form.add_refusal(refusal)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "register/history.html", shown, status=status)


def _history_of(request: Request, answer: Mapping[str, Any]) -> dict[str, Any]:
    day: date = answer["on"]
    if answer["lat"] is not None:
        hits = queries.at_point(actor=request.actor, latitude=answer["lat"], longitude=answer["lon"], day=day)
        return {"hits": [(hit, url_of(unit=hit.unit)) for hit in hits]}
    rows = queries.units_found_on(actor=request.actor, day=day, text=answer["q"])
    page = page_of(rows, request)
    return {"page": page, "rows": [(row, url_of(unit=row)) for row in page]}


@needs("register.unit:read")
def unit_map(request: Request) -> HttpResponse:
    """Show the units of a province on a map."""
    form = MapForm(request.GET, actor=request.actor)
    page = queries.map_page(actor=request.actor, province=form.asked("province"))
    url = f"{reverse('register:boundaries')}?province={page.province}" if page.boundaries else None
    shown = {
        "form": form,
        "page": page,
        "map": map_of(units=page.units, colour=form.asked("colour") or "former_province", boundaries_url=url),
    }
    return render(request, "register/map.html", shown)


def _boundaries_etag(request: Any) -> str:
    asked = {name: request.GET.get(name, "") for name in ("province", "district")}
    return f'"{queries.boundaries_version(actor=request.actor, **asked)}"'


@needs("register.unit:read")
@condition(etag_func=_boundaries_etag)
def boundaries(request: Request) -> HttpResponse:
    """Serve the imported boundaries as GeoJSON; a browser that has them asks again and gets 304."""
    asked = {name: request.GET.get(name, "") for name in ("province", "district")}
    features = [
        {
            "type": "Feature",
            "properties": {"code": row.unit.code, "name": row.unit.full_name},
            "geometry": row.geometry,
        }
        for row in queries.boundaries_for(actor=request.actor, **asked)
    ]
    text = json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
    )
    return HttpResponse(
        text, content_type="application/geo+json", headers={"Cache-Control": "private, no-cache"}
    )


@needs("register.unit:import")
def imports(request: Request) -> HttpResponse:
    """List past imports and lead to new ones."""
    rows = queries.import_reports_for(actor=request.actor)
    return render(request, "register/imports.html", {"page": page_of(rows, request)})


@needs("register.unit:import")
@require_http_methods(["GET", "POST"])
def import_attributes(request: Request) -> HttpResponse:
    """Take a CSV file of population and seat addresses, and lead to the report of what matched."""
    form = AttributesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        try:
            done = actions.import_attributes(actor=request.actor, source=file.read(), name=file.name or "?")
        except Refusal as refusal:
            return _refused_import(request, form, refusal)
        return redirect("register:import-report", pk=done.report.pk)
    return _import_page(request, form)


@needs("register.unit:import")
@require_http_methods(["GET", "POST"])
def import_boundaries(request: Request) -> HttpResponse:
    """Take a GeoJSON file of boundaries, and lead to the report of what matched."""
    form = BoundariesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        try:
            done = actions.import_boundaries(actor=request.actor, source=file.read(), name=file.name or "?")
        except Refusal as refusal:
            return _refused_import(request, form, refusal)
        return redirect("register:import-report", pk=done.report.pk)
    return _import_page(request, form)


def _import_page(request: Request, form: AttributesForm | BoundariesForm, **more: object) -> HttpResponse:
    is_attributes = isinstance(form, AttributesForm)
    title = _("Import population and seat addresses") if is_attributes else _("Import boundaries")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "register/import.html", {"form": form, "title": title, **more}, status=status)


def _refused_import(
    request: Request, form: AttributesForm | BoundariesForm, refusal: Refusal
) -> HttpResponse:
    form.add_refusal(refusal)
    return _import_page(request, form, faults=refusal.faults if isinstance(refusal, Faulty) else ())


@needs("register.unit:import")
def import_report(request: Request, pk: int) -> HttpResponse:
    """Show what an import matched and, row by row, what it did not."""
    report = queries.import_report_for(actor=request.actor, pk=pk)
    page = page_of(report.rows, request, size=100)
    rows = [
        {
            **row,
            "label": LABELS[row["status"]],
            "detail": detail_of(status=row["status"], code=row["code"], facts=row["facts"]),
        }
        for row in page
    ]
    counts = [(LABELS[status], count) for status, count in sorted(report.counts.items(), key=lambda c: -c[1])]
    shown = {"report": report, "page": page, "rows": rows, "counts": counts}
    return render(request, "register/import_report.html", shown)
