"""The visit calendar as JSON: the same queries and actions as the pages."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.http import Request
from haicap.kernel.periods import Slot
from haicap.timetable import actions, queries
from haicap.timetable.api_scenarios import router as scenarios_router
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.permissions import PUBLISH, READ, SOLVE, WRITE
from haicap.timetable.queries.calendars import found
from haicap.timetable.rules.problem import Mode, PlacedVisit

router = Router()
Offset = Annotated[int, Field(ge=0)]
Limit = Annotated[int, Field(ge=1, le=500)]


class CalendarOut(Schema):
    """A version; `objective` counts and costs in points, `verdict` names broken rules and units left out."""

    version: int
    state: str
    revision: int
    seed: int
    objective: dict[str, Any]
    verdict: dict[str, Any]
    shortfall: dict[str, Any]
    created_at: datetime
    published_at: datetime | None


class VisitOut(Schema):
    """A visit; `half` is where it starts, with `whole_day` it also takes the afternoon."""

    unit: str
    unit_name: str
    team: int
    day: date
    half: str
    whole_day: bool
    order: int
    mode: str
    place: str
    pinned: bool


class VisitsOut(Schema):
    """A part of a list: `total` counts all of it."""

    total: int
    items: list[VisitOut]


class PlaceOut(Schema):
    """Where a unit stands in one version."""

    team: int
    slot: str
    mode: str
    whole_day: bool


class ChangeOut(Schema):
    """A difference between two versions: added, moved or cancelled."""

    unit: str
    unit_name: str
    kind: str
    before: PlaceOut | None
    after: PlaceOut | None


class SolveIn(Schema):
    """A computation to ask for; `changes` replace weights and limits by name."""

    seed: Annotated[int, Field(ge=0, le=2**31)] = 1
    seconds: Annotated[int, Field(ge=1, le=600)] = 15
    changes: dict[str, float] = {}
    pins_from: int | None = None


class ComputationOut(Schema):
    """A queued computation; watch it at `url`."""

    id: str
    url: str


class MoveIn(Schema):
    """A move; `slot` is such as 2025-08-04.morning, `revision` the version's as last read."""

    unit: str
    team: int
    slot: str
    mode: Literal["in_person", "online"] | None = None
    swap: bool = False
    dry_run: bool = False
    revision: int


class MoveOut(Schema):
    """What a move breaks (then it was only judged) and by how many points it changes the cost."""

    broken: list[str]
    cost: float
    terms: dict[str, float]


class PublishIn(Schema):
    """`revision` is the version's as last read."""

    revision: int
    accept_unserved: bool = False


def _campaign(request: Request) -> Campaign:
    return current_campaign_for(actor=request.actor)


def _calendar(request: Request, version: int) -> Calendar:
    return queries.calendar_for(actor=request.actor, campaign=_campaign(request), version=version)


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "unit": visit.unit.code,
        "unit_name": visit.unit.full_name,
        "team": visit.team.number,
        "day": visit.day,
        "half": visit.half,
        "whole_day": visit.whole_day,
        "order": visit.order,
        "mode": visit.mode,
        "place": visit.place,
        "pinned": visit.pinned,
    }


def _visits(rows: Any, offset: int, limit: int) -> dict[str, Any]:
    ordered = rows.order_by("day", "-half", "team__number", "order")
    return {"total": ordered.count(), "items": [_visit(row) for row in ordered[offset : offset + limit]]}


def _slot(text: str) -> Slot:
    try:
        return Slot.parse(text)
    except ValueError as error:
        raise Refused(
            "timetable.slot", f"{text} is no half-day such as 2025-08-04.morning", field="slot"
        ) from error


@router.get("/versions", response=list[CalendarOut])
@needs(READ)
def versions(request: Request) -> Any:
    """List the versions the caller may open, newest first."""
    return queries.calendars_for(actor=request.actor, campaign=_campaign(request))[:200]


@router.get("/versions/{int:version}", response=CalendarOut)
@needs(READ)
def version(request: Request, version: int) -> Any:
    """Return one version."""
    return _calendar(request, version)


@router.get("/visits", response=VisitsOut)
@needs(READ)
def visits(request: Request, q: str = "", offset: Offset = 0, limit: Limit = 200) -> Any:
    """List the visits of the version in force that concern the caller."""
    rows = queries.visits_for(actor=request.actor, campaign=_campaign(request))
    return _visits(found(rows, text=q), offset, limit)


