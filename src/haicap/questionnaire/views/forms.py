"""Pages of the form's versions: build, download, upload."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.questionnaire import actions, queries
from haicap.questionnaire.forms import WorkbookForm


@needs("questionnaire.form:read")
@require_http_methods(["GET", "POST"])
def forms(request: Request) -> HttpResponse:
    """List the versions; take an edited workbook as the next one."""
    campaign = current_campaign_for(actor=request.actor)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    faults: tuple[object, ...] = ()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row, extra = actions.load_form(
                actor=request.actor, campaign=campaign, raw=file.read(), name=file.name
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
            faults = getattr(refusal, "faults", ())
        else:
            messages.success(request, _("Version %(version)s is published.") % {"version": row.number})
            if extra:
                text = _("Questions the plan does not have are kept in the reports only: %(names)s")
                messages.info(request, text % {"names": ", ".join(extra)})
            return redirect("questionnaire:forms")
    context = {
        "campaign": campaign,
        "forms": queries.forms_for(actor=request.actor, campaign=campaign),
        "form": form,
        "faults": faults,
        "may_write": request.actor.may("questionnaire.form:write"),
    }
    return render(request, "questionnaire/forms.html", context, status=422 if form.errors else 200)


@needs("questionnaire.form:write")
@require_POST
def build(request: Request) -> HttpResponse:
    """Make the form from the plan."""
    row = actions.build_form(actor=request.actor, campaign=current_campaign_for(actor=request.actor))
    messages.success(request, _("Version %(version)s is published.") % {"version": row.number})
    return redirect("questionnaire:forms")


@needs("questionnaire.form:read")
@require_GET
def workbook(request: Request, version: int) -> FileResponse:
    """Hand out the workbook of a version."""
    campaign = current_campaign_for(actor=request.actor)
    row = queries.form_for(actor=request.actor, campaign=campaign, version=version)
    name = f"{campaign.code}-v{row.number}.xlsx"
    return FileResponse(row.source.open("rb"), as_attachment=True, filename=name)
