"""Make an XForm of whatever an author brings: an XLSForm workbook (xlsx, xlsm, xls, csv, md) or an XForm itself.

The conversion is pyxform's. What it is given is read within bounds (`rules.sheets`), and a workbook that could keep it
busy is converted in a process of its own, with an end to its time and memory.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

import haicap
from haicap.questionnaire.rules import xform
from haicap.questionnaire.rules.further import further
from haicap.questionnaire.rules.pyxform_words import troubles_of
from haicap.questionnaire.rules.schema import Field, Schema, XFormError
from haicap.questionnaire.rules.sheets import MAX_BYTES, Book, kind_of, read_book
from haicap.questionnaire.rules.troubles import FormError, Trouble

MAX_SECONDS = 90
MAX_MEMORY = 3 * 1024**3
MAX_NAME = 200
_SMALL = 300_000  # characters of a workbook that are converted at once
_NESTED = 12  # instance() calls in one cell: from a few hundred on pyxform takes minutes over them
_AFTER = frozenset(
    {
        "or_other_check", "validate_references", "validate_parameter_reference_geometry",
        "apply_entities_declarations", "get_meta_group", "validate_pyxform_references_in_workbook",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A form as it can be published: its XForm, what it asks, what was doubtful, and the list of its long
    choices.

    `itemsets` is the text of itemsets.csv, "" where the form has no external choices. `kind` is what the file was.
    """

    kind: str
    xform: str
    schema: Schema
    warnings: tuple[Trouble, ...] = ()
    itemsets: str = ""

    @property
    def form_id(self) -> str:
        """The id of the form."""
        return self.schema.form_id

    @property
    def version(self) -> str:
        """The version as its author wrote it; "" where there is none."""
        return self.schema.version

    @property
    def title(self) -> str:
        """The title, or the id where there is none."""
        return self.schema.title or self.schema.form_id


