"""Addresses of ODK Central's API, under /v1/."""

from functools import partial

from django.urls import URLPattern, path

from haicap.questionnaire.central import odata, projects, sessions
from haicap.questionnaire.central.door import resource

_P = "projects/<int:project>"
_F = f"{_P}/forms/<str:form>"


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


urlpatterns = [
    path("sessions", resource(door="public", POST=sessions.begin), name="central-sessions"),
    path(
        "sessions/current",
        resource(is_account=True, DELETE=sessions.end_current),
        name="central-session-current",
    ),
    path("sessions/<str:token>", resource(is_account=True, DELETE=sessions.end), name="central-session"),
    path("users/current", resource(is_account=True, GET=sessions.current), name="central-user-current"),
    path("projects", resource(GET=projects.index), name="central-projects"),
    path(_P, resource(GET=projects.one), name="central-project"),
    *_feed(f"{_F}/draft", "draft-odata", is_draft=True),
    *_feed(_F, "odata", is_draft=False),
]
