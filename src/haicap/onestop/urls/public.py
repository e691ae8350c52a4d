"""What a citizen opens without an account: tracking, handing in online, petitions."""

from django.urls import URLPattern, path

from haicap.onestop.views import apply, petitions, track

urlpatterns: list[URLPattern] = [
    path("track/", track.track, name="track"),
    path("track/<str:reference>/", track.page, name="tracked"),
    path("track/<str:reference>/supplement/", track.supplement, name="track-supplement"),
    path("track/<str:reference>/withdraw/", track.withdraw, name="track-withdraw"),
    path("track/<str:reference>/confirm/", track.confirm, name="track-confirm"),
    path("track/<str:reference>/pay/", track.pay, name="track-pay"),
    path("track/<str:reference>/result/", track.result, name="track-result"),
    path("track/<str:reference>/rate/", track.rate, name="track-rate"),
    path("track/<str:reference>/secret/", track.secret, name="track-secret"),
    path("track/<str:reference>/leave/", track.leave, name="track-leave"),
    path("apply/", apply.apply, name="apply"),
    path("apply/<str:code>/", apply.apply, name="apply"),
    path("applied/<str:reference>/", apply.applied, name="applied"),
    path("petition/", petitions.petition, name="petition"),
    path("petition/find/", petitions.find, name="petition-find"),
    path("petition/<str:key>/", petitions.petitioned, name="petitioned"),
    path("petitions/", petitions.listing, name="petitions"),
    path("petitions/<int:pk>/", petitions.answer, name="petition-answer"),
]
