"""``haicap audit verify``: prove that no entry of the audit trail was removed or altered."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from haicap.kernel.audit import verify


class Command(BaseCommand):
    help = "Check the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("verify", help="walk the chain and name every broken link")
        check.add_argument("--expect", help="the head digest noted down earlier, kept outside this system")

    def handle(self, **options: str) -> None:
        verdict = verify()
        for fault in verdict.faults:
            self.stderr.write(fault)
        if (expected := options.get("expect")) and expected != verdict.head:
            raise CommandError(f"the head is {verdict.head}, not the expected {expected}")
        if verdict.faults:
            raise CommandError(f"the audit trail is broken: {len(verdict.faults)} fault(s)")
        self.stdout.write(f"{verdict.entries} entries, whole; head {verdict.head}")
