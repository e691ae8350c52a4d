"""A change of the calendar shows what it would move, moves it, and keeps what was moved; the clock explains itself."""

from collections.abc import Callable
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override

from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.jobs import run_now
from haicap.kernel.models import SpecialDay
from haicap.kernel.tables import Faulty
from haicap.onestop.actions import calendar as actions
from haicap.onestop.actions.calendar import Day
from haicap.onestop.models import CalendarChange, DueMove
from haicap.onestop.queries import calendar as queries
from haicap.onestop.queries.clock import explained
from haicap.onestop.queries.integrity import verify
from haicap.onestop.rules.lifecycle import Kind, Life
from haicap.onestop.tests.conftest import Service, at
from haicap.onestop.texts import clock as texts

pytestmark = pytest.mark.django_db
OFF = Day(date=date(2025, 11, 6), kind="off", name="Ngày nghỉ thử", source="Thông báo thử")


def _recompute(change: CalendarChange) -> int:
    done = run_now(
        actor=SYSTEM,
        kind="onestop.recompute",
        params={"change": change.pk},
        on_progress=lambda percent, text: None,
    )
    return int(done["moved"])


def test_a_day_off_is_foreseen_and_then_moves_what_runs_over_it(service: Service) -> None:
    running, before, after = (
        service.begun(at=at(4)),
        service.begun(at=at(27, month=10)),
        service.begun(at=at(10)),
    )
    foreseen = queries.foresee(actor=SYSTEM, kinds={OFF.date: "off"})
    assert (foreseen.count, foreseen.bodies) == (1, [(service.committee.name_vi, 1)])
    running.refresh_from_db()
    assert running.due_at == at(11, 17)
    change = actions.change_days(actor=SYSTEM, days=[OFF])
    assert _recompute(change) == 1
    for row, due in ((running, at(12, 17)), (before, at(3, 17)), (after, at(17, 17))):
        row.refresh_from_db()
        assert row.due_at == due
    assert running.appointment_at == at(11, 17)  # what was promised stays
    move = DueMove.objects.get()
    assert (move.dossier, move.before, move.after) == (running, at(11, 17), at(12, 17))
    assert verify().faults == ()
    assert _recompute(change) == 0  # done again it moves nothing


def test_an_ended_dossier_is_judged_by_the_calendar_as_it_now_is(service: Service) -> None:
    row = service.issued(at=at(4))
    row = service.act(row, Kind.RETURNED, centre=service.second, payload={"proof": "Ký nhận"}, at=at(12, 9))
    late = service.begun(at=at(4))
    steps: list[tuple[Kind, dict[str, str]]] = [
        (Kind.DRAFTED, {"result": "granted"}), (Kind.APPROVED, {}), (Kind.SIGNED, {}), (Kind.NUMBERED, {"number": "1"}),
        (Kind.ISSUED, {}),
    ]  # fmt: skip
    for kind, payload in steps:
        late = service.act(late, kind, payload=payload, at=at(12, 9))
    assert late.on_time is False
    _recompute(actions.change_days(actor=SYSTEM, days=[OFF]))
    late.refresh_from_db()
    assert late.on_time is True
    assert verify().faults == ()


def test_tet_and_a_swapped_saturday_are_counted_as_the_notice_says(service: Service) -> None:
    days = [Day(date=date(2026, 2, day), kind="off", name="Tết", source="Thông báo") for day in range(16, 21)]
    days += [Day(date=date(2026, 2, 28), kind="makeup", name="Làm bù", source="Thông báo")]
    SpecialDay.objects.filter(date__year=2026).delete()
    actions.change_days(actor=SYSTEM, days=days)
    row = service.begun(at=at(12, month=2).replace(year=2026))  # a Thursday, five working days
    assert row.due_at == at(26, 17, month=2).replace(year=2026)
    other = service.begun(at=at(23, month=2).replace(year=2026))
    assert other.due_at == at(28, 17, month=2).replace(year=2026)


def test_a_day_off_taken_back_moves_due_times_back(service: Service) -> None:
    actions.change_days(actor=SYSTEM, days=[OFF])
    row = service.begun(at=at(4))
    assert row.due_at == at(12, 17)
    _recompute(actions.change_days(actor=SYSTEM, days=[Day(date=OFF.date, kind="")]))
    row.refresh_from_db()
    assert row.due_at == at(11, 17)
    assert not SpecialDay.objects.filter(date=OFF.date).exists()


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ([], "calendar.nothing"),
        ([Day(date=OFF.date, kind="off")], "calendar.source"),
        ([Day(date=OFF.date, kind="perhaps", source="x")], "calendar.kind"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(service: Service, days: list[Day], code: str) -> None:
    with pytest.raises(Refused) as caught:
        actions.change_days(actor=SYSTEM, days=days)
    assert caught.value.code == code


def test_a_table_with_faults_names_each_by_row_and_changes_nothing(service: Service) -> None:
    rows = [
        "2027-01-01,off,A,B",
        "01/02/2027,off,A,B",
        "2027-01-03,holiday,A,B",
        "2027-01-04,off,A,",
        "2027-01-01,off,A,B",
    ]
    content = "\n".join(["date,kind,name,source", *rows, "2127-01-01,off,A,B"]).encode()
    with pytest.raises(Faulty) as caught:
        actions.read_days(content=content)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (3, "date"), (4, "kind"), (5, "source"), (6, "date"), (7, "date"),
    ]  # fmt: skip


def test_only_those_in_charge_change_the_calendar(
    service: Service, staff: Callable[[Role, str], Actor]
) -> None:
    with pytest.raises(NotAllowed):
        actions.change_days(actor=staff(Role.CENTRE_MANAGER, "first"), days=[OFF])


