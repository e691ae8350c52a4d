"""Signing in and out: passwords, throttling, the second factor, idle sessions."""

import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from haicap.accounts import actions, factor, queries
from haicap.accounts.models import Person
from haicap.accounts.views.guard import FACTOR_AT
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.models import AuditEntry

PASSWORD = "mat-khau-thu-123"
SIGN_IN = "/signin/"


def browser(**options: Any) -> Any:
    """Return a client that nobody is signed in with."""
    return Client(**options)


def sign_in(client, row, password=PASSWORD, **more):
    return client.post(SIGN_IN, {"username": row.username, "password": password, **more})


def is_in(client):
    return client.get("/account/").status_code == 200


def enrol(row):
    """Give `row` a second factor; returns a function that makes the code of now, and the recovery codes."""
    device = factor.pending_device(person=row)

    def code():
        TOTPDevice.objects.filter(user=row).update(last_t=-1, throttling_failure_count=0)
        return f"{totp(device.bin_key):06d}"

    codes = factor.confirm(actor=queries.actor_of(person=row), person=row, code=code())
    return code, codes


def test_the_right_password_opens_the_page_asked_for(person):
    client = browser()
    assert sign_in(client, person(Role.TEAM_HEAD), next="/notices/").url == "/notices/"
    assert is_in(client)
    assert AuditEntry.objects.filter(action="accounts.signed_in").count() == 1


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site_after_signing_in(person, elsewhere):
    assert sign_in(browser(), person(Role.TEAM_HEAD), next=elsewhere).url == "/"


