"""Pages of the kernel: the progress of a job and the audit trail."""

from typing import cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from haicap.kernel import jobs, queries
from haicap.kernel.access import needs, public, signed_in
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of


@signed_in
def job(request: Request, job_id: UUID) -> HttpResponse:
    """Show a job; as an htmx fragment it polls itself and leaves for the result when done."""
    row = queries.job_for(actor=request.actor, job_id=job_id)
    values = {"job": row, "template": jobs.template_of(row.kind)}
    if not request.headers.get("HX-Request"):
        return render(request, "kernel/job.html", values)
    answer = render(request, "kernel/job_fragment.html", values)
    if row.state in (row.State.DONE, row.State.STOPPED) and (url := (row.result or {}).get("url")):
        answer.headers["HX-Redirect"] = cast(str, url)
    return answer


@signed_in
@require_POST
def job_stop(request: Request, job_id: UUID) -> HttpResponse:
    """Ask a job to stop."""
    jobs.ask_to_stop(actor=request.actor, job=queries.job_for(actor=request.actor, job_id=job_id))
    return redirect("kernel:job", job_id=job_id)


@needs("kernel.audit:read")
def audit(request: Request) -> HttpResponse:
    """List what was done, newest first."""
    text = request.GET.get("q", "").strip()
    rows = queries.audit_for(actor=request.actor, text=text)
    return render(request, "kernel/audit.html", {"page": page_of(rows, request), "q": text})


@public
def alive(request: Request) -> HttpResponse:
    """Tell a load balancer that the server answers; reveals nothing."""
    return HttpResponse("ok", content_type="text/plain")
