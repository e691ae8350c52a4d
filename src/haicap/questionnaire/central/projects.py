"""Projects: the campaigns."""

from datetime import UTC, datetime, time

from django.http import HttpResponse

from haicap.campaign.models import Campaign
from haicap.kernel.http import Request
from haicap.questionnaire.central import lookups
from haicap.questionnaire.central.shapes import Json, answer, is_extended, moment
from haicap.questionnaire.queries.projects import ProjectFigures, figures_of_projects, projects_for


def _shape(row: Campaign, figures: ProjectFigures | None) -> Json:
    since = row.loaded_at or datetime.combine(row.window_start, time.min, tzinfo=UTC)
    found: Json = {
        "id": row.pk, "name": row.title_vi, "description": row.number or None, "keyId": None,
        "archived": row.state == Campaign.State.CLOSED or None, "createdAt": moment(since),
        "updatedAt": moment(row.loaded_at), "deletedAt": None,
    }  # fmt: skip
    if figures is not None:
        found |= {
            "forms": figures.forms, "appUsers": figures.app_users, "datasets": figures.datasets,
            "lastSubmission": moment(figures.last_submission), "lastEntity": moment(figures.last_entity),
        }  # fmt: skip
    return found


def index(request: Request) -> HttpResponse:
    """Return the projects the caller may see."""
    figures = figures_of_projects(actor=request.actor) if is_extended(request) else None
    return answer(
        [
            _shape(row, None if figures is None else figures.get(row.pk, ProjectFigures()))
            for row in projects_for(actor=request.actor)
        ]
    )


def one(request: Request, project: int) -> HttpResponse:
    """Return one project."""
    row = lookups.project(request.actor, project)
    figures = None
    if is_extended(request):
        figures = figures_of_projects(actor=request.actor).get(row.pk, ProjectFigures())
    found = _shape(row, figures)
    if figures is not None:
        found["verbs"] = sorted(request.actor.permissions)
    return answer(found)
