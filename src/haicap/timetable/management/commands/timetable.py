"""haicap timetable solve | check | explain | compare | export | publish | matrix.

Each but publish works on a campaign of the database, or on JSON files without one (docs/timetable-files.md).
Ends with status 0; with 1 after an error, told on stderr, or where `check` and `solve` find a plan not feasible;
with 2 where the words of the command make no sense; with 130 after a second Ctrl-C.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from haicap.kernel.errors import Refusal
from haicap.timetable.management.verbs import matrices, on_database, on_files
from haicap.timetable.management.verbs.terminal import Terminal, seconds, senseless, unusable, whole
from haicap.timetable.rules.faults import InvalidProblemError

Verb = Callable[[Terminal, dict[str, Any]], None]
ON_DATABASE: dict[str, Verb] = {
    "solve": on_database.solve,
    "check": on_database.check,
    "explain": on_database.explain,
    "compare": on_database.compare,
    "export": on_database.export,
    "publish": on_database.publish,
    "matrix": matrices.matrix,
}
ON_FILES: dict[str, Verb] = {
    "solve": on_files.solve,
    "check": on_files.check,
    "explain": on_files.explain,
    "compare": on_files.compare,
    "export": on_files.export,
    "matrix": matrices.matrix,
}
HELPS = {
    "solve": "compute a draft of the campaign, or a plan of problem.json",
    "check": "check a version as things are now, or plan.json against problem.json",
    "explain": "why units have not their first choice: what each better half-day would break or cost",
    "compare": "what differs between two versions or two plan files, and what each costs",
    "export": "write the problem, and a calendar as a plan, table, workbook or calendar files",
    "matrix": "make a matrix file from a table or a routing server",
}


class Command(BaseCommand):
    """The visit calendar from the terminal."""

    help = "Compute, check, explain, compare, write and publish visit calendars."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the subcommands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        made = {name: verbs.add_parser(name, help=text) for name, text in HELPS.items()}
        for name, verb in made.items():
            verb.add_argument(
                "files", nargs="*", type=Path, help="problem.json and plan files; none: the database"
            )
            if name != "matrix":
                verb.add_argument("--matrix", type=Path, help="travel times for problem.json: JSON or CSV")
        _solving(made["solve"])
        _exporting(made["export"])
        _matrices(made["matrix"])
        made["explain"].add_argument("--unit", action="append", help="code of a unit (may be given again)")
        made["compare"].add_argument("--versions", type=whole, nargs=2, help="default: published and draft")
        made["publish"] = verbs.add_parser("publish", help="publish a draft and tell those concerned")
        made["publish"].add_argument(
            "--accept-unserved", action="store_true", help="even if units are left out"
        )
        for name in ("check", "explain", "publish", "export"):
            made[name].add_argument("--version", dest="calendar", type=whole, help="default: the newest")
        for verb in made.values():
            verb.add_argument("--campaign", help="code of the campaign (default: the open one)")
            verb.add_argument(
                "--language", choices=["vi", "en"], help="of what is told (default: the site's)"
            )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Let `--version` of a subcommand mean the calendar's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def handle(self, *args: object, **options: Any) -> None:
        """Run the subcommand; a refusal becomes the command's error."""
        with override(options["language"] or get_language()):
            self._run(options)

    def _run(self, options: dict[str, Any]) -> None:
        verb = (ON_FILES if options.get("files") else ON_DATABASE)[options["verb"]]
        _sensible(options)
        try:
            verb(Terminal(self), options)
            self.stdout.flush()
        except InvalidProblemError as error:
            raise CommandError(senseless(error, {})) from error
        except Refusal as error:
            raise CommandError(str(error)) from error
        except BrokenPipeError:  # whoever reads the answer has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            raise CommandError(unusable(error)) from error
        except KeyboardInterrupt:
            raise CommandError(_("Interrupted; nothing is kept."), returncode=130) from None


def _sensible(options: dict[str, Any]) -> None:
    """Refuse options that would be passed over in silence."""
    only = (
        ("pins_from", "versions", "calendar", "campaign", "plan", "docx", "keep_as")
        if options.get("files")
        else ("start", "matrix")
    )
    if options["verb"] == "solve" and not options.get("files"):
        only = (*only, "out")
    spoken = {"calendar": "--version", "pins_from": "--pins-from", "keep_as": "--keep-as"}
    wrong = [spoken.get(name, f"--{name}") for name in only if options.get(name) is not None]
    if wrong and options.get("files"):
        raise CommandError(
            _("%(names)s: for the database only, not for files.") % {"names": ", ".join(wrong)}
        )
    if wrong:
        raise CommandError(_("%(names)s: give a problem file, too.") % {"names": ", ".join(wrong)})


def _solving(verb: ArgumentParser) -> None:
    verb.add_argument("--seed", type=whole, default=1)
    verb.add_argument("--seconds", type=seconds, help="time to search (default 15)")
    verb.add_argument("--iterations", type=whole, help="steps instead of time: repeatable")
    verb.add_argument("--pins-from", type=whole, help="keep this version's pinned visits (database)")
    verb.add_argument("--start", type=Path, help="begin from this plan file (files)")
    verb.add_argument("--out", type=Path, help="write the plan here (files)")


def _exporting(verb: ArgumentParser) -> None:
    verb.add_argument("--problem", type=Path, help="write the problem as JSON")
    verb.add_argument("--plan", type=Path, help="write the calendar as a plan file (database)")
    verb.add_argument("--csv", type=Path, help="write the visits as a table")
    verb.add_argument("--xlsx", type=Path, help="write the visits as a workbook")
    verb.add_argument("--docx", type=Path, help="write the appendix of an official letter (database)")
    verb.add_argument(
        "--ics", type=Path, help="write a calendar file of every team and unit into this folder"
    )


def _matrices(verb: ArgumentParser) -> None:
    source = verb.add_mutually_exclusive_group(required=True)
    source.add_argument("--from-csv", type=Path, help="minutes: places in the first row and the first column")
    source.add_argument("--from-osrm", metavar="URL", help="address of a routing server (OSRM table service)")
    verb.add_argument("--metres", type=Path, help="CSV of metres beside that of minutes")
    verb.add_argument("--profile", default="driving", help="of the routing server")
    verb.add_argument("--timeout", type=seconds, default=30.0, help="seconds the server may be silent")
    verb.add_argument("--fill-gaps", action="store_true", help="ways it does not know: by the straight line")
    verb.add_argument("--out", type=Path, required=True, help="the matrix file to write")
    verb.add_argument("--keep-as", metavar="SOURCE", help="use it for the campaign, told where it comes from")
