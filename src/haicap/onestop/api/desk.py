"""Dossiers as JSON: the same rows, the same masks and the same actions as the pages of the desk."""

from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema

from haicap.kernel.access import needs
from haicap.kernel.errors import Refused
from haicap.kernel.http import Request
from haicap.onestop import permissions
from haicap.onestop.actions import desk as actions
from haicap.onestop.actions import intake
from haicap.onestop.actions.dossiers import Person
from haicap.onestop.models import Attachment, Dossier, Event
from haicap.onestop.queries import desk as queries
from haicap.onestop.queries import intake as choices
from haicap.onestop.queries import lists, pages
from haicap.onestop.queries.centres import open_centre
from haicap.onestop.queries.dossiers import (
    applicant_for,
    dossier_at_counter,
    dossier_for,
    dossiers_for,
    events_for,
)
from haicap.onestop.rules.lifecycle import Channel, Kind, Life
from haicap.onestop.rules.masking import mask_name
from haicap.onestop.rules.payloads import FIELDS
from haicap.register.models import Body, Unit
from haicap.register.queries import unit_for

router = Router(tags=["onestop"])
MOST = 200
Expand = Literal["events", "papers"]


class DossierOut(Schema):
    """A dossier; bodies are codes, the applicant is masked."""

    reference: str = Field(description="Given when it is registered; never changes.")
    code: str | None = Field(description="Given when it is received; never changes.")
    procedure: str = Field(description="National code of the procedure.")
    version: int = Field(description="Number of the procedure's version that holds for this dossier.")
    status: int = Field(description="National status code, 1 to 10.")
    channel: str
    received: str | None = Field(description="Code of the body that received it.")
    competent: str | None = Field(description="Code of the body that decides.")
    returned: str | None = Field(description="Code of the body that returned the result.")
    holder: str | None = Field(description="Code of the body that must act now.")
    assignee: str = Field(description="Who has it in hand.")
    applicant: str = Field(description="The name with all but its last word as initials.")
    registered_at: datetime
    received_at: datetime | None
    appointment_at: datetime | None = Field(description="What form 01 promised.")
    due_at: datetime | None = Field(description="None: no time runs.")
    ended_at: datetime | None
    returned_at: datetime | None
    is_open: bool
    on_time: bool | None
    fee: int = Field(description="In đồng.")
    payment: str
    delivery: str
    sequence: int = Field(description="Number of its events: give it as `expected`.")


class EventOut(Schema):
    """One event of the ledger with its seal."""

    sequence: int
    at: datetime
    kind: str
    body: str | None = Field(description="Code of the acting body; None for the applicant and for machines.")
    payload: dict[str, Any]
    previous: str = Field(description="Digest of the event before.")
    digest: str = Field(description="SHA-256 of this event and the digest before it.")


class PaperOut(Schema):
    """A scan or file of the dossier; the file itself is given by its page."""

    id: int
    paper: str
    name: str
    size: int = Field(description="Bytes.")
    sha256: str
    content_type: str
    uploaded_at: datetime


class DossierFull(DossierOut):
    """A dossier with what was asked for in `expand`, and what the caller may do to it now."""

    kinds: list[str] = Field(description="The events that the caller may append now.")
    events: list[EventOut] | None = None
    papers: list[PaperOut] | None = None


class DossierPage(Schema):
    """A part of a list: `total` is the exact number of all rows, `next` "" at the end."""

    total: int
    next: str
    items: list[DossierOut]


class ListIn(Schema):
    """Which dossiers."""

    scope: Literal["work", "now", "all"] = Field(
        "work", description="work: the own body must act; now: the own role must; all: every part."
    )
    q: str = Field(
        "", max_length=100, description="Part of a code, reference, identity number, part of a name."
    )
    whose: Literal["", "mine", "unassigned"] = ""
    status: int | None = Field(None, ge=1, le=10)
    foretold: Literal["", "late", "at_risk", "on_time", "waiting", "ended"] = ""
    waits: str = ""
    procedure: str = ""
    cursor: str = ""
    size: int = Field(50, ge=1, le=MOST)


