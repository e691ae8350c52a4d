"""Lists of dossiers: the same visible rows everywhere, exact counts, and no query for a row."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import Refused
from haicap.onestop.models import Dossier
from haicap.onestop.queries import lists, pages
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.tasks import tasks_for
from haicap.onestop.tests.conftest import Service

pytestmark = pytest.mark.django_db
Staff = Callable[[Role, str], Actor]


def codes(rows: Any) -> set[str]:
    return set(rows.values_list("reference", flat=True))


def test_a_body_works_on_what_it_holds_and_sees_what_it_has_a_part_in(service: Service, staff: Staff) -> None:
    waiting, begun = service.receive(), service.begun()
    centre, commune = staff(Role.COUNTER_OFFICER, "first"), staff(Role.SPECIALIST, "committee")
    assert codes(lists.work_for(actor=centre)) == {waiting.reference}
    assert codes(dossiers_for(actor=centre)) == {waiting.reference, begun.reference}
    assert codes(lists.work_for(actor=commune)) == {begun.reference}


def test_whatever_a_body_holds_it_may_also_see(service: Service, staff: Staff) -> None:
    service.register(), service.receive(), service.begun(), service.issued()
    row = service.begun(return_at=service.second.body)
    service.act(
        row, Kind.CONSULTED, payload={"to": service.other.code, "due_at": timezone.now() + timedelta(days=2)}
    )
    for place in ("first", "second", "committee", "other"):
        for role in (Role.COUNTER_OFFICER, Role.SPECIALIST):
            actor = staff(role, place)
            assert codes(lists.work_for(actor=actor)) <= codes(dossiers_for(actor=actor))


def test_a_body_without_part_finds_nothing_through_anything(
    service: Service, staff: Staff, client_as: Callable[..., Any]
) -> None:
    row = service.begun()
    stranger = staff(Role.SPECIALIST, "other")
    for text in ("", str(row.code), row.reference, "mẫu", "079190000123"):
        for rows in (lists.work_for(actor=stranger), dossiers_for(actor=stranger)):
            assert not lists.narrowed(rows=rows, wanted=lists.Wanted(text=text), actor=stranger).exists()
    counts = lists.counts_for(actor=stranger)
    assert counts.all == counts.late == counts.on_time == 0 and not any(counts.waits.values())
    assert lists.asked_for(actor=stranger) == []
    client = client_as(Role.SPECIALIST, body=service.other)
    for tab in ("now", "work", "mine", "all"):
        page = client.get(reverse("onestop:work"), {"tab": tab, "q": row.code})
        assert row.reference not in page.content.decode()
        book = client.get(reverse("onestop:work-export"), {"tab": tab})
        assert book.status_code == 200
        assert str(row.code) not in _cells(book.content)
    for name in ("dossier", "act", "unmask", "scans"):
        address = reverse(f"onestop:{name}", args=[row.reference])
        answer = client.get(address) if name == "dossier" else client.post(address, {"kind": "forwarded"})
        assert answer.status_code == 404, name


def _cells(content: bytes) -> str:
    import io

    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return " ".join(str(cell) for line in sheet.iter_rows(values_only=True) for cell in line)


def test_the_export_masks_names_and_holds_no_identifier(
    service: Service, client_as: Callable[..., Any]
) -> None:
    row = service.begun()
    book = client_as(Role.SPECIALIST, body=service.committee).get(
        reverse("onestop:work-export"), {"tab": "work"}
    )
    cells = _cells(book.content)
    assert str(row.code) in cells
    assert "N• n• m• 01" in cells
    assert "079190000123" not in cells and "0900000123" not in cells


@pytest.mark.parametrize(
    ("text", "found"),
    [("mau 01", True), ("MẪU", True), ("079190000123", True), ("07919", False), ("không có", False)],
)
def test_search_finds_by_folded_name_and_whole_identity_number(
    service: Service, staff: Staff, text: str, found: bool
) -> None:
    service.begun()
    actor = staff(Role.SPECIALIST, "committee")
    rows = lists.narrowed(rows=lists.work_for(actor=actor), wanted=lists.Wanted(text=text), actor=actor)
    assert rows.exists() is found


def test_search_finds_by_a_part_of_the_code_and_takes_percent_signs_as_they_are(
    service: Service, staff: Staff
) -> None:
    row = service.begun()
    actor = staff(Role.SPECIALIST, "committee")

    def found(text: str) -> bool:
        rows = lists.work_for(actor=actor)
        return lists.narrowed(rows=rows, wanted=lists.Wanted(text=text), actor=actor).exists()

    assert found(str(row.code)[-6:].lower()) and found(row.reference.lower())
    assert not found("%") and not found("_")


def test_every_dossier_stands_where_the_filter_says(service: Service, staff: Staff) -> None:
    now = timezone.now()
    rows = [service.begun() for _number in range(4)]
    dues = [now - timedelta(hours=1), now + timedelta(minutes=1), now + timedelta(days=30), None]
    for row, due in zip(rows, dues, strict=True):
        Dossier.objects.filter(pk=row.pk).update(due_at=due)
    actor = staff(Role.SPECIALIST, "committee")
    risk = lists.risk_until(now=now)
    counts = lists.counts_for(actor=actor, now=now)
    assert (counts.late, counts.at_risk, counts.on_time, counts.waiting) == (1, 1, 1, 1)
    for which in lists.Foretold:
        wanted = lists.Wanted(foretold=which.value)
        found = lists.narrowed(rows=lists.work_for(actor=actor), wanted=wanted, actor=actor, now=now)
        for row in found:
            assert lists.foretell(dossier=row, now=now, risk=risk) is which
    ordered = list(lists.by_due(lists.work_for(actor=actor)))
    assert [row.pk for row in ordered] == [row.pk for row in rows]


def test_each_role_sees_first_what_waits_for_it(service: Service, staff: Staff) -> None:
    fresh, received, begun = service.register(), service.receive(), service.begun()
    drafted = service.act(service.begun(), Kind.DRAFTED, payload={"result": "granted"})
    approved = service.act(
        service.act(service.begun(), Kind.DRAFTED, payload={"result": "granted"}), Kind.APPROVED
    )
    signed = service.begun()
    for kind, payload in ((Kind.DRAFTED, {"result": "granted"}), (Kind.APPROVED, {}), (Kind.SIGNED, {})):
        signed = service.act(signed, kind, payload=payload)
    issued = service.issued()

    def waits(role: Role, place: str) -> set[str]:
        return codes(lists.waiting_for(actor=staff(role, place)))

    assert waits(Role.COUNTER_OFFICER, "first") == {fresh.reference, received.reference, issued.reference}
    assert waits(Role.SPECIALIST, "committee") == {begun.reference}
    assert waits(Role.SIGNER, "committee") == {drafted.reference, approved.reference, begun.reference}
    assert waits(Role.CLERK, "committee") == {signed.reference}
    titles = [str(task.title) for task in tasks_for(actor=staff(Role.CLERK, "committee"))]
    assert len(titles) == 1 and titles[0].startswith("1 ")


def test_what_a_colleague_was_given_does_not_wait_for_others(service: Service, staff: Staff) -> None:
    first, second = staff(Role.SPECIALIST, "committee"), staff(Role.SPECIALIST, "committee")
    row = service.act(service.begun(), Kind.ASSIGNED, payload={"person": first.person_id})
    assert codes(lists.waiting_for(actor=first)) == {row.reference}
    assert codes(lists.waiting_for(actor=second)) == set()


def test_a_consulted_body_is_told_until_it_answers(service: Service, staff: Staff) -> None:
    row = service.begun()
    due = timezone.now() + timedelta(days=1)
    service.act(row, Kind.CONSULTED, payload={"to": service.other.code, "due_at": due})
    actor = staff(Role.SPECIALIST, "other")
    (asked,) = lists.asked_for(actor=actor)
    assert asked.dossier.pk == row.pk and asked.consultation.body == service.other.code
    assert any(str(row.code) in str(task.title) for task in tasks_for(actor=actor))
    service.act(row, Kind.CONSULT_ANSWERED, body=service.other, payload={"opinion": "Đồng ý"})
    assert lists.asked_for(actor=actor) == []


@pytest.mark.parametrize("tab", ["now", "work", "mine", "all"])
def test_the_work_page_costs_the_same_for_ten_and_for_two_hundred(
    service: Service, client_as: Callable[..., Any], tab: str
) -> None:
    client = client_as(Role.SPECIALIST, body=service.committee)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(reverse("onestop:work"), {"tab": tab}).status_code == 200
        return len(captured)

    _many(service, client.actor, 10)
    cost()  # the first request of a session costs more
    few = cost()
    _many(service, client.actor, 190)
    assert cost() == few
    assert few < 25


def _many(service: Service, actor: Actor, count: int) -> None:
    """Copy one dossier, which is faster than living many lives."""
    from haicap.onestop.models import Applicant, Part

    pattern = service.act(service.begun(), Kind.ASSIGNED, payload={"person": actor.person_id})
    applicant = Applicant.objects.get(dossier=pattern)
    start = Dossier.objects.count()
    for number in range(count - 1):
        row = Dossier.objects.get(pk=pattern.pk)
        row.pk, row.reference, row.code = None, f"R{start + number}", f"C-{start + number}"
        row.save(force_insert=True)
        applicant.pk = row.pk
        applicant.dossier = row
        applicant.save(force_insert=True)
        Part.objects.create(dossier=row, body=service.committee, kind=Part.Kind.COMPETENT)


def test_the_work_list_is_served_by_its_index(service: Service, staff: Staff) -> None:
    """An empty table may be read by the other index of open dossiers; neither is a walk over all."""
    rows = lists.work_for(actor=staff(Role.SPECIALIST, "committee"))
    plan = rows.order_by("due_at", "pk")[:50].explain()
    assert "dossier_work" in plan or "dossier_own" in plan


def test_pages_after_a_cursor_give_each_row_once_also_those_without_due_time(
    service: Service, staff: Staff
) -> None:
    rows = [service.begun() for _number in range(5)]
    Dossier.objects.filter(pk__in=[rows[1].pk, rows[3].pk]).update(due_at=None)
    actor = staff(Role.SPECIALIST, "committee")
    for due, source in ((True, lists.work_for(actor=actor)), (False, dossiers_for(actor=actor))):
        seen: list[int] = []
        cursor = ""
        while True:
            page, cursor = pages.page_after(rows=source, cursor=cursor, size=2, due=due)
            seen += [row.pk for row in page]
            if not cursor:
                break
        assert sorted(seen) == [row.pk for row in rows] and len(seen) == 5


def test_a_cursor_that_is_none_is_refused(service: Service) -> None:
    for cursor in ("x", "!!!!", "MTIz", "\x00"):
        with pytest.raises(Refused):
            pages.page_after(rows=lists.work_for(actor=SYSTEM), cursor=cursor, size=2, due=True)


@pytest.mark.parametrize(
    "wanted",
    [
        lists.Wanted(status="99"),
        lists.Wanted(status="four"),
        lists.Wanted(foretold="soon"),
        lists.Wanted(waits="nothing"),
        lists.Wanted(procedure="0.0"),
    ],
)
def test_a_filter_value_that_does_not_exist_finds_nothing(
    service: Service, staff: Staff, wanted: lists.Wanted
) -> None:
    service.begun()
    actor = staff(Role.SPECIALIST, "committee")
    assert not lists.narrowed(rows=lists.work_for(actor=actor), wanted=wanted, actor=actor).exists()


def test_all_with_our_part_are_the_same_rows_by_pages_as_by_the_query(service: Service, staff: Staff) -> None:
    rows = [service.begun() for _number in range(5)]
    service.issued(return_at=service.second.body)
    for place in ("first", "second", "committee", "other"):
        actor = staff(Role.SPECIALIST, place)
        parted = pages.Parted(actor=actor)
        expected = list(dossiers_for(actor=actor).order_by("-pk"))
        assert len(parted) == len(expected)
        assert [*parted[0:2], *parted[2:100]] == expected
    assert len(pages.Parted(actor=staff(Role.CITY_LEADER, "first"))) == 0
    assert len(rows) == 5
