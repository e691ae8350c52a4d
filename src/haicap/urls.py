"""Addresses of the whole site."""

from django.urls import include, path

from haicap.api import api

from pathlib import Path

urlpatterns = [
    path(prefix, include(f"haicap.{area}.urls"))
    for prefix, area in [
        ("", "ui"),
        ("", "kernel"),
        ("", "accounts"),
        ("register/", "register"),
        ("campaign/", "campaign"),
        ("timetable/", "timetable"),
        ("questionnaire/", "questionnaire"),
        ("findings/", "findings"),
        ("reports/", "assessment"),
    ]
    if (Path(__file__).parent / area / "urls.py").exists()
] + [path("api/", api.urls)]
