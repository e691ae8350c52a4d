"""The hall: numbers, calls, priority, appointments, counters, facts; nobody is called twice."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.onestop.actions import facts
from haicap.onestop.actions import queue as actions
from haicap.onestop.actions.centres import change_centre
from haicap.onestop.models import Appointment, Centre, Counter, Ticket
from haicap.onestop.queries import queue as queries
from haicap.onestop.queries.waits import waits_of
from haicap.onestop.rules.figures import Period
from haicap.onestop.tests.conftest import Service, at

pytestmark = pytest.mark.django_db
Staff = Callable[[Role, str], Actor]


@pytest.fixture
def clock() -> Iterator[Callable[[datetime], None]]:
    """Set what the house's clock says: a Tuesday morning, unless a test says otherwise."""
    with mock.patch("django.utils.timezone.now") as now:
        now.return_value = at(4, 9)

        def put(moment: datetime) -> None:
            now.return_value = moment

        yield put


@pytest.fixture
def hall(service: Service, staff: Staff, clock: Any) -> tuple[Centre, Actor, Counter]:
    """Return the first centre, an officer there and the counter the officer sits at."""
    officer = staff(Role.COUNTER_OFFICER, "first")
    counter = Counter.objects.create(centre=service.first, number=1)
    actions.take_counter(actor=officer, counter=counter)
    return service.first, officer, counter


def test_a_closed_hall_says_when_it_opens_and_offers_no_number(service: Service, clock: Any) -> None:
    clock(at(8, 9))  # a Saturday
    for path in ("kiosk", "display"):
        page = Client().get(f"/onestop/{path}/{service.first.code}/").content.decode()
        assert "07:30" in page and "10/11/2025" in page, path
        assert 'name="field"' not in page
    clock(at(4, 9))
    assert 'name="field"' in Client().get(f"/onestop/kiosk/{service.first.code}/").content.decode()
    assert queries.opening_of(centre=service.first, now=at(4, 9)) == at(4, 13)


