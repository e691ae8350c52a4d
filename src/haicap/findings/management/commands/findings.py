"""``haicap findings``: difficulties from the command line."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from haicap.campaign.queries import current_campaign_for
from haicap.findings import papers, queries
from haicap.findings.queries.difficulties import Filter
from haicap.kernel.access import SYSTEM


class Command(BaseCommand):
    help = "Count difficulties by group and level; write them to a workbook."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["matrix", "export"])
        parser.add_argument("--out", type=Path, default=Path("kho-khan-vuong-mac.xlsx"))

    def handle(self, action: str, out: Path, **options: object) -> None:
        campaign = current_campaign_for(actor=SYSTEM)
        if action == "matrix":
            rows, totals = queries.matrix_for(actor=SYSTEM, campaign=campaign)
            for row in rows:
                self.stdout.write("\t".join([row.group, *map(str, row.counts), str(row.total)]))
            self.stdout.write("\t".join(["total", *map(str, totals)]))
            return
        rows_found = queries.search_difficulties_for(actor=SYSTEM, campaign=campaign, wanted=Filter())
        content = papers.difficulties_xlsx(rows=rows_found, sample=campaign.is_sample, made_at=timezone.now())
        out.write_bytes(content)
        self.stdout.write(str(out.resolve()))
