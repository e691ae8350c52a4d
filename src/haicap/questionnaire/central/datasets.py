"""Datasets: the lists that forms read and update."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpResponse, HttpResponseBase

from haicap.kernel.http import Request
from haicap.questionnaire.actions.entities import add_property, change_dataset, create_dataset
from haicap.questionnaire.central import lookups
from haicap.questionnaire.central.errors import missing_parameter, wrong_type
from haicap.questionnaire.central.shapes import Json, answer, body_of, is_extended, moment, success, text_in
from haicap.questionnaire.central.stream import download
from haicap.questionnaire.models import Dataset, Entity, Form
from haicap.questionnaire.queries.entities import dataset_csv, datasets_for, uses_of
from haicap.questionnaire.rules.odata.names import distinct

_READ, _WRITE = "questionnaire.dataset:read", "questionnaire.dataset:write"


def _shape(row: Dataset) -> Json:
    return {
        "name": row.name, "projectId": row.campaign_id, "createdAt": moment(row.created_at),
        "approvalRequired": row.approval_required, "ownerOnly": False, "lastUpdate": moment(row.changed_at),
    }  # fmt: skip


def _figures(rows: list[Dataset]) -> Mapping[int, Json]:
    """Return how many entities, the newest one and conflicts by list (one query)."""
    found = Entity.objects.filter(dataset__in=rows, deleted_at=None).values("dataset").order_by()
    counted = found.annotate(last=Max("created_at"), conflicts=Count("pk", ~Q(conflict="")))
    by_key = {one["dataset"]: one for one in counted}
    return {
        row.pk: {
            "entities": row.count, "lastEntity": moment(by_key[row.pk]["last"]) if row.pk in by_key else None,
            "conflicts": by_key[row.pk]["conflicts"] if row.pk in by_key else 0,
        }
        for row in rows
    }  # fmt: skip


def _form(row: Form) -> Json:
    return {"xmlFormId": row.form_id, "name": row.title}


def _detail(request: Request, row: Dataset) -> Json:
    """Return a list with its properties. Which form writes which is told for the list as a whole: pyodk reads the
    forms of a property as texts where Central writes objects."""
    uses = uses_of(actor=request.actor, datasets=[row])[row.pk]
    names = list(row.properties.order_by("pk").values_list("name", flat=True))
    found = _shape(row) | {
        "linkedForms": [_form(one) for one in uses.reads], "sourceForms": [_form(one) for one in uses.writes],
        "properties": [
            {"name": name, "odataName": odata, "publishedAt": moment(row.created_at), "forms": []}
            for name, odata in zip(names, distinct(names), strict=True)
        ],
    }  # fmt: skip
    return found | _figures([row])[row.pk] if is_extended(request) else found


def index(request: Request, project: int) -> HttpResponse:
    """Return the lists the caller may see."""
    campaign = lookups.project(request.actor, project)
    request.actor.must(_READ)
    rows = list(datasets_for(actor=request.actor, campaign=campaign))
    figures = _figures(rows) if is_extended(request) else {}
    return answer([_shape(row) | figures.get(row.pk, {}) for row in rows])


def one(request: Request, project: int, name: str) -> HttpResponse:
    """Return one list."""
    return answer(_detail(request, lookups.dataset(request.actor, project, name)))


def create(request: Request, project: int) -> HttpResponse:
    """Make a list."""
    campaign = lookups.project(request.actor, project)
    body = body_of(request)
    row = create_dataset(
        actor=request.actor, campaign=campaign, name=text_in(body, "name"),
        approval_required=_truth(body, "approvalRequired", given=False),
    )  # fmt: skip
    return answer(_detail(request, row))


def change(request: Request, project: int, name: str) -> HttpResponse:
    """Say whether entities wait for approval."""
    row = lookups.dataset(request.actor, project, name)
    wanted = _truth(body_of(request), "approvalRequired", given=row.approval_required)
    row = change_dataset(
        actor=request.actor, dataset=row, approval_required=wanted, is_personal=row.is_personal
    )
    return answer(_detail(request, row))


def _truth(body: Mapping[str, Any], field: str, *, given: bool) -> bool:
    value = body.get(field, given)
    if not isinstance(value, bool):
        raise wrong_type(field, "boolean")
    return value


def create_property(request: Request, project: int, name: str) -> HttpResponse:
    """Add a property to a list."""
    row = lookups.dataset(request.actor, project, name)
    wanted = text_in(body_of(request), "name")
    if not wanted:
        raise missing_parameter("name")
    add_property(actor=request.actor, dataset=row, name=wanted)
    return success()


def csv(request: Request, project: int, name: str) -> HttpResponseBase:
    """Return a list as the CSV that forms read."""
    row = lookups.dataset(request.actor, project, name)
    return download(dataset_csv(row), name=f"{row.name}.csv", content_type="text/csv; charset=utf-8")
