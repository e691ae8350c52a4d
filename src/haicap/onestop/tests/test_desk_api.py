"""Dossiers as JSON: the same rows, masks and rules as the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from haicap.kernel.access import Role
from haicap.onestop.actions import scans
from haicap.onestop.actions.files import Paper
from haicap.onestop.models import Dossier, Event
from haicap.onestop.tests.conftest import Service

pytestmark = pytest.mark.django_db
BASE = "/api/onestop"


@pytest.fixture
def client_at(service: Service, client_as: Callable[..., Any]) -> Callable[[Role, str], Any]:
    """Return a factory: client_at(role, place) gives a signed-in client of somebody who works there."""

    def make(role: Role, where: str) -> Any:
        place = getattr(service, where)
        return client_as(role, body=place.body if hasattr(place, "agency") else place)

    return make


def post(client: Any, path: str, data: dict[str, Any]) -> Any:
    return client.post(f"{BASE}{path}", data, content_type="application/json")


def brought(service: Service, **given: Any) -> dict[str, Any]:
    applicant = {"full_name": "Người nộp mẫu 01", "id_number": "079190000123", "unit": service.unit.code}
    return {
        "procedure": "9.000001",
        "applicant": applicant,
        "papers": ["form"],
        "key": "key-00000001",
        **given,
    }


def test_the_list_gives_every_row_once_with_the_exact_total_and_no_identifier(
    service: Service, client_at: Callable[..., Any]
) -> None:
    rows = [service.begun() for _number in range(5)]
    client = client_at(Role.SPECIALIST, "committee")
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"{BASE}/dossiers", {"size": 2, "cursor": cursor}).json()
        assert page["total"] == 5
        seen += [item["reference"] for item in page["items"]]
        assert all(item["applicant"] == "N• n• m• 01" for item in page["items"])
        if not (cursor := page["next"]):
            break
    assert sorted(seen) == sorted(row.reference for row in rows)
    text = client.get(f"{BASE}/dossiers", {"scope": "all"}).content.decode()
    assert "079190000123" not in text and "Người nộp" not in text


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"},
        {"size": 0},
        {"size": 10_000},
        {"scope": "everything"},
        {"status": 11},
        {"foretold": "soon"},
    ],
)
def test_a_wrong_question_is_refused(
    service: Service, client_at: Callable[..., Any], query: dict[str, Any]
) -> None:
    assert client_at(Role.SPECIALIST, "committee").get(f"{BASE}/dossiers", query).status_code == 422


def test_expansions_leak_nothing(service: Service, client_at: Callable[..., Any]) -> None:
    row = service.begun()
    paper = Paper(file=SimpleUploadedFile("x.pdf", b"%PDF-1.7"), paper="form")
    officer = client_at(Role.COUNTER_OFFICER, "first")
    scans.attach(actor=officer.actor, dossier=row, papers=[paper])
    for expand in ("", "events", "papers"):
        for name in (row.code, row.reference):
            address = f"{BASE}/dossiers/{name}?expand={expand}" if expand else f"{BASE}/dossiers/{name}"
            stranger = client_at(Role.SPECIALIST, "other").get(address)
            assert stranger.status_code == 404
            assert row.reference not in stranger.content.decode()
    own = client_at(Role.SPECIALIST, "committee").get(
        f"{BASE}/dossiers/{row.code}?expand=events&expand=papers"
    )
    found = own.json()
    assert [event["kind"] for event in found["events"]] == ["registered", "received", "forwarded", "scanned"]
    assert found["events"][1]["previous"] == found["events"][0]["digest"]
    assert len(found["papers"]) == 1
    for secret in ("079190000123", "0900000123", "Người nộp", "Đường mẫu"):
        assert secret not in own.content.decode()
    bare = client_at(Role.SPECIALIST, "committee").get(f"{BASE}/dossiers/{row.code}").json()
    assert bare["events"] is None and bare["papers"] is None
    for scope in ("work", "now", "all"):
        for text in (row.code, row.reference, "mẫu", "079190000123"):
            page = (
                client_at(Role.SPECIALIST, "other")
                .get(f"{BASE}/dossiers", {"scope": scope, "q": text})
                .json()
            )
            assert page == {"total": 0, "next": "", "items": []}


def test_a_dossier_is_taken_in_and_lives_on_through_the_api(
    service: Service, client_at: Callable[..., Any]
) -> None:
    officer, specialist = client_at(Role.COUNTER_OFFICER, "first"), client_at(Role.SPECIALIST, "committee")
    answer = post(officer, "/dossiers", brought(service))
    taken = answer.json()
    assert answer.status_code == 201 and taken["status"] == 2 and taken["secret"]
    assert taken["fee"] == 8000 and taken["competent"] == service.committee.code
    again = post(officer, "/dossiers", brought(service)).json()
    assert again["reference"] == taken["reference"] and again["secret"] == ""
    path = f"/dossiers/{taken['code']}/events"
    sent = {"kind": "forwarded", "expected": 2, "key": "key-forward"}
    assert post(officer, path, sent).json()["status"] == 4
    assert post(officer, path, sent).json()["sequence"] == 3
    stale = {"kind": "step_done", "payload": {"step": "check"}, "expected": 2, "key": "key-step"}
    conflict = post(specialist, path, stale)
    assert conflict.status_code == 409 and conflict.json()["code"] == "dossier.changed"
    full = post(specialist, path, stale | {"expected": 3}).json()
    assert full["sequence"] == 4 and "stopped" in full["kinds"] and "drafted" not in full["kinds"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"procedure": "0.0"}, 404),
        ({"outcome": "refuse"}, 422),
        ({"outcome": "burn"}, 422),
        ({"fee": -1}, 422),
        ({"key": "short"}, 422),
        ({"return_at": "NOWHERE"}, 404),
        ({"applicant": {"full_name": "Người nộp mẫu 01"}}, 422),
        ({"applicant": {"full_name": " ", "unit": "x"}}, 404),
    ],
)
def test_a_bad_intake_leaves_nothing(
    service: Service, client_at: Callable[..., Any], given: dict[str, Any], status: int
) -> None:
    answer = post(client_at(Role.COUNTER_OFFICER, "first"), "/dossiers", brought(service, **given))
    assert answer.status_code == status
    assert Dossier.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"kind": "step_done", "payload": {"step": "check", "machine": True}}, 422),
        ({"kind": "drafted", "payload": {"result": "granted"}}, 422),
        ({"kind": "stopped", "payload": {"reason": "x", "centre": "TTHCC-T1"}}, 422),
        ({"kind": "signed"}, 422),
        ({"kind": "received"}, 422),
        ({"kind": "exploded"}, 422),
        ({"kind": "payment_asked", "payload": {"amount": "many", "reason": "x"}}, 422),
        ({"kind": "consulted", "payload": {"to": "NOBODY", "due_at": "2099-01-01T10:00:00+07:00"}}, 404),
        ({"kind": "consulted", "payload": {"to": "SNV", "due_at": "tomorrow"}}, 422),
        ({"kind": "extended", "payload": {"until": "2099-01-01", "reason": "x"}}, 422),
        ({"kind": "approved"}, 403),
    ],
)
def test_a_bad_event_changes_nothing(
    service: Service, client_at: Callable[..., Any], given: dict[str, Any], status: int
) -> None:
    row = service.begun()
    before = Event.objects.count()
    sent = {"expected": row.sequence, "key": "key-00000009", **given}
    answer = post(client_at(Role.SPECIALIST, "committee"), f"/dossiers/{row.reference}/events", sent)
    assert answer.status_code == status, answer.content.decode()
    assert Event.objects.count() == before


def test_a_counter_reaches_any_dossier_by_whole_code_for_counter_work_only(
    service: Service, client_at: Callable[..., Any]
) -> None:
    row = service.issued()
    officer = client_at(Role.COUNTER_OFFICER, "second")
    assert officer.get(f"{BASE}/dossiers/{row.code}").status_code == 404
    sent = {"kind": "returned", "payload": {"how": "signature", "proof": "Sổ 12"}, "expected": row.sequence}
    assert (
        post(officer, f"/counter/{row.reference[:-1]}/events", sent | {"key": "key-00000001"}).status_code
        == 404
    )
    wrong = sent | {"kind": "rerouted", "key": "key-00000001", "payload": {"to": "SNV", "reason": "x"}}
    assert post(officer, f"/counter/{row.code}/events", wrong).status_code == 422
    done = post(officer, f"/counter/{row.code}/events", sent | {"key": "key-00000001"})
    assert done.status_code == 200 and done.json()["returned"] == service.second.body.code


def test_the_api_asks_who_is_there(service: Service, client: Any, client_as: Callable[..., Any]) -> None:
    assert client.get(f"{BASE}/dossiers").status_code == 401
    assert client_as(Role.SECRETARIAT).get(f"{BASE}/dossiers").status_code == 403
