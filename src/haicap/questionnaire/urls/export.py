"""Addresses of exports; part of the questionnaire's."""

from django.urls import path

from haicap.questionnaire.views import export as views

urlpatterns = [
    path("definitions/<int:form_id>/export/", views.export, name="export"),
    path("exports/<uuid:token>/", views.export_ready, name="export-ready"),
    path("exports/<uuid:token>/file/", views.export_file, name="export-file"),
]
