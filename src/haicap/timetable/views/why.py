"""Why the calendar is as it is: the compromises of a version, each with what giving the wish would cost."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.timetable import actions, queries
from haicap.timetable.permissions import READ_DRAFTS, SOLVE
from haicap.timetable.queries.why import reasons_for
from haicap.timetable.texts_why import rows_of

KINDS = {
    "unserved": gettext_lazy("No visit"),
    "mode": gettext_lazy("Surveyed otherwise than asked"),
    "changed": gettext_lazy("Moved against the published calendar"),
    "unlisted": gettext_lazy("No half-day of its list"),
    "not_first": gettext_lazy("Not the first choice"),
}


@needs(READ_DRAFTS)
def why(request: Request, version: int) -> HttpResponse:
    """List the compromises of a version, found by name, kind and former province."""
    campaign = current_campaign_for(actor=request.actor)
    calendar = queries.calendar_for(actor=request.actor, campaign=campaign, version=version)
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "kind", "province")}
    kept = reasons_for(actor=request.actor, calendar=calendar)
    found = reasons_for(
        actor=request.actor,
        calendar=calendar,
        text=asked["q"],
        kind=asked["kind"],
        former_province=asked["province"],
    )
    provinces = {r.unit.former_province.code: r.unit.former_province for r in kept if r.unit.former_province}
    page = page_of(found, request, size=25)
    values = {
        "calendar": calendar,
        "asked": asked,
        "kinds": KINDS,
        "provinces": provinces,
        "count": len(kept),
        "known": bool(calendar.why),
        "stale": bool(calendar.why) and calendar.why.get("revision") != calendar.revision,
        "page": page,
        "rows": rows_of(page.object_list, kinds=KINDS),
        "tab": "why",
    }
    return render(request, "timetable/why.html", values)


@needs(SOLVE)
@require_POST
def ask(request: Request, version: int) -> HttpResponse:
    """Have the version explained; the page that follows shows the progress."""
    campaign = current_campaign_for(actor=request.actor)
    calendar = queries.calendar_for(actor=request.actor, campaign=campaign, version=version)
    job = actions.ask_to_explain(actor=request.actor, calendar=calendar)
    messages.info(request, _("The compromises of version %(version)s are examined.") % {"version": version})
    return redirect("kernel:job", job_id=job.pk)
