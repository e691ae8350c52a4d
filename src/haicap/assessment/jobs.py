"""The report as background work."""

from typing import Any

from django.urls import reverse

from haicap.assessment import actions
from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import Actor
from haicap.kernel.jobs import Progress, job


def _campaign(actor: Actor, campaign: int | None) -> Campaign:
    if campaign is None:
        return current_campaign_for(actor=actor)
    return Campaign.objects.get(pk=campaign)


@job("assessment.report")
def report(progress: Progress, *, actor: Actor, campaign: int | None = None) -> dict[str, Any]:
    """Make a version of the consolidated report; `campaign` is a key, the open one where None."""
    row = actions.make_report(actor=actor, campaign=_campaign(actor, campaign), report=progress.report)
    return {
        "url": reverse("assessment:report", args=[row.number]),
        "number": row.number,
        "docx": row.docx.path,
        "xlsx": row.xlsx.path,
    }
