"""Filling in any form on its page with answers made from what the page asks, as somebody who tries a form would."""

from typing import Any

from haicap.questionnaire.rules.schema import Field, Schema
from tests.collect_page import FIND, NotOnPage, fill_form
from tests.generated import answers_for

OFFERED = """(mark) => {
  const root = document.querySelector(`[data-mark="${mark}"]`);
  const list = root.querySelector("select");
  const found = list
    ? [...list.options].map((one) => one.value)
    : [...root.querySelectorAll(".choices input, .rank > li, .form-check-input")].map(
        (one) => one.value || one.dataset.value);
  return found.filter((value) => value);
}"""
LEFT_OUT = {"hidden", "none", "group", "repeat", "note"}


def place_of(field: Field, schema: Schema) -> str:
    """Return the place of a question in the first row of every repeat around it."""
    place = ""
    for step in field.path.split("/")[1:]:
        place += f"/{step}"
        plain = place.replace("[1]", "")
        if plain in {table.path for table in schema.tables} and plain != field.path:
            place += "[1]"
    return place


def fill_by_guessing(page: Any, schema: Schema) -> dict[str, Any]:
    """Answer every question the page shows; return the answers that count in the end, by place."""
    given: dict[str, Any] = {}
    for field in schema.fields:
        if field.control in LEFT_OUT or field.readonly == "true()" or "label" in field.appearance.split():
            continue
        place = place_of(field, schema)
        for value in answers_for(field, _offered(page, place, field)):
            if value is None or value == []:
                continue
            try:
                fill_form(page, {place: value})
            except NotOnPage:
                break
            given[place] = value
            if not _complains(page, place):
                break
    return {
        place: value for place, value in given.items() if (page.evaluate(FIND, place) or {}).get("relevant")
    }


def _offered(page: Any, place: str, field: Field) -> list[str]:
    if field.control not in ("select1", "select", "rank"):
        return []
    found = page.evaluate(FIND, place)
    if found is None:  # in a row that is not there yet
        return [choice.value for choice in field.choices]
    return list(page.evaluate(OFFERED, found["mark"]))


def _complains(page: Any, place: str) -> bool:
    found = page.evaluate(FIND, place)
    return bool(found) and page.locator(f"[data-mark='{found['mark']}'] [aria-invalid=true]").count() > 0


def of_the_form(schema: Schema, lines: list[str]) -> list[str]:
    """Return the differences that are none of the form's own doing: defaults and what it reckons are not answered."""
    out = []
    own = {one.path for one in schema.fields if one.calculate or one.default or one.control == "none"}
    own |= {one.path for one in schema.fields if one.control in LEFT_OUT}
    for line in lines:
        place, _, said = line.partition(": ")
        plain = "/".join(part.partition("[")[0] for part in place.split("/"))
        if not (said.startswith("nobody answered") and plain in own):
            out.append(line)
    return out
