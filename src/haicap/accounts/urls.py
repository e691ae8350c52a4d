"""Addresses of sign-in, the own account and people."""

from django.urls import path

from haicap.accounts.views import own, people, sign

app_name = "accounts"
urlpatterns = [
    path("signin/", sign.sign_in, name="sign-in"),
    path("signin/code/", sign.second_factor, name="second-factor"),
    path("signin/again/", sign.factor_again, name="factor-again"),
    path("signout/", sign.sign_out, name="sign-out"),
    path("account/", own.profile, name="profile"),
    path("account/password/", own.password, name="password"),
    path("account/second-factor/", own.enrol, name="enrol"),
    path("account/second-factor/picture.svg", own.enrol_picture, name="enrol-picture"),
    path("account/second-factor/off/", own.unenrol, name="unenrol"),
    path("account/second-factor/codes/", own.recovery_codes, name="recovery-codes"),
    path("notices/", own.notices, name="notices"),
    path("notices/read/", own.notices_read, name="notices-read"),
    path("notices/<int:notice_id>/read/", own.notice_read, name="notice-read"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person-new"),
    path("people/file/", people.people_file, name="people-file"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/password/", people.person_password, name="person-password"),
]
