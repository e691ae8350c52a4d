"""XForms as text: whether one that was made elsewhere holds together, and the version it names."""

import re
from collections.abc import Iterator

from lxml import etree

from haicap.questionnaire.rules.instance import local, parse
from haicap.questionnaire.rules.schema import Schema
from haicap.questionnaire.rules.schema.paths import below_root
from haicap.questionnaire.rules.troubles import Trouble

XHTML = "http://www.w3.org/1999/xhtml"
_MAX_BYTES = 50 * 1024 * 1024
_PLAIN = re.compile(r"^/[\w.:/-]+$")
_ITEXT = re.compile(r"^\s*jr:itext\(\s*(['\"])(.*)\1\s*\)\s*$")
_CONTROLS = frozenset(
    {"input", "select", "select1", "rank", "upload", "range", "trigger", "secret", "group", "repeat"}
)


def check(raw: bytes, schema: Schema) -> tuple[str, tuple[Trouble, ...], tuple[Trouble, ...]]:
    """Return an XForm as text, its faults and what is doubtful; `schema` is what was read from it.

    Every bind and every control must speak of a node of the instance. Texts that are referred to and missing are
    only warned of: clients show the reference then.
    """
    root = parse(raw, max_bytes=_MAX_BYTES)
    troubles, warnings = [], []
    if local(root.tag) != "html" or etree.QName(root).namespace != XHTML:
        troubles.append(Trouble(code="xform_no_html", detail=str(root.tag)[:100]))
    if not any(local(node.tag) == "body" for node in root):
        troubles.append(Trouble(code="xform_no_body"))
    binds = [node for node in _nodes(root) if local(node.tag) == "bind"]
    if not binds:
        warnings.append(Trouble(code="xform_no_bind"))
    for node in (*binds, *(node for node in _nodes(root) if local(node.tag) in _CONTROLS)):
        path = (node.get("nodeset") or node.get("ref") or "").strip()
        if _PLAIN.match(path) and below_root(path, schema.root) not in schema.by_path.keys() | {""}:
            code = "xform_bind_unknown" if local(node.tag) == "bind" else "xform_control_unknown"
            troubles.append(Trouble(code=code, row=node.sourceline, detail=path[:200]))
    warnings += _texts(root)
    text = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0"?>\n{text}', tuple(troubles[:100]), tuple(warnings[:100])


def _nodes(root: etree._Element) -> Iterator[etree._Element]:
    yield from root.iter(etree.Element)


def _texts(root: etree._Element) -> Iterator[Trouble]:
    known = {node.get("id") for node in _nodes(root) if local(node.tag) == "text"}
    told: set[str] = set()
    for node in _nodes(root):
        found = _ITEXT.match(node.get("ref") or "")
        if found and found[2] not in known | told:
            told.add(found[2])
            yield Trouble(code="xform_text_missing", row=node.sourceline, detail=found[2][:200])


def with_version(xform: str, version: str) -> str:
    """Return the XForm with another version attribute at the root of its instance."""
    root = parse(xform.encode(), max_bytes=_MAX_BYTES)
    instance = next(node for node in _nodes(root) if local(node.tag) == "instance")
    primary = instance[0]
    for name in [name for name in primary.attrib if local(name) == "version"]:
        del primary.attrib[name]
    primary.set("version", version)
    return '<?xml version="1.0"?>\n' + str(etree.tostring(root, encoding="unicode"))
