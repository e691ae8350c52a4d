"""Slot registration: what a commune may wish for, who may say so, and what happens on a clash."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haicap.accounts.models import Notice
from haicap.campaign.actions.registration import register_slots, register_slots_bulk, remind
from haicap.campaign.models import Campaign, SlotRegistration
from haicap.campaign.queries import registrations_for, slots_of
from haicap.campaign.queries.registration import terms_of, units_with_registration_for
from haicap.campaign.queries.tasks import tasks_for
from haicap.campaign.rules.registration import Terms, Wish, faults_of
from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import Conflict, NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.kernel.periods import HalfDay, Slot, WorkingCalendar
from haicap.register.models import Unit

ActorFactory = Callable[..., Actor]
SLOTS = tuple(WorkingCalendar().slots(date(2025, 8, 4), date(2025, 8, 6)))
TERMS = Terms(slots=SLOTS, capacity=2, choices=3)
WISH = Wish(
    preferences=(SLOTS[0], SLOTS[2]),
    contact_name="Cán bộ mẫu 001",
    contact_phone="0000 000 001",
    contact_post="Công chức Văn phòng",
)
SUNDAY = Slot(date(2025, 8, 10), HalfDay.MORNING)


def codes(wish: Wish, firsts: tuple[Slot, ...] = ()) -> set[str]:
    return {fault.code for fault in faults_of(wish=wish, terms=TERMS, firsts=firsts)}


def test_a_sound_wish_has_no_fault() -> None:
    assert codes(WISH) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"preferences": ()}, "preferences.none"),
        ({"preferences": SLOTS[:4]}, "preferences.many"),
        ({"preferences": (SLOTS[0], SLOTS[0])}, "preferences.twice"),
        ({"preferences": (SUNDAY,)}, "slot.outside"),
        ({"blocks": {SUNDAY: "họp"}}, "slot.outside"),
        ({"blocks": {SLOTS[0]: "họp"}}, "slot.both"),
        ({"blocks": {SLOTS[1]: "  "}}, "block.reason"),
        ({"blocks": dict.fromkeys(SLOTS, "họp")}, "blocks.all"),
        ({"place_kind": "other"}, "place.missing"),
        ({"mode": "online"}, "online.reason"),
        ({"contact_name": ""}, "contact.name"),
        ({"contact_phone": "0123"}, "contact.phone"),
    ],
)
def test_each_bad_wish_is_named(changes: dict[str, Any], code: str) -> None:
    assert code in codes(replace(WISH, **changes))


def test_a_half_day_is_full_once_as_many_units_as_teams_have_it_as_first_choice() -> None:
    assert "slot.full" not in codes(WISH, firsts=(SLOTS[0],))
    assert "slot.full" in codes(WISH, firsts=(SLOTS[0], SLOTS[0]))


def test_a_full_half_day_may_still_be_a_second_choice() -> None:
    assert codes(WISH, firsts=(SLOTS[2], SLOTS[2])) == set()


@pytest.fixture
def slots(campaign: Campaign) -> list[Slot]:
    return slots_of(campaign=campaign)


@pytest.fixture
def units() -> list[Unit]:
    return list(Unit.objects.filter(level="commune", valid_to=None).order_by("code")[:12])


@pytest.fixture
def wish(slots: list[Slot]) -> Wish:
    return replace(WISH, preferences=(slots[0], slots[3]), blocks={slots[5]: "Họp Hội đồng nhân dân"})


@pytest.fixture(autouse=True)
def _before_the_deadline(request: pytest.FixtureRequest) -> None:
    if "campaign" in request.fixturenames:
        campaign = request.getfixturevalue("campaign")
        campaign.registration_deadline = timezone.localdate() + timedelta(days=3)
        campaign.save()


def test_a_commune_registers_its_half_days_place_and_contact(
    campaign: Campaign, actor: ActorFactory, units: list[Unit], wish: Wish
) -> None:
    officer = actor(Role.COMMUNE_OFFICER, unit=units[0])
    row = register_slots(actor=officer, campaign=campaign, unit=units[0], wish=wish)
    assert row.state == SlotRegistration.State.REGISTERED
    assert [p.rank for p in row.preferences.all()] == [1, 2]
    assert [b.reason for b in row.blocks.all()] == ["Họp Hội đồng nhân dân"]
    entry = AuditEntry.objects.get(action="campaign.registered")
    assert entry.after is not None
    assert entry.after["on_behalf"] is False


def test_a_clash_is_refused_at_once_with_the_half_days_that_are_free(
    campaign: Campaign, actor: ActorFactory, units: list[Unit], wish: Wish, slots: list[Slot]
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(team_count=1)
    campaign.refresh_from_db()
    register_slots(actor=SYSTEM, campaign=campaign, unit=units[1], wish=wish)
    with pytest.raises(Refused) as refused:
        register_slots(
            actor=actor(Role.COMMUNE_OFFICER, unit=units[0]), campaign=campaign, unit=units[0], wish=wish
        )
    assert refused.value.code == "registration.slot.full"
    free = refused.value.details["free"]
    assert isinstance(free, list)
    assert slots[0].key not in free
    assert len(free) == len(slots) - 1
    assert "04/08" in str(refused.value.message)
    assert not SlotRegistration.objects.filter(unit=units[0]).exists()


def test_changing_a_registration_does_not_clash_with_itself(
    campaign: Campaign, actor: ActorFactory, units: list[Unit], wish: Wish
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(team_count=1)
    campaign.refresh_from_db()
    officer = actor(Role.COMMUNE_OFFICER, unit=units[0])
    row = register_slots(actor=officer, campaign=campaign, unit=units[0], wish=wish)
    again = register_slots(
        actor=officer,
        campaign=campaign,
        unit=units[0],
        wish=replace(wish, contact_name="Cán bộ mẫu 002"),
        revision=row.revision,
    )
    assert again.contact_name == "Cán bộ mẫu 002"
    assert again.preferences.count() == 2


def test_a_half_day_outside_the_window_is_refused(
    campaign: Campaign, actor: ActorFactory, units: list[Unit], wish: Wish
) -> None:
    officer = actor(Role.COMMUNE_OFFICER, unit=units[0])
    with pytest.raises(Refused) as refused:
        register_slots(
            actor=officer, campaign=campaign, unit=units[0], wish=replace(wish, preferences=(SUNDAY,))
        )
    assert refused.value.code == "registration.slot.outside"


def test_the_second_of_two_people_who_edit_one_registration_is_told(
    campaign: Campaign, actor: ActorFactory, units: list[Unit], wish: Wish
) -> None:
    officer = actor(Role.COMMUNE_OFFICER, unit=units[0])
    row = register_slots(actor=officer, campaign=campaign, unit=units[0], wish=wish)
    seen = row.revision
    register_slots(actor=officer, campaign=campaign, unit=units[0], wish=wish, revision=seen)
    with pytest.raises(Conflict):
        register_slots(actor=officer, campaign=campaign, unit=units[0], wish=wish, revision=seen)


def test_a_commune_may_not_register_another(
    campaign: Campaign, actor: ActorFactory, units: list[Unit], wish: Wish
) -> None:
    with pytest.raises(NotAllowed):
        register_slots(
            actor=actor(Role.COMMUNE_OFFICER, unit=units[0]), campaign=campaign, unit=units[1], wish=wish
        )


def test_after_the_deadline_a_commune_is_told_whom_to_call_and_the_secretariat_may_still_register_it(
    campaign: Campaign, actor: ActorFactory, person: Callable[..., Any], units: list[Unit], wish: Wish
) -> None:
    campaign.registration_deadline = timezone.localdate() - timedelta(days=1)
    campaign.save()
    secretary = person(Role.SECRETARIAT)
    secretary.phone = "0000 111 222"
    secretary.save()
    with pytest.raises(Refused) as refused:
        register_slots(
            actor=actor(Role.COMMUNE_OFFICER, unit=units[0]), campaign=campaign, unit=units[0], wish=wish
        )
    assert refused.value.code == "registration.closed"
    assert "0000 111 222" in str(refused.value.message)
    register_slots(actor=actor(Role.SECRETARIAT), campaign=campaign, unit=units[0], wish=wish)
    entry = AuditEntry.objects.get(action="campaign.registered")
    assert entry.after is not None
    assert entry.after["on_behalf"] is True


def test_many_units_are_registered_at_once_or_none_of_them(
    campaign: Campaign, units: list[Unit], wish: Wish
) -> None:
    wishes = dict.fromkeys(units, wish)
    with pytest.raises(Refused) as refused:
        register_slots_bulk(actor=SYSTEM, campaign=campaign, wishes=wishes)
    assert units[campaign.team_count].full_name in str(refused.value.message)
    assert not SlotRegistration.objects.exists()
    fitting = dict.fromkeys(units[: campaign.team_count], wish)
    assert register_slots_bulk(actor=SYSTEM, campaign=campaign, wishes=fitting) == campaign.team_count


def test_bulk_registration_counts_the_first_choices_of_units_registered_before(
    campaign: Campaign, units: list[Unit], wish: Wish
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(team_count=1)
    campaign.refresh_from_db()
    register_slots(actor=SYSTEM, campaign=campaign, unit=units[0], wish=wish)
    with pytest.raises(Refused):
        register_slots_bulk(actor=SYSTEM, campaign=campaign, wishes={units[1]: wish})


def test_those_who_have_not_registered_are_reminded(
    campaign: Campaign, actor: ActorFactory, units: list[Unit], wish: Wish
) -> None:
    done, missing = actor(Role.COMMUNE_OFFICER, unit=units[0]), actor(Role.COMMUNE_OFFICER, unit=units[1])
    register_slots(actor=done, campaign=campaign, unit=units[0], wish=wish)
    assert remind(actor=actor(Role.SECRETARIAT), campaign=campaign) == 1
    assert [notice.person_id for notice in Notice.objects.all()] == [missing.person_id]


def test_a_commune_sees_its_own_registration_only(
    campaign: Campaign, actor: ActorFactory, units: list[Unit], wish: Wish
) -> None:
    for unit in units[:2]:
        register_slots(actor=SYSTEM, campaign=campaign, unit=unit, wish=wish)
    own = registrations_for(actor=actor(Role.COMMUNE_OFFICER, unit=units[0]), campaign=campaign)
    assert [row.unit_id for row in own] == [units[0].pk]
    assert registrations_for(actor=actor(Role.SECRETARIAT), campaign=campaign).count() == 2


def test_registering_takes_the_task_away(
    campaign: Campaign, actor: ActorFactory, units: list[Unit], wish: Wish
) -> None:
    officer = actor(Role.COMMUNE_OFFICER, unit=units[0])
    assert any("own" in task.url for task in tasks_for(actor=officer))
    register_slots(actor=officer, campaign=campaign, unit=units[0], wish=wish)
    assert not any("own" in task.url for task in tasks_for(actor=officer))


def test_units_that_fold_to_the_same_letters_are_both_found(campaign: Campaign) -> None:
    found = units_with_registration_for(actor=SYSTEM, campaign=campaign, text="thanh an")
    assert {"Thanh An", "Thạnh An"} <= {unit.name for unit in found}


def _typed(slots: list[Slot], **changes: str) -> dict[str, str]:
    return {
        "revision": "0",
        f"wish-{slots[0].key}": "1",
        f"wish-{slots[1].key}": "2",
        "place_kind": "seat",
        "mode": "in_person",
        "contact_name": "Cán bộ mẫu 001",
        "contact_phone": "0000 000 001",
        **changes,
    }


def test_the_page_registers_and_shows_what_is_stored(
    campaign: Campaign, client_as: Callable[..., Client], units: list[Unit], slots: list[Slot]
) -> None:
    client = client_as(Role.COMMUNE_OFFICER, unit=units[0])
    answer = client.post("/campaign/registrations/own/", _typed(slots))
    assert answer.status_code == 302
    page = client.get("/campaign/registrations/own/").content.decode()
    assert "Cán bộ mẫu 001" in page


def test_a_refused_page_keeps_what_was_typed(
    campaign: Campaign, client_as: Callable[..., Client], units: list[Unit], slots: list[Slot]
) -> None:
    client = client_as(Role.COMMUNE_OFFICER, unit=units[0])
    typed = _typed(slots, **{f"wish-{slots[2].key}": "block", "place": "Nhà văn hóa mẫu"})
    answer = client.post("/campaign/registrations/own/", typed)
    assert answer.status_code == 422
    assert "Nhà văn hóa mẫu" in answer.content.decode()


def test_one_choice_given_to_two_half_days_is_refused(
    campaign: Campaign, client_as: Callable[..., Client], units: list[Unit], slots: list[Slot]
) -> None:
    client = client_as(Role.COMMUNE_OFFICER, unit=units[0])
    answer = client.post("/campaign/registrations/own/", _typed(slots, **{f"wish-{slots[1].key}": "1"}))
    assert answer.status_code == 422
    assert not SlotRegistration.objects.exists()


def test_a_half_day_that_does_not_exist_is_refused_by_the_page(
    campaign: Campaign, client_as: Callable[..., Client], units: list[Unit], slots: list[Slot]
) -> None:
    client = client_as(Role.COMMUNE_OFFICER, unit=units[0])
    answer = client.post("/campaign/registrations/own/", _typed(slots, **{"wish-2025-13-40.noon": "3"}))
    assert answer.status_code == 422


def test_the_check_names_a_clash_while_choosing(
    campaign: Campaign, client_as: Callable[..., Client], units: list[Unit], slots: list[Slot], wish: Wish
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(team_count=1)
    campaign.refresh_from_db()
    register_slots(actor=SYSTEM, campaign=campaign, unit=units[1], wish=wish)
    client = client_as(Role.COMMUNE_OFFICER, unit=units[0])
    address = f"/campaign/registrations/{units[0].code}/check/"
    assert "alert-danger" in client.post(address, _typed(slots)).content.decode()
    free = {f"wish-{slots[0].key}": "", f"wish-{slots[1].key}": "1"}
    assert "alert-success" in client.post(address, _typed(slots, **free)).content.decode()


def test_another_commune_does_not_exist_for_a_commune(
    campaign: Campaign, client_as: Callable[..., Client], units: list[Unit]
) -> None:
    client = client_as(Role.COMMUNE_OFFICER, unit=units[0])
    assert client.get(f"/campaign/registrations/{units[1].code}/").status_code == 404


def test_the_api_registers_and_answers_a_clash_with_the_free_half_days(
    campaign: Campaign, client_as: Callable[..., Client], units: list[Unit], slots: list[Slot]
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(team_count=1)
    body = {
        "preferences": [slots[0].key],
        "contact_name": "Cán bộ mẫu 001",
        "contact_phone": "0000 000 001",
    }
    first, second = (client_as(Role.COMMUNE_OFFICER, unit=unit) for unit in units[:2])
    address = "/api/campaign/registrations/"
    answer = first.put(f"{address}{units[0].code}", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    answer = second.put(f"{address}{units[1].code}", json.dumps(body), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "registration.slot.full"
    assert slots[1].key in answer.json()["details"]["free"]


def test_the_list_takes_as_many_queries_for_ten_units_as_for_all(
    campaign: Campaign,
    client_as: Callable[..., Client],
    units: list[Unit],
    wish: Wish,
    django_assert_max_num_queries: Any,
) -> None:
    client = client_as(Role.SECRETARIAT)
    client.get("/campaign/registrations/")
    with django_assert_max_num_queries(40) as empty:
        client.get("/campaign/registrations/")
    wishes = dict.fromkeys(units[: terms_of(campaign=campaign).capacity], wish)
    register_slots_bulk(actor=SYSTEM, campaign=campaign, wishes=wishes)
    with django_assert_max_num_queries(len(empty) + 2):
        client.get("/campaign/registrations/")


def test_after_the_deadline_the_page_says_whom_to_call_before_anything_is_typed(
    campaign: Campaign, client_as: Callable[..., Client], units: list[Unit], slots: list[Slot]
) -> None:
    campaign.registration_deadline = timezone.localdate() - timedelta(days=1)
    campaign.save()
    client = client_as(Role.COMMUNE_OFFICER, unit=units[0])
    page = client.get("/campaign/registrations/own/").content.decode()
    assert "Sở Nội vụ" in page
    assert client.post("/campaign/registrations/own/", _typed(slots)).status_code == 422


def test_the_check_names_one_choice_given_twice(
    campaign: Campaign, client_as: Callable[..., Client], units: list[Unit], slots: list[Slot]
) -> None:
    client = client_as(Role.COMMUNE_OFFICER, unit=units[0])
    address = f"/campaign/registrations/{units[0].code}/check/"
    answer = client.post(address, _typed(slots, **{f"wish-{slots[1].key}": "1"}))
    assert answer.status_code == 200
    assert "alert-danger" in answer.content.decode()
