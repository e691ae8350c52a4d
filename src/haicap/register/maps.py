"""The data a map of units needs, in the shape the map component of ui reads."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from haicap.register.models import Unit


def map_of(
    *, units: Iterable[Unit], colour: str = "", boundaries_url: str | None = None, title: str = ""
) -> dict[str, Any]:
    """Return points (degrees), groups by `colour` ("former_province", "unit_type" or none), and the legend.

    `units` need former_province selected where it is the colour.
    """
    points = []
    groups: dict[str, str] = {}
    for unit in units:
        group = _group(unit, colour)
        if group:
            groups[group[0]] = group[1]
        points += _point(unit, group[0] if group else None)
    legend = {"title": title or _("Administrative units"), "groups": groups}
    return {"points": points, "boundaries_url": boundaries_url, "legend": legend}


def map_around(*, unit: Unit, around: Iterable[Unit], has_boundary: bool) -> dict[str, Any]:
    """Return the map of one unit among those beside it, or among those that took it in."""
    others = _("Same former district") if unit.is_current else _("Took it in")
    url = None
    if has_boundary and unit.former_district is not None:
        url = f"{reverse('register:boundaries')}?district={unit.former_district.code}"
    points = _point(unit, "this")
    for other in around:
        points += _point(other, "around")
    legend = {"title": unit.full_name, "groups": {"this": unit.full_name, "around": others}}
    return {"points": points, "boundaries_url": url, "legend": legend}


def _point(unit: Unit, group: str | None) -> list[dict[str, Any]]:
    """Return the point of a unit, or nothing where the list gives no coordinates."""
    if unit.latitude is None or unit.longitude is None:
        return []
    point = {
        "code": unit.code,
        "name": unit.full_name,
        "lat": unit.latitude,
        "lon": unit.longitude,
        "url": url_of(unit=unit),
    }
    return [point | {"group": group} if group else point]


def _group(unit: Unit, colour: str) -> tuple[str, str] | None:
    if colour == "unit_type":
        return unit.unit_type, str(unit.get_unit_type_display())
    if colour == "former_province" and unit.former_province is not None:
        return unit.former_province.code, unit.former_province.full_name
    return None


def url_of(*, unit: Unit) -> str:
    """Return the address of the page of a unit, a former unit or a former district."""
    if unit.level == Unit.Level.DISTRICT:
        return reverse("register:district", args=[unit.code])
    if unit.level == Unit.Level.PROVINCE:
        return f"{reverse('register:units')}?province={unit.code}"
    return reverse("register:unit" if unit.is_current else "register:former-unit", args=[unit.code])
