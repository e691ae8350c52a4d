"""What if: scenarios asked for, computed as jobs beside the case as it is, and deleted."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.campaign.models import Campaign
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused, Text
from haicap.kernel.jobs import enqueue
from haicap.kernel.models import Job
from haicap.kernel.periods import Slot
from haicap.kernel.text import nfc
from haicap.timetable.actions.drafts import refused
from haicap.timetable.models import Scenario
from haicap.timetable.permissions import SOLVE
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.queries.scenarios import (
    BASE,
    SINGLE,
    SWEEP,
    kind_of,
    known_days,
    scenario_for,
    scenarios_for,
)
from haicap.timetable.rules.faults import InvalidProblemError, faults_of
from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem, digest
from haicap.timetable.rules.scenarios import Change, ChangeError, Outcome, applied, run, sweep
from haicap.timetable.rules.scenarios.change import RANGES, wrongs_of
from haicap.timetable.rules.solver import Step
from haicap.timetable.texts_scenarios import base_name, change_text, sweep_text, wrong_text, wrongs_text

LONGEST = 300
"""seconds one plan of a scenario may be given"""
LONGEST_SWEEP = 1800
"""seconds all plans of a sweep together may take"""
MOST_KEPT = 12
MOST_STEPS = 30
"""numbers of teams in one sweep"""
OnProgress = Callable[[int, Text], None]


def add_scenario(
    *, actor: Actor, campaign: Campaign, change: Change, name: str = "", seed: int = 1, seconds: int = 10
) -> Job:
    """Save a scenario and queue its computation of `seconds` (1 to LONGEST; the base takes as long when new).

    Without a name it is called by what it changes. Refuses what cannot be made, by field.
    """
    actor.must(SOLVE)
    if change.nothing:
        raise Refused(
            "scenario.nothing", gettext_lazy("Nothing is changed yet. Fill in at least one change.")
        )
    params = {"kind": SINGLE, "change": change.as_data(), "seed": seed, "seconds": seconds}
    return _add(actor, campaign, nfc(name), change_text(change), change, params)


def add_sweep(
    *,
    actor: Actor,
    campaign: Campaign,
    first: int,
    last: int,
    change: Change | None = None,
    name: str = "",
    seed: int = 1,
    seconds: int = 5,
) -> Job:
    """Save a row of plans with `first` to `last` teams, the rest of `change` the same, and queue it."""
    actor.must(SOLVE)
    rest = replace(change or Change(), teams=None)
    least, most = RANGES["teams"]
    for field, value in (("first", first), ("last", last)):
        if not least <= value <= most:
            text = _("Give a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
            raise Refused("scenario.teams", text, field=field)
    if last <= first:
        raise Refused("scenario.order", _("Give more teams here than to begin with."), field="last")
    if last - first >= MOST_STEPS:
        text = _("At most %(count)s numbers of teams at once. Give a smaller span.") % {"count": MOST_STEPS}
        raise Refused("scenario.span", text, field="last")
    if (last - first + 1) * seconds > LONGEST_SWEEP:
        text = _(
            "This would take longer than %(minutes)s minutes. Give less time for each, or fewer numbers."
        )
        raise Refused("scenario.too_long", text % {"minutes": LONGEST_SWEEP // 60}, field="seconds")
    params = {
        "kind": SWEEP, "change": rest.as_data(), "first": first, "last": last, "seed": seed, "seconds": seconds,
    }  # fmt: skip
    title = sweep_text(first, last, rest)
    return _add(actor, campaign, nfc(name), title, replace(rest, teams=last), params, teams_field="last")


def _add(
    actor: Actor,
    campaign: Campaign,
    name: str,
    title: str,
    change: Change,
    params: dict[str, Any],
    *,
    teams_field: str = "teams",
) -> Job:
    if not 1 <= params["seconds"] <= LONGEST:
        text = _("Give between 1 and %(most)s seconds.") % {"most": LONGEST}
        raise Refused("timetable.seconds", text, field="seconds")
    _judged(actor, campaign, change, teams_field)
    title = (name or title)[:120]
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=campaign.pk)
        rows = list(scenarios_for(actor=actor, campaign=campaign))
        alike = [
            row
            for row in rows
            if (kind_of(row) == SWEEP) == (params["kind"] == SWEEP) and kind_of(row) != BASE
        ]
        if len(alike) >= MOST_KEPT:
            text = _("%(count)s are kept already. Delete one that is no longer needed.") % {
                "count": MOST_KEPT
            }
            raise Refused("scenario.too_many", text)
        if title.casefold() in {row.name.casefold() for row in rows}:
            raise Refused("scenario.name_taken", _("This name is taken. Give another."), field="name")
        row = Scenario.objects.create(
            campaign=campaign,
            name=title,
            changes=params | {"named": bool(name)},
            created_by_id=actor.person_id,
        )
        audit.record(actor=actor, action="timetable.scenario.added", subject=row, after=audit.snapshot(row))
    return _queue(actor, campaign, row)


def _queue(actor: Actor, campaign: Campaign, row: Scenario) -> Job:
    params = {"campaign": campaign.code, "scenario": row.pk}
    return enqueue(actor=actor, kind="timetable.scenario", params=params, subject=campaign.code)


def _judged(actor: Actor, campaign: Campaign, change: Change, teams_field: str) -> None:
    """Refuse a change that cannot be made, or a problem that cannot be solved, before anything is queued."""
    units = surveyed_units_for(actor=actor, campaign=campaign)
    names = {unit.code: unit.full_name for unit in units}
    working = known_days(campaign=campaign)
    try:
        problem = problem_for(actor=actor, campaign=campaign)
        if wrongs := wrongs_of(problem=problem, change=change, working=working):
            field = teams_field if wrongs[0].field == "teams" else wrongs[0].field
            text = wrong_text(wrongs[0]) if len(wrongs) == 1 else wrongs_text(wrongs)
            raise Refused(f"scenario.{wrongs[0].code}", text, field=field)
        fatal = [f for f in faults_of(applied(problem=problem, change=change, working=working)) if f.fatal]
        if fatal:
            raise InvalidProblemError(tuple(fatal))
    except InvalidProblemError as error:
        raise refused(error, units=names) from error


def compute_again(*, actor: Actor, scenario: Scenario) -> Job:
    """Queue a scenario once more, on the registrations, teams and settings of now."""
    actor.must(SOLVE)
    return _queue(actor, scenario.campaign, scenario)


@transaction.atomic
def delete_scenario(*, actor: Actor, scenario: Scenario) -> None:
    """Delete a scenario; the case as it is stays while others are compared with it."""
    actor.must(SOLVE)
    others = Scenario.objects.filter(campaign_id=scenario.campaign_id).exclude(pk=scenario.pk)
    if kind_of(scenario) == BASE and others.exists():
        raise Refused(
            "scenario.base",
            _("The others are compared with this one. Delete them first, or compute it again."),
        )
    before = audit.snapshot(scenario, fields=["campaign", "name", "changes"])
    audit.record(actor=actor, action="timetable.scenario.deleted", subject=scenario, before=before)
    scenario.delete()


def compute_scenario(
    *,
    actor: Actor,
    campaign: Campaign,
    scenario_id: int,
    iterations: int | None = None,
    on_progress: OnProgress = lambda percent, message: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Scenario:
    """Compute a saved scenario and, where its data has changed, the base; keep both results.

    Each plan has the seconds of the scenario, or `iterations`. Asked to stop, the best so far is kept.
    """
    actor.must(SOLVE)
    row = scenario_for(actor=actor, campaign=campaign, scenario_id=scenario_id)
    units = surveyed_units_for(actor=actor, campaign=campaign)
    work = _Work(row, iterations, on_progress, stopped)
    try:
        problem = problem_for(actor=actor, campaign=campaign)
        change = Change.from_data(row.changes["change"])
        working = known_days(campaign=campaign)
        as_is = applied(problem=problem, change=Change())
        mark = digest(as_is)
        base, start = _base(actor, campaign, as_is, mark, work, fresh=kind_of(row) == BASE)
        if kind_of(row) == SWEEP:
            span = range(row.changes["first"], row.changes["last"] + 1)
            result: dict[str, object] = {"outcomes": work.all_of(as_is, change, span, working)}
        elif kind_of(row) == SINGLE:
            found = work.one(as_is, change, working, start)
            result = {"outcome": found.as_data()}
        else:
            return base
    except InvalidProblemError as error:
        raise refused(error, units={unit.code: unit.full_name for unit in units}) from error
    except ChangeError as error:
        raise Refused(f"scenario.{error.wrongs[0].code}", wrongs_text(error.wrongs)) from error
    return _kept(actor, row, result | {"problem_hash": mark})


def _base(
    actor: Actor, campaign: Campaign, as_is: Problem, mark: str, work: "_Work", *, fresh: bool
) -> tuple[Scenario, Sequence[PlacedVisit]]:
    """Return the case as it is and its visits, computed anew where the data has changed since."""
    rows = scenarios_for(actor=actor, campaign=campaign).filter(changes__kind=BASE)
    row = rows.first()
    if row and row.result.get("problem_hash") == mark and not fresh:
        return row, [_visit(item) for item in row.result["visits"]]
    work.parts += 1 if kind_of(work.row) != BASE else 0
    start = [_visit(item) for item in row.result.get("visits", ())] if row else []
    found = work.one(as_is, Change(), (), start)
    kept = {**work.row.changes, "kind": BASE, "change": {}}
    visits = [_stored(visit) for visit in found.visits]
    result = {"outcome": found.as_data(), "visits": visits, "problem_hash": mark}
    return _kept_base(actor, campaign, kept, result), found.visits


@transaction.atomic
def _kept_base(
    actor: Actor, campaign: Campaign, changes: dict[str, Any], result: Mapping[str, object]
) -> Scenario:
    """Keep the base in its one row, even where two computations end at the same time."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    row = scenarios_for(actor=actor, campaign=campaign).filter(changes__kind=BASE).first()
    row = row or Scenario(campaign=campaign, name=base_name(), created_by_id=actor.person_id)
    row.changes = changes
    return _kept(actor, row, result)


