"""Petitions: written without an account, due in working days, answered by the body, judged by the citizen."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.models import SpecialDay
from haicap.onestop.actions import petitions, tracking
from haicap.onestop.actions.petitions import Words
from haicap.onestop.models import Feedback
from haicap.onestop.queries.evidence import petitions_by_body
from haicap.onestop.queries.petitions import petition_for, petition_list, petitions_for, tally_for
from haicap.onestop.rules.figures import Period
from haicap.onestop.tasks import tasks_for
from haicap.onestop.tests.conftest import Service

pytestmark = pytest.mark.django_db
Staff = Callable[[Role, str], Actor]


def _write(service: Service, **given: Any) -> Feedback:
    words = Words(text="Tôi chờ lâu quá.", name="Người viết mẫu", contact="0900000001")
    return petitions.write_petition(
        **{"body": service.committee, "words": words, "address": "203.0.113.1", **given}
    )


def test_it_is_due_in_fifteen_working_days_without_the_days_off(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    SpecialDay.objects.filter(date__year=2025).delete()
    SpecialDay.objects.create(date="2025-11-12", kind="off", name="thử")
    moment = datetime(2025, 11, 3, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert str(_write(service).due_on) == "2025-11-25"


def test_it_is_written_on_the_public_page_and_read_with_its_number(service: Service) -> None:
    client = Client()
    given = {"body": service.committee.code, "text": "Tôi chờ lâu quá.", "name": "", "contact": ""}
    answer = client.post(reverse("onestop:petition"), given)
    row = Feedback.objects.get()
    assert answer["Location"] == reverse("onestop:petitioned", args=[row.key])
    assert str(row.key) in Client().get(answer["Location"]).content.decode()
    found = Client().get(reverse("onestop:petition-find"), {"key": f" {(row.key or '').lower()} "})
    assert found["Location"] == answer["Location"]
    assert Client().get(reverse("onestop:petition-find"), {"key": "WRONG"}).status_code == 422


def test_a_petition_is_tied_to_a_dossier_only_by_who_opened_it(service: Service) -> None:
    row = service.begun()
    url = f"{reverse('onestop:petition')}?dossier={row.reference}"
    given = {"body": service.committee.code, "text": "Chậm.", "dossier": row.reference}
    Client().post(url, given)
    assert Feedback.objects.get().dossier is None
    client = Client()
    secret = tracking.renew_secret(dossier=row)
    client.post(reverse("onestop:track"), {"code": row.reference, "secret": secret})
    assert f'value="{service.committee.code}" selected' in client.get(url).content.decode()
    client.post(url, given)
    mine = Feedback.objects.get(dossier=row)
    assert str(mine.key) in client.get(reverse("onestop:tracked", args=[row.reference])).content.decode()


def test_only_the_body_it_is_about_reads_and_answers_it(service: Service, staff: Staff) -> None:
    row = _write(service)
    chair, other = staff(Role.COMMUNE_CHAIR, "committee"), staff(Role.COMMUNE_CHAIR, "other")
    assert list(petitions_for(actor=chair)) == [row] and not petitions_for(actor=other)
    with pytest.raises(Missing):
        petition_for(actor=other, pk=row.pk)
    with pytest.raises(NotAllowed):
        petitions.answer(actor=staff(Role.SPECIALIST, "committee"), petition=row, text="x")
    petitions.answer(actor=chair, petition=row, text="Chúng tôi xin lỗi.")
    with pytest.raises(Conflict):
        petitions.answer(actor=chair, petition=row, text="Lần hai.")


def test_the_citizen_says_satisfied_or_not_and_the_figures_count_it(service: Service, staff: Staff) -> None:
    row = _write(service)
    with pytest.raises(Refused):
        petitions.judge(petition=row, satisfied=True)
    petitions.answer(actor=staff(Role.COMMUNE_CHAIR, "committee"), petition=row, text="Xin lỗi.")
    url = reverse("onestop:petitioned", args=[row.key])
    page = Client().get(url).content.decode()
    assert "Xin lỗi." in page and "0900000001" not in page
    Client().post(url, {"satisfied": "no"})
    today = timezone.localdate()
    period = Period(start=today, end=today + timedelta(days=1), now=timezone.localtime())
    found = petitions_by_body(period=period)[service.committee.pk]
    assert (found.received, found.answered_on_time, found.judged, found.satisfied) == (1, 1, 1, 0)


def test_the_list_begins_with_what_is_due_first_and_marks_what_is_late(
    service: Service, client_as: Callable[..., Any]
) -> None:
    later, late = _write(service), _write(service)
    Feedback.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert list(petition_list(actor=SYSTEM)) == [late, later]
    assert (tally_for(actor=SYSTEM).open, tally_for(actor=SYSTEM).late) == (2, 1)
    client = client_as(Role.COMMUNE_CHAIR, body=service.committee)
    for state in ("open", "late", "answered"):
        assert client.get(reverse("onestop:petitions"), {"state": state}).status_code == 200
    url = reverse("onestop:petition-answer", args=[late.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"answer": ""}).status_code == 422
    assert client.post(url, {"answer": "Đã xử lý."}).status_code == 302
    assert client_as(Role.SPECIALIST, body=service.committee).get(url).status_code == 403


def test_open_petitions_stand_among_the_tasks_of_who_answers_them(service: Service, staff: Staff) -> None:
    chair = staff(Role.COMMUNE_CHAIR, "committee")
    assert not tasks_for(actor=chair)
    row = _write(service)
    task = tasks_for(actor=chair)[-1]
    assert task.url == reverse("onestop:petitions") and task.due == row.due_on and not task.urgent
    Feedback.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    assert tasks_for(actor=chair)[-1].urgent
    assert not tasks_for(actor=staff(Role.COMMUNE_CHAIR, "other"))


def test_writing_is_bounded_by_address(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(petitions, "PER_ADDRESS", 1)
    _write(service)
    with pytest.raises(Refused):
        _write(service)
    _write(service, address="203.0.113.2")
