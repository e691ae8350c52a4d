"""Procedures and where they were made public."""

from django.urls import URLPattern, path

from haicap.onestop.views import catalogue

urlpatterns: list[URLPattern] = [
    path("procedures/", catalogue.procedures, name="procedures"),
    path("procedures.xlsx", catalogue.export, name="procedures-export"),
    path("procedures/import/", catalogue.import_file, name="procedures-import"),
    path("procedures/<str:code>/", catalogue.procedure, name="procedure"),
    path("procedures/<str:code>/publish/", catalogue.publish, name="procedure-publish"),
    path("procedures/<str:code>/withdraw/", catalogue.withdraw, name="procedure-withdraw"),
    path("guide/", catalogue.guides, name="guides"),
    path("guide/<str:code>/", catalogue.guide, name="guide"),
]
