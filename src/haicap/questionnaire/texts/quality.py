"""Why a figure is worth a question, in words."""

from django.utils.translation import gettext as _

from haicap.kernel.text import localized
from haicap.questionnaire.present.values import show_number
from haicap.questionnaire.queries.quality import FormQuestion, Question
from haicap.questionnaire.rules.judge import Fault
from haicap.questionnaire.rules.quality import Finding
from haicap.questionnaire.rules.schema import Field, in_language


def _shown(number: float) -> str:
    return show_number(repr(number))


def _who(finding: Finding[int], *, name: str, other: str) -> str:
    """Return the sentence for a finding; `name` is whose figure it is, `other` whose figures are the same."""
    values = {
        "unit": name, "value": _shown(finding.value), "before": _shown(finding.before), "other": other,
        "shared": finding.shared, "compared": _shown(finding.compared),
    }  # fmt: skip
    if finding.spread is not None:
        spread = finding.spread
        values |= {"low": _shown(spread.low), "high": _shown(spread.high), "middle": _shown(spread.median)}
    return _sentence(finding.kind) % values


def _sentence(kind: str) -> str:
    return {
        "outlier": _(
            "%(unit)s reports %(value)s; half of all lie between %(low)s and %(high)s (middle: %(middle)s)."
        ),
        "per_capita": _(
            "%(unit)s reports %(value)s, that is %(compared)s per 10,000 people; half of all lie between %(low)s and "
            "%(high)s (middle: %(middle)s)."
        ),
        "change": _("%(unit)s reports %(value)s; in the last survey it was %(before)s."),
        "revised": _("%(unit)s now reports %(value)s; in its former report it was %(before)s."),
        "alike": _("%(unit)s reports the same as %(other)s: %(shared)s figures agree and none differs."),
    }[kind]


def reason(question: Question) -> str:
    """Return why a unit should be asked about a figure, in the language of the page."""
    return _who(
        question.finding, name=question.unit.name, other=question.other.name if question.other else ""
    )


def draft(question: Question) -> str:
    """Return the question to the unit as it may be sent: the reason, and what is asked for."""
    label = localized(question.field, "label") if question.field is not None else ""
    text = _("%(label)s: %(reason)s Please look at it again and say how it was counted.")
    return text % {"label": label, "reason": reason(question)}


def form_reason(question: FormQuestion, *, language: str) -> str:
    """Return why somebody should be asked about a submission."""
    row = question.submission
    name = row.instance_name or row.instance_id
    if question.finding is not None:
        other = question.other
        return _who(
            question.finding, name=name, other=(other.instance_name or other.instance_id) if other else ""
        )
    return fault_reason(question.fault, language=language) if question.fault else ""


def fault_reason(fault: Fault, *, language: str) -> str:
    """Return why an answer does not keep a condition of its form, with what the form itself says of it."""
    said = in_language(_message(fault.field, fault.code), language)
    if fault.code == "required":
        return said or _("The form wants an answer here, and there is none.")
    if fault.code == "irrelevant":
        return _("Answered with “%(text)s”, though the form does not ask this here.") % {"text": fault.text}
    text = _("“%(text)s” does not keep the condition of the form.") % {"text": fault.text}
    return f"{text} {said}".strip()


def _message(field: Field, code: str) -> "dict[str, str]":
    return dict(field.required_message if code == "required" else field.constraint_message)