def test_codes_of_appointments_are_not_tried_without_end(hall: tuple[Centre, Actor, Counter]) -> None:
    row = actions.book(centre=hall[0], starts_at=at(4, 10))
    tries = range(actions.VISITORS_PER_ADDRESS)
    assert {Client().get(f"/onestop/booked/KHONG{number:03}/").status_code for number in tries} == {404}
    assert Client().get(f"/onestop/booked/{row.code}/").status_code == 422
    assert Client().get(f"/onestop/booked/{row.code}/", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_numbers_run_from_one_for_each_centre_and_day(service: Service, clock: Any) -> None:
    first = [actions.take_ticket(centre=service.first).number for _ in range(3)]
    other = actions.take_ticket(centre=service.second).number
    clock(at(5, 9))
    assert (first, other, actions.take_ticket(centre=service.first).number) == ([1, 2, 3], 1, 1)


def test_a_closed_centre_gives_no_numbers(service: Service, clock: Any) -> None:
    for moment in (at(1, 9), at(4, 6), at(4, 18)):  # a Saturday, before the doors open, after closing
        clock(moment)
        with pytest.raises(Refused) as caught:
            actions.take_ticket(centre=service.first)
        assert caught.value.code == "ticket.closed"


def test_who_has_priority_is_called_first_then_whose_time_has_come_then_the_others(
    hall: tuple[Centre, Actor, Counter], clock: Any
) -> None:
    centre, officer, counter = hall
    walk_in = actions.take_ticket(centre=centre)
    booked = actions.book(centre=centre, starts_at=at(4, 9, 30))
    clock(at(4, 9, 20))
    early = actions.take_ticket(centre=centre, appointment=booked)
    elderly = actions.take_ticket(centre=centre, priority="elderly")
    clock(at(4, 9, 31))
    order = []
    for _ in range(3):
        ticket = actions.call_next(actor=officer, counter=counter)
        assert ticket is not None
        order.append(ticket.pk)
        actions.finish(actor=officer, ticket=actions.begin(actor=officer, ticket=ticket))
    assert order == [elderly.pk, early.pk, walk_in.pk]
    assert actions.call_next(actor=officer, counter=counter) is None


def test_pressing_call_twice_calls_nobody_else(hall: tuple[Centre, Actor, Counter]) -> None:
    centre, officer, counter = hall
    for _ in range(2):
        actions.take_ticket(centre=centre)
    first = actions.call_next(actor=officer, counter=counter)
    assert first is not None
    assert actions.call_next(actor=officer, counter=counter) == first
    assert Ticket.objects.filter(state="waiting").count() == 1


def test_two_counters_never_call_the_same_number(hall: tuple[Centre, Actor, Counter], staff: Staff) -> None:
    centre, officer, counter = hall
    colleague = staff(Role.COUNTER_OFFICER, "first")
    beside = Counter.objects.create(centre=centre, number=2)
    actions.take_counter(actor=colleague, counter=beside)
    for _ in range(2):
        actions.take_ticket(centre=centre)
    one = actions.call_next(actor=officer, counter=counter)
    two = actions.call_next(actor=colleague, counter=beside)
    assert one is not None and two is not None and one.pk != two.pk


def test_a_number_is_skipped_only_after_enough_calls_and_may_come_back(
    hall: tuple[Centre, Actor, Counter],
) -> None:
    centre, officer, counter = hall
    actions.take_ticket(centre=centre)
    ticket = actions.call_next(actor=officer, counter=counter)
    assert ticket is not None
    with pytest.raises(Refused) as caught:
        actions.skip(actor=officer, ticket=ticket)
    assert caught.value.code == "ticket.calls"
    actions.recall(actor=officer, ticket=ticket)
    skipped = actions.skip(actor=officer, ticket=ticket)
    assert skipped.state == "skipped"
    with pytest.raises(Conflict):
        actions.begin(actor=officer, ticket=ticket)
    actions.bring_back(actor=officer, ticket=ticket)
    again = actions.call_next(actor=officer, counter=counter)
    assert again is not None and again.pk == ticket.pk


def test_a_counter_calls_only_what_it_serves(hall: tuple[Centre, Actor, Counter]) -> None:
    centre, officer, counter = hall
    Counter.objects.filter(pk=counter.pk).update(skills=["Đất đai"])
    actions.take_ticket(centre=centre, field="Hộ tịch")
    assert actions.call_next(actor=officer, counter=counter) is None
    assert queries.queue_of(centre=centre).newcomer.minutes is not None


def test_a_foreign_centres_counter_and_tickets_do_not_exist_for_others(
    hall: tuple[Centre, Actor, Counter], staff: Staff
) -> None:
    centre, _officer, counter = hall
    stranger = staff(Role.COUNTER_OFFICER, "second")
    ticket = actions.take_ticket(centre=centre)
    with pytest.raises(Missing):
        queries.counter_for(actor=stranger, pk=counter.pk)
    with pytest.raises(Missing):
        queries.ticket_for(actor=stranger, pk=ticket.pk)
    with pytest.raises(Refused):
        actions.take_counter(actor=stranger, counter=counter)
    with pytest.raises(NotAllowed):
        actions.call_next(actor=staff(Role.SPECIALIST, "committee"), counter=counter)


def test_leaving_a_counter_lets_the_called_wait_again_but_not_the_served(
    hall: tuple[Centre, Actor, Counter],
) -> None:
    centre, officer, counter = hall
    actions.take_ticket(centre=centre)
    ticket = actions.call_next(actor=officer, counter=counter)
    assert ticket is not None
    actions.begin(actor=officer, ticket=ticket)
    with pytest.raises(Refused):
        actions.leave_counter(actor=officer, counter=counter)
    actions.finish(actor=officer, ticket=ticket)
    actions.take_ticket(centre=centre)
    called = actions.call_next(actor=officer, counter=counter)
    assert called is not None
    actions.leave_counter(actor=officer, counter=counter)
    called.refresh_from_db()
    assert (called.state, called.counter) == ("waiting", None)


def test_a_slot_is_never_booked_beyond_its_places(hall: tuple[Centre, Actor, Counter]) -> None:
    centre, _officer, _counter = hall
    row = actions.book(centre=centre, starts_at=at(5, 8))
    with pytest.raises(Refused) as caught:
        actions.book(centre=centre, starts_at=at(5, 8))
    assert caught.value.code == "slot.full"
    actions.cancel(code=row.code)
    assert actions.book(centre=centre, starts_at=at(5, 8)).seat == 0


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (at(5, 8, 7), "slot.none"), (at(8, 8), "slot.none"), (at(5, 12), "slot.none"), (at(3, 8), "slot.none"),
        (at(30, 8), "slot.far"),
    ],
)  # fmt: skip
def test_what_is_no_slot_is_refused(hall: tuple[Centre, Actor, Counter], moment: datetime, code: str) -> None:
    with pytest.raises(Refused) as caught:
        actions.book(centre=hall[0], starts_at=moment)
    assert caught.value.code == code


