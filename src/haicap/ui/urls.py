"""Addresses of the home page, the language switch and the gallery of components."""

from django.urls import path

from haicap.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("ui/gallery/", views.gallery, name="gallery"),
]
