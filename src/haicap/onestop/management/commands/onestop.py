"""haicap onestop load | verify | ...: the one-stop area from the terminal.

Ends with status 0, or with 1 after an error, told on stderr.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from haicap.kernel.errors import Refusal
from haicap.kernel.tables import Faulty
from haicap.onestop.management.verbs import calendar, data, exchange, succession

Verb = Callable[[OutputWrapper, dict[str, Any]], None]
VERBS: dict[str, tuple[str, Verb, Callable[[ArgumentParser], None] | None]] = {
    "load": ("load centres and procedures from the plans folder", data.load, None),
    "reroute": (
        "pass the dossiers of a merged unit on to its successor",
        succession.reroute,
        succession.add_reroute,
    ),
    "verify": ("walk every ledger, replay every history, print the root seal", data.verify, data.add_verify),
    "calendar": (
        "change the days of a table and reckon due times anew",
        calendar.change,
        calendar.add_change,
    ),
    "recompute": (
        "reckon the due times of all open dossiers anew",
        calendar.recompute,
        calendar.add_recompute,
    ),
    "import": ("enter the dossiers of another system", exchange.import_, exchange.add_import),
}


class Command(BaseCommand):
    """Centres, procedures and dossiers from the terminal."""

    help = "Load reference data, verify the ledgers and more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        for name, (text, _verb, declare) in VERBS.items():
            own = verbs.add_parser(name, help=text)
            if declare is not None:
                declare(own)

    def handle(self, **options: Any) -> None:
        """Do one verb."""
        try:
            VERBS[options["verb"]][1](self.stdout, options)
        except Refusal as refusal:
            faults = refusal.faults if isinstance(refusal, Faulty) else ()
            raise CommandError("\n".join([str(refusal), *map(str, faults)])) from refusal
