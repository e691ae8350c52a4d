"""Reading filled forms as rows: one pass over the tree, with tables made once per schema."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from lxml import etree

from haicap.questionnaire.rules.instance import parse
from haicap.questionnaire.rules.schema.form import Schema

ID = "__id"
Filled: TypeAlias = "bytes | str | etree._Element"  # lxml brings no types
Row = dict[str, str]
_TEMPLATE = "{http://openrosa.org/javarosa}template"
_FIELD, _GROUP, _REPEAT = range(3)


class _Node:
    """A place in the form: what it is, and its children by name."""

    __slots__ = ("binary", "children", "column", "kind", "name", "parent_key", "path")

    def __init__(
        self, *, kind: int, name: str, path: str, column: str, binary: bool, parent_key: str
    ) -> None:
        self.kind, self.name, self.path, self.column = kind, name, path, column
        self.binary, self.parent_key = binary, parent_key
        self.children: dict[str, _Node] = {}


class Reader:
    """Reads filled forms of one schema; safe to keep and to share between threads.

    Everything takes the XML as bytes or text, or the root that `read_submission` gave, and raises InstanceError for
    what cannot be read. Blank answers have no entry. Values are in NFC, otherwise as they were sent. Nodes the schema
    does not know are left out.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.has_files = any(one.binary for one in schema.fields)
        parents = {table.path: table.parent_key for table in schema.tables}
        self._root = _Node(kind=_GROUP, name=schema.root, path="", column="", binary=False, parent_key="")
        nodes = {"": self._root}
        for one in schema.fields:
            kind = {"group": _GROUP, "repeat": _REPEAT}.get(one.type, _FIELD)
            node = _Node(kind=kind, name=one.name, path=one.path, column=one.column, binary=one.binary,
                         parent_key=parents.get(one.path, ""))  # fmt: skip
            nodes[one.path] = node
            nodes[one.path.rpartition("/")[0]].children[one.name] = node

    def tables(self, xml: Filled, *, key: str = "") -> dict[str, list[Row]]:
        """Return the rows of every table by its path; columns to texts.

        Each row has `__id`: of the root `key`, or else the instanceID; of a repeat its parent's with "/child[2]". A
        repeat's row has its parent's id under the name ODK gives it (`Table.parent_key`). An edit changes the
        instanceID: give the first one as `key` where rows are to keep theirs.
        """
        root = _opened(xml)
        out: dict[str, list[Row]] = {table.path: [] for table in self.schema.tables}
        row: Row = {ID: key or _instance_id(root)}
        out[""].append(row)
        _rows(root, self._root, row, row[ID], {}, out)
        return out

    def rows(self, xml: Filled, table: str = "", *, key: str = "") -> list[Row]:
        """Return the rows of one table, by path of the repeat or "" for the root; see `tables`."""
        return self.tables(xml, key=key)[table]

    def counts(self, xml: Filled) -> dict[str, int]:
        """Return how many rows each repeat has, by path."""
        out = {table.path: 0 for table in self.schema.tables if table.path}
        if out:
            _count(_opened(xml), self._root, out)
        return out

    def attachments(self, xml: Filled) -> list[str]:
        """Return the names of the files the answers speak of, in order, each once."""
        if not self.has_files:
            return []
        return list(dict.fromkeys(_files(_opened(xml), self._root)))

    def nested(self, xml: Filled, *, key: str = "") -> dict[str, Any]:
        """Return the answers as the form nests them: groups as objects, repeats as lists, blank answers None.

        Rows carry `__id` as in `tables`. Every node of the form is there, with its name in this version.
        """
        root = _opened(xml)
        key = key or _instance_id(root)
        return {ID: key, **_nested(root, self._root, key, {})}


def _opened(xml: Filled) -> etree._Element:
    if isinstance(xml, str):
        return parse(xml.encode())
    return parse(xml) if isinstance(xml, bytes) else xml


def _instance_id(root: etree._Element) -> str:
    for meta in root.iterchildren("{*}meta"):
        for node in meta.iterchildren("{*}instanceID"):
            if text := str(node.text or "").strip():
                return text
    return str(root.get("instanceID", "")).strip()


def _pairs(element: etree._Element, node: _Node) -> Iterator[tuple[etree._Element, _Node]]:
    """Yield the known children with their places; templates of repeats are no rows."""
    known = node.children
    for child in element:
        tag = child.tag
        at = known.get(tag[tag.rfind("}") + 1 :])
        if at is not None and not (at.kind == _REPEAT and child.get(_TEMPLATE) is not None):
            yield child, at


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _rows(
    element: etree._Element,
    node: _Node,
    row: Row,
    key: str,
    places: dict[str, int],
    out: dict[str, list[Row]],
) -> None:
    known = node.children
    for child in element:  # written out, not over _pairs: this is what exports spend their time in
        tag = child.tag
        at = known.get(tag[tag.rfind("}") + 1 :])
        if at is None:
            continue
        if at.kind == _FIELD:
            text = child.text
            if text and not text.isspace():
                row.setdefault(at.column, text if text.isascii() else unicodedata.normalize("NFC", text))
        elif at.kind == _GROUP:
            _rows(child, at, row, key, places, out)
        elif child.get(_TEMPLATE) is None:
            places[at.path] = place = places.get(at.path, 0) + 1
            inner: Row = {ID: f"{key}/{at.name}[{place}]", at.parent_key: key}
            out[at.path].append(inner)
            _rows(child, at, inner, inner[ID], {}, out)


def _count(element: etree._Element, node: _Node, out: dict[str, int]) -> None:
    for child, at in _pairs(element, node):
        if at.kind == _REPEAT:
            out[at.path] += 1
        if at.kind != _FIELD:
            _count(child, at, out)


def _files(element: etree._Element, node: _Node) -> Iterator[str]:
    for child, at in _pairs(element, node):
        if at.kind != _FIELD:
            yield from _files(child, at)
        elif at.binary and (text := (child.text or "").strip()):
            yield _nfc(text)


def _nested(
    element: etree._Element | None, node: _Node, key: str, places: Mapping[str, int]
) -> dict[str, Any]:
    out: dict[str, Any] = {
        name: [] if at.kind == _REPEAT else _nested(None, at, key, {}) if at.kind == _GROUP else None
        for name, at in node.children.items()
    }
    for child, at in _pairs(element, node) if element is not None else ():
        if at.kind == _FIELD:
            text = child.text
            if out[at.name] is None and text and not text.isspace():
                out[at.name] = _nfc(text)
        elif at.kind == _GROUP:
            out[at.name] = _nested(child, at, key, {})
        else:
            inner = f"{key}/{at.name}[{len(out[at.name]) + 1}]"
            out[at.name].append({ID: inner, **_nested(child, at, inner, {})})
    return out
