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
from haicap.onestop.forms.catalogue import ImportForm, PublishForm, WithdrawForm
from haicap.onestop.models import ProcedureVersion
from haicap.onestop.papers.catalogue import workbook
from haicap.onestop.queries import catalogue as queries
from haicap.register.models import Body

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = ("", "coming", "ended")


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
        "fields": queries.fields_known(),
        "levels": ProcedureVersion.Level.choices,
        "may_write": request.actor.may(permissions.CATALOGUE_WRITE),
    }
    return render(request, "onestop/procedures.html", context)


@needs(permissions.CATALOGUE_READ)
def export(request: Request) -> HttpResponse:
    """Give every version as a workbook that can be changed and imported again."""
    rows = ProcedureVersion.objects.select_related("procedure", "competent_body")
    content = workbook(versions=rows.order_by("procedure__code", "valid_from"))
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="thu-tuc.xlsx"'}
    )


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


@needs(permissions.CATALOGUE_READ)
def procedure(request: Request, code: str) -> HttpResponse:
    """Show all about a procedure."""
    page = queries.procedure_page(actor=request.actor, code=code)
    return _procedure(request, page)


def _procedure(
    request: Request,
    page: queries.ProcedurePage,
    publish: PublishForm | None = None,
    withdraw: WithdrawForm | None = None,
) -> HttpResponse:
    may_write = request.actor.may(permissions.CATALOGUE_WRITE)
    today = timezone.localdate()
    rows = [
        {
            "version": version,
            "dossiers": page.dossiers.get(version.pk, 0),
            "running": page.running.get(version.pk, 0),
            "now": version.valid_from <= today and not (version.valid_to and version.valid_to <= today),
        }
        for version in page.versions
    ]
    context = {
        "page": page,
        "rows": rows,
        "publish": publish or PublishForm(everywhere=may_write, initial={"done_on": today}),
        "withdraw": withdraw or WithdrawForm(),
        "may_publish": request.actor.may(permissions.PUBLISH),
        "may_write": may_write,
    }
    status = 422 if any(form is not None and form.errors for form in (publish, withdraw)) else 200
    return render(request, "onestop/procedure.html", context, status=status)


@needs(permissions.PUBLISH)
def publish(request: Request, code: str) -> HttpResponse:
    """Record that a procedure was made public."""
    page = queries.procedure_page(actor=request.actor, code=code)
    if request.method != "POST":
        return redirect("onestop:procedure", code)
    form = PublishForm(request.POST, everywhere=request.actor.may(permissions.CATALOGUE_WRITE))
    if form.is_valid():
        data = dict(form.cleaned_data)
        if data.pop("everywhere", False):
            bodies = queries.bodies_without(
                procedure=page.procedure, kind=data["kind"], level=page.versions[0].level
            )
        else:
            bodies = Body.objects.filter(pk=request.actor.body_id or -1)
        try:
            count = actions.make_public(actor=request.actor, procedure=page.procedure, bodies=bodies, **data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Recorded at %(count)s bodies.") % {"count": count})
            return redirect("onestop:procedure", code)
    return _procedure(request, page, publish=form)


@needs(permissions.CATALOGUE_WRITE)
def withdraw(request: Request, code: str) -> HttpResponse:
    """Take a procedure out of force."""
    page = queries.procedure_page(actor=request.actor, code=code)
    if request.method != "POST":
        return redirect("onestop:procedure", code)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            actions.withdraw_procedure(
                actor=request.actor, procedure=page.procedure, day=form.cleaned_data["day"]
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Nothing is received for this procedure from that day on."))
            return redirect("onestop:procedure", code)
    return _procedure(request, page, withdraw=form)


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
    version = queries.guide_of(code=code, day=timezone.localdate())
    return render(request, "onestop/guide.html", {"version": version, "procedure": version.procedure})
