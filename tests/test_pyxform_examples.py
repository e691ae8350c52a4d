"""Every example of pyxform's own tests converts as pyxform converts it, or is refused as pyxform refuses it.

HAICAP_PYXFORM_EXAMPLES names a folder with a checkout of pyxform's `tests`; without it there is nothing to compare.
"""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from haicap.questionnaire.rules.convert import convert_form
from haicap.questionnaire.rules.further import further
from haicap.questionnaire.rules.sheets import read_book
from haicap.questionnaire.rules.troubles import FormError

FOLDER = os.environ.get("HAICAP_PYXFORM_EXAMPLES", "")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="HAICAP_PYXFORM_EXAMPLES does not name a folder with pyxform's tests"
)
WHOLE_FILE = {"survey_missing", "cells_too_many", "not_workbook", "damaged"}  # no row could be named


def verdict(definition: object, **how: object) -> str | None:
    """What pyxform makes of it, None where it refuses."""
    try:
        return str(convert(definition, **how).xform)
    except Exception:  # it also breaks at what it does not expect: that is a refusal
        return None


def ours(raw: bytes, name: str) -> tuple[str | None, FormError | None]:
    try:
        return convert_form(raw, name=name).xform, None
    except FormError as error:
        return None, error


def check(theirs: str | None, raw: bytes, name: str) -> None:
    made, error = ours(raw, name)
    assert made == theirs
    for trouble in error.troubles if error else ():
        assert trouble.code in WHOLE_FILE or (trouble.sheet and trouble.row), trouble


def files() -> Iterator[Path]:
    for path in sorted(Path(FOLDER).rglob("*")) if FOLDER else ():
        if path.suffix in (".xls", ".xlsx", ".xlsm", ".csv", ".md"):
            yield path


def tables() -> Iterator[tuple[str, str]]:
    """The forms written as tables inside the tests themselves."""
    for path in sorted(Path(FOLDER).rglob("*.py")) if FOLDER else ():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "| survey" in node.value:
                yield f"{path.name}:{node.lineno}", node.value


@pytest.mark.parametrize("path", list(files()), ids=lambda path: path.name)
def test_a_file_of_the_examples_gets_pyxforms_verdict(path: Path) -> None:
    check(verdict(str(path)), path.read_bytes(), path.name)


@pytest.mark.parametrize(
    ("place", "table"), list(tables()), ids=lambda value: value[:40] if ":" in value else ""
)
def test_a_table_of_the_tests_gets_pyxforms_verdict(place: str, table: str) -> None:
    check(verdict(table.encode(), file_type=".md"), table.encode(), "data.md")


@pytest.mark.parametrize(
    ("place", "table"), list(tables()), ids=lambda value: value[:40] if ":" in value else ""
)
def test_what_pyxform_takes_has_no_further_faults(place: str, table: str) -> None:
    if verdict(table.encode(), file_type=".md") is not None:
        assert further(read_book(table.encode(), kind="md"), ()) == ()
