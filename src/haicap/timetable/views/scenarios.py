"""Pages of the scenarios: side by side, charts by number of teams, one in detail, the table as a file."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.timetable.actions import scenarios as actions
from haicap.timetable.forms_scenarios import ChangeForm, ScenarioForm, SweepForm
from haicap.timetable.models import Scenario
from haicap.timetable.permissions import READ_DRAFTS, SOLVE
from haicap.timetable.queries import scenarios as queries
from haicap.timetable.queries.problem import settings_of
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.problem import Limits
from haicap.timetable.scenarios_shown import (
    charts,
    columns,
    lines,
    name_of,
    page_of_scenario,
    sweep_table,
    sweeps,
    table_xlsx,
    waiting,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _row(request: Request, scenario_id: int) -> Scenario:
    campaign = current_campaign_for(actor=request.actor)
    return queries.scenario_for(actor=request.actor, campaign=campaign, scenario_id=scenario_id)


def _limits(campaign: Campaign) -> Limits | None:
    """Return the limits of now, None where a setting makes no sense: asking then says which."""
    try:
        return settings_of(campaign)[1]
    except InvalidProblemError:
        return None


def _forms(campaign: Campaign, given: ChangeForm | None = None) -> dict[str, Any]:
    """Return both forms; `given` is the one that was sent and refused."""
    limits = _limits(campaign)
    count = campaign.team_count or 1
    around = {"first": max(1, count - 4), "last": count + 5, "seconds": 5, "seed": 1}
    return {
        "form": given if isinstance(given, ScenarioForm) else ScenarioForm(limits=limits),
        "sweep_form": given
        if isinstance(given, SweepForm)
        else SweepForm(prefix="sweep", initial=around, limits=limits),
    }


def _page(request: Request, campaign: Campaign, given: ChangeForm | None = None) -> HttpResponse:
    found = queries.comparison_for(actor=request.actor, campaign=campaign)
    shown = next((row for row in found.sweeps if str(row.pk) == request.GET.get("sweep")), None)
    shown = shown or next(iter(found.sweeps), None)
    values = {
        "campaign": campaign,
        "found": found,
        "columns": columns(found),
        "waiting": waiting(found),
        "lines": lines(found.lines),
        "sweep": shown,
        "sweeps": sweeps(found),
        "sweep_name": name_of(shown) if shown else "",
        "charts": charts(shown, team_count=_count_now(found)) if shown else [],
        "sweep_table": sweep_table(shown) if shown else None,
        "failed": given is not None,
        **_forms(campaign, given),
    }
    return render(request, "timetable/scenarios.html", values, status=422 if given else 200)


def _count_now(found: queries.Comparison) -> int | None:
    outcome = found.base.result["outcome"] if found.base else {}
    teams: int | None = outcome.get("teams")
    return teams


@needs(READ_DRAFTS)
@require_safe
def scenarios(request: Request) -> HttpResponse:
    """Show the scenarios beside the case as it is, and the measures by number of teams."""
    return _page(request, current_campaign_for(actor=request.actor))


@needs(SOLVE)
def add(request: Request) -> HttpResponse:
    """Ask for a scenario; the page that follows shows the progress."""
    campaign = current_campaign_for(actor=request.actor)
    if request.method != "POST":
        return redirect("timetable:scenarios")
    form = ScenarioForm(request.POST, limits=_limits(campaign))
    if form.is_valid():
        try:
            job = actions.add_scenario(
                actor=request.actor, campaign=campaign, change=form.change, **form.asked
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("kernel:job", job_id=job.pk)
    return _page(request, campaign, form)


@needs(SOLVE)
def add_sweep(request: Request) -> HttpResponse:
    """Ask for a plan for each number of teams."""
    campaign = current_campaign_for(actor=request.actor)
    if request.method != "POST":
        return redirect("timetable:scenarios")
    form = SweepForm(request.POST, prefix="sweep", limits=_limits(campaign))
    if form.is_valid():
        try:
            job = actions.add_sweep(
                actor=request.actor, campaign=campaign, change=form.change, **form.span, **form.asked
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("kernel:job", job_id=job.pk)
    return _page(request, campaign, form)


@needs(READ_DRAFTS)
@require_safe
def scenario(request: Request, scenario_id: int) -> HttpResponse:
    """Show one scenario: what it changes, how to make it real, who would be left out or go online."""
    row = _row(request, scenario_id)
    return render(request, "timetable/scenario.html", page_of_scenario(actor=request.actor, row=row))


@needs(SOLVE)
@require_POST
def again(request: Request, scenario_id: int) -> HttpResponse:
    """Compute a scenario once more."""
    job = actions.compute_again(actor=request.actor, scenario=_row(request, scenario_id))
    return redirect("kernel:job", job_id=job.pk)


@needs(SOLVE)
@require_POST
def delete(request: Request, scenario_id: int) -> HttpResponse:
    """Delete a scenario."""
    row = _row(request, scenario_id)
    actions.delete_scenario(actor=request.actor, scenario=row)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": name_of(row)})
    return redirect("timetable:scenarios")


@needs(READ_DRAFTS)
@require_safe
def export(request: Request) -> HttpResponse:
    """Send the comparison and the rows of numbers of teams as a workbook."""
    campaign = current_campaign_for(actor=request.actor)
    found = queries.comparison_for(actor=request.actor, campaign=campaign)
    content = table_xlsx(found=found, sample=campaign.is_sample, made_at=timezone.now())
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={
            "Content-Disposition": 'attachment; filename="phuong-an-lich-khao-sat.xlsx"',
            "X-Content-Type-Options": "nosniff",
        },
    )
