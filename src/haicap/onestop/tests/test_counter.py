"""Counter work: any dossier at any open centre by its whole code, and what came online or lacks papers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Missing, NotAllowed
from haicap.onestop.models import Dossier, Event
from haicap.onestop.queries.desk import counter_for
from haicap.onestop.queries.dossiers import dossier_for
from haicap.onestop.rules.lifecycle import Kind, Life
from haicap.onestop.tests.conftest import Service

pytestmark = pytest.mark.django_db
Staff = Callable[[Role, str], Actor]


@pytest.fixture
def client_at(service: Service, client_as: Callable[..., Any]) -> Callable[[Role, str], Any]:
    """Return a factory: client_at(role, place) gives a signed-in client of somebody who works there."""

    def make(role: Role, where: str) -> Any:
        place = getattr(service, where)
        return client_as(role, body=place.body if hasattr(place, "agency") else place)

    return make


def send(client: Any, row: Dossier, kind: Kind, **given: Any) -> Any:
    row.refresh_from_db()
    data = {"kind": kind.value, "expected": row.sequence, "key": f"key-{row.sequence}-{kind.value}", **given}
    return client.post(reverse("onestop:act", args=[row.reference]), data)


def test_a_counter_opens_any_dossier_by_its_whole_code_and_by_nothing_else(
    service: Service, staff: Staff
) -> None:
    row = service.issued()
    actor = staff(Role.COUNTER_OFFICER, "second")
    with pytest.raises(Missing):
        dossier_for(actor=actor, reference=str(row.code))
    page = counter_for(actor=actor, reference=str(row.code))
    assert Kind.RETURNED in page.kinds and not page.has_part
    assert page.applicant.name == "N• n• m• 01" and "079190000123" not in page.applicant.id_number
    for text in (str(row.code)[:-1], str(row.code)[-4:], "%", ""):
        with pytest.raises(Missing):
            counter_for(actor=actor, reference=text)
    with pytest.raises(NotAllowed):
        counter_for(actor=staff(Role.COUNTER_OFFICER, "other"), reference=str(row.code))


def test_a_counter_takes_payment_and_returns_and_the_page_says_so(
    service: Service, client_at: Callable[..., Any]
) -> None:
    row = service.issued(fee=8000)
    client = client_at(Role.COUNTER_OFFICER, "second")
    address = reverse("onestop:counter")
    page = client.get(address, {"code": row.code}).content.decode()
    assert f'value="{Kind.PAID.value}"' in page and f'value="{Kind.RETURNED.value}"' not in page
    assert send(client, row, Kind.RETURNED, counter="1", how="signature").status_code == 422
    assert send(client, row, Kind.PAID, counter="1", receipt="BL-0001").status_code == 302
    photo = SimpleUploadedFile("ky.jpg", b"\xff\xd8\xff\xe0 photo")
    assert send(client, row, Kind.RETURNED, counter="1", how="photo").status_code == 422
    wrong = SimpleUploadedFile("ky.jpg", b"MZ no photo")
    refused = send(client, row, Kind.RETURNED, counter="1", how="photo", file=wrong)
    assert refused.status_code == 422 and not row.events.filter(kind="returned").exists()
    assert send(client, row, Kind.RETURNED, counter="1", how="photo", file=photo).status_code == 302
    row.refresh_from_db()
    assert row.returned_body_id == service.second.body_id
    assert row.attachments.get().paper == "proof"
    assert client.get(address, {"code": "H29.T1-000000-0000"}).status_code == 404


def test_a_counter_without_a_part_does_nothing_but_counter_work(
    service: Service, client_at: Callable[..., Any]
) -> None:
    row = service.begun()
    client = client_at(Role.COUNTER_OFFICER, "second")
    for kind in (Kind.STOPPED, Kind.STEP_DONE, Kind.FORWARDED, Kind.REROUTED):
        answer = send(client, row, kind, counter="1", reason="x", result="granted", to=service.other.code)
        assert answer.status_code in (403, 404, 422), kind
    row.refresh_from_db()
    assert row.status == Dossier.Status.PROCESSING and row.competent_body_id == service.committee.pk


def test_a_counter_forwards_many_at_once_and_hears_which_stayed(
    service: Service, client_at: Callable[..., Any]
) -> None:
    rows = [service.receive() for _number in range(3)]
    fresh, begun = service.register(), service.begun()
    client = client_at(Role.COUNTER_OFFICER, "first")
    given = {"dossier": [row.reference for row in (*rows, fresh, begun)], "back": "//evil.example/"}
    answer = client.post(reverse("onestop:forward"), given)
    assert answer.status_code == 302 and answer["Location"] == reverse("onestop:work")
    assert Event.objects.filter(kind="forwarded").count() == 4
    fresh.refresh_from_db()
    assert fresh.status == Dossier.Status.NEW
    assert (
        client_at(Role.COUNTER_OFFICER, "second").post(reverse("onestop:forward"), given).status_code == 302
    )
    assert Event.objects.filter(kind="forwarded").count() == 4
    assert client.post(reverse("onestop:forward"), {}).status_code == 422
    assert client_at(Role.SPECIALIST, "committee").post(reverse("onestop:forward"), given).status_code == 403


def test_what_came_online_is_received_on_its_page(service: Service, client_at: Callable[..., Any]) -> None:
    row = service.register(as_citizen=True, channel="online")
    client = client_at(Role.COUNTER_OFFICER, "first")
    page = client.get(reverse("onestop:dossier", args=[row.reference])).content.decode()
    assert f'value="{Kind.RECEIVED.value}"' in page
    given = {"papers": ["form"], "fee": "8000", "deliver": "counter", "return_at": service.second.code}
    assert send(client, row, Kind.RECEIVED, **given).status_code == 302
    assert send(client, row, Kind.RECEIVED, **given).status_code == 422
    row.refresh_from_db()
    assert (row.competent_body, row.fee) == (service.committee, 8000)
    assert Life.from_json(row.life).return_at == service.second.body.code


def test_another_centre_may_receive_what_was_registered_elsewhere(
    service: Service, client_at: Callable[..., Any]
) -> None:
    row = service.register()
    client = client_at(Role.COUNTER_OFFICER, "second")
    answer = send(client, row, Kind.RECEIVED, counter="1", papers=["form"], fee="0", deliver="post")
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.received_body == service.second.body
    assert client.get(reverse("onestop:dossier", args=[row.reference])).status_code == 200


def test_papers_asked_for_before_the_receipt_are_taken_at_any_centre_and_then_it_is_received(
    service: Service, client_at: Callable[..., Any]
) -> None:
    row = service.register()
    first, second = client_at(Role.COUNTER_OFFICER, "first"), client_at(Role.COUNTER_OFFICER, "second")
    assert send(first, row, Kind.SUPPLEMENT_ASKED, reason="Thiếu tờ khai", papers=["form"]).status_code == 302
    scan = SimpleUploadedFile("to-khai.pdf", b"%PDF-1.7")
    given = {"papers": ["form"], "file": scan, "counter": "1"}
    assert send(second, row, Kind.SUPPLEMENT_GIVEN, **given).status_code == 302
    assert row.attachments.get().paper == "form"
    assert send(first, row, Kind.RECEIVED, papers=["form"], fee="0", deliver="online").status_code == 302
    row.refresh_from_db()
    assert row.status == Dossier.Status.RECEIVED and row.supplements == 0
