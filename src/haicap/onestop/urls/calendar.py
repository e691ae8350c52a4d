"""Days off and what their changes move."""

from django.urls import URLPattern, path

from haicap.onestop.views import calendar

urlpatterns: list[URLPattern] = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/change/", calendar.change, name="calendar-days"),
    path("calendar/import/", calendar.import_days, name="calendar-import"),
    path("calendar/changes/<int:pk>/", calendar.changed, name="calendar-change"),
]
