"""Pages of visit minutes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from haicap.campaign.queries import surveyed_units_for
from haicap.findings import actions, papers, permissions, queries
from haicap.findings.actions.minutes import actions_of
from haicap.findings.forms import MinutesForm, minutes_initial
from haicap.findings.models import Minutes
from haicap.findings.queries.minutes import visits_listed_for
from haicap.findings.views.common import DOCX, campaign_of, file_answer
from haicap.kernel.access import needs
from haicap.kernel.errors import Missing, Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of


@needs(permissions.MINUTES_READ)
def listing(request: Request) -> HttpResponse:
    """List the visits with their minutes."""
    campaign, team = campaign_of(request), request.GET.get("team", "")
    visits = visits_listed_for(actor=request.actor, campaign=campaign, team=team)
    page = page_of(visits, request)
    rows = queries.visit_rows_for(actor=request.actor, campaign=campaign, visits=page.object_list)
    context = {"page": page, "rows": rows, "may_write": request.actor.may(permissions.MINUTES_WRITE)}
    return render(request, "findings/minutes_list.html", context)


@needs(permissions.MINUTES_WRITE)
@require_POST
def draft(request: Request, unit_code: str) -> HttpResponse:
    """Draft the minutes of a visit from its confirmed figures."""
    campaign = campaign_of(request)
    unit = surveyed_units_for(actor=request.actor, campaign=campaign).filter(code=unit_code).first()
    if unit is None:
        raise Missing("minutes.unit_missing", _("There is no such unit in this survey."))
    row = actions.draft_minutes(actor=request.actor, campaign=campaign, unit=unit)
    return redirect("findings:minutes", unit_code, row.number)


def _context(request: Request, row: Minutes, form: MinutesForm | None) -> dict[str, Any]:
    own = row.team_id in queries.team_ids_of(actor=request.actor, campaign=row.campaign)
    return {
        "row": row,
        "form": form,
        "agreed": actions_of(minutes=row),
        "unverified": [area for area in row.figures.get("areas", []) if not area["verified"]],
        "may_write": own and request.actor.may(permissions.MINUTES_WRITE),
        "may_close": own and request.actor.may(permissions.MINUTES_CLOSE),
    }


@needs(permissions.MINUTES_READ)
def detail(request: Request, unit_code: str, number: int) -> HttpResponse:
    """Show minutes; while they are a draft the visit's team writes and closes them here."""
    campaign = campaign_of(request)
    row = queries.minutes_for(actor=request.actor, campaign=campaign, unit_code=unit_code, number=number)
    form = MinutesForm(request.POST or None, initial=minutes_initial(row))
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"text": form.words(), "revision": form.cleaned_data["revision"]}
        try:
            if "close" in request.POST:
                actions.close_visit(actor=request.actor, minutes=row, **given)
            else:
                actions.write_minutes(actor=request.actor, minutes=row, **given)
        except Refusal as refusal:
            row = queries.minutes_for(
                actor=request.actor, campaign=campaign, unit_code=unit_code, number=number
            )
            form.add_refusal(refusal, revision=row.revision)
        else:
            messages.success(
                request, _("The minutes are closed.") if row.is_closed else _("The minutes are kept.")
            )
            return redirect("findings:minutes", unit_code, number)
    context = _context(request, row, form)
    return render(request, "findings/minutes.html", context, status=422 if form.errors else 200)


@needs(permissions.MINUTES_WRITE)
@require_POST
def refresh(request: Request, unit_code: str, number: int) -> HttpResponse:
    """Take the figures confirmed by now into the draft."""
    campaign = campaign_of(request)
    row = queries.minutes_for(actor=request.actor, campaign=campaign, unit_code=unit_code, number=number)
    given = request.POST.get("revision", "")
    actions.refresh_figures(actor=request.actor, minutes=row, revision=int(given) if given.isdecimal() else 0)
    return redirect("findings:minutes", unit_code, number)


@needs(permissions.MINUTES_WRITE)
@require_POST
def supplement(request: Request, unit_code: str, number: int) -> HttpResponse:
    """Open supplementary minutes to a closed record."""
    campaign = campaign_of(request)
    row = queries.minutes_for(actor=request.actor, campaign=campaign, unit_code=unit_code, number=number)
    added = actions.supplement_minutes(actor=request.actor, minutes=row)
    return redirect("findings:minutes", unit_code, added.number)


@needs(permissions.MINUTES_READ)
def file(request: Request, unit_code: str, number: int) -> HttpResponse:
    """Give the minutes as a document to sign."""
    row = queries.minutes_for(
        actor=request.actor, campaign=campaign_of(request), unit_code=unit_code, number=number
    )
    content = papers.minutes_docx(minutes=row)
    return file_answer(content=content, name=f"bien-ban-{unit_code}-{number}.docx", kind=DOCX)
