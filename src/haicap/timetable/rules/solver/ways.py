"""Ways between places: metres by road and what fits into the noon break, as tables."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from haicap.timetable.rules.problem import Point, Problem

EARTH_METRES = 6_371_008.8  # mean radius, IUGG
BLOCK = 512
"""rows of the table worked out at once"""


class Ways:
    """Tables over units (by index) and the bases of teams; -1 stands for a team's base."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.limits = problem, problem.limits
        self._per_minute = problem.limits.speed_kmh * 1000 / 60
        self._time: NDArray[np.float64] | None = None
        if problem.matrix is None:
            self._from_points()
        else:
            self._from_matrix()
        self.metres_at = memoryview(self.metres.data)
        self.noon_at = memoryview(self.noon.data)

    def _from_points(self) -> None:
        points = [unit.place for unit in self.problem.units]
        self.known = [point is not None for point in points]
        self._spots = np.array([_radians(point) for point in points]).reshape(-1, 2)
        self._factor = self.limits.road_factor
        count = len(points)
        self.metres = np.zeros((count, count), dtype=np.int32)
        for start in range(0, count, BLOCK):
            self.metres[start : start + BLOCK] = self._metres(self._spots[start : start + BLOCK])
        # one metre of margin: the checker may round a leg the other way, unless it is none at all
        self._noon_metres = max(0.0, self.limits.lunch_minutes * self._per_minute - 1)
        self.noon = self.metres <= self._noon_metres
        self._of_bases([team.base for team in self.problem.teams], self._row_from)

    def _metres(self, spots: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the road metres from `spots` to every unit (haversine times the road factor)."""
        lat, lon = self._spots[:, 0], self._spots[:, 1]
        a = np.sin((lat[None, :] - spots[:, :1]) / 2) ** 2
        b = np.cos(lat)[None, :] * np.cos(spots[:, :1]) * np.sin((lon[None, :] - spots[:, 1:]) / 2) ** 2
        arc = 2 * EARTH_METRES * np.arcsin(np.minimum(1.0, np.sqrt(a + b)))
        metres: NDArray[np.int32] = np.rint(arc * self._factor).astype(np.int32)
        return metres

    def _row_from(self, base: Point | None) -> tuple[NDArray[np.int32], ...]:
        row = self._metres(np.array([_radians(base)]))[0]
        near = row <= self._noon_metres
        return row, row, near, near

    def _from_matrix(self) -> None:
        matrix, units = self.problem.matrix, self.problem.units
        if matrix is None:
            raise ValueError("no matrix")
        index = {place: number for number, place in enumerate(matrix.places)}
        at = [index.get(unit.code, -1) for unit in units]
        self.known = [number >= 0 for number in at]
        metres = np.array(matrix.metres, dtype=np.int32)
        time = np.array(matrix.minutes, dtype=np.float64)
        pick = np.array(at, dtype=np.int64)
        self.metres = np.ascontiguousarray(metres[np.ix_(pick, pick)])
        self._time = np.ascontiguousarray(time[np.ix_(pick, pick)])
        most = self.limits.lunch_minutes + 1e-9
        self.noon = self._time <= most

        def row_of(base: object) -> tuple[NDArray[np.int32], ...]:
            place = int(str(base))
            out, back = time[place, pick] <= most, time[pick, place] <= most
            return metres[place, pick], metres[pick, place], out, back

        numbers = [team.number for team in self.problem.teams]
        self._of_bases([index.get(f"team:{n}", index.get("base", 0)) for n in numbers], row_of)

    def _of_bases(self, bases: Sequence[object], row_of: object) -> None:
        """Keep, by team, the ways from and to its base; teams of one base share a number in `base_of`."""
        numbers: dict[object, int] = {}
        self.base_of = [numbers.setdefault(base, len(numbers)) for base in bases]
        rows = [row_of(base) for base in numbers]  # type: ignore[operator]  # one of two functions above
        self.out = [row[0] for row in rows]
        self.back = [row[1] for row in rows]
        self.noon_out = [row[2] for row in rows]
        self.noon_back = [row[3] for row in rows]
        self._out = [row.tolist() for row in self.out]
        self._back = [row.tolist() for row in self.back]
        self._noon_out = [row.tolist() for row in self.noon_out]
        self._noon_back = [row.tolist() for row in self.noon_back]

    def minutes(self, one: int, other: int) -> float:
        """Return the minutes from unit to unit: none at one place, else a metre's time more than measured.

        The checker may round a leg the other way; at one place there is nothing to round.
        """
        if self._time is not None:
            return float(self._time[one, other])
        metres = self.metres_at[one, other]
        return (metres + 1) / self._per_minute if metres else 0.0

    def within(self, minutes: float) -> NDArray[np.bool_]:
        """Return which units lie at most about so many minutes from one another."""
        if self._time is not None:
            return self._time <= minutes
        return self.metres <= minutes * self._per_minute

    def over_noon(self, team: int, last: int, first: int) -> bool:
        """Say whether the noon break is long enough from `last` to `first` (-1: the team's base)."""
        base = self.base_of[team]
        if last < 0:
            return first < 0 or bool(self._noon_out[base][first])
        return bool(self._noon_back[base][last]) if first < 0 else bool(self.noon_at[last, first])

    def round_trip(self, team: int, stops: Sequence[int]) -> int:
        """Return the metres from the base over `stops` (units) and back."""
        base = self.base_of[team]
        total: int = self._out[base][stops[0]] + self._back[base][stops[-1]]
        for one, other in pairwise(stops):
            total += self.metres_at[one, other]
        return total


def _radians(point: Point | None) -> tuple[float, float]:
    if point is None:
        return 0.0, 0.0
    return float(np.radians(point.lat)), float(np.radians(point.lon))
