"""Planning the calendar in force again after something came up: the facts are written down, a draft is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.campaign.actions.disturbances import add_absences, add_blocks, put_setting
from haicap.campaign.models import Campaign
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.kernel.jobs import enqueue
from haicap.kernel.models import Job
from haicap.timetable.actions.drafts import (
    OnProgress,
    OnStep,
    Watch,
    check_seconds,
    refused,
    save_draft,
    values_of,
)
from haicap.timetable.actions.solve import shortfall_of
from haicap.timetable.models import Calendar
from haicap.timetable.permissions import SOLVE, WRITE
from haicap.timetable.queries.problem import practice_of, problem_for
from haicap.timetable.rules.checker import check, check_plan
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.problem import Problem
from haicap.timetable.rules.replan import (
    BRIDGE,
    MEMBER,
    TEAM,
    Disturbance,
    again,
    disturbance_faults,
    fewest,
    keep_bridges,
)
from haicap.timetable.rules.solver import solve
from haicap.timetable.texts_replan import disturbance_fault

MOST = 100
"""disturbances entered at once"""
FIRST_SHARE = 0.35
"""share of the time for the fewest changes and their proof; the rest improves what stays free"""


def fixed_until(*, campaign: Campaign, given: date | None = None) -> date:
    """Return the day up to which visits stay: today. For a sample campaign any day of its window, if `given`.

    Raises Refused when the window is over, or for a real campaign a day that has passed.
    """
    real = timezone.localdate()
    if campaign.is_sample and given is None and real >= campaign.window_end:
        return campaign.window_start - timedelta(days=1)
    today = given or real
    if today < real and not campaign.is_sample:
        raise Refused("replan.day_past", _("This day is over: give today or a later day."), field="today")
    if today >= campaign.window_end:
        raise Refused(
            "replan.window_over", _("The window of visits is over: nothing can be moved."), field="today"
        )
    return today


def ask_to_replan(
    *,
    actor: Actor,
    campaign: Campaign,
    disturbances: Sequence[Disturbance],
    seconds: int,
    seed: int,
    today: date | None = None,
) -> Job:
    """Write the disturbances down as facts and queue the computation of a draft.

    Raises Refused naming the first entry that makes no sense (`details["row"]`), before anything is written.
    """
    actor.must(SOLVE)
    check_seconds(seconds)
    with transaction.atomic():
        day = note_disturbances(actor=actor, campaign=campaign, disturbances=disturbances, today=today)
        params = {
            "campaign": campaign.code,
            "disturbances": [item.as_data() for item in disturbances],
            "seconds": seconds,
            "seed": seed,
            "today": day.isoformat(),
        }
        return enqueue(actor=actor, kind="timetable.replan", params=params, subject=campaign.code)


def replan(
    *,
    actor: Actor,
    campaign: Campaign,
    disturbances: Sequence[Disturbance],
    seed: int,
    seconds: float | None = None,
    iterations: int | None = None,
    today: date | None = None,
    on_progress: OnProgress = lambda percent, message: None,
    on_step: OnStep = lambda step: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Calendar:
    """Write the disturbances down and compute a draft with the fewest and latest changes, at once."""
    actor.must(SOLVE)
    day = note_disturbances(actor=actor, campaign=campaign, disturbances=disturbances, today=today)
    return compute_replan(
        actor=actor, campaign=campaign, disturbances=disturbances, seed=seed, seconds=seconds,
        iterations=iterations, today=day, on_progress=on_progress, on_step=on_step, stopped=stopped,
    )  # fmt: skip


@transaction.atomic
def note_disturbances(
    *, actor: Actor, campaign: Campaign, disturbances: Sequence[Disturbance], today: date | None = None
) -> date:
    """Write down as facts what came up; return the day up to which visits stay.

    Members and teams become absent, units blocked, bridge points away. Raises Refused for an unknown member,
    team, unit or bridge point, half-days outside the window or past, an entry that touches no visit, more than
    100 entries, nothing to do, and where no calendar is in force.
    """
    actor.must(WRITE)
    _published(campaign)
    day = fixed_until(campaign=campaign, given=today)
    if len(disturbances) > MOST:
        text = _("Enter at most %(most)s disturbances at once.") % {"most": MOST}
        raise Refused("replan.too_many", text)
    problem = _problem(actor, campaign, day)
    _check(problem, disturbances, day)
    members = {str(team.number): [int(m.code) for m in team.members] for team in problem.teams}
    units = {unit.code: unit for unit in surveyed_units_for(actor=actor, campaign=campaign)}
    for item in disturbances:
        if item.kind in (MEMBER, TEAM):
            away = [int(item.code)] if item.kind == MEMBER else members[item.code]
            add_absences(
                actor=actor, campaign=campaign, nominations=away, slots=item.slots, reason=item.reason
            )
        elif item.kind == BRIDGE:
            put_setting(
                actor=actor, campaign=campaign, key="timetable_bridges", value=_without(campaign, item)
            )
        else:
            add_blocks(
                actor=actor, campaign=campaign, unit=units[item.code], slots=item.slots, reason=item.reason
            )
    audit.record(
        actor=actor,
        action="timetable.disturbances.noted",
        subject=campaign,
        after={"disturbances": [item.as_data() for item in disturbances], "today": day.isoformat()},
    )
    return day


def _published(campaign: Campaign) -> Calendar:
    row = Calendar.objects.filter(campaign=campaign, state=Calendar.State.PUBLISHED).first()
    if row is None:
        raise Refused(
            "replan.nothing_published",
            _("No calendar is in force yet: compute one and publish it. Only then can it be planned again."),
        )
    return row


def _problem(actor: Actor, campaign: Campaign, day: date) -> Problem:
    try:
        return problem_for(actor=actor, campaign=campaign, today=day)
    except InvalidProblemError as error:
        raise refused(error, units={}) from error


def _check(problem: Problem, disturbances: Sequence[Disturbance], day: date) -> None:
    faults = disturbance_faults(problem=problem, disturbances=disturbances, today=day)
    if faults:
        field, text = disturbance_fault(faults[0])
        raise Refused(
            f"replan.{faults[0].code}",
            text,
            field=field,
            details={"row": faults[0].row, "faults": [fault.code for fault in faults]},
        )
    if not disturbances and not check(problem=problem, visits=problem.previous).violations:
        raise Refused(
            "replan.nothing_to_do",
            _("Nothing is entered, and every visit of the calendar in force can take place."),
        )


def _without(campaign: Campaign, item: Disturbance) -> list[dict[str, Any]]:
    """Return the setting of the bridge points with one away on further half-days."""
    keys = {slot.key for slot in item.slots}
    return [
        {**bridge, "away": sorted({*(bridge.get("away") or ()), *keys})}
        if bridge["code"] == item.code
        else bridge
        for bridge in campaign.setting("timetable_bridges", [])
    ]


def compute_replan(
    *,
    actor: Actor,
    campaign: Campaign,
    disturbances: Sequence[Disturbance],
    seed: int,
    today: date,
    seconds: float | None = None,
    iterations: int | None = None,
    on_progress: OnProgress = lambda percent, message: None,
    on_step: OnStep = lambda step: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Calendar:
    """Compute a draft from the calendar in force, the disturbances already being facts.

    First the plan with the fewest changes and the proof of how few they can be, then, from there, the best of
    the plans in which changes weigh most. The draft keeps the disturbances and the proven number.
    """
    actor.must(SOLVE)
    published = _published(campaign)
    units = {unit.code: unit for unit in surveyed_units_for(actor=actor, campaign=campaign)}

    def watched(share: float) -> Watch:
        return Watch(
            seconds=None if seconds is None else max(0.1, share * seconds), iterations=iterations,
            on_progress=on_progress, on_step=on_step, asked_to_stop=stopped,
        )  # fmt: skip

    try:
        standing = problem_for(actor=actor, campaign=campaign, pins_from=published, today=today)
        change = practice_of(campaign, standing.slots).replan_change
        problem = again(problem=standing, today=today, change=change)
        on_progress(2, _("Looking for the fewest changes"))
        watch = watched(FIRST_SHARE)
        few = fewest(problem=problem, stopped=watch.stopped, seed=seed, max_iterations=iterations)
        watch = watched(1 - FIRST_SHARE)
        plan = solve(
            problem=problem, seed=seed, max_iterations=iterations, stopped=watch.stopped,
            start=few.plan.visits, on_progress=watch.report,
        )  # fmt: skip
    except InvalidProblemError as error:
        raise refused(error, units={code: unit.full_name for code, unit in units.items()}) from error
    plan = replace(plan, visits=keep_bridges(problem=problem, visits=plan.visits))
    verdict = check_plan(problem=problem, plan=plan)
    told = shortfall_of(problem=problem, plan=plan, seed=seed, on_progress=on_progress, stopped=stopped)
    on_progress(98, _("Saving the draft"))
    return save_draft(
        actor=actor,
        campaign=campaign,
        units=units,
        visits=plan.visits,
        pinned={pin.unit for pin in problem.pins},
        values=values_of(problem=problem, plan=plan, verdict=verdict)
        | {
            "shortfall": told,
            "based_on": published,
            "disturbances": _kept(disturbances, today, few.proven(unserved=len(plan.unserved))),
        },
        action="timetable.calendar.replanned",
    )


def _kept(disturbances: Sequence[Disturbance], today: date, proven: int) -> Mapping[str, object]:
    """Return what the draft keeps of why it was made."""
    return {
        "items": [item.as_data() for item in disturbances],
        "today": today.isoformat(),
        "fewest": proven,
    }
