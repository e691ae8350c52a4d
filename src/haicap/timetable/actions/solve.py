"""Having the calendar computed: asked for as a job, saved as a new draft."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign, SlotRegistration, Team
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.calendar import working_calendar
from haicap.kernel.errors import Refused, Text
from haicap.kernel.jobs import enqueue
from haicap.kernel.models import Job
from haicap.kernel.periods import Slot
from haicap.register.models import Unit
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.permissions import SOLVE
from haicap.timetable.queries.problem import problem_for, settings_of
from haicap.timetable.rules.checker import check_plan
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem, digest
from haicap.timetable.rules.settings import as_values
from haicap.timetable.rules.shortfall import Shortfall, load_of, shortfall
from haicap.timetable.rules.solver import Step, solve
from haicap.timetable.texts import fault_text, joined

LONGEST = 600
"""seconds a computation may be given"""
FURTHER = timedelta(days=60)
"""how far beyond the window days are looked for when it is too small"""
OnProgress = Callable[[int, Text], None]


def refused(error: InvalidProblemError, *, units: Mapping[str, str]) -> Refused:
    """Return the refusal for a problem with fatal faults, naming each."""
    sentences = [fault_text(fault, units) for fault in error.faults]
    return Refused(
        "timetable.problem",
        _("The calendar cannot be computed: %(faults)s.") % {"faults": joined(sentences)},
        field=error.faults[0].setting,
        details={"faults": [fault.code for fault in error.faults]},
    )


def ask_to_solve(
    *,
    actor: Actor,
    campaign: Campaign,
    seed: int,
    seconds: int,
    changes: Mapping[str, object] | None = None,
    pins_from: Calendar | None = None,
) -> Job:
    """Queue a computation of `seconds` (1 to 600); refuses settings that make no sense before queueing."""
    actor.must(SOLVE)
    if not 1 <= seconds <= LONGEST:
        raise Refused(
            "timetable.seconds",
            _("Give between 1 and %(most)s seconds.") % {"most": LONGEST},
            field="seconds",
        )
    try:
        settings_of(campaign, changes)
    except InvalidProblemError as error:
        raise refused(error, units={}) from error
    params = {
        "campaign": campaign.code,
        "seed": seed,
        "seconds": seconds,
        "changes": dict(changes or {}),
        "pins_from": pins_from.version if pins_from else None,
    }
    return enqueue(actor=actor, kind="timetable.solve", params=params, subject=campaign.code)


def solve_and_save(
    *,
    actor: Actor,
    campaign: Campaign,
    seed: int,
    seconds: float | None = None,
    iterations: int | None = None,
    changes: Mapping[str, object] | None = None,
    pins_from: Calendar | None = None,
    on_progress: OnProgress = lambda percent, message: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Calendar:
    """Compute a plan, have it checked, and save it as a new draft with its objective, verdict and shortfall.

    Give `seconds`, or `iterations` for a result that depends on the seed alone. Raises Refused naming every
    fault of the problem.
    """
    actor.must(SOLVE)
    units = {unit.code: unit for unit in surveyed_units_for(actor=actor, campaign=campaign)}
    names = {code: unit.full_name for code, unit in units.items()}
    try:
        problem = problem_for(actor=actor, campaign=campaign, pins_from=pins_from, changes=changes)
        watch = _Watch(seconds, iterations, on_progress, stopped)
        plan = solve(
            problem=problem,
            seed=seed,
            max_iterations=iterations,
            stopped=watch.stopped,
            on_progress=watch.report,
        )
    except InvalidProblemError as error:
        raise refused(error, units=names) from error
    verdict = check_plan(problem=problem, plan=plan)
    told: dict[str, object] = {}
    if plan.unserved:
        on_progress(92, _("%(count)s units left out: looking for ways out") % {"count": len(plan.unserved)})
        told = _told(
            shortfall(problem=problem, plan=plan, further=_further(problem), seed=seed, stopped=stopped)
        )
    else:
        told = {"load": asdict(load_of(problem))}
    on_progress(98, _("Saving the draft"))
    return _save(
        actor=actor,
        campaign=campaign,
        units=units,
        visits=plan.visits,
        pinned={pin.unit for pin in problem.pins},
        values={
            "seed": seed,
            "parameters": as_values(problem.weights, problem.limits),
            "objective": plan.objective.as_data() | {"iterations": plan.iterations},
            "verdict": verdict.as_data() | {"reasons": {item.unit: item.reason for item in plan.unserved}},
            "shortfall": told,
            "problem_hash": digest(replace(problem, pins=(), previous=())),
        },
    )


class _Watch:
    """Stops the search at its deadline and turns its steps into per cent and words."""

    def __init__(
        self,
        seconds: float | None,
        iterations: int | None,
        on_progress: OnProgress,
        asked_to_stop: Callable[[], bool],
    ) -> None:
        self.began = time.monotonic()
        self.seconds, self.iterations = seconds, iterations
        if seconds is None and iterations is None:
            self.seconds = 15
        self.on_progress, self.asked_to_stop = on_progress, asked_to_stop

    def stopped(self) -> bool:
        late = self.seconds is not None and time.monotonic() - self.began >= self.seconds
        return late or self.asked_to_stop()

    def report(self, step: Step) -> None:
        done = step.iteration / self.iterations if self.iterations else 0.0
        if self.seconds:
            done = max(done, (time.monotonic() - self.began) / self.seconds)
        self.on_progress(
            min(90, int(done * 90)),
            _("%(served)s of %(units)s units placed, cost %(cost)s, step %(step)s")
            % {
                "served": step.served,
                "units": step.units,
                "cost": f"{step.best // 1000:,}".replace(",", "."),
                "step": step.iteration,
            },
        )


def _further(problem: Problem) -> tuple[Slot, ...]:
    last = max(problem.days)
    calendar = working_calendar()
    return tuple(calendar.slots(last + timedelta(days=1), last + FURTHER))


def _told(found: Shortfall) -> dict[str, object]:
    ways = [asdict(way) | {"until": way.until and way.until.key} for way in found.ways]
    return {"load": asdict(found.load), "ways": ways}


def next_version(campaign: Campaign) -> int:
    """Return the number of the next version; call it inside the transaction that uses it."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    last = Calendar.objects.filter(campaign=campaign).aggregate(last=Max("version"))["last"]
    return int(last or 0) + 1


@transaction.atomic
def _save(
    *,
    actor: Actor,
    campaign: Campaign,
    units: Mapping[str, Unit],
    visits: tuple[PlacedVisit, ...],
    pinned: set[str],
    values: dict[str, object],
) -> Calendar:
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
            pinned=visit.unit in pinned,
        )
        for visit in visits
    )
    audit.record(
        actor=actor,
        action="timetable.calendar.computed",
        subject=calendar,
        after=audit.snapshot(calendar, fields=["campaign", "version", "seed", "objective", "problem_hash"]),
    )
    return calendar


def places_of(campaign: Campaign) -> dict[int, str]:
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
