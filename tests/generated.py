"""Answers for any form, made from what its fields say: first choices, small numbers within the limits, plain texts.

Only what a person could see in the form is used: types, choices, and limits written as comparisons with numbers or as
a pattern. Whether a question is shown at all only the page knows; see `tests/test_public_forms_browser.py`.
"""

import re
from typing import Any

from haicap.questionnaire.rules.schema import Field, Schema

_COMPARED = re.compile(r"(?<![\w.])\.\s*(>=|<=|!=|>|<|=)\s*(-?\d+(?:\.\d+)?)\b")
_LENGTH = re.compile(r"string-length\(\s*\.\s*\)\s*(>=|<=|!=|>|<|=)\s*(\d+)")
_PATTERN = re.compile(r"regex\(\s*\.\s*,\s*(['\"])(.*?)\1\s*\)")
_JUDGE = {
    ">=": float.__ge__, "<=": float.__le__, ">": float.__gt__, "<": float.__lt__, "=": float.__eq__,
    "!=": float.__ne__,
}  # fmt: skip
_TEXTS = (
    "Chữ thử", "abc", "1", "12", "123", "1234", "12345", "0912345678", "079188001234", "ABC-123", "a@b.vn",
    "Một câu dài hơn hai mươi ký tự để đủ dài.", "2025", "X1",
)  # fmt: skip
_PLAIN = {
    "date": "2024-05-17", "time": "09:05", "dateTime": "2024-05-17T09:05", "geopoint": "10.7769 106.7009",
    "geotrace": "10.77 106.7;10.78 106.71", "geoshape": "10.77 106.7;10.77 106.71;10.78 106.71;10.77 106.7",
    "barcode": "8934567890123",
}  # fmt: skip
_FILES = {"image": "@png:anh", "audio": "@wav:tieng", "video": "@mp4:phim"}


def _fits(value: float, compared: list[tuple[str, str]]) -> bool:
    return all(_JUDGE[sign](float(value), float(bound)) for sign, bound in compared)


def _number(field: Field) -> int | float | None:
    compared = _COMPARED.findall(field.constraint)
    step = 1.0 if field.type == "int" else 0.5
    bounds = [float(bound) + by for _, bound in compared for by in (0.0, step, -step)]
    for value in [1.0, 3.0, *bounds]:
        if _fits(value, compared):
            return (
                int(value) if field.type == "int" else value + (0.25 if _fits(value + 0.25, compared) else 0)
            )
    return None


def _text(field: Field) -> str | None:
    patterns = [pattern for _, pattern in _PATTERN.findall(field.constraint)]
    lengths = _LENGTH.findall(field.constraint)
    compared = _COMPARED.findall(field.constraint)
    for text in _TEXTS:
        long = _fits(len(text), lengths) and all(re.search(pattern, text) for pattern in patterns)
        if long and (not compared or (text.isdigit() and _fits(float(text), compared))):
            return text
    return None


def answers_for(field: Field, choices: list[str]) -> list[Any]:
    """Return answers to try for a question, the likeliest first; `choices` are those it offers."""
    first = answer_for(field, choices)
    if field.type == "int":
        return [first, 20, 100, 0, 7]
    if field.type == "decimal":
        return [first, 20.5, 100, 0, 7]
    if field.type in ("date", "dateTime"):
        return [first, str(first).replace("2024", "2031"), str(first).replace("2024", "1999")]
    if field.type == "select":
        return [first, choices[:1], choices[-1:]]
    if field.type == "string" and field.control == "input":
        return [first, *(text for text in _TEXTS if text != first)]
    return [first]


def list_of(name: str, schema: Schema) -> bytes:
    """Return a small CSV for a file a form chooses from and nobody has: one row that its filters let through.

    Its columns are those the form speaks of; a column named like a question with choices has the first of them.
    """
    stem = name.rpartition(".")[0]
    texts = [
        text for one in schema.fields for text in (one.itemset, one.calculate, one.default) if stem in text
    ]
    words = re.findall(r"[\[\s(]([\w.-]+)\s*=|/item\[[^\]]*\]/([\w.-]+)", " ".join(texts))
    columns = dict.fromkeys(["name", "label", *(word for pair in words for word in pair if word)])
    first = {one.name: one.choices[0].value for one in schema.fields if one.choices}
    cells = [first.get(column, "a1") for column in columns]
    return (",".join(columns) + "\n" + ",".join(cells) + "\n").encode()


def answer_for(field: Field, choices: list[str]) -> Any:
    """Return an answer for a question, None where none can be made; `choices` are those it offers."""
    if field.type in ("int", "decimal"):
        return _number(field)
    if field.type == "binary":
        drawn = {"signature", "draw", "annotate"} & set(field.appearance.split())
        return "@drawn:hinh" if drawn else _FILES.get(field.mediatype.partition("/")[0], "@pdf:tep")
    if field.control == "trigger":
        return "OK"
    if field.type == "rank":
        return list(reversed(choices)) or None
    if field.type == "select":
        return choices[:2] or None
    if field.type == "select1":
        return choices[0] if choices else None
    return _PLAIN.get(field.type) or _text(field)
