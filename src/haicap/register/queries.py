"""Reads of the register. Everybody signed in sees all of it; nobody else sees anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians

from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.text import fold, nfc
from haicap.register.models import Body, Boundary, ImportReport, Succession, Unit
from haicap.register.rules.geometry import contains, distance_km

LONGEST_QUESTION = 100
NEAREST = 3
WINDOW_DEGREES = 0.5


def _all_for(actor: Actor) -> QuerySet[Unit]:
    rows = Unit.objects.all()
    return rows if actor.may("register.unit:read") else rows.none()


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
        .filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gt=day), level=level)
        .order_by("code")
    )


def unit_for(*, actor: Actor, code: str) -> Unit:
    """Return the current commune-level unit with this code; raises Missing."""
    return _one(units_for(actor=actor).select_related("parent", "former_district", "former_province"), code)


def former_unit_for(*, actor: Actor, code: str) -> Unit:
    """Return the commune-level unit that had this code until 30 June 2025; raises Missing."""
    rows = _all_for(actor).filter(level=Unit.Level.COMMUNE, valid_to__isnull=False)
    return _one(rows.select_related("parent", "former_district", "former_province").order_by("-valid_to"), code)


def _one(rows: QuerySet[Unit], code: str) -> Unit:
    unit = rows.filter(code=code).first()
    if unit is None:
        raise Missing("register.unit_unknown", _("There is no unit with the code %(code)s.") % {"code": code[:20]})
    return unit


def districts_for(*, actor: Actor) -> QuerySet[Unit]:
    """Return the former districts with `units` (current units counted to each), by province and code."""
    return (
        _all_for(actor)
        .filter(level=Unit.Level.DISTRICT)
        .select_related("parent")
        .annotate(units=Count("district_units", filter=Q(district_units__valid_to=None)))
        .order_by("province_code", "code")
    )


def district_for(*, actor: Actor, code: str) -> Unit:
    """Return the former district with this three-digit code; raises Missing."""
    return _one(districts_for(actor=actor), code)


def units_of_district(*, actor: Actor, district: Unit) -> QuerySet[Unit]:
    """Return the current units counted to a former district."""
    return units_for(actor=actor).filter(former_district=district)


def former_units_of_district(*, actor: Actor, district: Unit) -> QuerySet[Unit]:
    """Return the units that lay in a former district until 30 June 2025."""
    rows = _all_for(actor).filter(level=Unit.Level.COMMUNE, valid_to__isnull=False, former_district=district)
    return rows.order_by("code")


def successors_of(*, actor: Actor, unit: Unit) -> QuerySet[Succession]:
    """Return what became of `unit`: links to its successors, each of the whole or a part of it."""
    rows = Succession.objects.filter(predecessor=unit, successor__in=_all_for(actor))
    return rows.select_related("successor", "successor__former_district").order_by("successor__code")


def predecessors_of(*, actor: Actor, unit: Unit) -> QuerySet[Succession]:
    """Return what `unit` is made of: links to its predecessors, each of the whole or a part of it."""
    rows = Succession.objects.filter(successor=unit, predecessor__in=_all_for(actor))
    return rows.select_related("predecessor", "predecessor__former_district").order_by("predecessor__code")


def is_unchanged(*, unit: Unit, predecessors: Sequence[Succession]) -> bool:
    """Say whether a unit went through 1 July 2025 as it was: one whole predecessor of its own name and kind."""
    if len(predecessors) != 1 or predecessors[0].extent != Succession.Extent.WHOLE:
        return False
    before = predecessors[0].predecessor
    return (before.level, before.full_name) == (unit.level, unit.full_name)


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
    typed = " ".join(nfc(text).lower().split())
    if len(typed) > LONGEST_QUESTION:
        raise Refused("register.question_too_long", _("Ask with at most 100 letters."), field="q")
    if not typed:
        return rows
    plain = fold(typed)
    rank = Case(
        When(code=typed, then=Value(0)),
        When(lowered=typed, then=Value(1)),
        When(lowered__endswith=f" {typed}", then=Value(2)),
        When(lowered__contains=typed, then=Value(3)),
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
        raise Refused("register.point", _("Latitude is -90 to 90, longitude -180 to 180 degrees."), field="lat")
    rows = units_on(actor=actor, day=day).select_related("former_district")
    inside = Boundary.objects.filter(
        unit__in=rows, west__lte=longitude, east__gte=longitude, south__lte=latitude, north__gte=latitude
    ).select_related("unit__former_district")
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


def bodies_for(*, actor: Actor) -> QuerySet[Body]:
    """Return all bodies."""
    rows = Body.objects.select_related("unit")
    return rows if actor.may("register.unit:read") else rows.none()


def boundaries_for(*, actor: Actor, province: str | None = None) -> QuerySet[Boundary]:
    """Return the imported boundaries of current units, of one province or all."""
    rows = Boundary.objects.filter(unit__in=units_for(actor=actor).order_by())
    if province:
        rows = rows.filter(unit__province_code=province)
    return rows.select_related("unit").order_by("unit__code")


def boundaries_version(*, actor: Actor, province: str | None = None) -> str:
    """Return a text that changes whenever a boundary or its unit does: the basis of the ETag."""
    rows = boundaries_for(actor=actor, province=province).order_by()
    facts = rows.aggregate(last=Max("imported_at"), count=Count("pk"), unit=Max(F("unit__revision")))
    return f"{province or 'all'}-{facts['count']}-{facts['last']}-{facts['unit']}"


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
