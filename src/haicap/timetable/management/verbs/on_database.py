"""solve, check, explain, compare, export and publish on a campaign of the database."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign
from haicap.campaign.queries import campaign_for, current_campaign_for, surveyed_units_for, teams_for
from haicap.kernel.access import SYSTEM
from haicap.kernel.jobs import run_now
from haicap.timetable import actions, queries
from haicap.timetable.management.verbs.explaining import tell_why
from haicap.timetable.management.verbs.exporting import csv_text, rows_of, workbook
from haicap.timetable.management.verbs.on_files import tell_written
from haicap.timetable.management.verbs.telling import (
    tell_changes,
    tell_objective,
    tell_terms,
    tell_unserved,
    tell_verdict,
)
from haicap.timetable.management.verbs.terminal import Names, Terminal, interruptible, senseless, write
from haicap.timetable.models import Calendar
from haicap.timetable.paper import appendix_docx
from haicap.timetable.queries.appendix import appendix_for
from haicap.timetable.queries.calendars import all_placed, draft_for, published_calendar_for
from haicap.timetable.queries.files import team_file_for, unit_file_for
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.rules.changes import compare as changes_between
from haicap.timetable.rules.checker import check as check_visits
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.problem import Plan, Problem, Unserved, digest
from haicap.timetable.rules.problem_files import write_plan, write_problem

Options = dict[str, Any]


def campaign_of(options: Options) -> Campaign:
    """Return the campaign named, else the open one."""
    code = options["campaign"]
    return campaign_for(actor=SYSTEM, code=code) if code else current_campaign_for(actor=SYSTEM)


def calendar_of(campaign: Campaign, version: int | None) -> Calendar:
    """Return a version, the newest where none is named."""
    if version is None:
        newest = queries.calendars_for(actor=SYSTEM, campaign=campaign).first()
        version = newest.version if newest else 0
    return queries.calendar_for(actor=SYSTEM, campaign=campaign, version=version)


def names_of(campaign: Campaign) -> Names:
    """Return the names of the units by code."""
    units = surveyed_units_for(actor=SYSTEM, campaign=campaign)
    return dict(units.values_list("code", "full_name"))


def problem_of(campaign: Campaign, names: Names) -> Problem:
    """Return the problem as it stands now."""
    try:
        return problem_for(actor=SYSTEM, campaign=campaign)
    except InvalidProblemError as error:
        raise CommandError(senseless(error, names)) from None


def solve(terminal: Terminal, options: Options) -> None:
    """Compute a new draft; Ctrl-C ends the search and saves the best so far."""
    campaign = campaign_of(options)
    params = {
        "campaign": campaign.code,
        "seed": options["seed"],
        "seconds": options["seconds"],
        "iterations": options["iterations"],
        "pins_from": options["pins_from"],
    }
    shown = [-1]

    def tell(percent: int, message: str) -> None:
        if terminal.live or percent // 5 != shown[0]:
            shown[0] = percent // 5
            terminal.note(f"{percent:3d} %  {message}", over=True)

    with interruptible() as asked:
        result = run_now(actor=SYSTEM, kind="timetable.solve", params=params, on_progress=tell, stopped=asked)
    _tell(terminal, calendar_of(campaign, result["version"]), names_of(campaign))


def _tell(terminal: Terminal, calendar: Calendar, names: Names) -> None:
    campaign = calendar.campaign
    verdict = check_visits(problem=problem_of(campaign, names), visits=all_placed(calendar))
    terminal.note("")
    terminal.say(_("version %(version)s") % {"version": calendar.version})
    tell_objective(terminal, verdict.objective, bound=_bound(calendar))
    tell_verdict(terminal, verdict, names)
    tell_unserved(terminal, _left_out(calendar), names)
    load = calendar.shortfall.get("load", {})
    if verdict.unserved and load:
        terminal.say(
            _(
                "half-days needed %(needed)s, there are %(capacity)s; "
                "no calendar serves more than %(most)s of %(units)s units"
            )
            % {
                "needed": load["needed"],
                "capacity": load["capacity"],
                "most": load["most_served"],
                "units": load["units"],
            }
        )
    kinds = {
        "teams": _("way out, more teams: %(amount)s"),
        "days": _("way out, more days: %(amount)s"),
        "online": _("way out, units surveyed online: %(amount)s"),
    }
    for way in calendar.shortfall.get("ways", []):
        amount = _("none tried suffices") if way["amount"] is None else way["amount"]
        terminal.say(kinds.get(way["kind"], way["kind"] + ": %(amount)s") % {"amount": amount})


def _bound(calendar: Calendar) -> int | None:
    bound = calendar.objective.get("bound")
    return None if bound is None else round(bound * 1000)


def _left_out(calendar: Calendar) -> list[Unserved]:
    reasons: dict[str, str] = calendar.verdict.get("reasons", {})
    return [Unserved(unit=unit, reason=reason) for unit, reason in reasons.items()]


def check(terminal: Terminal, options: Options) -> None:
    """Check a version against everything as it is now."""
    campaign = campaign_of(options)
    calendar, names = calendar_of(campaign, options["calendar"]), names_of(campaign)
    verdict = actions.recheck(actor=SYSTEM, calendar=calendar)
    tell_verdict(terminal, verdict, names)
    terminal.say(
        _("version %(version)s: %(broken)s rules broken, %(unserved)s units without a visit")
        % {
            "version": calendar.version,
            "broken": len(verdict.violations),
            "unserved": len(verdict.unserved),
        }
    )
    if not verdict.feasible:
        raise CommandError(_("not feasible"))


def explain(terminal: Terminal, options: Options) -> None:
    """Tell of each unit without its first choice what the better half-days would break or cost."""
    campaign = campaign_of(options)
    names = names_of(campaign)
    visits = all_placed(calendar_of(campaign, options["calendar"]))
    tell_why(terminal, problem_of(campaign, names), visits, names, options["unit"] or ())


def compare(terminal: Terminal, options: Options) -> None:
    """Tell what differs between two versions, and what each costs as things are now."""
    campaign = campaign_of(options)
    before, after = _two(campaign, options["versions"])
    names = names_of(campaign)
    problem = problem_of(campaign, names)
    visits = {calendar.version: all_placed(calendar) for calendar in (before, after)}
    changes = changes_between(before=visits[before.version], after=visits[after.version])
    tell_changes(terminal, changes, names)
    objectives = {
        _("version %(version)s") % {"version": version}: check_visits(problem=problem, visits=held).objective
        for version, held in visits.items()
    }
    tell_terms(terminal, objectives)


def _two(campaign: Campaign, versions: list[int] | None) -> tuple[Calendar, Calendar]:
    if versions:
        return calendar_of(campaign, versions[0]), calendar_of(campaign, versions[1])
    before = published_calendar_for(actor=SYSTEM, campaign=campaign)
    after = draft_for(actor=SYSTEM, campaign=campaign)
    if before is None or after is None:
        raise CommandError(_("There are not both a published version and a draft: name two with --versions."))
    return before, after


def publish(terminal: Terminal, options: Options) -> None:
    """Publish a draft and tell those concerned."""
    calendar = calendar_of(campaign_of(options), options["calendar"])
    actions.publish(actor=SYSTEM, calendar=calendar, accept_unserved=options["accept_unserved"])
    terminal.say(_("version %(version)s is in force") % {"version": calendar.version})


def export(terminal: Terminal, options: Options) -> None:
    """Write the problem, and a version as a plan file, a table, a workbook; calendar files of what is published."""
    campaign = campaign_of(options)
    names = names_of(campaign)
    problem = problem_of(campaign, names)
    written = 0
    if options["problem"]:
        write(options["problem"], write_problem(problem, names=names, title=campaign.code))
        written += 1
    writers: dict[str, Callable[[Path, Calendar], None]] = {
        "plan": lambda path, calendar: write(
            path, write_plan(plan_of(calendar, problem), problem=digest(problem))
        ),
        "csv": lambda path, calendar: write(
            path, csv_text(rows_of(all_placed(calendar), _left_out(calendar), names))
        ),
        "xlsx": lambda path, calendar: _workbook(path, calendar, names),
        "docx": lambda path, calendar: _appendix(path, calendar),
    }
    for kind, writer in writers.items():
        if options[kind]:
            writer(options[kind], calendar_of(campaign, options["calendar"]))
            written += 1
    if options["ics"]:
        written += _calendar_files(campaign, options["ics"])
    tell_written(terminal, written)


def _workbook(path: Path, calendar: Calendar, names: Names) -> None:
    rows = rows_of(all_placed(calendar), _left_out(calendar), names)
    path.write_bytes(workbook(rows, title=calendar.campaign.code, made_at=datetime.now(UTC)))


def _appendix(path: Path, calendar: Calendar) -> None:
    path.write_bytes(appendix_docx(appendix=appendix_for(actor=SYSTEM, calendar=calendar)))


def plan_of(calendar: Calendar, problem: Problem) -> Plan:
    """Return a version as a plan, with its cost under `problem`, of which no bound is known."""
    visits = all_placed(calendar)
    verdict = check_visits(problem=problem, visits=visits)
    reasons: dict[str, str] = calendar.verdict.get("reasons", {})
    return Plan(
        visits=visits,
        unserved=tuple(Unserved(unit=unit, reason=reasons.get(unit, "")) for unit in verdict.unserved),
        objective=verdict.objective,
        seed=calendar.seed,
        iterations=int(calendar.objective.get("iterations", 0)),
        bound=None,
    )


def _calendar_files(campaign: Campaign, folder: Path) -> int:
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
    return count
