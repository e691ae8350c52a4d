"""GeoJSON (RFC 7946): one feature for each place that was given, and one without geometry for each submission that
gave none, so that none is lost."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from haicap.questionnaire.rules.export.arrange import Rows
from haicap.questionnaire.rules.export.dictionary import dictionary
from haicap.questionnaire.rules.export.layout import Column, Layout, Sheet
from haicap.questionnaire.rules.schema import Point, points, typed

_GEO = ("geopoint", "geotrace", "geoshape")


def geojson(layout: Layout, rows: Rows) -> Iterator[bytes]:
    """Write a FeatureCollection; the dictionary follows as a member of its own.

    Properties are numbers where the column is one, lists where several choices are; blank answers are left out.
    `__table` and `__question` say which place of which table a feature is.
    """
    plans = [
        (sheet, [at for at, one in enumerate(sheet.columns) if _is_place(one)]) for sheet in layout.sheets
    ]
    yield b'{"type":"FeatureCollection","features":['
    mark, pieces, size = "\n", [], 0
    for number, texts in rows:
        sheet, places = plans[number]
        for feature in _features(sheet, places, texts):
            text = mark + json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
            mark = ",\n"
            pieces.append(text)
            size += len(text)
        if size >= 1 << 16:
            yield "".join(pieces).encode()
            pieces, size = [], 0
    heads, lines = dictionary(layout)
    words = [dict(zip(heads, line, strict=True)) for line in lines]
    pieces.append(f'\n],"dictionary":{json.dumps(words, ensure_ascii=False)}}}\n')
    yield "".join(pieces).encode()


def _is_place(column: Column) -> bool:
    return column.type in _GEO and column.role == "answer"


def _features(sheet: Sheet, places: list[int], texts: list[str]) -> Iterator[dict[str, Any]]:
    found = [(at, shape) for at in places if (shape := _geometry(sheet.columns[at].type, texts[at]))]
    if not found and sheet.table:
        return
    properties = {"__table": sheet.name, "__question": ""}
    for column, text in zip(sheet.columns, texts, strict=True):
        if text and column.role not in ("latitude", "longitude"):
            properties[column.header] = _value(column, text)
    for at, shape in found:
        yield {
            "type": "Feature", "geometry": shape,
            "properties": {**properties, "__question": sheet.columns[at].name},
        }  # fmt: skip
    if not found:
        yield {"type": "Feature", "geometry": None, "properties": properties}


def _value(column: Column, text: str) -> Any:
    if column.type == "int":
        return text if (number := typed("int", text)) is None else number
    if column.type == "decimal":
        number = typed("decimal", text)
        return (
            float(number) if number is not None and number == typed("decimal", repr(float(number))) else text
        )
    if column.type in ("select", "rank"):
        return text.split()
    if column.type == "boolean":
        return text if (said := typed("boolean", text)) is None else said
    return text


def _position(point: Point) -> list[float]:
    high = [] if point.altitude is None else [point.altitude]
    return [point.longitude, point.latitude, *high]


def _geometry(kind: str, text: str) -> dict[str, Any] | None:
    found = [_position(point) for point in points(text)] if text else []
    if not found:
        return None
    if len(found) == 1:
        return {"type": "Point", "coordinates": found[0]}
    if kind == "geoshape" and len(found) > 2:
        ring = found if found[0][:2] == found[-1][:2] else [*found, found[0]]
        if len(ring) > 3:
            return {"type": "Polygon", "coordinates": [_counterclockwise(ring)]}
    return {"type": "LineString", "coordinates": found}


def _counterclockwise(ring: list[list[float]]) -> list[list[float]]:
    """Return an outer ring the way round that RFC 7946, 3.1.6, asks for."""
    doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    return ring if doubled >= 0 else ring[::-1]
