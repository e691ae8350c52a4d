"""Addresses of ODK Central's API, under /v1/.

Two of them, a form's XForm and its files, are also OpenRosa's: whoever calls as a device is answered there.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from haicap.questionnaire.central import (
    datasets,
    drafts,
    entities,
    forms,
    keys,
    odata,
    odata_entities,
    projects,
    sessions,
    submission_parts,
    submissions,
)
from haicap.questionnaire.central.door import resource
from haicap.questionnaire.openrosa import views as openrosa
from haicap.questionnaire.openrosa.middleware import is_device

_P = "projects/<int:project>"
_F = f"{_P}/forms/<str:form>"
_D = f"{_P}/datasets/<str:name>"
_E = f"{_D}/entities/<str:identity>"
View = Callable[..., HttpResponseBase]


def _or_device(view: View, device: View) -> View:
    """Return a view that leaves devices to OpenRosa: they say its version, or sign in in its ways."""

    @csrf_exempt
    def either(request: HttpRequest, project: int, form: str, **where: Any) -> HttpResponseBase:
        if is_device(request):
            return device(request, project=project, form_id=form, **where)
        return view(request, project=project, form=form, **where)

    either.door = view.door  # type: ignore[attr-defined]  # read by the sweep over all URLs
    return either


def _feed(base: str, name: str, *, is_draft: bool) -> list[URLPattern]:
    """Return the addresses of one OData service."""
    service = resource(GET=partial(odata.service, is_draft=is_draft), challenge=True)
    return [
        path(f"{base}.svc", service, name=f"central-{name}"),
        path(f"{base}.svc/", service, name=f"central-{name}-root"),
        path(
            f"{base}.svc/$metadata",
            resource(GET=partial(odata.metadata, is_draft=is_draft), challenge=True),
            name=f"central-{name}-metadata",
        ),
        path(
            f"{base}.svc/<path:table>",
            resource(GET=partial(odata.table, is_draft=is_draft), challenge=True),
            name=f"central-{name}-table",
        ),
    ]


def _version(
    base: str, name: str, find: forms.Find, *, is_own: bool = True, **changes: View
) -> list[URLPattern]:
    """Return what can be read of one version of a form; `is_own` where nothing else answers at these addresses."""
    xml: View = resource(GET=forms.xml(find))
    file: View = resource(GET=forms.file(find), also=changes)
    found = [
        path(f"{base}.xlsx", resource(GET=forms.excel(find, "xlsx")), name=f"central-{name}-xlsx"),
        path(f"{base}.xls", resource(GET=forms.excel(find, "xls")), name=f"central-{name}-xls"),
        path(f"{base}/fields", resource(GET=forms.fields(find)), name=f"central-{name}-fields"),
        path(f"{base}/attachments", resource(GET=forms.media(find)), name=f"central-{name}-attachments"),
    ]
    if is_own:
        return [path(f"{base}.xml", xml, name=f"central-{name}-xml"), *found, path(
            f"{base}/attachments/<str:name>", file, name=f"central-{name}-attachment"
        )]  # fmt: skip
    return [
        path(f"{base}.xml", _or_device(xml, openrosa.form_xml), name=f"central-{name}-xml"),
        *found,
        path(
            f"{base}/attachments/<str:name>",
            _or_device(file, openrosa.media),
            name=f"central-{name}-attachment",
        ),
    ]


def _submissions(base: str, name: str, *, is_draft: bool) -> list[URLPattern]:
    """Return what both real submissions and those made with a draft answer."""
    own, parts, at = submissions, submission_parts, f"{base}/submissions/<str:instance>"
    call = partial(partial, is_draft=is_draft)
    changes: dict[str, View] = {} if is_draft else {"PATCH": own.decide, "DELETE": own.delete}
    return [
        path(
            f"{base}/submissions",
            resource(GET=call(own.index), POST=call(own.create)),
            name=f"central-{name}-submissions",
        ),
        path(f"{at}.xml", resource(GET=call(own.xml)), name=f"central-{name}-submission-xml"),
        path(
            at,
            resource(GET=call(own.one), PUT=call(own.replace), also=changes),
            name=f"central-{name}-submission",
        ),
        path(f"{at}/attachments", resource(GET=call(parts.files)), name=f"central-{name}-files"),
        path(
            f"{at}/attachments/<str:name>",
            resource(GET=call(parts.file), POST=call(parts.put_file)),
            name=f"central-{name}-file",
        ),
    ]


_I = f"{_F}/submissions/<str:instance>"
urlpatterns = [
    path("sessions", resource(door="public", POST=sessions.begin), name="central-sessions"),
    path(
        "sessions/current",
        resource(is_account=True, DELETE=sessions.end_current),
        name="central-session-current",
    ),
    path("sessions/<str:token>", resource(is_account=True, DELETE=sessions.end), name="central-session"),
    path("users/current", resource(is_account=True, GET=sessions.current), name="central-user-current"),
    path("roles", resource(GET=drafts.roles), name="central-roles"),
    path("roles/<str:role>", resource(GET=drafts.role), name="central-role"),
    path("projects", resource(GET=projects.index), name="central-projects"),
    path(_P, resource(GET=projects.one), name="central-project"),
    path(f"{_P}/app-users", resource(GET=keys.index, POST=keys.create), name="central-app-users"),
    path(
        f"{_P}/app-users/<int:user>",
        resource(GET=keys.one, DELETE=keys.revoke),
        name="central-app-user",
    ),
    path(f"{_P}/forms", resource(GET=forms.index, POST=forms.create), name="central-forms"),
    # the draft of a form
    *_feed(f"{_F}/draft", "draft-odata", is_draft=True),
    *_version(
        f"{_F}/draft",
        "draft",
        forms.drafted,
        POST=drafts.put_file,
        PATCH=drafts.link_file,
        DELETE=drafts.remove_file,
    ),
    path(
        f"{_F}/draft",
        resource(GET=forms.one(forms.drafted), POST=drafts.save, DELETE=drafts.discard),
        name="central-draft",
    ),
    path(f"{_F}/draft/publish", resource(POST=drafts.publish), name="central-draft-publish"),
    *_submissions(f"{_F}/draft", "draft", is_draft=True),
    # its published versions
    path(f"{_F}/versions", resource(GET=forms.versions), name="central-form-versions"),
    *_version(f"{_F}/versions/<str:version>", "form-version", forms.named),
    path(
        f"{_F}/versions/<str:version>",
        resource(GET=forms.one(forms.named)),
        name="central-form-version",
    ),
    # who works with it
    path(f"{_F}/assignments", resource(GET=drafts.assignments), name="central-assignments"),
    path(f"{_F}/assignments/<str:role>", resource(GET=drafts.assigned), name="central-assigned"),
    path(
        f"{_F}/assignments/<str:role>/<int:user>",
        resource(POST=drafts.give_role, DELETE=drafts.take_role),
        name="central-assignment",
    ),
    # what was filled in
    path(f"{_F}/submissions.csv", resource(GET=submissions.csv), name="central-csv"),
    path(f"{_F}/submissions.csv.zip", resource(GET=submissions.csv_zip), name="central-csv-zip"),
    path(f"{_F}/submissions/keys", resource(GET=submissions.encryption_keys), name="central-keys"),
    path(f"{_F}/submissions/submitters", resource(GET=submissions.submitters), name="central-submitters"),
    *_submissions(_F, "form", is_draft=False),
    path(f"{_I}/restore", resource(POST=submissions.restore), name="central-submission-restore"),
    path(f"{_I}/edit", resource(GET=submissions.edit_page), name="central-submission-edit"),
    path(f"{_I}/audits", resource(GET=submissions.audits), name="central-submission-audits"),
    path(f"{_I}/edits", resource(GET=submission_parts.edits), name="central-submission-edits"),
    path(f"{_I}/diffs", resource(GET=submission_parts.diffs), name="central-submission-diffs"),
    path(f"{_I}/versions", resource(GET=submission_parts.versions), name="central-submission-versions"),
    path(
        f"{_I}/versions/<str:edition>.xml",
        resource(GET=submission_parts.version_xml),
        name="central-submission-version-xml",
    ),
    path(
        f"{_I}/versions/<str:edition>",
        resource(GET=submission_parts.version),
        name="central-submission-version",
    ),
    path(
        f"{_I}/comments",
        resource(GET=submission_parts.comments, POST=submission_parts.comment),
        name="central-comments",
    ),
    # the form itself
    *_feed(_F, "odata", is_draft=False),
    *_version(_F, "form", forms.current, is_own=False),
    path(
        _F,
        resource(GET=forms.one(forms.current), PATCH=forms.change, DELETE=forms.delete),
        name="central-form",
    ),
    # lists and their members
    path(f"{_P}/datasets", resource(GET=datasets.index, POST=datasets.create), name="central-datasets"),
    path(f"{_D}.svc", resource(GET=odata_entities.service, challenge=True), name="central-entities-odata"),
    path(
        f"{_D}.svc/",
        resource(GET=odata_entities.service, challenge=True),
        name="central-entities-odata-root",
    ),
    path(
        f"{_D}.svc/$metadata",
        resource(GET=odata_entities.metadata, challenge=True),
        name="central-entities-odata-metadata",
    ),
    path(
        f"{_D}.svc/Entities",
        resource(GET=odata_entities.table, challenge=True),
        name="central-entities-odata-table",
    ),
    path(_D, resource(GET=datasets.one, PATCH=datasets.change), name="central-dataset"),
    path(f"{_D}/properties", resource(POST=datasets.create_property), name="central-dataset-properties"),
    path(f"{_D}/entities.csv", resource(GET=datasets.csv), name="central-entities-csv"),
    path(f"{_D}/entities", resource(GET=entities.index, POST=entities.create), name="central-entities"),
    path(
        _E,
        resource(GET=entities.one, PATCH=entities.update, DELETE=entities.delete),
        name="central-entity",
    ),
    path(f"{_E}/restore", resource(POST=entities.restore), name="central-entity-restore"),
    path(f"{_E}/versions", resource(GET=entities.versions), name="central-entity-versions"),
    path(f"{_E}/diffs", resource(GET=entities.diffs), name="central-entity-diffs"),
    path(f"{_E}/audits", resource(GET=entities.audits), name="central-entity-audits"),
]