@transaction.atomic
def _kept(actor: Actor, row: Scenario, result: Mapping[str, object]) -> Scenario:
    row.result = {**result, "computed_at": timezone.now().isoformat(timespec="seconds")}
    if row.pk is None:
        row.save()
    elif not Scenario.objects.filter(pk=row.pk).update(result=row.result, changes=row.changes):
        raise Missing("timetable.scenario_missing", _("This scenario was deleted meanwhile."))
    told = {key: value for key, value in row.result.items() if key != "visits"}
    audit.record(
        actor=actor, action="timetable.scenario.computed", subject=row, after={"name": row.name, **told}
    )
    return row


def _stored(visit: PlacedVisit) -> dict[str, object]:
    return asdict(visit) | {"slot": visit.slot.key, "mode": visit.mode.value}


def _visit(data: Mapping[str, Any]) -> PlacedVisit:
    return PlacedVisit(**{**data, "slot": Slot.parse(data["slot"]), "mode": Mode(data["mode"])})


class _Work:
    """Runs the plans of one scenario, one after another, and tells how far it is."""

    def __init__(
        self,
        row: Scenario,
        iterations: int | None,
        on_progress: OnProgress,
        asked_to_stop: Callable[[], bool],
    ) -> None:
        self.row, self.iterations = row, iterations
        self.seed, self.seconds = int(row.changes["seed"]), float(row.changes["seconds"])
        self.on_progress, self.asked_to_stop = on_progress, asked_to_stop
        sweeping = kind_of(row) == SWEEP
        self.parts = row.changes["last"] - row.changes["first"] + 1 if sweeping else 1
        self.done = 0
        self.began = time.monotonic()
        self.title = base_name()

    def stop(self) -> Callable[[], bool]:
        """Begin another plan and return its stop condition."""
        self.began = time.monotonic()
        late = self.began + self.seconds
        if self.iterations is not None:
            return self.asked_to_stop
        return lambda: time.monotonic() >= late or self.asked_to_stop()

    def report(self, step: Step) -> None:
        """Tell the plan, its progress and what it serves."""
        spent = (time.monotonic() - self.began) / self.seconds
        part = step.iteration / self.iterations if self.iterations else spent
        values = {
            "title": self.title, "number": self.done + 1, "count": self.parts, "served": step.served,
            "units": step.units,
        }  # fmt: skip
        text = _("%(title)s (plan %(number)s of %(count)s): %(served)s of %(units)s units placed") % values
        self.on_progress(min(98, int((self.done + min(1.0, part)) / self.parts * 98)), text)

    def one(
        self, problem: Problem, change: Change, working: Sequence[date], start: Sequence[PlacedVisit]
    ) -> Outcome:
        """Solve once."""
        self.title = change_text(change)
        found = run(
            problem=problem, change=change, working=working, seed=self.seed, iterations=self.iterations,
            stopped=self.stop(), start=start, on_progress=self.report,
        )  # fmt: skip
        self.done += 1
        return found

    def all_of(
        self, problem: Problem, change: Change, teams: Sequence[int], working: Sequence[date]
    ) -> list[dict[str, object]]:
        """Solve for each number of teams; asked to stop, keep those done."""
        outcomes: list[dict[str, object]] = []
        self.title = self.row.name
        for found in sweep(
            problem=problem, change=change, teams=teams, working=working, seed=self.seed,
            iterations=self.iterations, stopped=self.stop, on_progress=self.report,
        ):  # fmt: skip
            outcomes.append(found.as_data())
            self.done += 1
            if self.asked_to_stop():
                break
        return outcomes
