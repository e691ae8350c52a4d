"""``haicap demo``: the whole survey on the real 168 units with sample people and figures, then the server."""

import json
import secrets
from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils import timezone

from haicap.assessment.actions import make_report
from haicap.campaign.actions import load_plan, mark_sample
from haicap.campaign.actions.nominations import request_nominations
from haicap.campaign.actions.teams import form_teams
from haicap.campaign.models import Campaign
from haicap.campaign.queries import surveyed_units_for
from haicap.demo import collection, people, service, survey
from haicap.demo.terminal import Terminal
from haicap.kernel.access import ROLE_LABELS, SYSTEM, Role
from haicap.kernel.audit import verify as verify_audit
from haicap.onestop.actions.catalogue import load_procedures
from haicap.onestop.actions.centres import load_centres
from haicap.onestop.models import Centre, Dossier
from haicap.onestop.queries.integrity import verify as verify_ledgers
from haicap.questionnaire.actions.forms import build_form
from haicap.questionnaire.models import Form, Submission
from haicap.register.actions import load_province
from haicap.register.models import Body, Unit
from haicap.timetable.actions import publish, solve_and_save

SEED = 2025
VISITS = 240  # sample forms filled in by the teams
OPENED, CUT_OFF = date(2025, 7, 1), date(2025, 7, 31)  # the month that the survey asks about


