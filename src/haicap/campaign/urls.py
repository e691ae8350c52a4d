"""Addresses of the area."""

from django.urls import path

from haicap.campaign.urls_people import urlpatterns as people
from haicap.campaign.views import plan

app_name = "campaign"
urlpatterns = [
    path("", plan.plan, name="plan"),
    path("areas/<str:code>/", plan.area, name="area"),
    path("indicators/", plan.indicators, name="indicators"),
    path("indicators/<str:code>/", plan.indicator, name="indicator"),
    path("questions/", plan.questions, name="questions"),
    path("settings/", plan.settings, name="settings"),
    path("state/", plan.state, name="state"),
    *people,
]
