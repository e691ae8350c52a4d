"""XLSX written row by row (ECMA-376, SpreadsheetML): one sheet per table, text inside its cell.

Written here and not by openpyxl, whose write-only mode keeps every distinct text in memory until the end.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from haicap.kernel.tables import safe_cell
from haicap.questionnaire.rules.export import xlsx_parts as parts
from haicap.questionnaire.rules.export.archive import Archive, Member
from haicap.questionnaire.rules.export.arrange import Rows
from haicap.questionnaire.rules.export.dictionary import dictionary
from haicap.questionnaire.rules.export.layout import Layout
from haicap.questionnaire.rules.export.options import ExportError
from haicap.questionnaire.rules.schema import typed

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767
_KEPT = 32_000  # of a longer text, before the words that say where the whole is
_EPOCH, _FIRST = datetime(1899, 12, 30), date(1900, 3, 1)  # noqa: DTZ001  # workbooks know no zones
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def xlsx(layout: Layout, rows: Rows, *, most_rows: int = MOST_ROWS) -> Iterator[bytes]:
    """Write the tables, then what was too long for a cell, then the dictionary.

    A table goes on in a further sheet after `most_rows` rows. Raises ExportError too_wide.
    """
    for sheet in layout.sheets:
        if len(sheet.columns) > MOST_COLUMNS:
            raise ExportError("too_wide", sheet.name)
    with Archive() as archive:
        book = _Book(archive, layout, most_rows)
        for number, texts in rows:
            book.write(number, texts)
            yield from archive.pieces()
        heads, lines = dictionary(layout)
        book.plain(layout.titles.get("sheet.dictionary", "Dictionary"), heads, lines)
        for table in book.tables:
            table.end()
        book.close()
        yield from archive.finish()


class _Book:
    """The sheets of a workbook in the making."""

    def __init__(self, archive: Archive, layout: Layout, most_rows: int) -> None:
        self.archive, self.layout, self.most_rows = archive, layout, most_rows
        self.names: list[str] = []
        self.styles = parts.Styles()
        self.tables = [
            _Sheet(self, sheet.name, [column.header for column in sheet.columns]) for sheet in layout.sheets
        ]
        self.writers = [
            [_writer(column.type, self.styles) for column in sheet.columns] for sheet in layout.sheets
        ]
        self.long: _Sheet | None = None

    def write(self, number: int, texts: list[str]) -> None:
        """Write one row of a table."""
        table, cells = self.tables[number], []
        table.begin()
        for at, (text, write) in enumerate(zip(texts, self.writers[number], strict=True)):
            if text:
                shown = self._kept(number, at, text, texts[0]) if len(text) > MOST_CHARACTERS // 2 else text
                cells.append(f'<c r="{table.letters[at]}{table.row}"{write(shown)}</c>')
        table.write(cells)

    def _kept(self, number: int, at: int, text: str, key: str) -> str:
        """Return a text that fits its cell; the whole of a longer one goes to a sheet of its own."""
        if _width(text) <= MOST_CHARACTERS:
            return text
        titles, sheet = self.layout.titles, self.layout.sheets[number]
        name = titles.get("sheet.long", "Long texts")
        if self.long is None:
            heads = [titles.get(one, one) for one in ("table", "__id", "column", "part", "text")]
            self.long = _Sheet(self, name, heads)
            self.tables.append(self.long)
        for part, start in enumerate(range(0, len(text), _KEPT // 2), start=1):
            piece = text[start : start + _KEPT // 2]
            self.long.texts([sheet.name, key, sheet.columns[at].header, str(part), piece])
        words = titles.get("long", "the whole text is in the sheet")
        return f"{text[: _KEPT // 2]} … [{words} “{name}”]"

    def plain(self, name: str, heads: list[str], lines: list[list[str]]) -> None:
        """Write a sheet of texts."""
        table = _Sheet(self, name, heads)
        self.tables.append(table)
        for line in lines:
            table.texts(
                [text if _width(text) <= MOST_CHARACTERS else f"{text[: _KEPT // 2]} …" for text in line]
            )

    def close(self) -> None:
        """Write the parts that hold the sheets together."""
        for name, text in parts.frame(self.names, self.styles):
            member = self.archive.open(name)
            member.write(text)
            self.archive.end(member)


class _Sheet:
    """One table; it goes on in a further sheet when it is full."""

    def __init__(self, book: _Book, name: str, heads: list[str]) -> None:
        self.book, self.name, self.heads = book, name, heads
        self.letters = [parts.letters(number) for number in range(len(heads))]
        self.count = 0
        self._open()

    def _open(self) -> None:
        self.count += 1
        names = self.book.names
        shown = self.name if self.count == 1 else f"{self.name} ({self.count})"
        names.append(parts.sheet_name(shown, names))
        self.member: Member = self.book.archive.open(f"xl/worksheets/sheet{len(names)}.xml")
        self.member.write(parts.SHEET_BEGINS)
        self.row = 1
        cells = [
            f'<c r="{letter}1" s="{parts.HEAD}" t="inlineStr"><is><t xml:space="preserve">{_escaped(head)}</t></is></c>'
            for letter, head in zip(self.letters, self.heads, strict=True)
        ]
        self.write(cells)

    def begin(self) -> None:
        """Go to the next row, on a further sheet if this one is full."""
        if self.row == self.book.most_rows:
            self.end()
            self._open()
        self.row += 1

    def write(self, cells: list[str]) -> None:
        """Write the cells of the row that was begun."""
        self.member.write(f'<row r="{self.row}">{"".join(cells)}</row>')

    def texts(self, texts: list[str]) -> None:
        """Write a row of texts."""
        self.begin()
        self.write(
            [
                f'<c r="{letter}{self.row}"{_text(text)}</c>'
                for letter, text in zip(self.letters, texts, strict=True)
                if text
            ]
        )

    def end(self) -> None:
        """End the sheet that is being written."""
        self.member.write(parts.SHEET_ENDS)
        self.book.archive.end(self.member)


def _width(text: str) -> int:
    """Return the length as spreadsheets count it, in UTF-16 units."""
    return (
        len(text) + sum(char > "\uffff" for char in text) if len(text) > MOST_CHARACTERS // 2 else len(text)
    )


def _escaped(text: str) -> str:
    text = _NOT_XML.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _ESCAPED.sub("_x005F_", text).replace("\r", "_x000D_") if "_" in text or "\r" in text else text


def _text(text: str) -> str:
    """Return a cell of text; what a program might take for a formula is marked as text for ever (quotePrefix)."""
    style = f' s="{parts.QUOTED}"' if safe_cell(text) is not text else ""
    return f'{style} t="inlineStr"><is><t xml:space="preserve">{_escaped(text)}</t></is>'


def _number(value: int | Decimal | None, text: str) -> str:
    if (
        value is None or len(Decimal(value).as_tuple().digits) > 15
    ):  # a workbook keeps 15 digits: no more are shown
        return _text(text)
    if value and not -300 < Decimal(value).adjusted() < 300:
        return _text(text)
    return f"><v>{value}</v>"


def _serial(moment: datetime) -> float:
    passed = moment - _EPOCH
    return passed.days + (passed.seconds + passed.microseconds / 1e6) / 86400


def _writer(kind: str, styles: parts.Styles) -> Callable[[str], str]:
    """Return what writes the value of a cell of one type; what is no such value is written as the text it is."""

    def number(text: str) -> str:
        return _number(typed(kind, text), text)

    def day(text: str) -> str:
        value: date | None = typed("date", text)
        if value is None or value < _FIRST:
            return _text(text)
        return f' s="{parts.DAY}"><v>{_serial(datetime.combine(value, time())):.0f}</v>'

    def moment(text: str) -> str:
        value: datetime | None = typed("dateTime", text)
        if value is None or value.date() < _FIRST:
            return _text(text)
        offset: timedelta | None = value.utcoffset()
        return f' s="{styles.moment(offset)}"><v>{_serial(value.replace(tzinfo=None)):.9f}</v>'

    def boolean(text: str) -> str:
        value = typed("boolean", text)
        return _text(text) if value is None else f' t="b"><v>{int(value)}</v>'

    known: dict[str, Callable[[str], str]] = {
        "int": number, "decimal": number, "date": day, "dateTime": moment, "boolean": boolean,
    }  # fmt: skip
    return known.get(kind, _text)
