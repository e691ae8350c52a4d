"""The XML of a filled form: read without trust, written from values.

`read_submission` opens a filled form of any form. The plan's own form is flat for our purpose: every question's name is
unique in it (pyxform sees to that for a form made from the plan, `xlsform` checks it for a loaded one), so `read` gives
a mapping from name to text.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

MAX_BYTES = 4 * 1024 * 1024
MAX_SUBMISSION_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 64
NOT_XML = {code: None for code in range(32) if code not in (9, 10, 13)}
_DOCTYPE = re.compile(rb"^(?:\xef\xbb\xbf)?(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.S | re.I)
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")


class InstanceError(Exception):
    """The XML is not an instance of the form; `code` says what is wrong.

    Codes: too_large, not_xml, doctype, too_deep, no_form_id, two_instance_ids, twice.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A filled form before anybody looked at its answers. Identities are as sent, mostly "uuid:..."; "" = not given."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    instance_name: str
    root: etree._Element


def local(tag: object) -> str:
    """Return the name of a tag or attribute without its namespace."""
    return str(tag).rpartition("}")[2]


def parse(raw: bytes, *, max_bytes: int = MAX_SUBMISSION_BYTES) -> etree._Element:
    """Return the root of XML from outside: no DOCTYPE, no entities, no network, bounded size and depth.

    Raises InstanceError too_large, doctype, not_xml, too_deep.
    """
    if len(raw) > max_bytes:
        raise InstanceError("too_large", str(max_bytes))
    if _DOCTYPE.match(raw):
        raise InstanceError("doctype")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InstanceError("not_xml", str(error)) from error
    if root.getroottree().docinfo.doctype:  # in an encoding the pattern above does not see through
        raise InstanceError("doctype")
    if _TOO_DEEP(root):
        raise InstanceError("too_deep", str(MAX_DEPTH))
    return root


def identity(root: etree._Element) -> tuple[str, str]:
    """Return form id and version of an instance's root; old forms are named by their namespace alone."""
    form_id = version = ""
    for name, value in root.attrib.items():
        if local(name) == "id":
            form_id = form_id or value.strip()
        elif local(name) == "version":
            version = version or value.strip()
    namespace = etree.QName(root).namespace or ""
    if not form_id and not namespace.startswith(("http://www.w3.org/", "http://openrosa.org/")):
        form_id = namespace
    return form_id, version


def read_submission(xml: bytes, *, max_bytes: int = MAX_SUBMISSION_BYTES) -> Envelope:
    """Open a filled form; raises InstanceError where it cannot be read, names no form, or has two identities."""
    root = parse(xml, max_bytes=max_bytes)
    form_id, version = identity(root)
    if not form_id:
        raise InstanceError("no_form_id")
    said: dict[str, str] = {}
    for meta in root:
        if local(meta.tag) != "meta":
            continue
        for node in meta:
            name, text = local(node.tag), unicodedata.normalize("NFC", (node.text or "").strip())
            if name == "instanceID" and text and said.get(name, text) != text:
                raise InstanceError("two_instance_ids")
            if text:
                said.setdefault(name, text)
    return Envelope(
        form_id=form_id, version=version, root=root, deprecated_id=said.get("deprecatedID", ""),
        instance_id=said.get("instanceID", "") or root.get("instanceID", "").strip(),
        instance_name=said.get("instanceName", ""),
    )  # fmt: skip


def read(xml: str) -> Instance:
    """Read an instance of the plan's form; raises InstanceError where it is not well formed, has a DOCTYPE, or names a
    question twice."""
    root = parse(xml.encode(), max_bytes=MAX_BYTES)
    values: dict[str, str] = {}
    instance_id = ""
    for node in root.iter(etree.Element):
        if len(node) or node is root:
            continue
        name = local(node.tag)
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
        model = next(node for node in root.iter(etree.Element) if local(node.tag) == "instance")
        self._raw = etree.tostring(model[0])
        primary = model[0]
        self.form_id, self.version = primary.get("id", ""), primary.get("version", "")
        self.names = frozenset(
            local(node.tag) for node in primary.iter(etree.Element) if not len(node) and node is not primary
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
            name = local(node.tag)
            if name == "instanceID":
                node.text = f"uuid:{instance_id}"
            elif text := values.get(name):
                node.text = text.translate(NOT_XML)
        etree.cleanup_namespaces(root)
        return str(etree.tostring(root, encoding="unicode"))