def test_the_page_asks_first_and_then_changes(service: Service, client_as: Callable[..., Client]) -> None:
    service.begun(at=at(4))
    client = client_as(Role.ADMINISTRATOR)
    given = {"date": "2025-11-06", "last": "", "kind": "off", "name": "Nghỉ", "source": "Thông báo"}
    page = client.post("/onestop/calendar/change/", given)
    assert page.status_code == 200 and not CalendarChange.objects.exists()
    answer = client.post("/onestop/calendar/change/", {**given, "sure": "1"})
    assert answer.status_code == 302
    change = CalendarChange.objects.get()
    _recompute(change)
    assert client.get("/onestop/calendar/?year=2025").status_code == 200
    assert "H29.T1" in client.get(f"/onestop/calendar/changes/{change.pk}/").content.decode()
    other = client_as(Role.SPECIALIST, body=service.other)
    assert "H29.T1" not in other.get(f"/onestop/calendar/changes/{change.pk}/").content.decode()
    bad = SimpleUploadedFile("a.csv", b"date,kind,name,source\nx,off,A,B\n")
    assert client.post("/onestop/calendar/import/", {"sure": "1", "table": "x"}).status_code == 422
    assert client.post("/onestop/calendar/import/", {"file": bad}).status_code == 422
    assert client.post("/onestop/calendar/change/", {**given, "last": "2025-01-01"}).status_code == 422


def test_the_years_beside_can_be_looked_at(service: Service, client_as: Callable[..., Client]) -> None:
    page = client_as(Role.ADMINISTRATOR).get("/onestop/calendar/?year=2026").content.decode()
    assert 'href="?year=2025"' in page and 'href="?year=2027"' in page
    assert " 2026" in page


def test_a_year_is_foreseen_before_it_is_taken(service: Service, client_as: Callable[..., Client]) -> None:
    service.begun(at=at(4))
    client = client_as(Role.ADMINISTRATOR)
    table = "date,kind,name,source\n2025-11-06,off,Nghỉ,Thông báo\n"
    page = client.post("/onestop/calendar/import/", {"file": SimpleUploadedFile("a.csv", table.encode())})
    assert page.status_code == 200 and page.context["foreseen"].count == 1
    assert table in page.content.decode() and not CalendarChange.objects.exists()
    answer = client.post("/onestop/calendar/import/", {"sure": "1", "table": table})
    assert answer.status_code == 302
    assert _recompute(CalendarChange.objects.get()) == 1


def test_what_an_event_reckoned_anew_meanwhile_is_noted_as_moved(service: Service) -> None:
    row = service.begun(at=at(4))
    row = service.act(row, Kind.SUPPLEMENT_ASKED, payload={"reason": "x"}, at=at(4, 10))
    change = actions.change_days(actor=SYSTEM, days=[OFF])
    CalendarChange.objects.filter(pk=change.pk).update(made_at=at(4, 11))
    change.refresh_from_db()
    row = service.act(row, Kind.SUPPLEMENT_GIVEN, centre=service.second, at=at(4, 12))
    assert row.due_at == at(12, 17)
    assert _recompute(change) == 1
    assert [(one.before, one.after) for one in DueMove.objects.all()] == [(at(11, 17), at(12, 17))]
    assert _recompute(change) == 0
    service.begun(at=at(5))  # promised by the new calendar: nothing moved
    assert _recompute(change) == 0


def test_all_open_dossiers_are_reckoned_anew_from_the_terminal(service: Service) -> None:
    row = service.begun(at=at(4))
    SpecialDay.objects.create(date=OFF.date, kind="off", name="Nghỉ", source="Thông báo")  # past the action
    for arguments, moved in ((["--check"], 0), ([], 1), ([], 1)):
        out = StringIO()
        call_command("onestop", "recompute", *arguments, stdout=out)
        assert DueMove.objects.count() == moved
    assert "would move 0" in out.getvalue()
    row.refresh_from_db()
    assert row.due_at == at(12, 17)
    assert CalendarChange.objects.count() == 1


def test_each_line_of_the_clock_is_a_sentence_in_both_languages(service: Service) -> None:
    row = service.begun(at=at(4))
    row = service.act(row, Kind.SUPPLEMENT_ASKED, payload={"reason": "x"}, at=at(5))
    row = service.act(row, Kind.SUPPLEMENT_GIVEN, centre=service.second, at=at(7, 16, 59))
    row = service.act(row, Kind.EXTENDED, payload={"reason": "x", "until": at(20, 17)}, at=at(10))
    found = explained(life=Life.from_json(row.life), appointment=row.appointment_at, now=at(11))
    assert found is not None
    codes = {line.code for line in found.lines}
    assert {"received", "receipt_day", "waiting", "extension", "due"} <= codes
    assert found.due_at == row.due_at == found.lines[-1].start
    for language in ("en", "vi"):
        with override(language):
            shown: list[Any] = [
                (texts.span(one), texts.sentence(one), texts.amount(one)) for one in found.lines
            ]
            assert all(when and what and "%(" not in what for when, what, _amount in shown)
            assert texts.position(found.position)


def test_every_code_of_the_clock_has_its_sentence() -> None:
    import re
    from pathlib import Path

    from haicap.onestop.rules.clock import lines

    source = Path(lines.__file__ or "").read_text()
    codes = set(re.findall(r'code="(\w+)"', source)) | set(
        re.findall(r'"(waiting\w*|due\w*|after_cut_off|minimum)"', source)
    )
    assert codes <= texts.LINES.keys()
