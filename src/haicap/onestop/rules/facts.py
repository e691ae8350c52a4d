"""Facts about a centre: what may be said of it, and whether a value is right."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKind:
    """A fact by its key in the survey plan; `choices` are (value, Vietnamese, English)."""

    key: str
    label_vi: str
    label_en: str
    type: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[tuple[str, str, str], ...] = ()


def kind_of(cells: Mapping[str, str]) -> FactKind:
    """Read a row of the table of facts; raises ValueError for a row that is none."""
    parts = [tuple(choice.split("=")) for choice in cells["choices"].split("|") if choice]
    choices = tuple((value, vi, en) for value, vi, en in parts)

    def bound(name: str) -> float | None:
        return float(cells[name]) if cells[name] else None

    return FactKind(
        key=cells["key"],
        label_vi=cells["label_vi"],
        label_en=cells["label_en"],
        type=cells["type"],
        unit=cells["unit"],
        minimum=bound("minimum"),
        maximum=bound("maximum"),
        choices=choices,
    )


def checked(*, kind: FactKind, value: str) -> tuple[str, str]:
    """Return the value as it is kept and "", or "" and what is wrong with it.

    Codes: fact.empty, fact.number, fact.ambiguous (1.200 may be read two ways), fact.whole, fact.low,
    fact.high, fact.date, fact.choice. Numbers are kept with a point, dates as YYYY-MM-DD, yes and no as `yes` and
    `no`, several choices separated by spaces.
    """
    text = value.strip()
    if not text:
        return "", "fact.empty"
    if kind.type in ("integer", "decimal", "percent"):
        return _number(kind, text)
    if kind.type == "date":
        return _date(text)
    if kind.type == "yes_no":
        return (text, "") if text in ("yes", "no") else ("", "fact.choice")
    if kind.type in ("choice", "multi"):
        given = text.split() if kind.type == "multi" else [text]
        known = {choice[0] for choice in kind.choices}
        return (" ".join(dict.fromkeys(given)), "") if set(given) <= known else ("", "fact.choice")
    return text, ""


def _number(kind: FactKind, text: str) -> tuple[str, str]:
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+", text):
        return "", "fact.ambiguous"
    plain = text.replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", plain):
        return "", "fact.number"
    number = float(plain)
    if kind.type == "integer" and not number.is_integer():
        return "", "fact.whole"
    if kind.minimum is not None and number < kind.minimum:
        return "", "fact.low"
    if kind.maximum is not None and number > kind.maximum:
        return "", "fact.high"
    return (str(int(number)) if number.is_integer() else plain), ""


def _date(text: str) -> tuple[str, str]:
    if found := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text):
        day, month, year = (int(part) for part in found.groups())
    elif found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text):
        year, month, day = (int(part) for part in found.groups())
    else:
        return "", "fact.date"
    try:
        return date(year, month, day).isoformat(), ""
    except ValueError:
        return "", "fact.date"
