"""The one adapter of travel times: a user's own table, or a routing server's answer, to a TravelMatrix.

The table is CSV, places in its first row and its first column. The server is one that speaks OSRM's `table`
service (project-osrm.org, HTTP API v1); its answers give seconds and metres.
"""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from haicap.timetable.rules.checker import metres_between, minutes_between
from haicap.timetable.rules.problem import Point, Problem, TravelMatrix
from haicap.timetable.rules.problem_files.content import metres_from
from haicap.timetable.rules.problem_files.faults import (
    FileFault,
    Params,
    UnreadableFileError,
    shown,
    unreadable,
)
from haicap.timetable.rules.problem_files.reading import MOST_FAULTS, parsed, path_of

MOST_CSV_BYTES = 128 * 1024 * 1024
MOST_PLACES = 5_000
SIDE = 50
"""places from which, and to which, one request asks: servers answer 100 places without being told otherwise"""
FAR_METRES = 2_000
"""a place further from any road than this is told"""
_MINUTES, _METRES = "minutes", "metres"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as a TravelMatrix names it, and where it is."""

    name: str
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of the table, asked for with one request: `path` is to follow the server's address."""

    sources: range
    destinations: range
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """A server's matrix; `far` are places by metres to the road they were moved to, `filled` pairs without way."""

    matrix: TravelMatrix
    far: tuple[tuple[str, int], ...] = ()
    filled: int = 0


def places_of(problem: Problem) -> tuple[Place, ...]:
    """Return the places of a problem that have coordinates: units, `base`, and the bases that differ from it."""
    found = [Place(name=unit.code, point=unit.place) for unit in problem.units if unit.place]
    bases = Counter(team.base for team in problem.teams if team.base)
    if bases:
        usual = bases.most_common(1)[0][0]
        found.append(Place(name="base", point=usual))
        found += [
            Place(name=f"team:{team.number}", point=team.base)
            for team in problem.teams
            if team.base and team.base != usual
        ]
    return tuple(found)


def osrm_blocks(places: Sequence[Place], *, profile: str = "driving") -> tuple[Block, ...]:
    """Return the requests that together give the whole table of `places`."""
    spans = [range(start, min(start + SIDE, len(places))) for start in range(0, len(places), SIDE)]
    return tuple(
        Block(sources=one, destinations=other, path=_osrm_path(places, one, other, profile))
        for one in spans
        for other in spans
    )


def _osrm_path(places: Sequence[Place], sources: range, destinations: range, profile: str) -> str:
    named = [*sources, *(() if sources == destinations else destinations)]
    points = ";".join(f"{places[n].point.lon:.6f},{places[n].point.lat:.6f}" for n in named)
    path = f"/table/v1/{profile}/{points}?annotations=duration,distance"
    if sources != destinations:
        first, second = range(len(sources)), range(len(sources), len(named))
        path += f"&sources={';'.join(map(str, first))}&destinations={';'.join(map(str, second))}"
    return path


class _Snapped(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)
    distance: float = 0.0


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)
    code: str = "Ok"
    message: str = ""
    durations: list[list[float | None]] | None = None
    distances: list[list[float | None]] | None = None
    sources: list[_Snapped | None] | None = None


def matrix_from_osrm(
    *, places: Sequence[Place], answers: Sequence[tuple[Block, bytes]], fill: Problem | None = None
) -> Routed:
    """Return the matrix that a server's answers make up.

    Where it knows no way (an island without a ferry) raises UnreadableFileError naming the pairs, or, given
    `fill`, takes that problem's great circle, road factor and speed.
    """
    count = len(places)
    minutes: list[list[float | None]] = [[None] * count for _ in places]
    metres: list[list[int | None]] = [[None] * count for _ in places]
    far: dict[str, int] = {}
    for block, content in answers:
        answer = _answer(content, block)
        for n, durations, distances in zip(
            block.sources, answer.durations or (), answer.distances or (), strict=True
        ):
            columns = slice(block.destinations.start, block.destinations.stop)
            minutes[n][columns] = [None if s is None else round(s / 60, 2) for s in durations]
            metres[n][columns] = [None if m is None else round(m) for m in distances]
        for n, snapped in zip(block.sources, answer.sources or (), strict=False):
            if snapped and snapped.distance > FAR_METRES:
                far[places[n].name] = round(snapped.distance)
    for n in range(count):
        minutes[n][n], metres[n][n] = 0.0, 0
    filled = _fill(places, minutes, metres, fill)
    matrix = TravelMatrix(
        places=tuple(place.name for place in places),
        minutes=tuple(tuple(value or 0.0 for value in row) for row in minutes),
        metres=tuple(tuple(value or 0 for value in row) for row in metres),
    )
    return Routed(matrix=matrix, far=tuple(sorted(far.items())), filled=filled)


