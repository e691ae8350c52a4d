"""Addresses of the whole site."""

from django.urls import include, path

from haicap.api import api

urlpatterns = [
    path("", include("haicap.ui.urls")),
    path("", include("haicap.kernel.urls")),
    path("", include("haicap.accounts.urls")),
    path("register/", include("haicap.register.urls")),
    path("campaign/", include("haicap.campaign.urls")),
    path("onestop/", include("haicap.onestop.urls")),
    path("timetable/", include("haicap.timetable.urls")),
    path("questionnaire/", include("haicap.questionnaire.urls")),
    path("findings/", include("haicap.findings.urls")),
    path("reports/", include("haicap.assessment.urls")),
    path("v1/", include("haicap.questionnaire.central.urls")),
    path("v1/", include("haicap.questionnaire.openrosa.urls")),
    path("api/", api.urls),
]
