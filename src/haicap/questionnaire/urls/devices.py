"""Addresses of devices."""

from django.urls import path

from haicap.questionnaire.views import devices

urlpatterns = [
    path("devices/", devices.devices, name="devices"),
    path("devices/<int:key_id>/", devices.device, name="device"),
    path("devices/<int:key_id>/revoke/", devices.revoke, name="device-revoke"),
]
