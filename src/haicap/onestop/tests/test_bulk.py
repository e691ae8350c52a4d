"""Histories entered at once are what the same events make one by one."""

from datetime import timedelta

import pytest

from haicap.kernel.access import SYSTEM
from haicap.onestop.actions.bulk import History, Step, enter_histories
from haicap.onestop.models import Applicant, Dossier, Part
from haicap.onestop.queries.integrity import verify
from haicap.onestop.rules.lifecycle import Kind, Wrong
from haicap.onestop.tests.conftest import Service, at


def _history(service: Service, day: int, minute: int) -> History:
    moment = at(day, 9, minute)
    centre, body = service.first, service.first.body
    committee = service.committee
    begin = {"channel": "direct", "received": body.code, "procedure": "9.000001", "version": 1}
    steps = [
        Step(kind=Kind.REGISTERED, at=moment, body=body, centre=centre, payload=begin),
        Step(kind=Kind.RECEIVED, at=moment, body=body, centre=centre, payload={"competent": committee.code}),
        Step(kind=Kind.FORWARDED, at=moment, body=body),
        Step(kind=Kind.DRAFTED, at=moment + timedelta(days=1), body=committee, payload={"result": "granted"}),
        Step(kind=Kind.APPROVED, at=moment + timedelta(days=1), body=committee),
        Step(kind=Kind.SIGNED, at=moment + timedelta(days=1), body=committee),
        Step(kind=Kind.NUMBERED, at=moment + timedelta(days=1), body=committee, payload={"number": "1"}),
        Step(kind=Kind.ISSUED, at=moment + timedelta(days=1), body=committee),
        Step(
            kind=Kind.RETURNED,
            at=moment + timedelta(days=2),
            body=service.second.body,
            centre=service.second,
            payload={"proof": "signature"},
        ),
    ]
    return History(version=service.version, person=service.person(), channel="direct", steps=steps)


def test_whole_histories_replay_and_carry_codes_in_order_of_receipt(service: Service) -> None:
    rows = [_history(service, 4, 30), _history(service, 4, 10), _history(service, 5, 0)]
    assert enter_histories(actor=SYSTEM, histories=rows) == 27
    found = list(Dossier.objects.order_by("received_at").values_list("code", flat=True))
    assert found == ["H29.T1-251104-0001", "H29.T1-251104-0002", "H29.T1-251105-0001"]
    assert service.receive(at=at(4, 11)).code == "H29.T1-251104-0003"
    assert verify().faults == ()
    assert Applicant.objects.count() == 4


def test_what_is_stored_is_what_the_same_events_store_one_by_one(service: Service) -> None:
    enter_histories(actor=SYSTEM, histories=[_history(service, 4, 30)])
    bulk = Dossier.objects.get()
    one = service.issued(at=at(4, 9, 30))
    one = service.act(one, Kind.RETURNED, centre=service.second, payload={"proof": "signature"}, at=at(6))
    one.refresh_from_db()
    for name in ("status", "due_at", "appointment_at", "on_time", "portal_on_time", "delivery", "is_open"):
        assert getattr(bulk, name) == getattr(one, name), name
    parts = {row.pk: set(Part.objects.filter(dossier=row).values_list("body", "kind")) for row in (bulk, one)}
    assert parts[bulk.pk] == parts[one.pk]


def test_a_history_that_breaks_a_rule_enters_nothing(service: Service) -> None:
    good = _history(service, 4, 30)
    broken = History(
        version=good.version, person=good.person, channel="direct", steps=[*good.steps[:2], good.steps[5]]
    )
    with pytest.raises(Wrong):
        enter_histories(actor=SYSTEM, histories=[good, broken])
    assert not Dossier.objects.exists()
