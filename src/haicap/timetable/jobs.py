"""Long work of the timetable."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.jobs import Progress, job
from haicap.timetable.actions.replan import compute_replan
from haicap.timetable.actions.scenarios import compute_scenario
from haicap.timetable.actions.solve import solve_and_save
from haicap.timetable.actions.why import explain_and_save
from haicap.timetable.models import Calendar
from haicap.timetable.rules.replan import Disturbance
from haicap.timetable.rules.solver import Step


@job("timetable.solve", template="timetable/solve_progress.html")
def solve(
    progress: Progress,
    *,
    actor: Actor,
    campaign: str,
    seed: int,
    seconds: float | None = None,
    iterations: int | None = None,
    changes: Mapping[str, object] | None = None,
    pins_from: int | None = None,
) -> dict[str, Any]:
    """Compute a draft; asked to stop, it saves the best found so far."""
    row = Campaign.objects.get(code=campaign)
    pinned = Calendar.objects.filter(campaign=row, version=pins_from).first() if pins_from else None
    calendar = solve_and_save(
        actor=actor,
        campaign=row,
        seed=seed,
        seconds=seconds,
        iterations=iterations,
        changes=changes,
        pins_from=pinned,
        on_progress=progress.report,
        on_step=_noting(progress),
        stopped=progress.stopped,
    )
    return _result(calendar) | {"url": reverse("timetable:version", args=[calendar.version])}


@job("timetable.replan", template="timetable/solve_progress.html")
def replan(
    progress: Progress,
    *,
    actor: Actor,
    campaign: str,
    disturbances: Sequence[Mapping[str, Any]],
    seed: int,
    today: str,
    seconds: float | None = None,
    iterations: int | None = None,
) -> dict[str, Any]:
    """Plan the calendar in force again; asked to stop, it saves the best found so far."""
    calendar = compute_replan(
        actor=actor,
        campaign=Campaign.objects.get(code=campaign),
        disturbances=[Disturbance.from_data(item) for item in disturbances],
        seed=seed,
        today=date.fromisoformat(today),
        seconds=seconds,
        iterations=iterations,
        on_progress=progress.report,
        on_step=_noting(progress),
        stopped=progress.stopped,
    )
    old = calendar.based_on.version if calendar.based_on else calendar.version
    return _result(calendar) | {
        "url": reverse("timetable:compare", args=[old, calendar.version]),
        "changed": calendar.objective["changed"],
        "fewest": calendar.disturbances["fewest"],
    }


def _noting(progress: Progress) -> Callable[[Step], None]:
    """Keep the figures of every step for the curves of the job's page."""

    def note(step: Step) -> None:
        progress.note({"cost": step.best, "bound": step.bound, "served": step.served, "units": step.units})

    return note


def _result(calendar: Calendar) -> dict[str, Any]:
    return {
        "version": calendar.version,
        "served": calendar.objective["served"],
        "unserved": calendar.objective["unserved"],
        "feasible": calendar.verdict["feasible"],
        "cost": calendar.objective["total"],
        "bound": calendar.objective.get("bound"),
        "gap": calendar.objective.get("gap"),
    }


@job("timetable.scenario")
def scenario(
    progress: Progress, *, actor: Actor, campaign: str, scenario: int, iterations: int | None = None
) -> dict[str, Any]:
    """Compute a saved scenario; asked to stop, it keeps the best found so far."""
    row = compute_scenario(
        actor=actor,
        campaign=Campaign.objects.get(code=campaign),
        scenario_id=scenario,
        iterations=iterations,
        on_progress=progress.report,
        stopped=progress.stopped,
    )
    return {"url": reverse("timetable:scenarios"), "scenario": row.pk}


@job("timetable.explain")
def explain(
    progress: Progress, *, actor: Actor, campaign: str, version: int, most: int | None = None
) -> dict[str, Any]:
    """Explain the compromises of a version; asked to stop, it keeps what it has."""
    calendar = explain_and_save(
        actor=actor,
        calendar=Calendar.objects.select_related("campaign").get(campaign__code=campaign, version=version),
        most=most,
        on_progress=progress.report,
        stopped=progress.stopped,
    )
    items = calendar.why["items"]
    return {
        "url": reverse("timetable:why", args=[version]),
        "compromises": len(items),
        "examined": sum(item["examined"] for item in items),
    }
