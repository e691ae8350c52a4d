"""haicap register load | import-attributes | import-boundaries | find | show."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Refusal
from haicap.kernel.tables import Faulty, safe_cell
from haicap.register import queries
from haicap.register.actions import import_attributes, import_boundaries, load_all, load_province
from haicap.register.models import ImportReport
from haicap.register.outcomes import LABELS, detail_of


class Command(BaseCommand):
    """The register from the terminal."""

    help = "Load the register of units, import attributes and boundaries, ask it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the subcommands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load", help="load a province, or all 34, from the national list")
        which = load.add_mutually_exclusive_group(required=True)
        which.add_argument("--province", help="two-digit code of the province, such as 79")
        which.add_argument("--all", action="store_true", help="all 34 provinces, 3,321 units")
        for verb, what in (("import-attributes", "a CSV file"), ("import-boundaries", "a GeoJSON file")):
            command = verbs.add_parser(verb, help=f"take what matches from {what}")
            command.add_argument("file", type=Path)
            command.add_argument("--report", type=Path, help="write every row's outcome to this CSV file")
        find = verbs.add_parser("find", help="find units by name or code")
        find.add_argument("text")
        show = verbs.add_parser("show", help="show a unit, what it is made of, or what became of it")
        show.add_argument("code")

    def handle(self, *args: object, **options: Any) -> None:
        """Run the subcommand; a refusal becomes the command's error."""
        verb = {
            "load": self._load,
            "import-attributes": self._attributes,
            "import-boundaries": self._boundaries,
            "find": self._find,
            "show": self._show,
        }[options["verb"]]
        try:
            verb(options)
        except Faulty as faulty:
            raise CommandError("\n".join([str(faulty), *map(str, faulty.faults)])) from faulty
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error

    def _load(self, options: dict[str, Any]) -> None:
        province = options["province"]
        report = load_all(actor=SYSTEM) if options["all"] else load_province(actor=SYSTEM, province=province)
        for line in report.lines():
            self.stdout.write(line)

    def _attributes(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        done = import_attributes(actor=SYSTEM, source=path, name=path.name)
        self._tell(done.report)
        rows = ((o.line, o.code, o.status, o.facts) for o in done.outcomes)
        self._write(options["report"], rows)

    def _boundaries(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        done = import_boundaries(actor=SYSTEM, source=path, name=path.name)
        self._tell(done.report)
        self._write(options["report"], ((s.index, s.code, s.status, s.facts) for s in done.shapes))

    def _tell(self, report: ImportReport) -> None:
        self.stdout.write(f"{report.file_name} ({report.encoding})")
        for status, count in sorted(report.counts.items(), key=lambda item: -item[1]):
            self.stdout.write(f"{count:>7} {LABELS[status]}")
        for row in report.rows[:20]:
            detail = detail_of(status=row["status"], code=row["code"], facts=row["facts"])
            self.stdout.write(f"  {row['line']}: {detail}")
        if (more := len(report.rows) - 20 + report.rows_left_out) > 0:
            self.stdout.write(_("  and %(count)d more; --report FILE writes them all") % {"count": more})

    def _write(self, path: Path | None, rows: Iterable[tuple[int, str, str, Mapping[str, str]]]) -> None:
        if path is None:
            return
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file)
            writer.writerow(["row", "code", "status", "detail"])
            for line, code, status, facts in rows:
                detail = detail_of(status=status, code=code, facts=facts)
                writer.writerow([line, safe_cell(code), status, safe_cell(detail)])

    def _find(self, options: dict[str, Any]) -> None:
        for former in (False, True):
            for unit in queries.search(actor=SYSTEM, text=options["text"], former=former)[:20]:
                until = _("  until 30/06/2025") if former else ""
                self.stdout.write(f"{unit.code}  {unit.full_name}{until}")

    def _show(self, options: dict[str, Any]) -> None:
        code: str = options["code"]
        found = 0
        for get in (queries.unit_for, queries.former_unit_for):
            try:
                unit = get(actor=SYSTEM, code=code)
            except Refusal:
                continue
            found += 1
            self.stdout.write(f"{unit.code}  {unit.full_name}")
            for link in queries.predecessors_of(actor=SYSTEM, unit=unit):
                self.stdout.write(f"  < {link.predecessor} {link.get_extent_display()}")
            for link in queries.successors_of(actor=SYSTEM, unit=unit):
                self.stdout.write(f"  > {link.successor} {link.get_extent_display()}")
        if not found:
            queries.unit_for(actor=SYSTEM, code=code)
