"""Pages of the catalogue, inside the house and for everybody."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import needs, public
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.kernel.tables import Fault, Faulty
from haicap.kernel.text import fold
from haicap.onestop import permissions
from haicap.onestop.actions import catalogue as actions
from haicap.onestop.forms.catalogue import ImportForm
from haicap.onestop.models import ProcedureVersion
from haicap.onestop.papers.catalogue import workbook
from haicap.onestop.queries import catalogue as queries

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs(permissions.CATALOGUE_READ)
def procedures(request: Request) -> HttpResponse:
    """List the procedures in force, to come or ended."""
    given = request.GET
    rows = queries.versions_for(
        actor=request.actor,
        day=timezone.localdate(),
        text=given.get("q", ""),
        field=given.get("field", ""),
        level=given.get("level", ""),
        state=given.get("state", ""),
    )
    context = {
        "page": page_of(rows, request),
        "given": given,
        "counts": queries.counts_for(actor=request.actor, day=timezone.localdate()),
        "fields": queries.fields_known(),
        "levels": ProcedureVersion.Level.choices,
        "may_write": request.actor.may(permissions.CATALOGUE_WRITE),
        "may_publish": request.actor.may(permissions.PUBLISH),
    }
    return render(request, "onestop/procedures.html", context)


@needs(permissions.CATALOGUE_READ)
def export(request: Request) -> HttpResponse:
    """Give every version as a workbook that can be changed and imported again."""
    rows = ProcedureVersion.objects.select_related("procedure", "competent_body")
    content = workbook(versions=rows.order_by("procedure__code", "valid_from"))
    return _file(content, "thu-tuc.xlsx")


@needs(permissions.CATALOGUE_READ)
def template(request: Request) -> HttpResponse:
    """Give the empty workbook to fill in."""
    return _file(workbook(versions=()), "mau-thu-tuc.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)


@needs(permissions.CATALOGUE_WRITE)
def import_file(request: Request) -> HttpResponse:
    """Take a workbook; show every fault by sheet, row and column."""
    form = ImportForm(request.POST or None, request.FILES or None)
    faults: tuple[Fault, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.import_workbook(actor=request.actor, file=form.cleaned_data["file"])
        except Faulty as faulty:
            faults = faulty.faults[:500]
            form.add_refusal(faulty)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("%(count)s versions of procedures are kept.") % {"count": count})
            return redirect("onestop:procedures")
    context = {"form": form, "faults": faults}
    return render(request, "onestop/procedure_import.html", context, status=422 if form.errors else 200)


@public
def guides(request: Request) -> HttpResponse:
    """List what can be asked for. Public: everybody may know what a procedure needs."""
    text, rows = request.GET.get("q", ""), queries.in_force(day=timezone.localdate())
    if text.strip():
        rows = rows.filter(folded__contains=fold(text.strip()[:100]))
    context = {"page": page_of(rows.order_by("field", "name_vi"), request), "q": text}
    return render(request, "onestop/guides.html", context)


@public
def guide(request: Request, code: str) -> HttpResponse:
    """Tell papers, fee, time and where. Public: everybody may know what a procedure needs."""
    today = timezone.localdate()
    version = queries.guide_of(code=code, day=today)
    context = {
        "current": version,
        "procedure": version.procedure,
        "centres": queries.centres_open(day=today) if version.non_territorial else (),
    }
    return render(request, "onestop/guide.html", context)