def convert_form(raw: bytes, *, name: str, fallback_form_id: str = "") -> Converted:
    """Convert a file of an author.

    `name` is the file's name; what the file is, its first bytes say. `fallback_form_id` is the id of a workbook whose
    settings give none; else the file's name is. Raises FormError with every fault found and, beside them, the
    warnings.
    """
    if len(raw) > MAX_BYTES:
        raise FormError([Trouble(code="too_large", detail=str(MAX_BYTES // 1024 // 1024))])
    kind = kind_of(raw, name=name)
    if kind == "xml":
        return _given(raw)
    book = read_book(raw, kind=kind)
    said = _convert(book, fallback_form_id or id_of(name))
    warnings = [trouble for text in said["warnings"] for trouble in troubles_of(text, book=book)]
    if book.macros:
        warnings.insert(0, Trouble(code="macros"))
    if said["error"]:
        troubles = troubles_of(said["error"], book=book, hint=said["row"])
        raise FormError((*troubles, *further(book, troubles)), warnings)
    schema = _schema(said["xform"])
    _check_names(schema, book)
    return Converted(
        kind="xlsm" if book.macros and kind == "xlsx" else kind,
        xform=said["xform"],
        schema=schema,
        warnings=tuple(warnings),
        itemsets=said["itemsets"] or "",
    )


def id_of(name: str) -> str:
    """Return a form's id made of a file's name: its stem, without what no address takes."""
    stem = re.sub(r"[\\/\s\x00-\x1f]+", "_", Path(name).name.rpartition(".")[0] or name).strip("_.")
    return stem[:64] or "form"


def _convert(book: Book, fallback: str) -> Mapping[str, Any]:
    sheets = {
        title: [list(sheet.heading), [dict(row) for row in sheet.rows]]
        for title, sheet in book.sheets.items()
    }
    given = {"names": list(book.names), "fallback": fallback, "sheets": sheets}
    if book.size <= _SMALL and not any(
        text.count("instance(") > _NESTED
        for sheet in book.sheets.values()
        for row in sheet.rows
        for text in row.values()
    ):
        return run(given)
    return _run_apart(given)


def run(given: Mapping[str, Any]) -> dict[str, Any]:
    """Convert the sheets; returns xform, itemsets, warnings, or the error with the row it was met at."""
    book: dict[str, Any] = {"sheet_names": given["names"], "fallback_form_name": given["fallback"]}
    for title, (heading, rows) in given["sheets"].items():
        book[title] = rows
        book[f"{title}_header"] = [dict.fromkeys(heading)] if heading else []
    warnings: list[str] = []
    try:
        made = convert(book, warnings=warnings, validate=False, pretty_print=False)
    except PyXFormError as error:
        return _failed(str(error), error.__traceback__, warnings)
    except Exception as error:  # pyxform meets what it does not expect: a name that is missing, an odd type
        return _failed(f"{type(error).__name__}: {error}", error.__traceback__, warnings)
    return {
        "xform": str(made.xform),
        "itemsets": made.itemsets,
        "warnings": warnings,
        "error": "",
        "row": None,
    }


def _failed(text: str, traceback: TracebackType | None, warnings: list[str]) -> dict[str, Any]:
    row = _row_of(traceback)
    return {"xform": "", "itemsets": "", "warnings": warnings, "error": text or "error", "row": row}


def _row_of(traceback: TracebackType | None) -> int | None:
    """Return the row of the survey that pyxform was at, where it gave up while walking the rows."""
    row = None
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_name in _AFTER:
            return None
        if frame.f_code.co_name == "workbook_to_json" and isinstance(frame.f_locals.get("row_number"), int):
            row = frame.f_locals["row_number"]
        traceback = traceback.tb_next
    return row


def _run_apart(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run the conversion in a process of its own that ends after MAX_SECONDS or with MAX_MEMORY bytes."""
    home = str(Path(haicap.__file__).parents[1])
    path = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH", "")) if part)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "haicap.questionnaire.rules.convert"],
            input=json.dumps(given).encode(),
            capture_output=True,
            timeout=MAX_SECONDS,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FormError([Trouble(code="too_slow", detail=str(MAX_SECONDS))]) from error
    if done.returncode != 0:
        raise FormError([Trouble(code="too_slow", detail=str(MAX_SECONDS), text=f"exit {done.returncode}")])
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _schema(made: str | bytes) -> Schema:
    try:
        return Schema.of(made)
    except XFormError as error:
        raise FormError([Trouble(code=f"xform_{error.code}", detail=error.detail[:300])]) from error


def _check_names(schema: Schema, book: Book | None) -> None:
    """Refuse ids no address can hold and names no column can."""
    troubles = []
    if len(schema.form_id) > MAX_NAME or re.search(r"[\\/\x00-\x1f]", schema.form_id):
        place = {"sheet": "settings", "row": 2, "column": "form_id"} if book else {}
        troubles.append(Trouble(code="form_id_bad", detail=schema.form_id[:100], **place))  # type: ignore[arg-type]
    if len(schema.version) > MAX_NAME or re.search(r"[\x00-\x1f]", schema.version):
        place = {"sheet": "settings", "row": 2, "column": "version"} if book else {}
        troubles.append(Trouble(code="version_bad", detail=schema.version[:100], **place))  # type: ignore[arg-type]
    rows = book.sheets["survey"].rows if book and "survey" in book.sheets else ()
    at = {row.get("name", "").strip(): number for number, row in enumerate(rows, start=2)}
    for field in schema.fields:
        if len(field.name) > MAX_NAME:
            troubles.append(_too_long(field, at))
    if troubles:
        raise FormError(troubles)


def _too_long(field: Field, at: Mapping[str, int]) -> Trouble:
    place = Trouble(code="name_too_long", detail=f"{field.name[:60]}…")
    if row := at.get(field.name):
        return Trouble(code=place.code, detail=place.detail, sheet="survey", row=row, column="name")
    return place


def _given(raw: bytes) -> Converted:
    """Check an XForm that was made elsewhere: it must be one, and speak only of what its instance has."""
    schema = _schema(raw)
    _check_names(schema, None)
    text, troubles, warnings = xform.check(raw, schema)
    if troubles:
        raise FormError(troubles, warnings)
    return Converted(kind="xml", xform=text, schema=schema, warnings=warnings)


def _limit() -> None:
    import resource  # not on every system

    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


if __name__ == "__main__":
    _limit()
    json.dump(run(json.load(sys.stdin)), sys.stdout)
