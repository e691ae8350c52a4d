"""Reading the tables of a plan: bytes in, rows and faults out. Nothing stops at the first fault."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from haicap.campaign.rules.plan import PlanFault

MOST_ROWS = 5000
MOST_BYTES = 5_000_000
_MANGLED = re.compile(r"^(\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{5}(\.\d+)?|\d{4}-\d{2}-\d{2}[T ].*)$")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line and its cells, in NFC and stripped."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(slots=True)
class Faults:
    """The faults found so far."""

    found: list[PlanFault] = field(default_factory=list)

    def add(self, file: str, row: int | None, column: str | None, code: str, **params: object) -> None:
        """Note one fault."""
        self.found.append(PlanFault(file=file, row=row, column=column, code=code, params=params))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a table must look like: its columns, and which of them may not be blank."""

    name: str
    columns: Sequence[str]
    filled: Sequence[str]
    optional: bool = False


def text_of(raw: bytes, *, name: str, faults: Faults) -> str | None:
    """Return the text of a file in NFC, or None with a fault: too large, or not UTF-8."""
    if len(raw) > MOST_BYTES:
        faults.add(name, None, None, "too_large", limit=MOST_BYTES // 1_000_000)
        return None
    try:
        return unicodedata.normalize("NFC", raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        faults.add(name, line, None, "encoding")
        return None


def read_table(files: Mapping[str, bytes], shape: Shape, faults: Faults) -> list[Row]:
    """Return the rows of a table; missing file, wrong columns, loose cells and blanks become faults."""
    if shape.name not in files:
        if not shape.optional:
            faults.add(shape.name, None, None, "file_missing")
        return []
    text = text_of(files[shape.name], name=shape.name, faults=faults)
    if text is None:
        return []
    heading = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count))
    columns = [cell.strip().lower() for cell in next(reader, [])]
    if not _columns_are_right(columns, shape, faults):
        return []
    return _rows(reader, columns, shape, faults)


def _columns_are_right(columns: list[str], shape: Shape, faults: Faults) -> bool:
    missing = [column for column in shape.columns if column not in columns]
    for column in missing:
        faults.add(shape.name, 1, column, "column_missing", found=", ".join(columns)[:200])
    for column in columns:
        if column not in shape.columns:
            faults.add(
                shape.name, 1, column or "(blank)", "column_unknown", expected=", ".join(shape.columns)
            )
    for column in sorted({column for column in columns if column and columns.count(column) > 1}):
        faults.add(shape.name, 1, column, "column_twice")
    return not missing


def _rows(reader: Any, columns: list[str], shape: Shape, faults: Faults) -> list[Row]:
    rows: list[Row] = []
    line = reader.line_num + 1
    for cells in reader:
        start, line = line, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= MOST_ROWS:
            faults.add(shape.name, start, None, "too_many_rows", limit=MOST_ROWS)
            break
        if len(cells) != len(columns):
            faults.add(shape.name, start, None, "cells", found=len(cells), expected=len(columns))
            continue
        row = Row(start, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)})
        for column in shape.filled:
            if not row[column]:
                language = column.endswith(("_vi", "_en"))
                faults.add(shape.name, start, column, "translation_missing" if language else "blank")
        rows.append(row)
    return rows


def unique(rows: Sequence[Row], column: str, *, file: str, faults: Faults) -> dict[str, Row]:
    """Return the rows by the code in `column`; every code given twice is a fault naming both rows."""
    known: dict[str, Row] = {}
    for row in rows:
        code = row[column]
        if code in known:
            faults.add(file, row.line, column, "duplicate", value=code, first=known[code].line)
        else:
            known[code] = row
    return known


def one_of(row: Row, column: str, allowed: Sequence[str], *, file: str, faults: Faults) -> str:
    """Return the cell; a fault where it is none of `allowed`."""
    if row[column] and row[column] not in allowed:
        faults.add(file, row.line, column, "not_allowed", value=row[column], allowed=", ".join(allowed))
    return row[column]


def codes_in(row: Row, column: str, allowed: Sequence[str], *, file: str, faults: Faults) -> None:
    """Note a fault for every comma-separated code of the cell that is none of `allowed`."""
    for code in filter(None, (part.strip() for part in row[column].split(","))):
        if code not in allowed:
            faults.add(file, row.line, column, "not_allowed", value=code, allowed=", ".join(allowed))


def whole(row: Row, column: str, *, file: str, faults: Faults, least: int = 0, default: int = 0) -> int:
    """Return the whole number in the cell, `default` where it is blank or wrong (then with a fault)."""
    if not row[column]:
        return default
    if not re.fullmatch(r"\d{1,9}", row[column]) or int(row[column]) < least:
        faults.add(file, row.line, column, "not_whole", value=row[column], least=least)
        return default
    return int(row[column])


def day_of(value: object, *, file: str, line: int | None, column: str, faults: Faults) -> date | None:
    """Return the ISO date; a date that a spreadsheet has rewritten is named as such."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    text = str(value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            faults.add(file, line, column, "date_impossible", value=text)
            return None
    faults.add(file, line, column, "date_mangled" if _MANGLED.match(text) else "date_wrong", value=text)
    return None
