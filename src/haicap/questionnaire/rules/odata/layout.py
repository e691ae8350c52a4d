"""Where the answers of a form stand in OData: one table for the root and one for each repeat, groups nested.

Properties come from the stable column of each question, not from its name in this version: what Excel or Power BI has
once bound stays bound after a rename.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from haicap.questionnaire.rules.odata.names import distinct, identifier
from haicap.questionnaire.rules.schema import Field, Schema

ROOT = "Submissions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An answer: its property, the column it is read from, and the question's type."""

    name: str
    column: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group: a complex property."""

    name: str
    members: tuple["Member", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A repeat inside: a navigation to the table of that column."""

    name: str
    table: str


Member = Leaf | Group | Link


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLayout:
    """One table: `column` of its repeat ("" for the root), its name, the property that names a row's parent."""

    column: str
    name: str
    parent: str  # column of the table around it
    parent_property: str  # "" for the root
    members: tuple[Member, ...]


@dataclass(slots=True)
class _Branch:
    inner: dict[str, "_Branch | Field"] = field(default_factory=dict)
    table: str = ""


def _steps(column: str, base: str, fallback: str) -> list[str]:
    """Return the names below the table's column; a column from elsewhere stands where its question does."""
    inside = column if column.startswith(f"{base}/") else f"{base}{fallback}"
    return inside[len(base) :].strip("/").split("/")


@dataclass(frozen=True)
class Layout:
    """All tables of a form, the root first."""

    tables: tuple[TableLayout, ...]

    @classmethod
    def of(cls, schema: Schema) -> Self:
        """Return the tables of a form; notes and empty groups have no place in them."""
        columns = {table.path: table.column for table in schema.tables}
        branches = {table.path: _Branch() for table in schema.tables}
        for one in schema.fields:
            if one.kind == "group" or (one.kind == "field" and not one.is_data):
                continue
            steps = _steps(one.column, columns[one.table], one.path[len(one.table) :])
            branch = branches[one.table]
            for step in steps[:-1]:
                found = branch.inner.get(step)
                if not isinstance(found, _Branch) or found.table:
                    found = _Branch()
                    branch.inner[step] = found
                branch = found
            branch.inner[steps[-1]] = _Branch(table=columns[one.path]) if one.kind == "repeat" else one
        parents = {table.path: table.parent for table in schema.tables}
        names = {table.path: _name(table.column) for table in schema.tables}
        return cls(
            tuple(
                TableLayout(
                    column=table.column,
                    name=names[table.path],
                    parent=columns[parents[table.path]] if table.path else "",
                    parent_property=_parent_property(columns[table.parent]) if table.path else "",
                    members=_members(branches[table.path]),
                )
                for table in schema.tables
            )
        )

    @cached_property
    def by_name(self) -> Mapping[str, TableLayout]:
        """The tables by their names in OData."""
        return {table.name: table for table in self.tables}

    @cached_property
    def by_column(self) -> Mapping[str, TableLayout]:
        """The tables by the columns of their repeats."""
        return {table.column: table for table in self.tables}


def _parts(column: str) -> list[str]:
    return [identifier(step) for step in column.strip("/").split("/") if step]


def _name(column: str) -> str:
    return ".".join([ROOT, *_parts(column)])


def _parent_property(column: str) -> str:
    return f"__{'-'.join([ROOT, *_parts(column)])}-id"


def _members(branch: _Branch) -> tuple[Member, ...]:
    found: list[Member] = []
    for name, (step, inner) in zip(distinct(branch.inner), branch.inner.items(), strict=True):
        del step
        if isinstance(inner, Field):
            found.append(Leaf(name=name, column=inner.column, type=inner.type))
        elif inner.table:
            found.append(Link(name=name, table=inner.table))
        else:
            found.append(Group(name=name, members=_members(inner)))
    return tuple(found)
