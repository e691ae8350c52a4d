"""Tables as XLSX: live formulas for totals, locked headings, and no formula from anything a person typed."""

import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from haicap.kernel.tables import safe_cell

Cell = str | int | float | Decimal | date | None
Kind = Literal["text", "integer", "decimal", "percent", "date"]
FORMATS: Mapping[str, str] = {
    "text": "@",
    "integer": "#,##0",
    "decimal": "#,##0.00",
    "percent": "0.0%",
    "date": "dd/mm/yyyy",
}
SAMPLE = "DỮ LIỆU MẪU - không có giá trị sử dụng"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST = 32_000  # a cell holds 32,767 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Total of a column: the sum of its numbers; blank stays out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Total of a percent: sums of the columns `above` over sums of the columns `below` (indexes from 0).

    A row counts only where every one of these columns holds a number, so that no numerator stands without its
    denominator. The numbers must not be negative.
    """

    above: tuple[int, ...]
    below: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountOf:
    """Total of a choice: how many cells are exactly `value`."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Total of a text or date: how many cells are filled."""


Total = Sum | Ratio | CountOf | Filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column; `group` is the label above several neighbours; `total` the live formula under it."""

    label: str
    kind: Kind = "text"
    width: float = 14
    group: str = ""
    total: Total | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet: a title, one or two heading rows, rows of data, and a row of totals when a column has one."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total_label: str = "Tổng cộng"
    fixed_columns: int = 0
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook; `sample` marks every sheet."""

    title: str
    sheets: tuple[Sheet, ...]
    made_at: datetime
    sample: bool = False


