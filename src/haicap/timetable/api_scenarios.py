"""Scenarios as JSON: the same queries and actions as the pages."""

from datetime import date
from typing import Annotated, Any

from django.urls import reverse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.timetable.actions import scenarios as actions
from haicap.timetable.models import Scenario
from haicap.timetable.permissions import READ_DRAFTS, SOLVE
from haicap.timetable.queries import scenarios as queries
from haicap.timetable.rules.scenarios import Change
from haicap.timetable.scenarios_shown import name_of

router = Router()


class ChangeIn(Schema):
    """What differs from the problem as it is; what is not given stays."""

    model_config = ConfigDict(extra="forbid")
    teams: int | None = None
    days: int | None = None
    start: date | None = None
    online_percent: int | None = None
    visit_minutes: int | None = None
    half_day_minutes: int | None = None
    two_visits_minutes: int | None = None
    lunch_minutes: int | None = None


class ScenarioIn(Schema):
    """A scenario to compute; with `first` and `last`, a plan for each number of teams between them."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=120)] = ""
    change: ChangeIn = ChangeIn()
    first: int | None = None
    last: int | None = None
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1
    seconds: Annotated[int, Field(ge=1, le=actions.LONGEST)] = 10


class ScenarioOut(Schema):
    """A scenario; `outcomes` has one entry, or one for each number of teams, and none before it is computed.

    `cost` and `bound` are thousandths of a point, lengths metres, times minutes. `stale`: computed on other
    data than the case as it is.
    """

    id: int
    name: str
    kind: str
    change: dict[str, Any]
    outcomes: list[dict[str, Any]]
    stale: bool


class ScenarioJobOut(Schema):
    """A queued computation; watch it at `url`."""

    id: str
    url: str


def _out(row: Scenario, stale: frozenset[int]) -> dict[str, Any]:
    result = row.result
    return {
        "id": row.pk,
        "name": name_of(row),
        "kind": queries.kind_of(row),
        "change": row.changes.get("change", {}),
        "outcomes": result.get("outcomes") or ([result["outcome"]] if "outcome" in result else []),
        "stale": row.pk in stale,
    }


@router.get("", response=list[ScenarioOut])
@needs(READ_DRAFTS)
def scenarios(request: Request) -> Any:
    """List the scenarios of the campaign, the case as it is first."""
    campaign = current_campaign_for(actor=request.actor)
    found = queries.comparison_for(actor=request.actor, campaign=campaign)
    return [_out(row, found.stale) for row in (*found.columns, *found.sweeps, *found.waiting)]


@router.post("", response={202: ScenarioJobOut})
@needs(SOLVE)
def add(request: Request, body: ScenarioIn) -> Any:
    """Ask for a scenario or a row of numbers of teams."""
    campaign = current_campaign_for(actor=request.actor)
    change = Change(**body.change.dict())
    asked: dict[str, Any] = {"change": change, "name": body.name, "seed": body.seed, "seconds": body.seconds}
    if body.first is None and body.last is None:
        job = actions.add_scenario(actor=request.actor, campaign=campaign, **asked)
    else:
        job = actions.add_sweep(
            actor=request.actor, campaign=campaign, first=body.first or 0, last=body.last or 0, **asked
        )
    return Status(202, {"id": str(job.pk), "url": reverse("kernel:job", args=[job.pk])})


@router.delete("/{int:scenario_id}", response={204: None})
@needs(SOLVE)
def delete(request: Request, scenario_id: int) -> Any:
    """Delete a scenario."""
    campaign = current_campaign_for(actor=request.actor)
    row = queries.scenario_for(actor=request.actor, campaign=campaign, scenario_id=scenario_id)
    actions.delete_scenario(actor=request.actor, scenario=row)
    return Status(204, None)
