"""Change the working calendar from the terminal."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import OutputWrapper
from django.utils.timezone import localtime

from haicap.kernel.access import SYSTEM
from haicap.onestop.actions.calendar import change_days, read_days, reckon_all
from haicap.onestop.actions.calendar import recompute as reckon
from haicap.onestop.queries.calendar import Foreseen, foresee


def change(out: OutputWrapper, options: dict[str, Any]) -> None:
    """Show what the days of a table would move; without --check change them and reckon anew."""
    days = read_days(content=Path(options["file"]).read_bytes())
    foreseen = foresee(actor=SYSTEM, kinds={day.date: day.kind for day in days})
    _told(out, foreseen)
    if not options["check"]:
        out.write(f"moved {reckon(actor=SYSTEM, change=change_days(actor=SYSTEM, days=days))}")


def recompute(out: OutputWrapper, options: dict[str, Any]) -> None:
    """Reckon the due times of all open dossiers anew by the calendar as it is; with --check only say which."""
    foreseen = foresee(actor=SYSTEM, kinds={})
    _told(out, foreseen)
    if foreseen.count and not options["check"]:
        out.write(f"moved {reckon(actor=SYSTEM, change=reckon_all(actor=SYSTEM))}")


def _told(out: OutputWrapper, foreseen: Foreseen) -> None:
    out.write(f"days {len(foreseen.days)}  looked at {foreseen.looked_at}  would move {foreseen.count}")
    for code, before, after in foreseen.furthest:
        old, new = localtime(before), localtime(after) if after else None
        out.write(f"{code}  {old:%Y-%m-%d %H:%M} -> {new:%Y-%m-%d %H:%M}" if new else code)


def add_change(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", help="CSV with the columns date, kind (off or makeup), name, source")
    add_recompute(parser)


def add_recompute(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--check", action="store_true", help="change nothing, only show what would move")
