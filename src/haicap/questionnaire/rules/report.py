"""What a filled form says: its values by type, what is wrong with it, how far each area has come.

Blank is not zero: a blank field has no value. An indicator marked not applicable has no values but a reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from haicap.campaign.rules.expressions import (
    NOT_APPLICABLE,
    Checker,
    FieldSpec,
    Finding,
    RuleSpec,
    Value,
    parse_value,
)
from haicap.questionnaire.rules import names
from haicap.questionnaire.rules.plan import Ask, Item, Plan, Topic

MAX_TEXT = 10_000
_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The value of one field: text as written, its number where it is one, or why it does not apply."""

    key: str
    text: str
    number: Decimal | None
    na_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How many indicators of an area ask for something, and how many are answered or do not apply."""

    answered: int
    wanted: int

    @property
    def left(self) -> int:
        """How many are still to answer."""
        return self.wanted - self.answered


def _items(plan: Plan) -> Iterator[Item]:
    return (item for topic in plan.topics for item in topic.items)


def checker_of(plan: Plan) -> Checker:
    """Return the engine that judges reports of this plan; make it once for many."""
    fields = [
        FieldSpec(
            key=ask.key, type=ask.type, required=ask.required, minimum=ask.minimum, maximum=ask.maximum,
            choices=tuple({"value": value} for value, _ in ask.choices), calculation=ask.calculation,
        )
        for item in _items(plan) for ask in item.fields
    ]  # fmt: skip
    rules = [RuleSpec(key=c.key, severity=c.severity, expression=c.expression) for c in plan.conditions]
    return Checker(fields=fields, rules=rules)


def applies(item: Item, values: Mapping[str, str]) -> bool:
    """Say whether an indicator is not marked as not applicable."""
    return values.get(names.not_applicable(item.code), "") != "yes"


def typed(ask: Ask, text: str) -> Value | None:
    """Return the value `text` stands for; a text that is none is returned as it is, for the engine to
    refuse."""
    try:
        return parse_value(type=ask.type, text=text)
    except ValueError:
        return text


def typed_values(plan: Plan, values: Mapping[str, str]) -> dict[str, Value | None]:
    """Return the values of all asked fields as the engine takes them."""
    return {
        ask.key: typed(ask, values.get(ask.key, "")) if applies(item, values) else NOT_APPLICABLE
        for item in _items(plan)
        for ask in item.fields
        if not ask.calculation or not applies(item, values)
    }


def findings(plan: Plan, values: Mapping[str, str], *, checker: Checker, today: date) -> list[Finding]:
    """Return all that is wrong with a report, warnings too; a missing reason or overlong text has its own
    code."""
    found = [
        Finding(rule=name, severity="error", fields=(name,), code="na_reason")
        for item in _items(plan)
        if not applies(item, values)
        for name in [names.na_reason(item.code)]
        if not values.get(name)
    ]
    found += [
        Finding(rule=name, severity="error", fields=(name,), code="too_long", params={"bound": MAX_TEXT})
        for name, text in values.items()
        if len(text) > MAX_TEXT
    ]
    return found + checker.check(values=typed_values(plan, values), today=today)


def number_of(value: object) -> Decimal | None:
    """Return the number a typed value stands for; yes is 1 and no is 0, other kinds have none."""
    if isinstance(value, bool) or value in ("yes", "no"):
        return Decimal(value in (True, "yes"))
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)).quantize(_STEP)
    return None


def text_of(value: object) -> str:
    """Return a computed value as a form stores it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | Decimal):
        plain = f"{Decimal(str(value)).quantize(_STEP):f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value)


def figures(plan: Plan, values: Mapping[str, str], *, checker: Checker, today: date) -> list[Figure]:
    """Return the values to keep by field, computed ones worked out anew; blank fields have none."""
    full = checker.compute(values=typed_values(plan, values), today=today)
    found: list[Figure] = []
    for item in _items(plan):
        if not applies(item, values):
            reason = values.get(names.na_reason(item.code), "")
            found += [Figure(key=ask.key, text="", number=None, na_reason=reason) for ask in item.fields]
            continue
        for ask in item.fields:
            value = full.get(ask.key)
            text = text_of(value) if ask.calculation else values.get(ask.key, "")
            if text:
                number = number_of(value) if ask.type not in ("text", "choice", "multi", "date") else None
                found.append(Figure(key=ask.key, text=text, number=number, na_reason=""))
    return found


def _is_answered(item: Item, values: Mapping[str, str]) -> bool:
    if not applies(item, values):
        return bool(values.get(names.na_reason(item.code), ""))
    asked = [ask for ask in item.fields if not ask.calculation]
    return all(values.get(ask.key) for ask in asked if ask.required) and any(
        values.get(ask.key) for ask in asked
    )


def progress(plan: Plan, values: Mapping[str, str]) -> dict[str, Done]:
    """Return how far each area has come, by its code."""
    return {
        topic.code: Done(
            answered=sum(_is_answered(item, values) for item in topic.items if item.is_asked),
            wanted=sum(item.is_asked for item in topic.items),
        )
        for topic in plan.topics
    }


def is_started(topic: Topic, values: Mapping[str, str]) -> bool:
    """Say whether anything of an area is filled in."""
    return any(values.get(name) for name in names_in(topic))


def names_in(topic: Topic) -> list[str]:
    """Return the names of all questions of an area that a person answers."""
    found = [question.key for question in topic.questions]
    for item in topic.items:
        found += [ask.key for ask in item.fields if not ask.calculation]
        found += [names.not_applicable(item.code), names.na_reason(item.code)]
    return found
