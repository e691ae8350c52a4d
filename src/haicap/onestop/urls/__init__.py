"""Addresses of the one-stop area."""

from django.urls import URLPattern

app_name = "onestop"
urlpatterns: list[URLPattern] = []
