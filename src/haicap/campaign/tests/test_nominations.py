"""Nominations: who is asked, who may be named for what, and what the composition rule finds missing."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from haicap.accounts.models import Notice, Person
from haicap.campaign.actions.nominations import (
    Naming,
    change_nomination,
    hand_in,
    hand_in_own,
    nominate,
    nominate_bulk,
    nominate_or_add,
    request_nominations,
    withdraw,
)
from haicap.campaign.models import Campaign, Nomination, NominationRequest
from haicap.campaign.queries import nominations_for, slots_of
from haicap.campaign.queries.tasks import tasks_for
from haicap.campaign.queries.teams import all_lacks, area_rules, requests_for
from haicap.campaign.rules.composition import AreaRule, Candidate, lacks
from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import Conflict, NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.kernel.periods import HalfDay, Slot
from haicap.register.models import Body

ActorFactory = Callable[..., Actor]
PersonFactory = Callable[..., Person]
SUNDAY = Slot(date(2025, 8, 10), HalfDay.MORNING)


def _candidate(
    key: int, level: str = "specialist", post: str = "Chuyên viên", areas: str = "A1"
) -> Candidate:
    return Candidate(key=key, body="STP", level=level, post=post, areas=frozenset(areas.split()))


RULE = AreaRule(code="A1", min_members=1, levels=frozenset({"specialist", "leader"}), bodies=("STP",))


def test_the_composition_rule_counts_who_is_missing_over_all_teams() -> None:
    [lack] = lacks(rules=[RULE], candidates=[_candidate(1)], teams=3)
    assert (lack.area, lack.kind, lack.wanted, lack.found, lack.missing) == ("A1", "number", 3, 1, 2)
    assert lack.bodies == ("STP",)


def test_somebody_of_the_wrong_level_is_named_and_does_not_count() -> None:
    found = lacks(rules=[RULE], candidates=[_candidate(1, level="division_head")], teams=1)
    assert [(lack.kind, lack.people) for lack in found] == [("level", (1,)), ("number", ())]
    assert found[0].asked == ("leader", "specialist")


def test_the_post_must_hold_one_of_the_words_asked_for() -> None:
    rule = AreaRule(code="A1", min_members=1, posts=frozenset({"pháp chế"}))
    assert lacks(rules=[rule], candidates=[_candidate(1, post="Chuyên viên Pháp chế")], teams=1) == []
    [wrong, _missing] = lacks(rules=[rule], candidates=[_candidate(1, post="Kế toán")], teams=1)
    assert (wrong.kind, wrong.asked) == ("post", ("pháp chế",))


def test_nothing_is_missing_when_every_team_has_its_people() -> None:
    assert lacks(rules=[RULE], candidates=[_candidate(key) for key in range(3)], teams=3) == []


@pytest.fixture
def officer(actor: ActorFactory) -> Actor:
    return actor(Role.DEPARTMENT_OFFICER, body="STP")


@pytest.fixture
def lawyer(person: PersonFactory) -> Person:
    return person(Role.TEAM_MEMBER, body="STP")


@pytest.fixture
def body() -> Body:
    return Body.objects.get(code="STP")


def _naming(person: Person, **changes: Any) -> Naming:
    return Naming(
        **{"person": person, "post": "Chuyên viên", "level": "specialist", "areas": ["A1"], **changes}
    )


def test_every_body_that_leads_an_area_is_asked_and_its_officers_are_told(
    campaign: Campaign, actor: ActorFactory, officer: Actor
) -> None:
    due = campaign.nomination_deadline
    asked = request_nominations(actor=actor(Role.SECRETARIAT), campaign=campaign, due=due)
    leading = {code for rule in area_rules(campaign=campaign) for code in rule.bodies}
    assert asked == len(leading) == NominationRequest.objects.filter(campaign=campaign).count()
    assert Notice.objects.filter(person_id=officer.person_id or 0).count() == 1
    assert [task.due for task in tasks_for(actor=officer)] == [due]


def test_an_answer_cannot_be_due_after_the_visits_begin(campaign: Campaign, actor: ActorFactory) -> None:
    late = campaign.window_start + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        request_nominations(actor=actor(Role.SECRETARIAT), campaign=campaign, due=late)
    assert refused.value.field == "due"


def test_the_status_page_says_who_has_answered(
    campaign: Campaign, actor: ActorFactory, officer: Actor, lawyer: Person, body: Body
) -> None:
    request_nominations(actor=SYSTEM, campaign=campaign, due=campaign.nomination_deadline)
    nominate(actor=officer, campaign=campaign, body=body, naming=_naming(lawyer))
    assert hand_in_own(actor=officer, campaign=campaign) == 1
    states = {row.body.code: row for row in requests_for(actor=actor(Role.SECRETARIAT), campaign=campaign)}
    assert states["STP"].submitted == 1
    request = states["STP"].request
    assert request is not None
    assert request.answered_at is not None
    assert any(row.request and row.request.answered_at is None for row in states.values())


def test_a_person_is_named_with_post_level_areas_and_absences(
    campaign: Campaign, officer: Actor, lawyer: Person, body: Body
) -> None:
    slot = slots_of(campaign=campaign)[2]
    naming = _naming(lawyer, absences={slot: "Dự họp"})
    row = nominate(actor=officer, campaign=campaign, body=body, naming=naming)
    assert [named.area.code for named in row.areas.all()] == ["A1"]
    assert [(absence.day, absence.reason) for absence in row.absences.all()] == [(slot.day, "Dự họp")]
    assert AuditEntry.objects.filter(action="campaign.nominated", subject_id=str(row.pk)).exists()


def test_naming_one_person_twice_is_refused_by_name_and_place(
    campaign: Campaign, officer: Actor, lawyer: Person, body: Body
) -> None:
    nominate(actor=officer, campaign=campaign, body=body, naming=_naming(lawyer))
    with pytest.raises(Refused) as refused:
        nominate(actor=officer, campaign=campaign, body=body, naming=_naming(lawyer))
    sentence = str(refused.value.message)
    assert lawyer.full_name in sentence
    assert body.name_vi in sentence
    assert "A1" in sentence
    assert Nomination.objects.filter(campaign=campaign).count() == 1


def test_naming_one_person_twice_in_bulk_keeps_nobody(campaign: Campaign, lawyer: Person) -> None:
    with pytest.raises(Refused):
        nominate_bulk(actor=SYSTEM, campaign=campaign, namings=[_naming(lawyer), _naming(lawyer)])
    assert not Nomination.objects.exists()


def test_an_officer_cannot_name_people_of_other_bodies_in_bulk(
    campaign: Campaign, actor: ActorFactory, lawyer: Person
) -> None:
    with pytest.raises(NotAllowed):
        nominate_bulk(
            actor=actor(Role.DEPARTMENT_OFFICER, body="STC"), campaign=campaign, namings=[_naming(lawyer)]
        )


def test_a_new_person_who_is_in_the_list_already_is_refused(
    campaign: Campaign, officer: Actor, lawyer: Person
) -> None:
    typed = {
        "person": None, "new_name": lawyer.full_name.upper(), "new_phone": "", "post": "Chuyên viên",
        "level": "specialist", "areas": ["A1"], "absences": [], "absence_reason": "",
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        nominate_or_add(actor=officer, campaign=campaign, typed=typed)
    assert refused.value.code == "nomination.person_known"
    other = nominate_or_add(actor=officer, campaign=campaign, typed=typed | {"new_phone": "0000 333 444"})
    assert other.person_id != lawyer.pk


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"areas": []}, "nomination.no_area"),
        ({"areas": ["A3"]}, "nomination.area_not_led"),
        ({"level": "king"}, "nomination.level_unknown"),
        ({"absences": {SUNDAY: ""}}, "nomination.slot_outside"),
    ],
)
def test_each_bad_nomination_is_refused(
    campaign: Campaign, officer: Actor, lawyer: Person, body: Body, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        nominate(actor=officer, campaign=campaign, body=body, naming=_naming(lawyer, **changes))
    assert refused.value.code == code


def test_a_person_of_another_body_cannot_be_named(
    campaign: Campaign, officer: Actor, person: PersonFactory, body: Body
) -> None:
    stranger = person(Role.TEAM_MEMBER, body="STC")
    with pytest.raises(Refused):
        nominate(actor=officer, campaign=campaign, body=body, naming=_naming(stranger))


def test_an_officer_cannot_name_people_for_another_body(
    campaign: Campaign, actor: ActorFactory, lawyer: Person, body: Body
) -> None:
    with pytest.raises(NotAllowed):
        nominate(
            actor=actor(Role.DEPARTMENT_OFFICER, body="STC"),
            campaign=campaign,
            body=body,
            naming=_naming(lawyer),
        )


def test_the_second_of_two_people_who_edit_one_nomination_is_told(
    campaign: Campaign, officer: Actor, lawyer: Person, body: Body
) -> None:
    row = nominate(actor=officer, campaign=campaign, body=body, naming=_naming(lawyer))
    first = Nomination.objects.get(pk=row.pk)
    change_nomination(actor=officer, row=first, revision=1, naming=_naming(lawyer, post="Trưởng phòng"))
    with pytest.raises(Conflict):
        change_nomination(actor=officer, row=row, revision=1, naming=_naming(lawyer, post="Thanh tra"))
    assert Nomination.objects.get(pk=row.pk).post == "Trưởng phòng"


def test_a_nomination_taken_back_frees_the_person(
    campaign: Campaign, officer: Actor, lawyer: Person, body: Body
) -> None:
    row = nominate(actor=officer, campaign=campaign, body=body, naming=_naming(lawyer))
    withdraw(actor=officer, row=row, revision=row.revision)
    assert AuditEntry.objects.filter(action="campaign.nomination.withdrawn").exists()
    nominate(actor=officer, campaign=campaign, body=body, naming=_naming(lawyer))


def test_an_empty_list_cannot_be_handed_in(campaign: Campaign, officer: Actor, body: Body) -> None:
    with pytest.raises(Refused):
        hand_in(actor=officer, campaign=campaign, body=body)


def test_an_officer_sees_the_nominations_of_the_own_body_only(
    campaign: Campaign, actor: ActorFactory, officer: Actor, lawyer: Person, body: Body
) -> None:
    nominate(actor=officer, campaign=campaign, body=body, naming=_naming(lawyer))
    other = actor(Role.DEPARTMENT_OFFICER, body="STC")
    assert not nominations_for(actor=other, campaign=campaign).exists()
    assert nominations_for(actor=actor(Role.CITY_LEADER), campaign=campaign).count() == 1


def test_what_nominations_lack_names_the_area_the_number_and_the_leading_bodies(campaign: Campaign) -> None:
    lack = next(lack for lack in all_lacks(campaign=campaign) if lack.area == "A1")
    assert lack.missing == campaign.team_count
    assert "STP" in lack.bodies


def _typed(person: Person | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "revision": "1",
        "person": person.pk if person else "",
        "post": "Chuyên viên",
        "level": "specialist",
        "areas": ["A1"],
        **changes,
    }


def test_the_page_adds_a_person_on_the_spot(campaign: Campaign, client_as: Callable[..., Client]) -> None:
    client = client_as(Role.DEPARTMENT_OFFICER, body="STP")
    answer = client.post("/campaign/nominations/new/", _typed(new_name="Cán bộ mẫu mới"))
    assert answer.status_code == 302
    row = Nomination.objects.get(campaign=campaign)
    assert row.person.full_name == "Cán bộ mẫu mới"
    assert row.person.body.code == "STP"


def test_the_page_says_who_is_named_twice_and_keeps_what_was_typed(
    campaign: Campaign, client_as: Callable[..., Client], lawyer: Person
) -> None:
    client = client_as(Role.DEPARTMENT_OFFICER, body="STP")
    client.post("/campaign/nominations/new/", _typed(lawyer))
    answer = client.post("/campaign/nominations/new/", _typed(lawyer, post="Thanh tra viên"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert lawyer.full_name in page
    assert "Thanh tra viên" in page


def test_the_page_refuses_a_half_day_outside_the_window(
    campaign: Campaign, client_as: Callable[..., Client], lawyer: Person
) -> None:
    client = client_as(Role.DEPARTMENT_OFFICER, body="STP")
    answer = client.post("/campaign/nominations/new/", _typed(lawyer, absences=[SUNDAY.key]))
    assert answer.status_code == 422
    assert not Nomination.objects.exists()


def test_the_composition_rule_is_checked_as_they_type(
    campaign: Campaign, client_as: Callable[..., Client]
) -> None:
    client = client_as(Role.DEPARTMENT_OFFICER, body="STP")
    answer = client.post("/campaign/nominations/check/", {"level": "specialist", "post": "", "areas": ["A1"]})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "A1" in page
    assert "A3" not in page
    assert str(campaign.team_count - 1) in page


def test_the_api_nominates_and_refuses_the_same_person_again(
    campaign: Campaign, client_as: Callable[..., Client], lawyer: Person
) -> None:
    client = client_as(Role.DEPARTMENT_OFFICER, body="STP")
    body = json.dumps({"person": lawyer.pk, "post": "Chuyên viên", "level": "specialist", "areas": ["A1"]})
    address = "/api/campaign/nominations"
    assert client.post(address, body, content_type="application/json").status_code == 200
    answer = client.post(address, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "nomination.twice")
    assert [row["name"] for row in client.get(address).json()] == [lawyer.full_name]


def test_the_list_takes_as_many_queries_for_one_person_as_for_twenty(
    campaign: Campaign,
    client_as: Callable[..., Client],
    person: PersonFactory,
    django_assert_max_num_queries: Any,
) -> None:
    client = client_as(Role.SECRETARIAT)
    nominate_bulk(actor=SYSTEM, campaign=campaign, namings=[_naming(person(Role.TEAM_MEMBER, body="STP"))])
    with django_assert_max_num_queries(60) as one:
        client.get("/campaign/nominations/")
    people = [person(Role.TEAM_MEMBER, body="STP") for _ in range(19)]
    nominate_bulk(actor=SYSTEM, campaign=campaign, namings=[_naming(row) for row in people])
    with django_assert_max_num_queries(len(one)):
        client.get("/campaign/nominations/")
