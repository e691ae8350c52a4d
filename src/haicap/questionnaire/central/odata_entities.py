"""The OData feed of a dataset."""

from django.http import HttpResponse, HttpResponseBase

from haicap.kernel.http import Request
from haicap.kernel.text import fold
from haicap.questionnaire.central import lookups
from haicap.questionnaire.central.odata import (
    check,
    document,
    metadata_document,
    question_of,
    service_address,
    stream,
)
from haicap.questionnaire.queries.entities import properties_of
from haicap.questionnaire.queries.entity_feeds import EntityFeed
from haicap.questionnaire.rules.odata import entities_edmx, entities_service


def service(request: Request, project: int, name: str) -> HttpResponse:
    """Return the one table of a list."""
    check(request, "json")
    lookups.dataset(request.actor, project, name)
    return document(entities_service(address=service_address(request)))


def metadata(request: Request, project: int, name: str) -> HttpResponse:
    """Return what the table holds (CSDL)."""
    check(request, "xml")
    row = lookups.dataset(request.actor, project, name)
    return metadata_document(entities_edmx(dataset=row.name, properties=properties_of(row)))


def table(request: Request, project: int, name: str) -> HttpResponseBase:
    """Return the entities of a list."""
    check(request, "json")
    row = lookups.dataset(request.actor, project, name)
    feed = EntityFeed(
        actor=request.actor, dataset=row, question=question_of(request, "Entities"),
        text=fold(request.GET.get("$search", "")),
    )  # fmt: skip
    return stream(request, table="Entities", rows=iter(feed.rows()), feed=feed, count=feed.count())
