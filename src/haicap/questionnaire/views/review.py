"""Pages of those who review and verify."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.questionnaire import actions, queries
from haicap.questionnaire.forms import ReasonForm, VerifyForm
from haicap.questionnaire.queries.queue import queue_areas_for, queue_for
from haicap.questionnaire.queries.sheet import sheet_for
from haicap.register.models import Unit


def _place(request: Request, code: str) -> tuple[Campaign, Unit]:
    campaign = current_campaign_for(actor=request.actor)
    return campaign, queries.unit_of(actor=request.actor, campaign=campaign, code=code)


@needs("questionnaire.value:verify")
@require_GET
def queue(request: Request) -> HttpResponse:
    """List the areas waiting for the person: a member's own areas, all of them for a head."""
    campaign = current_campaign_for(actor=request.actor)
    area, state = request.GET.get("area", ""), request.GET.get("state", "")
    rows = queue_for(actor=request.actor, campaign=campaign, area=area, state=state)
    context = {
        "campaign": campaign,
        "page": page_of(rows, request),
        "areas": queue_areas_for(actor=request.actor, campaign=campaign),
        "area": area,
        "state": state,
    }
    return render(request, "questionnaire/queue.html", context)


def _page(request: Request, code: str, area: str, **more: Any) -> dict[str, Any]:
    campaign, unit = _place(request, code)
    own = queries.review_areas_of(actor=request.actor, campaign=campaign)
    sheet = sheet_for(actor=request.actor, campaign=campaign, unit=unit, area=area)[0]
    areas = list(campaign.areas.order_by("order"))
    at = next(number for number, row in enumerate(areas) if row.code == area)
    return {
        "campaign": campaign,
        "unit": unit,
        "sheet": sheet,
        "before": areas[at - 1] if at else None,
        "after": areas[at + 1] if at + 1 < len(areas) else None,
        "mine": own is None or sheet.area.pk in own,
        "may_verify": request.actor.may("questionnaire.value:verify"),
        "form": ReasonForm(),
        **more,
    }


@needs("questionnaire.section:review")
@require_GET
def review(request: Request, code: str, area: str) -> HttpResponse:
    """Show one area of a report: reported value, verified value and evidence beside each other."""
    return render(request, "questionnaire/review.html", _page(request, code, area))


@needs("questionnaire.section:review")
@require_POST
def accept(request: Request, code: str, area: str) -> HttpResponse:
    """Accept an area."""
    campaign, unit = _place(request, code)
    actions.accept_section(actor=request.actor, campaign=campaign, unit=unit, area=area)
    messages.success(request, _("Area %(area)s is accepted.") % {"area": area})
    return redirect("questionnaire:review", code=code, area=area)


@needs("questionnaire.section:review")
@require_POST
def give_back(request: Request, code: str, area: str) -> HttpResponse:
    """Return an area with a reason."""
    campaign, unit = _place(request, code)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            actions.return_section(
                actor=request.actor,
                campaign=campaign,
                unit=unit,
                area=area,
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Area %(area)s is returned; the commune was told.") % {"area": area})
            return redirect("questionnaire:review", code=code, area=area)
    return render(request, "questionnaire/review.html", _page(request, code, area, form=form), status=422)


@needs("questionnaire.value:verify")
@require_POST
def confirm(request: Request, code: str, area: str) -> HttpResponse:
    """Verify the remaining reported values as they are: of one indicator, or of the area."""
    campaign, unit = _place(request, code)
    if indicator := request.POST.get("indicator", ""):
        count = actions.confirm_indicator(
            actor=request.actor, campaign=campaign, unit=unit, indicator=indicator
        )
    else:
        count = actions.confirm_area(actor=request.actor, campaign=campaign, unit=unit, area=area)
    text = ngettext(
        "%(count)s value is verified as reported.", "%(count)s values are verified as reported.", count
    )
    messages.success(request, text % {"count": count})
    return redirect("questionnaire:review", code=code, area=area)


@needs("questionnaire.value:verify")
@require_http_methods(["GET", "POST"])
def verify(request: Request, code: str, key: str) -> HttpResponse:
    """Enter a verified value beside the reported one."""
    campaign, unit = _place(request, code)
    field = queries.field_for(actor=request.actor, campaign=campaign, key=key)
    found = queries.figure_for(actor=request.actor, campaign=campaign, unit=unit, field=field)
    now = next((value for value in [*found.verified, *found.reported] if value.current), None)
    first = {"text": now.text.split() if field.type == "multi" else now.text} if now else {}
    form = VerifyForm(request.POST or None, field=field, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            actions.verify_value(
                actor=request.actor, campaign=campaign, unit=unit, field=key, **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The verified value is kept beside the reported one."))
            return redirect("questionnaire:review", code=code, area=field.indicator.area.code)
    context = {"campaign": campaign, "unit": unit, "figure": found, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "questionnaire/verify.html", context, status=status)
