"""The frame, the home page, the gallery and the pages of errors."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Refused
from haicap.ui.context import navigation

pytestmark = pytest.mark.django_db


def test_home_needs_a_person():
    assert Client().get("/").status_code == 302


def test_home_has_one_heading_and_a_way_past_the_navigation(client_as):
    html = client_as(Role.SECRETARIAT).get("/").content.decode()
    assert html.count("<h1") == 1
    assert 'href="#main"' in html and 'id="main"' in html
    assert '<html lang="vi">' in html


def test_home_answers_every_role(client_as):
    for role in Role:
        assert client_as(role).get("/").status_code == 200, role


def test_the_gallery_is_for_administrators(client_as):
    assert client_as(Role.ADMINISTRATOR).get("/ui/gallery/").status_code == 200
    assert client_as(Role.COMMUNE_OFFICER).get("/ui/gallery/").status_code == 403


def test_the_gallery_shows_the_errors_of_a_posted_form(client_as):
    answer = client_as(Role.ADMINISTRATOR).post("/ui/gallery/", {"share": "x"})
    assert "error-summary" in answer.content.decode()


def test_the_language_switch_turns_the_page_english(client_as):
    client = client_as(Role.SECRETARIAT)
    answer = client.post("/language/", {"language": "en", "next": "/"}, follow=True)
    assert '<html lang="en">' in answer.content.decode()
    assert "My work" in answer.content.decode()


def test_the_language_switch_leads_to_no_other_site(client_as):
    answer = client_as(Role.SECRETARIAT).post(
        "/language/", {"language": "en", "next": "https://example.com/"}
    )
    assert answer.status_code in {204, 302}
    assert "example.com" not in answer.headers.get("Location", "")


def test_the_navigation_marks_only_the_nearest_entry():
    items = navigation(actor=SYSTEM, path="/ui/gallery/")
    assert [item.url for item in items if item.is_current] == ["/ui/gallery/"]
    assert [item.url for item in navigation(actor=SYSTEM, path="/") if item.is_current] == ["/"]


def test_a_visitor_is_shown_what_needs_no_account_and_the_staff_is_not(client_as):
    visitor = Client().get(reverse("accounts:sign-in")).content.decode()
    staff = client_as(Role.SECRETARIAT).get("/").content.decode()
    for name in ("onestop:track", "onestop:guides", "onestop:book", "onestop:verify", "accounts:sign-in"):
        assert f'href="{reverse(name)}"' in visitor, name
        assert f'href="{reverse(name)}"' not in staff, name
    assert f'href="{reverse("onestop:work")}"' not in visitor


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 429, 500])
def test_an_error_page_says_in_words_what_happened(status):
    with translation.override("vi"):
        html = render_to_string(
            "ui/errors/error.html", {"status": status}, request=RequestFactory().get("/x/")
        )
    assert f">{status}<" in html and html.count("<h1") == 1


def test_an_error_page_needs_neither_request_nor_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ">500<" in render_to_string("500.html")


def test_a_refusal_is_told_with_its_code():
    refusal = Refused("slot.taken", "Buổi này đã kín.")
    html = render_to_string("ui/errors/error.html", {"status": 422, "refusal": refusal})
    assert "Buổi này đã kín." in html and "slot.taken" in html
    fragment = render_to_string("ui/errors/fragment.html", {"refusal": refusal})
    assert 'data-refusal="slot.taken"' in fragment and 'role="alert"' in fragment


def test_an_unknown_address_is_a_page_of_the_house(client_as):
    answer = client_as(Role.CITY_LEADER).get("/nowhere/")
    assert answer.status_code == 404
    assert ">404<" in answer.content.decode()
