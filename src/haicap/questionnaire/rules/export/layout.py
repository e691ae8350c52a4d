"""The columns of an export over all versions of a form.

A column is the data of one question under its stable name (`Field.column`), in whatever version it stands. The newest
version gives order, label and place; questions that only older versions have follow at the end of their table.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from haicap.questionnaire.rules.export.options import META, Options, Titles
from haicap.questionnaire.rules.schema import Choice, Field, Schema, Table, in_language

MOST_SPLIT = 256  # a longer list of choices stays in one column
_NUMBERS = ("int", "decimal")
_SELECTS = ("select1", "select", "rank")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a sheet.

    `name` is technical ("group/name"), `header` is what the file shows, `source` the key in a read row. `type` is that
    of the written value. `role`: key, meta, answer, choice (1 or 0), latitude, longitude, verified, verified_note.
    """

    header: str
    name: str
    source: str
    type: str
    role: str = "answer"
    choice: str = ""
    field: Field | None = None
    choices: tuple[Choice, ...] = ()
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table: the submissions ("" as `table`) or a repeat by its stable name."""

    name: str
    table: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All sheets, the submissions first."""

    sheets: tuple[Sheet, ...]
    options: Options
    languages: tuple[str, ...]
    titles: Titles


@dataclass(slots=True)
class _Question:
    field: Field
    type: str
    choices: dict[str, Choice]
    versions: list[str]


def layout_of(
    schemas: Sequence[Schema], *, options: Options, titles: Titles, verified: Collection[str] = ()
) -> Layout:
    """Return the layout for `schemas`, the newest first; at least one.

    `titles` has the words for META, "verified", "verified_note" and what the writers need. `verified` names the
    questions whose verified values stand beside the reported ones.
    """
    tables: dict[str, Table] = {}
    questions: dict[str, dict[str, _Question]] = {}
    for schema in schemas:
        for table in schema.tables:
            tables.setdefault(table.column, table)
            found = questions.setdefault(table.column, {})
            for field in schema.by_table[table.path]:
                _add(found, field, schema.version)
    known = frozenset(verified)
    sheets: list[Sheet] = []
    for name, table in tables.items():
        columns = [*_keys(table, titles, options)]
        for question in questions[name].values():
            columns += _columns(question, options, titles, known)
        sheets.append(Sheet(name=_sheet_name(table, sheets), table=name, columns=_distinct(columns)))
    languages = dict.fromkeys(language for schema in schemas for language in schema.languages)
    return Layout(sheets=tuple(sheets), options=options, languages=tuple(languages), titles=titles)


def _add(found: dict[str, _Question], field: Field, version: str) -> None:
    if (known := found.get(field.column)) is None:
        known = found[field.column] = _Question(field, field.type, {}, [])
    known.type = _common(known.type, field.type)
    if version not in known.versions:
        known.versions.append(version)
    for choice in field.choices:
        known.choices.setdefault(choice.value, choice)


def _common(one: str, other: str) -> str:
    """Return a type that takes the values of both."""
    if one == other:
        return one
    if {one, other} <= {*_NUMBERS}:
        return "decimal"
    if {one, other} <= {"select", "select1"}:
        return "select"
    return "string"


def _keys(table: Table, titles: Titles, options: Options) -> Iterator[Column]:
    if not table.path:
        for key, kind in META.items():
            header = titles.get(key, key) if options.labels else key
            yield Column(
                header=header, name=key, source=key, type=kind, role="key" if key == "__id" else "meta"
            )
        return
    for key in ("__id", table.parent_key):
        yield Column(header=key, name=key, source=key, type="string", role="key")


def _columns(
    question: _Question, options: Options, titles: Titles, verified: frozenset[str]
) -> Iterator[Column]:
    field, name = question.field, question.field.column.lstrip("/")
    said = in_language(field.label, options.language) or name
    choices = tuple(question.choices.values())
    shows_labels = options.labels and question.type in _SELECTS and choices
    plain = Column(
        header=said if options.labels else name, name=name, source=field.column, field=field, choices=choices,
        type="string" if shows_labels else question.type, versions=tuple(question.versions),
    )  # fmt: skip
    yield plain
    if question.type in ("select", "rank") and options.split and len(choices) <= MOST_SPLIT:
        for choice in choices:
            shown = in_language(choice.label, options.language) or choice.value
            yield replace(
                plain, header=f"{plain.header}/{shown if options.labels else choice.value}", type="int",
                name=f"{name}/{choice.value}", role="choice", choice=choice.value,
            )  # fmt: skip
    if question.type == "geopoint":
        for role in ("latitude", "longitude"):
            word = titles.get(role, role) if options.labels else role
            yield replace(
                plain, header=f"{plain.header}/{word}", name=f"{name}/{role}", role=role, type="decimal"
            )
    if field.name in verified and not field.table:
        for role in ("verified", "verified_note"):
            word = titles.get(role, role) if options.labels else role
            kind = question.type if role == "verified" and question.type in (*_NUMBERS, "date") else "string"
            yield replace(
                plain, header=f"{plain.header}~{word}", name=f"{name}~{role}", role=role, type=kind,
                source=f"~{role}/{field.name}", choices=(),
            )  # fmt: skip


def _distinct(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Make every header its own: what two questions say alike is told apart by their names."""
    found: list[Column] = []
    seen: set[str] = set()
    for column in columns:
        header, number = column.header, 2
        if header in seen:
            header = f"{column.header} ({column.name})"
        while header in seen:
            header, number = f"{column.header} ({number})", number + 1
        seen.add(header)
        found.append(column if header == column.header else replace(column, header=header))
    return tuple(found)


def _sheet_name(table: Table, known: Sequence[Sheet]) -> str:
    """Return a name that files and sheets of a workbook may have, not yet taken."""
    wanted = table.path.rpartition("/")[2] or "submissions"
    wanted = "".join("_" if char in '[]:*?/\\<>|"' else char for char in wanted)[:24]
    taken = {sheet.name.casefold() for sheet in known}
    name, number = wanted, 2
    while name.casefold() in taken | {"dictionary", "long texts", "history"}:
        name, number = f"{wanted}_{number}", number + 1
    return name
