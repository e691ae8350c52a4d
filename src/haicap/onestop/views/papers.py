"""Pages of forms and slips."""

from datetime import date, datetime, time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from haicap.documents import decree30, pdf
from haicap.documents.decree30 import Document
from haicap.kernel.access import needs, public
from haicap.kernel.errors import Missing, Refusal, Refused
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.onestop import permissions
from haicap.onestop.actions import slips as actions
from haicap.onestop.models import Dossier
from haicap.onestop.papers.register import register_document, register_xlsx
from haicap.onestop.papers.slip import slip_document
from haicap.onestop.queries import papers as queries
from haicap.onestop.queries.clock import pack_on
from haicap.onestop.queries.dossiers import dossier_at_counter, dossier_for
from haicap.onestop.rules.figures import Period
from haicap.onestop.views import citizen
from haicap.register.models import Body

PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _file(
    document: Document, name: str, *, made_at: datetime | None = None, docx: bool = False
) -> HttpResponse:
    if docx:
        content, kind, name = decree30.build(document=document), DOCX, f"{name}.docx"
    else:
        content, kind = pdf.build(document=document, made_at=made_at or timezone.now()).content, PDF
        name = f"{name}.pdf"
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


@public
@never_cache
def form(request: Request, reference: str, purpose: str, sequence: int) -> HttpResponse:
    """Give a form: to staff with a part or at a counter, and the applicant's own to the session that opened it.

    Public: the applicant has no account; the rows are guarded below.
    """
    if citizen.is_open(request, reference=reference) and purpose != "control":
        row = Dossier.objects.select_related("version__procedure", "competent_body", "received_body")
        dossier = row.get(reference=reference)
    else:
        request.actor.must(permissions.READ)
        try:
            dossier = dossier_for(actor=request.actor, reference=reference)
        except Missing:
            dossier = dossier_at_counter(actor=request.actor, reference=reference)
    address = request.build_absolute_uri(reverse("onestop:track")) + f"?code={dossier}"
    document = queries.form_of(dossier=dossier, purpose=purpose, sequence=sequence, address=address)
    # Printed again, a form is the same file: it carries the day of its event, not that of the print.
    made_at = timezone.make_aware(datetime.combine(document.day or timezone.localdate(), time()))
    name, docx = f"{purpose}-{dossier.reference}", request.GET.get("as") == "docx"
    return _file(document, name, made_at=made_at, docx=docx)


@needs(permissions.READ)
def register(request: Request) -> HttpResponse:
    """Give the register of the own body for a period (form 07), as PDF or workbook."""
    period = _period(request)
    body = Body.objects.select_related("unit").filter(pk=request.actor.body_id or -1).first()
    if body is None:
        raise Missing("register.body", _("You belong to no body that receives dossiers."))
    found = queries.registered_for(actor=request.actor, period=period)
    rows = list(found[: queries.MOST_REGISTERED + 1])
    if len(rows) > queries.MOST_REGISTERED:
        raise Refused(
            "register.long",
            _("The register of this period has over %(most)s dossiers. Choose a shorter period.")
            % {"most": queries.MOST_REGISTERED},
        )
    form = pack_on(day=period.end).forms["register"]
    sample = any(row.is_sample for row in rows)
    if request.GET.get("as") == "xlsx":
        content = register_xlsx(form=form, period=period, rows=rows, made_at=timezone.now(), sample=sample)
        headers = {"Content-Disposition": 'attachment; filename="so-theo-doi.xlsx"'}
        return HttpResponse(content, content_type=XLSX, headers=headers)
    return _file(
        register_document(form=form, body=body, period=period, rows=rows, sample=sample), "so-theo-doi"
    )


def _period(request: Request) -> Period:
    today = timezone.localdate()
    try:
        start = (
            date.fromisoformat(request.GET.get("from", ""))
            if request.GET.get("from")
            else today.replace(day=1)
        )
        end = date.fromisoformat(request.GET.get("to", "")) if request.GET.get("to") else today
    except ValueError:
        raise Refused("period.date", _("This is no period. Give the first and the last day.")) from None
    if end < start:
        raise Refused("period.backwards", _("The period ends before it starts. Give a later day."))
    return Period(start=start, end=end)


@needs(permissions.READ)
def slips(request: Request) -> HttpResponse:
    """Show what is to be passed on, what is to be sent, and what is on its way."""
    if request.method == "POST":
        return _send(request)
    actor = request.actor
    pack = pack_on(day=timezone.localdate())
    context = {
        "to_forward": list(queries.to_forward_for(actor=actor)[:300]),
        "outgoing": queries.outgoing_for(actor=actor),
        "page": page_of(queries.slips_for(actor=actor), request),
        "own": actor.body_id,
        "late": timezone.now() - queries.ON_THE_WAY,
        "cut_off": pack.clock.hours.cut_off,
        "today": timezone.localdate(),
        "may_send": any(
            actor.may(name) for name in (permissions.RECEIVE, permissions.PROCESS, permissions.RETURN)
        ),
    }
    return render(request, "onestop/slips.html", context)


def _send(request: Request) -> HttpResponse:
    references, carrier = request.POST.getlist("reference"), request.POST.get("carrier", "")
    try:
        if receiver := request.POST.get("receiver"):
            slip = actions.send_ticked(
                actor=request.actor, references=references, receiver=receiver, carrier=carrier
            )
            messages.success(
                request, _("Slip %(number)s is made. Print it and give it along.") % {"number": slip.number}
            )
            return redirect("onestop:slip", slip.number)
        count, made = actions.pass_on(actor=request.actor, references=references, carrier=carrier)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("onestop:slips")
    messages.success(
        request,
        _("%(count)s dossiers are passed on, with %(slips)s slips for their papers.")
        % {"count": count, "slips": len(made)},
    )
    return redirect("onestop:slip", made[0].number) if len(made) == 1 else redirect("onestop:slips")


@needs(permissions.READ)
def slip(request: Request, number: str) -> HttpResponse:
    """Show a slip; sign its papers off by scanning."""
    row = queries.slip_for(actor=request.actor, number=number)
    said, wrong = "", ""
    if request.method == "POST":
        try:
            line = actions.receive_paper(actor=request.actor, slip=row, code=request.POST.get("code", ""))
            said = str(line.dossier)
        except Refusal as refusal:
            wrong = str(refusal.message)
    lines = list(row.lines.select_related("dossier__version", "arrived_by").order_by("arrived_at", "pk"))
    context = {
        "slip": row,
        "lines": lines,
        "arrived": sum(line.arrived_at is not None for line in lines),
        "missing": [line for line in lines if line.arrived_at is None],
        "may_receive": row.receiver_id == request.actor.body_id,
        "said": said,
        "wrong": wrong,
    }
    return render(request, "onestop/slip.html", context, status=422 if wrong else 200)


@needs(permissions.READ)
def slip_file(request: Request, number: str) -> HttpResponse:
    """Print a slip."""
    row = queries.slip_for(actor=request.actor, number=number)
    lines = list(row.lines.select_related("dossier__version").order_by("pk"))
    address = request.build_absolute_uri(reverse("onestop:slip", args=[number]))
    return _file(
        slip_document(slip=row, lines=lines, address=address), f"phieu-{number}", made_at=row.sent_at
    )
