"""Opening hours: windows of a day by weekday, the days off and the Saturdays worked instead."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from haicap.kernel.periods import WorkingCalendar

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MOST_WINDOWS = 4
_PART = re.compile(r"([0-6])(?:-([0-6]))?\s+(.+)")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Open from `start` until `end`, clock times of the same day."""

    start: time
    end: time


def faults_of_hours(hours: Any) -> list[str]:
    """Return the codes of what is wrong: hours.shape, hours.day, hours.time, hours.order; empty when right."""
    if not isinstance(hours, Mapping):
        return ["hours.shape"]
    found: list[str] = []
    for day, windows in hours.items():
        if day not in {"0", "1", "2", "3", "4", "5", "6"}:
            found.append("hours.day")
        elif not isinstance(windows, list) or len(windows) > MOST_WINDOWS:
            found.append("hours.shape")
        else:
            found += _faults_of_day(windows)
    return list(dict.fromkeys(found))


def _faults_of_day(windows: Sequence[Any]) -> list[str]:
    last = ""
    for pair in windows:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            return ["hours.shape"]
        if not all(isinstance(clock, str) and _CLOCK.fullmatch(clock) for clock in pair):
            return ["hours.time"]
        if not last <= pair[0] < pair[1]:
            return ["hours.order"]
        last = pair[1]
    return []


def windows_on(*, hours: Mapping[str, Any], day: date, calendar: WorkingCalendar) -> tuple[Window, ...]:
    """Return when a centre with these (right) hours is open on `day`, in order; empty on a day it is closed.

    A day off is closed; a Saturday worked instead has its own hours, or else those of Monday.
    """
    if day in calendar.off and day not in calendar.makeup:
        return ()
    given = hours.get(str(day.weekday()), [])
    if not given and day in calendar.makeup:
        given = hours.get("0", [])
    return tuple(Window(time.fromisoformat(start), time.fromisoformat(end)) for start, end in given)


def takes_tickets(*, windows: Sequence[Window], at: datetime, doors_minutes: int) -> bool:
    """Say whether tickets are given at `at` (local): from some minutes before opening until closing."""
    if not windows:
        return False
    opens = datetime.combine(at.date(), windows[0].start, at.tzinfo) - timedelta(minutes=doors_minutes)
    return opens <= at < datetime.combine(at.date(), windows[-1].end, at.tzinfo)


def pauses_of(*, windows: Sequence[Window], at: datetime) -> list[tuple[float, float]]:
    """Return the breaks of the day, and the time before opening, as minutes from `at` (local)."""

    def minutes(clock: time) -> float:
        return (datetime.combine(at.date(), clock, at.tzinfo) - at).total_seconds() / 60

    if not windows:
        return []
    breaks = [(minutes(one.end), minutes(two.start)) for one, two in pairwise(windows)]
    return [(float("-inf"), minutes(windows[0].start)), *breaks]


def read_hours(text: str) -> dict[str, list[list[str]]]:
    """Read `0-4 07:30-11:30 13:00-17:00; 5 07:30-11:30` (0 is Monday); raises ValueError where it is not right."""
    hours: dict[str, list[list[str]]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        found = _PART.fullmatch(part)
        if found is None:
            raise ValueError(part)
        first, last = int(found[1]), int(found[2] or found[1])
        for day in range(first, last + 1):
            hours[str(day)] = read_windows(found[3])
    if faults := faults_of_hours(hours):
        raise ValueError(", ".join(faults))
    return hours


def read_windows(text: str) -> list[list[str]]:
    """Read the windows of one day, such as `07:30-11:30 13:00-17:00`; what is wrong shows in `faults_of_hours`."""
    return [window.split("-") for window in text.replace(",", " ").replace("–", "-").split()]


def show_windows(windows: Sequence[Sequence[str]]) -> str:
    """Write the windows of one day as `read_windows` reads them."""
    return " ".join("-".join(pair) for pair in windows)
