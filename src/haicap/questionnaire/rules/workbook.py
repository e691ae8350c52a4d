"""XLSForm workbooks: written so that no cell is a formula, read with every fault named by sheet, row and
column."""

import io
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from haicap.questionnaire.rules import xlsform
from haicap.questionnaire.rules.xlsform import CHOICES, SETTINGS, SURVEY, Row

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_ROWS = 20_000
_HEADING = PatternFill("solid", fgColor="DCE6F1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault in a workbook; `row` counts from 1 and includes the heading row. `code` is made a sentence
    above."""

    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A workbook that converted: as stamped with its version, its XForm, and names the plan does not know."""

    raw: bytes
    xform: str
    extra: tuple[str, ...]


class WorkbookError(Exception):
    """A workbook that is not a form of the plan; all faults found are in `troubles`."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__(f"{len(troubles)} faults")
        self.troubles = tuple(troubles)


def _fill(sheet: Worksheet, columns: Sequence[str], rows: Sequence[Row]) -> None:
    sheet.append(list(columns))
    for row in rows:
        sheet.append([row.get(column) for column in columns])
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that starts with = stays a text
                cell.quotePrefix = cell.value[:1] in ("=", "+", "-", "@")
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number, column in enumerate(columns, start=1):
        heading = sheet.cell(row=1, column=number)
        heading.font, heading.fill = Font(bold=True), _HEADING
        sheet.column_dimensions[get_column_letter(number)].width = 50 if "label" in column else 22
    sheet.freeze_panes = "C2"


def write(*, survey: Sequence[Row], choices: Sequence[Row], settings: Sequence[Row]) -> bytes:
    """Return an XLSForm workbook of the given rows."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, columns, rows in (
        ("survey", SURVEY, survey), ("choices", CHOICES, choices), ("settings", SETTINGS, settings),
    ):  # fmt: skip
        _fill(book.create_sheet(title), columns, rows)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def to_xform(raw: bytes) -> str:
    """Convert an XLSForm workbook to an XForm; raises WorkbookError with what pyxform found."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "form.xlsx")
        path.write_bytes(raw)
        try:
            return str(convert(path, validate=False, pretty_print=False).xform)
        except PyXFormError as error:
            raise WorkbookError([_of_pyxform(str(error))]) from error


def _of_pyxform(text: str) -> Trouble:
    found = re.search(r"\[row\s*:\s*(\d+)\]", text)
    sheet = re.search(r"['‘“]?(survey|choices|settings|entities|external_choices)['’”]?\s+sheet", text)
    return Trouble(
        code="pyxform",
        sheet=sheet.group(1) if sheet else "survey",
        row=int(found.group(1)) if found else None,
        detail=re.sub(r"\s*\[row\s*:\s*\d+\]\s*", "", text)[:500],
    )


def _sheets(raw: bytes) -> Mapping[str, list[list[str]]]:
    """Read the sheets as text; refuse what is not a workbook, unpacks too large, or has too many rows."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise WorkbookError([Trouble(code="too_large")])
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except WorkbookError:
        raise
    except Exception as error:  # openpyxl raises whatever its parser met
        raise WorkbookError([Trouble(code="not_workbook")]) from error
    found: dict[str, list[list[str]]] = {}
    for sheet in book.worksheets:
        rows: list[list[str]] = []
        for cells in sheet.iter_rows(values_only=True):
            if len(rows) > MAX_ROWS:
                raise WorkbookError([Trouble(code="too_many_rows", sheet=sheet.title)])
            rows.append([_text(cell) for cell in cells])
        found[sheet.title] = rows
    book.close()
    return found


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFC", str(cell)).strip()


def _check_survey(rows: list[list[str]], wanted: Mapping[str, str]) -> tuple[list[Trouble], list[str]]:
    """Compare the survey sheet with the questions the plan needs: name -> type."""
    heading = rows[0] if rows else []
    missing = [column for column in ("type", "name") if column not in heading]
    if missing:
        return [Trouble(code="column_missing", sheet="survey", row=1, column=c) for c in missing], []
    kind_at, name_at = heading.index("type"), heading.index("name")
    troubles: list[Trouble] = []
    seen: dict[str, int] = {}
    for line, cells in enumerate(rows[1:], start=2):
        kind = " ".join(cells[kind_at].split()) if kind_at < len(cells) else ""
        name = cells[name_at] if name_at < len(cells) else ""
        if not name or kind.startswith(("end", "begin")):
            continue
        if name in seen:
            detail = str(seen[name])
            troubles.append(
                Trouble(code="twice", sheet="survey", row=line, column="name", detail=f"{name} ({detail})")
            )
        seen[name] = line
        if name in wanted and kind != wanted[name]:
            detail = f"{name}: {wanted[name]}"
            troubles.append(
                Trouble(code="type_changed", sheet="survey", row=line, column="type", detail=detail)
            )
    gone = [name for name in wanted if name not in seen]
    troubles += [
        Trouble(code="question_missing", sheet="survey", column="name", detail=name) for name in gone
    ]
    return troubles, [name for name in seen if name not in wanted]


def _stamped(raw: bytes, settings: Mapping[str, str]) -> bytes:
    """Return the workbook with `settings` written into its settings sheet, over what stood there."""
    book = load_workbook(io.BytesIO(raw))
    sheet = book["settings"] if "settings" in book.sheetnames else book.create_sheet("settings")
    heading = {str(cell.value): cell.column for cell in sheet[1] if cell.value}
    for column, value in settings.items():
        at = heading.setdefault(column, len(heading) + 1)
        sheet.cell(row=1, column=at, value=column)
        sheet.cell(row=2, column=at, value=value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def read(
    raw: bytes, *, settings: Mapping[str, str], wanted: Mapping[str, str], known: Collection[str]
) -> Loaded:
    """Read an edited workbook that must still ask for every question in `wanted` (name -> type).

    `known` are further names that need no remark; `settings` are stamped into the copy that is kept. Raises
    WorkbookError with all faults found.
    """
    if len(raw) > MAX_BYTES:
        raise WorkbookError([Trouble(code="too_large")])
    sheets = _sheets(raw)
    absent = [
        Trouble(code="sheet_missing", sheet=name) for name in ("survey", "choices") if name not in sheets
    ]
    if absent:
        raise WorkbookError(absent)
    troubles, extra = _check_survey(sheets["survey"], wanted)
    if troubles:
        raise WorkbookError(troubles)
    raw = _stamped(raw, settings)
    return Loaded(
        raw=raw,
        xform=to_xform(raw),
        extra=tuple(n for n in extra if n not in known and not n.startswith(xlsform.RULE_NOTE)),
    )
