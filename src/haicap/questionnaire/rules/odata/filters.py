"""$filter: the part of OData's expressions that Central answers, read into a tree.

Operators lt le eq ne ge gt (and neq, as Central's documents write it), and or not, brackets; functions year month day
hour minute second now; names such as __system/submissionDate; literals null, true, false, numbers, 'text', dates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from haicap.questionnaire.rules.odata.names import ODataError

PARTS = frozenset({"year", "month", "day", "hour", "minute", "second"})
MAX_DEPTH = 50
MAX_LENGTH = 5000
_OPERATORS = {"lt": "lt", "le": "le", "eq": "eq", "ne": "ne", "neq": "ne", "ge": "ge", "gt": "gt"}
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*')
      | (?P<time>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<name>[$A-Za-z_][\w$/.-]*)
      | (?P<mark>[(),])
    )""",
    re.X | re.ASCII,
)
Value = str | int | Decimal | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A value; times have an offset (UTC where none was written)."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A property, as it was written."""

    path: str
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function: now(), or a part of the time of its argument."""

    function: str
    argument: "Operand | None"


@dataclass(frozen=True, slots=True)
class Compare:
    """`left` lt, le, eq, ne, ge or gt `right`."""

    operator: str
    left: "Operand"
    right: "Operand"


@dataclass(frozen=True, slots=True)
class Join:
    """`left` and, or `right`."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of `inner`."""

    inner: "Expression"


Operand = Literal | Name | Call
Expression = Compare | Join | Not
_Token = tuple[str, str, int]


def parse(text: str) -> Expression:
    """Read a filter; raises ODataError filter_unreadable, filter_unsupported."""
    if len(text) > MAX_LENGTH:
        raise ODataError("filter_unreadable", f"{len(text)} > {MAX_LENGTH}")
    reader = _Reader(list(_tokens(text)))
    found = reader.either(0)
    reader.end()
    return found


def names_in(expression: Expression | Operand) -> Iterator[str]:
    """Yield the properties an expression speaks of."""
    if isinstance(expression, Name):
        yield expression.path
    elif isinstance(expression, Not):
        yield from names_in(expression.inner)
    elif isinstance(expression, Call):
        if expression.argument is not None:
            yield from names_in(expression.argument)
    elif isinstance(expression, Compare | Join):
        yield from names_in(expression.left)
        yield from names_in(expression.right)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ODataError("filter_unreadable", text[at : at + 20], at=at)
        yield match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup)
        at = match.end()


def _moment(text: str, at: int) -> datetime:
    try:
        found = (
            datetime.fromisoformat(text) if "T" in text else datetime.combine(_day(text), datetime.min.time())
        )
    except ValueError as error:
        raise ODataError("filter_unreadable", text, at=at) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def moment_of(text: str) -> datetime | None:
    """Return the moment a text names, UTC where it has no offset; None where it is none."""
    try:
        return _moment(text, 0)
    except ODataError:
        return None


class _Reader:
    """Reads tokens from left to right: or binds weaker than and, that weaker than not."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._next = tokens, 0

    def _peek(self) -> _Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else ("end", "", -1)

    def _take(self) -> _Token:
        token = self._peek()
        self._next += 1
        return token

    def _is(self, kind: str, text: str) -> bool:
        found = self._peek()
        return found[0] == kind and found[1] == text

    def _expect(self, mark: str) -> None:
        kind, text, at = self._take()
        if kind != "mark" or text != mark:
            raise ODataError("filter_unreadable", text or mark, at=at)

    def end(self) -> None:
        """Raise where something is left over."""
        kind, text, at = self._peek()
        if kind != "end":
            raise ODataError("filter_unreadable", text, at=at)

    def either(self, depth: int) -> Expression:
        """Read conditions joined by or."""
        if depth > MAX_DEPTH:
            raise ODataError("filter_unsupported", "(" * MAX_DEPTH)
        found = self._both(depth)
        while self._is("name", "or"):
            self._take()
            found = Join("or", found, self._both(depth))
        return found

    def _both(self, depth: int) -> Expression:
        found = self._one(depth)
        while self._is("name", "and"):
            self._take()
            found = Join("and", found, self._one(depth))
        return found

    def _one(self, depth: int) -> Expression:
        if self._is("name", "not"):
            self._take()
            if depth > MAX_DEPTH:
                raise ODataError("filter_unsupported", "not")
            return Not(self._one(depth + 1))  # of the whole comparison, as Central's own clients write it
        if self._is("mark", "("):
            self._take()
            found = self.either(depth + 1)
            self._expect(")")
            return found
        return self._compare()

    def _compare(self) -> Compare:
        left = self._operand()
        kind, text, at = self._take()
        if kind != "name" or text not in _OPERATORS:
            raise ODataError("filter_unreadable" if kind == "end" else "filter_unsupported", text, at=at)
        return Compare(_OPERATORS[text], left, self._operand())

    def _operand(self) -> Operand:
        kind, text, at = self._take()
        if kind == "text":
            return Literal(text[1:-1].replace("''", "'"))
        if kind == "time":
            return Literal(_moment(text, at))
        if kind == "number":
            return Literal(Decimal(text) if "." in text else int(text))
        if kind != "name":
            raise ODataError("filter_unreadable", text, at=at)
        if self._is("mark", "("):
            return self._call(text, at)
        if text in ("null", "true", "false"):
            return Literal({"null": None, "true": True, "false": False}[text])
        return Name(text, at)

    def _call(self, function: str, at: int) -> Call:
        self._expect("(")
        if function == "now":
            self._expect(")")
            return Call("now", None)
        if function not in PARTS:
            raise ODataError("filter_unsupported", function, at=at)
        argument = self._operand()
        self._expect(")")
        return Call(function, argument)
