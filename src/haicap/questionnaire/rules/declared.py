"""What a filled form says about entities: one declaration, or one per row of a repeat, for one list or several.

Both writings of the specification are read (https://getodk.github.io/xforms-spec/entities): one entity per form
(2022.1 to 2024.1), and entities in repeats and groups (2025.1).
"""

import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from haicap.questionnaire.rules.entities import LABEL, MOST_LABEL, Change, uuid_of
from haicap.questionnaire.rules.instance import local
from haicap.questionnaire.rules.schema import Entity, Schema

_TEMPLATE = "{http://openrosa.org/javarosa}template"
_YES = frozenset({"1", "true"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One entity that a filled form wants to make or change. `place` is the row of its repeat, from 1, or 0.

    `fault` says what is wrong: "", dataset, action, uuid, label, base, branch.
    """

    dataset: str
    path: str
    place: int = 0
    identity: uuid.UUID | None = None
    said_identity: str = ""
    create: bool = False
    update: bool = False
    base: int | None = None
    trunk: int | None = None
    branch: str = ""
    received: dict[str, str] = field(default_factory=dict)
    fault: str = ""

    def change(self) -> Change:
        """Return the change as the rules take it; the base must be there."""
        return Change(received=self.received, base=self.base or 0, branch=self.branch, trunk=self.trunk)


def declared(schema: Schema, root: etree._Element) -> list[Declared]:
    """Return what a filled form declares, in its order; declarations that neither create nor update are left out."""
    found: list[Declared] = []
    for entity in schema.entities:
        scope = entity.path.removesuffix("/meta/entity")
        for place, home in enumerate(_nodes(root, scope), start=1):
            node = next(_nodes(home, "/meta/entity"), None)
            if node is None:
                continue
            one = _read(entity, node, home, scope, place if entity.table else 0)
            if one.create or one.update:
                found.append(one)
    return found


def _nodes(root: etree._Element, path: str) -> Iterator[etree._Element]:
    """Yield the nodes at `path` below `root`, whatever their namespace; templates of repeats are no rows."""
    name, _, rest = path.removeprefix("/").partition("/")
    if not name:
        yield root
        return
    for child in root:
        if local(child.tag) == name and child.get(_TEMPLATE) is None:
            yield from _nodes(child, rest)


def _read(entity: Entity, node: etree._Element, home: etree._Element, scope: str, place: int) -> Declared:
    said = {local(name): value.strip() for name, value in node.attrib.items()}
    received = {}
    for path, name in entity.saveto.items():
        one = next(_nodes(home, path.removeprefix(scope)), None)
        if one is not None:
            received[name] = _text(one)
    label = next((_text(one) for one in node if local(one.tag) == LABEL), "")
    if label.strip():
        received[LABEL] = label.strip()[:MOST_LABEL]
    identity, branch = uuid_of(said.get("id", "")), uuid_of(said.get("branchId", ""))
    create, update = said.get("create", "").lower() in _YES, said.get("update", "").lower() in _YES
    return Declared(
        dataset=said.get("dataset", ""), path=entity.path, place=place, identity=identity,
        said_identity=said.get("id", ""), create=create, update=update, base=_number(said, "baseVersion"),
        trunk=_number(said, "trunkVersion"), branch=str(branch or ""), received=received,
        fault=_fault(entity, said, create=create, update=update, has_label=LABEL in received),
    )  # fmt: skip


def _fault(entity: Entity, said: dict[str, str], *, create: bool, update: bool, has_label: bool) -> str:
    if said.get("dataset", "") != entity.dataset:
        return "dataset"
    if (create and not entity.create) or (update and not entity.update):
        return "action"
    if uuid_of(said.get("id", "")) is None:
        return "uuid"
    if create and not update and not has_label:
        return LABEL
    if update and not create and _number(said, "baseVersion") is None:
        return "base"
    if said.get("branchId") and uuid_of(said["branchId"]) is None:
        return "branch"
    return ""


def _number(said: dict[str, str], name: str) -> int | None:
    text = said.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 and int(text) else None


def _text(node: etree._Element) -> str:
    text = "".join(node.itertext())
    return text if text.isascii() else unicodedata.normalize("NFC", text)
