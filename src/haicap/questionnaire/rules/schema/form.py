"""The schema of a form: what it asks, in which tables, with which files and entities."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Self

from haicap.questionnaire.rules.schema import xform as source
from haicap.questionnaire.rules.schema.fields import Choice, Entity, Field, Media, Table


@dataclass(frozen=True, kw_only=True)
class Schema:
    """A form as data. `root` is the name of the instance's element, `fields` and `tables` are in document order.

    `languages` names the languages as the form does, the default first; empty where it has none. `start`, `end`,
    `device` and `instance_name` are the paths of those metadata, `place` that of the first point, each "" where the
    form has none. `itemsets` names the instances that choices come from and the files behind them.
    """

    form_id: str
    version: str
    root: str
    title: str
    languages: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    tables: tuple[Table, ...] = ()
    media: tuple[Media, ...] = ()
    entities: tuple[Entity, ...] = ()
    entities_version: str = ""
    start: str = ""
    end: str = ""
    device: str = ""
    instance_name: str = ""
    place: str = ""
    itemsets: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, xform: str | bytes) -> Self:
        """Read an XForm; raises XFormError."""
        return cls(**source.read(xform))

    @cached_property
    def by_path(self) -> Mapping[str, Field]:
        """The fields by path."""
        return {one.path: one for one in self.fields}

    @cached_property
    def by_table(self) -> Mapping[str, tuple[Field, ...]]:
        """The fields that hold answers (no groups, repeats, notes) by path of their table."""
        found: dict[str, list[Field]] = {table.path: [] for table in self.tables}
        for one in self.fields:
            if one.is_data:
                found[one.table].append(one)
        return {path: tuple(rows) for path, rows in found.items()}

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """The columns of all fields by path."""
        return {one.path: one.column for one in self.fields}

    def with_columns(self, columns: Mapping[str, str]) -> Self:
        """Return the schema with other columns by path; a renamed question keeps the column of its older name.

        Fields that `columns` does not name keep theirs. Raises ValueError where two fields of one table would share a
        column.
        """
        moved = tuple(
            replace(one, column=columns[one.path]) if one.path in columns else one for one in self.fields
        )
        seen: set[tuple[str, str]] = set()
        for one in moved:
            if (one.table, one.column) in seen:
                raise ValueError(one.column)
            seen.add((one.table, one.column))
        tables = tuple(replace(t, column=columns.get(t.path, t.column)) for t in self.tables)
        return replace(self, fields=moved, tables=tables)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for a JSON column; lists of choices are written once."""
        lists: dict[int, int] = {}
        written: list[list[list[Any]]] = []
        rows = []
        for one in self.fields:
            row = _plain(one)
            if choices := row.pop("choices", None):
                if id(choices) not in lists:
                    lists[id(choices)] = len(written)
                    written.append([[choice.value, dict(choice.label)] for choice in choices])
                row["list"] = lists[id(choices)]
            rows.append(row)
        return {
            **_plain(self), "languages": list(self.languages), "itemsets": dict(self.itemsets), "fields": rows,
            "tables": [_plain(one) for one in self.tables], "media": [_plain(one) for one in self.media],
            "entities": [_plain(one) for one in self.entities], "lists": written,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the schema that `to_json` wrote."""
        given = dict(data)
        lists = [
            tuple(Choice(value=value, label=label) for value, label in rows) for rows in given.pop("lists")
        ]
        rows = []
        for row in given.pop("fields"):
            number = row.get("list")
            known = {name: value for name, value in row.items() if name != "list"}
            rows.append(Field(**known, choices=() if number is None else lists[number]))
        given |= {
            "languages": tuple(given["languages"]), "fields": tuple(rows),
            "tables": tuple(Table(**row) for row in given["tables"]),
            "media": tuple(Media(**row) for row in given["media"]),
            "entities": tuple(Entity(**row) for row in given["entities"]),
        }  # fmt: skip
        return cls(**given)


_DEFAULTS: dict[type, tuple[tuple[str, Any], ...]] = {
    kind: tuple(
        (one.name, one.default_factory() if one.default_factory is not MISSING else one.default)
        for one in fields(kind)
    )
    for kind in (Field, Table, Media, Entity, Schema)
}


def _plain(one: Any) -> dict[str, Any]:
    """Return the attributes that differ from their defaults."""
    found = {}
    for name, default in _DEFAULTS[type(one)]:
        value = getattr(one, name)
        if value != default:
            found[name] = value
    return found
