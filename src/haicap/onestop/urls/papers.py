"""Forms, slips and the way of the paper."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
