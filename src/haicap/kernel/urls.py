"""Addresses of the kernel's pages."""

from django.urls import path

from haicap.kernel import views

app_name = "kernel"
urlpatterns = [
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/stop/", views.job_stop, name="job-stop"),
    path("audit/", views.audit, name="audit"),
    path("alive/", views.alive, name="alive"),
]
