"""One submission's rows in the order of the layout's columns."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache, partial

from haicap.questionnaire.rules.export.layout import Column, Layout
from haicap.questionnaire.rules.schema import Choice, Schema, in_language, points

Rows = Iterator[tuple[int, list[str]]]  # number of the sheet, the texts of its columns
_Change = Callable[[str], str]


def local_time(text: str, *, zone: tzinfo) -> str:
    """Return a moment as ISO 8601 in `zone` with its offset; a text without an offset, or no moment, stays as it is."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    if moment.tzinfo is None:
        return text
    try:
        moment = moment.astimezone(zone)
    except (OverflowError, ValueError):
        return text
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def _labels(text: str, *, known: Mapping[str, str], multiple: bool) -> str:
    if not multiple:
        return known.get(text, text)
    return "; ".join(known.get(value, value) for value in text.split())


def _chosen(text: str, *, value: str) -> str:
    return "1" if value in text.split() else "0"


_points = lru_cache(maxsize=16)(points)  # latitude and longitude are asked for one after the other


def _coordinate(text: str, *, name: str) -> str:
    found = _points(text)
    return repr(getattr(found[0], name)) if found else ""


class Arranger:
    """Puts what a Reader of one schema reads into the columns of a layout."""

    def __init__(self, layout: Layout, schema: Schema, *, zone: tzinfo) -> None:
        numbers = {sheet.table: number for number, sheet in enumerate(layout.sheets)}
        self._language, self._labels, self._zone = layout.options.language, layout.options.labels, zone
        self._states = layout.titles
        self._tables = []
        for table in schema.tables:
            number = numbers[table.column]
            columns = layout.sheets[number].columns
            sources = [column.source if self._is_plain(column) else "" for column in columns]
            if table.path:
                sources[1] = table.parent_key  # by its name in this version
            changes = [
                (at, column.source, change)
                for at, column in enumerate(columns)
                if (change := self._change(column)) is not None
            ]
            self._tables.append((table.path, number, sources, changes))

    def _is_plain(self, column: Column) -> bool:
        return self._change(column) is None

    def _change(self, column: Column) -> _Change | None:
        """Return how the text of a column is made from the text that was read; None where it is that text."""
        if column.role == "choice":
            return partial(_chosen, value=column.choice)
        if column.role in ("latitude", "longitude"):
            return partial(_coordinate, name=column.role)
        if column.name == "__state" and self._labels:
            return lambda state: self._states.get(f"state.{state}", state)
        if column.type == "dateTime":
            return partial(local_time, zone=self._zone)
        if column.field is not None and column.choices and self._labels and column.role == "answer":
            known = {choice.value: self._said(choice) for choice in column.choices}
            return partial(_labels, known=known, multiple=column.field.multiple)
        return None

    def _said(self, choice: Choice) -> str:
        return in_language(choice.label, self._language) or choice.value

    def rows(self, tables: Mapping[str, list[dict[str, str]]], *, meta: Mapping[str, str]) -> Rows:
        """Yield the rows of one submission, its own first; `meta` is what is known beside the answers."""
        for path, number, sources, changes in self._tables:
            for found in tables[path]:
                row = {**found, **meta} if not path else found
                get = row.get
                texts = [get(source, "") for source in sources]
                for at, source, change in changes:
                    if text := get(source, ""):
                        texts[at] = change(text)
                yield number, texts
