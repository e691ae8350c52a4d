"""Pages of teams."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haicap.campaign import queries
from haicap.campaign.actions import teams as actions
from haicap.campaign.forms_people import PlaceForm
from haicap.campaign.queries import teams as people
from haicap.kernel import jobs
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request


@needs("campaign.team:read")
def teams(request: Request) -> HttpResponse:
    """Show the teams with what each lacks, and those not placed."""
    campaign = queries.current_campaign_for(actor=request.actor)
    board = people.team_board_for(actor=request.actor, campaign=campaign)
    context = {
        "campaign": campaign,
        "board": board,
        "numbers": range(1, campaign.team_count + 1),
        "roles": PlaceForm().fields["role"].choices,  # type: ignore[attr-defined]
    }
    return render(request, "campaign/teams.html", context)


@needs("campaign.team:read")
def team(request: Request, number: int) -> HttpResponse:
    """Show one team."""
    campaign = queries.current_campaign_for(actor=request.actor)
    row = people.team_for(actor=request.actor, campaign=campaign, number=number)
    return render(request, "campaign/team.html", {"campaign": campaign, "team": row})


@needs("campaign.team:write")
@require_POST
def teams_form(request: Request) -> HttpResponse:
    """Ask the optimiser for teams."""
    campaign = queries.current_campaign_for(actor=request.actor)
    row = jobs.enqueue(
        actor=request.actor, kind="campaign.form_teams", params={"seed": 1}, subject=campaign.code
    )
    return redirect("kernel:job", job_id=row.pk)


@needs("campaign.team:write")
@require_POST
def team_place(request: Request) -> HttpResponse:
    """Put somebody in a team by hand, or take them out."""
    form = PlaceForm(request.POST)
    campaign = queries.current_campaign_for(actor=request.actor)
    if form.is_valid():
        values = form.cleaned_data
        row = people.nomination_for(
            actor=request.actor, campaign=campaign, nomination_id=values["nomination"]
        )
        try:
            actions.place(
                actor=request.actor,
                campaign=campaign,
                nomination=row,
                number=values["number"],
                role=values["role"],
            )
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("%(name)s is placed.") % {"name": row.person.full_name})
    else:
        messages.error(request, _("Choose a team and a role."))
    return redirect("campaign:teams")
