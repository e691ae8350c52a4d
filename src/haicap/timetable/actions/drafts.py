"""Keeping what a solver found as a new draft, and watching it while it searches."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign, SlotRegistration, Team
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused, Text
from haicap.register.models import Unit
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.rules.checker import Verdict
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.problem import Mode, PlacedVisit, Plan, Problem, digest
from haicap.timetable.rules.settings import as_values
from haicap.timetable.rules.solver import Step
from haicap.timetable.texts import fault_text, joined

LONGEST = 600
"""seconds a computation may be given"""
OnProgress = Callable[[int, Text], None]
OnStep = Callable[[Step], None]


def check_seconds(seconds: int) -> None:
    """Refuse a time that is not 1 to 600 seconds."""
    if not 1 <= seconds <= LONGEST:
        raise Refused(
            "timetable.seconds",
            _("Give between 1 and %(most)s seconds.") % {"most": LONGEST},
            field="seconds",
        )


def refused(error: InvalidProblemError, *, units: Mapping[str, str]) -> Refused:
    """Return the refusal for a problem with fatal faults, naming each."""
    sentences = [fault_text(fault, units) for fault in error.faults]
    return Refused(
        "timetable.problem",
        _("The calendar cannot be computed: %(faults)s.") % {"faults": joined(sentences)},
        field=error.faults[0].setting,
        details={"faults": [fault.code for fault in error.faults]},
    )


class Watch:
    """Stops the search at its deadline and turns its steps into per cent and words."""

    def __init__(
        self,
        *,
        seconds: float | None,
        iterations: int | None,
        on_progress: OnProgress,
        on_step: OnStep,
        asked_to_stop: Callable[[], bool],
    ) -> None:
        self.began = time.monotonic()
        self.seconds, self.iterations = seconds, iterations
        if seconds is None and iterations is None:
            self.seconds = 15
        self.on_progress, self.on_step, self.asked_to_stop = on_progress, on_step, asked_to_stop

    def stopped(self) -> bool:
        """Say whether the time is up or somebody asked to stop."""
        late = self.seconds is not None and time.monotonic() - self.began >= self.seconds
        return late or self.asked_to_stop()

    def report(self, step: Step) -> None:
        """Tell how far the search is."""
        done = step.iteration / self.iterations if self.iterations else 0.0
        if self.seconds:
            done = max(done, (time.monotonic() - self.began) / self.seconds)
        self.on_step(step)
        self.on_progress(min(90, int(done * 90)), _step_text(step))


def _step_text(step: Step) -> str:
    values = {"served": step.served, "units": step.units, "cost": _points(step.best), "step": step.iteration}
    if step.bound is None:
        return _("%(served)s of %(units)s units placed, cost %(cost)s, step %(step)s") % values
    text = _("%(served)s of %(units)s units placed, cost %(cost)s, proven bound %(bound)s, step %(step)s")
    return text % {**values, "bound": _points(step.bound)}


def _points(thousandths: int) -> str:
    return f"{thousandths // 1000:,}".replace(",", ".")


def values_of(*, problem: Problem, plan: Plan, verdict: Verdict) -> dict[str, object]:
    """Return the columns of a version that say what was computed and how good it is.

    The bound is in points, the gap a share of the cost; `bound_of` marks the problem they hold for.
    """
    objective = plan.objective.as_data() | {"iterations": plan.iterations}
    if plan.bound is not None:
        bound = {"bound": plan.bound / 1000, "gap": plan.gap, "bound_of": digest(replace(problem, pins=()))}
        objective |= bound
    return {
        "seed": plan.seed,
        "parameters": as_values(problem.weights, problem.limits),
        "objective": objective,
        "verdict": verdict.as_data() | {"reasons": {item.unit: item.reason for item in plan.unserved}},
        "problem_hash": digest(replace(problem, pins=(), previous=(), today=None)),
    }


def next_version(campaign: Campaign) -> int:
    """Return the number of the next version; call it inside the transaction that uses it."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    last = Calendar.objects.filter(campaign=campaign).aggregate(last=Max("version"))["last"]
    return int(last or 0) + 1


@transaction.atomic
def save_draft(
    *,
    actor: Actor,
    campaign: Campaign,
    units: Mapping[str, Unit],
    visits: Collection[PlacedVisit],
    pinned: Collection[str],
    values: Mapping[str, object],
    action: str,
) -> Calendar:
    """Write a draft with its visits; `pinned` are codes of units, `values` columns of the version."""
    calendar = Calendar.objects.create(
        campaign=campaign,
        version=next_version(campaign),
        created_by_id=actor.person_id,
        **values,
    )
    teams = {team.number: team for team in Team.objects.filter(campaign=campaign)}
    places = places_of(campaign)
    Visit.objects.bulk_create(
        Visit(
            calendar=calendar,
            unit=units[visit.unit],
            team=teams[visit.team],
            day=visit.slot.day,
            half=visit.slot.half.value,
            whole_day=visit.whole_day,
            order=visit.order,
            mode=visit.mode.value,
            place=place_of(visit.mode, units[visit.unit], places),
            bridge=visit.bridge,
            pinned=visit.unit in pinned,
        )
        for visit in visits
    )
    kept = ["campaign", "version", "seed", "objective", "problem_hash", "disturbances"]
    audit.record(actor=actor, action=action, subject=calendar, after=audit.snapshot(calendar, fields=kept))
    return calendar


def places_of(campaign: Campaign) -> dict[int, str]:
    """Return unit id -> where it asked to be visited, where that is not its seat."""
    rows = SlotRegistration.objects.filter(
        campaign=campaign,
        state=SlotRegistration.State.REGISTERED,
        place_kind=SlotRegistration.Place.OTHER,
    )
    return dict(rows.values_list("unit_id", "place"))


def place_of(mode: Mode, unit: Unit, places: Mapping[int, str]) -> str:
    """Return where a visit takes place: as agreed, else at the unit's seat; nothing when online."""
    if mode is Mode.ONLINE:
        return ""
    return places.get(unit.pk, "") or unit.seat_address
