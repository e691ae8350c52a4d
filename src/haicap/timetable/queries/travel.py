"""The travel table of a campaign, for those who compute."""

from dataclasses import dataclass
from datetime import datetime

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.timetable.models import TravelTable
from haicap.timetable.permissions import SOLVE


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelTableInUse:
    """Where the table in use comes from and how large it is."""

    source: str
    uploaded_at: datetime
    uploaded_by: str
    places: int


def travel_table_for(*, actor: Actor, campaign: Campaign) -> TravelTableInUse | None:
    """Return the table in use, None where ways follow from coordinates (one query)."""
    actor.must(SOLVE)
    row = TravelTable.objects.filter(campaign=campaign).select_related("uploaded_by").first()
    if row is None:
        return None
    return TravelTableInUse(
        source=row.source,
        uploaded_at=row.uploaded_at,
        uploaded_by=row.uploaded_by.full_name if row.uploaded_by else "",
        places=len(row.data["places"]),
    )
