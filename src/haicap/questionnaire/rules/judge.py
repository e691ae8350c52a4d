"""The form's own conditions once more on the server: required, constraint and relevant, over a filled form.

Devices judge these while people type, but a client may be old, broken or written by somebody else. Nothing received is
refused for them; what does not hold is listed. XPath 1.0 as in XForms is what lxml evaluates; the functions that ODK
adds (https://getodk.github.io/xforms-spec/#xpath-functions) and that need nothing but the answers are here. Dates count
as days since 1970-01-01, as in ODK's own engines, so that they can be compared. An expression with anything else (a
lookup in another list, an indexed row) is not judged, and `Verdict.unjudged` names its question.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from lxml import etree

from haicap.questionnaire.rules.instance import local, parse
from haicap.questionnaire.rules.review import place_of
from haicap.questionnaire.rules.schema.fields import Field
from haicap.questionnaire.rules.schema.form import Schema
from haicap.questionnaire.rules.schema.values import typed

_LITERAL = re.compile(r"""('[^']*'|"[^"]*")""")
_EPOCH = date(1970, 1, 1)
_TEMPLATE = "{http://openrosa.org/javarosa}template"
_LONGEST = 4000  # characters of an expression, and of what a pattern is tried on


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What does not hold: `code` is required, constraint, or irrelevant (answered though the form does not ask)."""

    code: str
    field: Field
    place: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All faults in the form's order, and the paths of questions with a condition that could not be judged."""

    faults: tuple[Fault, ...]
    unjudged: frozenset[str]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return (
            "".join(value[0].itertext())
            if value and isinstance(value[0], etree._Element)
            else "".join(value[:1])
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return str(value)


def _number(value: Any) -> float:
    if isinstance(value, bool | float | int):
        return float(value)
    try:
        return float(_text(value).strip())
    except ValueError:
        return float("nan")


def _truth(value: Any) -> bool:
    if isinstance(value, float):
        return value == value and value != 0
    return bool(value)


def _each(values: tuple[Any, ...]) -> list[float]:
    """Return the numbers of some values and node-sets, blanks left out."""
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    texts = [_text([one]) if isinstance(one, etree._Element) else _text(one) for one in flat]
    return [_number(text) for text in texts if text.strip()]


def _days(value: Any) -> float:
    """Return a date or a moment as days since 1970-01-01; a number is such days already."""
    text = _text(value).strip()
    if (number := _number(text)) == number:
        return number
    moment = typed("dateTime" if "T" in text else "date", text)
    return _as_days(moment) if moment is not None else float("nan")


def _as_days(moment: date | datetime) -> float:
    if not isinstance(moment, datetime):
        return float((moment - _EPOCH).days)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC if moment.tzinfo else None)).total_seconds() / 86400


def _regex(_context: Any, value: Any, pattern: Any) -> bool:
    return re.fullmatch(_text(pattern), _text(value)[:_LONGEST]) is not None


def _selected_at(_context: Any, value: Any, at: Any) -> str:
    chosen, number = _text(value).split(), _number(at)
    return chosen[int(number)] if number == number and 0 <= number < len(chosen) else ""


def _functions(judge: "Judge") -> dict[tuple[None, str], Any]:
    """Return the functions, with the clock that the judge sets for each filled form."""
    return {
        (None, name): function
        for name, function in {
            "selected": lambda _c, value, one: _text(one).strip() in _text(value).split(),
            "count-selected": lambda _c, value: float(len(_text(value).split())),
            "selected-at": _selected_at,
            "if": lambda _c, asked, yes, no: yes if _truth(asked) else no,
            "coalesce": lambda _c, *values: next((_text(one) for one in values if _text(one)), ""),
            "regex": _regex,
            "int": lambda _c, value: float(int(_number(value))),
            "pow": lambda _c, base, power: _number(base) ** _number(power),
            "abs": lambda _c, value: abs(_number(value)),
            "max": lambda _c, *values: max(_each(values), default=float("nan")),
            "min": lambda _c, *values: min(_each(values), default=float("nan")),
            "count-non-empty": lambda _c, nodes: float(sum(bool(_text([one]).strip()) for one in nodes)),
            "once": lambda _c, value: value,
            "boolean-from-string": lambda _c, value: _text(value).strip() in ("1", "true"),
            "today": lambda _c: _as_days(judge.now.date()),
            "now": lambda _c: _as_days(judge.now),
            "date": lambda _c, value: _days(value),
            "date-time": lambda _c, value: _days(value),
            "decimal-date-time": lambda _c, value: _days(value),
        }.items()
    }  # fmt: skip


