"""Scenarios side by side, as far as an actor may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.campaign.queries import slots_of
from haicap.kernel.access import Actor
from haicap.kernel.calendar import working_calendar
from haicap.kernel.errors import Missing
from haicap.kernel.models import Job
from haicap.kernel.queries import jobs_for
from haicap.timetable.models import Scenario
from haicap.timetable.permissions import READ_DRAFTS
from haicap.timetable.rules.scenarios import Line, compared

BASE, SINGLE, SWEEP = "base", "scenario", "sweep"
"""kinds of rows, kept in `changes["kind"]`: the problem as it is, a change, a row of numbers of teams"""
LOOKED_AT = 60
"""latest computations looked through"""
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The scenarios of a campaign; `columns` are those computed, the one that changes nothing first.

    `lines` has a cell for each column. `stale` are the ids of rows computed on other data than the base; `jobs`
    gives, by id, the latest computation that is under way or did not work.
    """

    base: Scenario | None
    columns: tuple[Scenario, ...]
    lines: tuple[Line, ...]
    waiting: tuple[Scenario, ...]
    sweeps: tuple[Scenario, ...]
    stale: frozenset[int]
    jobs: Mapping[int, Job]

    @property
    def empty(self) -> bool:
        """True when nobody has asked for anything yet."""
        return self.base is None and not self.waiting and not self.sweeps

    @property
    def singles(self) -> tuple[Scenario, ...]:
        """The columns beside the base."""
        return tuple(row for row in self.columns if row != self.base)


def scenarios_for(*, actor: Actor, campaign: Campaign) -> QuerySet[Scenario]:
    """Return the scenarios the actor may see, oldest first."""
    rows = Scenario.objects.filter(campaign=campaign).select_related("created_by").order_by("pk")
    return rows if actor.may(READ_DRAFTS) else rows.none()


def scenario_for(*, actor: Actor, campaign: Campaign, scenario_id: int) -> Scenario:
    """Return one scenario; raises Missing."""
    row = scenarios_for(actor=actor, campaign=campaign).filter(pk=scenario_id).first()
    if row is None:
        raise Missing("timetable.scenario_missing", _("There is no such scenario."))
    row.campaign = campaign
    return row


def kind_of(row: Scenario) -> str:
    """Return what a row is: BASE, SINGLE or SWEEP."""
    return str(row.changes.get("kind", SINGLE))


def comparison_for(*, actor: Actor, campaign: Campaign) -> Comparison:
    """Return all scenarios of a campaign beside the base (two queries)."""
    rows = list(scenarios_for(actor=actor, campaign=campaign))
    base = next((row for row in rows if kind_of(row) == BASE and row.result), None)
    singles = [row for row in rows if kind_of(row) == SINGLE]
    columns = [*([base] if base else []), *(row for row in singles if row.result)]
    told: list[Told | None] = [row.result.get("outcome") for row in columns]
    sweeps = [row for row in rows if kind_of(row) == SWEEP]
    mark = base.result.get("problem_hash") if base else None
    return Comparison(
        base=base,
        columns=tuple(columns),
        lines=compared(outcomes=told),
        waiting=tuple(row for row in (*singles, *sweeps) if not row.result),
        sweeps=tuple(row for row in reversed(sweeps) if row.result),
        stale=frozenset(row.pk for row in rows if row.result and row.result.get("problem_hash") != mark),
        jobs=_jobs(actor, campaign),
    )


def _jobs(actor: Actor, campaign: Campaign) -> Mapping[int, Job]:
    rows = jobs_for(actor=actor).filter(kind="timetable.scenario", subject=campaign.code)
    latest: dict[int, Job] = {}
    for job in rows.order_by("-created_at")[:LOOKED_AT]:
        latest.setdefault(int(job.params.get("scenario", 0)), job)
    told = (Job.State.QUEUED, Job.State.RUNNING, Job.State.FAILED)
    return {number: job for number, job in latest.items() if job.state in told}


def known_days(*, campaign: Campaign) -> tuple[date, ...]:
    """Return the working days of the years whose days off are recorded, about the window (two queries)."""
    calendar = working_calendar()
    window: Sequence[date] = sorted({slot.day for slot in slots_of(campaign=campaign)})
    recorded = {day.year for day in calendar.off | calendar.makeup}
    first, last = campaign.window_start.year, campaign.window_end.year
    while first - 1 in recorded:
        first -= 1
    while last + 1 in recorded:
        last += 1
    days = calendar.days(date(first, 1, 1), date(last, 12, 31))
    return tuple(sorted({*days, *window}))
