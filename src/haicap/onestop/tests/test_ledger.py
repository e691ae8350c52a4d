"""The ledger of dossiers in the database."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import Conflict, NotAllowed, Refused
from haicap.onestop.actions import dossiers
from haicap.onestop.models import Applicant, Dossier, Event, Part, ProcedureVersion
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.queries.integrity import verify
from haicap.onestop.rules.lifecycle import Channel, Kind, Life, Status
from haicap.onestop.tests.conftest import Service, at

Staff = Callable[[Role, str], Actor]


def test_three_bodies_stay_apart_from_receipt_to_return(service: Service) -> None:
    row = service.issued()
    row = service.act(row, Kind.RETURNED, centre=service.second, payload={"proof": "Ký nhận"})
    bodies = (row.received_body, row.competent_body, row.returned_body)
    assert bodies == (service.first.body, service.committee, service.second.body)
    assert row.status == Status.RETURNED and not row.is_open and row.holder is None
    assert set(Part.objects.filter(dossier=row).values_list("kind", "body_id")) == {
        ("received", service.first.body_id),
        ("competent", service.committee.pk),
        ("returned", service.second.body_id),
    }


def test_a_receipt_freezes_version_due_date_and_code(service: Service) -> None:
    row = service.receive(at=at(3))
    assert row.code == "H29.T1-251103-0001"
    assert row.due_at == row.appointment_at == at(10, 17)
    newer = ProcedureVersion.objects.get(pk=service.version.pk)
    newer.pk, newer.number, newer.limit_value = None, 2, 1
    ProcedureVersion.objects.filter(pk=service.version.pk).update(valid_to=at(4).date())
    newer.valid_from = at(4).date()
    newer.save()
    row = service.act(row, Kind.FORWARDED, at=at(5))
    assert row.version_id == service.version.pk and row.due_at == at(10, 17)


def test_a_dossier_registered_before_a_new_version_is_received_under_the_new_one(service: Service) -> None:
    row = service.register(at=at(3))
    newer = ProcedureVersion.objects.get(pk=service.version.pk)
    newer.pk, newer.number, newer.limit_value, newer.valid_from = None, 2, 1, at(4).date()
    ProcedureVersion.objects.filter(pk=service.version.pk).update(valid_to=at(4).date())
    newer.save()
    receipt = dossiers.Receipt(competent=service.committee)
    row = dossiers.receive(actor=SYSTEM, dossier=row, receipt=receipt, centre=service.first, at=at(4))
    assert row.version_id == newer.pk and row.due_at == at(5, 17)


def test_a_procedure_withdrawn_while_dossiers_run_lets_them_run_and_takes_no_new_ones(
    service: Service,
) -> None:
    running, waiting = service.begun(at=at(3)), service.register(at=at(3))
    procedure = service.version.procedure
    procedure.withdrawn_on = at(4).date()
    procedure.save()
    with pytest.raises(Refused, match=r"\[procedure\.withdrawn\]"):
        dossiers.receive(
            actor=SYSTEM,
            dossier=waiting,
            receipt=dossiers.Receipt(competent=service.committee),
            centre=service.first,
            at=at(5),
        )
    assert service.act(running, Kind.DRAFTED, payload={"result": "granted"}, at=at(5)).life["result"][
        "drafted"
    ]


def test_waiting_for_a_supplement_moves_the_due_date(service: Service) -> None:
    row = service.begun(at=at(3))
    row = service.act(row, Kind.SUPPLEMENT_ASKED, payload={"reason": "Thiếu tờ khai"}, at=at(5))
    assert row.due_at is None and row.status == Status.SUPPLEMENT
    row = service.act(row, Kind.SUPPLEMENT_GIVEN, centre=service.second, at=at(12))
    assert row.due_at == at(17, 17) and row.appointment_at == at(10, 17)


def test_codes_of_one_centre_and_day_have_no_gaps_even_when_receipts_fail(service: Service) -> None:
    codes = [service.receive(at=at(3)).code]
    with pytest.raises(RuntimeError), transaction.atomic():
        service.receive(at=at(3))
        raise RuntimeError("the power went")
    codes += [service.receive(at=at(3)).code, service.receive(at=at(4)).code]
    assert codes == ["H29.T1-251103-0001", "H29.T1-251103-0002", "H29.T1-251104-0001"]


def test_the_same_call_twice_leaves_one_event(service: Service) -> None:
    row = service.receive()
    for _time in range(2):
        service.act(row, Kind.FORWARDED, key="once")
    assert Event.objects.filter(dossier=row, kind=Kind.FORWARDED).count() == 1


def test_an_event_on_a_state_that_has_moved_on_is_a_conflict(service: Service) -> None:
    row = service.receive()
    seen = row.sequence
    service.act(row, Kind.FORWARDED, expected=seen)
    with pytest.raises(Conflict):
        service.act(row, Kind.ASSIGNED, payload={"person": None}, expected=seen)


def test_a_clock_that_was_set_back_does_not_turn_time_back(service: Service) -> None:
    ahead = timezone.now() + timedelta(hours=3)
    row = service.receive(at=ahead)
    service.act(row, Kind.FORWARDED)
    last = Event.objects.filter(dossier=row).latest("sequence")
    assert last.at == ahead and "clock" in last.payload
    assert not verify().faults


def test_events_in_the_past_of_the_ledger_are_refused(service: Service) -> None:
    row = service.receive(at=at(5))
    with pytest.raises(Refused, match=r"\[event\.earlier\]"):
        service.act(row, Kind.FORWARDED, at=at(4))


def test_a_body_without_part_can_do_nothing_and_sees_nothing(service: Service, staff: Staff) -> None:
    row = service.begun()
    stranger = staff(Role.SPECIALIST, "other")
    assert not dossiers_for(actor=stranger).exists()
    with pytest.raises(Refused, match=r"\[event\.not_your_part\]"):
        dossiers.act(actor=stranger, dossier=row, kind=Kind.DRAFTED, payload={"result": "granted"})
    assert Event.objects.filter(dossier=row).count() == row.sequence


def test_a_role_does_only_what_is_its_own(service: Service, staff: Staff) -> None:
    row = service.begun()
    with pytest.raises(NotAllowed):
        dossiers.act(actor=staff(Role.SPECIALIST, "committee"), dossier=row, kind=Kind.SIGNED)
    with pytest.raises(NotAllowed):
        dossiers.act(actor=staff(Role.COUNTER_OFFICER, "first"), dossier=row, kind=Kind.DRAFTED)


def test_any_open_centre_returns_a_result_and_a_closed_one_does_not(service: Service, staff: Staff) -> None:
    row = service.issued(at=at(3))
    officer = staff(Role.COUNTER_OFFICER, "second")
    service.second.closed_on = timezone.localdate()
    service.second.save()
    with pytest.raises(NotAllowed, match=r"\[centre\.none\]"):
        dossiers.act(actor=officer, dossier=row, kind=Kind.RETURNED, payload={"proof": "Ký nhận"})
    service.second.closed_on = None
    service.second.save()
    row = dossiers.act(actor=officer, dossier=row, kind=Kind.RETURNED, payload={"proof": "Ký nhận"})
    assert row.returned_body_id == service.second.body_id


def test_the_applicant_registers_online_at_a_centre(service: Service) -> None:
    made = dossiers.register(
        actor=SYSTEM, version=service.version, person=service.person(), channel=Channel.ONLINE,
        centre=service.second, as_citizen=True,
    )  # fmt: skip
    event = Event.objects.get(dossier=made.dossier)
    assert (event.person, event.body, made.dossier.holder) == (None, None, service.second.body)
    assert made.dossier.code is None and len(made.dossier.reference) == dossiers.REFERENCE_LENGTH


def test_the_ledger_holds_no_personal_identifier_and_no_secret(service: Service) -> None:
    made = dossiers.register(
        actor=SYSTEM, version=service.version, person=service.person(), centre=service.first
    )
    text = str(list(Event.objects.values())) + str(list(Dossier.objects.values()))
    applicant = Applicant.objects.get()
    assert not any(
        value in text
        for value in (
            applicant.full_name,
            applicant.id_number,
            applicant.phone,
            applicant.address,
            made.secret,
        )
    )
    assert made.secret not in applicant.secret


def test_the_database_itself_refuses_to_change_or_remove_an_event(service: Service) -> None:
    row = service.receive()
    for change in (
        lambda: Event.objects.filter(dossier=row).update(kind="returned"),
        lambda: Event.objects.filter(dossier=row).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_every_history_in_the_database_replays_to_what_is_stored(service: Service) -> None:
    rows = [service.issued(at=at(3)), service.begun(at=at(4)), service.register(at=at(5))]
    verdict = verify()
    assert (verdict.dossiers, verdict.events, verdict.faults) == (3, sum(row.sequence for row in rows), ())
    for row in rows:
        assert Life.from_json(row.life).sequence == Event.objects.filter(dossier=row).count()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"status": 9}, "status"),
        ({"digest": "0" * 64}, "digest"),
        ({"sequence": 1}, "sequence"),
        ({"due_at": at(30)}, "due_at"),
    ],
)
def test_a_row_that_does_not_follow_from_its_ledger_is_named(
    service: Service, change: dict[str, object], what: str
) -> None:
    row = service.begun(at=at(3))
    Dossier.objects.filter(pk=row.pk).update(**change)
    faults = verify().faults
    assert any(row.reference in fault and what in fault for fault in faults)


def test_unmasking_needs_a_reason_and_is_recorded(service: Service, staff: Staff) -> None:
    from haicap.kernel.models import AuditEntry

    row = service.begun()
    specialist = staff(Role.SPECIALIST, "committee")
    with pytest.raises(Refused, match=r"\[unmask\.reason\]"):
        dossiers.unmask(actor=specialist, dossier=row, reason=" ")
    assert dossiers.unmask(actor=specialist, dossier=row, reason="Đối chiếu").id_number == "079190000123"
    assert AuditEntry.objects.filter(action="onestop.applicant.unmasked", subject_id=str(row.pk)).count() == 1
