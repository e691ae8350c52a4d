"""The calendar from computation to publication, on the real 168 units."""

from typing import Any

import pytest

from haicap.accounts.models import Notice
from haicap.campaign.models import SlotRegistration, Team, TeamMember
from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable import actions, queries
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.rules.problem import Mode
from haicap.timetable.tests.conftest import form_teams, whole_draft


@pytest.fixture
def draft(ready: Any) -> Calendar:
    return whole_draft(ready)


@pytest.fixture
def published(draft: Calendar) -> Calendar:
    return actions.publish(actor=SYSTEM, calendar=draft)


def _in_person(calendar: Calendar) -> Visit:
    rows = Visit.objects.filter(calendar=calendar, mode="in_person", whole_day=False)
    return rows.select_related("unit", "team").order_by("unit__code")[0]


def _free_cell(calendar: Calendar, unit: str) -> tuple[int, Slot]:
    """Return a team and half-day on which a dry run allows `unit`."""
    for team in Team.objects.filter(campaign=calendar.campaign):
        for day in sorted(set(Visit.objects.filter(calendar=calendar).values_list("day", flat=True))):
            for half in HalfDay:
                slot = Slot(day, half)
                move = actions.move_visit(
                    actor=SYSTEM, calendar=calendar, unit=unit, team=team.number, slot=slot, dry_run=True
                )
                if move.allowed:
                    return team.number, slot
    raise AssertionError("no free cell")


def test_nine_teams_serve_all_168_units_and_the_checker_agrees(ready: Any):
    steps: list[int] = []
    draft = actions.solve_and_save(
        actor=SYSTEM, campaign=ready, seed=1, iterations=60, on_step=lambda step: steps.append(step.served)
    )
    assert steps[-1] == 168
    assert 0 < draft.objective["bound"] <= draft.objective["total"]
    assert 0 <= draft.objective["gap"] < 0.05
    assert draft.is_draft
    assert Visit.objects.filter(calendar=draft).count() == 168
    assert draft.verdict["feasible"]
    assert draft.verdict["unserved"] == []
    assert draft.objective["served"] == 168


def test_the_same_seed_and_steps_give_the_same_calendar(ready: Any):
    both = [
        actions.solve_and_save(actor=SYSTEM, campaign=ready, seed=3, iterations=60, fresh=True)
        for _ in range(2)
    ]
    seats = [
        sorted(Visit.objects.filter(calendar=row).values_list("unit__code", "team__number", "day", "half"))
        for row in both
    ]
    assert seats[0] == seats[1]
    assert both[0].problem_hash == both[1].problem_hash
    assert [row.version for row in both] == [1, 2]


def test_too_few_teams_give_the_shortfall_in_numbers_and_ways_out(campaign: Any, person: Any):
    form_teams(campaign, [person("team_head") for _ in range(8)])
    draft = actions.solve_and_save(actor=SYSTEM, campaign=campaign, seed=1, iterations=40)
    load = draft.shortfall["load"]
    assert load["units"] == 168
    assert load["capacity"] == 160
    assert load["most_served"] == 160
    ways = {way["kind"]: way["amount"] for way in draft.shortfall["ways"]}
    assert ways["teams"] == 1
    assert ways["days"] == 1
    assert len(draft.verdict["reasons"]) == 168 - draft.objective["served"]


def test_without_teams_the_refusal_names_it(campaign: Any):
    with pytest.raises(Refused) as caught:
        actions.solve_and_save(actor=SYSTEM, campaign=campaign, seed=1, iterations=1)
    assert caught.value.details["faults"] == ["team.none"]


def test_a_window_without_working_days_is_refused_by_name(ready: Any):
    ready.window_start = ready.window_end = ready.window_start.replace(day=9)
    ready.save()
    with pytest.raises(Refused) as caught:
        actions.solve_and_save(actor=SYSTEM, campaign=ready, seed=1, iterations=1)
    assert "window.no_working_days" in str(caught.value.details["faults"])


def test_a_negative_weight_is_refused_at_its_field(ready: Any, actor: Any):
    with pytest.raises(Refused) as caught:
        actions.solve_and_save(actor=SYSTEM, campaign=ready, seed=1, iterations=1, changes={"km": -1})
    assert caught.value.field == "km"
    with pytest.raises(Refused) as caught:
        actions.ask_to_solve(
            actor=actor("secretariat"), campaign=ready, seed=1, seconds=5, changes={"kmm": 1}
        )
    assert caught.value.details["faults"] == ["setting.unknown"]


def test_a_team_whose_head_is_away_gets_no_visit_then(ready: Any):
    from haicap.campaign.models import Absence

    member = TeamMember.objects.get(team__number=1)
    Absence.objects.create(nomination=member.nomination, day=ready.window_start, half="morning")
    draft = actions.solve_and_save(actor=SYSTEM, campaign=ready, seed=1, iterations=60)
    assert not Visit.objects.filter(
        calendar=draft, team__number=1, day=ready.window_start, half="morning"
    ).exists()


