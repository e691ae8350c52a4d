"""Read form workbooks (xlsx, xlsm, xls, csv, md) within bounds: what is too large is refused before it is
unpacked.

Rows and cells are taken as pyxform takes them, so that a row named in one of its messages is the row of the
sheet.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from pyxform import constants
from pyxform import xls2json_backends as backends
from pyxform.errors import PyXFormError

from haicap.questionnaire.rules.troubles import FormError, Trouble

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_PART_TAGS = 4_000_000
MAX_PARTS = 2_000
MAX_SHEETS = 60
MAX_ROWS = 20_000
MAX_CHOICE_ROWS = 100_000
MAX_COLUMNS = 500
MAX_CELLS = 2_000_000
MAX_CELL = 32_767  # Excel's own
MAX_DEPTH = 50  # with what stands around them in the XForm within what is read of any XML
_SHEETS = frozenset(constants.SUPPORTED_SHEET_NAMES)
_LONG = frozenset({constants.CHOICES, constants.EXTERNAL_CHOICES})
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DTD = tuple(word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: its headings in order and its rows, blank ones among them, by heading; `rows[0]` is row 2."""

    name: str
    heading: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The sheets of a workbook that a form is made of, by lower-case name, and the names of all its sheets."""

    kind: str
    sheets: Mapping[str, Sheet]
    names: tuple[str, ...]
    macros: bool = field(default=False)

    @property
    def size(self) -> int:
        """The characters of all cells."""
        return sum(len(text) for sheet in self.sheets.values() for row in sheet.rows for text in row.values())


def kind_of(raw: bytes, *, name: str) -> str:
    """Return what a file is by its first bytes (xlsx, xls, xml, csv, md); raises FormError for anything
    else."""
    if raw.startswith(b"PK"):
        return "xlsx"
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "xml"
    suffix = name.lower().rpartition(".")[2]
    if not raw.strip():
        raise FormError([Trouble(code="empty")])
    if suffix in ("csv", "md"):
        return suffix
    raise FormError([Trouble(code="not_workbook", detail="text" if _is_text(raw) else "")])


def _is_text(raw: bytes) -> bool:
    try:
        return "\0" not in raw[:100_000].decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        return error.start > len(raw[:100_000]) - 4


def read_book(raw: bytes, *, kind: str) -> Book:
    """Read the sheets of a workbook as text.

    `kind` is xlsx, xls, csv or md. Raises FormError where the file is no such workbook, is damaged, locked by
    a password, or larger than the bounds of this module.
    """
    if len(raw) > MAX_BYTES:
        raise FormError([Trouble(code="too_large", detail=str(MAX_BYTES // 1024 // 1024))])
    readers = {"xlsx": _xlsx, "xls": _xls, "csv": _text_book, "md": _text_book}
    try:
        book = readers[kind](raw, kind)
    except (FormError, MemoryError):
        raise
    except PyXFormError as error:
        raise FormError([Trouble(code="not_workbook", text=str(error)[:500])]) from error
    except Exception as error:  # the readers raise whatever their parsers met
        raise FormError([Trouble(code="damaged", text=str(error)[:200])]) from error
    _check_texts(book)
    return book


def _xlsx(raw: bytes, kind: str) -> Book:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        macros = _check_parts(archive)
    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        names = tuple(book.sheetnames)
        found = {
            title: _sheet(name, book[name].rows, backends.xlsx_value_to_str) for title, name in _wanted(names)
        }
    finally:
        book.close()
    return Book(kind=kind, sheets=found, names=names, macros=macros)


def _check_parts(archive: zipfile.ZipFile) -> bool:
    """Refuse archives that unpack too large or hide entities; return True where the workbook has macros.

    Python hands out no more of a part than its entry declares and then compares the checksum: the declared
    sizes are the bound, and a part that lies is refused as damaged.
    """
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise FormError([Trouble(code="not_workbook", detail="document")])
    if "mimetype" in names or "xl/workbook.bin" in names:
        raise FormError([Trouble(code="not_workbook", detail="other")])
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FormError([Trouble(code="too_large_unpacked", detail=str(MAX_UNPACKED // 1024 // 1024))])
    tags = sum(
        _tags_of(archive, part) for part in parts if part.filename.lower().endswith((".xml", ".rels", ".vml"))
    )
    if tags > MAX_PART_TAGS:
        raise FormError([Trouble(code="too_large_unpacked", detail=str(MAX_UNPACKED // 1024 // 1024))])
    return any(name.lower().endswith("vbaproject.bin") for name in names)


def _tags_of(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    tags, tail = 0, b""
    with archive.open(part) as source:
        while block := source.read(1 << 20):
            if any(word in tail + block for word in _DTD):
                raise FormError([Trouble(code="doctype")])
            tags += block.count(b"<")
            tail = block[-32:]
    return tags


def _xls(raw: bytes, kind: str) -> Book:
    if "EncryptedPackage".encode("utf-16-le") in raw:
        raise FormError([Trouble(code="encrypted")])
    if "WordDocument".encode("utf-16-le") in raw:
        raise FormError([Trouble(code="not_workbook", detail="document")])
    try:
        book = backends.xlrd_open(file_contents=raw, on_demand=True, ragged_rows=True)
    except backends.XLRDError as error:
        code = "encrypted" if "encrypted" in str(error).lower() else "damaged"
        raise FormError([Trouble(code=code, text=str(error)[:200])]) from error
    found: dict[str, Sheet] = {}
    names = tuple(book.sheet_names())

    def text(value: Any, cell: Any) -> str:
        return str(backends.xls_value_to_unicode(value, cell.ctype, book.datemode))

    for title, name in _wanted(names):
        sheet = book.sheet_by_name(name)
        rows = (sheet.row(number) for number in range(sheet.nrows))
        found[title] = _sheet(name, rows, text, with_cell=True)
        book.unload_sheet(name)
    macros = "_VBA_PROJECT_CUR".encode("utf-16-le") in raw
    return Book(kind=kind, sheets=found, names=names, macros=macros)


def _wanted(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the sheets a form is made of as (lower-case name, name); a lone sheet is the survey."""
    if len(names) > MAX_SHEETS:
        raise FormError([Trouble(code="too_many_sheets", detail=str(MAX_SHEETS))])
    if len(names) == 1 and names[0].lower() not in _SHEETS:
        return [(constants.SURVEY, names[0])]
    return [(name.lower(), name) for name in names if name.lower() in _SHEETS]