def _answer(content: bytes, block: Block) -> _Answer:
    """Return an answer of the right size; raises UnreadableFileError for an error and for anything else."""
    data = parsed(content)
    try:
        answer = _Answer.model_validate(data)
    except (ValidationError, OverflowError) as error:
        where = path_of(error.errors()[0]["loc"]) if isinstance(error, ValidationError) else ""
        raise unreadable("routing_form", where) from None
    if answer.code != "Ok":
        raise unreadable("routing_refused", answer=shown(f"{answer.code} {answer.message}".strip(), most=200))
    rows, columns = len(block.sources), len(block.destinations)
    for name, table in (("durations", answer.durations), ("distances", answer.distances)):
        if table is None:
            raise unreadable("routing_lacks", table=name)
        if len(table) != rows or any(len(row) != columns for row in table):
            raise unreadable("routing_size", name, rows=rows, columns=columns)
    return answer


def _fill(
    places: Sequence[Place],
    minutes: list[list[float | None]],
    metres: list[list[int | None]],
    fill: Problem | None,
) -> int:
    """Fill in what the server does not know and return how many ways that were, or raise naming them."""
    gaps = [
        (one, other)
        for one in range(len(places))
        for other in range(len(places))
        if minutes[one][other] is None or metres[one][other] is None
    ]
    if gaps and fill is None:
        named = [
            FileFault(
                code="no_way", params={"start": shown(places[one].name), "end": shown(places[other].name)}
            )
            for one, other in gaps[:MOST_FAULTS]
        ]
        raise UnreadableFileError(tuple(named), more=len(gaps) - len(named))
    for one, other in gaps:
        if fill is not None:
            ends = places[one].point, places[other].point
            minutes[one][other] = round(minutes_between(fill, *ends), 2)
            metres[one][other] = metres_between(fill, *ends)
    return len(gaps)


def matrix_from_csv(*, minutes: bytes, metres: bytes | None = None, speed_kmh: float) -> TravelMatrix:
    """Return the matrix of a table of minutes and, where given, one of metres, for the same places.

    Without it metres follow from the minutes at `speed_kmh`. Raises UnreadableFileError naming line and place.
    """
    places, times = _table(minutes, _MINUTES)
    if metres is None:
        lengths = metres_from(times, speed_kmh=speed_kmh)
    else:
        others, table = _table(metres, _METRES)
        if set(others) != set(places):
            differing = sorted(set(others) ^ set(places))
            raise unreadable("other_places", _METRES, names=shown(", ".join(differing), most=200))
        at = [others.index(place) for place in places]
        lengths = tuple(tuple(round(table[one][other]) for other in at) for one in at)
    return TravelMatrix(places=places, minutes=times, metres=lengths)


def _table(content: bytes, name: str) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...]]:
    text = _decoded(content, name)
    if not text.strip():
        raise unreadable("empty", name)
    head = text.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        places = tuple(cell.strip() for cell in next(reader)[1:])
        _check_places(places, name)
        rows = dict(_rows(reader, places, name, delimiter != ","))
    except csv.Error as error:
        raise UnreadableFileError((
            FileFault(code="not_csv", path=name, line=reader.line_num, params={"found": shown(error)}),
        )) from None  # fmt: skip
    missing = [place for place in places if place not in rows]
    if missing:
        raise unreadable("rows_missing", name, names=shown(", ".join(missing), most=200))
    return places, tuple(rows[place] for place in places)


def _decoded(content: bytes, name: str) -> str:
    if len(content) > MOST_CSV_BYTES:
        raise unreadable("too_large", name, most=MOST_CSV_BYTES // (1024 * 1024))
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig").replace("\0", "")
    except UnicodeDecodeError as error:
        raise unreadable("not_utf8", name, position=error.start + 1) from None


def _check_places(places: tuple[str, ...], name: str) -> None:
    if len(places) > MOST_PLACES:
        raise unreadable("too_many_places", name, most=MOST_PLACES)
    for place, times in Counter(places).items():
        if times > 1 or not place:
            code = "place_twice" if place else "place_empty"
            fault = FileFault(code=code, path=name, line=1, params={"place": shown(place)})
            raise UnreadableFileError((fault,))


def _rows(
    reader: Iterator[list[str]], places: tuple[str, ...], name: str, comma: bool
) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yield each row's place and numbers; raises UnreadableFileError for the first row that is wrong."""
    known, seen = frozenset(places), set[str]()
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        place, line = cells[0].strip(), getattr(reader, "line_num", 0)
        wrong = ""
        if place not in known:
            wrong = "place_unknown"
        elif place in seen:
            wrong = "place_twice"
        elif len(cells) != len(places) + 1:
            wrong = "cells"
        if wrong:
            params: Params = {"place": shown(place), "found": len(cells) - 1, "places": len(places)}
            raise UnreadableFileError((FileFault(code=wrong, path=name, line=line, params=params),))
        seen.add(place)
        numbers = [_number(cell, comma) for cell in cells[1:]]
        bad = next((n for n, number in enumerate(numbers) if not math.isfinite(number)), None)
        if bad is not None:
            found = cells[bad + 1].strip()
            params = {"start": shown(place), "end": shown(places[bad]), "found": shown(found)}
            code = "cell_not_number" if found else "no_way"
            raise UnreadableFileError((FileFault(code=code, path=name, line=line, params=params),))
        yield place, tuple(numbers)


def _number(cell: str, comma: bool) -> float:
    """Return a cell's number, NaN for anything else; `comma` says that 12,5 is one."""
    text = cell.strip().replace(",", ".") if comma else cell.strip()
    try:
        return float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan
