"""JSON operations on the own account, notices and people."""

from datetime import datetime

from ninja import Router, Schema

from haicap.accounts import actions, queries
from haicap.accounts.models import Person
from haicap.kernel.access import needs, signed_in
from haicap.kernel.http import Request

router = Router()


class Me(Schema):
    username: str
    name: str
    body: str
    roles: list[str]
    permissions: list[str]
    unit_id: int | None


class NoticeOut(Schema):
    id: int
    text_vi: str
    text_en: str
    url: str
    created_at: datetime
    read_at: datetime | None


class PersonOut(Schema):
    id: int
    username: str
    full_name: str
    post: str
    body: str
    roles: list[str]
    is_active: bool

    @staticmethod
    def resolve_body(row: Person) -> str:
        """Return the code of the body."""
        return row.body.code

    @staticmethod
    def resolve_roles(row: Person) -> list[str]:
        """Return the held roles."""
        return [held.role for held in row.roles.all()]


@router.get("/me", response=Me, summary="Who am I, and what may I do")
@signed_in
def me(request: Request) -> Me:
    """Return the actor behind the session."""
    actor, person = request.actor, queries.own(actor=request.actor)
    return Me(
        username=person.username,
        body=person.body.code,
        name=actor.name,
        roles=sorted(actor.roles),
        permissions=sorted(actor.permissions),
        unit_id=actor.unit_id,
    )


@router.get("/notices", response=list[NoticeOut], summary="What I was told, newest first (at most 100)")
@signed_in
def notices(request: Request) -> object:
    """Return the newest notices."""
    return queries.notices_for(actor=request.actor)[:100]


@router.post("/notices/read", response=int, summary="Mark all my notices read")
@signed_in
def notices_read(request: Request) -> int:
    """Return how many changed."""
    return actions.mark_read(actor=request.actor)


@router.get("/people", response=list[PersonOut], summary="People by name, role or body (at most 100)")
@needs("accounts.person:read")
def people(request: Request, text: str = "", body: str = "", role: str = "") -> object:
    """Return the visible people that match."""
    return queries.search_people_for(actor=request.actor, text=text, body=body, role=role)[:100]
