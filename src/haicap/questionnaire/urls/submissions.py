"""Addresses of filled forms and of the quality of data; part of the questionnaire's."""

from django.urls import path

from haicap.questionnaire.views import quality
from haicap.questionnaire.views import submissions as views

_FORM = "definitions/<int:form_id>/submissions/"
urlpatterns = [
    path(_FORM, views.submissions, name="submissions"),
    path(f"{_FORM}decide/", views.decide_many, name="submissions-decide"),
    path(f"{_FORM}deleted/", views.deleted, name="submissions-deleted"),
    path(f"{_FORM}<int:pk>/", views.submission, name="submission"),
    path(f"{_FORM}<int:pk>/decide/", views.decide, name="submission-decide"),
    path(f"{_FORM}<int:pk>/comment/", views.comment, name="submission-comment"),
    path(f"{_FORM}<int:pk>/edit/", views.edit, name="submission-edit"),
    path(f"{_FORM}<int:pk>/delete/", views.delete, name="submission-delete"),
    path(f"{_FORM}<int:pk>/files/<int:file_id>/", views.attachment, name="submission-file"),
    path("quality/", quality.quality, name="quality"),
    path("quality/<str:code>/<str:key>/", quality.quality_figure, name="quality-figure"),
    path("completeness/", quality.completeness, name="completeness"),
]
