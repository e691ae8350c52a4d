"""Reads of the register. Everybody signed in sees all of it; nobody else sees anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians

from django.db.models import Case, Count, IntegerField, Max, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.text import fold
from haicap.register.models import Body, Boundary, ImportReport, Succession, Unit
from haicap.register.rules.geometry import contains, distance_km
from haicap.register.rules.names import spelling

LONGEST_QUESTION = 100
NEAREST = 3
WINDOW_DEGREES = 0.5


def _all_for(actor: Actor) -> QuerySet[Unit]:
    rows = Unit.objects.all()
    return rows if actor.may("register.unit:read") else rows.none()


def _related(side: str) -> tuple[str, ...]:
    return (side, f"{side}__former_district", f"{side}__former_province")


def units_for(*, actor: Actor) -> QuerySet[Unit]:
    """Return the current commune-level units, ordered by code."""
    return _all_for(actor).filter(level=Unit.Level.COMMUNE, valid_to=None).order_by("code")


def provinces_for(*, actor: Actor) -> QuerySet[Unit]:
    """Return the current provinces whose units are loaded."""
    return _all_for(actor).filter(level=Unit.Level.PROVINCE, valid_to=None).order_by("code")


def units_on(*, actor: Actor, day: date, level: str = Unit.Level.COMMUNE) -> QuerySet[Unit]:
    """Return the units of a level that existed on `day`.

    Before 1 July 2025 these are the units as they stood on its eve: the register holds no older change.
    """
    return (
        _all_for(actor)
        .filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gt=day), level=level
        )
        .order_by("code")
    )


def unit_for(*, actor: Actor, code: str) -> Unit:
    """Return the current commune-level unit with this code; raises Missing."""
    return _one(units_for(actor=actor).select_related("parent", "former_district", "former_province"), code)


def former_unit_for(*, actor: Actor, code: str) -> Unit:
    """Return the commune-level unit that had this code until 30 June 2025; raises Missing."""
    rows = _all_for(actor).filter(level=Unit.Level.COMMUNE, valid_to__isnull=False)
    return _one(
        rows.select_related("parent", "former_district", "former_province").order_by("-valid_to"), code
    )


def _one(rows: QuerySet[Unit], code: str) -> Unit:
    unit = rows.filter(code=code).first()
    if unit is None:
        raise Missing(
            "register.unit_unknown", _("There is no unit with the code %(code)s.") % {"code": code[:20]}
        )
    return unit


def districts_for(*, actor: Actor, province: str = "") -> QuerySet[Unit]:
    """Return the former districts with `units` (current units counted to each), by former province and code.

    `province` narrows them to those that are now in the province with this code.
    """
    rows = _all_for(actor).filter(level=Unit.Level.DISTRICT)
    if province:
        rows = rows.filter(parent__as_predecessor__successor__code=province)
    return (
        rows.select_related("parent")
        .annotate(units=Count("district_units", filter=Q(district_units__valid_to=None)))
        .order_by("province_code", "code")
    )


def district_for(*, actor: Actor, code: str) -> Unit:
    """Return the former district with this three-digit code; raises Missing."""
    return _one(districts_for(actor=actor), code)


def units_of_district(*, actor: Actor, district: Unit) -> QuerySet[Unit]:
    """Return the current units counted to a former district."""
    rows = units_for(actor=actor).select_related("former_district", "former_province")
    return rows.filter(former_district=district)


def former_units_of_district(*, actor: Actor, district: Unit) -> QuerySet[Unit]:
    """Return the units that lay in a former district until 30 June 2025."""
    rows = _all_for(actor).filter(level=Unit.Level.COMMUNE, valid_to__isnull=False, former_district=district)
    return rows.select_related("former_district", "former_province").order_by("code")


def successors_of(*, actor: Actor, unit: Unit) -> QuerySet[Succession]:
    """Return what became of `unit`: links to its successors, each of the whole or a part of it."""
    rows = Succession.objects.filter(predecessor=unit, successor__in=_all_for(actor))
    return rows.select_related(*_related("successor")).order_by("successor__code")


def predecessors_of(*, actor: Actor, unit: Unit) -> QuerySet[Succession]:
    """Return what `unit` is made of: links to its predecessors, each of the whole or a part of it."""
    rows = Succession.objects.filter(successor=unit, predecessor__in=_all_for(actor))
    return rows.select_related(*_related("predecessor")).order_by("predecessor__code")


def is_unchanged(*, unit: Unit, predecessors: Sequence[Succession]) -> bool:
    """Say whether a unit was left as it was: one whole predecessor of its own name and type."""
    if len(predecessors) != 1 or predecessors[0].extent != Succession.Extent.WHOLE:
        return False
    before = predecessors[0].predecessor
    return (before.level, before.full_name) == (unit.level, unit.full_name)


def unit_list(
    *, actor: Actor, text: str = "", province: str = "", district: str = "", unit_type: str = ""
) -> QuerySet[Unit]:
    """Return the current units that match all that is given, with their former district at hand."""
    rows = units_for(actor=actor).select_related("former_district", "former_province")
    if province:
        rows = rows.filter(province_code=province)
    if district:
        rows = rows.filter(former_district__code=district)
    if unit_type:
        rows = rows.filter(unit_type=unit_type)
    return ranked(rows=rows, text=text)


def units_found_on(*, actor: Actor, day: date, text: str = "") -> QuerySet[Unit]:
    """Return the communes of `day` that match `text`, best first, with their former district at hand."""
    rows = units_on(actor=actor, day=day).select_related("former_district", "former_province")
    return ranked(rows=rows, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPage:
    """The units of one province for the map, and how many of them have an imported boundary."""

    province: str
    units: Sequence[Unit]
    boundaries: int


def map_page(*, actor: Actor, province: str = "") -> MapPage:
    """Return the map of a province; without one, of the first that is loaded."""
    if not province:
        first = provinces_for(actor=actor).first()
        province = first.code if first else ""
    return MapPage(
        province=province,
        units=list(unit_list(actor=actor, province=province)),
        boundaries=boundaries_for(actor=actor, province=province).count(),
    )


def search(*, actor: Actor, text: str, former: bool = False) -> QuerySet[Unit]:
    """Find communes by name or code, with or without diacritics; exact spellings come first.

    `former` looks among the units until 30 June 2025 instead. Two units that fold to the same letters are
    both found, the one spelt as asked before the other. Raises Refused for a question over 100 letters.
    """
    rows = units_for(actor=actor)
    if former:
        rows = _all_for(actor).filter(level=Unit.Level.COMMUNE, valid_to__isnull=False)
    return ranked(rows=rows, text=text)


def ranked(*, rows: QuerySet[Unit], text: str) -> QuerySet[Unit]:
    """Narrow `rows` to those matching `text`, best first: code, exact name, diacritics as typed, folded."""
    typed = spelling(text)
    if len(typed) > LONGEST_QUESTION:
        raise Refused("register.question_too_long", _("Ask with at most 100 letters."), field="q")
    if not typed:
        return rows
    plain = fold(text)
    rank = Case(
        When(code=typed, then=Value(0)),
        When(spelling=typed, then=Value(1)),
        When(spelling__endswith=f" {typed}", then=Value(2)),
        When(spelling__contains=typed, then=Value(3)),
        When(folded=plain, then=Value(4)),
        When(folded__endswith=f" {plain}", then=Value(5)),
        default=Value(6),
        output_field=IntegerField(),
    )
    found = rows.filter(Q(code=typed) | Q(folded__contains=plain))
    return found.annotate(rank=rank).order_by("rank", "folded", "code")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHit:
    """A unit for a point: `is_inside` where its boundary contains it, else `km` to its centre."""

    unit: Unit
    is_inside: bool
    km: float


def at_point(*, actor: Actor, latitude: float, longitude: float, day: date) -> list[PlaceHit]:
    """Return what was at a point (WGS 84 degrees) on `day`.

    One unit where imported boundaries say so; else up to three whose centres are nearest, which is a hint and
    no proof. Raises Refused for a point that is not on Earth.
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Refused(
            "register.point", _("Latitude is -90 to 90, longitude -180 to 180 degrees."), field="lat"
        )
    rows = units_on(actor=actor, day=day).select_related("former_district", "former_province")
    inside = Boundary.objects.filter(
        unit__in=rows, west__lte=longitude, east__gte=longitude, south__lte=latitude, north__gte=latitude
    ).select_related(*_related("unit"))
    for boundary in inside:
        if contains(geometry=boundary.geometry, latitude=latitude, longitude=longitude):
            return [PlaceHit(unit=boundary.unit, is_inside=True, km=_km(boundary.unit, latitude, longitude))]
    width = WINDOW_DEGREES / max(cos(radians(latitude)), 0.01)
    near = rows.filter(
        latitude__range=(latitude - WINDOW_DEGREES, latitude + WINDOW_DEGREES),
        longitude__range=(longitude - width, longitude + width),
    )
    hits = [PlaceHit(unit=unit, is_inside=False, km=_km(unit, latitude, longitude)) for unit in near]
    return sorted(hits, key=lambda hit: (hit.km, hit.unit.code))[:NEAREST]