def build(*, book: Book) -> bytes:
    """Return `book` as an XLSX file."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for style in _styles():
        workbook.add_named_style(style)
    workbook.properties.title = book.title
    workbook.properties.creator = ""
    workbook.properties.created = workbook.properties.modified = book.made_at.replace(tzinfo=None)
    workbook.calculation.fullCalcOnLoad = True
    taken: set[str] = set()
    for sheet in book.sheets:
        _add_sheet(workbook.create_sheet(sheet_name(text=sheet.name, taken=taken)), sheet, sample=book.sample)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def sheet_name(*, text: str, taken: set[str]) -> str:
    """Return a lawful name (31 characters, none of []:*?/\\) that is not in `taken`, and add it there."""
    base = re.sub(r"[\[\]:*?/\\]", " ", unicodedata.normalize("NFC", text)).strip(" '")[:31] or "Bảng"
    name, count = base, 1
    while name.casefold() in taken:
        count += 1
        name = f"{base[: 30 - len(str(count))]} {count}"
    taken.add(name.casefold())
    return name


def _styles() -> list[NamedStyle]:
    thin = Side(style="thin", color="FF999999")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    font = "Times New Roman"
    styles = [
        NamedStyle(
            name="haicap_heading",
            font=Font(name=font, size=11, bold=True),
            border=border,
            fill=PatternFill("solid", fgColor="FFE8EEF7"),
            alignment=Alignment(horizontal="center", vertical="center", wrap_text=True),
            protection=Protection(locked=True),
        )
    ]
    for kind, number_format in FORMATS.items():
        side = "left" if kind == "text" else "center" if kind == "date" else "right"
        place = Alignment(horizontal=side, vertical="top", wrap_text=kind == "text")
        for name, bold, locked in ((f"haicap_{kind}", False, False), (f"haicap_{kind}_total", True, True)):
            styles.append(
                NamedStyle(
                    name=name,
                    font=Font(name=font, size=11, bold=bold),
                    border=border,
                    alignment=place,
                    number_format=number_format,
                    protection=Protection(locked=locked),
                )
            )
    return styles


def _safe(value: Cell) -> Cell:
    if isinstance(value, str):
        text = _CONTROL.sub("", unicodedata.normalize("NFC", value))[:_LONGEST]
        return str(safe_cell(text))
    return value


def _put(sheet: Worksheet, row: int, column: int, value: Cell, style: str) -> None:
    cell = sheet.cell(row=row, column=column)
    safe = _safe(value)
    if safe is not None:
        cell.value = safe
        if isinstance(safe, str):
            cell.data_type = "s"
    cell.style = style


def _add_sheet(target: Worksheet, sheet: Sheet, *, sample: bool) -> None:
    line = _add_titles(target, sheet, sample=sample)
    grouped = any(column.group for column in sheet.columns)
    first = _add_headings(target, sheet, line, grouped=grouped)
    for offset, values in enumerate(sheet.rows):
        for index, (column, value) in enumerate(zip(sheet.columns, values, strict=True), 1):
            _put(target, first + offset, index, value, f"haicap_{column.kind}")
    last = first + len(sheet.rows) - 1
    if any(column.total for column in sheet.columns):
        _add_totals(target, sheet, first, last)
    for offset, note in enumerate(sheet.notes):
        cell = target.cell(row=last + 3 + offset, column=1)
        cell.value = _safe(note)
        cell.font = Font(name="Times New Roman", size=11, italic=True)
    _set_up(target, sheet, first, last)


def _add_titles(target: Worksheet, sheet: Sheet, *, sample: bool) -> int:
    lines = [(sheet.title, Font(name="Times New Roman", size=14, bold=True))]
    if sample:
        lines.insert(0, (SAMPLE, Font(name="Times New Roman", size=12, bold=True, color="FFB00020")))
    for row, (text, font) in enumerate(lines, 1):
        cell = target.cell(row=row, column=1)
        cell.value = _safe(text)
        cell.font = font
    return len(lines) + 2


def _add_headings(target: Worksheet, sheet: Sheet, line: int, *, grouped: bool) -> int:
    for index, column in enumerate(sheet.columns, 1):
        target.column_dimensions[get_column_letter(index)].width = column.width
        if not grouped:
            _put(target, line, index, column.label, "haicap_heading")
            continue
        _put(target, line, index, column.group or column.label, "haicap_heading")
        _put(target, line + 1, index, column.label if column.group else None, "haicap_heading")
        if not column.group:
            target.merge_cells(start_row=line, end_row=line + 1, start_column=index, end_column=index)
    if not grouped:
        return line + 1
    start = 0
    groups = [column.group for column in sheet.columns] + [""]
    for index in range(1, len(groups)):
        if groups[index] != groups[start]:
            if groups[start] and index - start > 1:
                target.merge_cells(start_row=line, end_row=line, start_column=start + 1, end_column=index)
            start = index
    return line + 2


def _formula(total: Total, index: int, first: int, last: int) -> str:
    def span(column: int) -> str:
        letter = get_column_letter(column + 1)
        return f"{letter}{first}:{letter}{last}"

    match total:
        case Sum():
            return f"=SUM({span(index)})"
        case Ratio():
            parts = dict.fromkeys((*total.above, *total.below))

            def whole(columns: tuple[int, ...]) -> str:
                given = "".join(f',{span(part)},">=0"' for part in parts)
                return "+".join(f"SUMIFS({span(column)}{given})" for column in columns)

            below = whole(total.below)
            return f'=IF(({below})=0,"",({whole(total.above)})/({below}))'
        case CountOf():
            value = total.value.replace('"', '""')
            return f'=COUNTIF({span(index)},"{value}")'
        case Filled():
            return f"=COUNTA({span(index)})"


def _add_totals(target: Worksheet, sheet: Sheet, first: int, last: int) -> None:
    row = last + 1
    for index, column in enumerate(sheet.columns):
        kind = column.kind
        if isinstance(column.total, (CountOf, Filled)):
            kind = "integer"
        cell = target.cell(row=row, column=index + 1)
        cell.style = f"haicap_{kind}_total"
        if column.total is not None and last >= first:
            cell.value = _formula(column.total, index, first, last)
    cell = target.cell(row=row, column=1)
    if cell.value is None:
        cell.value = _safe(sheet.total_label)
        cell.style = "haicap_text_total"


def _set_up(target: Worksheet, sheet: Sheet, first: int, last: int) -> None:
    target.freeze_panes = target.cell(row=first, column=sheet.fixed_columns + 1)
    if last >= first:
        target.auto_filter.ref = f"A{first - 1}:{get_column_letter(len(sheet.columns))}{last}"
    target.protection.sheet = True
    target.protection.formatColumns = target.protection.formatRows = False
    target.protection.autoFilter = target.protection.sort = False
    page = target.page_setup
    page.paperSize, page.orientation = target.PAPERSIZE_A4, target.ORIENTATION_LANDSCAPE
    page.fitToWidth, page.fitToHeight = 1, 0
    target.sheet_properties.pageSetUpPr.fitToPage = True
    target.print_title_rows = f"{first - 2 if any(c.group for c in sheet.columns) else first - 1}:{first - 1}"
    target.oddFooter.center.text = "&P / &N"
