"""What several pages share: the units one may write about, a file as an answer."""

from django.http import HttpResponse

from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for, surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.http import Request
from haicap.timetable.queries import visits_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def campaign_of(request: Request) -> Campaign:
    """Return the survey the page is about."""
    return current_campaign_for(actor=request.actor)


def writable_units(*, actor: Actor, campaign: Campaign) -> list[tuple[str, str]]:
    """Return the units `actor` may write about, as choices by code."""
    units = surveyed_units_for(actor=actor, campaign=campaign)
    if not actor.is_central:
        if actor.is_commune:
            units = units.filter(pk=actor.unit_id or -1)
        else:
            visited = visits_for(actor=actor, campaign=campaign).values("unit_id")
            units = units.filter(pk__in=visited)
    rows = units.order_by("code").values_list("code", "full_name")
    return [(code, f"{name} ({code})") for code, name in rows]


def file_answer(*, content: bytes, name: str, kind: str) -> HttpResponse:
    """Return a file to keep, never to show in the page."""
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
