"""Importing boundaries from GeoJSON."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.audit import record
from haicap.kernel.errors import Refused
from haicap.register.models import Boundary, ImportReport, Unit
from haicap.register.rules.boundaries import Place, Shape, WrongFileError, features_of, judge_features

MAX_BYTES = 60_000_000
MAX_KEPT = 5_000
BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundariesImport:
    """The stored report, and every feature's outcome in the order of the file."""

    report: ImportReport
    shapes: Sequence[Shape]


def import_boundaries(*, actor: Actor, source: Path | bytes, name: str) -> BoundariesImport:
    """Take the boundaries of current communes from a GeoJSON file in WGS 84, matched by property `code`.

    A boundary already held is replaced. Raises NotAllowed without register.unit:import; Refused, naming what
    is wrong, for a file that is too large, no GeoJSON, in another projection or with its axes swapped.
    """
    actor.must("register.unit:import")
    try:
        features = features_of(document=_parse(source, name))
    except WrongFileError as wrong:
        raise _refusal(wrong, name) from wrong
    with transaction.atomic():
        return _import(actor, features, name)


def _parse(source: Path | bytes, name: str) -> object:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MAX_BYTES:
        raise WrongFileError("too_large", size=str(size // 1_000_000), most=str(MAX_BYTES // 1_000_000))
    try:
        return json.loads(source if isinstance(source, bytes) else source.read_bytes())
    except (ValueError, RecursionError) as error:
        raise WrongFileError("not_json", error=str(error)[:120]) from error


def _refusal(wrong: WrongFileError, name: str) -> Refused:
    texts: Mapping[str, str] = {
        "too_large": _("%(file)s has %(size)s MB; at most %(most)s MB are taken. Simplify or split it."),
        "not_json": _("%(file)s is not JSON: %(error)s."),
        "not_geojson": _("%(file)s is not a GeoJSON FeatureCollection with features."),
        "too_many": _("%(file)s has %(found)s features; at most %(most)s are taken. Split it."),
        "too_many_points": _("%(file)s has more than %(most)s points. Simplify it for the screen."),
        "projection_named": _("%(file)s says it is in %(name)s. Export it again in WGS 84 (EPSG:4326)."),
        "metres": _(
            "%(file)s is in metres (%(x)s; %(y)s), as VN-2000 or UTM are, not in degrees. "
            "Export it again in WGS 84 (EPSG:4326)."
        ),
        "axes_swapped": _(
            "%(file)s has its axes swapped: GeoJSON puts longitude first, then latitude. Export it again so."
        ),
        "elsewhere": _("Nothing in %(file)s lies in Viet Nam. Check its projection; WGS 84 is needed."),
    }
    message = texts[wrong.code] % {"file": name, **wrong.facts}
    return Refused(f"boundaries.{wrong.code}", message, field="file", details=wrong.facts)


def _import(actor: Actor, features: Sequence[object], name: str) -> BoundariesImport:
    units = {unit.code: unit for unit in Unit.objects.filter(level=Unit.Level.COMMUNE, valid_to=None)}
    places = {
        code: Place(
            code=code,
            name=unit.name,
            full_name=unit.full_name,
            latitude=unit.latitude,
            longitude=unit.longitude,
        )
        for code, unit in units.items()
    }
    shapes = list(judge_features(features=features, places=places))
    now = timezone.now()
    rows = [
        Boundary(
            unit=units[shape.code],
            geometry=shape.geometry,
            **dict(zip(("west", "south", "east", "north"), shape.bounds, strict=True)),
            source=name[:200],
            imported_at=now,
        )
        for shape in shapes
        if shape.bounds is not None
    ]
    Boundary.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["unit"],
        update_fields=["geometry", "west", "south", "east", "north", "source", "imported_at"],
    )
    return BoundariesImport(report=_report(actor, name, shapes), shapes=shapes)


def _report(actor: Actor, name: str, shapes: Sequence[Shape]) -> ImportReport:
    counts = Counter(shape.status for shape in shapes)
    shown = [
        {"line": shape.index, "code": shape.code, "status": shape.status, "facts": dict(shape.facts)}
        for shape in shapes
        if shape.status != "matched"
    ]
    report = ImportReport.objects.create(
        kind=ImportReport.Kind.BOUNDARIES,
        file_name=name[:200],
        encoding="utf-8",
        counts=dict(counts),
        rows=shown[:MAX_KEPT],
        rows_left_out=max(0, len(shown) - MAX_KEPT),
        actor_name=actor.name,
        created_at=timezone.now(),
    )
    record(
        actor=actor,
        action="register.boundaries.imported",
        subject=report,
        after={"file": report.file_name, "counts": dict(counts)},
    )
    return report
