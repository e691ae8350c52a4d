"""Addresses of the one-stop area."""

from django.urls import URLPattern

from haicap.onestop.urls import (
    calendar,
    catalogue,
    centres,
    desk,
    evidence,
    exchange,
    papers,
    public,
    queue,
    signing,
)

app_name = "onestop"
urlpatterns: list[URLPattern] = [
    *desk.urlpatterns,
    *papers.urlpatterns,
    *signing.urlpatterns,
    *catalogue.urlpatterns,
    *centres.urlpatterns,
    *queue.urlpatterns,
    *calendar.urlpatterns,
    *evidence.urlpatterns,
    *public.urlpatterns,
    *exchange.urlpatterns,
]
