"""The plan as an XLSForm: rows of the sheets survey, choices and settings.

XLSForm: https://xlsform.org/en/. A rule over one field, or of severity error, becomes a constraint of the
last field
it reads; every rule also becomes a note that shows its sentence while it does not hold, because a
constraint is not
looked at while its own field is blank, and a warning must not stop anybody.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from haicap.campaign.rules.language import guarded
from haicap.questionnaire.rules import names
from haicap.questionnaire.rules.plan import Ask, Both, Condition, Item, Plan, Topic

VI, EN = "Tiếng Việt (vi)", "English (en)"
SURVEY = (
    "type", "name", f"label::{VI}", f"label::{EN}", f"hint::{VI}", f"hint::{EN}", "required",
    f"required_message::{VI}", f"required_message::{EN}", "relevant", "constraint",
    f"constraint_message::{VI}", f"constraint_message::{EN}", "calculation", "readonly", "appearance",
)  # fmt: skip
CHOICES = ("list_name", "name", f"label::{VI}", f"label::{EN}")
SETTINGS = ("form_title", "form_id", "version", "default_language")
RULE_NOTE = "rule_"
TYPES = {
    "integer": "integer", "decimal": "decimal", "percent": "decimal", "date": "date", "text": "text",
    "yes_no": "select_one yes_no",
}  # fmt: skip
_BLANK = Both(vi="", en="")
_MUST = Both(vi="Mục này phải trả lời, hoặc đánh dấu không áp dụng và nêu lý do.",
             en="This must be answered, or marked not applicable with a reason.")  # fmt: skip
_WHY = Both(vi="Lý do không áp dụng", en="Why it does not apply")
_NOT = Both(vi="Không áp dụng đối với đơn vị", en="Does not apply to this unit")
Row = dict[str, str]


def _row(kind: str, name: str, label: Both = _BLANK, hint: Both = _BLANK, /, **more: str) -> Row:
    row = {
        "type": kind, "name": name, f"label::{VI}": label.vi, f"label::{EN}": label.en or label.vi,
        f"hint::{VI}": hint.vi, f"hint::{EN}": hint.en or hint.vi, **more,
    }  # fmt: skip
    return {column: value for column, value in row.items() if value}


def _literal(bound: str, kind: str) -> str:
    return f"date('{bound}')" if kind == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", bound) else bound


def shown(bound: str, kind: str, *, language: str) -> str:
    """Return a bound as people write it: 01/07/2025, 2.000, 12,5 in Vietnamese."""
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", bound):
        return "/".join(reversed(match.groups()))
    whole, _, part = bound.partition(".")
    if kind == "date" or not re.fullmatch(r"-?\d+", whole):
        return bound
    grouped = f"{int(whole):,}"
    if language == "vi":
        return grouped.replace(",", ".") + (f",{part}" if part else "")
    return grouped + (f".{part}" if part else "")


def bounds_message(ask: Ask) -> Both:
    """Return the sentence for a value outside the bounds of a field."""
    if ask.type == "text":
        return Both(vi=f"Nội dung không quá {ask.maximum} ký tự.", en=f"At most {ask.maximum} characters.")
    low = [shown(ask.minimum, ask.type, language=language) for language in ("vi", "en")]
    high = [shown(ask.maximum, ask.type, language=language) for language in ("vi", "en")]
    if ask.minimum and ask.maximum:
        return Both(vi=f"Giá trị phải từ {low[0]} đến {high[0]}.", en=f"Must be from {low[1]} to {high[1]}.")
    if ask.minimum:
        return Both(vi=f"Giá trị không được nhỏ hơn {low[0]}.", en=f"Must not be less than {low[1]}.")
    return Both(vi=f"Giá trị không được lớn hơn {high[0]}.", en=f"Must not be more than {high[1]}.")


def _guarded(condition: Condition, *, own: str = "") -> str:
    """Return the rule as XForms judges it: silent while a field it needs is blank, for blank is not zero."""
    text = guarded(condition.expression, own=own)
    text = re.sub(r"\bfilled\((\$\{\w+\})\)", r"(\1 != '')", text)
    return re.sub(r"\bblank\((\$\{\w+\})\)", r"(\1 = '')", text)


def _constraint(ask: Ask, conditions: Sequence[Condition]) -> tuple[str, Both]:
    parts: list[str] = []
    says: list[Both] = []
    if ask.minimum or ask.maximum:
        own = "string-length(.)" if ask.type == "text" else "."
        low = [f"{own} >= {_literal(ask.minimum, ask.type)}"] if ask.minimum else []
        high = [f"{own} <= {_literal(ask.maximum, ask.type)}"] if ask.maximum else []
        parts.append(" and ".join(low + high))
        says.append(bounds_message(ask))
    for condition in conditions:
        parts.append(_guarded(condition, own=ask.key))
        says.append(condition.message)
    if len(parts) > 1:
        parts = [f"({part})" for part in parts]
    return " and ".join(parts), Both(vi=" ".join(s.vi for s in says), en=" ".join(s.en for s in says))


def _label(ask: Ask) -> Both:
    if not ask.unit or ask.unit in ask.label.vi:
        return ask.label
    return Both(vi=f"{ask.label.vi} ({ask.unit})", en=f"{ask.label.en} ({ask.unit})")


def kind_of(ask: Ask) -> str:
    """Return the XLSForm type of a field."""
    if ask.type in ("choice", "multi"):
        return f"{'select_one' if ask.type == 'choice' else 'select_multiple'} {ask.key}"
    return TYPES[ask.type]


def _field(item: Item, ask: Ask, conditions: Sequence[Condition]) -> Row:
    relevant = f"${{{names.not_applicable(item.code)}}} != 'yes'" if item.is_asked else ""
    if ask.calculation:
        return _row(kind_of(ask), ask.key, _label(ask), relevant=relevant, calculation=ask.calculation,
                    readonly="yes")  # fmt: skip
    constraint, says = _constraint(ask, conditions)
    required = {
        "required": "yes",
        f"required_message::{VI}": _MUST.vi,
        f"required_message::{EN}": _MUST.en,
    } if ask.required else {}  # fmt: skip
    return _row(
        kind_of(ask), ask.key, _label(ask), relevant=relevant, constraint=constraint,
        appearance="multiline" if ask.type == "text" else "",
        **{f"constraint_message::{VI}": says.vi, f"constraint_message::{EN}": says.en}, **required,
    )  # fmt: skip


def _item(item: Item, ends: dict[str, list[Condition]]) -> Iterator[Row]:
    name = Both(vi=f"{item.code} {item.name.vi}", en=f"{item.code} {item.name.en}")
    yield _row("begin_group", names.indicator(item.code), name)
    if item.is_asked:
        yield _row("select_one not_applicable", names.not_applicable(item.code), _NOT)
        yield _row(
            "text", names.na_reason(item.code), _WHY, required="yes",
            relevant=f"${{{names.not_applicable(item.code)}}} = 'yes'",
            **{f"required_message::{VI}": "Hãy nêu lý do không áp dụng.",
               f"required_message::{EN}": "Say why it does not apply."},
        )  # fmt: skip
    for ask in item.fields:
        errors = [c for c in ends.get(ask.key, []) if c.severity == "error"]
        yield _field(item, ask, errors)
    for ask in item.fields:
        for condition in ends.get(ask.key, []):
            yield _row(
                "note", RULE_NOTE + names.element(condition.key), condition.message,
                relevant=f"not({_guarded(condition)})", appearance=condition.severity,
            )  # fmt: skip
    if item.evidence.vi:
        yield _row("file", names.evidence(item.code), item.evidence, item.note)
    yield {"type": "end_group"}


def _topic(topic: Topic, ends: dict[str, list[Condition]]) -> Iterator[Row]:
    name = Both(vi=f"{topic.code}. {topic.name.vi}", en=f"{topic.code}. {topic.name.en}")
    yield _row("begin_group", names.area(topic.code), name, appearance="field-list")
    for item in topic.items:
        yield from _item(item, ends)
    for question in topic.questions:
        yield _row("text", question.key, question.text, appearance="multiline")
    yield {"type": "end_group"}


def _ends(plan: Plan) -> dict[str, list[Condition]]:
    """Return the conditions by the last asked field they read, in the order of the form."""
    place = {
        ask.key: (not ask.calculation, number)
        for number, ask in enumerate(
            ask for topic in plan.topics for item in topic.items for ask in item.fields
        )
    }
    found: dict[str, list[Condition]] = {}
    for condition in plan.conditions:
        known = [key for key in condition.fields if key in place]
        if known:
            found.setdefault(max(known, key=lambda key: place[key]), []).append(condition)
    return found


def survey_rows(plan: Plan) -> list[Row]:
    """Return the rows of the sheet survey."""
    ends = _ends(plan)
    return [row for topic in plan.topics for row in _topic(topic, ends)]


def choice_rows(plan: Plan) -> list[Row]:
    """Return the rows of the sheet choices."""

    def rows(name: str, options: Iterable[tuple[str, Both]]) -> list[Row]:
        return [
            {"list_name": name, "name": value, f"label::{VI}": label.vi, f"label::{EN}": label.en or label.vi}
            for value, label in options
        ]

    found = rows("yes_no", [("yes", Both(vi="Có", en="Yes")), ("no", Both(vi="Không", en="No"))])
    found += rows("not_applicable", [("yes", Both(vi="Không áp dụng", en="Not applicable"))])
    for topic in plan.topics:
        for item in topic.items:
            for ask in item.fields:
                if ask.type in ("choice", "multi"):
                    found += rows(ask.key, ask.choices)
    return found


def setting_rows(plan: Plan, *, version: int) -> list[Row]:
    """Return the row of the sheet settings."""
    return [
        {
            "form_title": plan.title.vi,
            "form_id": names.element(plan.code),
            "version": str(version),
            "default_language": VI,
        }
    ]
