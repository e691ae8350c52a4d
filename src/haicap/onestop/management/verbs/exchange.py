"""``haicap onestop import``: the export of another system, looked at or entered."""

import tomllib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Text
from haicap.onestop.actions.importing import enter
from haicap.onestop.queries.importing import check, read, told
from haicap.onestop.rules.imports import Mapping, MappingError, read_mapping

MOST_TOLD = 200


def add_import(parser: ArgumentParser) -> None:
    """Declare the arguments of `import`."""
    parser.add_argument("file", type=Path, help="a CSV file: UTF-8, UTF-16 or windows-1258")
    parser.add_argument(
        "--mapping", type=Path, required=True, help="a TOML file, see plans/onestop/mappings/mau.toml"
    )
    parser.add_argument(
        "--check", action="store_true", help="only look: name the faults by row, write nothing"
    )


class _Lines:
    """Progress as lines of the terminal."""

    def __init__(self, out: OutputWrapper) -> None:
        self.out = out

    def report(self, percent: int, message: Text) -> None:
        """Tell how far it is."""
        self.out.write(f"{percent:3} % {message}")

    def stopped(self) -> bool:
        """A terminal is stopped by its keys."""
        return False


def _mapping(path: Path) -> Mapping:
    try:
        return read_mapping(data=tomllib.loads(path.read_text(encoding="utf-8")))
    except (MappingError, tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise CommandError(f"{path}: {error}") from error


def import_(out: OutputWrapper, options: dict[str, Any]) -> None:
    """Look at a file, or enter it; raises CommandError where rows were left out, Refused where none could be read."""
    file, mapping = options["file"], options["mapping"]
    reading = _mapping(mapping)
    if lacking := reading.lacking():
        raise CommandError(f"{mapping}: no column and no default for {', '.join(lacking)}")
    if not file.is_file():
        raise CommandError(f"{file}: no such file")
    checked = check(table=read(source=file, name=file.name), mapping=reading)
    out.write(f"{file.name}: {checked.rows} rows ({checked.encoding}), {len(checked.entries)} right")
    faults = checked.faults
    if not options["check"]:
        report = enter(
            actor=SYSTEM, checked=checked, source=reading.source, progress=_Lines(out), message="entering dossiers"
        )  # fmt: skip
        faults = report.faults
        out.write(
            f"new {report.new}  changed {report.changed}  as before {report.same}  events {report.events}"
        )
    for line in told(faults, most=MOST_TOLD):
        out.write(line)
    if rows := len({fault.row for fault in faults}):
        raise CommandError(f"{rows} row(s) left out")
