"""Filled forms in templates: ``{% load submissions %}``."""

from collections.abc import Mapping
from datetime import timedelta

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from haicap.kernel.errors import Text
from haicap.questionnaire.present.values import show_collected
from haicap.questionnaire.rules.schema import Field, in_language
from haicap.ui.templatetags.ui import status_badge

register = template.Library()

STATES: Mapping[str, tuple[Text, str]] = {
    "received": (gettext_lazy("Received"), "blue"),
    "has_issues": (gettext_lazy("Returned for correction"), "red"),
    "edited": (gettext_lazy("Edited"), "yellow"),
    "approved": (gettext_lazy("Approved"), "green"),
    "rejected": (gettext_lazy("Rejected"), "grey"),
}
STEPS: Mapping[str, Text] = {
    "deleted": gettext_lazy("Taken away"),
    "restored": gettext_lazy("Brought back"),
}


@register.simple_tag
def submission_state(state: str) -> SafeString:
    """Render the state of a submission in words."""
    words, colour = STATES[state]
    return status_badge(words, colour)


@register.simple_tag
def submission_step(action: str) -> Text:
    """Return what happened to a submission in words."""
    return STEPS.get(action) or STATES[action][0]


@register.filter
def question(field: Field) -> str:
    """Return the label of a question or group in the language of the page, its name where it has none."""
    return in_language(field.label, (get_language() or "vi")[:2]) or field.name


@register.simple_tag
def answer_text(field: Field, text: str) -> SafeString | str:
    """Render an answer as people read it; blank says so."""
    if not text.strip():
        return format_html('<span class="text-secondary">{}</span>', _("blank"))
    return show_collected(field=field, text=text, language=(get_language() or "vi")[:2])


@register.filter
def how_long(duration: timedelta | None) -> str:
    """Return a duration in words, to the minute (to the second below a minute)."""
    if duration is None:
        return "–"
    seconds = int(duration.total_seconds())
    if seconds < 60:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    days, minutes = divmod(seconds // 60, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if days:
        parts.append(ngettext("%(count)s day", "%(count)s days", days) % {"count": days})
    if hours:
        parts.append(ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours})
    if minutes or not parts:
        parts.append(ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes})
    return " ".join(parts)


@register.simple_tag
def url_or_none(name: str, *args: object) -> str:
    """Return the address of a page, "" where this installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
