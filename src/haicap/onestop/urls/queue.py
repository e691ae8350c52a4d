"""Queue tickets, appointments, the display and the kiosk."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