class PersonIn(Schema):
    """Who applies."""

    full_name: str = Field(max_length=200)
    id_number: str = Field("", max_length=20)
    phone: str = Field("", max_length=30)
    email: str = Field("", max_length=254)
    address: str = Field("", max_length=300)
    unit: str = Field("", description="Code of the commune of the address.")
    land_unit: str = Field("", description="Code of the commune where the land lies.")
    proxy_name: str = Field("", max_length=200)


class IntakeIn(Schema):
    """What somebody brings to a counter of the caller's centre."""

    procedure: str
    applicant: PersonIn
    channel: Literal["direct", "post"] = "direct"
    outcome: Literal["receive", "supplement", "refuse"] = "receive"
    reason: str = Field("", max_length=2000, description="For a supplement or a refusal.")
    chosen: str = Field("", description="Code of the commune that is to handle it, where any may.")
    fee: int | None = Field(None, ge=0, description="In đồng; None takes the catalogue's.")
    papers: list[str] = Field([], description="Codes of the papers that are there.")
    deliver: Literal["counter", "post", "online"] = "counter"
    return_at: str = Field("", description='Code of the centre where the result is wanted; "" this one.')
    key: str = Field(min_length=8, max_length=60, description="The same key twice makes one dossier.")


class IntakeOut(DossierOut):
    """The dossier and the tracking secret, given this once."""

    secret: str


class ActIn(Schema):
    """One event: what kind, what it says, and how many events the caller has seen."""

    kind: str
    payload: dict[str, Any] = {}
    expected: int = Field(ge=0)
    key: str = Field(min_length=8, max_length=60, description="The same key twice makes one event.")


def _code(body: Body | None) -> str | None:
    return body.code if body else None


def _shown(row: Dossier, name: str) -> dict[str, Any]:
    same = (
        "reference", "code", "status", "channel", "registered_at", "received_at", "appointment_at", "due_at",
        "ended_at", "returned_at", "is_open", "on_time", "fee", "payment", "delivery", "sequence",
    )  # fmt: skip
    return {field: getattr(row, field) for field in same} | {
        "procedure": row.version.procedure.code,
        "version": row.version.number,
        "received": _code(row.received_body),
        "competent": _code(row.competent_body),
        "returned": _code(row.returned_body),
        "holder": _code(row.holder),
        "assignee": row.assignee.full_name if row.assignee else "",
        "applicant": mask_name(name),
    }


@router.get("/dossiers", response=DossierPage)
@needs(permissions.READ)
def list_dossiers(request: Request, given: Query[ListIn]) -> dict[str, Any]:
    """List dossiers in which the caller's body has a part, page by page, with the exact total."""
    actor = request.actor
    rows = {
        "work": lists.work_for,
        "now": lists.waiting_for,
        "all": dossiers_for,
    }[given.scope](actor=actor)
    wanted = lists.Wanted(
        text=given.q,
        whose=given.whose,
        status=str(given.status or ""),
        foretold=given.foretold,
        waits=given.waits,
        procedure=given.procedure,
    )
    found = lists.narrowed(rows=rows, wanted=wanted, actor=actor)
    page, following = pages.page_after(
        rows=found, cursor=given.cursor, size=given.size, due=given.scope != "all"
    )
    items = [_shown(row, row.applicant.full_name) for row in lists.named(rows=page)]
    return {"total": found.order_by().count(), "next": following, "items": items}


class ExpandIn(Schema):
    """What is to come with the dossier."""

    expand: list[Expand] = []


@router.get("/dossiers/{reference}", response=DossierFull)
@needs(permissions.READ)
def get_dossier(request: Request, reference: str, given: Query[ExpandIn]) -> dict[str, Any]:
    """Return one dossier by code or reference, with its events and papers where asked for."""
    row = dossier_for(actor=request.actor, reference=reference)
    return _full(request, row, set(given.expand))


