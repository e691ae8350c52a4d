"""What is done to a dossier at a desk: by its own people only, in order, once, and without personal data."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Conflict, Missing, Refused
from haicap.kernel.models import AuditEntry
from haicap.onestop.actions import desk
from haicap.onestop.models import Dossier, Event
from haicap.onestop.queries.desk import kinds_for, page_for
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


def test_a_dossier_lives_from_one_centre_over_a_commune_to_another_centre_through_the_pages(
    service: Service, client_at: Callable[..., Any]
) -> None:
    row = service.receive(return_at=service.second.body)
    officer, specialist = client_at(Role.COUNTER_OFFICER, "first"), client_at(Role.SPECIALIST, "committee")
    signer = client_at(Role.SIGNER, "committee")
    assert send(officer, row, Kind.FORWARDED).status_code == 302
    assert send(signer, row, Kind.ASSIGNED, person=specialist.person.pk).status_code == 302
    assert send(specialist, row, Kind.STEP_DONE, step="check").status_code == 302
    asked = send(specialist, row, Kind.SUPPLEMENT_ASKED, reason="Thiếu tờ khai", papers=["form"])
    assert asked.status_code == 302
    other = client_at(Role.COUNTER_OFFICER, "second")
    given = send(other, row, Kind.SUPPLEMENT_GIVEN, counter="1", papers=["form"])
    assert given.status_code == 302 and "counter" in given["Location"]
    row.refresh_from_db()
    service.act(row, Kind.DRAFTED, payload={"result": "granted"})
    assert send(signer, row, Kind.APPROVED).status_code == 302
    row.refresh_from_db()
    for kind, payload in ((Kind.SIGNED, {}), (Kind.NUMBERED, {"number": "1/GXN"}), (Kind.ISSUED, {})):
        row = service.act(row, kind, payload=payload)
    done = send(other, row, Kind.RETURNED, how="signature", proof="Sổ ký nhận 12")
    assert done.status_code == 302
    row.refresh_from_db()
    assert row.status == Dossier.Status.RETURNED
    assert (row.received_body, row.competent_body, row.returned_body) == (
        service.first.body,
        service.committee,
        service.second.body,
    )


def test_every_form_that_is_shown_can_be_sent(service: Service, client_at: Callable[..., Any]) -> None:
    day = (timezone.localdate() + timedelta(days=20)).isoformat()
    given: dict[Kind, dict[str, Any]] = {
        Kind.ASSIGNED: {"person": ""},
        Kind.STEP_DONE: {"step": "check"},
        Kind.SUPPLEMENT_ASKED: {"reason": "Thiếu"},
        Kind.PAYMENT_ASKED: {"amount": "50000", "reason": "Thuế"},
        Kind.CONSULTED: {"to": service.other.code, "due": day, "question": "Ý kiến?"},
        Kind.EXTENDED: {"until_day": day, "reason": "Cần xác minh"},
        Kind.STOPPED: {"reason": "Người nộp không bổ sung"},
        Kind.REROUTED: {"to": service.other.code, "reason": "Sai thẩm quyền"},
    }
    client = client_at(Role.SPECIALIST, "committee")
    row = service.begun()
    offered = set(kinds_for(actor=client.actor, dossier=row, life=Life.from_json(row.life)))
    assert offered - {Kind.SCANNED, Kind.DRAFTED} == set(given)
    for kind, fields in given.items():
        row = service.begun()
        assert send(client, row, kind, **fields).status_code == 302, kind
        assert row.events.filter(kind=kind.value).exists()


def test_what_is_offered_is_what_the_rules_let_through(service: Service, staff: Staff) -> None:
    row = service.begun()
    assert kinds_for(actor=staff(Role.SPECIALIST, "other"), dossier=row, life=Life.from_json(row.life)) == []
    clerk = kinds_for(actor=staff(Role.CLERK, "committee"), dossier=row, life=Life.from_json(row.life))
    assert clerk == []


@pytest.mark.parametrize("kind", [Kind.FORWARDED, Kind.STEP_DONE, Kind.STOPPED, Kind.APPROVED])
def test_a_foreign_body_can_do_nothing_and_learns_nothing(
    service: Service, client_at: Callable[..., Any], kind: Kind
) -> None:
    row = service.begun()
    before = Event.objects.count()
    for role in (Role.SPECIALIST, Role.SIGNER, Role.COUNTER_OFFICER):
        answer = send(client_at(role, "other"), row, kind, reason="x", result="granted")
        assert answer.status_code == 404
    assert Event.objects.count() == before


def test_an_event_out_of_order_is_refused_and_what_was_typed_is_kept(
    service: Service, client_at: Callable[..., Any]
) -> None:
    row = service.begun()
    answer = send(client_at(Role.COUNTER_OFFICER, "first"), row, Kind.SUPPLEMENT_GIVEN, note="Đã nộp bản vẽ")
    assert answer.status_code == 422 and "Đã nộp bản vẽ" in answer.content.decode()
    row.refresh_from_db()
    assert row.status == Dossier.Status.PROCESSING


def test_a_form_sent_twice_makes_one_event(service: Service, client_at: Callable[..., Any]) -> None:
    row = service.begun()
    client = client_at(Role.SPECIALIST, "committee")
    data = {"kind": "step_done", "expected": row.sequence, "key": "one-key", "step": "check"}
    address = reverse("onestop:act", args=[row.reference])
    assert client.post(address, data).status_code == 302
    assert client.post(address, data).status_code == 302
    assert row.events.filter(kind="step_done").count() == 1


def test_a_conflict_shows_what_happened_meanwhile_and_keeps_what_was_typed(
    service: Service, client_at: Callable[..., Any]
) -> None:
    row = service.begun()
    client = client_at(Role.SPECIALIST, "committee")
    seen = row.sequence
    service.act(row, Kind.STEP_DONE, payload={"step": "check", "note": "Đã thẩm định xong"})
    data = {"kind": "stopped", "expected": seen, "key": "late-key", "reason": "Lý do đã gõ"}
    address = reverse("onestop:act", args=[row.reference])
    answer = client.post(address, data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Lý do đã gõ" in page and "Đã thẩm định xong" in page
    assert f'name="expected" value="{seen + 1}"' in page
    assert client.post(address, data | {"expected": seen + 1}).status_code == 302


def test_the_ledger_takes_no_personal_data(service: Service, staff: Staff) -> None:
    row = service.begun()
    actor = staff(Role.SPECIALIST, "committee")
    for text in ("Ông Người nộp mẫu 01 thiếu", "CCCD 079190000123", "số 025123456", "gọi 0900000123"):
        with pytest.raises(Refused) as refused:
            desk.do(actor=actor, dossier=row, kind=Kind.STOPPED, payload={"reason": text})
        assert refused.value.code == "event.personal" and refused.value.field == "reason"


@pytest.mark.parametrize(
    "payload",
    [
        {"reason": "x", "centre": "TTHCC-T1"},
        {"reason": "x", "machine": True},
        {"reason": ["x"]},
        {"reason": "x" * 2001},
        {"reason": "   "},
        {},
    ],
)
def test_a_payload_says_only_what_belongs_to_its_event(
    service: Service, staff: Staff, payload: dict[str, Any]
) -> None:
    row = service.begun()
    with pytest.raises(Refused):
        desk.do(actor=staff(Role.SPECIALIST, "committee"), dossier=row, kind=Kind.STOPPED, payload=payload)
    row.refresh_from_db()
    assert row.is_open


@pytest.mark.parametrize("amount", ["50000", -1, 0, True, 10**13, 1.5])
def test_an_amount_is_a_whole_number_of_dong(service: Service, staff: Staff, amount: Any) -> None:
    with pytest.raises(Refused):
        desk.do(
            actor=staff(Role.SPECIALIST, "committee"),
            dossier=service.begun(),
            kind=Kind.PAYMENT_ASKED,
            payload={"amount": amount, "reason": "Thuế"},
        )


@pytest.mark.parametrize(
    "kind", [Kind.RECEIVED, Kind.DRAFTED, Kind.SIGNED, Kind.NUMBERED, Kind.ISSUED, Kind.SYNCHRONISED]
)
def test_results_and_receipt_are_not_done_by_a_bare_event(service: Service, staff: Staff, kind: Kind) -> None:
    with pytest.raises(Refused):
        desk.do(actor=staff(Role.SIGNER, "committee"), dossier=service.begun(), kind=kind, payload={})


def test_identifiers_are_masked_until_somebody_says_why_and_the_look_is_recorded(
    service: Service, client_at: Callable[..., Any]
) -> None:
    row = service.begun()
    client = client_at(Role.SPECIALIST, "committee")
    assert "079190000123" not in client.get(reverse("onestop:dossier", args=[row.reference])).content.decode()
    address = reverse("onestop:unmask", args=[row.reference])
    silent = client.post(address, {"reason": " "})
    assert silent.status_code == 422 and "079190000123" not in silent.content.decode()
    assert not AuditEntry.objects.filter(action="onestop.applicant.unmasked").exists()
    told = client.post(address, {"reason": "Đối chiếu với cơ sở dữ liệu dân cư"})
    assert "079190000123" in told.content.decode()
    assert AuditEntry.objects.filter(action="onestop.applicant.unmasked").count() == 1
    assert client_at(Role.CLERK, "committee").post(address, {"reason": "x"}).status_code == 403


def test_the_page_of_a_dossier_costs_the_same_for_a_short_and_a_long_history(
    service: Service, client_at: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    row = service.begun()
    client = client_at(Role.SPECIALIST, "committee")
    address = reverse("onestop:dossier", args=[row.reference])
    client.get(address)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    few = cost()
    for number in range(40):
        person = client.person.pk if number % 2 else None
        service.act(row, Kind.ASSIGNED, payload={"person": person})
    assert cost() <= few + 1
    assert few < 30


def test_a_manager_gives_many_dossiers_to_one_person_and_hears_which_stayed(
    service: Service, staff: Staff, client_at: Callable[..., Any]
) -> None:
    rows = [service.begun() for _number in range(3)]
    foreign = service.issued()
    signer, worker = client_at(Role.SIGNER, "committee"), staff(Role.SPECIALIST, "committee")
    given = {"dossier": [row.reference for row in (*rows, foreign)], "person": worker.person_id}
    answer = signer.post(reverse("onestop:assign"), given, follow=True)
    assert answer.status_code == 200
    assert Dossier.objects.filter(assignee=worker.person_id).count() == 3
    stranger = staff(Role.SPECIALIST, "other")
    assert signer.post(reverse("onestop:assign"), given | {"person": stranger.person_id}).status_code == 422
    assert client_at(Role.SPECIALIST, "committee").post(reverse("onestop:assign"), given).status_code == 403
    outside = client_at(Role.SIGNER, "other")
    outside.post(reverse("onestop:assign"), given | {"person": ""})
    assert Dossier.objects.filter(assignee=worker.person_id).count() == 3


def test_a_dossier_is_given_to_people_of_the_own_body_only(service: Service, staff: Staff) -> None:
    row, stranger = service.begun(), staff(Role.SPECIALIST, "other")
    for person in (stranger.person_id, 10**9):
        with pytest.raises(Refused):
            desk.do(
                actor=staff(Role.SPECIALIST, "committee"),
                dossier=row,
                kind=Kind.ASSIGNED,
                payload={"person": person},
            )


@pytest.mark.parametrize(
    ("steps", "role", "verb"),
    [
        ([], Role.SPECIALIST, Kind.DRAFTED),
        ([Kind.DRAFTED, Kind.APPROVED], Role.SIGNER, Kind.SIGNED),
        ([Kind.DRAFTED, Kind.APPROVED, Kind.SIGNED], Role.CLERK, Kind.NUMBERED),
    ],
)
def test_the_page_leads_to_the_result_where_that_comes_next(
    service: Service, client_at: Callable[..., Any], steps: list[Kind], role: Role, verb: Kind
) -> None:
    client = client_at(role, "committee")
    row = service.begun()
    if role is Role.SPECIALIST:
        row = service.act(row, Kind.ASSIGNED, payload={"person": client.person.pk})
    for kind in steps:
        row = service.act(row, kind, payload={"result": "granted"} if kind is Kind.DRAFTED else {})
    page = client.get(reverse("onestop:dossier", args=[row.reference])).content.decode()
    assert f'href="{reverse("onestop:result", args=[row.reference])}"' in page
    assert verb in kinds_for(actor=client.actor, dossier=row, life=Life.from_json(row.life))


def test_an_unknown_body_is_not_consulted(service: Service, staff: Staff) -> None:
    row = service.begun()
    due = (timezone.now() + timedelta(days=3)).isoformat()
    with pytest.raises(Missing):
        desk.do(
            actor=staff(Role.SPECIALIST, "committee"),
            dossier=row,
            kind=Kind.CONSULTED,
            payload={"to": "NOBODY", "due_at": due, "question": "?"},
        )
    row.refresh_from_db()
    assert Life.from_json(row.life).consultations == ()


def test_what_was_seen_must_still_be_so(service: Service, staff: Staff) -> None:
    row, actor = service.begun(), staff(Role.SPECIALIST, "committee")
    with pytest.raises(Conflict):
        desk.do(
            actor=actor, dossier=row, kind=Kind.STOPPED, payload={"reason": "x"}, expected=row.sequence - 1
        )


def test_the_page_tells_consultations_with_their_own_deadlines(service: Service, staff: Staff) -> None:
    row = service.begun()
    service.act(
        row,
        Kind.CONSULTED,
        payload={"to": service.other.code, "due_at": timezone.now() + timedelta(hours=1), "question": "?"},
    )
    actor = staff(Role.SPECIALIST, "committee")
    later = timezone.now() + timedelta(days=1)
    ((consultation, body, late),) = page_for(actor=actor, reference=row.reference, now=later).consultations
    assert body == service.other and late and consultation.answered_at is None
    assert Kind.DRAFTED not in page_for(actor=actor, reference=row.reference).kinds


def test_a_new_secret_is_shown_once_and_is_recorded(service: Service, client_at: Callable[..., Any]) -> None:
    row = service.begun()
    answer = client_at(Role.COUNTER_OFFICER, "first").post(
        reverse("onestop:new-secret", args=[row.reference])
    )
    assert answer.status_code == 200 and "desk-secret" in answer.content.decode()
    assert AuditEntry.objects.filter(action="onestop.tracking.secret_given").count() == 1
