"""Pages about versions: the list, what differs, publishing, copying, discarding."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.timetable import actions, queries
from haicap.timetable.forms import PublishForm
from haicap.timetable.models import Calendar
from haicap.timetable.permissions import PUBLISH, READ, WRITE
from haicap.timetable.queries.replan import comparison_for


def _calendar(request: Request, version: int) -> Calendar:
    campaign = current_campaign_for(actor=request.actor)
    return queries.calendar_for(actor=request.actor, campaign=campaign, version=version)


@needs(READ)
def versions(request: Request) -> HttpResponse:
    """List the versions, newest first."""
    campaign = current_campaign_for(actor=request.actor)
    rows = queries.calendars_for(actor=request.actor, campaign=campaign)
    published = queries.published_calendar_for(actor=request.actor, campaign=campaign)
    values = {"page": page_of(rows, request, size=20), "published": published}
    return render(request, "timetable/versions.html", values)


@needs(READ)
def compare(request: Request, before: int, after: int) -> HttpResponse:
    """Show what differs between two versions."""
    old, new = _calendar(request, before), _calendar(request, after)
    found = comparison_for(actor=request.actor, before=old, after=new)
    page = page_of(found.changes, request, size=100)
    values = {"before": old, "after": new, "page": page, "count": len(found.changes), "comparison": found}
    return render(request, "timetable/compare.html", values)


@needs(PUBLISH)
def publish(request: Request, version: int) -> HttpResponse:
    """Show what publishing a draft changes, and publish it."""
    calendar = _calendar(request, version)
    form = PublishForm(request.POST or None, initial={"revision": calendar.revision})
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                actions.publish(
                    actor=request.actor,
                    calendar=calendar,
                    revision=form.cleaned_data["revision"],
                    accept_unserved=form.cleaned_data["accept_unserved"],
                )
            except Refusal as refusal:
                form.add_refusal(refusal, revision=_calendar(request, version).revision)
            else:
                messages.success(request, _("Version %(version)s is in force.") % {"version": version})
                return redirect("timetable:version", version=version)
        status = 422
    published = queries.published_calendar_for(actor=request.actor, campaign=calendar.campaign)
    changes = queries.diff_for(actor=request.actor, before=published, after=calendar) if published else []
    values = {
        "calendar": calendar,
        "form": form,
        "published": published,
        "changes": changes[:200],
        "count": len(changes),
    }
    return render(request, "timetable/publish.html", values, status=status)


@needs(WRITE)
@require_POST
def revise(request: Request, version: int) -> HttpResponse:
    """Make a draft out of a version."""
    draft = actions.revise(actor=request.actor, calendar=_calendar(request, version))
    messages.success(
        request,
        _("Draft %(version)s is a copy of version %(old)s. Nobody is told until you publish it.")
        % {"version": draft.version, "old": version},
    )
    return redirect("timetable:version", version=draft.version)


@needs(WRITE)
@require_POST
def discard(request: Request, version: int) -> HttpResponse:
    """Delete a draft."""
    actions.discard(actor=request.actor, calendar=_calendar(request, version))
    messages.success(request, _("Draft %(version)s is deleted.") % {"version": version})
    return redirect("timetable:versions")


@needs(WRITE)
@require_POST
def check(request: Request, version: int) -> HttpResponse:
    """Check a version against everything as it is now."""
    verdict = actions.recheck(actor=request.actor, calendar=_calendar(request, version))
    if verdict.complete:
        messages.success(request, _("Checked: no rule is broken and every unit has its visit."))
    elif verdict.feasible:
        count = len(verdict.unserved)
        text = ngettext(
            "Checked: no rule is broken; %(count)s unit has no visit.",
            "Checked: no rule is broken; %(count)s units have no visit.",
            count,
        )
        messages.warning(request, text % {"count": count})
    else:
        count = len(verdict.violations)
        text = ngettext("Checked: %(count)s rule is broken.", "Checked: %(count)s rules are broken.", count)
        messages.error(request, text % {"count": count})
    return redirect("timetable:version", version=version)
