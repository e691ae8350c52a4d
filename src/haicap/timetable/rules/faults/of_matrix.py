"""Faults of a matrix of ways.

The triangle (no way is longer than the way over a third place) is looked at in minutes: by distance the fastest
roads break it rightly. All places are compared up to `ALL_PLACES` of them, which is some 200 million sums; of
more, that many, evenly spread over the list, so that a large matrix costs no more and the answer is always the
same. A break in the others then goes unseen; it makes plans worse, never wrong.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from haicap.timetable.rules.faults.fault import Fault
from haicap.timetable.rules.problem import Mode, Problem, TravelMatrix

ALL_PLACES = 600
ROUNDING_MINUTES = 1.0
"""what a triangle may lack where somebody rounded to whole minutes"""
MOST_METRES = 40_075_017
"""around the Earth"""


def of_matrix(problem: Problem) -> Iterator[Fault]:
    """Yield what is wrong with the matrix; its entries are looked at where its shape is right."""
    matrix = problem.matrix
    if matrix is None:
        return
    yield from _places(problem, matrix)
    square = True
    for name in ("minutes", "metres"):
        if not _is_square(getattr(matrix, name), len(matrix.places)):
            square = False
            yield Fault(code="matrix.not_square", fatal=True, setting=name)
    if not square or not matrix.places:
        return
    minutes = np.array(matrix.minutes, dtype=np.float64)
    wrong = [
        *_entries(matrix.places, minutes, "minutes"),
        *_entries(matrix.places, np.array(matrix.metres, dtype=np.float64), "metres"),
    ]
    yield from wrong
    if not wrong:
        yield from _triangle(matrix.places, minutes)


def _places(problem: Problem, matrix: TravelMatrix) -> Iterator[Fault]:
    known = Counter(matrix.places)
    for place, times in known.items():
        if times > 1:
            yield Fault(code="matrix.place_twice", fatal=True, places=(place,))
    for unit in problem.units:
        if unit.code not in known and Mode.IN_PERSON in unit.modes:
            yield Fault(code="matrix.place_missing", fatal=True, unit=unit.code)
    for team in problem.teams:
        if f"team:{team.number}" not in known and "base" not in known:
            yield Fault(code="matrix.base_missing", fatal=True, team=team.number)


def _is_square(rows: Sequence[Sequence[float]], count: int) -> bool:
    return len(rows) == count and all(len(row) == count for row in rows)


def _entries(places: Sequence[str], table: NDArray[np.float64], name: str) -> Iterator[Fault]:
    """Yield, for each thing wrong with entries, the first way that has it."""
    off = ~np.eye(len(places), dtype=bool)
    finite = np.isfinite(table)
    checks = (
        ("matrix.not_finite", ~finite),
        ("matrix.negative", finite & (table < 0)),
        ("matrix.too_far", finite & (table > MOST_METRES)),
        ("matrix.diagonal", finite & ~off & (table != 0)),
    )
    for code, found in checks:
        if found.any():
            row, column = (int(number) for number in np.argwhere(found)[0])
            value = float(table[row, column])
            yield Fault(
                code=code, fatal=True, setting=name, places=(places[row], places[column]),
                value=value if math.isfinite(value) else None,
            )  # fmt: skip


def _triangle(places: Sequence[str], minutes: NDArray[np.float64]) -> Iterator[Fault]:
    """Yield the way that is longest beside the way over a third place: from, over, to."""
    count = len(places)
    chosen = np.unique(np.linspace(0, count - 1, min(count, ALL_PLACES)).round().astype(np.int64))
    table = np.ascontiguousarray(minutes[np.ix_(chosen, chosen)])
    worst, found = ROUNDING_MINUTES, None
    for over in range(len(chosen)):
        excess = table - (table[:, over, None] + table[over])
        at = int(excess.argmax())
        if excess.flat[at] > worst:
            worst, found = float(excess.flat[at]), (*divmod(at, len(chosen)), over)
    if found is not None:
        start, end, third = (places[int(chosen[number])] for number in found)
        yield Fault(code="matrix.triangle", fatal=False, places=(start, third, end), value=worst)
