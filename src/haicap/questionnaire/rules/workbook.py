"""XLSForm workbooks: written so that no cell is a formula, read with every fault named by sheet, row and
column."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from haicap.questionnaire.rules import xlsform
from haicap.questionnaire.rules.convert import convert_form
from haicap.questionnaire.rules.sheets import Sheet, kind_of, read_book
from haicap.questionnaire.rules.troubles import FormError, Trouble
from haicap.questionnaire.rules.xlsform import CHOICES, SETTINGS, SURVEY, Row

_HEADING = PatternFill("solid", fgColor="DCE6F1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A workbook that converted: as stamped with its version, its XForm, and names the plan does not know."""

    raw: bytes
    xform: str
    extra: tuple[str, ...]


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
    """Convert an XLSForm workbook to an XForm; raises FormError with what was found."""
    return convert_form(raw, name="form.xlsx").xform


def _check_survey(sheet: Sheet, wanted: Mapping[str, str]) -> tuple[list[Trouble], list[str]]:
    """Compare the survey sheet with the questions the plan needs: name -> type."""
    missing = [column for column in ("type", "name") if column not in sheet.heading]
    if missing:
        return [Trouble(code="column_missing", sheet="survey", row=1, column=c) for c in missing], []
    troubles: list[Trouble] = []
    seen: dict[str, int] = {}
    for line, cells in enumerate(sheet.rows, start=2):
        kind = " ".join(cells.get("type", "").split())
        name = unicodedata.normalize("NFC", cells.get("name", "")).strip()
        if not name or kind.startswith(("end", "begin")):
            continue
        if name in seen:
            detail = f"{name} ({seen[name]})"
            troubles.append(Trouble(code="twice", sheet="survey", row=line, column="name", detail=detail))
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
    FormError with all faults found.
    """
    if kind_of(raw, name="") != "xlsx":
        raise FormError([Trouble(code="not_workbook")])
    book = read_book(raw, kind="xlsx")
    absent = [
        Trouble(code="sheet_missing", sheet=name) for name in ("survey", "choices") if name not in book.names
    ]
    if absent:
        raise FormError(absent)
    troubles, extra = _check_survey(book.sheets["survey"], wanted)
    if troubles:
        raise FormError(troubles)
    raw = _stamped(raw, settings)
    return Loaded(
        raw=raw,
        xform=to_xform(raw),
        extra=tuple(n for n in extra if n not in known and not n.startswith(xlsform.RULE_NOTE)),
    )


_MACRO_PART = re.compile(rb"<(?:Override|Default|Relationship)\b[^>]*(?:vbaProject|vbaData)[^>]*/>", re.I)
_MACRO_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_PLAIN_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def without_macros(raw: bytes) -> bytes:
    """Return an .xlsm workbook, read within bounds before, as an .xlsx: its macros are left out, its cells stay."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            name = part.filename.lower()
            if "vbaproject" in name or "vbadata" in name:
                continue
            content = old.read(part)
            if name.endswith((".rels", "[content_types].xml")):
                content = _MACRO_PART.sub(b"", content).replace(_MACRO_TYPE, _PLAIN_TYPE)
            new.writestr(part.filename, content)
    return target.getvalue()
