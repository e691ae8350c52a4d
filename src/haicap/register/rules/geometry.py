"""Distances and point-in-polygon on WGS 84 degrees; GeoJSON order is (longitude, latitude)."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Any

EARTH_DIAMETER_KM = 12_742.0

Ring = Sequence[Sequence[float]]


def distance_km(*, latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the great-circle distance in km between two points in degrees (haversine, mean radius)."""
    step = (
        sin(radians(other_latitude - latitude) / 2) ** 2
        + cos(radians(latitude))
        * cos(radians(other_latitude))
        * sin(radians(other_longitude - longitude) / 2) ** 2
    )
    return EARTH_DIAMETER_KM * asin(min(1.0, sqrt(step)))


def polygons_of(*, geometry: dict[str, Any]) -> Sequence[Sequence[Ring]]:
    """Return the polygons of a checked Polygon or MultiPolygon, each an outer ring and its holes."""
    coordinates = geometry["coordinates"]
    polygons: Sequence[Sequence[Ring]] = [coordinates] if geometry["type"] == "Polygon" else coordinates
    return polygons


def _in_ring(ring: Ring, longitude: float, latitude: float) -> bool:
    inside = False
    for (x1, y1, *_), (x2, y2, *_) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > latitude) != (y2 > latitude) and longitude < (x2 - x1) * (latitude - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def contains(*, geometry: dict[str, Any], latitude: float, longitude: float) -> bool:
    """Say whether the point lies inside the geometry (even-odd rule; holes are outside)."""
    return any(
        rings and _in_ring(rings[0], longitude, latitude)
        and not any(_in_ring(hole, longitude, latitude) for hole in rings[1:])
        for rings in polygons_of(geometry=geometry)
    )  # fmt: skip


def bounds_of(*, geometry: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return (west, south, east, north) in degrees."""
    points = [point for rings in polygons_of(geometry=geometry) for ring in rings for point in ring]
    longitudes, latitudes = [p[0] for p in points], [p[1] for p in points]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)