def test_a_move_onto_a_taken_half_day_is_refused_and_named(draft: Calendar):
    visits = list(Visit.objects.filter(calendar=draft, mode="in_person", whole_day=False)[:2])
    with pytest.raises(Refused) as caught:
        actions.move_visit(
            actor=SYSTEM, calendar=draft, unit=visits[0].unit.code,
            team=visits[1].team.number, slot=visits[1].slot,
        )  # fmt: skip
    assert "team.two_places" in str(caught.value.details["rules"])
    draft.refresh_from_db()
    assert draft.verdict["feasible"]


def test_a_move_out_of_the_window_is_refused(draft: Calendar):
    visit = _in_person(draft)
    outside = Slot(draft.campaign.window_end.replace(day=28), HalfDay.MORNING)
    with pytest.raises(Refused) as caught:
        actions.move_visit(
            actor=SYSTEM, calendar=draft, unit=visit.unit.code, team=visit.team.number, slot=outside
        )
    assert "visit.outside_window" in str(caught.value.details["rules"])


def test_a_free_half_day_takes_a_moved_visit_and_tells_the_cost(draft: Calendar):
    visit = _in_person(draft)
    team, slot = _free_cell(draft, visit.unit.code)
    before = draft.objective["total"]
    move = actions.move_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code, team=team, slot=slot)
    visit.refresh_from_db()
    assert (visit.team.number, visit.slot) == (team, slot)
    draft.refresh_from_db()
    assert draft.objective["total"] == pytest.approx(before + move.cost)
    assert draft.verdict["feasible"]


def test_two_people_moving_at_once_conflict(draft: Calendar):
    visit = _in_person(draft)
    team, slot = _free_cell(draft, visit.unit.code)
    seen = draft.revision
    actions.pin_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code, pinned=True, revision=seen)
    with pytest.raises(Conflict):
        actions.move_visit(
            actor=SYSTEM, calendar=draft, unit=visit.unit.code, team=team, slot=slot, revision=seen
        )


def test_a_pinned_visit_does_not_move_by_hand_and_stays_in_the_next_computation(draft: Calendar):
    visit = _in_person(draft)
    team, slot = _free_cell(draft, visit.unit.code)
    actions.pin_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code, pinned=True)
    with pytest.raises(Refused) as caught:
        actions.move_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code, team=team, slot=slot)
    assert caught.value.details["rules"] == ["pin.moved"]
    again = actions.solve_and_save(
        actor=SYSTEM, campaign=draft.campaign, seed=9, iterations=10, pins_from=draft
    )
    kept = Visit.objects.get(calendar=again, unit=visit.unit)
    assert (kept.team_id, kept.slot, kept.pinned) == (visit.team_id, visit.slot, True)


def test_publishing_tells_every_unit_and_team_once(draft: Calendar, person: Any):
    visit = _in_person(draft)
    clerk = person("commune_officer", unit=visit.unit)
    actions.publish(actor=SYSTEM, calendar=draft)
    notice = Notice.objects.get(person=clerk)
    assert f"đoàn khảo sát số {visit.team.number}" in notice.text_vi
    assert f"survey team {visit.team.number}" in notice.text_en
    for member in TeamMember.objects.select_related("nomination"):
        assert Notice.objects.filter(person=member.nomination.person).count() == 1


def test_a_change_makes_a_new_version_and_tells_only_those_concerned(published: Calendar, person: Any):
    Notice.objects.all().delete()
    moved = _in_person(published)
    other = Visit.objects.filter(calendar=published).exclude(team=moved.team).select_related("unit")[0]
    clerk, bystander = person("commune_officer", unit=moved.unit), person("commune_officer", unit=other.unit)
    draft = actions.revise(actor=SYSTEM, calendar=published)
    team, slot = _free_cell(draft, moved.unit.code)
    actions.move_visit(actor=SYSTEM, calendar=draft, unit=moved.unit.code, team=team, slot=slot)
    actions.publish(actor=SYSTEM, calendar=draft)
    published.refresh_from_db()
    assert published.state == Calendar.State.SUPERSEDED
    text = Notice.objects.get(person=clerk).text_vi
    assert moved.day.strftime("%d/%m/%Y") in text
    assert slot.day.strftime("%d/%m/%Y") in text
    assert not Notice.objects.filter(person=bystander).exists()
    told = {n.person_id for n in Notice.objects.all()} - {clerk.pk}
    concerned = TeamMember.objects.filter(team__number__in={team, moved.team.number})
    assert told == {member.nomination.person_id for member in concerned}
    changes = queries.diff_for(actor=SYSTEM, before=published, after=draft)
    assert [item.code for item in changes] == [moved.unit.code]


def test_a_published_version_does_not_change(published: Calendar):
    visit = _in_person(published)
    with pytest.raises(Refused) as caught:
        actions.pin_visit(actor=SYSTEM, calendar=published, unit=visit.unit.code, pinned=True)
    assert caught.value.code == "timetable.not_draft"
    with pytest.raises(Refused):
        actions.discard(actor=SYSTEM, calendar=published)


