"""Change the working calendar from the terminal."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import OutputWrapper

from haicap.kernel.access import SYSTEM
from haicap.onestop.actions.calendar import change_days, read_days, recompute
from haicap.onestop.queries.calendar import foresee


def change(out: OutputWrapper, options: dict[str, Any]) -> None:
    """Show what the days of a table would move; without --check change them and reckon anew."""
    days = read_days(content=Path(options["file"]).read_bytes())
    foreseen = foresee(actor=SYSTEM, kinds={day.date: day.kind for day in days})
    out.write(f"days {len(foreseen.days)}  looked at {foreseen.looked_at}  would move {foreseen.count}")
    for code, before, after in foreseen.furthest:
        out.write(f"{code}  {before:%Y-%m-%d %H:%M} -> {after:%Y-%m-%d %H:%M}" if after else code)
    if options["check"]:
        return
    made = change_days(actor=SYSTEM, days=days)
    out.write(f"moved {recompute(actor=SYSTEM, change=made)}")


def add_change(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", help="CSV with the columns date, kind (off or makeup), name, source")
    parser.add_argument("--check", action="store_true", help="change nothing, only show what would move")
