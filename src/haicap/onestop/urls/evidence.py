"""Figures computed from the ledger."""

from django.urls import path

from haicap.onestop.views import evidence, index

urlpatterns = [
    path("evidence/", evidence.evidence, name="evidence"),
    path("evidence/export/", evidence.export, name="evidence-export"),
    path("evidence/dossiers/", evidence.dossiers, name="evidence-dossiers"),
    path("evidence/bodies/<str:code>/", evidence.body, name="evidence_body"),
    path("evidence/index/", index.comparison, name="index"),
    path("evidence/index/<str:code>/", index.body, name="index_body"),
]