def test_a_wrong_password_and_an_unknown_name_read_the_same(person):
    row = person(Role.TEAM_HEAD)
    answers = [
        browser().post(SIGN_IN, {"username": name, "password": "khong-phai"})
        for name in (row.username, "nobody")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    sentences = [[str(error) for error in answer.context["form"].non_field_errors()] for answer in answers]
    assert sentences[0] == sentences[1] != []


def test_a_closed_account_does_not_open(person):
    row = person(Role.TEAM_HEAD)
    Person.objects.filter(pk=row.pk).update(is_active=False)
    assert sign_in(browser(), row).status_code == 422


def test_closing_an_account_ends_its_sessions(client_as):
    client = client_as(Role.TEAM_HEAD)
    assert is_in(client)
    Person.objects.filter(pk=client.person.pk).update(is_active=False)
    assert not is_in(client)


def test_the_fifth_wrong_password_locks_even_the_right_one_out(person):
    row = person(Role.TEAM_HEAD)
    wrong = [sign_in(browser(), row, password="khong-phai").status_code for _ in range(5)]
    assert wrong == [422, 422, 422, 422, 429]
    answer = sign_in(browser(), row)
    assert answer.status_code == 429
    assert "15" in answer.content.decode()


def test_writing_the_name_in_capitals_gives_no_fresh_attempts(person):
    row = person(Role.TEAM_HEAD)
    names = [row.username, row.username.upper(), row.username.title(), f" {row.username}", row.username]
    for name in names:
        browser().post(SIGN_IN, {"username": name, "password": "khong-phai"})
    assert sign_in(browser(), row).status_code == 429


def test_a_locked_name_leaves_other_people_in(person):
    locked, other = person(Role.TEAM_HEAD), person(Role.TEAM_HEAD)
    for _ in range(5):
        sign_in(browser(), locked, password="khong-phai")
    assert sign_in(browser(), other).status_code == 302


def test_signing_out_takes_a_post_and_ends_the_session(client_as):
    client = client_as(Role.TEAM_HEAD)
    assert client.get("/signout/").status_code == 405
    assert is_in(client)
    client.post("/signout/")
    assert not is_in(client)
    assert AuditEntry.objects.filter(action="accounts.signed_out").exists()


def test_forms_need_their_token(person):
    client = browser(enforce_csrf_checks=True)
    assert sign_in(client, person(Role.TEAM_HEAD)).status_code == 403


def test_a_second_factor_is_asked_for_after_the_password(person):
    row, client = person(Role.SECRETARIAT), browser()
    code, _codes = enrol(row)
    assert sign_in(client, row, next="/notices/").url == "/signin/code/"
    assert not is_in(client)
    assert client.post("/signin/code/", {"code": "000000"}).status_code == 422
    assert not is_in(client)
    assert client.post("/signin/code/", {"code": code()}).url == "/notices/"
    assert is_in(client)


def test_a_code_opens_once(person):
    row = person(Role.SECRETARIAT)
    code, _codes = enrol(row)
    now = code()
    assert factor.is_valid(person=row, code=now)
    assert not factor.is_valid(person=row, code=now)


def test_wrong_codes_slow_down_guessing(person):
    row, client = person(Role.SECRETARIAT), browser()
    enrol(row)
    sign_in(client, row)
    for _ in range(4):
        client.post("/signin/code/", {"code": "000000"})
    device = TOTPDevice.objects.get(user=row)
    assert device.throttling_failure_count >= 1
    assert not device.verify_is_allowed()[0]


def test_turning_the_factor_off_with_wrong_codes_slows_down_too(person):
    row, client = person(Role.SECRETARIAT), browser()
    enrol(row)
    client.force_login(row, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/account/second-factor/off/", {"code": "000000"})
    assert TOTPDevice.objects.get(user=row).throttling_failure_count == 1


def test_a_recovery_code_opens_once(person):
    row = person(Role.SECRETARIAT)
    _code, codes = enrol(row)
    first, second = browser(), browser()
    sign_in(first, row)
    assert first.post("/signin/code/", {"code": codes[0]}).status_code == 302
    sign_in(second, row)
    assert second.post("/signin/code/", {"code": codes[0]}).status_code == 422


def test_the_code_page_needs_the_password_first_and_not_too_long_ago(person):
    row, client = person(Role.SECRETARIAT), browser()
    code, _codes = enrol(row)
    assert client.get("/signin/code/").url == SIGN_IN
    sign_in(client, row)
    session = client.session
    session["pending_person"] = [*session["pending_person"][:3], time.time() - 3600]
    session.save()
    assert client.post("/signin/code/", {"code": code()}).url == SIGN_IN


def test_a_password_reset_between_password_and_code_closes_the_way(person):
    row, client = person(Role.SECRETARIAT), browser()
    code, _codes = enrol(row)
    sign_in(client, row)
    row.set_password("mot-mat-khau-khac-9")
    row.save()
    assert client.post("/signin/code/", {"code": code()}).url == SIGN_IN
    assert not is_in(client)


def test_enrolling_shows_the_key_and_then_the_recovery_codes_once(client_as):
    client = client_as(Role.SECRETARIAT)
    page = client.get("/account/second-factor/")
    assert page.status_code == 200
    picture = client.get("/account/second-factor/picture.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith((b"<?xml", b"<svg"))
    device = TOTPDevice.objects.get(user=client.person)
    assert client.post("/account/second-factor/", {"code": "000000"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0)
    answer = client.post("/account/second-factor/", {"code": f"{totp(device.bin_key):06d}"})
    assert len(answer.context["codes"]) == factor.RECOVERY_CODES
    assert factor.is_enrolled(person_id=client.person.pk)


def test_keeping_people_asks_for_a_recent_code_where_there_is_a_factor(client_as):
    client = client_as(Role.SECRETARIAT)
    code, _codes = enrol(client.person)
    for path in ("/people/new/", "/people/file/", "/account/password/", "/account/second-factor/"):
        assert client.get(path).url.startswith("/signin/again/?next=%2F"), path
    assert client.post("/signin/again/", {"code": "000000", "next": "/people/new/"}).status_code == 422
    assert client.post("/signin/again/", {"code": code(), "next": "/people/new/"}).url == "/people/new/"
    assert client.get("/people/new/").status_code == 200
    session = client.session
    session[FACTOR_AT] = time.time() - 3600
    session.save()
    assert client.get("/people/new/").status_code == 302


def test_without_a_factor_nothing_more_is_asked(client_as):
    assert client_as(Role.SECRETARIAT).get("/people/new/").status_code == 200


def test_changing_the_own_password_ends_the_other_sessions_only(person):
    row, here, there = person(Role.TEAM_HEAD), browser(), browser()
    sign_in(here, row), sign_in(there, row)
    fresh = {"current": PASSWORD, "password": "con-ga-cuc-tac-7", "repeated": "con-ga-cuc-tac-7"}
    wrong = here.post("/account/password/", fresh | {"current": "khong"})
    assert (wrong.status_code, "current" in wrong.context["form"].errors) == (422, True)
    weak = here.post("/account/password/", fresh | {"password": "12345", "repeated": "12345"})
    assert (weak.status_code, "password" in weak.context["form"].errors) == (422, True)
    unlike = here.post("/account/password/", fresh | {"repeated": "khac-di-mot-chut"})
    assert (unlike.status_code, "repeated" in unlike.context["form"].errors) == (422, True)
    assert here.post("/account/password/", fresh).status_code == 302
    assert is_in(here) and not is_in(there)


def test_a_given_password_opens_only_the_page_to_choose_an_own_one(person):
    row, client = person(Role.TEAM_HEAD), browser()
    made = actions.reset_password(actor=SYSTEM, person=row)
    assert sign_in(client, row, password=made).status_code == 302
    assert client.get("/").url == "/account/password/"
    assert client.get("/api/accounts/me").status_code == 403
    chosen = {"current": made, "password": "con-ga-cuc-tac-7", "repeated": "con-ga-cuc-tac-7"}
    assert client.post("/account/password/", chosen | {"password": made, "repeated": made}).status_code == 422
    assert client.post("/account/password/", chosen).status_code == 302
    assert client.get("/").status_code == 200


def test_a_session_in_use_is_kept_alive_and_an_idle_one_ends(client_as):
    client = client_as(Role.TEAM_HEAD)
    client.get("/account/")
    session = client.session
    session["seen"] = int(time.time()) - 600
    session.set_expiry(None)
    session.save()
    client.get("/account/")
    assert client.session["seen"] > time.time() - 60
    assert client.cookies["sessionid"]["max-age"] == settings.SESSION_COOKIE_AGE


def test_the_language_of_the_profile_is_used_after_signing_in(person):
    row, client = person(Role.TEAM_HEAD), browser()
    Person.objects.filter(pk=row.pk).update(language="en")
    sign_in(client, row)
    assert 'lang="en"' in client.get("/account/").content.decode()
