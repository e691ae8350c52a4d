"""Procedures and where they were made public."""

from django.urls import URLPattern, path

from haicap.onestop.views import catalogue, procedures

urlpatterns: list[URLPattern] = [
    path("procedures/", catalogue.procedures, name="procedures"),
    path("procedures.xlsx", catalogue.export, name="procedures-export"),
    path("procedures/import/", catalogue.import_file, name="procedures-import"),
    path("procedures/template.xlsx", catalogue.template, name="procedures-template"),
    path("procedures/new/", procedures.version, name="procedure-new"),
    path("procedures/publications/", procedures.publications, name="publications"),
    path("procedures/<str:code>/", procedures.procedure, name="procedure"),
    path("procedures/<str:code>/version/", procedures.version, name="procedure-version"),
    path("procedures/<str:code>/publish/", procedures.publish, name="procedure-publish"),
    path("procedures/<str:code>/withdraw/", procedures.withdraw, name="procedure-withdraw"),
    path("procedures/<str:code>/reinstate/", procedures.reinstate, name="procedure-reinstate"),
    path("guide/", catalogue.guides, name="guides"),
    path("guide/<str:code>/", catalogue.guide, name="guide"),
]
