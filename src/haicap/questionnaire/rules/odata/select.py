"""$select: which properties a reader asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from haicap.questionnaire.rules.odata.layout import Group, Link, Member, TableLayout
from haicap.questionnaire.rules.odata.names import ODataError

SYSTEM = "__system"
SUBMISSION_SYSTEM = (
    "submissionDate", "updatedAt", "submitterId", "submitterName", "attachmentsPresent", "attachmentsExpected",
    "status", "reviewState", "deviceId", "edits", "formVersion", "deletedAt",
)  # fmt: skip
ENTITY_SYSTEM = (
    "createdAt", "creatorId", "creatorName", "updates", "updatedAt", "deletedAt", "version", "conflict",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to give out; everything where `names` is None."""

    names: frozenset[str] | None = None  # ids and system properties
    paths: frozenset[str] = field(default_factory=frozenset)  # "group/question", relative to the table

    def has(self, name: str) -> bool:
        """Say whether an id is wanted."""
        return self.names is None or name in self.names

    def system(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the system properties that are wanted."""
        if self.names is None or SYSTEM in self.names:
            return values
        return {name: value for name, value in values.items() if f"{SYSTEM}/{name}" in self.names}

    def members(self, members: Sequence[Member]) -> Sequence[Member]:
        """Return the properties that are wanted, groups with what is wanted of them."""
        return members if self.names is None else _kept(members, self.paths, "")


def _kept(members: Sequence[Member], wanted: frozenset[str], before: str) -> list[Member]:
    found: list[Member] = []
    for one in members:
        path = f"{before}{one.name}"
        if path in wanted:
            found.append(one)
        elif isinstance(one, Group) and (inner := _kept(one.members, wanted, f"{path}/")):
            found.append(Group(name=one.name, members=tuple(inner)))
    return found


def selection(
    text: str, *, table: TableLayout | None = None, system: Sequence[str] = (), names: Sequence[str] = ()
) -> Selection:
    """Read $select against a table of a form, or against plain `names` (entities).

    Raises ODataError property, select_repeat.
    """
    if not text.strip() or text.strip() == "*":
        return Selection()
    ids = {"__id"} | ({table.parent_property} if table is not None and table.parent_property else set())
    if table is None or not table.column:
        ids |= {SYSTEM, *(f"{SYSTEM}/{name}" for name in system)}
    wanted_ids, paths = set(), set()
    for one in (part.strip() for part in text.split(",")):
        if one in ids:
            wanted_ids.add(one)
            continue
        if table is not None:
            _check(table.members, one.split("/"), one)
        elif one not in names:
            raise ODataError("property", one)
        paths.add(one)
    return Selection(names=frozenset(wanted_ids), paths=frozenset(paths))


def _check(members: Sequence[Member], steps: list[str], whole: str) -> None:
    found = next((one for one in members if one.name == steps[0]), None)
    if found is None:
        raise ODataError("property", whole)
    if len(steps) == 1:
        return
    if isinstance(found, Link):
        raise ODataError("select_repeat", whole)
    if not isinstance(found, Group):
        raise ODataError("property", whole)
    _check(found.members, steps[1:], whole)
