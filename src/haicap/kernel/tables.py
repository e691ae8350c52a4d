"""Tables that people bring (CSV) and tables that people take (cells safe for spreadsheets)."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext as _

from haicap.kernel.errors import Refused, Text
from haicap.kernel.text import nfc

ENCODINGS = ("utf-8-sig", "windows-1258", "latin-1")


class _Reader(Protocol):
    """What `csv.reader` makes."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong in a file, where, and what to do; `row` counts from 1 and includes the heading row."""

    file: str
    row: int | None
    column: str | None
    message: Text
    code: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.row, self.column) if part is not None)
        return f"{place}: {self.message}"


class Faulty(Refused):
    """A file with faults; all of them are in `faults`."""

    def __init__(self, code: str, message: Text, *, faults: Sequence[Fault]) -> None:
        super().__init__(code, message, details={"faults": [str(fault) for fault in faults]})
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number in the file and its cells by column, in NFC and stripped."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table read whole, within its bounds."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    faults: tuple[Fault, ...] = field(default=())


def _bytes_of(source: Path | bytes, *, name: str, max_bytes: int) -> bytes:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > max_bytes:
        raise Refused(
            "table.too_large",
            _("%(name)s has %(size)s MB; at most %(limit)s MB are taken. Split the file.")
            % {"name": name, "size": size // 1_000_000, "limit": max_bytes // 1_000_000},
        )
    return source if isinstance(source, bytes) else source.read_bytes()


def decode(raw: bytes) -> tuple[str, str]:
    """Return the text of `raw` and the encoding it was found to be in."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace"), "utf-16"
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes every byte")


def _delimiter(heading: str) -> str:
    return max(",;\t", key=heading.count)


def read_csv(
    source: Path | bytes, *, name: str, required: Sequence[str], max_rows: int, max_bytes: int
) -> Table:
    """Read a comma, semicolon or tab separated table whose first row names its columns.

    Raises Refused where the file is too large or has too many rows, and Faulty where it is empty, has no
    heading row, lacks a `required` column or names one twice. A row with too many cells becomes a fault of
    the table, the rest of it is kept. Text in another encoding than UTF-8 is read and named in `encoding`.
    """
    text, encoding = decode(_bytes_of(source, name=name, max_bytes=max_bytes))
    text = text.replace("\0", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text.partition("\n")[0]))
    try:
        columns = tuple(nfc(cell).lower() for cell in next(reader, []))
        _check_columns(name, columns, required, encoding)
        rows, faults = _read_rows(reader, name, columns, max_rows)
    except csv.Error as error:
        fault = Fault(
            file=name, row=reader.line_num, column=None, message=str(error), code="table.unreadable"
        )
        raise Faulty("table.unreadable", _("The file cannot be read as a table."), faults=[fault]) from error
    return Table(name=name, columns=columns, rows=tuple(rows), encoding=encoding, faults=tuple(faults))


def _check_columns(name: str, columns: tuple[str, ...], required: Sequence[str], encoding: str) -> None:
    faults = [
        Fault(
            file=name,
            row=1,
            column=column,
            code="table.column_missing",
            message=_("column %(column)s is missing; found: %(found)s (%(encoding)s)")
            % {"column": column, "found": ", ".join(columns)[:300] or "-", "encoding": encoding},
        )
        for column in required
        if column not in columns
    ]
    faults += [
        Fault(
            file=name, row=1, column=column, code="table.column_twice", message=_("the column is named twice")
        )
        for column in sorted({column for column in columns if column and columns.count(column) > 1})
    ]
    if faults:
        raise Faulty(
            "table.columns", _("The heading row of %(name)s is not right.") % {"name": name}, faults=faults
        )


def _read_rows(
    reader: _Reader, name: str, columns: tuple[str, ...], max_rows: int
) -> tuple[list[Row], list[Fault]]:
    rows: list[Row] = []
    faults: list[Fault] = []
    line = reader.line_num + 1
    for cells in reader:
        start, line = line, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= max_rows:
            raise Refused(
                "table.too_many_rows",
                _("%(name)s has more than %(limit)s rows. Split the file.")
                % {"name": name, "limit": max_rows},
            )
        if len(cells) > len(columns):
            faults.append(
                Fault(
                    file=name,
                    row=start,
                    column=None,
                    code="table.cells_too_many",
                    message=_(
                        "the row has %(found)s cells, the heading %(expected)s; put quotes around commas"
                    )
                    % {"found": len(cells), "expected": len(columns)},
                )
            )
        rows.append(Row(line=start, cells=dict(zip(columns, map(nfc, cells), strict=False))))
    return rows, faults


def safe_cell(value: object) -> object:
    """Return `value` so that no spreadsheet takes it for a formula: such text gets a leading apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
