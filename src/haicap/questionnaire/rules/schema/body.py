"""The body of an XForm: which control asks for which path, with which texts and choices."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from haicap.questionnaire.rules.instance import local
from haicap.questionnaire.rules.schema.fields import Choice, Texts
from haicap.questionnaire.rules.schema.paths import below_root
from haicap.questionnaire.rules.schema.texts import Itext, child, children

CONTROLS = frozenset({"input", "select1", "select", "rank", "upload", "range", "trigger", "secret"})
_INSTANCE = re.compile(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)")
_ITEXT_NODE = re.compile(r"^\s*jr:itext\(\s*([\w.:/-]+)\s*\)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What the body says of one path."""

    kind: str = "none"
    label: Texts = field(default_factory=dict)
    hint: Texts = field(default_factory=dict)
    appearance: str = ""
    mediatype: str = ""
    choices: tuple[Choice, ...] = ()
    itemset: str = ""


class Body:
    """Controls and repeats by path below the root."""

    def __init__(
        self,
        body: etree._Element | None,
        *,
        root_name: str,
        ids: Mapping[str, str],
        itext: Itext,
        instances: Sequence[etree._Element],
    ) -> None:
        self.controls: dict[str, Control] = {}
        self.repeats: set[str] = set()
        self.asks_itemsets = False
        self._root, self._ids, self._itext = root_name, ids, itext
        self._instances = {one.get("id", ""): one for one in instances}
        self._lists: dict[tuple[str, str, str], tuple[Choice, ...]] = {}
        if body is not None:
            self._walk(body, "")

    def _path(self, node: etree._Element, context: str) -> str:
        if bind := node.get("bind"):
            return self._ids.get(bind, "")
        return below_root(node.get("ref") or node.get("nodeset") or "", self._root, context=context)

    def _walk(self, parent: etree._Element, context: str) -> None:
        for node in parent:
            name = local(node.tag)
            if name in ("group", "repeat"):
                path = self._path(node, context)
                if name == "repeat" and path:
                    self.repeats.add(path)
                inner = child(node, "repeat") if name == "group" else None
                about = self._path(inner, path or context) if inner is not None and not path else path
                if about and about not in self.controls:
                    self.controls[about] = Control(
                        kind=name, label=self._itext.said(child(node, "label")),
                        hint=self._itext.said(child(node, "hint")), appearance=node.get("appearance", "").strip(),
                    )  # fmt: skip
                self._walk(node, path or context)
            elif name in CONTROLS:
                path = self._path(node, context)
                self.asks_itemsets = self.asks_itemsets or bool(name == "input" and node.get("query"))
                if path and path not in self.controls:
                    self.controls[path] = self._control(node, name)

    def _control(self, node: etree._Element, name: str) -> Control:
        itemset = child(node, "itemset")
        return Control(
            kind=name, label=self._itext.said(child(node, "label")), hint=self._itext.said(child(node, "hint")),
            appearance=node.get("appearance", "").strip(), mediatype=node.get("mediatype", "").strip(),
            choices=self._listed(itemset) if itemset is not None else self._items(node),
            itemset=itemset.get("nodeset", "").strip() if itemset is not None else node.get("query", "").strip(),
        )  # fmt: skip

    def _items(self, node: etree._Element) -> tuple[Choice, ...]:
        found = []
        for item in children(node, "item"):
            value = child(item, "value")
            if value is not None and (text := _text(value)):
                found.append(Choice(value=text, label=self._itext.said(child(item, "label"))))
        return tuple(found)

    def _listed(self, itemset: etree._Element) -> tuple[Choice, ...]:
        """Return all choices of an internal instance, whatever filters the form puts on them; () for other sources."""
        match = _INSTANCE.search(itemset.get("nodeset", ""))
        source = self._instances.get(match.group(1)) if match else None
        value, label = child(itemset, "value"), child(itemset, "label")
        if match is None or source is None or source.get("src") or value is None:
            return ()
        value_ref = value.get("ref", "").strip()
        label_ref = label.get("ref", "").strip() if label is not None else ""
        key = (match.group(1), value_ref, label_ref)
        if key not in self._lists:
            self._lists[key] = tuple(self._rows(source, value_ref, label_ref))
        return self._lists[key]

    def _rows(self, source: etree._Element, value_ref: str, label_ref: str) -> list[Choice]:
        reference = _ITEXT_NODE.match(label_ref)
        found = []
        for item in source[0] if len(source) else ():
            cells = {local(cell.tag): _text(cell) for cell in item}
            if not (text := cells.get(value_ref, "")):
                continue
            if reference:
                label: Texts = self._itext.of(cells.get(reference.group(1), ""))
            else:
                said = cells.get(label_ref, "")
                label = {"": said} if said else {}
            found.append(Choice(value=text, label=label))
        return found


def _text(node: etree._Element) -> str:
    return unicodedata.normalize("NFC", (node.text or "").strip())
