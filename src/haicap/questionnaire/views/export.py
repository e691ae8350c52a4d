"""Pages of exports: choose, wait, take the file."""

from uuid import UUID

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.kernel.models import Job
from haicap.questionnaire.actions import export as actions
from haicap.questionnaire.forms.export import ExportForm
from haicap.questionnaire.queries import export as queries
from haicap.questionnaire.queries.collect import form_of


@needs(actions.EXPORT)
@require_http_methods(["GET", "POST"])
def export(request: Request, form_id: int) -> HttpResponseBase:
    """Offer the formats of a form's submissions; hand out a small export at once, a large one by way of a job."""
    row = form_of(actor=request.actor, pk=form_id)
    languages = queries.languages_of(form=row)
    form = ExportForm(request.POST or None, languages=languages, initial={"language": _language(languages)})
    if request.method == "POST" and form.is_valid():
        found = actions.ask_for_export(actor=request.actor, form=row, options=form.options())
        if isinstance(found, Job):
            return redirect("kernel:job", job_id=found.pk)
        answer = StreamingHttpResponse(found.pieces(lambda done, of: None), content_type=found.content_type)
        answer.headers["Content-Disposition"] = content_disposition_header(True, found.filename)
        return answer
    count = queries.count_for(actor=request.actor, form=row)
    context = {"row": row, "form": form, "count": count}
    return render(request, "questionnaire/export.html", context, status=422 if form.errors else 200)


def _language(languages: tuple[str, ...]) -> str:
    """Return the form's language that is the page's."""
    code = (get_language() or "vi")[:2]
    return next((name for name in languages if name == code or name.endswith(f"({code})")), "")


@needs(actions.EXPORT)
@require_GET
def export_ready(request: Request, token: UUID) -> HttpResponse:
    """Show that an export is ready."""
    job = queries.export_job_for(actor=request.actor, token=token)
    context = {"job": job, "result": job.result, "token": token, "days": actions.KEPT_DAYS}
    return render(request, "questionnaire/export_ready.html", context)


@needs(actions.EXPORT)
@require_GET
def export_file(request: Request, token: UUID) -> FileResponse:
    """Hand out a finished export to who asked for it."""
    file = actions.open_export(actor=request.actor, token=token)
    return FileResponse(
        file.source, as_attachment=True, filename=file.filename, content_type=file.content_type
    )
