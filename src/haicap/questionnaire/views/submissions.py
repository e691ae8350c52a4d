"""Pages of filled forms: the list of a form, one submission, decisions, comments, edits by hand, files."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.questionnaire.actions import submissions as actions
from haicap.questionnaire.forms import plain_number
from haicap.questionnaire.forms.submissions import BulkForm, CommentForm, DecideForm, EditForm, FilterForm
from haicap.questionnaire.models import Form
from haicap.questionnaire.queries import submissions as queries
from haicap.questionnaire.queries.collect import form_of
from haicap.questionnaire.queries.submission_page import Answer, SubmissionPage, submission_page_for
from haicap.questionnaire.rules.review import question_of
from haicap.questionnaire.templatetags.submissions import STATES
from haicap.questionnaire.texts.quality import fault_reason

READ = "questionnaire.submission:read"


def _list(request: Request, form: Form, **more: Any) -> dict[str, Any]:
    actor = request.actor
    people = queries.people_of(actor=actor, form=form)
    filters = FilterForm(request.GET, people=people, auto_id="filter_%s")
    wanted = filters.wanted()
    rows = queries.submission_list_for(actor=actor, form=form, wanted=wanted)
    counts = queries.counts_for(actor=actor, form=form, wanted=wanted)
    places = queries.places_of(rows=rows)
    kept = request.GET.copy()
    kept.pop("page", None)
    tabs = []
    for state, words in [("", _("All")), *((key, STATES[key][0]) for key in counts)]:
        kept["state"] = state
        number = counts[state] if state else sum(counts.values())
        tabs.append((state, words, number, f"?{kept.urlencode()}"))
    return {
        "form": form,
        "filters": filters,
        "is_filtered": any(request.GET.values()),
        "wanted": wanted,
        "tabs": tabs,
        "page": page_of(rows, request),
        "map": _map(form, places),
        "may_decide": actor.may(actions.REVIEW) and form.purpose == Form.Purpose.COLLECTION,
        "may_keep": actor.may(actions.ALL),
        "bulk": BulkForm(keys=[]),
        **more,
    }


def _map(form: Form, places: list[tuple[int, str, str, float, float]]) -> dict[str, Any] | None:
    """Return the places as the map island takes them, grouped by state; None where there are none."""
    if not places:
        return None
    return {
        "points": [
            {
                "code": str(pk), "name": name, "lat": latitude, "lon": longitude, "group": state,
                "url": reverse("questionnaire:submission", args=[form.pk, pk]),
            }
            for pk, name, state, latitude, longitude in places
        ],
        "legend": {
            "title": str(_("Where it was filled in")),
            "groups": {key: str(words[0]) for key, words in STATES.items()},
        },
    }  # fmt: skip


@needs(READ)
@require_GET
def submissions(request: Request, form_id: int) -> HttpResponse:
    """List the submissions of a form that the person may see."""
    form = form_of(actor=request.actor, pk=form_id)
    return render(request, "questionnaire/submissions.html", _list(request, form))


@needs(actions.REVIEW)
@require_POST
def decide_many(request: Request, form_id: int) -> HttpResponse:
    """Decide on all ticked submissions."""
    form = form_of(actor=request.actor, pk=form_id)
    bulk = BulkForm(request.POST, keys=request.POST.getlist("pk"))
    if bulk.is_valid():
        given = bulk.cleaned_data
        try:
            count = actions.set_states(
                actor=request.actor,
                form=form,
                submissions=given["pk"],
                state=given["state"],
                comment=given["comment"],
            )
        except Refusal as refusal:
            bulk.add_refusal(refusal)
        else:
            text = ngettext("%(count)s submission is decided.", "%(count)s submissions are decided.", count)
            messages.success(request, text % {"count": count})
            return redirect("questionnaire:submissions", form_id=form.pk)
    return render(request, "questionnaire/submissions.html", _list(request, form, bulk=bulk), status=422)


def _one(request: Request, form_id: int, pk: int, **more: Any) -> dict[str, Any]:
    form = form_of(actor=request.actor, pk=form_id)
    page = submission_page_for(actor=request.actor, form=form, pk=pk)
    row = page.submission
    about = request.POST.get("path") or request.GET.get("about", "")
    return {
        "form": form,
        "page": page,
        "submission": row,
        "faults": [
            (one.field, fault_reason(one, language=(get_language() or "vi")[:2])) for one in page.faults
        ],
        "decide_form": DecideForm(),
        "comment_form": CommentForm(initial={"path": about}),
        "about": page.schema.by_path.get(question_of(about)),
        "correct_url": actions.correct_url(row) if page.may_correct or page.may_review else "",
        "may_edit": page.may_review and request.actor.may(actions.ALL),
        "report": getattr(row, "unit_report", None) if form.purpose == Form.Purpose.REPORT else None,
        **more,
    }


@needs(READ)
@require_GET
def submission(request: Request, form_id: int, pk: int) -> HttpResponse:
    """Show one submission: answers, comments, history, files, how it came about."""
    return render(request, "questionnaire/submission.html", _one(request, form_id, pk))


@needs(actions.REVIEW)
@require_POST
def decide(request: Request, form_id: int, pk: int) -> HttpResponse:
    """Decide on one submission."""
    form = form_of(actor=request.actor, pk=form_id)
    row = queries.submission_for(actor=request.actor, form=form, pk=pk)
    decision = DecideForm(request.POST)
    if decision.is_valid():
        try:
            actions.set_state(actor=request.actor, submission=row, **decision.cleaned_data)
        except Refusal as refusal:
            decision.add_refusal(refusal)
        else:
            words = STATES[decision.cleaned_data["state"]][0]
            messages.success(request, _("The submission now stands at: %(state)s.") % {"state": words})
            return redirect("questionnaire:submission", form_id=form_id, pk=pk)
    context = _one(request, form_id, pk, decide_form=decision)
    return render(request, "questionnaire/submission.html", context, status=422)


@needs(READ)
@require_POST
def comment(request: Request, form_id: int, pk: int) -> HttpResponse:
    """Say something of a submission or of one of its questions."""
    form = form_of(actor=request.actor, pk=form_id)
    row = queries.submission_for(actor=request.actor, form=form, pk=pk)
    said = CommentForm(request.POST)
    if said.is_valid():
        try:
            actions.add_comment(actor=request.actor, submission=row, **said.cleaned_data)
        except Refusal as refusal:
            said.add_refusal(refusal)
        else:
            messages.success(request, _("The comment is kept."))
            return redirect("questionnaire:submission", form_id=form_id, pk=pk)
    context = _one(request, form_id, pk, comment_form=said)
    return render(request, "questionnaire/submission.html", context, status=422)


@needs(actions.ALL)
@require_http_methods(["GET", "POST"])
def edit(request: Request, form_id: int, pk: int) -> HttpResponse:
    """Change one answer by hand, with a reason; ?place= says which."""
    form = form_of(actor=request.actor, pk=form_id)
    page = submission_page_for(actor=request.actor, form=form, pk=pk)
    place = request.POST.get("place") or request.GET.get("place", "")
    answer = next((one for one in _answers(page) if one.place == place), None)
    field = page.schema.by_path.get(question_of(place))
    if answer is None or field is None:
        messages.error(request, _("The form has no such question."))
        return redirect("questionnaire:submission", form_id=form_id, pk=pk)
    change = EditForm(request.POST or None, initial={"place": place, "text": answer.text})
    if request.method == "POST" and change.is_valid():
        text = change.cleaned_data["text"].strip()
        text = plain_number(text) if field.type in ("int", "decimal") else text
        try:
            actions.edit_submission(
                actor=request.actor, submission=page.submission, values={place: text},
                reason=change.cleaned_data["reason"],
            )  # fmt: skip
        except Refusal as refusal:
            refusal.field = "text" if refusal.field == place else refusal.field
            change.add_refusal(refusal)
        else:
            messages.success(request, _("The answer is changed; the former edition is kept in the history."))
            return redirect("questionnaire:submission", form_id=form_id, pk=pk)
    context = {"form": form, "page": page, "submission": page.submission, "answer": answer, "change": change}
    status = 422 if request.method == "POST" else 200
    return render(request, "questionnaire/submission_edit.html", context, status=status)


def _answers(page: SubmissionPage) -> list[Answer]:
    return [one for block in page.blocks for one in block.answers] + [
        one for block in page.blocks for _number, row in block.rows for one in row
    ]


@needs(actions.ALL)
@require_POST
def delete(request: Request, form_id: int, pk: int) -> HttpResponse:
    """Take a submission away."""
    form = form_of(actor=request.actor, pk=form_id)
    row = queries.submission_for(actor=request.actor, form=form, pk=pk)
    actions.delete_submission(actor=request.actor, submission=row)
    messages.success(request, _("The submission is taken away. It stays in the list of what was taken away."))
    return redirect("questionnaire:submissions", form_id=form_id)


@needs(actions.ALL)
@require_http_methods(["GET", "POST"])
def deleted(request: Request, form_id: int) -> HttpResponse:
    """List what was taken away, and bring one back."""
    form = form_of(actor=request.actor, pk=form_id)
    rows = queries.deleted_for(actor=request.actor, form=form)
    if request.method == "POST":
        row = queries.deleted_one_for(actor=request.actor, form=form, pk=request.POST.get("pk", ""))
        actions.restore_submission(actor=request.actor, submission=row)
        messages.success(request, _("The submission is brought back."))
        return redirect("questionnaire:submission", form_id=form_id, pk=row.pk)
    context = {"form": form, "page": page_of(rows, request)}
    return render(request, "questionnaire/submissions_deleted.html", context)


@needs(READ)
@require_http_methods(["GET", "HEAD"])
def attachment(request: Request, form_id: int, pk: int, file_id: int) -> FileResponse:
    """Hand out a file of a submission, always as a download: its content was written by others."""
    form = form_of(actor=request.actor, pk=form_id)
    row = queries.attachment_for(actor=request.actor, form=form, submission=pk, pk=file_id)
    answer = FileResponse(row.file.open("rb"), content_type=row.content_type or "application/octet-stream")
    answer.headers["Content-Disposition"] = content_disposition_header(True, row.name) or "attachment"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
