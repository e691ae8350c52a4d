"""States, questions and assignments of forms in templates: ``{% load definitions %}``."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import ROLE_LABELS, Role
from haicap.kernel.errors import Text
from haicap.questionnaire.forms.definitions import STATES, VERBS, named, scope_words
from haicap.questionnaire.models import Assignment
from haicap.questionnaire.rules.form_diff import Candidate, Pair
from haicap.questionnaire.rules.schema import Field
from haicap.ui.templatetags.ui import status_badge

register = template.Library()

VERSIONS: dict[str, tuple[Text, str]] = {
    "draft": (_("draft"), "yellow"),
    "published": (_("published"), "green"),
    "superseded": (_("superseded"), "grey"),
}
BROKEN: dict[str, Text] = {
    "other_table": _("stands in another repeat: the answers so far stay in their own table"),
    "other_type": _("is of another type: the answers so far stay in a column of their own"),
}
REASONS: dict[str, Text] = {
    "same_name": _("same name"), "same_label": _("same words"), "alike": _("much alike"),
}  # fmt: skip
RULES: dict[str, Text] = {
    "required": _("required"),
    "constraint": _("constraint"),
    "relevant": _("relevant"),
    "calculate": _("calculation"),
    "readonly": _("read only"),
    "default": _("default"),
}


@register.simple_tag
def form_state(state: str) -> SafeString:
    """Render the state of a form."""
    return status_badge(*STATES[state])


@register.simple_tag
def version_state(state: str) -> SafeString:
    """Render the state of a version."""
    return status_badge(*VERSIONS[state])


@register.filter
def question(field: Field) -> str:
    """Return a question's label and path."""
    return named(field)


@register.filter
def broken(one: Pair | Candidate) -> Text:
    """Return why two questions cannot share a column, "" where they can."""
    return BROKEN.get(one.broken, "")


@register.filter
def reason(one: Candidate) -> Text:
    """Return why two questions may be the same."""
    return REASONS[one.reason]


@register.filter
def rule_words(names: tuple[str, ...]) -> str:
    """Return the names of rules of a question."""
    return ", ".join(str(RULES[name]) for name in names)


@register.filter
def holder(row: Assignment) -> Text:
    """Return who holds an assignment."""
    if row.role:
        return ROLE_LABELS.get(Role(row.role), row.role) if row.role in set(Role) else row.role
    if row.person is not None:
        return row.person.full_name or row.person.username
    return row.key.name if row.key is not None else ""


@register.filter
def over(row: Assignment) -> Text:
    """Return over what an assignment goes."""
    return scope_words(row)


@register.filter
def verb(row: Assignment) -> Text:
    """Return what an assignment lets do."""
    return VERBS[row.verb]
