"""Days off and what their changes move."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
