"""Calendars as tables and as calendar files."""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.utils.text import slugify
from django.utils.translation import gettext as _

from haicap.documents.workbook import Book, Cell, Column, Sheet, build
from haicap.kernel.tables import safe_cell
from haicap.timetable.management.verbs.terminal import Names
from haicap.timetable.rules.ical import Entry, Hours, calendar_file
from haicap.timetable.rules.problem import Mode, PlacedVisit, Unserved
from haicap.timetable.texts import HALF_TEXTS, REASON_TEXTS

Row = tuple[Cell, ...]


def labels() -> tuple[str, ...]:
    """Return the headings of the table of visits."""
    return (
        _("Code"), _("Unit"), _("Team"), _("Day"), _("Half-day"), _("Whole day"), _("Order"), _("Mode"),
        _("Bridge point"), _("Left out because"),
    )  # fmt: skip


def rows_of(visits: Sequence[PlacedVisit], unserved: Sequence[Unserved], names: Names) -> tuple[Row, ...]:
    """Return a row for every visit, in the order of days and teams, then one for every unit left out."""
    modes = {Mode.IN_PERSON: _("in person"), Mode.ONLINE: _("online")}
    ordered = sorted(visits, key=lambda v: (v.slot.day, v.slot.half.order, v.team, v.order, v.unit))
    held: list[Row] = [
        (
            visit.unit, names.get(visit.unit, ""), visit.team, visit.slot.day,
            str(HALF_TEXTS[visit.slot.half]), _("yes") if visit.whole_day else "", visit.order,
            modes[visit.mode], visit.bridge, "",
        )
        for visit in ordered
    ]  # fmt: skip
    left: list[Row] = [
        (
            item.unit, names.get(item.unit, ""), None, None, "", "", None, "", "",
            str(REASON_TEXTS.get(item.reason, item.reason)),
        )
        for item in unserved
    ]  # fmt: skip
    return (*held, *left)


def csv_text(rows: Sequence[Row]) -> str:
    """Return the table as CSV that spreadsheets open as it is: with a byte order mark, no cell a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(labels())
    writer.writerows([safe_cell("" if cell is None else cell) for cell in row] for row in rows)
    return "\N{BYTE ORDER MARK}" + text.getvalue()


def workbook(rows: Sequence[Row], *, title: str, made_at: datetime) -> bytes:
    """Return the table as an XLSX workbook."""
    kinds = {2: "integer", 3: "date", 6: "integer"}
    widths = {1: 34.0, 9: 34.0}
    columns = tuple(
        Column(label=label, kind=kinds.get(n, "text"), width=widths.get(n, 14.0))  # type: ignore[arg-type]
        for n, label in enumerate(labels())
    )
    sheet = Sheet(name=_("Visits"), title=title, columns=columns, rows=tuple(rows), fixed_columns=2)
    return build(book=Book(title=title, sheets=(sheet,), made_at=made_at))


def write_calendars(
    folder: Path, visits: Sequence[PlacedVisit], names: Names, *, title: str, now: datetime
) -> int:
    """Write one calendar file for every team and every unit into `folder`; returns how many.

    A later export to the same calendars replaces its events: they keep their identifiers, numbers rise.
    """
    files: dict[str, list[Entry]] = defaultdict(list)
    for visit in visits:
        files[f"team-{visit.team}"].append(_entry(visit, names, f"team{visit.team}", title, now))
        files[f"unit-{slugify(visit.unit) or 'x'}"].append(_entry(visit, names, "unit", title, now))
    folder.mkdir(parents=True, exist_ok=True)
    for name, entries in files.items():
        (folder / f"{name}.ics").write_bytes(calendar_file(name=name, entries=entries, hours=Hours()))
    return len(files)


def _entry(visit: PlacedVisit, names: Names, whose: str, title: str, now: datetime) -> Entry:
    unit = names.get(visit.unit) or visit.unit
    online = visit.mode is Mode.ONLINE
    return Entry(
        uid=f"{slugify(title) or 'timetable'}-{slugify(visit.unit) or 'x'}-{whose}@haicap",
        sequence=int(now.timestamp()) // 60,
        stamped=now,
        day=visit.slot.day,
        half=visit.slot.half,
        whole_day=visit.whole_day,
        summary=_("Survey: %(unit)s") % {"unit": unit},
        description=_("Survey team %(number)s") % {"number": visit.team},
        location=" ".join(filter(None, (_("Online"), visit.bridge))) if online else unit,
        url="",
    )
