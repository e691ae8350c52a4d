"""The home page, the language switch and the gallery of components."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from haicap.kernel.access import needs, public, signed_in
from haicap.kernel.area import tasks_for
from haicap.kernel.http import Request
from haicap.ui.samples import gallery_context
from haicap.ui.tasks import grouped


@signed_in
def home(request: Request) -> HttpResponse:
    """Show what the person has to do now."""
    today = timezone.localdate()
    groups = grouped(tasks_for(actor=request.actor), today=today)
    return render(request, "ui/home.html", {"groups": groups, "today": today})


@public
@require_POST
def language(request: Request) -> Any:
    """Change the language of the pages; open to all, since the sign-in page has the switch too."""
    return set_language(request)


@needs("ui.gallery:read")
def gallery(request: Request) -> HttpResponse:
    """Show every component once, for designers and for the accessibility check."""
    return render(request, "ui/gallery.html", gallery_context(data=request.POST or None))
