"""Planning the calendar in force again: the fewest changes, proven, and only those touched are told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from haicap.accounts.models import Notice
from haicap.campaign.actions import mark_sample
from haicap.campaign.actions.disturbances import put_setting
from haicap.campaign.models import Absence, Nomination, SlotBlock, TeamMember
from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.kernel.jobs import run_now
from haicap.kernel.models import AuditEntry, Job
from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable import actions, queries
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.queries.calendars import all_placed
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.queries.recipients import recipients_of
from haicap.timetable.rules.changes import compare
from haicap.timetable.rules.checker import check
from haicap.timetable.rules.problem import BridgePoint, Mode, PlacedVisit, Problem
from haicap.timetable.rules.replan import (
    Disturbance,
    again,
    disturbed,
    fewest_changes,
    keep_bridges,
    stays_possible,
    struck,
)
from haicap.timetable.tests.conftest import whole_draft

MONDAY = date(2025, 8, 4)


@pytest.fixture
def published(ready: Any, person: Any) -> Calendar:
    """Return a calendar in force of a sample campaign whose teams have two people, the second no leader."""
    mark_sample(actor=SYSTEM, campaign=ready)
    for member in list(TeamMember.objects.select_related("team", "nomination")):
        helper = person("team_member")
        nomination = Nomination.objects.create(
            campaign=ready, body=helper.body, person=helper, state=Nomination.State.SUBMITTED
        )
        TeamMember.objects.create(team=member.team, nomination=nomination, role="member")
    return actions.publish(actor=SYSTEM, calendar=whole_draft(ready))


def _days(count: int, *, start: date) -> tuple[Slot, ...]:
    days = [start + timedelta(days=step) for step in range(count)]
    return tuple(Slot(day, half) for day in days for half in HalfDay)


def _ill(team: int, slots: Sequence[Slot]) -> Disturbance:
    head = TeamMember.objects.get(team__number=team, role="head")
    return Disturbance(kind="member", code=str(head.nomination_id), slots=tuple(slots), reason="Ốm")


def _again(calendar: Calendar, *items: Disturbance, today: date = MONDAY) -> Calendar:
    return actions.replan(
        actor=SYSTEM, campaign=calendar.campaign, disturbances=items, seed=1, iterations=25, today=today
    )


def _touched(calendar: Calendar, items: Sequence[Disturbance]) -> set[str]:
    """Return the units whose visit cannot stay, found with the checker alone."""
    problem = disturbed(problem=problem_for(actor=SYSTEM, campaign=calendar.campaign), disturbances=items)
    verdict = check(problem=problem, visits=all_placed(calendar))
    return {v.unit for v in all_placed(calendar) for broken in verdict.violations
            if broken.unit == v.unit or (broken.team == v.team and broken.slot == v.slot)}  # fmt: skip


def test_one_member_ill_moves_only_that_members_visits_and_tells_only_those_touched(published: Calendar):
    wednesday = date(2025, 8, 6)
    ill = _ill(3, _days(1, start=wednesday))
    must = set(Visit.objects.filter(calendar=published, team__number=3, day=wednesday).values_list(
        "unit__code", flat=True
    ))  # fmt: skip
    draft = _again(published, ill)
    changes = compare(before=all_placed(published), after=all_placed(draft))
    assert draft.based_on == published
    assert draft.verdict["feasible"]
    assert draft.verdict["unserved"] == []
    assert {change.unit for change in changes} >= must
    assert len(changes) == draft.objective["changed"] == draft.disturbances["fewest"] == len(must)
    before = Notice.objects.count()
    actions.publish(actor=SYSTEM, calendar=draft)
    told = recipients_of(campaign=published.campaign, changes=changes)
    assert Notice.objects.count() - before == told.notices > 0
    teams = {number for change in changes for number in change.teams}
    assert set(told.in_team) == teams
    assert len(teams) < 9


def test_what_has_happened_or_happens_today_stays(published: Calendar):
    today = date(2025, 8, 7)
    draft = _again(published, _ill(3, _days(2, start=today)), today=today)
    old = {v.unit: v for v in all_placed(published)}
    can = {
        unit for unit, v in old.items() if v.slot.day <= today and not (v.team == 3 and v.slot.day == today)
    }
    new = {v.unit: v for v in all_placed(draft)}
    assert all((new[unit].team, new[unit].slot) == (old[unit].team, old[unit].slot) for unit in can)
    moved = {unit for unit in new if (new[unit].team, new[unit].slot) != (old[unit].team, old[unit].slot)}
    assert all(new[unit].slot.day > today for unit in moved)


def test_a_commune_that_calls_off_is_the_only_one_to_change_where_there_is_room(published: Calendar):
    visit = Visit.objects.filter(calendar=published, mode="in_person", day__gt=MONDAY).select_related("unit")[
        0
    ]
    item = Disturbance(kind="unit", code=visit.unit.code, slots=(visit.slot,), reason="Bão")
    draft = _again(published, item)
    assert draft.disturbances["fewest"] == 1
    assert draft.objective["changed"] == 1
    assert SlotBlock.objects.filter(
        registration__unit=visit.unit, day=visit.day, half=visit.half, reason="Bão"
    ).exists()


def test_a_team_off_and_a_bridge_point_gone_become_facts(published: Calendar):
    bridges = [{"code": "DC1", "rooms": 1, "technicians": 1}, {"code": "DC2", "rooms": 9, "technicians": 9}]
    put_setting(actor=SYSTEM, campaign=published.campaign, key="timetable_bridges", value=bridges)
    draft = _again(published)  # online visits take bridge points
    actions.publish(actor=SYSTEM, calendar=draft)
    online = next(v for v in all_placed(draft) if v.mode is Mode.ONLINE and v.slot.day > MONDAY)
    off = Disturbance(kind="team", code="2", slots=_days(1, start=date(2025, 8, 8)), reason="Xe hỏng")
    gone = Disturbance(kind="bridge", code=online.bridge, slots=(online.slot,), reason="Mất điện")
    new = _again(draft, off, gone)
    assert new.verdict["feasible"]
    assert Absence.objects.filter(nomination__membership__team__number=2, day=date(2025, 8, 8)).count() == 4
    held = {row["code"]: row for row in new.campaign.setting("timetable_bridges")}
    assert held[online.bridge]["away"] == [online.slot.key]
    assert all(v.bridge for v in all_placed(new) if v.mode is Mode.ONLINE)
    assert not any(v.bridge == online.bridge and v.slot == online.slot for v in all_placed(new))


def test_sessions_online_keep_their_bridge_point_while_it_holds_them():
    slots = _days(1, start=MONDAY)
    points = tuple(
        BridgePoint(code=code, available=frozenset(slots), rooms=1, technicians=1) for code in ("A", "B", "C")
    )
    old = [
        PlacedVisit(unit=str(n), team=n, slot=slots[0], mode=Mode.ONLINE, bridge=code)
        for n, code in enumerate("ABC")
    ]
    solved = [replace(visit, bridge=code) for visit, code in zip(old, "BCA", strict=True)]
    problem = Problem(units=(), teams=(), slots=slots, bridges=points, previous=tuple(old))
    assert keep_bridges(problem=problem, visits=solved) == tuple(old)
    closed = replace(problem, bridges=(replace(points[0], available=frozenset()), points[1], points[2]))
    kept = keep_bridges(problem=closed, visits=solved[1:])
    assert [visit.bridge for visit in kept] == ["B", "C"]


def test_the_number_is_a_lower_bound_and_counts_whom_no_plan_can_leave(published: Calendar):
    items = [_ill(team, _days(1, start=date(2025, 8, 6))) for team in (1, 2)]
    problem = disturbed(
        problem=problem_for(actor=SYSTEM, campaign=published.campaign, today=MONDAY), disturbances=items
    )
    problem = again(problem=problem, today=MONDAY, change=5000)
    assert set(struck(problem)) == _touched(published, items)
    assert fewest_changes(problem=problem, stopped=lambda: False) >= len(struck(problem))
    assert all(stays_possible(problem, pin) for pin in problem.pins)


def test_a_past_absence_written_down_late_does_not_undo_what_happened(published: Calendar):
    member = TeamMember.objects.get(team__number=4, role="head")
    for half in HalfDay:
        Absence.objects.create(nomination=member.nomination, day=MONDAY, half=half.value)
    today = date(2025, 8, 6)
    draft = _again(published, _ill(5, _days(1, start=date(2025, 8, 8))), today=today)
    old = {v.unit: v for v in all_placed(published) if v.slot.day == MONDAY}
    new = {v.unit: v for v in all_placed(draft)}
    assert all(new[unit].slot == visit.slot and new[unit].team == visit.team for unit, visit in old.items())


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (Disturbance(kind="member", code="999999", slots=_days(1, start=date(2025, 8, 6))), "unknown_member"),
        (Disturbance(kind="team", code="77", slots=_days(1, start=date(2025, 8, 6))), "unknown_team"),
        (Disturbance(kind="unit", code="00000", slots=_days(1, start=date(2025, 8, 6))), "unknown_unit"),
        (Disturbance(kind="bridge", code="X", slots=_days(1, start=date(2025, 8, 6))), "unknown_bridge"),
        (Disturbance(kind="team", code="1", slots=()), "no_half_days"),
        (Disturbance(kind="team", code="1", slots=_days(1, start=date(2025, 9, 30))), "outside_window"),
        (Disturbance(kind="team", code="1", slots=_days(1, start=MONDAY)), "past"),
    ],
)
def test_each_bad_entry_is_named_with_its_row_and_nothing_is_written(
    published: Calendar, item: Disturbance, code: str
):
    good = _ill(1, _days(1, start=date(2025, 8, 6)))
    with pytest.raises(Refused) as caught:
        _again(published, good, item, today=date(2025, 8, 5))
    assert caught.value.code == f"replan.{code}"
    assert caught.value.details["row"] == 1
    assert not Absence.objects.filter(day=date(2025, 8, 6)).exists()
    assert Calendar.objects.count() == 1


def test_a_disturbance_that_touches_no_visit_and_nothing_at_all_are_refused(published: Calendar):
    taken = {v.slot for v in all_placed(published) if v.unit == _first(published)}
    free = next(s for s in _days(3, start=date(2025, 8, 6)) if s not in taken)
    item = Disturbance(kind="unit", code=_first(published), slots=(free,))
    with pytest.raises(Refused) as caught:
        _again(published, item)
    assert caught.value.code == "replan.touches_nothing"
    with pytest.raises(Refused) as caught:
        _again(published)
    assert caught.value.code == "replan.nothing_to_do"


def _first(calendar: Calendar) -> str:
    return min(v.unit for v in all_placed(calendar) if v.slot.day > MONDAY)


def test_without_a_published_version_there_is_nothing_to_plan_again(ready: Any):
    with pytest.raises(Refused) as caught:
        actions.replan(actor=SYSTEM, campaign=ready, disturbances=[], seed=1, iterations=1)
    assert caught.value.code == "replan.nothing_published"


def test_a_real_campaign_whose_window_is_over_cannot_be_planned_again(published: Calendar):
    campaign = published.campaign
    campaign.is_sample = False
    item = _ill(1, _days(1, start=date(2025, 8, 6)))
    for today, code in ((None, "window_over"), (date(2025, 8, 5), "day_past")):
        with pytest.raises(Refused) as caught:
            actions.replan(
                actor=SYSTEM, campaign=campaign, disturbances=[item], seed=1, iterations=1, today=today
            )
        assert caught.value.code == f"replan.{code}"


def test_only_the_secretariat_plans_again_and_the_trail_keeps_what_came_up(published: Calendar, actor: Any):
    item = _ill(1, _days(1, start=date(2025, 8, 6)))
    with pytest.raises(NotAllowed):
        actions.ask_to_replan(
            actor=actor("commune_officer"),
            campaign=published.campaign,
            disturbances=[item],
            seconds=1,
            seed=1,
        )
    job = actions.ask_to_replan(
        actor=actor("secretariat"), campaign=published.campaign, disturbances=[item], seconds=5, seed=1,
        today=MONDAY,
    )  # fmt: skip
    noted = AuditEntry.objects.filter(action="timetable.disturbances.noted").get()
    assert noted.after is not None
    assert noted.after["disturbances"][0]["reason"] == "Ốm"
    params = {key: value for key, value in Job.objects.get(pk=job.pk).params.items() if key != "seconds"}
    result = run_now(
        actor=SYSTEM,
        kind="timetable.replan",
        params={**params, "iterations": 5},
        on_progress=lambda p, m: None,
    )
    draft = queries.calendar_for(actor=SYSTEM, campaign=published.campaign, version=result["version"])
    assert draft.disturbances["items"] == [item.as_data()]
    assert result["fewest"] <= result["changed"]
    assert AuditEntry.objects.filter(action="timetable.calendar.replanned").exists()


def test_a_setting_that_the_plan_does_not_have_is_not_made_up(ready: Any):
    with pytest.raises(Missing):
        put_setting(actor=SYSTEM, campaign=ready, key="timetable_bridge", value=[])
