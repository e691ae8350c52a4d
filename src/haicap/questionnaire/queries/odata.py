"""Reads behind OData: filters as conditions, and pages found without reading what lies before them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    UUIDField,
    Value,
    When,
    Window,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import (
    Cast,
    Coalesce,
    ExtractDay,
    ExtractHour,
    ExtractMinute,
    ExtractMonth,
    ExtractSecond,
    ExtractYear,
)
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from haicap.questionnaire.models import Submission
from haicap.questionnaire.rules import entities as rules
from haicap.questionnaire.rules.odata import (
    Call,
    Compare,
    Expression,
    Join,
    Literal,
    Name,
    Not,
    ODataError,
)
from haicap.questionnaire.rules.odata.filters import Operand, moment_of

KEY_BASE = 2**30  # ids of devices stand above those of people
REVIEW_STATES: Mapping[str, str | None] = {
    Submission.State.RECEIVED: None,
    Submission.State.HAS_ISSUES: "hasIssues",
    Submission.State.EDITED: "edited",
    Submission.State.APPROVED: "approved",
    Submission.State.REJECTED: "rejected",
}
_ROOT = "$root/Submissions/"
_MOST = 2**31 - 1
_PARTS: Mapping[str, Callable[..., Any]] = {
    "year": ExtractYear, "month": ExtractMonth, "day": ExtractDay, "hour": ExtractHour, "minute": ExtractMinute,
    "second": ExtractSecond,
}  # fmt: skip
_ORDERED: Mapping[str, Callable[..., Any]] = {
    "lt": LessThan, "le": LessThanOrEqual, "gt": GreaterThan, "ge": GreaterThanOrEqual,
}  # fmt: skip
Properties = Mapping[str, tuple[Callable[[], Any], str]]  # expression and type: time, number, text


def _review_state() -> Any:
    whens = [When(state=state, then=Value(word)) for state, word in REVIEW_STATES.items() if word]
    return Case(*whens, default=Value(None), output_field=CharField())


def _submitter() -> Any:
    return Coalesce(F("person_id"), F("key_id") + Value(KEY_BASE), output_field=IntegerField())


SUBMISSIONS: Properties = {
    "__id": (lambda: F("instance_id"), "text"),
    "__system/submissionDate": (lambda: F("received_at"), "time"),
    "__system/updatedAt": (lambda: F("updated_at"), "time"),
    "__system/deletedAt": (lambda: F("deleted_at"), "time"),
    "__system/submitterId": (_submitter, "number"),
    "__system/reviewState": (_review_state, "text"),
}
ENTITIES: Properties = {
    "__id": (lambda: F("uuid"), "uuid"),
    "__system/createdAt": (lambda: F("created_at"), "time"),
    "__system/updatedAt": (lambda: F("updated_at"), "time"),
    "__system/deletedAt": (lambda: F("deleted_at"), "time"),
    "__system/creatorId": (lambda: F("created_by_id"), "number"),
    "__system/conflict": (lambda: F("conflict"), "conflict"),
}
_OUTPUT: Mapping[str, Callable[[], Any]] = {
    "time": DateTimeField, "number": IntegerField, "text": CharField, "conflict": CharField, "uuid": UUIDField,
}  # fmt: skip


def condition(expression: Expression, *, properties: Properties, now: datetime) -> Q:
    """Return a filter as a condition; raises ODataError filter_field, filter_unsupported."""
    return _Conditions(properties, now).of(expression)


class _Conditions:
    def __init__(self, properties: Properties, now: datetime) -> None:
        self._properties, self._now = properties, now

    def of(self, expression: Expression) -> Q:
        if isinstance(expression, Join):
            left, right = self.of(expression.left), self.of(expression.right)
            return left & right if expression.operator == "and" else left | right
        if isinstance(expression, Not):
            return Q(_negated(self.of(expression.inner)))
        return Q(self._compared(expression))

    def _compared(self, one: Compare) -> Any:
        kind = self._kind(one.left) or self._kind(one.right) or "text"
        left, right = self._side(one.left, kind), self._side(one.right, kind)
        if one.operator in _ORDERED:
            if left is None or right is None:
                return Value(False, output_field=BooleanField())
            return _ORDERED[one.operator](left, right)
        same = self._same(left, right)
        return same if one.operator == "eq" else _negated(same)

    def _same(self, left: Any, right: Any) -> Any:
        """Compare so that nothing equals nothing only: never unknown."""
        if left is None and right is None:
            return Value(True, output_field=BooleanField())
        if left is None or right is None:
            return IsNull(right if left is None else left, True)
        return ExpressionWrapper(Q(Exact(left, right)) & Q(IsNull(left, False)), output_field=BooleanField())

    def _kind(self, operand: Operand) -> str:
        if isinstance(operand, Name):
            return self._property(operand)[1]
        if isinstance(operand, Call):
            return "time" if operand.function == "now" else "number"
        return ""

    def _property(self, name: Name) -> tuple[Callable[[], Any], str]:
        found = self._properties.get(name.path.removeprefix(_ROOT))
        if found is None:
            raise ODataError("filter_field", name.path, at=name.at)
        return found

    def _side(self, operand: Operand, kind: str) -> Any:
        """Return an expression of the database, None for null."""
        if isinstance(operand, Name):
            made, own = self._property(operand)
            output = _OUTPUT.get(own)
            return ExpressionWrapper(made(), output_field=output()) if output else made()
        if isinstance(operand, Call):
            return self._called(operand)
        value = _value(operand, kind)
        if value is None:
            return Value("") if kind == "conflict" else None
        return (
            Value(value, output_field=_OUTPUT[kind]()) if kind in ("time", "number", "uuid") else Value(value)
        )

    def _called(self, call: Call) -> Any:
        if call.argument is None:
            return Value(self._now, output_field=DateTimeField())
        if self._kind(call.argument) != "time" and not isinstance(call.argument, Literal):
            raise ODataError("filter_unsupported", call.function)
        return _PARTS[call.function](self._side(call.argument, "time"), tzinfo=UTC)


def _negated(inner: Any) -> Any:
    return ~Q(inner) if not isinstance(inner, Q) else ~inner


def _value(literal: Literal, kind: str) -> Any:
    """Return a literal as the type it is compared with; raises ODataError where it is none."""
    value = literal.value
    if value is None:
        return None
    if kind == "time":
        found = value if isinstance(value, datetime) else moment_of(str(value))
    elif kind == "number":
        text = str(value)
        whole = text.removeprefix("-").isdigit()
        found = max(-_MOST, min(int(text[:20]), _MOST)) if whole else None  # type: ignore[assignment]
    elif kind == "uuid":
        found = rules.uuid_of(str(value))  # type: ignore[assignment]
    else:
        return str(value)
    if found is None:
        raise ODataError("filter_unreadable", str(value))
    return found


def order_of(text: str, *, properties: Properties) -> list[Any]:
    """Return an $orderby as orderings, ended by the key so that the order is total; raises ODataError orderby."""
    orders, is_first_down = [], False
    for number, part in enumerate(text.split(",")):
        words = part.split()
        direction = words[1].lower() if len(words) == 2 else "asc"
        if not 1 <= len(words) <= 2 or words[0] not in properties or direction not in ("asc", "desc"):
            raise ODataError("orderby", part.strip())
        expression = properties[words[0]][0]()
        if direction == "desc":
            orders.append(expression.desc(nulls_last=True))
            is_first_down = is_first_down or number == 0
        else:
            orders.append(expression.asc(nulls_first=True))
    return [*orders, F("pk").desc() if is_first_down else F("pk").asc()]


def repeat_count(paths: Mapping[int, str]) -> Any:
    """Return the number of rows a submission has in one table; `paths` are its repeat's by version of the form."""

    def counted(path: str) -> Any:
        return Coalesce(Cast(KeyTextTransform(path, "repeats"), IntegerField()), Value(0))

    different = set(paths.values())
    if len(different) == 1:
        return counted(different.pop())
    whens = [When(version_id=version, then=counted(path)) for version, path in paths.items()]
    return Case(*whens, default=Value(0), output_field=IntegerField())


def rows_of_repeat(rows: QuerySet[Submission], *, count: Any) -> int:
    """Return how many rows a repeat has over all `rows`."""
    return rows.order_by().aggregate(total=Sum(count))["total"] or 0


def submission_at(rows: QuerySet[Submission], *, count: Any, skip: int) -> tuple[int, int] | None:
    """Return the key of the submission in which row number `skip` of a repeat stands, and which of its rows it is.

    Newest submissions first. None where there are not so many.
    """
    summed = rows.order_by().annotate(
        repeat_rows=count, summed=Window(Sum(count), order_by=F("pk").desc(), frame=None)
    )
    found = summed.filter(summed__gt=skip).order_by("-pk").values_list("pk", "repeat_rows", "summed").first()
    return None if found is None else (found[0], skip - (found[2] - found[1]))


def key_at(rows: QuerySet[Any], *, skip: int) -> int | None:
    """Return the key of row number `skip` of `rows`, newest first; None where there are not so many."""
    return rows.order_by("-pk").values_list("pk", flat=True)[skip : skip + 1].first()
