"""The rules of the plan, checked again on the server before a report is taken; findings become sentences
here."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from haicap.campaign.models import Field
from haicap.campaign.rules.expressions import Finding
from haicap.kernel.errors import Refused, Text
from haicap.questionnaire.rules import names, report
from haicap.questionnaire.rules.plan import Ask, Both, Plan
from haicap.questionnaire.rules.xlsform import shown

_SENTENCES: Mapping[str, Text] = {
    "required": gettext_lazy("This must be answered, or marked not applicable with a reason."),
    "type": gettext_lazy("“%(value)s” is not a value of the kind asked for here."),
    "minimum": gettext_lazy("The value must not be less than %(bound)s."),
    "maximum": gettext_lazy("The value must not be more than %(bound)s."),
    "choice": gettext_lazy("“%(value)s” is not one of the choices."),
    "na_reason": gettext_lazy("Say why it does not apply."),
    "too_long": gettext_lazy("The text must not be longer than %(bound)s characters."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A finding in the reader's language: the question it is about, its area and label, the sentence."""

    name: str
    area: str
    label: str
    message: str
    severity: str
    fields: tuple[str, ...]


def _say(both: Both) -> str:
    return both.en if (get_language() or "vi").startswith("en") and both.en else both.vi


def _places(plan: Plan) -> dict[str, tuple[str, Both, Ask | None]]:
    """Return the area, label and field of every question by name."""
    found: dict[str, tuple[str, Both, Ask | None]] = {}
    for topic in plan.topics:
        for item in topic.items:
            for ask in item.fields:
                label = Both(vi=f"{item.code} {ask.label.vi}", en=f"{item.code} {ask.label.en}")
                found[ask.key] = (topic.code, label, ask)
            label = Both(vi=f"{item.code} {item.name.vi}", en=f"{item.code} {item.name.en}")
            found[names.na_reason(item.code)] = found[names.not_applicable(item.code)] = (
                topic.code,
                label,
                None,
            )
        for question in topic.questions:
            found[question.key] = (topic.code, question.text, None)
    return found


def _sentence(finding: Finding, plan_message: Both | None, ask: Ask | None) -> str:
    if finding.code == "rule":
        return _say(plan_message) if plan_message else finding.rule
    params = dict(finding.params)
    if "bound" in params and ask is not None:
        params["bound"] = shown(str(params["bound"]), ask.type, language=(get_language() or "vi")[:2])
    return str(_SENTENCES[finding.code]) % params


def field_sentence(field: Field, finding: Finding) -> str:
    """Return the sentence of a finding about the value of one field."""
    params = dict(finding.params)
    if "bound" in params:
        params["bound"] = shown(str(params["bound"]), field.type, language=(get_language() or "vi")[:2])
    return str(_SENTENCES[finding.code]) % params


def report_problems(*, plan: Plan, values: Mapping[str, str], today: date) -> list[Problem]:
    """Return all that is wrong with a report in the reader's language, in the order of the form."""
    places = _places(plan)
    order = {name: number for number, name in enumerate(places)}
    messages = {condition.key: condition.message for condition in plan.conditions}
    found: list[Problem] = []
    for finding in report.findings(plan, values, checker=report.checker_of(plan), today=today):
        known = sorted((name for name in finding.fields if name in places), key=order.__getitem__)
        last = known[-1] if known else finding.fields[0]
        area, label, ask = places.get(last, ("", Both(vi=last, en=last), None))
        found.append(
            Problem(
                name=last,
                area=area,
                label=_say(label),
                message=_sentence(finding, messages.get(finding.rule), ask),
                severity=finding.severity,
                fields=tuple(known) or finding.fields,
            )
        )
    return sorted(found, key=lambda problem: order.get(problem.name, len(order)))


def refuse_problems(problems: Sequence[Problem], *, revision: int) -> None:
    """Raise Refused naming every error; warnings stop nobody. `revision` is that of the draft, which was
    kept."""
    errors = [problem for problem in problems if problem.severity == "error"]
    if not errors:
        return
    count = len(errors)
    raise Refused(
        "report.problems",
        ngettext(
            "%(count)s answer must be put right before the report can be submitted. All you entered is kept.",
            "%(count)s answers must be put right before the report can be submitted. All you entered is "
            "kept.",
            count,
        )
        % {"count": count},
        field=errors[0].name,
        details={"problems": [asdict(problem) for problem in problems], "revision": revision},
    )


def problem_line(problem: Problem) -> str:
    """Return a problem as one line for the terminal."""
    return _("%(label)s: %(message)s") % {"label": problem.label, "message": problem.message}
