"""Review of filled forms: which state may follow, what changed between two editions, one edition from another.

The states and their order are those of ODK Central (https://docs.getodk.org/central-submissions/): what was received
or edited may be decided on, a decision may be followed by any other, and an edit always asks for a new look.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from haicap.questionnaire.rules.instance import NOT_XML, local, parse
from haicap.questionnaire.rules.schema.fields import Field
from haicap.questionnaire.rules.schema.form import Schema
from haicap.questionnaire.rules.schema.reader import Reader

STATES = ("received", "has_issues", "edited", "approved", "rejected")
DECISIONS = ("has_issues", "approved", "rejected")
WAITING = ("received", "edited")  # for somebody's decision
IDENTITY = frozenset({"/meta/instanceID", "/meta/deprecatedID"})
_POSITION = re.compile(r"\[(\d+)\]")
_STEP = re.compile(r"^([\w.-]+)(?:\[(\d+)\])?$")


def may_follow(*, before: str, after: str) -> bool:
    """Say whether a submission in state `before` may be put into `after`; nothing becomes "received" again."""
    return before in STATES and after in (*DECISIONS, "edited")


def may_decide(*, state: str, is_own: bool, is_central: bool) -> bool:
    """Say whether a reviewer may decide so: nobody approves what they handed in themselves, but the centre may."""
    return state != "approved" or not is_own or is_central


def reasons(
    said: Iterable[tuple[int | None, datetime, str]], *, author: int | None, since: datetime
) -> list[str]:
    """Return the texts of comments (person, time, text) that count as reasons: by others than the author, made since
    the newest edition came."""
    return [text for person, at, text in said if at >= since and (author is None or person != author)]


def question_of(place: str) -> str:
    """Return the path of a question from the place of one of its answers: "/members[2]/name" to "/members/name"."""
    return _POSITION.sub("", place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between two editions.

    `kind` is changed, row_added or row_removed. `place` is the path with positions ("/members[2]/name"), of the newer
    edition where it has one; `field` is the question, None for a row. A row's `answers` are those it has or had, as
    pairs of place and text.
    """

    kind: str
    place: str
    field: Field | None = None
    before: str = ""
    after: str = ""
    answers: tuple[tuple[Field, str], ...] = ()


_Key = tuple[str, tuple[int, ...]]  # the table's column, and the position in each repeat around


def _rows(schema: Schema, xml: str | bytes) -> dict[_Key, tuple[str, dict[str, str]]]:
    """Return the rows of all tables by their key, each with its place and its answers by column."""
    columns = {table.path: table.column for table in schema.tables}
    tables = Reader(schema).tables(xml)
    root = tables[""][0]["__id"]
    found: dict[_Key, tuple[str, dict[str, str]]] = {}
    for path, rows in tables.items():
        for row in rows:
            numbers = tuple(int(number) for number in positions(row["__id"][len(root) :]))
            found[columns[path], numbers] = (_placed(path, numbers, schema), row)
    return found


def positions(tail: str) -> list[str]:
    """Return the positions in the tail of a row's id, outermost repeat first: "/households[1]/members[2]" to 1, 2."""
    return _POSITION.findall(tail)


def place_in(schema: Schema, table: str, tail: str) -> str:
    """Return the place of a row of the repeat at path `table` by the tail of its id."""
    return _placed(table, tuple(int(number) for number in positions(tail)), schema)


def _placed(path: str, numbers: tuple[int, ...], schema: Schema) -> str:
    """Return the path of a repeat with the positions: "/households[1]/members[2]"."""
    repeats = {table.path for table in schema.tables if table.path}
    left = list(numbers)
    steps: list[str] = []
    at = ""
    for step in path.strip("/").split("/") if path else ():
        at = f"{at}/{step}"
        steps.append(f"{step}[{left.pop(0)}]" if at in repeats and left else step)
    return "".join(f"/{step}" for step in steps)


def place_of(row: str, field: Field) -> str:
    """Return the place of a field's answer in the row at place `row` ("" outside repeats)."""
    return row + field.path[len(field.table) :]


