"""The language of rules and calculations: XLSForm expressions, read by the XPath 2 parser of elementpath.

What XLSForm writes otherwise is turned into XPath 2 before parsing: ${field} becomes a variable,
if(a, b, c) becomes the lazy `if (a) then b else c`, and selected, count-selected, coalesce, regex, date,
today, number and decimal-date-time are functions of our own. `today` is passed in with the values.
"""

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from elementpath import ElementPathError, XPathContext
from elementpath.datatypes import Date10
from elementpath.xpath2 import XPath2Parser

Plain = str | int | Decimal | datetime.date
BLANK = ""
OURS = {
    "selected": "selected",
    "count-selected": "count-selected",
    "coalesce": "coalesce",
    "regex": "regex",
    "date": "to-date",
    "number": "to-number",
    "decimal-date-time": "days",
    "filled": "filled",
    "blank": "blank",
}
XPATH = frozenset(
    {"not", "true", "false", "round", "floor", "ceiling", "abs", "min", "max", "sum", "count", "string",
     "string-length", "concat", "contains", "starts-with", "substring", "normalize-space"}
)  # fmt: skip
_TOKEN = re.compile(r"""('[^']*'|"[^"]*")|\$\{([^}]*)\}|([A-Za-z_][\w-]*)(\s*\()?|(\s+)|(.)""", re.DOTALL)
_BLANK_TEST = re.compile(r"""(\$\{[^}]*\})\s*(!=|=)\s*(?:''|"")""")
_ASKS_ABOUT_BLANKS = ("filled", "blank", "coalesce", "string-length")
_KEYWORDS = frozenset({"and", "or", "div", "mod", "idiv"})
_EPOCH = datetime.date(1970, 1, 1)


class ExpressionError(ValueError):
    """An expression that cannot be read, or that compares what cannot be compared."""


def _selected(chosen: str, value: str) -> bool:
    return value in chosen.split()


def _count_selected(chosen: str) -> int:
    return len(chosen.split())


def _coalesce(first: Any, second: Any) -> Any:
    return second if first is None or first == BLANK else first


def _regex(text: str, pattern: str) -> bool:
    return re.fullmatch(pattern, text) is not None


def _to_date(text: str) -> Date10:
    return Date10.fromstring(str(text))


def _to_number(value: Any) -> Decimal:
    return Decimal(str(value))


def _days(day: Any) -> int:
    return (datetime.date.fromisoformat(str(day)) - _EPOCH).days


def _filled(value: Any) -> bool:
    return value is not None and value != BLANK


def _blank(value: Any) -> bool:
    return not _filled(value)


def _make_parser() -> XPath2Parser:
    parser = XPath2Parser(namespaces={"x": "urn:haicap:xlsform"})
    for callback, name in (
        (_selected, "selected"), (_count_selected, "count-selected"), (_coalesce, "coalesce"),
        (_regex, "regex"), (_to_date, "to-date"), (_to_number, "to-number"), (_days, "days"),
        (_filled, "filled"), (_blank, "blank"),
    ):  # fmt: skip
        parser.external_function(callback, name=name, prefix="x")
    return parser


_PARSER = _make_parser()


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    opens: str = ""  # name of the function whose bracket this token opens
    field: str = ""


def _tokens(text: str) -> Iterator[_Token]:
    for literal, field, name, bracket, space, other in _TOKEN.findall(text):
        if literal:
            yield _Token(literal)
        elif field:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", field):
                raise ExpressionError(f"${{{field}}} is not a field key")
            yield _Token(f"${field}", field=field)
        elif name and bracket and name not in _KEYWORDS:
            if name != "if" and name != "today" and name not in OURS and name not in XPATH:
                raise ExpressionError(f"unknown function {name}()")
            yield _Token("", opens=name)
        elif name:
            if name not in _KEYWORDS:
                raise ExpressionError(
                    f"{name} is neither a field nor a function; fields are written ${{{name}}}"
                )
            yield _Token(f" {name} " + ("(" if bracket else ""), opens="(" if bracket else "")
        elif other == "(":
            yield _Token("(", opens="(")
        elif other == "$":
            raise ExpressionError("fields are written ${key}")
        else:
            yield _Token(space or other)


