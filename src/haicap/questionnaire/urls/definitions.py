"""Addresses of forms as their authors see them; part of the questionnaire's."""

from django.urls import path

from haicap.questionnaire.views import definitions as views

_FORM = "definitions/<int:form_id>/"
_VERSION = f"{_FORM}versions/<int:number>/"
urlpatterns = [
    path("definitions/", views.definitions, name="definitions"),
    path(_FORM, views.definition, name="definition"),
    path(f"{_FORM}draft/", views.draft, name="definition-draft"),
    path(f"{_FORM}publish/", views.publish, name="definition-publish"),
    path(f"{_FORM}copy/", views.copy, name="definition-copy"),
    path(f"{_FORM}discard/", views.discard, name="definition-discard"),
    path(f"{_FORM}state/", views.set_state, name="definition-state"),
    path(f"{_FORM}settings/", views.settings, name="definition-settings"),
    path(f"{_FORM}delete/", views.delete, name="definition-delete"),
    path(f"{_FORM}media/", views.media, name="definition-media"),
    path(f"{_FORM}assign/", views.assign, name="definition-assign"),
    path(f"{_FORM}assign/<int:assignment_id>/take-back/", views.unassign, name="definition-unassign"),
    path(f"{_VERSION}source/", views.source, name="definition-source"),
    path(f"{_VERSION}form.xml", views.xform, name="definition-xform"),
    path(f"{_VERSION}media/<str:name>", views.media_file, name="definition-media-file"),
]
