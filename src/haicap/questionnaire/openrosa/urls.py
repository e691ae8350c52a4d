"""Addresses of OpenRosa below /v1/: as they are, behind the token of a device, behind that of a draft under test."""

from django.urls import include, path

from haicap.questionnaire.openrosa import views

_form = "projects/<int:project>/forms/<str:form_id>"
_ways = (
    ("projects/<int:project>/formList", views.form_list, "list"),
    ("projects/<int:project>/submission", views.submission, "submission"),
    (f"{_form}.xml", views.form_xml, "form"),
    (f"{_form}/manifest", views.manifest, "manifest"),
    (f"{_form}/attachments/<str:name>", views.media, "media"),
    ("projects/<int:project>/datasets/<str:name>/integrity", views.dataset_integrity, "integrity"),
)
_drafts = (
    (f"{_form}/draft/formList", views.draft_list, "list"),
    (f"{_form}/draft/submission", views.submission, "submission"),
    (f"{_form}/draft.xml", views.form_xml, "form"),
    (f"{_form}/draft/manifest", views.manifest, "manifest"),
    (f"{_form}/draft/attachments/<str:name>", views.media, "media"),
)
urlpatterns = [
    *(path(way, view, name=f"openrosa-{name}") for way, view, name in _ways),
    path(
        "key/<str:token>/",
        include([path(way, view, name=f"openrosa-key-{name}") for way, view, name in _ways]),
    ),
    path(
        "test/<str:draft>/",
        include([path(way, view, name=f"openrosa-draft-{name}") for way, view, name in _drafts]),
    ),
]
