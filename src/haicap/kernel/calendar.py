"""The working calendar as kept in the database."""

from collections.abc import Iterable
from datetime import date

from haicap.kernel.models import SpecialDay
from haicap.kernel.periods import WorkingCalendar
from haicap.kernel.text import nfc


def working_calendar() -> WorkingCalendar:
    """Return the calendar of all recorded special days (one query)."""
    rows = list(SpecialDay.objects.values_list("date", "kind"))
    return WorkingCalendar(
        off=frozenset(day for day, kind in rows if kind == SpecialDay.Kind.OFF),
        makeup=frozenset(day for day, kind in rows if kind == SpecialDay.Kind.MAKEUP),
    )


def set_special_days(days: Iterable[tuple[date, str, str, str]]) -> int:
    """Record (day, "off" or "makeup", name, source); the caller's action leaves the audit entry.

    Returns the number of days given. A day given again takes the new kind, name and source.
    """
    rows = [
        SpecialDay(date=day, kind=kind, name=nfc(name), source=source) for day, kind, name, source in days
    ]
    SpecialDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["date"], update_fields=["kind", "name", "source"]
    )
    return len(rows)
