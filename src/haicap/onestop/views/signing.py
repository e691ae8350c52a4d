"""Pages of results and their signatures, the public verification, and the register of certificates."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from haicap.documents.signature import Verdict
from haicap.documents.texts import FAULTS, FILE_FAULTS
from haicap.kernel.access import needs, public
from haicap.kernel.errors import Missing, Refusal
from haicap.kernel.http import Request, client_address
from haicap.kernel.pages import page_of
from haicap.onestop import permissions
from haicap.onestop.actions import desk
from haicap.onestop.actions import signing as actions
from haicap.onestop.actions.verifying import verify_upload
from haicap.onestop.forms.signing import CertificateForm, DraftForm, VerifyForm
from haicap.onestop.models import Dossier, IssuedDocument
from haicap.onestop.papers.result import result_document, result_pdf
from haicap.onestop.queries import signing as queries
from haicap.onestop.queries.dossiers import dossier_at_counter, dossier_for
from haicap.onestop.rules.lifecycle import Kind, Life, open_kinds
from haicap.onestop.views import citizen


def _address(request: Request) -> str:
    path = reverse("onestop:verify-issued", args=["KEY"])
    return request.build_absolute_uri(path).replace("KEY", "{key}")


@needs(permissions.READ)
def result(request: Request, reference: str) -> HttpResponse:
    """Show how far the result is, and the one next step."""
    return _page(request, dossier_for(actor=request.actor, reference=reference))


def _page(request: Request, dossier: Dossier, form: DraftForm | None = None) -> HttpResponse:
    found = queries.result_of(dossier=dossier)
    life = Life.from_json(dossier.life)
    body = (
        dossier.competent_body.code
        if dossier.competent_body and request.actor.body_id == dossier.competent_body_id
        else ""
    )
    kinds = open_kinds(life=life, body=body) if body else frozenset()
    actor, draft = request.actor, found.draft if found else None
    context = {
        "dossier": dossier,
        "life": life,
        "result": found,
        "verdict": _verdict(found.document) if found and found.document else None,
        "form": form or DraftForm(initial=DraftForm.first(dossier, draft)),
        "may_draft": Kind.DRAFTED in kinds and not life.result.signed and actor.may(permissions.PROCESS),
        "may_approve": life.result.drafted
        and not life.result.approved
        and bool(body)
        and actor.may(permissions.APPROVE),
        "may_sign": life.result.approved
        and not life.result.signed
        and bool(body)
        and actor.may(permissions.SIGN),
        "may_number": life.result.signed
        and not life.result.number
        and bool(body)
        and actor.may(permissions.ISSUE),
        "may_issue": bool(life.result.number)
        and not life.result.issued
        and bool(body)
        and actor.may(permissions.ISSUE),
        "certificate": queries.certificate_of(actor=actor) if actor.may(permissions.SIGN) else None,
    }
    return render(request, "onestop/result.html", context, status=422 if form and form.errors else 200)


@needs(permissions.PROCESS)
@require_POST
def draft(request: Request, reference: str) -> HttpResponse:
    """Write the words of a result."""
    dossier = dossier_for(actor=request.actor, reference=reference)
    form = DraftForm(request.POST)
    if form.is_valid():
        data = dict(form.cleaned_data)
        data["granted"] = data["granted"] == "yes"
        try:
            actions.draft_result(actor=request.actor, dossier=dossier, **data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The draft is kept; it waits for approval."))
            return redirect("onestop:result", reference)
    return _page(request, dossier, form)


@needs(permissions.READ)
def preview(request: Request, reference: str) -> HttpResponse:
    """Show the draft as it will be signed, without signatures."""
    dossier = dossier_for(actor=request.actor, reference=reference)
    found = queries.result_of(dossier=dossier)
    if found is None or found.draft is None:
        raise Missing("result.none", _("The text of the result is not written yet."))
    document = result_document(draft=found.draft, dossier=dossier, signer_name="", signer_post="", day=None)
    built = result_pdf(document=document, made_at=timezone.now())
    return HttpResponse(
        built.content,
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="du-thao.pdf"'},
    )


def _do(
    request: Request, reference: str, do: Callable[[Dossier, int | None], Any], text: str
) -> HttpResponse:
    dossier = dossier_for(actor=request.actor, reference=reference)
    given = request.POST.get("expected", "")
    try:
        do(dossier, int(given) if given.isdecimal() else None)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, text)
    return redirect("onestop:result", reference)


@needs(permissions.APPROVE)
@require_POST
def approve(request: Request, reference: str) -> HttpResponse:
    """Agree with the draft, or send it back with a reason."""

    def do(dossier: Dossier, expected: int | None) -> None:
        reason = request.POST.get("reason", "")
        back = bool(request.POST.get("back"))
        desk.do(
            actor=request.actor,
            dossier=dossier,
            kind=Kind.SENT_BACK if back else Kind.APPROVED,
            payload={"reason": reason} if back else {},
            expected=expected,
        )

    text = (
        _("The draft went back.")
        if request.POST.get("back")
        else _("The draft is approved; it waits for the signature.")
    )
    return _do(request, reference, do, text)


@needs(permissions.SIGN)
@require_POST
def sign(request: Request, reference: str) -> HttpResponse:
    """Sign an approved result."""
    address = _address(request)
    return _do(
        request,
        reference,
        lambda dossier, expected: actions.sign_result(
            actor=request.actor, dossier=dossier, address=address, expected=expected
        ),
        _("The result is signed; the clerk numbers and issues it."),
    )


@needs(permissions.SIGN)
def to_sign(request: Request) -> HttpResponse:
    """List what waits for the actor's signature; sign what is ticked, one after the other."""
    rows = queries.to_sign_for(actor=request.actor)
    if request.method == "POST":
        wanted, done = set(request.POST.getlist("reference")), 0
        for dossier in (row for row in rows if row.reference in wanted):
            try:
                actions.sign_result(actor=request.actor, dossier=dossier, address=_address(request))
                done += 1
            except Refusal as refusal:
                messages.error(request, f"{dossier}: {refusal.message}")
        messages.success(request, _("%(count)s results are signed.") % {"count": done})
        return redirect("onestop:to-sign")
    context = {"rows": rows, "certificate": queries.certificate_of(actor=request.actor)}
    return render(request, "onestop/to_sign.html", context)


