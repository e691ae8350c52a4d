"""Addresses of the consolidated report."""

from django.urls import path

from haicap.assessment import views

app_name = "assessment"
urlpatterns = [
    path("", views.listing, name="reports"),
    path("make/", views.make, name="make"),
    path("<int:number>/", views.report, name="report"),
    path("<int:number>/areas/<str:code>/", views.area, name="area"),
    path("<int:number>/map/", views.map_page, name="map"),
    path("<int:number>/compare/<int:earlier>/", views.compare, name="compare"),
    path("<int:number>/report.docx", views.docx, name="docx"),
    path("<int:number>/annexes.xlsx", views.xlsx, name="xlsx"),
]
