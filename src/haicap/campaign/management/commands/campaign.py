"""``haicap campaign load|validate|show``: the plan as data, from the command line."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from haicap.campaign.actions.plan import LoadReport, load_plan, read_plan_folder
from haicap.campaign.queries.plan import (
    areas_of,
    campaigns_for,
    capacity_of,
    deadlines_of,
    slots_of,
    surveyed_units_for,
)
from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Refusal
from haicap.kernel.tables import Faulty


class Command(BaseCommand):
    help = "Load, validate or show a survey plan."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        load = actions.add_parser("load", help="load the plan in a folder, such as plans/hcmc-2025")
        load.add_argument("plan", type=Path)
        load.add_argument("--code", help="code of the campaign (default: the plan's own)")
        load.add_argument("--sample", action="store_true", help="mark the campaign as holding sample data")
        validate = actions.add_parser("validate", help="name every fault of a plan, load nothing")
        validate.add_argument("plan", type=Path)
        actions.add_parser("show", help="show the campaigns that are loaded")

    def handle(self, *, action: str, **options: object) -> None:
        try:
            if action == "load":
                self._load(Path(str(options["plan"])), options["code"], bool(options["sample"]))
            elif action == "validate":
                self._validate(Path(str(options["plan"])))
            else:
                self._show()
        except Faulty as refusal:
            for fault in refusal.faults:
                self.stderr.write(str(fault))
            raise CommandError(str(refusal.message)) from refusal
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _load(self, path: Path, code: object, sample: bool) -> None:
        report = load_plan(actor=SYSTEM, path=path, code=str(code) if code else None, sample=sample)
        campaign = report.campaign
        state = f"version {campaign.version}" if report.changed else f"unchanged, version {campaign.version}"
        self.stdout.write(f"{campaign.code}: {state}, {campaign.state}")
        self._counts(report)

    def _counts(self, report: LoadReport) -> None:
        for name in ("areas", "indicators", "fields", "rules", "questions", "bodies", "special_days"):
            self.stdout.write(f"  {getattr(report, name):>5} {name.replace('_', ' ')}")

    def _validate(self, path: Path) -> None:
        plan = read_plan_folder(path=path)
        self.stdout.write(
            f"{plan.code}: no fault; {len(plan.indicators)} indicators, {len(plan.fields)} fields, "
            f"{len(plan.rules)} rules, {len(plan.questions)} questions"
        )

    def _show(self) -> None:
        for campaign in campaigns_for(actor=SYSTEM):
            units = surveyed_units_for(actor=SYSTEM, campaign=campaign).count()
            room = capacity_of(campaign=campaign, slots=slots_of(campaign=campaign), units=units)
            self.stdout.write(
                f"{campaign.code}  version {campaign.version}  {campaign.state}"
                f"{'  SAMPLE' if campaign.is_sample else ''}\n  number {campaign.number or '(open)'}, "
                f"date {campaign.issued_on or '(open)'}, {campaign.team_count} teams"
            )
            for name, day in deadlines_of(campaign=campaign):
                self.stdout.write(f"  {day}  {name.replace('_', ' ')}")
            self.stdout.write(
                f"  {room['days']} working days, {room['half_days']} half-days, {room['places']} places for "
                f"{room['units']} units; {room['short']} short"
            )
            for area in areas_of(campaign=campaign):
                leads = ", ".join(lead.body.code for lead in area.leads.all())
                self.stdout.write(f"  {area.code:<4} {area.indicator_count:>3} indicators  {leads}")  # type: ignore[attr-defined]  # annotated
