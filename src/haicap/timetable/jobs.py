"""Long work of the timetable."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.jobs import Progress, job
from haicap.timetable.actions.scenarios import compute_scenario
from haicap.timetable.actions.solve import solve_and_save
from haicap.timetable.models import Calendar


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
        stopped=progress.stopped,
    )
    return {
        "url": reverse("timetable:version", args=[calendar.version]),
        "version": calendar.version,
        "served": calendar.objective["served"],
        "unserved": calendar.objective["unserved"],
        "feasible": calendar.verdict["feasible"],
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
