"""The XML of a filled form: read without trust, written from values.

The instance is flat for our purpose: every question's name is unique in the form (pyxform sees to that for
a form
made from the plan, `xlsform` checks it for a loaded one), so it reads as a mapping from name to text.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

MAX_BYTES = 4 * 1024 * 1024
_NOT_XML = {code: None for code in range(32) if code not in (9, 10, 13)}


class InstanceError(Exception):
    """The XML is not an instance of the form; `code` says what is wrong."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """What a filled form says: its form, its identity, and the text of every question by name, in NFC."""

    form_id: str
    version: str
    instance_id: str
    values: Mapping[str, str]


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _root(xml: str) -> etree._Element:
    raw = xml.encode()
    if len(raw) > MAX_BYTES:
        raise InstanceError("too_large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise InstanceError("not_xml", str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise InstanceError("doctype")
    return root


def read(xml: str) -> Instance:
    """Read an instance; raises InstanceError where it is not well formed, has a DOCTYPE, or names a question
    twice."""
    root = _root(xml)
    values: dict[str, str] = {}
    instance_id = ""
    for node in root.iter(etree.Element):
        if len(node) or node is root:
            continue
        name = _local(node.tag)
        text = unicodedata.normalize("NFC", (node.text or "").strip())
        if name == "instanceID":
            instance_id = text.removeprefix("uuid:")
        elif name in values:
            raise InstanceError("twice", name)
        else:
            values[name] = text
    return Instance(
        form_id=root.get("id", ""), version=root.get("version", ""), instance_id=instance_id, values=values
    )


class Template:
    """The empty instance of a form, taken from its XForm; makes filled instances."""

    def __init__(self, xform: str) -> None:
        root = etree.fromstring(xform.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
        model = next(node for node in root.iter(etree.Element) if _local(node.tag) == "instance")
        self._raw = etree.tostring(model[0])
        primary = model[0]
        self.form_id, self.version = primary.get("id", ""), primary.get("version", "")
        self.names = frozenset(
            _local(node.tag) for node in primary.iter(etree.Element) if not len(node) and node is not primary
        )

    def fill(self, *, instance_id: str, values: Mapping[str, str]) -> str:
        """Return an instance with `values` by question name; names the form does not have raise KeyError."""
        unknown = values.keys() - self.names
        if unknown:
            raise KeyError(sorted(unknown)[0])
        root = etree.fromstring(self._raw)
        for node in root.iter(etree.Element):
            if len(node):
                continue
            name = _local(node.tag)
            if name == "instanceID":
                node.text = f"uuid:{instance_id}"
            elif text := values.get(name):
                node.text = text.translate(_NOT_XML)
        etree.cleanup_namespaces(root)
        return str(etree.tostring(root, encoding="unicode"))
