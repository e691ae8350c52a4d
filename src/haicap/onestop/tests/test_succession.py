"""A unit is merged into another in the middle of dossiers: they go on at the successor, each by its own event."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.onestop.actions.succession import reroute_all
from haicap.onestop.models import Dossier
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.queries.integrity import verify
from haicap.onestop.queries.lists import work_for
from haicap.onestop.queries.succession import merged_for
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.tasks import tasks_for
from haicap.onestop.tests.conftest import Service
from haicap.register.models import Body, Succession

pytestmark = pytest.mark.django_db
Staff = Callable[[Role, str], Actor]


@pytest.fixture
def merged(service: Service) -> Service:
    """Merge the unit of `committee` into that of `other`."""
    Succession.objects.filter(predecessor=service.unit).delete()
    Succession.objects.create(
        predecessor=service.unit, successor=_unit(service.other), extent="whole", effective=date(2025, 8, 1)
    )
    return service


def _unit(body: Body) -> Any:
    return body.unit


def test_running_dossiers_go_to_the_successor_and_keep_code_receipt_and_clock(
    merged: Service, staff: Staff
) -> None:
    received, begun = merged.receive(), merged.begun()
    drafted = merged.act(merged.begun(), Kind.DRAFTED, payload={"result": "granted"})
    before = {
        row.pk: (row.code, row.received_at, row.due_at, row.appointment_at)
        for row in (received, begun, drafted)
    }
    moved = reroute_all(actor=SYSTEM, body=merged.committee)
    assert (moved.to, moved.many.done, moved.left) == (merged.other, 3, [])
    for row in Dossier.objects.filter(pk__in=before):
        assert row.competent_body == merged.other
        assert (row.code, row.received_at, row.due_at, row.appointment_at) == before[row.pk]
        assert row.events.latest("sequence").kind == "rerouted"
    assert work_for(actor=staff(Role.SPECIALIST, "other")).count() == 2
    assert work_for(actor=staff(Role.COUNTER_OFFICER, "first")).count() == 1
    assert dossiers_for(actor=staff(Role.SPECIALIST, "committee")).count() == 3
    assert verify().faults == ()


def test_a_signed_result_is_finished_where_it_was_signed_and_is_named(merged: Service) -> None:
    row = merged.begun()
    for kind, payload in ((Kind.DRAFTED, {"result": "granted"}), (Kind.APPROVED, {}), (Kind.SIGNED, {})):
        row = merged.act(row, kind, payload=payload)
    issued = merged.issued()
    moved = reroute_all(actor=SYSTEM, body=merged.committee)
    assert moved.many.done == 0
    assert [left.dossier.pk for left in moved.left] == [row.pk]
    issued.refresh_from_db()
    assert issued.competent_body == merged.committee


def test_a_second_run_changes_nothing_and_each_run_is_recorded(merged: Service) -> None:
    merged.begun()
    assert reroute_all(actor=SYSTEM, body=merged.committee).many.done == 1
    assert reroute_all(actor=SYSTEM, body=merged.committee).many.done == 0
    assert AuditEntry.objects.filter(action="onestop.succession.rerouted").count() == 2


def test_a_body_whose_successor_is_not_clear_needs_somebody_to_choose(service: Service) -> None:
    service.begun()
    with pytest.raises(Refused) as refused:
        reroute_all(actor=SYSTEM, body=service.committee)
    assert refused.value.code == "succession.unclear"
    assert reroute_all(actor=SYSTEM, body=service.committee, to=service.other).many.done == 1


def test_the_page_names_merged_bodies_and_passes_their_dossiers_on(
    merged: Service, client_as: Callable[..., Any], staff: Staff
) -> None:
    merged.begun(), merged.begun()
    client = client_as(Role.ADMINISTRATOR)
    assert [task.url for task in tasks_for(actor=client.actor)] == [reverse("onestop:merged")]
    address = reverse("onestop:merged")
    assert merged.committee.code in client.get(address).content.decode()
    answer = client.post(address, {"body": merged.committee.code, "to": merged.other.code}, follow=True)
    assert answer.status_code == 200
    assert merged_for(actor=SYSTEM) == [] and tasks_for(actor=client.actor) == []
    assert Dossier.objects.filter(competent_body=merged.other).count() == 2
    assert client.post(address, {"body": "NOBODY"}).status_code == 404
    with pytest.raises(NotAllowed):
        reroute_all(actor=staff(Role.CENTRE_MANAGER, "first"), body=merged.committee)


def test_the_terminal_lists_merged_bodies_and_passes_their_dossiers_on(
    merged: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    merged.begun()
    call_command("onestop", "reroute")
    assert merged.other.code in capsys.readouterr().out
    call_command("onestop", "reroute", "--body", merged.committee.code)
    assert "1 passed on, 0 left" in capsys.readouterr().out