def test_publishing_twice_conflicts(published: Calendar):
    with pytest.raises(Conflict):
        actions.publish(actor=SYSTEM, calendar=published)


def test_a_draft_that_a_new_block_broke_is_not_published(draft: Calendar):
    visit = _in_person(draft)
    registration = SlotRegistration.objects.get(unit=visit.unit)
    registration.blocks.create(day=visit.day, half=visit.half, reason="Họp")
    with pytest.raises(Refused) as caught:
        actions.publish(actor=SYSTEM, calendar=draft)
    assert caught.value.details["rules"] == ["unit.blocked"]
    assert not actions.recheck(actor=SYSTEM, calendar=draft).feasible
    draft.refresh_from_db()
    assert draft.verdict["violations"][0]["unit"] == visit.unit.code


def test_units_left_out_must_be_accepted_knowingly(draft: Calendar):
    visit = _in_person(draft)
    actions.remove_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code)
    with pytest.raises(Refused) as caught:
        actions.publish(actor=SYSTEM, calendar=draft)
    assert caught.value.details["units"] == [visit.unit.code]
    actions.publish(actor=SYSTEM, calendar=draft, accept_unserved=True)


def test_a_removed_unit_can_be_placed_again(draft: Calendar):
    visit = _in_person(draft)
    actions.remove_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code)
    actions.move_visit(
        actor=SYSTEM, calendar=draft, unit=visit.unit.code, team=visit.team.number, slot=visit.slot
    )
    assert draft.verdict["unserved"] == []


def test_two_visits_change_places(draft: Calendar):
    rows = Visit.objects.filter(calendar=draft, mode="in_person", whole_day=False).select_related(
        "unit", "team"
    )
    for one in rows[:20]:
        for other in rows.exclude(pk=one.pk)[:40]:
            where: dict[str, Any] = {
                "unit": one.unit.code,
                "team": other.team.number,
                "slot": other.slot,
                "swap": True,
            }
            if actions.move_visit(actor=SYSTEM, calendar=draft, dry_run=True, **where).allowed:
                actions.move_visit(actor=SYSTEM, calendar=draft, **where)
                moved, swapped = Visit.objects.get(pk=one.pk), Visit.objects.get(pk=other.pk)
                assert (moved.team_id, moved.slot) == (other.team_id, other.slot)
                assert (swapped.team_id, swapped.slot) == (one.team_id, one.slot)
                return
    raise AssertionError("no two visits may change places")


def test_the_island_takes_a_whole_day_or_goes_online(draft: Calendar):
    island = Visit.objects.get(calendar=draft, unit__unit_type="special_zone")
    assert island.whole_day or island.mode == Mode.ONLINE


def test_people_of_a_commune_cannot_compute_move_or_publish(draft: Calendar, actor: Any):
    clerk = actor("commune_officer")
    for call in (
        lambda: actions.solve_and_save(actor=clerk, campaign=draft.campaign, seed=1, iterations=1),
        lambda: actions.pin_visit(actor=clerk, calendar=draft, unit="26740", pinned=True),
        lambda: actions.publish(actor=clerk, calendar=draft),
        lambda: actions.revise(actor=clerk, calendar=draft),
    ):
        with pytest.raises(NotAllowed):
            call()
    with pytest.raises(Missing):
        queries.calendar_for(actor=clerk, campaign=draft.campaign, version=draft.version)


def test_each_sees_the_visits_that_concern_them(published: Calendar, actor: Any, heads: Any, person: Any):
    from haicap.accounts.queries import actor_of

    campaign = published.campaign
    visit = _in_person(published)
    clerk = actor("commune_officer", unit=visit.unit)
    assert [row.unit_id for row in queries.visits_for(actor=clerk, campaign=campaign)] == [visit.unit_id]
    head = actor_of(person=heads[0])
    assert {row.team.number for row in queries.visits_for(actor=head, campaign=campaign)} == {1}
    technician = actor("bridge_technician")
    assert {row.mode for row in queries.visits_for(actor=technician, campaign=campaign)} == {"online"}
    for role in ("secretariat", "department_officer", "city_leader"):
        assert queries.visits_for(actor=actor(role), campaign=campaign).count() == 168
    assert queries.team_of_unit(actor=clerk, campaign=campaign, unit=visit.unit) == visit.team


def test_every_write_leaves_an_audit_entry(published: Calendar):
    draft = actions.revise(actor=SYSTEM, calendar=published)
    visit = _in_person(draft)
    actions.pin_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code, pinned=True)
    actions.discard(actor=SYSTEM, calendar=draft)
    names = set(AuditEntry.objects.filter(action__startswith="timetable.").values_list("action", flat=True))
    assert names == {
        "timetable.calendar.computed", "timetable.calendar.published", "timetable.calendar.copied",
        "timetable.visit.pinned", "timetable.calendar.discarded",
    }  # fmt: skip