class Judge:
    """The conditions of one form, ready for any number of filled forms; not to be shared between threads."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.now = datetime(1970, 1, 1, tzinfo=UTC)
        self._compiled: dict[tuple[str, str], etree.XPath | None] = {}
        self._extensions = _functions(self)
        self._unjudged: set[str] = set()
        self._tables = [table.path for table in schema.tables if table.path]

    @property
    def has_conditions(self) -> bool:
        """True where the form has anything to judge."""
        return any(one.required or one.constraint or one.relevant for one in self.schema.fields)

    def check(self, xml: str | bytes, *, now: datetime) -> Verdict:
        """Judge a filled form; `now` is when it was filled in, with its zone. Raises InstanceError."""
        self.now, self._unjudged = now, set()
        root = _plain(parse(xml if isinstance(xml, bytes) else xml.encode()))
        children: dict[str, list[Field]] = {}
        for one in self.schema.fields:
            children.setdefault(one.path.rpartition("/")[0], []).append(one)
        texts: dict[etree._Element, str] = {}
        self._complete(root, "", children, texts)
        faults = tuple(self._judge(root, "", "", children, texts, asked=True))
        return Verdict(faults=faults, unjudged=frozenset(self._unjudged))

    def _complete(
        self, node: etree._Element, path: str, children: Mapping[str, list[Field]], texts: dict[Any, str]
    ) -> None:
        """Give every question its node, and dates their number of days."""
        for field in children.get(path, ()):
            found = [one for one in node if one.tag == field.name and one.get(_TEMPLATE) is None]
            if not found and field.type != "repeat":
                found = [etree.SubElement(node, field.name)]
            for one in found:
                if field.kind != "field":
                    self._complete(one, field.path, children, texts)
                    continue
                texts[one] = (one.text or "").strip()
                if field.type in ("date", "dateTime") and (days := _days(texts[one])) == days:
                    one.text = repr(days)

    def _judge(
        self, node: etree._Element, path: str, row: str, children: Mapping[str, list[Field]],
        texts: Mapping[Any, str], *, asked: bool,
    ) -> Iterator[Fault]:  # fmt: skip
        for field in children.get(path, ()):
            if field.path == "/meta" or field.path.startswith("/meta/"):
                continue
            found = [one for one in node if one.tag == field.name and one.get(_TEMPLATE) is None]
            for number, one in enumerate(found if field.type == "repeat" else found[:1], 1):
                is_asked = asked and self._holds(field, "relevant", one)
                if field.kind == "field":
                    yield from self._question(field, one, place_of(row, field), texts[one], is_asked)
                    continue
                inner = f"{row}{field.path[len(field.table) :]}[{number}]" if field.type == "repeat" else row
                yield from self._judge(one, field.path, inner, children, texts, asked=is_asked)

    def _question(
        self, field: Field, node: etree._Element, place: str, text: str, asked: bool
    ) -> Iterator[Fault]:
        if not field.is_data:
            return
        code = ""
        if not asked:
            code = "irrelevant" if text and field.control != "none" else ""
        elif not text:
            code = "required" if field.required and self._holds(field, "required", node) else ""
        elif not self._holds(field, "constraint", node):
            code = "constraint"
        if code:
            yield Fault(code=code, field=field, place=place, text=text)

    def _holds(self, field: Field, kind: str, node: etree._Element) -> bool:
        """Say whether a condition holds; one that cannot be judged holds, but nothing is required by it."""
        expression = getattr(field, kind)
        if not expression or expression == "true()":
            return True
        compiled = self._xpath(field, expression)
        try:
            if compiled is not None:
                return _truth(compiled(node))
        except (etree.XPathError, ArithmeticError, ValueError, TypeError, IndexError, re.error):
            pass
        self._unjudged.add(field.path)
        return kind != "required"

    def _xpath(self, field: Field, expression: str) -> etree.XPath | None:
        key = (field.path, expression)
        if key not in self._compiled:
            try:
                self._compiled[key] = etree.XPath(
                    self._near(field, expression), extensions=self._extensions, smart_strings=False
                )
            except (etree.XPathError, ValueError):
                self._compiled[key] = None
        return self._compiled[key]

    def _near(self, field: Field, expression: str) -> str:
        """Let paths into a repeat around the question mean its own row, as in XForms. Raises ValueError for what
        XPath alone cannot say."""
        if len(expression) > _LONGEST:
            raise ValueError(field.path)
        parts = _LITERAL.split(expression)
        for at in range(0, len(parts), 2):
            text = parts[at]
            if "current()" in text and "[" in expression:
                raise ValueError(expression)
            text = text.replace("current()/", "./")
            for table in sorted(self._tables, key=len, reverse=True):
                if field.path == table or field.path.startswith(f"{table}/"):
                    up = field.path[len(table) :].count("/")
                    way = "/".join([".."] * up) or "."
                    text = re.sub(
                        rf"(?<![\w./])/{re.escape(self.schema.root + table)}/(?=\w)", f"{way}/", text
                    )
            parts[at] = text
        return "".join(parts)


def _plain(root: etree._Element) -> etree._Element:
    """Return the tree with local names only."""
    for node in root.iter(etree.Element):
        node.tag = local(node.tag)
    return root