class Command(BaseCommand):
    help = "Run the survey once through with sample people and figures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="exit when the report is written")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--seconds", type=float, default=15.0, help="time for the timetable")
        parser.add_argument("--password", help="password of the sample accounts (made up when not given)")
        parser.add_argument("--summary", type=Path, help="write what was done as JSON, too")

    def handle(self, **options: Any) -> None:
        self.terminal = Terminal()
        call_command("migrate", interactive=False, verbosity=0)
        if Campaign.objects.filter(is_sample=False).exists():
            raise CommandError(
                f"{settings.HAICAP_DATA} holds a campaign that is not a sample. "
                "Set HAICAP_DATA to an empty folder to see the demonstration."
            )
        password = options["password"] or f"mau-{secrets.token_urlsafe(9)}"
        summary = self._run(password=password, seconds=options["seconds"])
        self._print(summary, password=password, port=options["port"])
        if options["summary"]:
            options["summary"].write_text(json.dumps(summary, ensure_ascii=False, indent=2))
        if not options["no_serve"]:
            call_command("serve", port=options["port"])

    def _run(self, *, password: str, seconds: float) -> dict[str, Any]:
        random = Random(SEED)  # noqa: S311  # sample data, not a secret
        campaign, units, summary = self._register_and_plan()
        if not campaign.teams.exists():
            self._survey(campaign, units, random, seconds, summary)
        else:
            self.terminal.line("The sample survey is already in the database: nothing is entered twice.")
        self._report(campaign, summary)
        if not Submission.objects.filter(form__purpose=Form.Purpose.COLLECTION).exists():
            self._collection(campaign, summary)
        if not Dossier.objects.exists():
            self._service(list(units), summary)
        unit = units.filter(unit_reports=None).first() or units.first()
        assert unit is not None
        summary["unit"] = unit.code
        summary["accounts"] = people.open_accounts(campaign=campaign, unit=unit, password=password)
        centres = list(Centre.objects.filter(kind=Centre.Kind.CITY).order_by("code"))
        summary["accounts"] |= service.open_accounts(centres=centres, unit=unit, password=password)
        verdict = verify_audit()
        summary["audit"] = {"entries": verdict.entries, "whole": not verdict.faults}
        return summary

    def _register_and_plan(self) -> tuple[Campaign, Any, dict[str, Any]]:
        with self.terminal.step("Register: the units of Ho Chi Minh City and their predecessors"):
            load_province(actor=SYSTEM, province="79")
        with self.terminal.step("Plan: areas, indicators, rules"):
            loaded = load_plan(actor=SYSTEM, path=settings.HAICAP_PLANS / "hcmc-2025")
            campaign = mark_sample(actor=SYSTEM, campaign=loaded.campaign)
        units = surveyed_units_for(actor=SYSTEM, campaign=campaign).select_related("former_district")
        districts = Unit.objects.filter(level=Unit.Level.DISTRICT).count()
        return campaign, units.order_by("code"), {"units": units.count(), "former_districts": districts}

    def _survey(
        self, campaign: Campaign, units: Any, random: Random, seconds: float, summary: dict[str, Any]
    ) -> None:
        step = self.terminal.step
        with step("People: sample accounts of city, departments and communes") as progress:
            summary["people"] = people.enter_people(
                campaign=campaign, units=list(units), on_progress=progress
            )
        with step("Nominations and teams") as progress:
            request_nominations(actor=SYSTEM, campaign=campaign, due=campaign.nomination_deadline)
            summary["nominations"] = people.enter_nominations(campaign=campaign, random=random)
            grouping = form_teams(actor=SYSTEM, campaign=campaign, seed=SEED, limit=8, on_progress=progress)
            summary["teams"] = len(grouping.teams)
            summary["team_shortfalls"] = dict(grouping.shortfalls)
        with step("Slot registration"):
            summary["registrations"] = survey.register_wishes(
                campaign=campaign, units=list(units), random=random
            )
            survey.settle_practice(campaign=campaign, units=list(units), random=Random(SEED))  # noqa: S311
        with step("Questionnaire: XLSForm, XForm"):
            build_form(actor=SYSTEM, campaign=campaign)
        with step("Timetable") as progress:
            calendar = solve_and_save(
                actor=SYSTEM, campaign=campaign, seed=SEED, seconds=seconds, on_progress=progress
            )
            summary["timetable"] = {
                "verdict": calendar.verdict,
                "shortfall": calendar.shortfall,
                "objective": calendar.objective,
            }
            publish(actor=SYSTEM, calendar=calendar, accept_unserved=True)
            summary["visits"] = calendar.visits.count()
        self._reports(campaign, list(units), random, summary)

    def _reports(
        self, campaign: Campaign, units: list[Unit], random: Random, summary: dict[str, Any]
    ) -> None:
        step = self.terminal.step
        with step("Reports of the communes") as progress:
            entered = survey.enter_reports(
                campaign=campaign, units=units, random=random, on_progress=progress
            )
            summary |= {"submissions": entered.reports, "values": entered.values, "evidence": entered.files}
        with step("Verification by the teams") as progress:
            summary["verified_values"] = survey.verify(
                campaign=campaign, entered=entered, random=random, on_progress=progress
            )
            survey.return_some(campaign=campaign, entered=entered)
        with step("Difficulties, good practice, minutes"):
            found = survey.enter_findings(campaign=campaign, units=units, random=random)
            summary["difficulties"], summary["good_practices"] = found
            summary["minutes"] = survey.close_visits(campaign=campaign, most=12)

    def _collection(self, campaign: Campaign, summary: dict[str, Any]) -> None:
        random = Random(SEED)  # noqa: S311  # sample data
        with self.terminal.step("Collecting in the field: lists, a form, tablets"):
            form = collection.make_form(campaign=campaign)
            summary["form"] = form.pk
            summary["tablets"] = collection.set_up_tablets(campaign=campaign)
        with self.terminal.step("Collecting in the field: visits with photos, decisions") as progress:
            summary["collected"] = collection.enter_visits(
                form=form, random=random, count=VISITS, on_progress=progress
            )
            summary["decided"] = collection.decide(form=form, random=random)

    def _service(self, units: list[Unit], summary: dict[str, Any]) -> None:
        step, random, now = self.terminal.step, Random(SEED), timezone.now()  # noqa: S311  # sample data
        today = timezone.localdate(now)
        first, folder = today - service.MONTH, settings.HAICAP_PLANS / "onestop"
        with step("Centres: 38, with counters and procedures"):
            load_centres(actor=SYSTEM, path=folder / "centres.csv")
            load_procedures(actor=SYSTEM, path=folder / "procedures.csv")
            centres = service.open_centres(on=OPENED)
            summary["centres"] = len(centres)
        with step("Centres: people of centres and communes") as progress:
            staff = service.enter_staff(centres=centres, units=units, on_progress=progress)
        given: dict[str, Any] = {"centres": centres, "units": units, "staff": staff, "random": random}
        with step("Centres: dossiers of July 2025 and of the last month, tickets"):
            until = datetime.combine(OPENED.replace(month=10), datetime.min.time(), tzinfo=now.tzinfo)
            events = service.enter_dossiers(**given, start=OPENED, last=CUT_OFF, now=until, count=700)
            events += service.enter_dossiers(**given, start=first, last=today, now=now, count=1300)
            shown = self._unit(units)
            near = [row for row in centres if row.former_district_id == shown.former_district_id] or centres[
                :1
            ]
            events += service.enter_dossiers(
                **given | {"centres": near, "units": [shown]}, start=today - timedelta(days=6), last=today, now=now,
                count=24,
            )  # fmt: skip
            past = today - timedelta(days=1)
            tickets = service.enter_tickets(centres=centres, random=random, start=first, until=past)
            summary |= {"dossiers": Dossier.objects.count(), "events": events, "tickets": tickets}
        with step("Centres: certificates, signed results"):
            held = Dossier.objects.filter(status=Dossier.Status.PROCESSING, life__result__isnull=True)
            busiest = held.values("holder").annotate(count=Count("pk")).order_by("-count", "holder")
            own = Body.objects.filter(code=f"UBND-{shown.code}")
            bodies = [
                *own,
                *Body.objects.filter(pk__in=[row["holder"] for row in busiest[:5]]).exclude(pk__in=own),
            ]
            summary["certificates"] = service.certify(bodies=bodies)
            address = "http://127.0.0.1:8000/onestop/verify/{key}/"
            summary["signed_results"] = sum(
                service.sign_results(body=body, most=2, address=address) for body in bodies
            )
        with step("Centres: papers on their way"):
            summary["slips"] = service.hand_over(centres=centres)
        with step("Centres: every ledger walked"):
            verdict = verify_ledgers()
            summary["ledgers"] = {
                "dossiers": verdict.dossiers,
                "events": verdict.events,
                "whole": not verdict.faults,
            }

    def _unit(self, units: list[Unit]) -> Unit:
        """Return the unit whose sample accounts are opened: the first that has not handed its report in."""
        pks = [unit.pk for unit in units]
        return Unit.objects.filter(pk__in=pks, unit_reports=None).order_by("code").first() or units[0]

    def _report(self, campaign: Campaign, summary: dict[str, Any]) -> None:
        with self.terminal.step("Consolidated report") as progress:
            report = make_report(actor=SYSTEM, campaign=campaign, report=progress)
        summary["report"] = [report.docx.path, report.xlsx.path]

    def _print(self, summary: dict[str, Any], *, password: str, port: int) -> None:
        line = self.terminal.line
        line()
        line("DỮ LIỆU MẪU / SAMPLE DATA")
        line(f"  units                {summary['units']}")
        line(f"  former districts     {summary['former_districts']}")
        if "visits" in summary:
            verdict = summary["timetable"]["verdict"]
            unserved = verdict.get("unserved") or {}
            line(
                f"  teams                {summary['teams']} (people missing: {summary['team_shortfalls'] or 'none'})"
            )
            line(f"  visits scheduled     {summary['visits']} (units left out: {len(unserved) or 'none'})")
            load = (summary["timetable"]["shortfall"] or {}).get("load")
            if load:
                line(f"  half-days            {load['needed']} needed, {load['capacity']} to be had")
            for way in (summary["timetable"]["shortfall"] or {}).get("ways", []):
                line(f"  way out              {way}")
            cost = summary["timetable"]["objective"]
            if cost.get("bound") is not None:
                line(
                    f"  cost                 {cost['total']:.0f} points, proven bound {cost['bound']:.0f}, "
                    f"gap {cost['gap']:.2%}"
                )
            line(f"  checker's verdict    {'feasible' if verdict.get('feasible') else verdict}")
            line(f"  submissions          {summary['submissions']} with {summary['values']} values")
            line(f"  evidence files       {summary['evidence']}")
            line(f"  verified values      {summary['verified_values']}")
            line(f"  difficulties         {summary['difficulties']}")
            line(f"  good practice        {summary['good_practices']}")
        if "collected" in summary:
            line(f"  field visits         {summary['collected']} handed in, {summary['decided']} decided")
            line(f"  tablets              {summary['tablets']}, each with a code to scan")
        if "dossiers" in summary:
            line(f"  centres              {summary['centres']} open")
            line(f"  dossiers             {summary['dossiers']} with {summary['events']} events")
            line(f"  queue tickets        {summary['tickets']}")
            line(
                f"  signed results       {summary['signed_results']}, {summary['certificates']} certificates"
            )
            line(f"  ledgers              whole: {summary['ledgers']['whole']}")
        line(
            f"  audit trail          {summary['audit']['entries']} entries, whole: {summary['audit']['whole']}"
        )
        for path in summary["report"]:
            line(f"  report               {path}")
        line()
        line(f"  address              http://127.0.0.1:{port}/")
        line(f"  password of all      {password}")
        for role, username in summary["accounts"].items():
            label = ROLE_LABELS[Role(role)] if role in set(Role) else role
            line(f"  {role:20} {username:16} {label}")
        line()