def test_an_appointment_too_early_elsewhere_or_used_says_so(
    hall: tuple[Centre, Actor, Counter], service: Service, clock: Any
) -> None:
    row = actions.book(centre=hall[0], starts_at=at(4, 14))
    with pytest.raises(Refused) as caught:
        actions.take_ticket(centre=hall[0], appointment=row)
    assert caught.value.code == "appointment.early"
    clock(at(4, 13, 50))
    with pytest.raises(Refused) as caught:
        actions.take_ticket(centre=service.second, appointment=row)
    assert caught.value.code == "appointment.elsewhere"
    assert actions.take_ticket(centre=hall[0], appointment=row).place_at == row.starts_at
    with pytest.raises(Refused) as caught:
        actions.take_ticket(centre=hall[0], appointment=row)
    assert caught.value.code == "appointment.state"


def test_one_address_books_only_so_many_times_an_hour(hall: tuple[Centre, Actor, Counter]) -> None:
    Counter.objects.bulk_create(Counter(centre=hall[0], number=number) for number in range(2, 12))
    for _ in range(actions.BOOKINGS_PER_ADDRESS):
        actions.book(centre=hall[0], starts_at=at(5, 8), address="203.0.113.9")
    with pytest.raises(Refused) as caught:
        actions.book(centre=hall[0], starts_at=at(5, 8), address="203.0.113.9")
    assert caught.value.code == "tries.too_many"
    actions.book(centre=hall[0], starts_at=at(5, 8), address="203.0.113.10")


def test_the_end_of_a_day_closes_tickets_and_missed_appointments(
    hall: tuple[Centre, Actor, Counter], clock: Any
) -> None:
    ticket = actions.take_ticket(centre=hall[0])
    actions.book(centre=hall[0], starts_at=at(4, 15))
    clock(at(5, 7, 30))
    assert actions.close_days(before=timezone.localdate()) == (1, 1)
    ticket.refresh_from_db()
    assert (ticket.state, Appointment.objects.get().state) == ("left", "missed")


def test_waits_tell_how_well_they_were_foretold(hall: tuple[Centre, Actor, Counter], clock: Any) -> None:
    centre, officer, counter = hall
    for _ in range(2):
        actions.take_ticket(centre=centre)
    for minute in (10, 25):
        clock(at(4, 9, minute))
        ticket = actions.call_next(actor=officer, counter=counter)
        assert ticket is not None
        actions.finish(actor=officer, ticket=actions.begin(actor=officer, ticket=ticket))
    found = waits_of(centre=centre, period=Period(start=date(2025, 11, 1), end=date(2025, 11, 30)))
    assert (found.tickets, found.called, found.mean, found.within) == (2, 2, 17.5, 50.0)
    assert found.error is not None


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("a11_02_counters", "12", ""),
        ("a11_02_counters", "mười", "fact.number"),
        ("a11_02_counters", "999", "fact.high"),
        ("a11_05", "maybe", "fact.choice"),
        ("a11_08_actual", "31/02/2025", "fact.date"),
        ("unknown", "1", "fact.key"),
    ],
)
def test_a_fact_is_kept_or_says_what_is_wrong(service: Service, key: str, value: str, code: str) -> None:
    given: dict[str, Any] = {"centre": service.first, "as_of": date(2025, 11, 4), "source": "Biên bản"}
    if not code:
        assert facts.record_fact(actor=SYSTEM, key=key, value=value, **given).value == value
        return
    with pytest.raises(Refused) as caught:
        facts.record_fact(actor=SYSTEM, key=key, value=value, **given)
    assert caught.value.code == code


def test_a_visitor_takes_a_number_and_follows_it_without_an_account(
    hall: tuple[Centre, Actor, Counter],
) -> None:
    centre, officer, counter = hall
    visitor = Client()
    assert visitor.get(f"/onestop/kiosk/{centre.code}/").status_code == 200
    answer = visitor.post(f"/onestop/kiosk/{centre.code}/", {"field": "Hộ tịch", "priority": "none"})
    assert answer.status_code == 302
    assert visitor.get(answer["Location"]).status_code == 200
    actions.call_next(actor=officer, counter=counter)
    hall_page = visitor.get(f"/onestop/display/{centre.code}/").content.decode()
    assert "hall-called" in hall_page
    assert visitor.get("/onestop/kiosk/NONE/").status_code == 404
    wrong = visitor.post(f"/onestop/kiosk/{centre.code}/", {"field": "", "code": "KHONGCO1"})
    assert wrong.status_code == 422


