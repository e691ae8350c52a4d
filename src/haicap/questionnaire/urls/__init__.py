"""Addresses of the questionnaire."""

from django.urls import include, path

from haicap.questionnaire import views

app_name = "questionnaire"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("", include("haicap.questionnaire.urls.definitions")),
    path("", include("haicap.questionnaire.urls.submissions")),
    path("", include("haicap.questionnaire.urls.export")),
    path("", include("haicap.questionnaire.urls.datasets")),
    path("", include("haicap.questionnaire.urls.devices")),
    path("board/", views.board, name="board"),
    path("queue/", views.queue, name="queue"),
    path("fill/", views.collect, name="collect"),
    path("fill/<int:form_id>/", views.collect_form, name="collect-form"),
    path("sw.js", views.service_worker, name="service-worker"),
    path("app.webmanifest", views.manifest, name="manifest"),
    path("forms/", views.forms, name="forms"),
    path("forms/build/", views.build, name="build"),
    path("forms/<int:version>.xlsx", views.workbook, name="workbook"),
    path("reports/<str:code>/", views.report, name="report"),
    path("reports/<str:code>/fill/", views.fill, name="fill"),
    path("reports/<str:code>/sign/", views.sign, name="sign"),
    path("reports/<str:code>/take-back/", views.take_back, name="take-back"),
    path("reports/<str:code>/review/<str:area>/", views.review, name="review"),
    path("reports/<str:code>/review/<str:area>/accept/", views.accept, name="accept"),
    path("reports/<str:code>/review/<str:area>/return/", views.give_back, name="return"),
    path("reports/<str:code>/review/<str:area>/confirm/", views.confirm, name="confirm"),
    path("reports/<str:code>/verify/<str:key>/", views.verify, name="verify"),
    path("evidence/<int:evidence_id>/", views.evidence, name="evidence"),
    path("fields/<str:key>/", views.field, name="field"),
    path("figures/<str:code>/<str:key>/", views.figure, name="figure"),
]
