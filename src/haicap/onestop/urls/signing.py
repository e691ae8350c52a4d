"""Certificates, results and their public verification."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
