"""Metres and minutes between the base of a team and the places it visits, as the problem gives them."""

import math
from collections.abc import Sequence
from itertools import pairwise

from haicap.timetable.rules.problem import Point, Problem

EARTH_METRES = 6_371_008.8  # mean radius, IUGG


class Roads:
    """Ways of a problem by the codes of units: its matrix, or the great circle times the road factor."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.places = {unit.code: unit.place for unit in problem.units}
        self.bases = {team.number: team.base for team in problem.teams}
        self.index = {}
        if problem.matrix is not None:
            self.index = {place: number for number, place in enumerate(problem.matrix.places)}

    def knows(self, unit: str) -> bool:
        """Say whether the way to `unit` is known."""
        return unit in self.index if self.problem.matrix is not None else self.places[unit] is not None

    def from_nearest_base(self, unit: str) -> float:
        """Return the metres from the nearest base, 0 where that is not known."""
        ways = {self._way(base, unit)[0] for base in {self._base(number) for number in self.bases}}
        return min(ways, default=0.0)

    def round_trip(self, team: int, stops: Sequence[str]) -> tuple[float, float]:
        """Return metres and minutes from the base over `stops` (codes of units, "" the base) and back."""
        base = self._base(team)
        places = [base, *(stop or base for stop in stops), base]
        ways = [self._way(one, other) for one, other in pairwise(places) if one != other]
        return sum(way[0] for way in ways), sum(way[1] for way in ways)

    def _base(self, team: int) -> str | Point | None:
        if self.problem.matrix is None:
            return self.bases[team]
        return f"team:{team}" if f"team:{team}" in self.index else "base"

    def _way(self, one: str | Point | None, other: str | Point | None) -> tuple[float, float]:
        matrix, limits = self.problem.matrix, self.problem.limits
        if matrix is not None:
            i, j = self.index.get(str(one)), self.index.get(str(other))
            return (0.0, 0.0) if i is None or j is None else (matrix.metres[i][j], matrix.minutes[i][j])
        start, end = (self.places.get(place) if isinstance(place, str) else place for place in (one, other))
        if start is None or end is None:
            return 0.0, 0.0
        metres = round(great_circle(start, end) * limits.road_factor)
        return metres, metres * 60 / (limits.speed_kmh * 1000)


def great_circle(one: Point, other: Point) -> float:
    """Return the metres of the great circle (haversine)."""
    lat, lon = math.radians(other.lat - one.lat), math.radians(other.lon - one.lon)
    a = math.sin(lat / 2) ** 2
    b = math.cos(math.radians(one.lat)) * math.cos(math.radians(other.lat)) * math.sin(lon / 2) ** 2
    return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(a + b)))
