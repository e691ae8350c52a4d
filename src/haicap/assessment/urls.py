"""Addresses of the consolidated report, and of reported figures beside the ledger's."""

from django.urls import path

from haicap.assessment.views import ledger, reports

app_name = "assessment"
urlpatterns = [
    path("", reports.listing, name="reports"),
    path("make/", reports.make, name="make"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/export/", ledger.export, name="ledger-export"),
    path("<int:number>/", reports.report, name="report"),
    path("<int:number>/areas/<str:code>/", reports.area, name="area"),
    path("<int:number>/map/", reports.map_page, name="map"),
    path("<int:number>/compare/<int:earlier>/", reports.compare, name="compare"),
    path("<int:number>/report.docx", reports.docx, name="docx"),
    path("<int:number>/annexes.xlsx", reports.xlsx, name="xlsx"),
]
