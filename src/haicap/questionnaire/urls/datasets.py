"""Addresses of follow-through lists; part of the questionnaire's."""

from django.urls import path

from haicap.questionnaire.views import datasets as views

urlpatterns = [
    path("datasets/", views.datasets, name="datasets"),
    path("datasets/sync/", views.sync, name="datasets-sync"),
    path("datasets/<int:dataset_id>/", views.dataset, name="dataset"),
    path("datasets/<int:dataset_id>/csv/", views.dataset_file, name="dataset-csv"),
    path("datasets/<int:dataset_id>/import/", views.dataset_import, name="dataset-import"),
    path("datasets/<int:dataset_id>/settings/", views.dataset_settings, name="dataset-settings"),
    path("datasets/<int:dataset_id>/properties/", views.dataset_property, name="dataset-property"),
    path("datasets/<int:dataset_id>/new/", views.entity_new, name="entity-new"),
    path("datasets/<int:dataset_id>/<uuid:identity>/", views.entity, name="entity"),
    path("datasets/<int:dataset_id>/<uuid:identity>/settle/", views.entity_settle, name="entity-settle"),
    path("datasets/<int:dataset_id>/<uuid:identity>/delete/", views.entity_delete, name="entity-delete"),
    path("datasets/<int:dataset_id>/<uuid:identity>/restore/", views.entity_restore, name="entity-restore"),
]
