"""Webhooks, and the import of another system."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from ninja import Router, Schema
from ninja.pagination import PageNumberPagination, paginate

from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.kernel.models import Job
from haicap.onestop import permissions
from haicap.onestop.actions import hooks as actions
from haicap.onestop.models import Delivery, Subscription
from haicap.onestop.queries import hooks as queries
from haicap.onestop.queries.importing import import_for, imports_for

router = Router()


class HookOut(Schema):
    """A webhook, without its secret; `kinds` empty means all. Counts are of deliveries."""

    id: int
    name: str
    body_code: str
    url: str
    kinds: list[str]
    is_active: bool
    created_at: datetime
    waiting: int
    done: int
    failed: int
    revision: int

    @staticmethod
    def resolve_body_code(row: Subscription) -> str:
        """Return the code of the body."""
        return row.body.code


class DeliveryOut(Schema):
    """A delivery; `identifier` is what the receiver sees, `kind` "test" where it tells of no event."""

    id: int
    identifier: str
    kind: str
    dossier: str
    state: str
    tries: int
    next_at: datetime
    done_at: datetime | None
    answer: str

    @staticmethod
    def resolve_identifier(row: Delivery) -> str:
        """Return what stays the same over all tries."""
        return queries.identifier_of(delivery=row)

    @staticmethod
    def resolve_kind(row: Delivery) -> str:
        """Return the kind of the event."""
        return row.event.kind if row.event else "test"

    @staticmethod
    def resolve_dossier(row: Delivery) -> str:
        """Return the reference of the dossier, "" for a test."""
        return row.event.dossier.reference if row.event else ""


class PeriodIn(Schema):
    """Events from `start` until before `end`."""

    start: datetime
    end: datetime


class ReplayOut(Schema):
    """How many events are sent again."""

    events: int


class ImportOut(Schema):
    """An import; the counts are None until it is done. `faults` are sentences with file, row and column."""

    id: UUID
    file: str
    state: str
    percent: int
    created_at: datetime
    ended_at: datetime | None
    rows: int | None
    new: int | None
    changed: int | None
    same: int | None
    left_out: int | None
    faults: list[str]
    error: str
    page: str

    @staticmethod
    def resolve_file(row: Job) -> str:
        """Return the name of the file."""
        return str(row.params.get("name", ""))

    @staticmethod
    def resolve_faults(row: Job) -> list[str]:
        """Return the faults that were named."""
        return list(_result(row).get("faults", []))

    @staticmethod
    def resolve_rows(row: Job) -> int | None:
        """Return how many rows the file has."""
        return _result(row).get("rows")

    @staticmethod
    def resolve_new(row: Job) -> int | None:
        """Return how many dossiers are new."""
        return _result(row).get("new")

    @staticmethod
    def resolve_changed(row: Job) -> int | None:
        """Return how many dossiers changed."""
        return _result(row).get("changed")

    @staticmethod
    def resolve_same(row: Job) -> int | None:
        """Return how many dossiers are as before."""
        return _result(row).get("same")

    @staticmethod
    def resolve_left_out(row: Job) -> int | None:
        """Return how many rows were left out."""
        return _result(row).get("left_out")

    @staticmethod
    def resolve_page(row: Job) -> str:
        """Return the address of the page about it."""
        return reverse("onestop:import-result", args=[row.pk])


def _result(row: Job) -> dict[str, Any]:
    return row.result or {}


@router.get("/hooks", response=list[HookOut])
@paginate(PageNumberPagination, page_size=50)
@needs(permissions.HOOK_WRITE)
def list_hooks(request: Request) -> Any:
    """List the visible webhooks."""
    return queries.subscriptions_for(actor=request.actor)


@router.get("/hooks/{hook_id}/deliveries", response=list[DeliveryOut])
@paginate(PageNumberPagination, page_size=50)
@needs(permissions.HOOK_WRITE)
def list_deliveries(request: Request, hook_id: int, state: str = "") -> Any:
    """List the deliveries of a webhook, newest first; `state` is waiting, done or failed."""
    row = queries.subscription_for(actor=request.actor, pk=hook_id)
    return queries.deliveries_for(actor=request.actor, subscription=row, state=state)


@router.post("/hooks/{hook_id}/replay", response=ReplayOut)
@needs(permissions.HOOK_WRITE)
def replay_period(request: Request, hook_id: int, period: PeriodIn) -> ReplayOut:
    """Have the events of a period sent again."""
    row = queries.subscription_for(actor=request.actor, pk=hook_id)
    count = actions.replay_period(actor=request.actor, subscription=row, start=period.start, end=period.end)
    return ReplayOut(events=count)


@router.post("/hooks/{hook_id}/test", response=DeliveryOut)
@needs(permissions.HOOK_WRITE)
def test_hook(request: Request, hook_id: int) -> Delivery:
    """Send a delivery that tells of nothing."""
    row = queries.subscription_for(actor=request.actor, pk=hook_id)
    return actions.send_test(actor=request.actor, subscription=row)


@router.post("/deliveries/{delivery_id}/replay", response=DeliveryOut)
@needs(permissions.HOOK_WRITE)
def replay_delivery(request: Request, delivery_id: int) -> Delivery:
    """Have one delivery sent again, with the same identifier."""
    row = queries.delivery_for(actor=request.actor, pk=delivery_id)
    return actions.replay(actor=request.actor, delivery=row)


@router.get("/imports", response=list[ImportOut])
@paginate(PageNumberPagination, page_size=50)
@needs(permissions.IMPORT)
def list_imports(request: Request) -> Any:
    """List the imports, newest first."""
    return imports_for(actor=request.actor)


@router.get("/imports/{import_id}", response=ImportOut)
@needs(permissions.IMPORT)
def one_import(request: Request, import_id: UUID) -> Job:
    """Return one import: how far it is, or what it did."""
    return import_for(actor=request.actor, job_id=import_id)
