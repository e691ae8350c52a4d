"""What a citizen opens without an account: tracking, handing in online, petitions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
