"""Having the calendar computed: asked for as a job, saved as a new draft."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta

from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.calendar import working_calendar
from haicap.kernel.jobs import enqueue
from haicap.kernel.models import Job
from haicap.kernel.periods import Slot
from haicap.timetable.actions.drafts import (
    OnProgress,
    OnStep,
    Watch,
    check_seconds,
    refused,
    save_draft,
    values_of,
)
from haicap.timetable.models import Calendar
from haicap.timetable.permissions import SOLVE
from haicap.timetable.queries.calendars import all_placed
from haicap.timetable.queries.problem import problem_for, settings_of
from haicap.timetable.rules.checker import check_plan
from haicap.timetable.rules.contradiction import Contradiction, contradictions
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.problem import PlacedVisit, Plan, Problem
from haicap.timetable.rules.shortfall import Shortfall, load_of, shortfall
from haicap.timetable.rules.solver import solve

WAYS_SECONDS = 90
"""longest time ways out are looked for"""
FURTHER = timedelta(days=60)
"""how far beyond the window days are looked for when it is too small"""


def ask_to_solve(
    *,
    actor: Actor,
    campaign: Campaign,
    seed: int,
    seconds: int,
    changes: Mapping[str, object] | None = None,
    pins_from: Calendar | None = None,
) -> Job:
    """Queue a computation of `seconds` (1 to 600); refuses settings that make no sense before queueing."""
    actor.must(SOLVE)
    check_seconds(seconds)
    try:
        settings_of(campaign, changes)
    except InvalidProblemError as error:
        raise refused(error, units={}) from error
    params = {
        "campaign": campaign.code,
        "seed": seed,
        "seconds": seconds,
        "changes": dict(changes or {}),
        "pins_from": pins_from.version if pins_from else None,
    }
    return enqueue(actor=actor, kind="timetable.solve", params=params, subject=campaign.code)


def solve_and_save(
    *,
    actor: Actor,
    campaign: Campaign,
    seed: int,
    seconds: float | None = None,
    iterations: int | None = None,
    changes: Mapping[str, object] | None = None,
    pins_from: Calendar | None = None,
    fresh: bool = False,
    on_progress: OnProgress = lambda percent, message: None,
    on_step: OnStep = lambda step: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Calendar:
    """Compute a plan, have it checked, and save it as a new draft with objective, bound, verdict, shortfall.

    The search begins from the newest version, from nothing where `fresh`. Give `seconds`, or `iterations` for
    a result that depends on seed and beginning alone. Raises Refused naming every fault of the problem.
    """
    actor.must(SOLVE)
    units = {unit.code: unit for unit in surveyed_units_for(actor=actor, campaign=campaign)}
    watch = Watch(
        seconds=seconds,
        iterations=iterations,
        on_progress=on_progress,
        on_step=on_step,
        asked_to_stop=stopped,
    )
    try:
        problem = problem_for(actor=actor, campaign=campaign, pins_from=pins_from, changes=changes)
        plan = solve(
            problem=problem,
            seed=seed,
            max_iterations=iterations,
            stopped=watch.stopped,
            start=() if fresh else _newest(campaign),
            on_progress=watch.report,
        )
    except InvalidProblemError as error:
        raise refused(error, units={code: unit.full_name for code, unit in units.items()}) from error
    verdict = check_plan(problem=problem, plan=plan)
    told = shortfall_of(problem=problem, plan=plan, seed=seed, on_progress=on_progress, stopped=stopped)
    on_progress(98, _("Saving the draft"))
    return save_draft(
        actor=actor,
        campaign=campaign,
        units=units,
        visits=plan.visits,
        pinned={pin.unit for pin in problem.pins},
        values=values_of(problem=problem, plan=plan, verdict=verdict) | {"shortfall": told},
        action="timetable.calendar.computed",
    )


def _newest(campaign: Campaign) -> tuple[PlacedVisit, ...]:
    """Return the visits of the newest version."""
    newest = Calendar.objects.filter(campaign=campaign).first()
    return all_placed(newest) if newest else ()


def shortfall_of(
    *, problem: Problem, plan: Plan, seed: int, on_progress: OnProgress, stopped: Callable[[], bool]
) -> dict[str, object]:
    """Return what a version keeps about its load and, where units are left out, about ways out."""
    if not plan.unserved:
        return {"load": asdict(load_of(problem))}
    on_progress(92, _("%(count)s units left out: looking for ways out") % {"count": len(plan.unserved)})
    unserved = [item.unit for item in plan.unserved]
    clashes = contradictions(problem=problem, unserved=unserved, stopped=stopped)
    begun = time.monotonic()
    found = shortfall(
        problem=problem,
        plan=plan,
        further=_further(problem),
        seed=seed,
        stopped=lambda: stopped() or time.monotonic() - begun > WAYS_SECONDS,
    )
    return _told(found) | {"contradictions": [_clash(clash) for clash in clashes]}


def _further(problem: Problem) -> tuple[Slot, ...]:
    last = max(problem.days)
    calendar = working_calendar()
    return tuple(calendar.slots(last + timedelta(days=1), last + FURTHER))


def _told(found: Shortfall) -> dict[str, object]:
    ways = [asdict(way) | {"until": way.until and way.until.key} for way in found.ways]
    return {"load": asdict(found.load), "ways": ways}


def _clash(found: Contradiction) -> list[dict[str, object]]:
    return [
        {
            "kind": rule.kind, "unit": rule.unit, "slot": rule.slot and rule.slot.key, "most": rule.most,
            "slots": [slot.key for slot in rule.slots],
        }
        for rule in found.rules
    ]  # fmt: skip
