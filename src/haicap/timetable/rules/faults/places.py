"""Points that cannot be right."""

from haicap.timetable.rules.problem import Point


def misplaced(point: Point) -> str | None:
    """Return "swapped" or "outside": Viet Nam lies within 7-24 N, 102-118 E, islands included."""
    if 7 <= point.lat <= 24 and 102 <= point.lon <= 118:
        return None
    return "swapped" if 7 <= point.lon <= 24 and 102 <= point.lat <= 118 else "outside"
