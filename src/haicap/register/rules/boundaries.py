"""Judging the features of a GeoJSON file of boundaries. GeoJSON is WGS 84 in (longitude, latitude), RFC 7946.

A file in the wrong projection is refused as a whole: one feature in metres says that all of them are.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from haicap.register.rules.geometry import bounds_of, distance_km
from haicap.register.rules.names import is_same_name

VIETNAM = (101.0, 6.0, 118.0, 24.0)
"""West, south, east, north, with Hoàng Sa and Trường Sa."""
WGS84_NAMES = ("CRS84", "EPSG::4326", "EPSG:4326", "WGS84", "WGS 84")
MOST_FEATURES = 20_000
MOST_POINTS = 3_000_000
FAR_KM = 60.0
_POINT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the register holds of a unit: its names, and its centre where known (degrees)."""

    code: str
    name: str
    full_name: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What became of one feature (`index` counts from 1); `status` "matched" carries the geometry."""

    index: int
    code: str
    status: str
    geometry: dict[str, Any] | None = None
    bounds: tuple[float, float, float, float] | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


class WrongFileError(Exception):
    """The whole file cannot be taken: a stable `code` and facts for the sentence."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def features_of(*, document: Any) -> Sequence[Any]:
    """Return the features of a parsed GeoJSON document after checking what concerns the file as a whole.

    Raises WrongFileError: "not_geojson", "too_many", "too_many_points", "projection_named", "metres",
    "axes_swapped", "elsewhere".
    """
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise WrongFileError("not_geojson")
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise WrongFileError("not_geojson")
    if len(features) > MOST_FEATURES:
        raise WrongFileError("too_many", found=str(len(features)), most=str(MOST_FEATURES))
    _check_named_projection(document)
    _check_degrees(features)
    return features


def _check_named_projection(document: dict[str, Any]) -> None:
    crs = document.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else str(crs)
    if not any(name.upper().endswith(known) for known in WGS84_NAMES):
        raise WrongFileError("projection_named", name=name[:80])


def _check_degrees(features: Sequence[Any]) -> None:
    """Raise WrongFileError where coordinates are metres, have their axes swapped, or mostly lie elsewhere."""
    kinds: Counter[str] = Counter()
    total = 0
    for feature in features:
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        points = list(_points(geometry.get("coordinates"))) if isinstance(geometry, dict) else []
        total += len(points)
        if total > MOST_POINTS:
            raise WrongFileError("too_many_points", most=str(MOST_POINTS))
        for point in points:
            kind = _kind(*point)
            if kind == "metres":
                raise WrongFileError("metres", x=f"{point[0]:.1f}", y=f"{point[1]:.1f}")
            kinds[kind] += 1
    if kinds["swapped"] and kinds["swapped"] >= kinds["inside"]:
        raise WrongFileError("axes_swapped")
    if kinds["elsewhere"] and not kinds["inside"]:
        raise WrongFileError("elsewhere")


def _kind(x: float, y: float) -> str:
    west, south, east, north = VIETNAM
    if abs(x) > 180 or abs(y) > 180:
        return "metres"
    if west <= x <= east and south <= y <= north:
        return "inside"
    return "swapped" if west <= y <= east and south <= x <= north else "elsewhere"


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    """Yield the pairs of numbers in nested arrays, however deep; anything else is left out."""
    stack = [coordinates]
    while stack:
        part = stack.pop()
        if not isinstance(part, list):
            continue
        if len(part) >= _POINT and all(_is_number(value) for value in part[:_POINT]):
            yield float(part[0]), float(part[1])
        else:
            stack.extend(part)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def judge_features(*, features: Sequence[Any], places: Mapping[str, Place]) -> Iterator[Shape]:
    """Yield one outcome per feature; of two features with one code the first counts."""
    seen: dict[str, int] = {}
    for index, feature in enumerate(features, start=1):
        shape = _judge(index, feature, places)
        if shape.status == "matched" and shape.code in seen:
            shape = Shape(
                index=index, code=shape.code, status="code_twice", facts={"first": str(seen[shape.code])}
            )
        elif shape.status == "matched":
            seen[shape.code] = index
        yield shape


def _judge(index: int, feature: Any, places: Mapping[str, Place]) -> Shape:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    properties = properties if isinstance(properties, dict) else {}
    code = str(properties.get("code") or "")[:40]
    if not code:
        return Shape(index=index, code="", status="no_code")
    place = places.get(code)
    given = str(properties.get("full_name") or properties.get("name") or "")[:120]
    if place is None:
        return Shape(index=index, code=code, status="unknown_code", facts={"given": given})
    if given and not is_same_name(given=given, full_name=place.full_name, name=place.name):
        facts = {"given": given, "expected": place.full_name}
        return Shape(index=index, code=code, status="name_differs", facts=facts)
    geometry = feature.get("geometry")
    if not _is_area(geometry):
        return Shape(index=index, code=code, status="not_an_area")
    bounds = bounds_of(geometry=geometry)
    if _kind(bounds[0], bounds[1]) != "inside" or _kind(bounds[2], bounds[3]) != "inside":
        return Shape(index=index, code=code, status="elsewhere")
    if (far := _km_away(bounds, place)) > FAR_KM:
        facts = {"km": f"{far:.0f}", "expected": place.full_name}
        return Shape(index=index, code=code, status="far_away", facts=facts)
    kept = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    return Shape(index=index, code=code, status="matched", geometry=kept, bounds=bounds)


def _is_area(geometry: Any) -> bool:
    """Say whether it is a Polygon or MultiPolygon of closed rings of at least four numeric points."""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return False
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    return (
        isinstance(polygons, list)
        and bool(polygons)
        and all(isinstance(rings, list) and bool(rings) and all(map(_is_ring, rings)) for rings in polygons)
    )


def _is_ring(ring: Any) -> bool:
    return (
        isinstance(ring, list)
        and len(ring) >= 4
        and all(isinstance(p, list) and len(p) >= _POINT and all(map(_is_number, p[:_POINT])) for p in ring)
        and ring[0][:_POINT] == ring[-1][:_POINT]
    )


def _km_away(bounds: tuple[float, float, float, float], place: Place) -> float:
    """Return how far the unit's centre lies outside the box of its boundary; 0 inside or where not known."""
    if place.latitude is None or place.longitude is None:
        return 0.0
    west, south, east, north = bounds
    return distance_km(
        latitude=place.latitude,
        longitude=place.longitude,
        other_latitude=min(max(place.latitude, south), north),
        other_longitude=min(max(place.longitude, west), east),
    )
