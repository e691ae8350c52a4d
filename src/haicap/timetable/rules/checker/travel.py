"""Ways between places, measured by a formula of its own: the vector form of the great circle.

With a matrix every way comes from it, minutes and metres, in the direction travelled; a place it does not
name has no ways.
"""

import math

from haicap.timetable.rules.problem import Point, Problem

EARTH_METRES = 6_371_008.8  # mean radius, IUGG
SLACK_MINUTES = 1e-6

Stop = int | Point
"""a place: its number in the matrix, or a point on Earth where there is no matrix"""


def metres_between(problem: Problem, one: Point, other: Point) -> int:
    """Return the road distance in whole metres: great circle times the road factor."""
    a, b = _unit_vector(one), _unit_vector(other)
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    angle = math.atan2(math.hypot(*cross), sum(x * y for x, y in zip(a, b, strict=True)))
    return round(EARTH_METRES * angle * problem.limits.road_factor)


def minutes_between(problem: Problem, one: Point, other: Point) -> float:
    """Return the travel time in minutes at the problem's speed."""
    return metres_between(problem, one, other) * 60 / (problem.limits.speed_kmh * 1000)


def _unit_vector(point: Point) -> tuple[float, float, float]:
    lat, lon = math.radians(point.lat), math.radians(point.lon)
    return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))


class Roads:
    """The places of a problem and the ways between them."""

    def __init__(self, problem: Problem) -> None:
        self._problem, self._matrix = problem, problem.matrix
        places = problem.matrix.places if problem.matrix else ()
        self._index = {place: number for number, place in enumerate(places)}
        self._units = {unit.code: unit.place for unit in problem.units}
        self._bases = {team.number: team.base for team in problem.teams}

    def unit(self, code: str) -> Stop | None:
        """Return the place of a unit, None where it is not known."""
        return self._index.get(code) if self._matrix else self._units.get(code)

    def base(self, team: int) -> Stop | None:
        """Return the base of a team, None where it is not known."""
        if self._matrix is None:
            return self._bases.get(team)
        return self._index.get(f"team:{team}", self._index.get("base"))

    def metres(self, start: Stop, end: Stop) -> int:
        """Return the whole metres by road from `start` to `end`."""
        if self._matrix is not None and isinstance(start, int) and isinstance(end, int):
            return self._matrix.metres[start][end]
        if isinstance(start, Point) and isinstance(end, Point):
            return metres_between(self._problem, start, end)
        raise TypeError((start, end))

    def minutes(self, start: Stop, end: Stop) -> float:
        """Return the minutes by road from `start` to `end`."""
        if self._matrix is not None and isinstance(start, int) and isinstance(end, int):
            return self._matrix.minutes[start][end]
        if isinstance(start, Point) and isinstance(end, Point):
            return minutes_between(self._problem, start, end)
        raise TypeError((start, end))
