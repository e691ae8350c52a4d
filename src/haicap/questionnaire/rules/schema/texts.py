"""The texts of a form by language: itext, inline labels, outputs inside them."""

import re
import unicodedata
from collections.abc import Iterator

from lxml import etree

from haicap.questionnaire.rules.instance import local

_ITEXT = re.compile(r"^\s*jr:itext\(\s*['\"](.*?)['\"]\s*\)\s*$", re.S)
_PATH = re.compile(r"^[\w./:@*()-]+$")


def flat(node: etree._Element) -> str:
    """Return the text of a label; an output of a field reads ${name}."""
    parts = [node.text or ""]
    for child in node:
        if local(child.tag) == "output":
            value = (child.get("value") or child.get("ref") or "").strip()
            shown = value.rpartition("/")[2].rpartition(":")[2] if _PATH.match(value) else value
            parts.append(f"${{{shown}}}")
        else:
            parts.append(flat(child))
        parts.append(child.tail or "")
    return unicodedata.normalize("NFC", "".join(parts)).strip()


class Itext:
    """The itext of a model: texts by id and language, and the media beside them."""

    def __init__(self, model: etree._Element) -> None:
        self.languages: tuple[str, ...] = ()
        self.media: list[tuple[str, str]] = []
        self._texts: dict[str, dict[str, str]] = {}
        found: list[tuple[bool, str]] = []
        for node in model:
            if local(node.tag) != "itext":
                continue
            for translation in node:
                language = translation.get("lang", "")
                found.append((translation.get("default") is not None, language))
                self._read(translation, language)
        found.sort(key=lambda pair: not pair[0])
        self.languages = tuple(dict.fromkeys(language for _, language in found))

    def _read(self, translation: etree._Element, language: str) -> None:
        for text in translation:
            by_language = self._texts.setdefault(text.get("id", ""), {})
            for value in text:
                form = value.get("form")
                said = flat(value)
                if form in (None, "long") or (form in ("short", "plain") and language not in by_language):
                    if said and said != "-":  # pyxform writes a dash where a language has no text
                        by_language[language] = said
                elif form and not said.endswith("/-"):  # the same dash, as a file
                    self.media.append((form, said))

    def of(self, key: str) -> dict[str, str]:
        """Return the texts of an id, the form's default language first."""
        texts = self._texts.get(key, {})
        return {language: texts[language] for language in self.languages if language in texts}

    def said(self, node: etree._Element | None) -> dict[str, str]:
        """Return what a label, hint or message says: a reference into the itext, or its own text."""
        if node is None:
            return {}
        if reference := node.get("ref"):
            return self.referred(reference)
        text = flat(node)
        return {"": text} if text else {}

    def referred(self, text: str) -> dict[str, str]:
        """Return the texts of `jr:itext('id')`; any other text stands for itself."""
        if match := _ITEXT.match(text):
            return self.of(match.group(1))
        return {"": unicodedata.normalize("NFC", text)} if text.strip() else {}


def children(node: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the children of a local name, whatever their namespace."""
    return (child for child in node if local(child.tag) == name)


def child(node: etree._Element, name: str) -> etree._Element | None:
    """Return the first child of a local name."""
    return next(children(node, name), None)
