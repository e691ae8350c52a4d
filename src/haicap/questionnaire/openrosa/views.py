"""What OpenRosa clients ask: the forms, one form, its files, and to take what was filled in."""

from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign
from haicap.kernel.errors import Missing, NotAllowed
from haicap.questionnaire.actions.attachments import media_type
from haicap.questionnaire.actions.taking import take
from haicap.questionnaire.models import FormVersion
from haicap.questionnaire.openrosa import lists
from haicap.questionnaire.openrosa.door import Caller, openrosa
from haicap.questionnaire.openrosa.errors import TEXT_XML, BadCall, message
from haicap.questionnaire.openrosa.parts import read_parts
from haicap.questionnaire.queries import openrosa as queries
from haicap.questionnaire.queries.entities import dataset_csv, dataset_md5, integrity

CREATED, NO_CONTENT = 201, 204


def _must_be_of(caller: Caller, project: int) -> None:
    """Raise where a device, or a draft under test, is of another project."""
    if caller.key is not None and caller.key.campaign_id != project:
        raise NotAllowed(
            "key.other_project", _("This device is set up for another project."), details={"number": 403.1}
        )
    if caller.draft is not None and caller.draft.form.campaign_id != project:
        raise _no_draft()


def _no_draft() -> Missing:
    return Missing("draft.missing", _("There is no such draft."), details={"number": 404.4})


def _campaign(caller: Caller, project: int) -> Campaign:
    _must_be_of(caller, project)
    return queries.campaign_of(actor=caller.actor, pk=project)


def _version(caller: Caller, project: int, form_id: str) -> FormVersion:
    """Return the version a caller fetches: the draft they test, else the published one."""
    if caller.draft is not None:
        _must_be_of(caller, project)
        if caller.draft.form.form_id != form_id:
            raise _no_draft()
        return caller.draft
    return queries.version_to_fetch(actor=caller.actor, campaign=_campaign(caller, project), form_id=form_id)


@openrosa()
def form_list(request: HttpRequest, caller: Caller, project: int) -> HttpResponse:
    """The forms the caller fills in; ?formID= for one."""
    campaign = _campaign(caller, project)
    found = queries.listed_for(actor=caller.actor, campaign=campaign, form_id=request.GET.get("formID", ""))
    return lists.form_list(found, base=lists.base(request, caller, project), caller=caller)


@openrosa()
def draft_list(request: HttpRequest, caller: Caller, project: int, form_id: str) -> HttpResponse:
    """The one draft a tester tests."""
    version = _version(caller, project, form_id)
    version.has_media = bool(queries.media_of(version=version))  # type: ignore[attr-defined]
    return lists.form_list([version], base=lists.base(request, caller, project), caller=caller)


@openrosa()
def manifest(request: HttpRequest, caller: Caller, project: int, form_id: str) -> HttpResponse:
    """The files of a form."""
    version = _version(caller, project, form_id)
    base = lists.base(request, caller, project)
    place = lists.form_place(version, base=base, caller=caller)
    return lists.manifest(queries.media_of(version=version), base=base, place=place, caller=caller)


@openrosa(header=False)
def form_xml(request: HttpRequest, caller: Caller, project: int, form_id: str) -> HttpResponse:
    """The XForm itself, to the byte whose MD5 the list tells."""
    version = _version(caller, project, form_id)
    answer = get_conditional_response(request, etag=f'"{version.md5}"')
    return answer or HttpResponse(version.xform, content_type=TEXT_XML, headers={"ETag": f'"{version.md5}"'})


@openrosa(header=False)
def media(request: HttpRequest, caller: Caller, project: int, form_id: str, name: str) -> HttpResponse:
    """One file of a form."""
    found = queries.one_media_of(version=_version(caller, project, form_id), name=name)
    etag = f'"{dataset_md5(found.dataset) if found.dataset else found.md5}"'
    if (answer := get_conditional_response(request, etag=etag)) is not None:
        return answer
    headers = {"ETag": etag, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    if found.dataset is not None:
        return StreamingHttpResponse(
            dataset_csv(found.dataset), content_type="text/csv; charset=utf-8", headers=headers
        )  # type: ignore[return-value]
    return FileResponse(found.file.open("rb"), content_type=media_type(name), headers=headers)  # type: ignore[return-value]


@openrosa(header=False)
def dataset_integrity(request: HttpRequest, caller: Caller, project: int, name: str) -> HttpResponse:
    """Which of the entities named by ?id= are still there."""
    dataset = queries.dataset_to_fetch(actor=caller.actor, campaign=_campaign(caller, project), name=name)
    ids = [one for given in request.GET.getlist("id") for one in given.split(",") if one]
    return HttpResponse(integrity(dataset, ids), content_type=TEXT_XML)


@openrosa()
def submission(request: HttpRequest, caller: Caller, project: int, form_id: str = "") -> HttpResponse:
    """HEAD: whether submissions are taken here (204). POST: take one."""
    _must_be_of(caller, project)
    if request.method in ("HEAD", "GET"):
        if caller.key is None and caller.draft is None:
            queries.campaign_of(actor=caller.actor, pk=project)
        return HttpResponse(status=NO_CONTENT)
    if request.method != "POST":
        return message(_("This address takes submissions by POST."), status=405, nature="error")
    if form_id and (caller.draft is None or caller.draft.form.form_id != form_id):
        raise _no_draft()
    parts = read_parts(request)
    try:
        if not parts.xml:
            raise BadCall(
                "openrosa.no_form",
                _("The filled form (xml_submission_file) is not there."),
                details={"number": 400.7, "field": "xml_submission_file"},
            )
        said = take(
            actor=caller.actor, campaign_id=project, xml=parts.xml, files=parts.files, key=caller.key,
            draft=caller.draft, device=request.GET.get("deviceID", ""), agent=request.META.get("HTTP_USER_AGENT", ""),
            is_incomplete=parts.is_incomplete, remembered=caller.remembered, token=caller.token,
        )  # fmt: skip
    finally:
        parts.close()
    return message(said, status=CREATED, nature="submit_success")