def _sheet(name: str, rows: Iterable[Any], text: Any, *, with_cell: bool = False) -> Sheet:
    source = iter(rows)
    first = next(source, ())
    try:
        headings = backends.get_excel_column_headers(
            None if cell.value is None else str(cell.value) for cell in first
        )
    except PyXFormError as error:
        detail = str(error).partition(": ")[2]
        raise FormError(
            [
                Trouble(
                    code="header_twice",
                    sheet=name,
                    row=1,
                    column=detail,
                    detail=detail,
                    text=str(error)[:500],
                )
            ]
        ) from error
    if len(headings) > MAX_COLUMNS:
        raise FormError([Trouble(code="too_many_columns", sheet=name, row=1, detail=str(MAX_COLUMNS))])

    def clean(cell: Any, row: int, column: str) -> str | None:
        value = cell.value.strip() if isinstance(cell.value, str) else cell.value
        try:
            return str(text(value, cell) if with_cell else text(value))
        except (ValueError, OverflowError, backends.XLDateAmbiguous) as error:
            place = Trouble(code="date_bad", sheet=name, row=row + 2, column=column, text=str(error)[:200])
            raise FormError([place]) from error

    bounded = _bounded(name, source, len(headings))
    found = backends.get_excel_rows(headings, bounded, clean)
    return Sheet(name=name, heading=tuple(h for h in headings if h is not None), rows=tuple(found))


def _bounded(name: str, rows: Iterator[Any], width: int) -> Iterator[Any]:
    limit = min(MAX_CHOICE_ROWS if name.lower() in _LONG else MAX_ROWS, MAX_CELLS // max(width, 1))
    for number, row in enumerate(rows):
        if number >= limit + 100:  # pyxform stops by itself after sixty blank rows
            raise FormError([Trouble(code="too_many_rows", sheet=name, row=number, detail=str(limit))])
        yield row


def _text_book(raw: bytes, kind: str) -> Book:
    text = raw.decode("utf-8-sig")
    if text.count("\n") > MAX_CHOICE_ROWS:
        raise FormError([Trouble(code="too_many_rows", detail=str(MAX_CHOICE_ROWS))])
    if kind == "md":
        _check_comments(text)
        try:
            data = backends.md_to_dict(text.encode())
        except IndexError as error:  # a row longer than its heading
            raise FormError([Trouble(code="cells_too_many")]) from error
    else:
        data = backends.csv_to_dict(text.encode())
    found = {}
    for title in sorted(_SHEETS & data.keys()):
        heading = tuple((data.get(f"{title}_header") or [{}])[0])
        found[title] = Sheet(name=title, heading=heading, rows=tuple(data[title]))
    return Book(kind=kind, sheets=found, names=tuple(data["sheet_names"]))


def _check_comments(text: str) -> None:
    """Refuse lines whose many # signs would make the table's reader walk them over and over."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count("#") * len(line) > 2_000_000:
            raise FormError([Trouble(code="cell_too_long", row=number, detail=str(MAX_CELL))])


def _check_texts(book: Book) -> None:
    """Refuse cells longer than Excel's own limit, characters no XML may hold, and groups nested too deep."""
    troubles: list[Trouble] = []
    for sheet in book.sheets.values():
        if len(sheet.rows) > (limit := MAX_CHOICE_ROWS if sheet.name.lower() in _LONG else MAX_ROWS):
            raise FormError([Trouble(code="too_many_rows", sheet=sheet.name, detail=str(limit))])
        for number, row in enumerate(sheet.rows, start=2):
            for column, text in row.items():
                bad = _NOT_XML.search(text)
                if len(text) > MAX_CELL:
                    code, detail = "cell_too_long", str(MAX_CELL)
                elif bad is not None:
                    code, detail = "character_bad", f"U+{ord(bad.group()):04X}"
                else:
                    continue
                troubles.append(
                    Trouble(code=code, sheet=sheet.name, row=number, column=column, detail=detail)
                )
    if troubles:
        raise FormError(troubles[:100])
    _check_depth(book)


def _check_depth(book: Book) -> None:
    survey = book.sheets.get(constants.SURVEY)
    depth = 0
    for number, row in enumerate(survey.rows if survey else (), start=2):
        kind = row.get("type", "").lstrip().lower()
        depth += kind.startswith("begin") - kind.startswith("end")
        if depth > MAX_DEPTH:
            place = Trouble(code="too_deep", sheet="survey", row=number, column="type", detail=str(MAX_DEPTH))
            raise FormError([place])
