"""The consolidated report of 168 units, beside bare openpyxl writing a workbook of as many cells.

python -m bench.report

The floor is the least any program would do for the annexes: `openpyxl` in write-only mode, one cell for each
filled cell of the real annexes, no style, no formula, no document, no database.
"""

import os
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from random import Random

RUNS = 3


def prepare() -> None:
    """Fill an empty database with the 168 units, the plan and a sample report of each."""
    from django.core.management import call_command

    from haicap.campaign.actions import load_plan
    from haicap.campaign.queries import surveyed_units_for
    from haicap.demo.rules.figures import sample_figures
    from haicap.kernel.access import SYSTEM
    from haicap.questionnaire.actions.bulk import enter_reports_bulk, verify_bulk
    from haicap.questionnaire.actions.forms import build_form
    from haicap.register.actions import load_province

    call_command("migrate", verbosity=0)
    load_province(actor=SYSTEM, province="79")
    plan = Path(__file__).resolve().parents[1] / "plans/hcmc-2025"
    campaign = load_plan(actor=SYSTEM, path=plan).campaign
    build_form(actor=SYSTEM, campaign=campaign)
    random = Random(1)
    codes = list(surveyed_units_for(actor=SYSTEM, campaign=campaign).values_list("code", flat=True))
    figures = {
        code: sample_figures(random=random, weight=1, cutoff=date(2025, 7, 31), former_district=None)
        for code in codes
    }
    enter_reports_bulk(actor=SYSTEM, campaign=campaign, reports=figures)
    verify_bulk(actor=SYSTEM, campaign=campaign, differences={}, confirm=codes)


def floor(cells: list[list[object]], path: Path) -> float:
    """Return the seconds bare openpyxl takes to write `cells`."""
    import openpyxl

    begun = time.perf_counter()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in cells:
        sheet.append(row)
    book.save(path)
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    import django

    django.setup()
    prepare()
    import openpyxl

    from haicap.assessment.actions import make_report
    from haicap.campaign.queries import current_campaign_for
    from haicap.kernel.access import SYSTEM

    campaign = current_campaign_for(actor=SYSTEM)
    ours = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        report = make_report(actor=SYSTEM, campaign=campaign)
        ours.append(time.perf_counter() - begun)
    book = openpyxl.load_workbook(report.xlsx.path)
    cells = [
        [cell.value for cell in row if cell.value is not None] for sheet in book for row in sheet.iter_rows()
    ]
    count = sum(map(len, cells))
    path = Path(report.xlsx.path).with_name("floor.xlsx")
    bare = [floor(cells, path) for _ in range(RUNS)]
    mine, theirs = statistics.median(ours), statistics.median(bare)
    print(f"report of 168 units, {count:,} filled cells in the annexes; median of {RUNS}")
    print(f"  figures, DOCX and XLSX   {mine:6.2f} s")
    print(f"  bare openpyxl, the cells {theirs:6.2f} s")
    print(f"  ratio                    {mine / theirs:6.2f}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="haicap-bench-") as folder:
        os.environ |= {"HAICAP_DATA": folder, "DJANGO_SETTINGS_MODULE": "haicap.settings"}
        main()