@router.get("/versions/{int:version}/visits", response=VisitsOut)
@needs(READ)
def version_visits(
    request: Request, version: int, q: str = "", offset: Offset = 0, limit: Limit = 200
) -> Any:
    """List the visits of one version that concern the caller."""
    rows = queries.visits_of(actor=request.actor, calendar=_calendar(request, version))
    return _visits(found(rows, text=q), offset, limit)


@router.get("/versions/{int:before}/changes/{int:after}", response=list[ChangeOut])
@needs(READ)
def changes(request: Request, before: int, after: int) -> Any:
    """Return what differs between two versions."""
    old, new = _calendar(request, before), _calendar(request, after)
    return [
        {
            "unit": item.code,
            "unit_name": item.name,
            "kind": item.change.kind,
            "before": _place(item.change.before),
            "after": _place(item.change.after),
        }
        for item in queries.diff_for(actor=request.actor, before=old, after=new)
    ]


def _place(visit: PlacedVisit | None) -> dict[str, Any] | None:
    if visit is None:
        return None
    return {
        "team": visit.team, "slot": visit.slot.key, "mode": visit.mode.value, "whole_day": visit.whole_day,
    }  # fmt: skip


@router.post("/solve", response={202: ComputationOut})
@needs(SOLVE)
def solve(request: Request, body: SolveIn) -> Any:
    """Ask for a computation; the result will be a new draft."""
    job = actions.ask_to_solve(
        actor=request.actor,
        campaign=_campaign(request),
        seed=body.seed,
        seconds=body.seconds,
        changes=body.changes,
        pins_from=_calendar(request, body.pins_from) if body.pins_from else None,
    )
    return Status(202, {"id": str(job.pk), "url": reverse("kernel:job", args=[job.pk])})


@router.post("/versions/{int:version}/move", response=MoveOut)
@needs(WRITE)
def move(request: Request, version: int, body: MoveIn) -> Any:
    """Move a unit in a draft, or only judge the move."""
    made = actions.move_visit(
        actor=request.actor,
        calendar=_calendar(request, version),
        unit=body.unit,
        team=body.team,
        slot=_slot(body.slot),
        mode=Mode(body.mode) if body.mode else None,
        swap=body.swap,
        revision=body.revision,
        dry_run=body.dry_run,
    )
    return {"broken": list(made.broken), "cost": made.cost, "terms": dict(made.terms)}


@router.post("/versions/{int:version}/visits/{code}/pin", response=CalendarOut)
@needs(WRITE)
def pin(request: Request, version: int, code: str, revision: int, pinned: bool = True) -> Any:
    """Pin a visit of a draft, or let it go."""
    calendar = _calendar(request, version)
    actions.pin_visit(actor=request.actor, calendar=calendar, unit=code, pinned=pinned, revision=revision)
    return calendar


@router.post("/versions/{int:version}/check", response=CalendarOut)
@needs(WRITE)
def check(request: Request, version: int) -> Any:
    """Check a draft against everything as it is now; `verdict` tells the result."""
    calendar = _calendar(request, version)
    actions.recheck(actor=request.actor, calendar=calendar)
    return calendar


@router.post("/versions/{int:version}/revise", response={201: CalendarOut})
@needs(WRITE)
def revise(request: Request, version: int) -> Any:
    """Make a draft out of a version."""
    return Status(201, actions.revise(actor=request.actor, calendar=_calendar(request, version)))


@router.post("/versions/{int:version}/publish", response=CalendarOut)
@needs(PUBLISH)
def publish(request: Request, version: int, body: PublishIn) -> Any:
    """Publish a draft and tell those concerned."""
    return actions.publish(
        actor=request.actor,
        calendar=_calendar(request, version),
        revision=body.revision,
        accept_unserved=body.accept_unserved,
    )


@router.get("/units/{code}/visit", response=VisitOut)
@needs(READ)
def unit_visit(request: Request, code: str) -> Any:
    """Return the visit of a unit in the version in force."""
    rows = queries.visits_for(actor=request.actor, campaign=_campaign(request))
    row = rows.filter(unit__code=code).first()
    if row is None:
        raise Missing("timetable.visit_missing", _("This unit has no visit in the calendar in force."))
    return _visit(row)


router.add_router("/scenarios", scenarios_router)
