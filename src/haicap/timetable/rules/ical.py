"""Calendar files (RFC 5545): stable identifiers, a sequence that rises by version, cancelled events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from haicap.kernel.periods import HalfDay

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
REFRESH = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When half-days begin and end, local time."""

    morning: tuple[time, time] = (time(8, 0), time(11, 30))
    afternoon: tuple[time, time] = (time(13, 30), time(17, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event. `uid` never changes for a visit; `sequence` is the version of the calendar that says so."""

    uid: str
    sequence: int
    stamped: datetime
    day: date
    half: HalfDay
    whole_day: bool
    summary: str
    description: str
    location: str
    url: str
    cancelled: bool = False


def times(*, day: date, half: HalfDay, whole_day: bool, hours: Hours) -> tuple[datetime, datetime]:
    """Return begin and end of a visit in the zone of the survey."""
    begin, end = hours.morning if half is HalfDay.MORNING else hours.afternoon
    if whole_day:
        end = hours.afternoon[1]
    return datetime.combine(day, begin, ZONE), datetime.combine(day, end, ZONE)


def calendar_file(*, name: str, entries: Sequence[Entry], hours: Hours) -> bytes:
    """Return an iCalendar file of `entries`, with its time zone."""
    file = Calendar()
    file.add("prodid", "-//haicap//timetable//VI")
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("method", "PUBLISH")
    file.add("x-wr-calname", name)
    file.add("x-wr-timezone", ZONE.key)
    file.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    if entries:
        first = min(entry.day for entry in entries)
        file.add_component(
            Timezone.from_tzinfo(ZONE, first_date=first, last_date=first + timedelta(days=400))
        )
    for entry in sorted(entries, key=lambda entry: (entry.day, entry.half.order, entry.uid)):
        file.add_component(_event(entry, hours))
    return bytes(file.to_ical())


def _event(entry: Entry, hours: Hours) -> Event:
    begin, end = times(day=entry.day, half=entry.half, whole_day=entry.whole_day, hours=hours)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamped)
    event.add("last-modified", entry.stamped)
    event.add("dtstart", begin)
    event.add("dtend", end)
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("location", entry.location)
    if entry.url:
        event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    return event
