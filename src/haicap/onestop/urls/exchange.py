"""Webhooks, and the import of another system."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
