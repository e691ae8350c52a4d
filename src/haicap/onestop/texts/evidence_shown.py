"""How a computed field is named and written on a page."""

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format, localize
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from haicap.kernel.errors import Text
from haicap.onestop.queries.centres import fact_kinds
from haicap.onestop.rules.figures.computed import Computed
from haicap.onestop.texts.evidence_lines import LINES

AREAS: Mapping[str, Text] = {
    "A4a": gettext_lazy("Procedures at commune level"),
    "A4b": gettext_lazy("Digital signatures"),
    "A4c": gettext_lazy("Lines and devices of the centre"),
    "A11": gettext_lazy("Readiness of the centre"),
}


def area_of(key: str) -> str:
    """Return the content area of a field by its key."""
    return next(area for area in AREAS if key.startswith(area.lower()))


def code_of(key: str) -> str:
    """Return the code of the indicator of a field: a4a_09_paid_n gives A4a.09."""
    area, number = key.split("_")[:2]
    return f"{area.upper() if area == 'a11' else 'A' + area[1:]}.{number}"


def label(key: str) -> str:
    """Return the name of a field in the current language."""
    if key in LINES:
        return str(LINES[key])
    kind = fact_kinds().get(key)
    if kind is None:
        return key
    return kind.label_en if (get_language() or "vi").startswith("en") else kind.label_vi


def shown(one: Computed) -> str:
    """Return the value of a field as a page writes it, "–" where nothing is known."""
    return written(key=one.key, text=one.text, is_number=one.number is not None)


def written(*, key: str, text: str, is_number: bool = False) -> str:
    """Return what a form stores as a page writes it."""
    if not text:
        return "–"
    kind = fact_kinds().get(key)
    if is_number:
        unit = kind.unit if kind else ""
        percent = key.endswith("_rate") or key.startswith("a4a_08") or key == "a4a_12_satisfaction"
        return f"{_number(text)}{'%' if percent else f' {unit}' if unit and unit != '%' else ''}"
    if kind is not None and kind.type == "date":
        try:
            return str(date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT"))
        except ValueError:
            return text
    if text in ("yes", "no"):
        return _("yes") if text == "yes" else _("no")
    return _choices(key, text)


def _number(text: str) -> str:
    return str(localize(float(text) if "." in text else int(text), use_l10n=True))


def _choices(key: str, text: str) -> str:
    kind = fact_kinds().get(key)
    if kind is None or not kind.choices:
        return text
    place = 2 if (get_language() or "vi").startswith("en") else 1
    names = {choice[0]: choice[place] for choice in kind.choices}
    return ", ".join(names.get(value, value) for value in text.split())
