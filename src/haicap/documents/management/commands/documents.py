"""``haicap documents verify FILE``: who signed a PDF, and what stands against it. Needs no database and no network.

Ends with status 0 where every signature holds, else with 1; the faults are told by code and sentence.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from haicap.documents.signature import SignatureVerdict, read_trust, verify
from haicap.documents.texts import FAULTS, FILE_FAULTS


class Command(BaseCommand):
    """Signed documents from the terminal."""

    help = "Verify a signed PDF."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the verb."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("verify", help="say whose signatures a PDF carries and whether they hold")
        check.add_argument("file", type=Path)
        check.add_argument(
            "--trust",
            type=Path,
            default=Path(settings.HAICAP_DATA) / "trust",
            help="folder of trusted authorities (.pem, .cer, .crt) and revocation lists (.crl)",
        )
        check.add_argument(
            "--at", type=datetime.fromisoformat, help="moment of the question (ISO 8601), default now"
        )

    def handle(self, **options: Any) -> None:
        """Print the verdict."""
        at: datetime | None = options["at"]
        try:
            content = options["file"].read_bytes()
            roots, crls = read_trust(folder=options["trust"])
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        if not roots:
            self.stderr.write(f"no authority in {options['trust']}: nothing is trusted")
        verdict = verify(
            pdf=content, roots=roots, crls=crls, at=at.astimezone(UTC) if at is not None else None
        )
        if verdict.fault:
            raise CommandError(f"{verdict.fault}: {FILE_FAULTS[verdict.fault]}")
        for one in verdict.signatures:
            self._tell(one)
        if not verdict.holds:
            raise CommandError("do not rely on this document")
        self.stdout.write(f"genuine: {len(verdict.signatures)} signature(s), all hold")

    def _tell(self, one: SignatureVerdict) -> None:
        self.stdout.write(
            f"{one.field}: {one.signer}" + (f", {one.organisation}" if one.organisation else "")
        )
        proof = f"time-stamped {_time(one.stamped_at)}" if one.stamped_at else "no trusted time-stamp"
        self.stdout.write(f"  signed {_time(one.signed_at)} by the signer's clock, {proof}")
        self.stdout.write(
            f"  certificate {one.serial} of {one.issuer}, {_time(one.valid_from)} to {_time(one.valid_to)}"
        )
        for code in one.faults:
            self.stdout.write(f"  {code}: {FAULTS[code]}")
        if one.holds:
            self.stdout.write("  holds")


def _time(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M:%S}" if moment else "?"
