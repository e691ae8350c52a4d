"""Long work of the campaign."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from haicap.campaign.actions.teams import form_teams
from haicap.campaign.queries.plan import current_campaign_for
from haicap.kernel.access import Actor
from haicap.kernel.jobs import Progress, job


@job("campaign.form_teams")
def form(progress: Progress, *, actor: Actor, seed: int = 1, limit: float = 5.0) -> dict[str, Any]:
    """Form the teams of the open campaign; the result counts teams and what they lack."""
    grouping = form_teams(
        actor=actor,
        campaign=current_campaign_for(actor=actor),
        seed=seed,
        limit=limit,
        on_progress=lambda percent, message: progress.report(
            percent, _("Forming the teams; best so far: %(value)s points") % {"value": message}
        ),
        stopped=progress.stopped,
    )
    return {
        "url": reverse("campaign:teams"),
        "teams": len(grouping.teams),
        "lost": grouping.lost,
        "shortfalls": dict(grouping.shortfalls),
        "missing_heads": grouping.missing_heads,
        "proven": grouping.is_proven,
    }
