"""Centres, counters, facts and outages."""

from django.urls import URLPattern, path

from haicap.onestop.views import centres

urlpatterns: list[URLPattern] = [
    path("centres/", centres.centres, name="centres"),
    path("centres/new/", centres.new, name="centre-new"),
    path("centres/<str:code>/", centres.centre, name="centre"),
    path("centres/<str:code>/change/", centres.change, name="centre-change"),
    path("centres/<str:code>/open/", centres.open_or_close, {"what": "open"}, name="centre-open"),
    path("centres/<str:code>/close/", centres.open_or_close, {"what": "close"}, name="centre-close"),
    path("centres/<str:code>/counters/", centres.add_counter, name="counter-add"),
    path("centres/<str:code>/facts/", centres.add_fact, name="fact-add"),
    path("centres/<str:code>/outages/", centres.add_outage, name="outage-add"),
    path("counters/<int:pk>/", centres.counter, name="counter-change"),
]
