"""haicap timetable solve | check | publish | export-ics."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from haicap.campaign.models import Campaign
from haicap.campaign.queries import campaign_for, current_campaign_for, surveyed_units_for, teams_for
from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Refusal
from haicap.kernel.jobs import run_now
from haicap.timetable import actions, queries
from haicap.timetable.models import Calendar
from haicap.timetable.queries.files import team_file_for, unit_file_for
from haicap.timetable.texts import REASON_TEXTS, violation_text


class Command(BaseCommand):
    """The visit calendar from the terminal."""

    help = "Compute, check and publish the visit calendar; write calendar files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the subcommands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        solve = verbs.add_parser("solve", help="compute a draft from registrations and teams")
        solve.add_argument("--seed", type=int, default=1)
        solve.add_argument("--seconds", type=float, default=None, help="time to search (default 15)")
        solve.add_argument("--iterations", type=int, default=None, help="steps instead of time: repeatable")
        solve.add_argument("--pins-from", type=int, default=None, help="keep this version's pinned visits")
        check = verbs.add_parser("check", help="check a version against everything as it is now")
        publish = verbs.add_parser("publish", help="publish a draft and tell those concerned")
        publish.add_argument("--accept-unserved", action="store_true", help="even if units are left out")
        for verb in (check, publish):
            verb.add_argument("--version", dest="calendar", type=int, help="default: the newest")
        export = verbs.add_parser("export-ics", help="write the calendar files of every team and unit")
        export.add_argument("folder", type=Path)
        for verb in (solve, check, publish, export):
            verb.add_argument("--campaign", help="code of the campaign (default: the open one)")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Let `--version` of a subcommand mean the calendar's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def handle(self, *args: object, **options: Any) -> None:
        """Run the subcommand; a refusal becomes the command's error."""
        verb = {
            "solve": self._solve,
            "check": self._check,
            "publish": self._publish,
            "export-ics": self._export,
        }[options["verb"]]
        try:
            verb(self._campaign(options["campaign"]), options)
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error

    def _campaign(self, code: str | None) -> Campaign:
        if code is None:
            return current_campaign_for(actor=SYSTEM)
        return campaign_for(actor=SYSTEM, code=code)

    def _calendar(self, campaign: Campaign, version: int | None) -> Calendar:
        if version is None:
            newest = queries.calendars_for(actor=SYSTEM, campaign=campaign).first()
            version = newest.version if newest else 0
        return queries.calendar_for(actor=SYSTEM, campaign=campaign, version=version)

    def _solve(self, campaign: Campaign, options: dict[str, Any]) -> None:
        params = {
            "campaign": campaign.code,
            "seed": options["seed"],
            "seconds": options["seconds"],
            "iterations": options["iterations"],
            "pins_from": options["pins_from"],
        }
        shown = [-1]

        def tell(percent: int, message: str) -> None:
            if percent // 5 != shown[0]:
                shown[0] = percent // 5
                self.stderr.write(f"{percent:3d} %  {message}")

        result = run_now(actor=SYSTEM, kind="timetable.solve", params=params, on_progress=tell)
        self._tell(self._calendar(campaign, result["version"]))

    def _tell(self, calendar: Calendar) -> None:
        numbers, load = calendar.objective, calendar.shortfall.get("load", {})
        self.stdout.write(f"version {calendar.version} ({calendar.state})")
        self.stdout.write(
            f"visits {numbers['served']}, left out {numbers['unserved']}, online {numbers['online']}"
        )
        self.stdout.write(
            f"first choice {numbers['first_choice']}, a choice {numbers['listed_choice']}, "
            f"none of theirs {numbers['unlisted_choice']}"
        )
        self.stdout.write(f"{numbers['metres'] / 1000:.0f} km by road; "
                          f"{numbers['lightest']} to {numbers['heaviest']} half-days a team")  # fmt: skip
        verdict = "feasible" if calendar.verdict["feasible"] else "NOT feasible"
        self.stdout.write(f"checker: {verdict}, {len(calendar.verdict['violations'])} rules broken")
        if numbers["unserved"] and load:
            self.stdout.write(
                f"half-days needed {load['needed']}, there are {load['capacity']}; "
                f"no calendar serves more than {load['most_served']} of {load['units']} units"
            )
        for way in calendar.shortfall.get("ways", []):
            amount = "none tried suffices" if way["amount"] is None else way["amount"]
            self.stdout.write(f"way out, more {way['kind']}: {amount}")
        for unit, reason in calendar.verdict.get("reasons", {}).items():
            self.stdout.write(f"left out: {unit} ({REASON_TEXTS.get(reason, reason)})")

    def _check(self, campaign: Campaign, options: dict[str, Any]) -> None:
        calendar = self._calendar(campaign, options["calendar"])
        verdict = actions.recheck(actor=SYSTEM, calendar=calendar)
        units = surveyed_units_for(actor=SYSTEM, campaign=campaign)
        names = dict(units.values_list("code", "full_name"))
        for violation in verdict.violations:
            self.stdout.write(f"{violation.rule}: {violation_text(violation, names)}")
        self.stdout.write(
            f"version {calendar.version}: {len(verdict.violations)} rules broken, "
            f"{len(verdict.unserved)} units without a visit"
        )
        if not verdict.feasible:
            raise CommandError("not feasible")

    def _publish(self, campaign: Campaign, options: dict[str, Any]) -> None:
        calendar = self._calendar(campaign, options["calendar"])
        actions.publish(actor=SYSTEM, calendar=calendar, accept_unserved=options["accept_unserved"])
        self.stdout.write(f"version {calendar.version} is in force")

    def _export(self, campaign: Campaign, options: dict[str, Any]) -> None:
        folder: Path = options["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        for team in teams_for(actor=SYSTEM, campaign=campaign):
            content = team_file_for(actor=SYSTEM, campaign=campaign, number=team.number)
            (folder / f"team-{team.number}.ics").write_bytes(content)
            count += 1
        for unit in surveyed_units_for(actor=SYSTEM, campaign=campaign):
            content = unit_file_for(actor=SYSTEM, campaign=campaign, code=unit.code)
            (folder / f"unit-{unit.code}.ics").write_bytes(content)
            count += 1
        self.stdout.write(f"{count} files in {folder}")