def _translate(text: str) -> tuple[str, frozenset[str]]:
    """Return the XPath 2 text and the fields named in `text`."""
    out: list[str] = []
    fields: set[str] = set()
    stack: list[list[Any]] = []  # [function, number of commas seen]
    asked = _BLANK_TEST.sub(lambda found: f"{'filled' if found[2] == '!=' else 'blank'}({found[1]})", text)
    for token in _tokens(asked):
        if token.field:
            fields.add(token.field)
        if token.opens:
            stack.append([token.opens, 0])
            out.append(_opening(token))
        elif token.text == ")":
            if not stack:
                raise ExpressionError("a bracket is closed that was not opened")
            name, commas = stack.pop()
            if name == "if" and commas != 2:
                raise ExpressionError("if() takes three parts: if(condition, then, else)")
            out.append("))" if name == "if" else "" if name == "today" else ")")
        elif token.text == "," and stack:
            stack[-1][1] += 1
            out.append(_comma(*stack[-1]))
        else:
            out.append(token.text)
    if stack:
        raise ExpressionError("a bracket is not closed")
    return "".join(out), frozenset(fields)


def _opening(token: _Token) -> str:
    if token.opens == "(":
        return token.text
    if token.opens == "if":
        return "(if ("
    if token.opens == "today":
        return "$_today"
    return f"x:{OURS[token.opens]}(" if token.opens in OURS else f"{token.opens}("


def _comma(function: str, number: int) -> str:
    if function != "if":
        return ", "
    return ") then (" if number == 1 else ") else ("


def _strict_fields(root: Any) -> frozenset[str]:
    """Return the fields used otherwise than to ask whether they are blank: a blank one silences the rule."""
    strict: set[str] = set()

    def walk(token: Any, parent: str) -> None:
        if token.symbol == "$":
            if parent not in _ASKS_ABOUT_BLANKS:
                strict.add(token[0].value)
            return
        for child in token:
            walk(child, token.symbol)

    walk(root, "")
    return frozenset(strict - {"_today"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A parsed expression; `strict` are the fields that must have a value before it can be judged at all."""

    text: str
    fields: frozenset[str]
    strict: frozenset[str]
    root: Any

    def evaluate(self, values: Mapping[str, Any], *, today: datetime.date) -> Any:
        """Return the value, over `values` in the form that `plain` gives; raises ExpressionError.

        Fields without a value count as blank (""). A division by zero raises ZeroDivisionError.
        """
        variables = {key: values.get(key, BLANK) for key in self.fields}
        variables["_today"] = Date10(today.year, today.month, today.day)
        try:
            result = self.root.evaluate(XPathContext(root=None, item=1, variables=variables))
        except (ElementPathError, ValueError, ArithmeticError) as error:
            if "FOAR0001" in str(error) or isinstance(error, ZeroDivisionError):
                raise ZeroDivisionError(self.text) from error
            raise ExpressionError(str(error)) from error
        if isinstance(result, list):
            return result[0] if result else BLANK
        return result


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Parse `text` once; raises ExpressionError with the reason."""
    source, fields = _translate(text)
    try:
        root = _PARSER.parse(source)
    except (ElementPathError, ValueError) as error:
        raise ExpressionError(_reason(error)) from error
    return Expression(text=text, fields=fields, strict=_strict_fields(root), root=root)


def _reason(error: Exception) -> str:
    return re.sub(r"^.*?\[err:\w+\]\s*", "", str(error))


def plain(value: Any) -> Any:
    """Return `value` as expressions take it: yes/no for a bool, joined codes for several, XPath dates."""
    if value is None:
        return BLANK
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.date):
        return Date10(value.year, value.month, value.day)
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, list | tuple | set | frozenset):
        return " ".join(sorted(str(item) for item in value))
    return value


def guarded(text: str, *, own: str = "") -> str:
    """Return the rule as an XLSForm constraint that is silent while a field it needs is blank.

    `own` is the field the constraint stands at: a form does not judge it while that field is blank.
    """
    expression = parse(text)
    blanks = [f"${{{key}}} = ''" for key in sorted(expression.strict - {own})]
    return " or ".join([*blanks, f"({text})"]) if blanks else text
