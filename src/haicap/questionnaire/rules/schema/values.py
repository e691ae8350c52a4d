"""The texts of answers as numbers, dates, points."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place: degrees WGS 84, altitude and accuracy in metres."""

    latitude: float
    longitude: float
    altitude: float | None = None
    accuracy: float | None = None


def points(text: str) -> tuple[Point, ...]:
    """Read a geopoint, geotrace or geoshape: "lat lon alt acc; ..."; () where any part of it is no place."""
    found = []
    for part in text.split(";"):
        if not part.strip():
            continue
        try:
            numbers = [float(word) for word in part.split()]
        except ValueError:
            return ()
        if not 2 <= len(numbers) <= 4 or not all(math.isfinite(number) for number in numbers):
            return ()
        if not (-90 <= numbers[0] <= 90 and -180 <= numbers[1] <= 180):
            return ()
        altitude, accuracy = [*numbers[2:], None, None][:2]
        found.append(Point(latitude=numbers[0], longitude=numbers[1], altitude=altitude, accuracy=accuracy))
    return tuple(found)


def _int(text: str) -> int | None:
    number = _decimal(text)
    whole = number is not None and number == number.to_integral_value()
    return int(number) if number is not None and whole else None


def _decimal(text: str) -> Decimal | None:
    number = Decimal(text)
    return number if number.is_finite() and abs(number.adjusted()) < 400 else None


def _time(text: str) -> time:
    return time.fromisoformat(text)


def _boolean(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


_READ: dict[str, Callable[[str], Any]] = {
    "int": _int, "decimal": _decimal, "boolean": _boolean, "date": date.fromisoformat, "time": _time,
    "dateTime": datetime.fromisoformat, "geopoint": points, "geotrace": points, "geoshape": points,
}  # fmt: skip


def typed(kind: str, text: str) -> Any:
    """Return the value of an answer by its field's `type`: int, Decimal, bool, date, time, datetime, points, or text.

    None where the text is blank or no such value: what people typed is never guessed at. A dateTime without an offset
    stays without.
    """
    text = text.strip()
    if not text:
        return None
    read = _READ.get(kind)
    if read is None:
        return text
    try:
        return read(text) if read is not points else points(text) or None
    except (ValueError, InvalidOperation, OverflowError):
        return None
