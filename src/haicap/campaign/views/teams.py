"""Pages of teams."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from haicap.campaign import queries
from haicap.campaign.actions import teams as actions
from haicap.campaign.forms_people import ROLES, FormTeamsForm, PlaceForm
from haicap.campaign.queries import teams as people
from haicap.campaign.queries.board import team_board_for
from haicap.campaign.texts_people import board_sentences
from haicap.kernel import jobs
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request


@needs("campaign.team:read")
def teams(request: Request) -> HttpResponse:
    """Show the teams with every broken rule of each, and those not placed."""
    campaign = queries.current_campaign_for(actor=request.actor)
    board = team_board_for(actor=request.actor, campaign=campaign)
    context = {
        "campaign": campaign,
        "board": board,
        "cards": [(state, board_sentences(board, state)) for state in board.teams],
        "numbers": range(1, campaign.team_count + 1),
        "roles": ROLES,
        "form": FormTeamsForm(initial={"seed": 1}),
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
    form = FormTeamsForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The start number of the search is a whole number from 0 to 9999."))
        return redirect("campaign:teams")
    row = jobs.enqueue(
        actor=request.actor, kind="campaign.form_teams", params=form.cleaned_data, subject=campaign.code
    )
    return redirect("kernel:job", job_id=row.pk)


@needs("campaign.team:write")
@require_POST
def team_place(request: Request) -> HttpResponse:
    """Put somebody in a team by hand, or take them out."""
    form = PlaceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a team and a role."))
        return redirect("campaign:teams")
    try:
        row = actions.place_by_id(actor=request.actor, **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        sentence = _("%(name)s is placed.") if form.cleaned_data["number"] else _("%(name)s is taken out.")
        messages.success(request, sentence % {"name": row.person.full_name})
    return redirect("campaign:teams")