def _full(request: Request, row: Dossier, expand: set[str]) -> dict[str, Any]:
    actor = request.actor
    applicant = applicant_for(actor=actor, dossier=row)
    kinds = queries.kinds_for(actor=actor, dossier=row, life=Life.from_json(row.life))
    found = _shown(row, applicant.full_name) | {"kinds": [kind.value for kind in kinds if kind in FIELDS]}
    if "events" in expand:
        found["events"] = [_event(event) for event in events_for(actor=actor, dossier=row)]
    if "papers" in expand:
        found["papers"] = [_paper(paper) for paper in queries.attachments_for(actor=actor, dossier=row)]
    return found


def _event(event: Event) -> dict[str, Any]:
    same = ("sequence", "at", "kind", "payload", "previous", "digest")
    return {field: getattr(event, field) for field in same} | {"body": _code(event.body)}


def _paper(row: Attachment) -> dict[str, Any]:
    return {
        "id": row.pk, "paper": row.paper, "name": row.name, "size": row.size, "sha256": row.sha256,
        "content_type": row.content_type, "uploaded_at": row.uploaded_at,
    }  # fmt: skip


@router.post("/dossiers", response={201: IntakeOut})
@needs(permissions.RECEIVE)
def take_in(request: Request, given: IntakeIn) -> tuple[int, dict[str, Any]]:
    """Register what somebody brings, and receive it, ask for a supplement or refuse it, at once."""
    actor = request.actor
    version = choices.version_named(code=given.procedure)
    who = given.applicant
    person = Person(
        full_name=who.full_name,
        id_number=who.id_number,
        phone=who.phone,
        email=who.email,
        address=who.address,
        unit=_unit(request, who.unit),
        land_unit=_unit(request, who.land_unit),
        proxy_name=who.proxy_name,
    )
    fee = given.fee if given.fee is not None else queries.fee_of(version=version, channel=given.channel)
    wish = intake.Wish(
        chosen=_unit(request, given.chosen),
        fee=fee,
        papers=tuple(given.papers),
        deliver=intake.Deliver(given.deliver),
        return_at=open_centre(code=given.return_at) if given.return_at else None,
    )
    brought = intake.Intake(
        version=version,
        person=person,
        wish=wish,
        channel=Channel(given.channel),
        outcome=intake.Outcome(given.outcome),
        reason=given.reason,
    )
    taken = intake.take_in(actor=actor, intake=brought, key=given.key)
    row = dossier_for(actor=actor, reference=taken.dossier.reference)
    return 201, _shown(row, who.full_name) | {"secret": taken.secret}


def _unit(request: Request, code: str) -> Unit | None:
    return unit_for(actor=request.actor, code=code) if code else None


@router.post("/dossiers/{reference}/events", response=DossierFull)
@needs(permissions.READ)
def act(request: Request, reference: str, given: ActIn) -> dict[str, Any]:
    """Append one event to a dossier in which the caller's body has a part; returns it as it then is."""
    row = dossier_for(actor=request.actor, reference=reference)
    _do(request, row, given)
    return _full(request, dossier_for(actor=request.actor, reference=reference), {"events"})


@router.post("/counter/{reference}/events", response=DossierOut)
@needs(permissions.RETURN)
def act_at_counter(request: Request, reference: str, given: ActIn) -> dict[str, Any]:
    """Do at a counter what is done at any open centre, to any dossier by its whole code."""
    row = dossier_at_counter(actor=request.actor, reference=reference)
    if given.kind not in {kind.value for kind in queries.COUNTER_KINDS}:
        raise Refused("event.elsewhere", _("This is done on a page of its own."), field="kind")
    _do(request, row, given)
    after = dossier_at_counter(actor=request.actor, reference=reference)
    return _shown(after, after.applicant.full_name)


def _do(request: Request, row: Dossier, given: ActIn) -> None:
    if given.kind not in set(Kind):
        raise Refused("event.unknown", _("There is no such event."), field="kind")
    actions.do(
        actor=request.actor,
        dossier=row,
        kind=Kind(given.kind),
        payload=given.payload,
        expected=given.expected,
        key=given.key,
    )