def test_a_visitor_books_and_cancels_without_an_account(hall: tuple[Centre, Actor, Counter]) -> None:
    visitor, centre = Client(), hall[0]
    page = visitor.get(f"/onestop/book/?centre={centre.code}&day=2025-11-05")
    assert page.status_code == 200
    given = {"centre": centre.code, "day": "2025-11-05", "starts_at": at(5, 8).isoformat(), "name": "Ông A"}
    utc = {
        **given,
        "starts_at": queries.slots_of(centre=centre, day=date(2025, 11, 5))[1].starts_at.isoformat(),
    }
    answer = visitor.post("/onestop/book/", utc)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    row = Appointment.objects.get()
    assert row.code in answer["Location"]
    assert visitor.post(answer["Location"]).status_code == 200
    row.refresh_from_db()
    assert row.state == "cancelled"


def test_the_officers_panel_does_the_whole_round(
    service: Service, client_as: Callable[..., Client], clock: Any
) -> None:
    counter = Counter.objects.create(centre=service.first, number=1)
    client = client_as(Role.COUNTER_OFFICER, body=service.first.body)
    assert client.get("/onestop/queue/").status_code == 200
    client.post(f"/onestop/queue/counters/{counter.pk}/")
    actions.take_ticket(centre=service.first)
    client.post("/onestop/queue/call/")
    ticket = Ticket.objects.get()
    for what, state in (("recall", "called"), ("begin", "serving"), ("done", "done")):
        client.post(f"/onestop/queue/{ticket.pk}/{what}/")
        ticket.refresh_from_db()
        assert ticket.state == state
    assert client.get("/onestop/queue/").status_code == 200


def test_the_page_of_centres_costs_the_same_for_few_and_many(
    service: Service, client_as: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client = client_as(Role.ADMINISTRATOR)
    assert client.get("/onestop/centres/").status_code == 200
    for code in (service.first.code,):
        assert client.get(f"/onestop/centres/{code}/").status_code == 200
    with django_assert_max_num_queries(12):
        client.get("/onestop/centres/")


def test_the_second_of_two_people_who_change_a_centre_or_a_counter_is_told(service: Service) -> None:
    centre, counter = service.first, Counter.objects.create(centre=service.first, number=7)
    seen = (centre.revision, counter.revision)
    values: dict[str, Any] = {"name_vi": "A", "skills": [], "is_priority": False, "closed": False}
    for again in (False, True):
        if not again:
            change_centre(actor=SYSTEM, centre=centre, revision=seen[0], values={"phone": "1"})
            actions.change_counter(actor=SYSTEM, counter=counter, revision=seen[1], **values)
            continue
        with pytest.raises(Conflict):
            change_centre(actor=SYSTEM, centre=centre, revision=seen[0], values={"phone": "2"})
        with pytest.raises(Conflict):
            actions.change_counter(actor=SYSTEM, counter=counter, revision=seen[1], **values)
    centre.refresh_from_db()
    assert centre.phone == "1"


def test_a_centre_is_changed_opened_and_closed_on_its_page(
    service: Service, client_as: Callable[..., Client]
) -> None:
    client, code = client_as(Role.ADMINISTRATOR), service.first.code
    page = client.get(f"/onestop/centres/{code}/change/")
    assert page.status_code == 200
    given = {
        "revision": service.first.revision,
        "name_vi": "Trung tâm mới",
        "agency": "H29.T1",
        "day_0": "07:30-11:30",
    }
    assert client.post(f"/onestop/centres/{code}/change/", given).status_code == 302
    wrong = client.post(f"/onestop/centres/{code}/change/", {**given, "revision": 2, "day_0": "11:30-07:30"})
    assert wrong.status_code == 422
    tomorrow = timezone.localdate() + timedelta(days=1)
    service.first.refresh_from_db()
    body = {"revision": service.first.revision, "day": tomorrow.isoformat(), "hand_to": ""}
    assert client.post(f"/onestop/centres/{code}/close/", body).status_code == 302
    service.first.refresh_from_db()
    assert service.first.closed_on == tomorrow
