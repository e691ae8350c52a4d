"""CSV: one file per table in a ZIP, UTF-8 with a mark that spreadsheets understand."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from haicap.kernel.tables import safe_cell
from haicap.questionnaire.rules.export.archive import Archive, Member
from haicap.questionnaire.rules.export.arrange import Rows
from haicap.questionnaire.rules.export.dictionary import dictionary
from haicap.questionnaire.rules.export.layout import Layout

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_RISKY = frozenset("=+-@\t\r\n")


def csv_zip(layout: Layout, rows: Rows) -> Iterator[bytes]:
    """Write every table as a CSV, then the dictionary. Text that a spreadsheet would take for a formula gets an
    apostrophe (`kernel.tables.safe_cell`); numbers of number columns stay numbers."""
    with Archive() as archive:
        tables = [_Table(archive, f"{sheet.name}.csv") for sheet in layout.sheets]
        numeric = []
        for table, sheet in zip(tables, layout.sheets, strict=True):
            table.write([column.header for column in sheet.columns])
            numeric.append([column.type in ("int", "decimal") for column in sheet.columns])
        for number, texts in rows:
            tables[number].write(texts, numeric[number])
            yield from archive.pieces()
        heads, lines = dictionary(layout)
        archive.open("dictionary.csv").write(table_text(heads, lines))
        yield from archive.finish()


def table_text(heads: list[str], lines: Iterable[list[str]]) -> str:
    """Return a small table of texts as CSV, safe for spreadsheets, with its mark."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerows([[safe_cell(text) for text in line] for line in (heads, *lines)])
    return "\ufeff" + target.getvalue()


class _Table:
    def __init__(self, archive: Archive, name: str) -> None:
        self._member: Member = archive.open(name)
        self._member.write("\ufeff")
        self._writer = csv.writer(self._member)

    def write(self, texts: list[str], numeric: Iterable[bool] = ()) -> None:
        if any(text and text[0] in _RISKY for text in texts):
            texts = _safe(texts, list(numeric) or [False] * len(texts))
        self._writer.writerow(texts)


def _safe(texts: list[str], numeric: list[bool]) -> list[str]:
    return [
        text if is_number and _NUMBER.fullmatch(text) else str(safe_cell(text))
        for text, is_number in zip(texts, numeric, strict=True)
    ]
