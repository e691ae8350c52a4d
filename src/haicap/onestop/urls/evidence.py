"""Figures computed from the ledger."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
