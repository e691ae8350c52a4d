"""Faults beside the first: pyxform stops at one, an author wants to hear of all.

These are the plain ones only, told by pyxform's own lists and patterns, and only of workbooks that pyxform refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pyxform import aliases, constants
from pyxform.errors import PyXFormError
from pyxform.parsing.expression import is_xml_tag
from pyxform.parsing.sheet_headers import dealias_and_group_headers
from pyxform.question import MultipleChoiceQuestion, Option
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL, RE_OSM, RE_SELECT

from haicap.questionnaire.rules.sheets import Book, Sheet
from haicap.questionnaire.rules.troubles import Trouble

MOST = 100
_REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}\s$#{]+)\s*\}")
_FILES = (".csv", ".xml", ".geojson")
_Row = Mapping[str, Any]


def further(book: Book, told: Sequence[Trouble]) -> tuple[Trouble, ...]:
    """Return what else is wrong in a workbook that was refused for `told`, in the order of its rows."""
    survey, choices = book.sheets.get("survey"), book.sheets.get("choices")
    if survey is None or any(one.code.startswith("header_") for one in told):
        return ()
    try:
        rows = _rows(survey, aliases.survey_header, set(MultipleChoiceQuestion.get_slot_names()))
        listed = _rows(choices, aliases.list_header, set(Option.get_slot_names())) if choices else ()
    except PyXFormError:  # the headings themselves are at fault: nothing can be said of the rows
        return ()
    lists = {row.get(constants.LIST_NAME_S) for row in listed}
    known = {(one.sheet, one.row) for one in told}
    found = [*_survey(rows, lists), *_references(survey, rows), *_choices(listed)]
    return tuple(one for one in found if (one.sheet, one.row) not in known)[:MOST]


def _rows(sheet: Sheet, known: Mapping[str, Any], columns: set[str]) -> Sequence[_Row]:
    found: Sequence[_Row] = dealias_and_group_headers(
        sheet_name=sheet.name,
        sheet_data=[dict(row) for row in sheet.rows],
        sheet_header=[dict.fromkeys(sheet.heading)],
        header_aliases=dict(known),
        header_columns=columns,
        strip_whitespace=True,
    ).data
    return found


def _at(code: str, row: int, column: str, detail: str = "", *, sheet: str = "survey") -> Trouble:
    return Trouble(code=code, sheet=sheet, row=row, column=column, detail=detail[:300])


def _survey(rows: Sequence[_Row], lists: set[Any]) -> Iterator[Trouble]:
    """Walk the rows as pyxform does: types, names in their group, lists."""
    seen: list[set[str]] = [set()]
    for number, row in enumerate(rows, start=2):
        if not row or aliases.yes_no.get(row.get("disabled")):
            continue
        kind = str(row.get("type") or "")
        kind = aliases._type_alias_map.get(kind, kind)
        name = str(row.get("name") or "")
        if not kind:
            if constants.NAME in row or constants.LABEL in row:
                yield _at("type_missing", number, "type")
            continue
        if kind in aliases.settings_header or kind == "audit":
            continue
        if RE_END_CONTROL.search(kind):
            if len(seen) == 1:
                yield _at("group_unopened", number, "type", kind)
            else:
                seen.pop()
            continue
        if not name and kind != "note":
            yield _at("name_missing", number, "name")
        elif name and not is_xml_tag(name):
            yield _at("name_bad", number, "name", name)
        elif name and name in seen[-1]:
            yield _at("name_twice", number, "name", name)
        seen[-1].add(name)
        if RE_BEGIN_CONTROL.search(kind):
            seen.append(set())
        else:
            yield from _type(kind, number, lists)


def _type(kind: str, number: int, lists: set[Any]) -> Iterator[Trouble]:
    if select := RE_SELECT.search(kind):
        name = select["list_name"]
        external = aliases.select[select["select_command"]] == constants.SELECT_ONE_EXTERNAL
        if not external and name not in lists and not name.endswith(_FILES) and "${" not in name:
            yield _at("list_unknown", number, "type", name)
    elif kind not in QUESTION_TYPE_DICT and not RE_OSM.search(kind):
        yield _at("type_unknown", number, "type", kind)


def _references(survey: Sheet, rows: Sequence[_Row]) -> Iterator[Trouble]:
    names = {str(row.get("name") or "") for row in rows} | {"instanceID"}
    for number, cells in enumerate(survey.rows, start=2):
        for column, text in cells.items():
            if "${" not in text:
                continue
            for name in _REFERENCE.findall(text):
                if name not in names and is_xml_tag(name):
                    yield _at("reference_unknown", number, column, name)


def _choices(rows: Sequence[_Row]) -> Iterator[Trouble]:
    for number, row in enumerate(rows, start=2):
        if row.get(constants.LIST_NAME_S) and not row.get("name"):
            yield _at("choice_nameless", number, "name", sheet="choices")