@needs(permissions.ISSUE)
@require_POST
def number(request: Request, reference: str) -> HttpResponse:
    """Number a signed result."""
    return _do(
        request,
        reference,
        lambda dossier, expected: actions.number_result(
            actor=request.actor, dossier=dossier, expected=expected
        ),
        _("Number and date are entered; seal and issue it now."),
    )


@needs(permissions.ISSUE)
@require_POST
def issue(request: Request, reference: str) -> HttpResponse:
    """Seal a numbered result and give it out."""
    return _do(
        request,
        reference,
        lambda dossier, expected: actions.issue_result(
            actor=request.actor, dossier=dossier, expected=expected
        ),
        _("The result is sealed and out."),
    )


@public
@never_cache
def result_file(request: Request, reference: str) -> FileResponse:
    """Give the document: to staff with a part or at a counter, to the applicant whose session has the dossier open.

    Public: the applicant has no account; the rows are guarded below.
    """
    if citizen.is_open(request, reference=reference):
        row = IssuedDocument.objects.filter(dossier__reference=reference, issued_at__isnull=False).first()
    else:
        request.actor.must(permissions.READ)
        try:
            dossier = dossier_for(actor=request.actor, reference=reference)
        except Missing:
            dossier = dossier_at_counter(actor=request.actor, reference=reference)
        row = IssuedDocument.objects.filter(dossier=dossier).first()
    if row is None:
        raise Missing("document.missing", _("There is no document yet."))
    name = f"ket-qua-{reference}.pdf"
    return FileResponse(
        row.file.open("rb"), as_attachment=True, filename=name, content_type="application/pdf"
    )


def _verdict(document: IssuedDocument) -> Verdict:
    with document.file.open("rb") as file:
        return queries.verdict_of(content=file.read())


def _shown(verdict: Verdict) -> dict[str, Any]:
    return {
        "holds": verdict.holds,
        "fault": FILE_FAULTS.get(verdict.fault, ""),
        "signatures": [
            {"signature": one, "faults": [FAULTS[fault] for fault in one.faults]}
            for one in verdict.signatures
        ],
    }


@public
@never_cache
def verify(request: Request) -> HttpResponse:
    """Say whether a document is genuine. Public: whoever is shown one may ask."""
    form = VerifyForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            content = form.cleaned_data["file"].read()
            found, document = verify_upload(content=content, address=client_address(request))
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            context |= {"verdict": _shown(found), "document": document}
    return render(request, "onestop/verify.html", context, status=422 if form.errors else 200)


@public
@never_cache
def verify_issued(request: Request, key: str) -> HttpResponse:
    """Say what was issued under a QR code. Public: whoever holds the paper may ask; nothing personal is shown."""
    document = queries.document_by_key(key=key)
    context = {
        "form": VerifyForm(),
        "document": document,
        "verdict": _shown(_verdict(document)),
        "by_key": True,
    }
    return render(request, "onestop/verify.html", context)


@needs(permissions.CERTIFICATE_READ)
def certificates(request: Request) -> HttpResponse:
    """List certificates, those that end soon first; register one."""
    rows = queries.certificates_for(actor=request.actor)
    form = CertificateForm(request.POST or None, request.FILES or None)
    may_write = request.actor.may(permissions.CERTIFICATE_WRITE)
    if request.method == "POST":
        request.actor.must(permissions.CERTIFICATE_WRITE)
        if form.is_valid() and _registered(request, form):
            return redirect("onestop:certificates")
    today = timezone.localdate()
    context = {
        "page": page_of(rows, request),
        "counts": queries.certificate_counts(rows=rows, day=today),
        "now": timezone.now(),
        "soon": timezone.now() + queries.SOON,
        "form": form,
        "may_write": may_write,
    }
    return render(request, "onestop/certificates.html", context, status=422 if form.errors else 200)


def _registered(request: Request, form: CertificateForm) -> bool:
    data = form.cleaned_data
    try:
        actions.register_certificate(
            actor=request.actor, pem=data["file"].read(actions.MOST_PEM), body=data["body_row"], person=data["person"],
            alias=data["alias"], asked_on=data["asked_on"],
        )  # fmt: skip
    except Refusal as refusal:
        form.add_refusal(refusal)
        return False
    messages.success(request, _("The certificate is registered."))
    return True


@needs(permissions.CERTIFICATE_WRITE)
@require_POST
def revoke(request: Request, pk: int) -> HttpResponse:
    """Sign nothing more with a certificate."""
    row = queries.certificates_for(actor=request.actor).filter(pk=pk).first()
    if row is None:
        raise Missing("certificate.missing", _("There is no such certificate."))
    actions.revoke_certificate(actor=request.actor, certificate=row)
    messages.success(request, _("Nothing more is signed with this certificate."))
    return redirect("onestop:certificates")
