"""Addresses of the assessment area."""

from django.urls import URLPattern

app_name = "assessment"
urlpatterns: list[URLPattern] = []
