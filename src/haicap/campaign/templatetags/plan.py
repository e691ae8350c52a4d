"""Words for the codes of a plan: ``{% load plan %}``."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from django import template
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text
from haicap.kernel.text import localized

register = template.Library()
WORDS: Mapping[str, Mapping[str, Text]] = {
    "reporter": {
        "VP": _("Office of the council and the committee"),
        "KT": _("Economic division"),
        "VX": _("Division of culture and society"),
        "CC": _("Commune service centre"),
        "ĐU": _("Party committee offices"),
        "MT": _("Fatherland Front"),
        "CT": _("Chair of the committee"),
        "TP": _("City service centre or City Office"),
    },
    "evidence": {
        "D": _("decision or regulation"),
        "L": _("list"),
        "S": _("export of a system"),
        "P": _("dated photo"),
        "M": _("handover minutes"),
        "F": _("treasury or accounting paper"),
        "C": _("contract or acceptance"),
        "I": _("invitation or link"),
    },
    "check": {
        "K1": _("read the document: number, date, signature, validity"),
        "K2": _("compare with the data of the department or system"),
        "K3": _("count or inspect on site"),
        "K4": _("random sample: 10 items or 5 %, the larger"),
        "K5": _("interview"),
        "K6": _("technical test"),
    },
}
_MARKS: tuple[tuple[str, Text, str], ...] = (
    ("seed", _("from the article"), "green"),
    ("verified", _("verified"), "green"),
    ("proposal", _("proposal"), "yellow"),
    ("GK", _("general knowledge"), "orange"),
    ("R", _("from a source"), "blue"),
)


@register.filter
def words(codes: str, kind: str) -> str:
    """Return the meaning of comma-separated codes; `kind` is reporter, evidence or check."""
    known = WORDS[kind]
    return "; ".join(str(known.get(code.strip(), code.strip())) for code in codes.split(",") if code.strip())


@register.simple_tag
def mark(code: str) -> SafeString:
    """Say where a value comes from, with the mark itself: from the article, verified, a proposal."""
    for start, text, colour in _MARKS:
        if code.startswith(start):
            rest = code if start in ("GK", "R") else code.removeprefix(start).strip(" :")
            detail = f" ({rest})" if rest else ""
            return format_html('<span class="state state-{}">{}{}</span>', colour, text, detail)
    return format_html('<span class="state state-grey">{}</span>', code)


@register.filter
def choice_label(choice: Mapping[str, str]) -> str:
    """Return the label of a choice in the language of the page."""
    return localized(SimpleNamespace(**choice), "label")


@register.filter
def said(values: Mapping[str, object], name: str) -> str:
    """Return `name`_vi or `name`_en of a mapping, by the language of the page."""
    return localized(SimpleNamespace(**{f"{name}_vi": "", **values}), name)


@register.filter
def setting_value(value: object) -> str:
    """Return the value of a setting in words."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {setting_value(item)}" for key, item in value.items()) or "–"
    if isinstance(value, list):
        apart = "; " if any(isinstance(item, Mapping) for item in value) else ", "
        return apart.join(setting_value(item) for item in value) or "–"
    if isinstance(value, int | float):
        return str(number_format(value))
    return str(value)


@register.filter
def bound(text: str) -> str:
    """Return a bound of a field as people write it: numbers and dates in the language of the page."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return str(date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT"))
    return str(number_format(Decimal(text), force_grouping=True))
