"""Pages of the plan."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haicap.campaign.actions import plan as actions
from haicap.campaign.forms_plan import SettingsForm, StateForm
from haicap.campaign.queries import plan as reads
from haicap.campaign.queries import plan_pages as pages
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request


@needs("campaign.plan:read")
@require_safe
def plan(request: Request) -> HttpResponse:
    """Show the plan: deadlines, areas, settings with their sources."""
    return render(request, "campaign/plan.html", {"page": pages.plan_page_for(actor=request.actor)})


@needs("campaign.plan:read")
@require_safe
def area(request: Request, code: str) -> HttpResponse:
    """Show one content area with its indicators and questions."""
    page = pages.area_page_for(actor=request.actor, code=code)
    return render(request, "campaign/plan_area.html", {"page": page})


@needs("campaign.plan:read")
@require_safe
def indicators(request: Request) -> HttpResponse:
    """List all indicators, or those that hold the words of ?q=."""
    page = pages.search_page_for(actor=request.actor, text=request.GET.get("q", ""))
    return render(request, "campaign/plan_indicators.html", {"page": page})


@needs("campaign.plan:read")
@require_safe
def indicator(request: Request, code: str) -> HttpResponse:
    """Show one indicator: definition, fields, rules in words, legal basis."""
    page = pages.indicator_page_for(actor=request.actor, code=code)
    return render(request, "campaign/plan_indicator.html", {"page": page})


@needs("campaign.plan:read")
@require_safe
def questions(request: Request) -> HttpResponse:
    """List the narrative questions."""
    campaign, rows = pages.questions_page_for(actor=request.actor)
    return render(request, "campaign/plan_questions.html", {"campaign": campaign, "questions": rows})


@needs("campaign.plan:write")
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request) -> HttpResponse:
    """Change what the plan leaves open."""
    campaign = reads.shown_campaign_for(actor=request.actor)
    if request.method != "POST":
        form = SettingsForm(initial=SettingsForm.initial_of(campaign))
        return render(request, "campaign/plan_settings.html", {"campaign": campaign, "form": form})
    form = SettingsForm(request.POST)
    if form.is_valid():
        try:
            actions.change_settings(actor=request.actor, campaign=campaign, **form.cleaned_data)
        except Refusal as refusal:
            form.add_refusal(refusal, revision=_present(refusal, campaign.revision))
        else:
            messages.success(request, _("The settings of the plan are saved."))
            return redirect("campaign:plan")
    return render(request, "campaign/plan_settings.html", {"campaign": campaign, "form": form}, status=422)


def _present(refusal: Refusal, revision: int) -> int | None:
    """Return the revision to save on top of, after a conflict."""
    return revision if refusal.status == 409 else None


@needs("campaign.plan:write")
@require_POST
def state(request: Request) -> HttpResponse:
    """Open or close the campaign."""
    campaign = reads.shown_campaign_for(actor=request.actor)
    form = StateForm(request.POST)
    if not form.is_valid():
        return redirect("campaign:plan")
    closing = form.cleaned_data["state"] == "closed"
    action = actions.close_campaign if closing else actions.open_campaign
    action(actor=request.actor, campaign=campaign, revision=form.cleaned_data["revision"])
    messages.success(request, _("The campaign is closed.") if closing else _("The campaign is open."))
    return redirect("campaign:plan")
