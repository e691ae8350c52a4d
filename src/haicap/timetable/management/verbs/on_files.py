"""solve, check, explain, compare and export on JSON files: neither a database nor a campaign is needed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from haicap.timetable.management.verbs.explaining import tell_why
from haicap.timetable.management.verbs.exporting import csv_text, rows_of, workbook, write_calendars
from haicap.timetable.management.verbs.telling import (
    tell_changes,
    tell_objective,
    tell_terms,
    tell_unserved,
    tell_verdict,
)
from haicap.timetable.management.verbs.terminal import (
    Terminal,
    Watch,
    interruptible,
    judge_problem,
    plan_from,
    problem_from,
    writable,
    write,
)
from haicap.timetable.rules.changes import compare as changes_between
from haicap.timetable.rules.checker import check as check_visits
from haicap.timetable.rules.checker import check_plan
from haicap.timetable.rules.problem import Objective, Unserved, digest
from haicap.timetable.rules.problem_files import StoredPlan, StoredProblem, write_plan, write_problem
from haicap.timetable.rules.solver import solve as solve_problem

Options = dict[str, Any]
USUAL_SECONDS = 15.0


def files(options: Options, count: int, *, named: str) -> list[Path]:
    """Return the files of a verb; refuses another number of them."""
    given: list[Path] = options["files"]
    if len(given) != count:
        raise CommandError(_("Give these files: %(named)s.") % {"named": named})
    return given


def _problem(terminal: Terminal, path: Path, options: Options) -> StoredProblem:
    stored = problem_from(path, matrix=options.get("matrix"))
    judge_problem(terminal, stored.problem, stored.names)
    return stored


def _plan(terminal: Terminal, path: Path, stored: StoredProblem) -> StoredPlan:
    plan = plan_from(path)
    if plan.problem and plan.problem != digest(stored.problem):
        terminal.note(
            _("note: %(name)s answers another problem, or this one as it was") % {"name": path.name}
        )
    return plan


def solve(terminal: Terminal, options: Options) -> None:
    """Solve a problem file within a time or a number of steps; Ctrl-C ends it with the best so far."""
    (path,) = files(options, 1, named="problem.json")
    out: Path | None = options["out"]
    writable(out)
    stored = _problem(terminal, path, options)
    problem = stored.problem
    start = _plan(terminal, options["start"], stored).visits if options["start"] else ()
    limit = options["seconds"]
    if limit is None and options["iterations"] is None:
        limit = USUAL_SECONDS
    terminal.note(
        _("%(name)s: %(units)s units, %(teams)s teams, %(slots)s half-days")
        % {
            "name": stored.title or path.name,
            "units": len(problem.units),
            "teams": len(problem.teams),
            "slots": len(problem.slots),
        }
    )
    with interruptible() as asked:
        watch = Watch(terminal, limit=limit, asked=asked)
        plan = solve_problem(
            problem=problem,
            seed=options["seed"],
            max_iterations=options["iterations"],
            stopped=watch.stopped,
            start=start,
            on_progress=watch.step,
        )
        watch.end()
    verdict = check_plan(problem=problem, plan=plan)
    if out is not None:
        write(out, write_plan(plan, problem=digest(problem)))
    tell_objective(terminal, plan.objective, bound=plan.bound)
    tell_verdict(terminal, verdict, stored.names)
    tell_unserved(terminal, plan.unserved, stored.names)
    if out is not None:
        terminal.note(_("written: %(path)s") % {"path": out})
    if not verdict.feasible:
        raise CommandError(_("not feasible"))


def check(terminal: Terminal, options: Options) -> None:
    """Check a plan file against a problem file: what it says of itself, too."""
    path, other = files(options, 2, named="problem.json plan.json")
    stored = _problem(terminal, path, options)
    found = _plan(terminal, other, stored)
    if found.plan is None:
        verdict = check_visits(problem=stored.problem, visits=found.visits)
    else:
        verdict = check_plan(problem=stored.problem, plan=found.plan)
    tell_objective(terminal, verdict.objective, bound=found.plan.bound if found.plan else None)
    tell_unserved(terminal, _left_out(found, verdict.unserved), stored.names)
    tell_verdict(terminal, verdict, stored.names)
    if not verdict.feasible:
        raise CommandError(_("not feasible"))


def _left_out(found: StoredPlan, unserved: tuple[str, ...]) -> list[Unserved]:
    reasons = {item.unit: item.reason for item in found.plan.unserved} if found.plan else {}
    return [Unserved(unit=unit, reason=reasons.get(unit, "")) for unit in unserved]


def explain(terminal: Terminal, options: Options) -> None:
    """Tell of each unit without its first choice what the better half-days would break or cost."""
    path, other = files(options, 2, named="problem.json plan.json")
    stored = _problem(terminal, path, options)
    found = _plan(terminal, other, stored)
    tell_why(terminal, stored.problem, found.visits, stored.names, options["unit"] or ())


def compare(terminal: Terminal, options: Options) -> None:
    """Tell what differs between two plan files, and what each costs under the problem."""
    path, one, other = files(options, 3, named="problem.json one.json two.json")
    stored = _problem(terminal, path, options)
    plans = [_plan(terminal, each, stored) for each in (one, other)]
    tell_changes(terminal, changes_between(before=plans[0].visits, after=plans[1].visits), stored.names)
    objectives: dict[str, Objective] = {}
    for n, (each, plan) in enumerate(zip((one, other), plans, strict=True), start=1):
        verdict = check_visits(problem=stored.problem, visits=plan.visits)
        objectives[f"{n} {each.stem}"] = verdict.objective
        if not verdict.feasible:
            terminal.note(
                _("note: %(name)s breaks %(count)s rules")
                % {"name": each.name, "count": len(verdict.violations)}
            )
    tell_terms(terminal, objectives)


def export(terminal: Terminal, options: Options) -> None:
    """Write a plan file as a table, a workbook or calendar files."""
    path, other = files(options, 2, named="problem.json plan.json")
    stored = _problem(terminal, path, options)
    found = _plan(terminal, other, stored)
    title = stored.title or path.stem
    now = datetime.now(UTC)
    visited = {visit.unit for visit in found.visits}
    missing = tuple(unit.code for unit in stored.problem.units if unit.code not in visited)
    rows = rows_of(found.visits, _left_out(found, missing), stored.names)
    written = 0
    if options["problem"]:
        write(options["problem"], write_problem(stored.problem, names=stored.names, title=stored.title))
        written += 1
    if options["csv"]:
        write(options["csv"], csv_text(rows))
        written += 1
    if options["xlsx"]:
        options["xlsx"].write_bytes(workbook(rows, title=title, made_at=now))
        written += 1
    if options["ics"]:
        written += write_calendars(options["ics"], found.visits, stored.names, title=title, now=now)
    tell_written(terminal, written)


def tell_written(terminal: Terminal, written: int) -> None:
    """Tell how many files were written; refuses when nothing was asked for."""
    if not written:
        raise CommandError(_("Say what to write: --csv, --xlsx, --docx, --ics, --problem or --plan."))
    terminal.say(_("%(count)s files written") % {"count": written})
