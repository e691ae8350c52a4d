"""Addresses of the findings area."""

from django.urls import path

from haicap.findings.views import difficulties, minutes, practices

app_name = "findings"
urlpatterns = [
    path("difficulties/", difficulties.listing, name="difficulties"),
    path("difficulties/export/", difficulties.export, name="difficulties-export"),
    path("difficulties/new/", difficulties.new, name="difficulty-new"),
    path("difficulties/<int:number>/", difficulties.detail, name="difficulty"),
    path("difficulties/<int:number>/edit/", difficulties.edit, name="difficulty-edit"),
    path("difficulties/<int:number>/decide/", difficulties.decide, name="difficulty-decide"),
    path("practices/", practices.listing, name="practices"),
    path("practices/new/", practices.new, name="practice-new"),
    path("practices/<int:practice_id>/", practices.detail, name="practice"),
    path("minutes/", minutes.listing, name="minutes-list"),
    path("minutes/<str:unit_code>/draft/", minutes.draft, name="minutes-draft"),
    path("minutes/<str:unit_code>/<int:number>/", minutes.detail, name="minutes"),
    path("minutes/<str:unit_code>/<int:number>/refresh/", minutes.refresh, name="minutes-refresh"),
    path("minutes/<str:unit_code>/<int:number>/supplement/", minutes.supplement, name="minutes-supplement"),
    path("minutes/<str:unit_code>/<int:number>/file/", minutes.file, name="minutes-file"),
]
