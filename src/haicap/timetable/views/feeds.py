"""Calendar files and the secret links people subscribe to."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from haicap.campaign.models import Team
from haicap.campaign.queries import current_campaign_for, surveyed_units_for, teams_for
from haicap.kernel.access import needs, public
from haicap.kernel.errors import Missing
from haicap.kernel.http import Request
from haicap.register.models import Unit
from haicap.timetable import actions, queries
from haicap.timetable.forms import LinkForm
from haicap.timetable.permissions import FEED, READ
from haicap.timetable.queries.files import feed_file, team_file_for, unit_file_for


def _answer(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@needs(READ)
@require_GET
def team_file(request: Request, number: int) -> HttpResponse:
    """Download a team's calendar file."""
    campaign = current_campaign_for(actor=request.actor)
    content = team_file_for(actor=request.actor, campaign=campaign, number=number)
    return _answer(content, f"team-{number}.ics")


@needs(READ)
@require_GET
def unit_file(request: Request, code: str) -> HttpResponse:
    """Download a unit's calendar file."""
    campaign = current_campaign_for(actor=request.actor)
    content = unit_file_for(actor=request.actor, campaign=campaign, code=code)
    return _answer(content, f"unit-{code}.ics")


@public
@require_GET
def feed(request: Request, token: str) -> HttpResponse:
    """Deliver a calendar to a program that cannot sign in: the secret in the address is the key."""
    answer = _answer(feed_file(feed=queries.feed_by_token(token=token)), "calendar.ics")
    answer.headers["Cache-Control"] = "private, max-age=900"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@needs(FEED)
@require_POST
def make(request: Request) -> HttpResponse:
    """Make a link for a team or a unit."""
    form = LinkForm(request.POST)
    campaign = current_campaign_for(actor=request.actor)
    team: Team | None = None
    unit: Unit | None = None
    if form.is_valid() and form.cleaned_data["team"]:
        rows = teams_for(actor=request.actor, campaign=campaign)
        team = rows.filter(number=form.cleaned_data["team"]).first()
    elif form.is_valid() and form.cleaned_data["unit"]:
        units = surveyed_units_for(actor=request.actor, campaign=campaign)
        unit = units.filter(code=form.cleaned_data["unit"]).first()
    if team is None and unit is None:
        raise Missing("timetable.feed_missing", _("Say which team or unit the link is for."))
    actions.calendar_link(actor=request.actor, campaign=campaign, team=team, unit=unit)
    messages.success(
        request, _("The link is ready. Whoever has it can read this calendar: share it with care.")
    )
    return redirect("timetable:mine")


@needs(FEED)
@require_POST
def revoke(request: Request, feed_id: int) -> HttpResponse:
    """Revoke a link."""
    campaign = current_campaign_for(actor=request.actor)
    actions.revoke_link(actor=request.actor, campaign=campaign, feed_id=feed_id)
    messages.success(request, _("The link no longer works."))
    return redirect("timetable:mine")
