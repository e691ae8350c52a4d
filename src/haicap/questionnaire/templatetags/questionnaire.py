"""Values and states of reports in templates: ``{% load questionnaire %}``."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Field
from haicap.kernel.errors import Text
from haicap.questionnaire.present.values import show_text
from haicap.questionnaire.queries.board import Cell
from haicap.questionnaire.queries.figures import FigureValue
from haicap.ui.templatetags.ui import status_badge

register = template.Library()

STATES: Mapping[str, tuple[Text, str, str]] = {  # words, colour, sign
    "not_started": (_("Not started"), "grey", "○"),
    "drafting": (_("Drafting"), "yellow", "◔"),
    "submitted": (_("Submitted"), "blue", "▲"),
    "signed": (_("Signed, under review"), "blue", "▲"),
    "returned": (_("Returned"), "red", "↩"),
    "accepted": (_("Accepted"), "green", "✓"),
    "verified": (_("Verified"), "purple", "★"),
}
REPORT_WORDS: Mapping[str, Text] = {"submitted": _("Waiting for the chair's signature")}


@register.simple_tag
def area_state(state: str) -> SafeString:
    """Render the state of an area in words."""
    words, colour, _sign = STATES[state]
    return status_badge(words, colour)


@register.simple_tag
def report_state(state: str) -> SafeString:
    """Render the state of a whole report in words."""
    words, colour, _sign = STATES[state]
    return status_badge(REPORT_WORDS.get(state, words), colour)


@register.simple_tag
def state_sign(state: str, late: bool = False) -> SafeString:
    """Render the state of an area as a sign with its words for screen readers; lateness is an exclamation
    mark."""
    return _sign(state, late, get_language() or "")


@register.simple_tag
def state_cells(cells: Iterable[Cell]) -> SafeString:
    """Render the table cells of one unit's areas: a board has hundreds, too many for a template's loop."""
    language = get_language() or ""
    return format_html_join("", "<td>{}</td>", ((_sign(cell.state, cell.late, language),) for cell in cells))


@lru_cache(maxsize=64)
def _sign(state: str, late: bool, language: str) -> SafeString:
    """Return a sign in `language`, the language of the page; a handful of them is kept in memory."""
    words, colour, sign = STATES[state]
    mark = format_html(
        '<span class="text-danger fw-bold" aria-hidden="true">!</span>'
        '<span class="visually-hidden">, {}</span>',
        _("late"),
    )
    return format_html(
        '<span class="state-sign state-{}" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>{}',
        colour,
        words,
        sign,
        words,
        mark if late else "",
    )


@register.simple_tag
def state_words(state: str) -> Text:
    """Return the words of a state."""
    return STATES[state][0]


@register.simple_tag
def figure_value(field: Field, value: FigureValue | str | None) -> SafeString | str:
    """Render a value: blank says so, not applicable gives its reason. A template's missing row comes as
    ""."""
    if not isinstance(value, FigureValue):
        return format_html('<span class="text-secondary">{}</span>', _("blank"))
    if value.na_reason:
        return format_html("<em>{}</em>: {}", _("not applicable"), value.na_reason)
    unit = f" {field.unit}" if field.unit and field.type in ("integer", "decimal", "percent") else ""
    return f"{show_text(field=field, text=value.text)}{unit}"


@register.filter
def file_size(size: int) -> str:
    """Return a size in the reader's language."""
    return str(filesizeformat(size))
