"""``haicap assessment report``: make the consolidated report and say where its files lie."""

import shutil
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from haicap.kernel.access import SYSTEM
from haicap.kernel.jobs import run_now


class Command(BaseCommand):
    help = "Make the consolidated report of the open survey."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["report"])
        parser.add_argument("--out", type=Path, help="also copy the files into this folder")

    def handle(self, action: str, out: Path | None, **options: object) -> None:
        def tell(percent: int, message: str) -> None:
            self.stderr.write(f"{percent:3d} % {message}")

        result = run_now(actor=SYSTEM, kind="assessment.report", params={}, on_progress=tell)
        for name in ("docx", "xlsx"):
            path = Path(result[name])
            if out is not None:
                out.mkdir(parents=True, exist_ok=True)
                path = Path(shutil.copy(path, out / path.name))
            self.stdout.write(str(path.resolve()))