def diff(
    *, before: str | bytes, after: str | bytes, schema: Schema, old: Schema | None = None
) -> list[Change]:
    """Return what differs between two editions, in the form's order.

    `schema` reads `after`, `old` (or the same) reads `before`; answers are compared by column, so a renamed question
    is the same question. Rows of repeats are compared by position. The identities of the editions are left out.
    Raises InstanceError.
    """
    old = old or schema
    was, now = _rows(old, before), _rows(schema, after)
    tables = {table.column: table.path for table in (*old.tables, *schema.tables)}
    order = {column: number for number, column in enumerate(tables)}
    changes: list[Change] = []
    for key in sorted(was.keys() | now.keys(), key=lambda key: (order[key[0]], key[1])):
        if key in was and key in now:
            changes += _changed(key[0], was[key][1], now[key], old=old, schema=schema)
        else:
            kind, side, reader = ("row_added", now, schema) if key in now else ("row_removed", was, old)
            place, row = side[key]
            fields = [one for one in reader.by_table[_table(reader, key[0])] if row.get(one.column)]
            changes.append(
                Change(kind=kind, place=place, answers=tuple((one, row[one.column]) for one in fields))
            )
    return changes


def _table(schema: Schema, column: str) -> str:
    return next((table.path for table in schema.tables if table.column == column), column)


def _changed(
    table: str, was: Mapping[str, str], now: tuple[str, Mapping[str, str]], *, old: Schema, schema: Schema
) -> Iterator[Change]:
    place, row = now
    known = {one.column: one for one in old.by_table.get(_table(old, table), ())}
    known |= {one.column: one for one in schema.by_table.get(_table(schema, table), ())}
    for column, field in known.items():
        before, after = was.get(column, "").strip(), row.get(column, "").strip()
        if before != after and field.path not in IDENTITY:
            yield Change(
                kind="changed", place=place_of(place, field), field=field, before=before, after=after
            )


class NoPlace(KeyError):
    """There is no such place in the filled form; the place is its argument."""


def edited(*, xml: str | bytes, values: Mapping[str, str], instance_id: str, deprecated_id: str) -> str:
    """Return the filled form with other answers and a new identity.

    `values` are texts by place ("/group/name", "/members[2]/name"; a position left out is 1). A question without a
    node gets one where its group or row is there or can be made; rows are not made: raises NoPlace. `deprecated_id`
    is the identity of the edition that this one replaces. Raises InstanceError.
    """
    root = parse(xml if isinstance(xml, bytes) else xml.encode())
    for place, text in values.items():
        _at(root, place).text = text.translate(NOT_XML) or None
    meta = next((node for node in root if local(node.tag) == "meta"), None)
    if meta is None:
        meta = etree.SubElement(root, _named(root, "meta"))
    for name, identity in (("deprecatedID", deprecated_id), ("instanceID", instance_id)):
        node = next((one for one in meta if local(one.tag) == name), None)
        if node is None:
            node = etree.SubElement(meta, _named(meta, name))
        node.text = identity
    return str(etree.tostring(root, encoding="unicode"))


def _named(parent: etree._Element, name: str) -> str:
    namespace = etree.QName(parent).namespace
    return f"{{{namespace}}}{name}" if namespace else name


def _at(root: etree._Element, place: str) -> etree._Element:
    node = root
    for step in place.strip("/").split("/"):
        match = _STEP.match(step)
        if match is None:
            raise NoPlace(place)
        name, number = match.group(1), int(match.group(2) or 1)
        found = [one for one in node if local(one.tag) == name and not _is_template(one)]
        if len(found) >= number > 0:
            node = found[number - 1]
        elif match.group(2):
            raise NoPlace(place)
        else:
            node = etree.SubElement(node, _named(node, name))
    if len(node):
        raise NoPlace(place)
    return node


def _is_template(node: etree._Element) -> bool:
    return any(local(name) == "template" for name in node.attrib)
