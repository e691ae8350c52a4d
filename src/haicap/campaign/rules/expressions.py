"""Judging the values of one report against fields and rules; the one engine of form, review and command.

Values are typed: int or Decimal for numbers, date, "yes"/"no" or bool, the code of a choice, codes for
several choices, text. None (or "") is blank, and blank is not zero: a rule that needs a blank value is
silent, unless it asks about blankness itself. NOT_APPLICABLE silences every rule that names the field. A
computed field whose parts are blank, or whose divisor is zero, has no value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cached_property
from typing import Any, Final, Protocol

from haicap.campaign.rules.language import BLANK, Expression, ExpressionError, guarded, parse, plain

__all__ = [
    "NOT_APPLICABLE", "Checker", "Expression", "ExpressionError", "FieldSpec", "Finding", "NotApplicable",
    "RuleSpec", "Value", "check", "compute", "cycle_in", "guarded", "parse", "parse_value",
]  # fmt: skip


class NotApplicable(Enum):
    """The one value of a field that does not apply; the reason is kept with the report."""

    NOT_APPLICABLE = "n/a"


NOT_APPLICABLE: Final = NotApplicable.NOT_APPLICABLE
Value = str | bool | int | Decimal | date | Sequence[str] | NotApplicable
NUMBERS = frozenset({"integer", "decimal", "percent"})
LONGEST_TEXT = 4000


class FieldLike(Protocol):
    """What the engine reads of a field: a FieldSpec or a row of the plan."""

    @property
    def key(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def minimum(self) -> str: ...
    @property
    def maximum(self) -> str: ...
    @property
    def choices(self) -> Any: ...
    @property
    def calculation(self) -> str: ...


class RuleLike(Protocol):
    """What the engine reads of a rule: a RuleSpec or a row of the plan."""

    @property
    def key(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def expression(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """A field: bounds are text ("" = none) in the field's own unit, as 2025-07-01, or in characters."""

    key: str
    type: str
    required: bool = False
    minimum: str = ""
    maximum: str = ""
    choices: tuple[Mapping[str, str], ...] = ()
    calculation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """A condition that must hold; `severity` is error or warning."""

    key: str
    severity: str
    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong with a report.

    `code` is rule (then `rule` is its key) or, for what follows from a field alone: required, type, minimum,
    maximum, choice. `params` holds the bound or the value that the sentence names.
    """

    rule: str
    severity: str
    fields: tuple[str, ...]
    code: str = "rule"
    params: Mapping[str, object] = field(default_factory=dict)


def parse_value(*, type: str, text: str) -> Value | None:
    """Return what `text` (as a form stores it: decimal point, ISO date, codes) means for a field of `type`.

    None for blank text. Raises ValueError where the text is not of that type.
    """
    text = text.strip()
    if not text:
        return None
    if type == "integer":
        return int(text)
    if type in NUMBERS:
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise ValueError(text) from error
        if not number.is_finite():
            raise ValueError(text)
        return number
    if type == "date":
        return date.fromisoformat(text[:10])
    if type == "multi":
        return tuple(text.split())
    return text


def cycle_in(calculations: Mapping[str, Iterable[str]]) -> list[str] | None:
    """Return a cycle among {field: fields it is computed from} as [a, b, a], or None."""
    done: set[str] = set()

    def visit(key: str, path: list[str]) -> list[str] | None:
        if key in path:
            return [*path[path.index(key) :], key]
        if key in done:
            return None
        for other in sorted(calculations.get(key, ())):
            if found := visit(other, [*path, key]):
                return found
        done.add(key)
        return None

    for key in sorted(calculations):
        if found := visit(key, []):
            return found
    return None


class Checker:
    """Fields and rules parsed once, to judge any number of reports; may raise ExpressionError."""

    def __init__(self, *, fields: Iterable[FieldLike], rules: Iterable[RuleLike]) -> None:
        self.fields = {field.key: field for field in fields}
        self.rules = [(rule, parse(rule.expression)) for rule in rules]
        self._calculations = {
            key: parse(field.calculation) for key, field in self.fields.items() if field.calculation
        }
        if cycle := cycle_in({key: found.fields for key, found in self._calculations.items()}):
            raise ExpressionError(f"computed from itself: {' -> '.join(cycle)}")

    @cached_property
    def order(self) -> list[str]:
        """The computed fields, each after those it is computed from."""
        ordered: list[str] = []

        def visit(key: str) -> None:
            if key in self._calculations and key not in ordered:
                for other in sorted(self._calculations[key].fields):
                    visit(other)
                ordered.append(key)

        for key in self._calculations:
            visit(key)
        return ordered

    def compute(self, *, values: Mapping[str, Value | None], today: date) -> dict[str, Value | None]:
        """Return `values` with every computed field worked out anew (None where it has no value)."""
        found, _ = self._computed(values, today)
        return found

    def check(self, *, values: Mapping[str, Value | None], today: date) -> list[Finding]:
        """Return all that is wrong with `values`: first field by field, then rule by rule."""
        findings = [
            finding for key, field in self.fields.items() if not field.calculation
            for finding in _check_field(field, values.get(key))
        ]  # fmt: skip
        unusable = {key for finding in findings if finding.code == "type" for key in finding.fields}
        kept = {key: None if key in unusable else value for key, value in values.items()}
        full, ready = self._computed(kept, today)
        silent = {key for key, value in full.items() if value is NOT_APPLICABLE}
        for rule, expression in self.rules:
            if expression.fields & silent or any(ready.get(key, BLANK) == BLANK for key in expression.strict):
                continue
            if not _holds(expression, ready, today):
                findings.append(
                    Finding(rule=rule.key, severity=rule.severity, fields=tuple(sorted(expression.fields)))
                )
        return findings

    def _computed(
        self, values: Mapping[str, Value | None], today: date
    ) -> tuple[dict[str, Value | None], dict[str, Any]]:
        """Return all values typed, and the same as expressions take them."""
        full = {key: None if value == BLANK else value for key, value in values.items()}
        ready = {key: BLANK if value is NOT_APPLICABLE else plain(value) for key, value in full.items()}
        for key in self.order:
            result = _calculate(self._calculations[key], ready, today)
            ready[key] = result
            full[key] = None if result == BLANK else result
        return full, ready


def _calculate(expression: Expression, ready: Mapping[str, Any], today: date) -> Any:
    if any(ready.get(key, BLANK) == BLANK for key in expression.strict):
        return BLANK
    try:
        return expression.evaluate(ready, today=today)
    except (ZeroDivisionError, ExpressionError):
        return BLANK


def _holds(expression: Expression, ready: Mapping[str, Any], today: date) -> bool:
    try:
        return bool(expression.evaluate(ready, today=today))
    except ZeroDivisionError:
        return True  # nothing can be said about a share of nothing


def _check_field(field: FieldLike, value: Value | None) -> list[Finding]:
    if value is NOT_APPLICABLE:
        return []
    if value is None or value == BLANK or value == ():
        return [_field_finding(field, "required")] if field.required else []
    if not _is_of_type(field.type, value):
        return [_field_finding(field, "type", value=str(value))]
    if field.type in ("choice", "multi"):
        known = {str(choice["value"]) for choice in field.choices}
        given = [value] if isinstance(value, str) and field.type == "choice" else _codes(value)
        unknown = [code for code in given if code not in known]
        return [_field_finding(field, "choice", value=" ".join(map(str, unknown)))] if unknown else []
    return _check_bounds(field, value)


def _codes(value: Any) -> list[str]:
    return value.split() if isinstance(value, str) else list(value)


def _check_bounds(field: FieldLike, value: Any) -> list[Finding]:
    if field.type == "text":
        limit = int(field.maximum or LONGEST_TEXT)
        return [_field_finding(field, "maximum", bound=str(limit))] if len(value) > limit else []
    if field.type == "yes_no":
        return []
    findings = []
    if field.minimum and value < parse_value(type=field.type, text=field.minimum):
        findings.append(_field_finding(field, "minimum", bound=field.minimum))
    if field.maximum and value > parse_value(type=field.type, text=field.maximum):
        findings.append(_field_finding(field, "maximum", bound=field.maximum))
    return findings


def _is_of_type(kind: str, value: Any) -> bool:
    if kind == "yes_no":
        return isinstance(value, bool) or value in ("yes", "no")
    if isinstance(value, bool):
        return False
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, Decimal) and value == value.to_integral_value())
    if kind in NUMBERS:
        return isinstance(value, int | Decimal)
    if kind == "date":
        return isinstance(value, date)
    if kind == "multi":
        return isinstance(value, str | list | tuple | set | frozenset)
    return isinstance(value, str)


def _field_finding(field: FieldLike, code: str, **params: object) -> Finding:
    return Finding(
        rule=f"{field.key}.{code}", severity="error", fields=(field.key,), code=code, params=params
    )


def check(
    values: Mapping[str, Value | None],
    fields: Iterable[FieldLike],
    rules: Iterable[RuleLike],
    *,
    today: date,
) -> list[Finding]:
    """Judge one report; to judge many, make one Checker and call it for each."""
    return Checker(fields=fields, rules=rules).check(values=values, today=today)


def compute(
    values: Mapping[str, Value | None], fields: Iterable[FieldLike], *, today: date
) -> dict[str, Value | None]:
    """Return `values` with the computed fields worked out anew."""
    return Checker(fields=fields, rules=()).compute(values=values, today=today)
