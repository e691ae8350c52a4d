"""Due dates reckoned anew."""

from typing import Any

from django.urls import reverse

from haicap.kernel.access import Actor
from haicap.kernel.jobs import Progress, job
from haicap.onestop.actions import calendar as actions
from haicap.onestop.queries.calendar import change_for


@job("onestop.recompute")
def recompute(progress: Progress, *, actor: Actor, change: int) -> dict[str, Any]:
    """Reckon anew what a change of the calendar moves."""
    row = change_for(actor=actor, pk=change)
    moved = actions.recompute(actor=actor, change=row, on_progress=progress.report)
    return {"url": reverse("onestop:calendar-change", args=[change]), "moved": moved}
