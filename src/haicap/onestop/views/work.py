"""The work list: what waits now, mine, and all in which the body has a part."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from haicap.kernel.access import Actor, needs
from haicap.kernel.errors import Refused
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.onestop import permissions
from haicap.onestop.actions import desk
from haicap.onestop.forms.lists import ListFilter
from haicap.onestop.models import Dossier
from haicap.onestop.papers.lists import work_xlsx
from haicap.onestop.queries import lists, pages
from haicap.onestop.queries.desk import colleagues_for, place_of
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.texts.desk import FORETOLD, STATUS_COLOURS, WAITS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABS = ("now", "work", "mine", "all")
ORDER_BY_DUE = ("now", "work", "mine")


def rows_of(*, actor: Actor, tab: str) -> QuerySet[Dossier]:
    """Return the rows of a tab: now, work, mine or all."""
    match tab:
        case "work":
            return lists.work_for(actor=actor)
        case "mine":
            return lists.work_for(actor=actor).filter(assignee_id=actor.person_id or -1)
        case "all":
            return dossiers_for(actor=actor)
    return lists.waiting_for(actor=actor)


def _tab(request: Request) -> str:
    tab = request.GET.get("tab", "now")
    return tab if tab in TABS else "now"


def _filtered(request: Request) -> tuple[str, ListFilter, Sequence[Dossier] | QuerySet[Dossier]]:
    tab = _tab(request)
    rows = rows_of(actor=request.actor, tab=tab)
    procedures = lists.procedures_in(rows=rows) if tab != "all" else lists.procedures_known()
    form = ListFilter(request.GET or None, procedures=procedures)
    found = lists.narrowed(rows=rows, wanted=form.wanted(), actor=request.actor)
    if tab in ORDER_BY_DUE:
        return tab, form, lists.by_due(found)
    return tab, form, pages.newest(found) if form.is_narrow else pages.Parted(actor=request.actor)


@needs(permissions.READ)
def work(request: Request) -> HttpResponse:
    """Show what must be done, the most urgent first."""
    tab, form, rows = _filtered(request)
    page = page_of(rows, request)
    page.object_list = lists.lines_of(rows=page.object_list)
    counts = lists.counts_for(actor=request.actor)
    context: dict[str, Any] = {
        "tab": tab,
        "page": page,
        "filter": form,
        "tiles": _tiles(counts),
        "steps": [(WAITS[step], count, step.value) for step, count in counts.waits.items() if count],
        "counts": counts,
        "asked": lists.asked_for(actor=request.actor),
        "now": timezone.now(),
        "foretold": {which.value: words for which, words in FORETOLD.items()},
        "waits": {which.value: words for which, words in WAITS.items()},
        "colours": STATUS_COLOURS,
        "query": request.GET.urlencode(),
        "may_assign": request.actor.may(permissions.ASSIGN) and tab != "all",
        "may_forward": request.actor.may(permissions.RECEIVE) and tab != "all",
        "may_receive": request.actor.may(permissions.RECEIVE) and place_of(actor=request.actor) is not None,
    }
    if context["may_assign"]:
        context["colleagues"] = colleagues_for(actor=request.actor)
    return render(request, "onestop/work.html", context)


def _tiles(counts: lists.Counts) -> list[dict[str, Any]]:
    base = reverse("onestop:work")
    which = (lists.Foretold.LATE, lists.Foretold.AT_RISK, lists.Foretold.ON_TIME, lists.Foretold.WAITING)
    return [
        {
            "value": getattr(counts, one.value),
            "label": FORETOLD[one][0],
            "colour": FORETOLD[one][1],
            "url": f"{base}?tab=work&foretold={one.value}",
        }
        for one in which
    ]


@needs(permissions.READ)
def export(request: Request) -> HttpResponse:
    """Give the list as it is filtered now as a workbook, identifiers masked."""
    _which, _form, rows = _filtered(request)
    lines = lists.lines_of(rows=rows[: lists.MOST_EXPORTED])
    content = work_xlsx(lines=lines, made_at=timezone.now())
    headers = {
        "Content-Disposition": 'attachment; filename="ho-so.xlsx"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=XLSX, headers=headers)


@needs(permissions.ASSIGN)
@require_POST
def assign(request: Request) -> HttpResponse:
    """Give the ticked dossiers to one person."""
    chosen = request.POST.get("person", "")
    colleagues = colleagues_for(actor=request.actor)
    person = colleagues.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    if chosen and person is None:
        raise Refused("assign.person", _("Choose somebody of your own body."), field="person")
    many = desk.assign_many(actor=request.actor, references=request.POST.getlist("dossier"), person=person)
    text = ngettext("%(n)d dossier was assigned.", "%(n)d dossiers were assigned.", many.done)
    return _told(request, many, text)


@needs(permissions.RECEIVE)
@require_POST
def forward(request: Request) -> HttpResponse:
    """Forward the ticked dossiers to their competent bodies."""
    many = desk.forward_many(actor=request.actor, references=request.POST.getlist("dossier"))
    text = ngettext("%(n)d dossier was forwarded.", "%(n)d dossiers were forwarded.", many.done)
    return _told(request, many, text)


def _told(request: Request, many: desk.Many, text: str) -> HttpResponse:
    messages.success(request, text % {"n": many.done})
    for left in many.left[:10]:
        messages.warning(request, f"{left.dossier}: {left.message}")
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("onestop:work")
    return redirect(back)
