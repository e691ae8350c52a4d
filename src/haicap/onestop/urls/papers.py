"""Forms, slips and the way of the paper."""

from django.urls import URLPattern, path

from haicap.onestop.views import papers

urlpatterns: list[URLPattern] = [
    path("forms/<str:reference>/<str:purpose>/<int:sequence>/", papers.form, name="form"),
    path("register/", papers.register, name="register"),
    path("slips/", papers.slips, name="slips"),
    path("slips/<str:number>/", papers.slip, name="slip"),
    path("slips/<str:number>/slip.pdf", papers.slip_file, name="slip-file"),
]
