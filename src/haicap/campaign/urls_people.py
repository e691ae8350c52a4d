"""Addresses of nominations, teams and registration."""

from django.urls import path

from haicap.campaign.views import nominations, registration, teams

urlpatterns = [
    path("nominations/", nominations.nominations, name="nominations"),
    path("nominations/request/", nominations.nominations_request, name="nominations-request"),
    path("nominations/hand-in/", nominations.nominations_hand_in, name="nominations-hand-in"),
    path("nominations/new/", nominations.nomination_new, name="nomination-new"),
    path("nominations/check/", nominations.nomination_check, name="nomination-check"),
    path("nominations/<int:nomination_id>/", nominations.nomination, name="nomination"),
    path(
        "nominations/<int:nomination_id>/withdraw/",
        nominations.nomination_withdraw,
        name="nomination-withdraw",
    ),
    path("teams/", teams.teams, name="teams"),
    path("teams/form/", teams.teams_form, name="teams-form"),
    path("teams/place/", teams.team_place, name="team-place"),
    path("teams/<int:number>/", teams.team, name="team"),
    path("registrations/", registration.registrations, name="registrations"),
    path("registrations/own/", registration.registration_own, name="registration-own"),
    path("registrations/remind/", registration.registrations_remind, name="registrations-remind"),
    path("registrations/<str:code>/", registration.registration, name="registration"),
    path("registrations/<str:code>/check/", registration.registration_check, name="registration-check"),
]
