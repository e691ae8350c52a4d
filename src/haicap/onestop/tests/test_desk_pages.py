"""Pages of the desk: each opens for whoever it is for, and shows what comes next."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from haicap.kernel.access import Role
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.tests.conftest import Service

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(service: Service, client_as: Callable[..., Any]) -> Callable[[Role, str], Any]:
    """Return a factory: desk(role, place) gives a signed-in client of somebody who works there."""

    def make(role: Role, where: str) -> Any:
        place = getattr(service, where)
        return client_as(role, body=getattr(place, "body", place))

    return make


def test_the_work_list_shows_what_waits_for_the_role_and_how_it_stands(
    service: Service, desk: Callable[..., Client]
) -> None:
    row = service.begun()
    page = desk(Role.SPECIALIST, "committee").get(reverse("onestop:work"))
    assert page.status_code == 200
    assert str(row.code) in page.content.decode()
    assert "Người nộp mẫu" not in page.content.decode()
    assert "079190000123" not in page.content.decode()


def test_the_page_of_a_dossier_says_where_it_is_and_offers_the_next_step(
    service: Service, desk: Callable[..., Client]
) -> None:
    row = service.receive()
    client = desk(Role.COUNTER_OFFICER, "first")
    page = client.get(reverse("onestop:dossier", args=[row.reference])).content.decode()
    assert f'value="{Kind.FORWARDED.value}"' in page
    assert "079190000123" not in page
    assert "•••••••••123" in page
    assert 'id="clock-title"' in page and 'id="papers-title"' in page