def _km(unit: Unit, latitude: float, longitude: float) -> float:
    if unit.latitude is None or unit.longitude is None:
        return 0.0
    return distance_km(
        latitude=latitude, longitude=longitude, other_latitude=unit.latitude, other_longitude=unit.longitude
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPage:
    """All that the page of a unit shows; `around` are the units to see beside it on the map."""

    unit: Unit
    around: Sequence[Unit]
    predecessors: Sequence[Succession]
    successors: Sequence[Succession]
    bodies: Sequence[Body]
    unchanged: bool
    has_boundary: bool


def unit_page(*, actor: Actor, unit: Unit) -> UnitPage:
    """Return a unit with what it is made of, what became of it, and its bodies."""
    predecessors = list(predecessors_of(actor=actor, unit=unit))
    successors = list(successors_of(actor=actor, unit=unit))
    around = [link.successor for link in successors]
    if unit.is_current and unit.former_district:
        rows = units_of_district(actor=actor, district=unit.former_district)
        around = [row for row in rows if row.pk != unit.pk]
    return UnitPage(
        unit=unit,
        around=around,
        predecessors=predecessors,
        successors=successors,
        bodies=list(bodies_for(actor=actor).filter(unit=unit)),
        unchanged=is_unchanged(unit=unit, predecessors=predecessors),
        has_boundary=unit.is_current and Boundary.objects.filter(unit=unit).exists(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictPage:
    """All that the page of a former district shows; `fates` pairs each old unit with its successions."""

    district: Unit
    units: Sequence[Unit]
    fates: Sequence[tuple[Unit, Sequence[Succession]]]
    elsewhere: Sequence[Unit]
    boundaries: int


def district_page(*, actor: Actor, code: str) -> DistrictPage:
    """Return a former district, the units counted to it, and the fate of each unit it had."""
    district = district_for(actor=actor, code=code)
    former = list(former_units_of_district(actor=actor, district=district)) or [district]
    links: dict[int, list[Succession]] = {unit.pk: [] for unit in former}
    rows = Succession.objects.filter(predecessor__in=former, successor__in=_all_for(actor))
    for link in rows.select_related(*_related("successor")).order_by("successor__code"):
        links[link.predecessor_id].append(link)
    units = list(units_of_district(actor=actor, district=district))
    counted = {unit.pk for unit in units}
    others = {link.successor_id: link.successor for found in links.values() for link in found}
    return DistrictPage(
        district=district,
        units=units,
        fates=[(unit, links[unit.pk]) for unit in former],
        elsewhere=sorted(
            (unit for pk, unit in others.items() if pk not in counted), key=lambda unit: unit.code
        ),
        boundaries=boundaries_for(actor=actor, district=code).count(),
    )


def bodies_for(*, actor: Actor) -> QuerySet[Body]:
    """Return all bodies."""
    rows = Body.objects.select_related("unit")
    return rows if actor.may("register.unit:read") else rows.none()


def boundaries_for(*, actor: Actor, province: str = "", district: str = "") -> QuerySet[Boundary]:
    """Return the imported boundaries of current units: of all, of a province, or of a former district."""
    rows = Boundary.objects.filter(unit__in=units_for(actor=actor).order_by())
    if province:
        rows = rows.filter(unit__province_code=province)
    if district:
        rows = rows.filter(unit__former_district__code=district)
    return rows.select_related("unit").order_by("unit__code")


def boundaries_version(*, actor: Actor, province: str = "", district: str = "") -> str:
    """Return a text that changes whenever a boundary or the name of its unit may: the basis of the ETag."""
    rows = boundaries_for(actor=actor, province=province, district=district).order_by()
    facts = rows.aggregate(last=Max("imported_at"), count=Count("pk"), revisions=Sum("unit__revision"))
    return f"{province}-{district}-{facts['count']}-{facts['last']}-{facts['revisions']}"


def import_reports_for(*, actor: Actor) -> QuerySet[ImportReport]:
    """Return the reports of past imports, newest first, to those who may import."""
    rows = ImportReport.objects.all()
    return rows if actor.may("register.unit:import") else rows.none()


def import_report_for(*, actor: Actor, pk: int) -> ImportReport:
    """Return one report; raises Missing."""
    report = import_reports_for(actor=actor).filter(pk=pk).first()
    if report is None:
        raise Missing("register.report_unknown", _("There is no such report."))
    return report
