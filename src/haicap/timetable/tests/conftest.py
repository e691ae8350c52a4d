"""Teams with members and registrations on the real 168 units, made in a few statements."""

from dataclasses import replace
from typing import Any

import pytest

from haicap.campaign.models import (
    Campaign,
    ContentArea,
    Nomination,
    NominationArea,
    SlotBlock,
    SlotPreference,
    SlotRegistration,
    Team,
    TeamMember,
)
from haicap.campaign.queries import slots_of, surveyed_units_for
from haicap.kernel.access import SYSTEM
from haicap.timetable.actions.drafts import save_draft, values_of
from haicap.timetable.models import Calendar
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.rules.checker import check_plan
from haicap.timetable.rules.problem import Plan, Problem, digest
from haicap.timetable.rules.solver import Step, solve

_plans: dict[str, Plan] = {}
"""by problem: most tests begin with the same one, which is solved once"""


def form_teams(campaign: Campaign, heads: list[Any]) -> list[Team]:
    """Form one team for each person, who heads it alone and covers every area."""
    teams = []
    areas = list(ContentArea.objects.filter(campaign=campaign))
    for number, head in enumerate(heads, start=1):
        team = Team.objects.create(campaign=campaign, number=number, name=f"Đoàn {number}")
        nomination = Nomination.objects.create(
            campaign=campaign, body=head.body, person=head, state=Nomination.State.SUBMITTED
        )
        NominationArea.objects.bulk_create(NominationArea(nomination=nomination, area=area) for area in areas)
        TeamMember.objects.create(team=team, nomination=nomination, role=TeamMember.TeamRole.HEAD)
        teams.append(team)
    return teams


def register_all(campaign: Campaign, *, online_every: int = 30) -> None:
    """Register every unit with three preferred half-days and a blocked one, by a fixed pattern."""
    slots = slots_of(campaign=campaign)
    units = list(surveyed_units_for(actor=SYSTEM, campaign=campaign))
    rows = SlotRegistration.objects.bulk_create(
        SlotRegistration(
            campaign=campaign,
            unit=unit,
            state=SlotRegistration.State.REGISTERED,
            mode="online" if n % online_every == 7 else "in_person",
            online_reason="Trụ sở đang sửa chữa" if n % online_every == 7 else "",
            contact_name="Cán bộ mẫu 001",
        )
        for n, unit in enumerate(units)
    )
    wishes, blocks = [], []
    for n, row in enumerate(rows):
        order = [slots[(n * 7 + step) % len(slots)] for step in (0, 3, 9, 14)]
        wishes += [
            SlotPreference(registration=row, day=slot.day, half=slot.half.value, rank=rank)
            for rank, slot in enumerate(order[:3], start=1)
        ]
        blocks.append(
            SlotBlock(registration=row, day=order[3].day, half=order[3].half.value, reason="Họp HĐND")
        )
    SlotPreference.objects.bulk_create(wishes)
    SlotBlock.objects.bulk_create(blocks)


def whole_draft(campaign: Campaign) -> Calendar:
    """Return a draft in which every unit has its visit: the first such plan the solver finds."""
    problem = problem_for(actor=SYSTEM, campaign=campaign)
    key = digest(_without_keys(problem))
    if key not in _plans:
        _plans[key] = _first_whole(problem)
    plan = _plans[key]
    verdict = check_plan(problem=problem, plan=plan)
    units = {unit.code: unit for unit in surveyed_units_for(actor=SYSTEM, campaign=campaign)}
    return save_draft(
        actor=SYSTEM, campaign=campaign, units=units, visits=plan.visits, pinned=(),
        values=values_of(problem=problem, plan=plan, verdict=verdict), action="timetable.calendar.computed",
    )  # fmt: skip


def _without_keys(problem: Problem) -> Problem:
    """Return the problem with people numbered instead of known by their rows."""
    teams = (
        replace(team, members=tuple(replace(m, code=str(n)) for n, m in enumerate(team.members)))
        for team in problem.teams
    )
    return replace(problem, teams=tuple(teams))


def _first_whole(problem: Problem) -> Plan:
    whole: list[int] = []

    def watch(step: Step) -> None:
        if step.served == step.units:
            whole.append(step.iteration)

    return solve(
        problem=problem, seed=1, max_iterations=200, stopped=lambda: bool(whole), on_progress=watch
    )  # fmt: skip


@pytest.fixture
def heads(person: Any) -> list[Any]:
    """Return nine heads of teams."""
    return [person("team_head") for _ in range(9)]


@pytest.fixture
def ready(campaign: Any, heads: list[Any]) -> Any:
    """Return the campaign with nine teams formed and every unit registered."""
    form_teams(campaign, heads)
    register_all(campaign)
    return campaign
