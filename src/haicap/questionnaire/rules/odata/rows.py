"""Answers as OData values, rows as nested objects."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from haicap.questionnaire.rules.odata.layout import ROOT, Group, Layout, Leaf, Member, TableLayout
from haicap.questionnaire.rules.odata.select import Selection
from haicap.questionnaire.rules.schema import Point, typed

ID = "__id"
Row = Mapping[str, str]
_SHORT_OFFSET = re.compile(r"[+-]\d\d$")
_GEOMETRY = frozenset({"geopoint", "geotrace", "geoshape"})


def value_of(kind: str, text: str, *, wkt: bool) -> Any:
    """Return an answer as JSON: numbers and booleans as such, places as GeoJSON or WKT, all else as its text.

    None where the text is no such value: a reader that was told Edm.Int64 gets a number or nothing.
    """
    if kind == "int" and text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    if kind in ("int", "boolean"):
        return typed(kind, text)
    if kind == "decimal":
        number = typed(kind, text)
        return None if number is None else float(number)
    if kind in _GEOMETRY:
        return _geometry(kind, typed(kind, text) or (), wkt=wkt)
    if kind == "date":
        return text.strip() if typed(kind, text) is not None else None
    if kind == "dateTime":
        stripped = text.strip()
        return f"{stripped}:00" if _SHORT_OFFSET.search(stripped) and "T" in stripped else stripped
    return text


def _position(point: Point) -> list[float]:
    found = [point.longitude, point.latitude]
    return found if point.altitude is None else [*found, point.altitude]


def _geometry(kind: str, points: Sequence[Point], *, wkt: bool) -> Any:
    if not points:
        return None
    positions = [_position(point) for point in points]
    if wkt:
        written = ",".join(" ".join(_plain(number) for number in one) for one in positions)
        form = {"geopoint": "POINT ({})", "geotrace": "LINESTRING ({})", "geoshape": "POLYGON (({}))"}[kind]
        return form.format(written)
    if kind == "geopoint":
        found: dict[str, Any] = {"type": "Point", "coordinates": positions[0]}
        if points[0].accuracy is not None:
            found["properties"] = {"accuracy": points[0].accuracy}
        return found
    found = (
        {"type": "LineString", "coordinates": positions}
        if kind == "geotrace"
        else {"type": "Polygon", "coordinates": [positions]}
    )
    if any(point.accuracy for point in points):
        found["properties"] = {"accuracies": [point.accuracy or None for point in points]}
    return found


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)


class Rows:
    """Makes the rows of one table from the tables of a filled form; made once for a request.

    `expand` puts the rows of repeats inside; otherwise only the link to them is there.
    """

    def __init__(
        self,
        layout: Layout,
        table: TableLayout,
        *,
        selection: Selection,
        wkt: bool = False,
        expand: bool = False,
    ) -> None:
        self.layout, self.table, self.selection = layout, table, selection
        self._wkt, self._expand = wkt, expand

    def of(
        self,
        tables: Mapping[str, Sequence[Row]],
        *,
        root_id: str,
        instance_id: str,
        system: Mapping[str, Any] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows of the table.

        `tables` are the form's rows by column of the repeat, with ids that begin with `root_id` (the identity of the
        XML); out goes `instance_id`, the identity the submission keeps over all edits. `system` is for the root.
        """
        filled = _Filled(self, tables, skip=len(root_id), instance_id=instance_id)
        for row in tables.get(self.table.column, ()):
            out: dict[str, Any] = {}
            if self.selection.has(ID):
                out[ID] = filled.id_of(row[ID])
            parent = self.table.parent_property
            if parent and self.selection.has(parent):
                out[parent] = filled.parent_of(self.table, row)
            if system is not None and not self.table.column and (given := self.selection.system(system)):
                out["__system"] = given
            filled.put(out, row, self.selection.members(self.table.members))
            yield out


class _Filled:
    """One filled form while its rows are written."""

    def __init__(
        self, rows: Rows, tables: Mapping[str, Sequence[Row]], *, skip: int, instance_id: str
    ) -> None:
        self.rows, self.tables = rows, tables
        self._skip, self._instance_id = skip, instance_id
        self._children: dict[str, dict[str, list[Row]]] = {}

    def id_of(self, key: str) -> str:
        return self._instance_id + key[self._skip :]

    def parent_of(self, table: TableLayout, row: Row) -> str:
        """Return the id of the row around: a repeat's id is its parent's with one step more."""
        del table
        return self.id_of(row[ID].rpartition("/")[0])

    def put(self, out: dict[str, Any], row: Row, members: Sequence[Member]) -> None:
        """Write the members of `row` into `out`; blank answers are null."""
        for one in members:
            if isinstance(one, Leaf):
                text = row.get(one.column)
                out[one.name] = None if text is None else value_of(one.type, text, wkt=self.rows._wkt)
            elif isinstance(one, Group):
                inner: dict[str, Any] = {}
                self.put(inner, row, one.members)
                out[one.name] = inner
            else:
                self._link(out, row, one.name, one.table)

    def _link(self, out: dict[str, Any], row: Row, name: str, column: str) -> None:
        found = self._below(column).get(row[ID], ())
        if not found:
            return
        out[f"{name}@odata.navigationLink"] = self._address(row[ID], column)
        if self.rows._expand:
            table = self.rows.layout.by_column[column]
            out[name] = inner = []
            for child in found:
                written: dict[str, Any] = {}
                self.put(written, child, table.members)
                written[ID] = self.id_of(child[ID])
                inner.append(written)

    def _below(self, column: str) -> Mapping[str, list[Row]]:
        """Return the rows of a table by the id of the row around."""
        if column not in self._children:
            by_parent: dict[str, list[Row]] = {}
            for row in self.tables.get(column, ()):
                by_parent.setdefault(row[ID].rpartition("/")[0], []).append(row)
            self._children[column] = by_parent
        return self._children[column]

    def _address(self, key: str, column: str) -> str:
        steps, own = [f"{ROOT}('{quote(self._instance_id, safe='')}')"], ""
        around: list[TableLayout] = []
        table = self.rows.layout.by_column[column]
        while table.column:
            around.append(table)
            table = self.rows.layout.by_column[table.parent]
        depth = len(around) - 1
        parts = key[self._skip :].split("/")[1:]
        for number, one in enumerate(reversed(around)):
            below = one.name[len(ROOT) + 1 :] if not own else one.name[len(own) + 1 :]
            own = one.name
            path = below.replace(".", "/")
            if number < depth:
                whole = self._instance_id + "".join(f"/{part}" for part in parts[: number + 1])
                path += f"('{quote(whole, safe='')}')"
            steps.append(path)
        return "/".join(steps)
