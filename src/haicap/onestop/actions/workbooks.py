"""The catalogue as an uploaded workbook: four sheets, read within bounds."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from haicap.kernel.errors import Refused
from haicap.kernel.tables import Fault, Faulty
from haicap.kernel.text import nfc
from haicap.onestop.rules.catalogue import COLUMNS, Line

MOST_BYTES, MOST_ROWS, MOST_COLUMNS = 8_000_000, 20_000, 60
MOST_UNPACKED = 200_000_000  # bytes a workbook may unfold to
Tables = Mapping[str, Sequence[Line]]
# What openpyxl and the readers below it raise for files that are damaged, encrypted or something else.
_UNREADABLE = (
    zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, SyntaxError, zlib.error, TypeError,
    AttributeError, IndexError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip


def tables_of(*, content: bytes) -> Tables:
    """Return the four tables of a workbook; raises Refused, Faulty."""
    if len(content) > MOST_BYTES:
        raise Refused("catalogue.large", _("The workbook is larger than 8 MB. Split it."), field="file")
    faults: list[Fault] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        tables = {} if unpacked > MOST_UNPACKED else _read(content, faults)
    except _UNREADABLE as error:
        message = _("This is no Excel workbook (.xlsx). Fill in the template and upload that.")
        raise Refused("catalogue.unreadable", message, field="file") from error
    if unpacked > MOST_UNPACKED:
        message = _("The workbook unfolds to far too much. Save it anew.")
        raise Refused("catalogue.large", message, field="file")
    if faults:
        raise Faulty("catalogue.sheets", _("The workbook is not laid out like the template."), faults=faults)
    return tables


def _read(content: bytes, faults: list[Fault]) -> dict[str, list[Line]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    return {name: _sheet(book, name, columns, faults) for name, columns in COLUMNS.items()}


def _sheet(book: Any, name: str, columns: Sequence[str], faults: list[Fault]) -> list[Line]:
    def fault(row: int | None, column: str | None, message: str, code: str) -> None:
        faults.append(Fault(file=name, row=row, column=column, message=message, code=code))

    if name not in book.sheetnames:
        fault(None, None, _("This sheet is missing."), "catalogue.sheet")
        return []
    rows: Iterator[Any] = book[name].iter_rows(values_only=True, max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS)
    heads = [_cell(value).lower() for value in next(rows, ())]
    for column in columns:
        if column not in heads:
            fault(1, column, _("This column is missing."), "catalogue.column")
    found = []
    for number, row in enumerate(rows, start=2):
        cells = {head: _cell(value) for head, value in zip(heads, row, strict=False)}
        if not any(cells.values()):
            continue
        if number > MOST_ROWS + 1:
            fault(number, None, _("This sheet has too many rows. Split the workbook."), "catalogue.rows")
            break
        found.append(Line(number, cells))
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return nfc(str(value)).strip().removeprefix("'")
