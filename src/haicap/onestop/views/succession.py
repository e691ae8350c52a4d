"""Bodies whose unit was merged: their running dossiers are passed on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from haicap.kernel.access import needs
from haicap.kernel.errors import Missing
from haicap.kernel.http import Request
from haicap.onestop import permissions
from haicap.onestop.actions import succession
from haicap.onestop.queries.succession import merged_for
from haicap.register.queries import bodies_for


@needs(permissions.CENTRE_WRITE)
def merged(request: Request) -> HttpResponse:
    """Show the merged bodies that still have running dossiers, and pass those on."""
    if request.method != "POST":
        return render(request, "onestop/merged.html", {"rows": merged_for(actor=request.actor)})
    known = {row.code: row for row in bodies_for(actor=request.actor).filter(
        code__in=[request.POST.get("body", ""), request.POST.get("to", "")]
    )}  # fmt: skip
    body = known.get(request.POST.get("body", ""))
    if body is None:
        raise Missing("body.unknown", _("There is no such body."))
    moved = succession.reroute_all(actor=request.actor, body=body, to=known.get(request.POST.get("to", "")))
    text = ngettext(
        "%(n)d dossier goes on at %(body)s.", "%(n)d dossiers go on at %(body)s.", moved.many.done
    )
    messages.success(request, text % {"n": moved.many.done, "body": moved.to.name_vi})
    for left in moved.left[:20]:
        messages.warning(request, f"{left.dossier}: {left.message}")
    return redirect("onestop:merged")
