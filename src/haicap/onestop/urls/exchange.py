"""Webhooks, and the import of another system."""

from django.urls import URLPattern, path

from haicap.onestop.views import hooks, imports

urlpatterns: list[URLPattern] = [
    path("hooks/", hooks.hooks, name="hooks"),
    path("hooks/<int:pk>/", hooks.hook, name="hook"),
    path("hooks/<int:pk>/test/", hooks.test, name="hook-test"),
    path("hooks/<int:pk>/pause/", hooks.pause, name="hook-pause"),
    path("hooks/<int:pk>/replay/", hooks.replay, name="hook-replay"),
    path("deliveries/<int:pk>/again/", hooks.again, name="delivery-again"),
    path("import/", imports.imports, name="import"),
    path("import/runs/<uuid:job_id>/", imports.result, name="import-result"),
    path("import/<str:token>/", imports.check, name="import-check"),
]
