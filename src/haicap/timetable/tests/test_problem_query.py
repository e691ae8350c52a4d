"""The problem as built from the database: complete, and in as many queries for few units as for many."""

from datetime import date
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from haicap.campaign.actions.disturbances import add_absences, add_blocks, put_setting
from haicap.campaign.models import Absence, Campaign, SlotRegistration, TeamMember
from haicap.campaign.queries import slots_of, surveyed_units_for
from haicap.kernel.access import SYSTEM
from haicap.kernel.periods import HalfDay, Slot
from haicap.register.models import Unit
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.settings import bridges_of, practice

MORNING = Slot(date(2025, 8, 5), HalfDay.MORNING)


def _put(campaign: Campaign, **values: object) -> None:
    for name, value in values.items():
        put_setting(actor=SYSTEM, campaign=campaign, key=f"timetable_{name}", value=value)


def test_it_asks_as_often_for_few_units_as_for_all(ready: Campaign, connection_queries: Any):
    counts = []
    for keep in (168, 5):
        kept = surveyed_units_for(actor=SYSTEM, campaign=ready).values_list("pk", flat=True)[:keep]
        SlotRegistration.objects.exclude(unit__in=list(kept)).delete()
        Unit.objects.filter(level="commune", valid_to=None, province_code="79").exclude(
            pk__in=list(kept)
        ).update(province_code="xx")
        with connection_queries() as asked:
            problem = problem_for(actor=SYSTEM, campaign=ready)
        counts.append(len(asked))
        assert len(problem.units) == keep
    assert counts[0] == counts[1]
    assert counts[0] <= 16


@pytest.fixture
def connection_queries() -> Any:
    from django.db import connection

    return lambda: CaptureQueriesContext(connection)


def test_people_areas_absences_and_former_provinces_are_in_it(ready: Campaign):
    member = TeamMember.objects.get(team__number=1)
    add_absences(
        actor=SYSTEM,
        campaign=ready,
        nominations=[member.nomination_id],
        slots=[MORNING, MORNING],
        reason="Ốm",
    )
    assert Absence.objects.count() == 1
    problem = problem_for(actor=SYSTEM, campaign=ready)
    (head,) = problem.teams[0].members
    assert head.code == str(member.nomination_id)
    assert head.leads
    assert head.absent == {MORNING}
    assert len(problem.composition) == 12
    assert head.areas == {area for area, _least in problem.composition}
    assert {unit.group for unit in problem.units} == {"79", "74", "77"}
    assert problem.today is None  # the window is over


def test_settings_of_the_campaign_reach_the_problem(ready: Campaign):
    code = surveyed_units_for(actor=SYSTEM, campaign=ready).values_list("code", flat=True)[0]
    bridge = {"code": "DC1", "name_vi": "Điểm cầu 1", "rooms": 2, "technicians": 1, "away": [MORNING.key]}
    _put(
        ready, composition="quorum", visit_minutes=90, unit_minutes={code: 45}, most_per_day=2,
        most_days_in_row=3, bridges=[bridge], two_visits_minutes=25, soon=7, province=3, team_day=1,
        quorum_percent=60, notice_days=4,
    )  # fmt: skip
    problem = problem_for(actor=SYSTEM, campaign=ready)
    assert problem.composition == ()
    assert {unit.minutes for unit in problem.units} == {90, 45}
    assert {(team.most_per_day, team.most_days_in_row) for team in problem.teams} == {(2, 3)}
    (point,) = problem.bridges
    assert point.capacity == 1
    assert point.available == frozenset(slots_of(campaign=ready)) - {MORNING}
    assert (problem.limits.two_visits_minutes, problem.limits.quorum_percent) == (25, 60)
    assert (problem.limits.notice_days, problem.weights.soon) == (4, 7)
    assert (problem.weights.province, problem.weights.team_day) == (3, 1)


def test_a_unit_that_never_registered_can_still_call_half_days_off(ready: Campaign):
    unit = surveyed_units_for(actor=SYSTEM, campaign=ready)[0]
    SlotRegistration.objects.filter(unit=unit).delete()
    add_blocks(actor=SYSTEM, campaign=ready, unit=unit, slots=[MORNING], reason="Bão")
    found = next(u for u in problem_for(actor=SYSTEM, campaign=ready).units if u.code == unit.code)
    assert found.blocked == {MORNING}
    assert SlotRegistration.objects.get(unit=unit).state == SlotRegistration.State.DRAFT


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"visit_minutes": 0}, "limit.not_positive"),
        ({"visit_minutes": "lâu"}, "setting.not_a_number"),
        ({"most_per_day": 1.5}, "setting.not_whole"),
        ({"most_days_in_row": -1}, "limit.negative"),
        ({"replan_change": 0}, "limit.not_positive"),
        ({"composition": "đủ"}, "setting.composition"),
        ({"unit_minutes": [1]}, "setting.not_by_unit"),
        ({"unit_minutes": {"26740": -5}}, "unit.minutes_not_positive"),
        ({"bridges": "DC1"}, "setting.not_bridges"),
        ({"bridges": ["DC1"]}, "setting.bridge_no_code"),
        ({"bridges": [{"code": "DC1", "rooms": "hai"}]}, "setting.bridge_not_whole"),
        ({"bridges": [{"code": "DC1", "away": ["mai"]}]}, "setting.bridge_not_half_days"),
        ({"bridges": [{"code": "DC1", "away": [7]}]}, "setting.bridge_not_half_days"),
        ({"bridges": [{"code": "DC1", "away": 7}]}, "setting.bridge_not_half_days"),
    ],
)
def test_settings_that_make_no_sense_are_named(values: dict[str, object], code: str):
    with pytest.raises(InvalidProblemError) as caught:
        practice(values, slots=[MORNING])
    assert caught.value.faults[0].code == code
    assert all(fault.fatal for fault in caught.value.faults)


def test_no_bridge_points_is_no_limit():
    assert bridges_of([], slots=[MORNING]) == ()
