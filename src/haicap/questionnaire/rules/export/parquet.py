"""Parquet: one file per table in a ZIP, columns with types, row groups of bounded size."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from haicap.questionnaire.rules.export.archive import Archive
from haicap.questionnaire.rules.export.arrange import Rows
from haicap.questionnaire.rules.export.csvs import table_text
from haicap.questionnaire.rules.export.dictionary import dictionary
from haicap.questionnaire.rules.export.layout import Column, Layout, Sheet
from haicap.questionnaire.rules.schema import in_language, typed

KEPT = "__texts"
_CELLS, _MOST_ROWS = 400_000, 10_000  # of a row group
# texts that Arrow reads as this house reads them; all others are read one by one
_PLAIN = {
    "int": r"^-?[0-9]{1,18}$", "decimal": r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$", "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}  # fmt: skip


def parquet(layout: Layout, rows: Rows, *, zone: str) -> Iterator[bytes]:
    """Write each table and the dictionary. int is int64, decimal float64, date date32, dateTime a timestamp in `zone`,
    several choices a list; all else text.

    A text that is no value of its column's type, or that the type keeps only roughly, is in the column `__texts`, a
    JSON object by column: nothing is lost.
    """
    with ExitStack() as stack, Archive(level=1) as archive:
        tables = [stack.enter_context(_Table(sheet, layout, zone)) for sheet in layout.sheets]
        for number, texts in rows:
            tables[number].add(texts)
        for table in tables:
            yield from archive.put(f"{table.sheet.name}.parquet", table.finished(), packed=True)
        heads, lines = dictionary(layout)
        member = archive.open("dictionary.csv")
        member.write(table_text(heads, lines))
        yield from archive.finish()


class _Table(ExitStack):
    """One table on its way into a file of its own."""

    def __init__(self, sheet: Sheet, layout: Layout, zone: str) -> None:
        super().__init__()
        self.sheet = sheet
        self._types = [_type(column, zone) for column in sheet.columns]
        self._file = self.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # it closes with this
        fields = [
            pa.field(column.header, kind, metadata=_said(column, layout))
            for column, kind in zip(sheet.columns, self._types, strict=True)
        ]
        self._schema = pa.schema([*fields, pa.field(KEPT, pa.string())])
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd", use_dictionary=True)
        self._rows: list[list[str]] = []
        self._most = max(200, min(_MOST_ROWS, _CELLS // len(sheet.columns)))

    def add(self, texts: list[str]) -> None:
        """Take one row."""
        self._rows.append(texts)
        if len(self._rows) >= self._most:
            self._write()

    def _write(self) -> None:
        if not self._rows:
            return
        kept: list[dict[str, str]] = [{} for _row in self._rows]
        arrays = [
            _array(column, kind, [text or None for text in texts], kept)
            for column, kind, texts in zip(
                self.sheet.columns, self._types, zip(*self._rows, strict=True), strict=True
            )
        ]
        arrays.append(
            pa.array([json.dumps(one, ensure_ascii=False) if one else None for one in kept], pa.string())
        )
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._rows.clear()

    def finished(self) -> Any:
        """Return the file, complete."""
        self._write()
        self._writer.close()
        self._file.seek(0)
        return self._file


def _said(column: Column, layout: Layout) -> dict[str, str]:
    if column.field is None:
        return {"question": layout.titles.get(column.name, column.name)}
    return {"question": in_language(column.field.label, layout.options.language), "path": column.field.path}


def _type(column: Column, zone: str) -> pa.DataType:
    if column.type in ("select", "rank"):
        return pa.list_(pa.string())
    known = {
        "int": pa.int64(), "decimal": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
        "dateTime": pa.timestamp("ms", tz=zone),
    }  # fmt: skip
    return known.get(column.type, pa.string())


def _array(
    column: Column, kind: pa.DataType, texts: list[str | None], kept: list[dict[str, str]]
) -> pa.Array:
    if kind == pa.string():
        return pa.array(texts, kind)
    if column.type in ("select", "rank"):
        return pa.array([text.split() if text else None for text in texts], kind)
    array = pa.array(texts, pa.string())
    pattern = _PLAIN.get(column.type)
    if array.null_count == len(array):
        return pa.nulls(len(array), kind)
    if pattern and pc.all(pc.match_substring_regex(array, pattern)).as_py():
        try:
            return array.cast(kind)
        except pa.ArrowInvalid:
            pass  # a date that no calendar has: one by one below
    fits = _FITS.get(column.type, _always)
    values: list[Any] = []
    for at, text in enumerate(texts):
        value = typed(column.type, text) if text else None
        if column.type == "dateTime" and value is not None and value.tzinfo is None:
            value = None  # nobody knows which moment it was
        if text and (value is None or not fits(value)):
            kept[at][column.header] = text
        if value is not None and column.type == "int" and not fits(value):
            value = None
        values.append(float(value) if isinstance(value, Decimal) else value)
    return pa.array(values, kind)


def _always(_value: Any) -> bool:
    return True


def _is_exact(value: Decimal) -> bool:
    return Decimal(repr(float(value))) == value


_FITS: dict[str, Callable[[Any], bool]] = {
    "int": lambda value: -(2**63) <= value < 2**63, "decimal": _is_exact,
    "dateTime": lambda value: value.microsecond % 1000 == 0,
}  # fmt: skip
