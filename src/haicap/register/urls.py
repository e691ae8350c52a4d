"""Addresses of the register."""

from django.urls import path

from haicap.register import views

app_name = "register"
urlpatterns = [
    path("", views.units, name="units"),
    path("units/<str:code>/", views.unit, name="unit"),
    path("before/<str:code>/", views.former_unit, name="former-unit"),
    path("districts/", views.districts, name="districts"),
    path("districts/<str:code>/", views.district, name="district"),
    path("history/", views.history, name="history"),
    path("map/", views.unit_map, name="map"),
    path("boundaries.geojson", views.boundaries, name="boundaries"),
    path("imports/", views.imports, name="imports"),
    path("imports/attributes/", views.import_attributes, name="import-attributes"),
    path("imports/boundaries/", views.import_boundaries, name="import-boundaries"),
    path("imports/<int:pk>/", views.import_report, name="import-report"),
]
