"""The travel table: see its source and size, bring another, take it away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.timetable.actions.travel import import_travel_table, remove_travel_table
from haicap.timetable.forms_replan import TravelTableForm
from haicap.timetable.permissions import SOLVE
from haicap.timetable.queries.travel import travel_table_for


@needs(SOLVE)
def travel(request: Request) -> HttpResponse:
    """Show the travel table in use, and take another."""
    campaign = current_campaign_for(actor=request.actor)
    form = TravelTableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, metres = form.cleaned_data["file"], form.cleaned_data["metres"]
        try:
            row = import_travel_table(
                actor=request.actor,
                campaign=campaign,
                name=file.name,
                content=file.read(),
                source=form.cleaned_data["source"],
                metres=metres.read() if metres else None,
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            text = _("The travel table with %(count)s places is in use.")
            messages.success(request, text % {"count": len(row.data["places"])})
            return redirect("timetable:travel")
    table = travel_table_for(actor=request.actor, campaign=campaign)
    values = {"form": form, "table": table}
    return render(request, "timetable/travel.html", values, status=422 if form.errors else 200)


@needs(SOLVE)
@require_POST
def remove(request: Request) -> HttpResponse:
    """Take the table away."""
    remove_travel_table(actor=request.actor, campaign=current_campaign_for(actor=request.actor))
    messages.success(request, _("The travel table is removed: ways follow from coordinates again."))
    return redirect("timetable:travel")
