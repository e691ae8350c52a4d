"""Dossiers: work list, receipt, the page of a dossier and everything done to it."""

from django.urls import URLPattern, path

from haicap.onestop.views import counter, dossier, receive, succession, work

urlpatterns: list[URLPattern] = [
    path("work/", work.work, name="work"),
    path("work.xlsx", work.export, name="work-export"),
    path("assign/", work.assign, name="assign"),
    path("forward/", work.forward, name="forward"),
    path("receive/", receive.receive, name="receive"),
    path("counter/", counter.counter, name="counter"),
    path("merged/", succession.merged, name="merged"),
    path("dossiers/<str:reference>/", dossier.dossier, name="dossier"),
    path("dossiers/<str:reference>/act/", dossier.act, name="act"),
    path("dossiers/<str:reference>/unmask/", dossier.unmask, name="unmask"),
    path("dossiers/<str:reference>/scans/", dossier.scans, name="scans"),
    path("dossiers/<str:reference>/secret/", dossier.secret, name="new-secret"),
    path("dossiers/<str:reference>/files/<int:number>/", dossier.attachment, name="attachment"),
]
