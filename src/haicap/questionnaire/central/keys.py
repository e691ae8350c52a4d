"""App users: the keys of devices that belong to nobody, and those of people."""

from django.db.models import QuerySet
from django.http import HttpResponse

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.http import Request
from haicap.questionnaire import keys
from haicap.questionnaire.actions.keys import FOR_OTHERS, make_key, revoke_key
from haicap.questionnaire.central import lookups
from haicap.questionnaire.central.errors import missing_parameter, not_found
from haicap.questionnaire.central.shapes import (
    Json,
    actor_shape,
    answer,
    body_of,
    is_extended,
    key_shape,
    moment,
    success,
    text_in,
)
from haicap.questionnaire.models import FieldKey
from haicap.questionnaire.queries.odata import KEY_BASE


def _rows(actor: Actor, campaign: Campaign) -> QuerySet[FieldKey]:
    """Return the keys of a project for those who keep devices, newest first."""
    actor.must(FOR_OTHERS)
    rows = FieldKey.objects.filter(campaign=campaign).select_related("person", "created_by")
    return rows.order_by("revoked_at", "-pk")


def _shape(row: FieldKey, *, extended: bool = False) -> Json:
    """Return an app user. The token of a person's own device is that person's secret and never told."""
    is_open = row.revoked_at is None and row.person_id is None
    found: Json = key_shape(row) | {
        "projectId": row.campaign_id, "token": keys.token_of(row) if is_open else None,
    }  # fmt: skip
    if extended:
        found["lastUsed"] = moment(row.last_used_at)
        found["createdBy"] = actor_shape(row.created_by)
    return found


def index(request: Request, project: int) -> HttpResponse:
    """Return the app users of a project; those shut out have no token."""
    rows = _rows(request.actor, lookups.project(request.actor, project))
    extended = is_extended(request)
    return answer([_shape(row, extended=extended) for row in rows])


def create(request: Request, project: int) -> HttpResponse:
    """Make an app user: a device that sees the forms assigned to it."""
    campaign = lookups.project(request.actor, project)
    name = text_in(body_of(request), "displayName")
    if not name.strip():
        raise missing_parameter("displayName")
    return answer(_shape(make_key(actor=request.actor, campaign=campaign, name=name)))


def _one(request: Request, project: int, user: int) -> FieldKey:
    rows = _rows(request.actor, lookups.project(request.actor, project))
    row = rows.filter(pk=user - KEY_BASE).first()
    if row is None:
        raise not_found()
    return row


def one(request: Request, project: int, user: int) -> HttpResponse:
    """Return one app user."""
    return answer(_shape(_one(request, project, user), extended=is_extended(request)))


def revoke(request: Request, project: int, user: int) -> HttpResponse:
    """Shut an app user out."""
    revoke_key(actor=request.actor, key=_one(request, project, user))
    return success()
