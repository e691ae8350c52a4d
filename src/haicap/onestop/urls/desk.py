"""Dossiers: work list, receipt, the page of a dossier and everything done to it."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
