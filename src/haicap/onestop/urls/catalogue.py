"""Procedures and where they were made public."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
