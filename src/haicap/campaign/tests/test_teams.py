"""Teams formed by the optimiser and by hand, from real nominations."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from haicap.accounts.models import Person, PersonRole
from haicap.campaign.actions.nominations import Naming, nominate_bulk, withdraw
from haicap.campaign.actions.teams import form_teams, place
from haicap.campaign.models import Campaign, Nomination, Team, TeamMember
from haicap.campaign.queries import teams_for
from haicap.campaign.queries.board import team_board_for
from haicap.campaign.queries.teams import area_rules, team_problem
from haicap.campaign.rules.teams import Grouping, check
from haicap.kernel import jobs
from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import Conflict, NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.register.models import Body

ActorFactory = Callable[..., Actor]
TEAMS = 2


@pytest.fixture
def campaign(campaign: Campaign) -> Campaign:
    campaign.team_count = TEAMS
    campaign.save()
    return campaign


def _person(number: int, body: Body, level: str) -> Person:
    name = f"Cán bộ mẫu {number:03d}"
    return Person.objects.create(
        username=f"mau-{number}", full_name=name, folded=name, body=body, level=level, password="!"
    )


def name_people(campaign: Campaign, *, each: int = TEAMS, without: str = "") -> list[Nomination]:
    """Let the first leading body of every area name `each` people, none for the area `without`."""
    by_body: dict[str, list[str]] = {}
    for rule in area_rules(campaign=campaign):
        if rule.code != without:
            by_body.setdefault(rule.bodies[0], []).append(rule.code)
    namings: list[Naming] = []
    for code, areas in sorted(by_body.items()):
        body = Body.objects.get(code=code)
        for _ in range(each):
            level = "division_head" if code == "SNV" else "division_deputy"
            person = _person(len(namings), body, level)
            namings.append(Naming(person=person, post="Trưởng phòng", level=level, areas=areas))
    nominate_bulk(actor=SYSTEM, campaign=campaign, namings=namings)
    return list(Nomination.objects.filter(campaign=campaign).order_by("pk"))


@pytest.fixture
def secretary(actor: ActorFactory) -> Actor:
    return actor(Role.SECRETARIAT)


def test_the_optimiser_covers_every_area_in_every_team_with_a_head_each(
    campaign: Campaign, secretary: Actor
) -> None:
    rows = name_people(campaign)
    grouping = form_teams(actor=secretary, campaign=campaign, seed=3)
    assert grouping.is_formed
    assert TeamMember.objects.count() == len(rows)
    assert team_board_for(actor=secretary, campaign=campaign).is_sound
    assert TeamMember.objects.filter(role="head").count() == TEAMS
    assert AuditEntry.objects.filter(action="campaign.teams.formed").exists()


def test_the_stored_teams_pass_the_independent_checker(campaign: Campaign, secretary: Actor) -> None:
    name_people(campaign, each=3)
    form_teams(actor=secretary, campaign=campaign)
    members = list(TeamMember.objects.select_related("team"))
    teams: dict[int, tuple[int, ...]] = {}
    for member in members:
        teams[member.team.number] = (*teams.get(member.team.number, ()), member.nomination_id)
    stored = Grouping(teams=teams, roles={member.nomination_id: member.role for member in members})
    assert check(problem=team_problem(campaign=campaign), grouping=stored, by_hand=True) == []


def test_people_hold_the_account_role_of_their_place(campaign: Campaign, secretary: Actor) -> None:
    name_people(campaign)
    form_teams(actor=secretary, campaign=campaign)
    head = TeamMember.objects.filter(role="head").select_related("nomination").first()
    assert head is not None
    roles = PersonRole.objects.filter(person_id=head.nomination.person_id).values_list("role", flat=True)
    assert list(roles) == [Role.TEAM_HEAD.value]


def test_a_shortfall_names_the_area_the_number_and_the_bodies_that_lead_it(
    campaign: Campaign, secretary: Actor, client_as: Callable[..., Client]
) -> None:
    name_people(campaign, without="A1")
    grouping = form_teams(actor=secretary, campaign=campaign)
    assert grouping.shortfalls == {"A1": TEAMS}
    assert grouping.is_shortfall_proven
    board = team_board_for(actor=secretary, campaign=campaign)
    lack = next(lack for lack in board.lacks if lack.area == "A1")
    assert (lack.missing, lack.bodies) == (TEAMS, ("STP", "SNV"))
    page = client_as(Role.SECRETARIAT).get(reverse("campaign:teams")).content.decode()
    assert "STP, SNV" in page


def test_without_nominations_there_is_nothing_to_form(campaign: Campaign, secretary: Actor) -> None:
    with pytest.raises(Refused) as refused:
        form_teams(actor=secretary, campaign=campaign)
    assert refused.value.code == "team.nobody"


def test_nominations_that_change_while_teams_are_formed_stop_the_answer_from_being_kept(
    campaign: Campaign, secretary: Actor
) -> None:
    rows = name_people(campaign)

    def take_one_back() -> bool:
        if row := Nomination.objects.filter(pk=rows[0].pk).first():
            withdraw(actor=secretary, row=row, revision=row.revision)
        return False

    with pytest.raises(Conflict):
        form_teams(actor=secretary, campaign=campaign, stopped=take_one_back)
    assert not TeamMember.objects.exists()


def test_the_same_seed_forms_the_same_teams(campaign: Campaign, secretary: Actor) -> None:
    name_people(campaign, each=3)
    assert form_teams(actor=secretary, campaign=campaign, seed=5) == form_teams(
        actor=secretary, campaign=campaign, seed=5
    )


def test_the_job_reports_progress_and_leads_to_the_teams(campaign: Campaign, secretary: Actor) -> None:
    name_people(campaign)
    heard: list[int] = []
    result = jobs.run_now(
        actor=secretary,
        kind="campaign.form_teams",
        params={"seed": 1},
        on_progress=lambda percent, message: heard.append(percent),
    )
    assert result["url"] == reverse("campaign:teams")
    assert result["teams"] == TEAMS
    assert heard[-1] == 100
    assert heard == sorted(heard)


def test_moving_the_only_person_of_an_area_by_hand_names_the_area_left_uncovered(
    campaign: Campaign, secretary: Actor
) -> None:
    name_people(campaign)
    form_teams(actor=secretary, campaign=campaign)
    lawyer = Nomination.objects.get(body__code="STP", membership__team__number=1)
    place(actor=secretary, campaign=campaign, nomination=lawyer, number=2)
    board = team_board_for(actor=secretary, campaign=campaign)
    broken = {(state.team.number, fault.rule, fault.area) for state in board.teams for fault in state.broken}
    assert (1, "area.uncovered", "A1") in broken
    assert not any(number == 2 for number, _rule, _area in broken)


def test_taking_the_head_out_by_hand_names_the_team_without_a_head(
    campaign: Campaign, secretary: Actor
) -> None:
    name_people(campaign, each=3)
    form_teams(actor=secretary, campaign=campaign)
    head = TeamMember.objects.get(team__number=1, role="head").nomination
    place(actor=secretary, campaign=campaign, nomination=head, number=None)
    board = team_board_for(actor=secretary, campaign=campaign)
    assert "head.count" in {fault.rule for fault in board.teams[0].broken}
    assert [row.pk for row in board.spare] == [head.pk]


def test_a_person_placed_in_a_second_team_leaves_the_first(campaign: Campaign, secretary: Actor) -> None:
    rows = name_people(campaign)
    place(actor=secretary, campaign=campaign, nomination=rows[0], number=1, role="head")
    place(actor=secretary, campaign=campaign, nomination=rows[0], number=2)
    assert [member.team.number for member in TeamMember.objects.all()] == [2]


def test_a_second_head_makes_the_first_a_member(campaign: Campaign, secretary: Actor) -> None:
    rows = name_people(campaign)
    for row in rows[:2]:
        place(actor=secretary, campaign=campaign, nomination=row, number=1, role="head")
    assert TeamMember.objects.get(role="head").nomination_id == rows[1].pk


def test_a_team_that_the_plan_does_not_have_is_refused(campaign: Campaign, secretary: Actor) -> None:
    rows = name_people(campaign)
    with pytest.raises(Refused):
        place(actor=secretary, campaign=campaign, nomination=rows[0], number=TEAMS + 1)
    assert not Team.objects.exists()


def test_a_member_of_a_team_cannot_be_taken_back_before_leaving_it(
    campaign: Campaign, secretary: Actor
) -> None:
    [first, *_rest] = name_people(campaign)
    place(actor=secretary, campaign=campaign, nomination=first, number=1)
    row = Nomination.objects.get(pk=first.pk)
    with pytest.raises(Refused) as refused:
        withdraw(actor=secretary, row=row, revision=row.revision)
    assert refused.value.code == "nomination.in_team"


def test_only_the_secretariat_forms_teams(campaign: Campaign, actor: ActorFactory) -> None:
    rows = name_people(campaign)
    officer = actor(Role.DEPARTMENT_OFFICER, body="STP")
    with pytest.raises(NotAllowed):
        form_teams(actor=officer, campaign=campaign)
    with pytest.raises(NotAllowed):
        place(actor=officer, campaign=campaign, nomination=rows[0], number=1)


def test_the_board_moves_a_person_with_a_select_and_a_button(
    campaign: Campaign, client_as: Callable[..., Client]
) -> None:
    rows = name_people(campaign)
    client = client_as(Role.SECRETARIAT)
    typed = {"nomination": rows[0].pk, "number": 1, "role": "head"}
    answer = client.post(reverse("campaign:team-place"), typed, follow=True)
    assert answer.status_code == 200
    assert TeamMember.objects.get().role == "head"
    assert rows[0].person.full_name in answer.content.decode()


def test_the_api_places_a_person(campaign: Campaign, client_as: Callable[..., Client]) -> None:
    rows = name_people(campaign)
    answer = client_as(Role.SECRETARIAT).post(
        "/api/campaign/teams/place",
        {"nomination": rows[0].pk, "number": 2, "role": "head"},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    assert TeamMember.objects.get().team.number == 2


def test_everybody_who_reads_teams_sees_all_of_them(campaign: Campaign, actor: ActorFactory) -> None:
    name_people(campaign)
    form_teams(actor=SYSTEM, campaign=campaign)
    assert teams_for(actor=actor(Role.COMMUNE_CHAIR), campaign=campaign).count() == TEAMS


def test_the_board_takes_as_many_queries_for_many_people_as_for_few(
    campaign: Campaign, client_as: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client = client_as(Role.SECRETARIAT)
    rows = name_people(campaign, each=4)
    for row in rows[:2]:
        place(actor=SYSTEM, campaign=campaign, nomination=row, number=1)
    with django_assert_max_num_queries(60) as few:
        client.get(reverse("campaign:teams"))
    for row in rows[2:]:
        place(actor=SYSTEM, campaign=campaign, nomination=row, number=1 + row.pk % TEAMS)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("campaign:teams"))
