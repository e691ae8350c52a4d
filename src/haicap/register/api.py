"""The register as JSON: the same questions as its pages."""

from datetime import date
from typing import Annotated, Any

from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.register import actions, queries
from haicap.register.models import Body, ImportReport, Succession, Unit
from haicap.register.outcomes import detail_of

router = Router()
Offset = Annotated[int, Field(ge=0)]
Limit = Annotated[int, Field(ge=1, le=200)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class UnitOut(Schema):
    """A unit; degrees are WGS 84, area in km², population in people; `valid_to` is the first day after it."""

    code: str
    level: str
    unit_type: str
    name: str
    full_name: str
    province_code: str
    former_district: str | None
    former_province: str | None
    latitude: float | None
    longitude: float | None
    area_km2: float | None
    population: int | None
    seat_address: str
    valid_from: date | None
    valid_to: date | None


class UnitsOut(Schema):
    """A part of a list: `total` counts all of it."""

    total: int
    items: list[UnitOut]


class LinkOut(Schema):
    """A succession as seen from one side: the other unit and how much of the predecessor passed."""

    unit: UnitOut
    extent: str
    effective: date


class BodyOut(Schema):
    """An organisation people belong to."""

    code: str
    kind: str
    name_vi: str
    name_en: str


class UnitPageOut(Schema):
    """A unit, what it is made of, what became of it, and its bodies."""

    unit: UnitOut
    unchanged: bool
    has_boundary: bool
    predecessors: list[LinkOut]
    successors: list[LinkOut]
    bodies: list[BodyOut]


class DistrictOut(Schema):
    """A former district and how many current units are counted to it."""

    code: str
    full_name: str
    former_province: str | None
    units: int


class FateOut(Schema):
    """An old unit and its successors."""

    unit: UnitOut
    successors: list[LinkOut]


class DistrictPageOut(Schema):
    """A former district; `elsewhere` are units that took in a part of it but are counted to another."""

    district: DistrictOut
    units: list[UnitOut]
    fates: list[FateOut]
    elsewhere: list[UnitOut]


class HitOut(Schema):
    """A unit for a point: inside its boundary, or `km` from its centre (a hint, no proof)."""

    unit: UnitOut
    is_inside: bool
    km: float


class RowOut(Schema):
    """A row that was not taken, and why."""

    line: int | None
    code: str
    status: str
    detail: str


class ImportReportOut(Schema):
    """What an import matched and what it did not; `rows_left_out` rows more than shown were not taken."""

    id: int
    kind: str
    file_name: str
    encoding: str
    counts: dict[str, int]
    rows: list[RowOut]
    rows_left_out: int


def _unit(unit: Unit) -> dict[str, Any]:
    names = ("former_district", "former_province")
    plain = {name: getattr(unit, name) for name in UnitOut.model_fields if name not in names}
    return plain | {name: other.code if (other := getattr(unit, name)) else None for name in names}


def _link(link: Succession, other: Unit) -> dict[str, Any]:
    return {"unit": _unit(other), "extent": link.extent, "effective": link.effective}


def _body(body: Body) -> dict[str, Any]:
    return {name: getattr(body, name) for name in BodyOut.model_fields}


def _district(unit: Any) -> dict[str, Any]:
    return {
        "code": unit.code,
        "full_name": unit.full_name,
        "former_province": unit.parent.code if unit.parent else None,
        "units": unit.units,
    }


def _page_of(rows: Any, offset: int, limit: int) -> dict[str, Any]:
    return {"total": rows.count(), "items": [_unit(unit) for unit in rows[offset : offset + limit]]}


def _unit_page(request: Any, unit: Unit) -> dict[str, Any]:
    page = queries.unit_page(actor=request.actor, unit=unit)
    return {
        "unit": _unit(unit),
        "unchanged": page.unchanged,
        "has_boundary": page.has_boundary,
        "predecessors": [_link(link, link.predecessor) for link in page.predecessors],
        "successors": [_link(link, link.successor) for link in page.successors],
        "bodies": [_body(body) for body in page.bodies],
    }


@router.get("/units", response=UnitsOut)
@needs("register.unit:read")
def units(
    request: Request,
    q: str = "",
    province: str = "",
    district: str = "",
    unit_type: str = "",
    offset: Offset = 0,
    limit: Limit = 50,
) -> Any:
    """List or search the current units; exact spellings come first."""
    rows = queries.unit_list(
        actor=request.actor, text=q, province=province, district=district, unit_type=unit_type
    )
    return _page_of(rows, offset, limit)


@router.get("/units/{code}", response=UnitPageOut)
@needs("register.unit:read")
def unit(request: Request, code: str) -> Any:
    """Show a current unit and what it is made of."""
    return _unit_page(request, queries.unit_for(actor=request.actor, code=code))


@router.get("/before/{code}", response=UnitPageOut)
@needs("register.unit:read")
def former_unit(request: Request, code: str) -> Any:
    """Show a unit as it was until 30 June 2025 and what became of it."""
    return _unit_page(request, queries.former_unit_for(actor=request.actor, code=code))


@router.get("/districts", response=list[DistrictOut])
@needs("register.unit:read")
def districts(request: Request, province: str = "") -> Any:
    """List the former districts, of one present province or all."""
    return [_district(row) for row in queries.districts_for(actor=request.actor, province=province)]


@router.get("/districts/{code}", response=DistrictPageOut)
@needs("register.unit:read")
def district(request: Request, code: str) -> Any:
    """Show a former district, the units counted to it, and the fate of each unit it had."""
    page = queries.district_page(actor=request.actor, code=code)
    return {
        "district": _district(page.district),
        "units": [_unit(row) for row in page.units],
        "fates": [
            {"unit": _unit(row), "successors": [_link(link, link.successor) for link in links]}
            for row, links in page.fates
        ],
        "elsewhere": [_unit(row) for row in page.elsewhere],
    }


@router.get("/history", response=UnitsOut)
@needs("register.unit:read")
def history(
    request: Request,
    on: date,
    q: str = "",
    offset: Offset = 0,
    limit: Limit = 50,
) -> Any:
    """List what was there on a day, by name or code. Before July 2025: as on the eve of 1 July 2025."""
    return _page_of(queries.units_found_on(actor=request.actor, day=on, text=q), offset, limit)


@router.get("/history/point", response=list[HitOut])
@needs("register.unit:read")
def history_point(request: Request, on: date, lat: Latitude, lon: Longitude) -> Any:
    """Say what was at a point on a day: inside a boundary, else the nearest centres as a hint."""
    hits = queries.at_point(actor=request.actor, latitude=lat, longitude=lon, day=on)
    return [{"unit": _unit(hit.unit), "is_inside": hit.is_inside, "km": hit.km} for hit in hits]


@router.get("/bodies", response=list[BodyOut])
@needs("register.unit:read")
def bodies(request: Request, offset: Offset = 0, limit: Limit = 50) -> Any:
    """List the organisations that people belong to."""
    return [_body(body) for body in queries.bodies_for(actor=request.actor)[offset : offset + limit]]


def _report(report: ImportReport) -> dict[str, Any]:
    rows = [
        {**row, "detail": detail_of(status=row["status"], code=row["code"], facts=row["facts"])}
        for row in report.rows
    ]
    names = ("id", "kind", "file_name", "encoding", "counts", "rows_left_out")
    return {name: getattr(report, name) for name in names} | {"rows": rows}


@router.post("/imports/attributes", response=ImportReportOut)
@needs("register.unit:import")
def import_attributes(request: Request, file: File[UploadedFile]) -> Any:
    """Take population and seat addresses from a CSV file; what matched is kept."""
    done = actions.import_attributes(actor=request.actor, source=file.read(), name=file.name or "?")
    return _report(done.report)


@router.post("/imports/boundaries", response=ImportReportOut)
@needs("register.unit:import")
def import_boundaries(request: Request, file: File[UploadedFile]) -> Any:
    """Take boundaries from a GeoJSON file in WGS 84; what matched is kept."""
    done = actions.import_boundaries(actor=request.actor, source=file.read(), name=file.name or "?")
    return _report(done.report)


@router.get("/imports/{pk}", response=ImportReportOut)
@needs("register.unit:import")
def import_report(request: Request, pk: int) -> Any:
    """Show the report of an import."""
    return _report(queries.import_report_for(actor=request.actor, pk=pk))
