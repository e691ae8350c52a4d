"""Paths and expressions of an XForm, with and without its root and namespaces."""

import re

from lxml import etree

from haicap.questionnaire.rules.instance import local

_PREFIX = re.compile(r"(?<=/)[\w.-]+:(?=[\w@])")


def attributes(node: etree._Element) -> dict[str, str]:
    """Return the attributes of a node by local name."""
    return {local(name): value for name, value in node.attrib.items()}


def below_root(nodeset: str, root: str, *, context: str = "") -> str:
    """Return "/group/name" for a nodeset: absolute ("/data/group/name") or relative to `context`; "" for the root."""
    text = nodeset.strip().removeprefix("current()/")
    if not text or "(" in text:
        return ""
    if text.startswith("/"):
        steps = _PREFIX.sub("", text).strip("/").split("/")
        steps = steps[1:] if steps[0] == root else steps
    else:
        steps = context.strip("/").split("/") if context else []
        for step in _PREFIX.sub("", f"/{text}").strip("/").split("/"):
            if step == "..":
                steps = steps[:-1]
            elif step != ".":
                steps.append(step)
    return "".join(f"/{step}" for step in steps)


def expression(text: str) -> str:
    """Return an expression in one line of text, as the form has it otherwise."""
    return text.strip()


def truth(text: str) -> str:
    """Return a yes-or-no expression; what never holds reads ""."""
    said = text.strip()
    return "" if said in ("false()", "false", "no") else said
