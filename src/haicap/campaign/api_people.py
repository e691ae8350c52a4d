"""JSON operations on nominations, teams and registrations."""

from datetime import date, datetime
from typing import Literal

from ninja import Router, Schema

from haicap.campaign import queries
from haicap.campaign.actions import registration as actions
from haicap.campaign.queries import registration as reads
from haicap.campaign.queries import teams as people
from haicap.campaign.rules.registration import Wish
from haicap.kernel.access import needs
from haicap.kernel.errors import Refused
from haicap.kernel.http import Request
from haicap.kernel.periods import Slot

router = Router()


class LackOut(Schema):
    area: str
    kind: str
    wanted: int
    found: int
    missing: int
    bodies: list[str]


class MemberOut(Schema):
    name: str
    body: str
    post: str
    role: str
    areas: list[str]


class TeamOut(Schema):
    number: int
    name: str
    members: list[MemberOut]


class ChoiceOut(Schema):
    day: date
    half: str
    rank: int


class RegistrationOut(Schema):
    unit: str
    state: str
    mode: str
    place: str
    registered_at: datetime | None
    revision: int
    preferences: list[ChoiceOut]


class WishIn(Schema):
    preferences: list[str]
    blocks: dict[str, str] = {}
    place_kind: Literal["seat", "other"] = "seat"
    place: str = ""
    mode: Literal["in_person", "online"] = "in_person"
    online_reason: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_post: str = ""
    revision: int | None = None


@router.get("/nominations/lacks", response=list[LackOut], summary="What nominations lack, by area")
@needs("campaign.nomination:read")
def lacks(request: Request) -> object:
    """Return what is missing so that every team has every area covered."""
    return people.all_lacks(campaign=queries.current_campaign_for(actor=request.actor))


@router.get("/teams", response=list[TeamOut], summary="The teams and their members")
@needs("campaign.team:read")
def teams(request: Request) -> list[TeamOut]:
    """Return all teams."""
    campaign = queries.current_campaign_for(actor=request.actor)
    return [
        TeamOut(
            number=team.number,
            name=team.name,
            members=[
                MemberOut(
                    name=member.nomination.person.full_name,
                    body=member.nomination.body.code,
                    post=member.nomination.post,
                    role=member.role,
                    areas=[named.area.code for named in member.nomination.areas.all()],
                )
                for member in team.members.all()
            ],
        )
        for team in people.teams_for(actor=request.actor, campaign=campaign)
    ]


def _out(row: object) -> dict[str, object]:
    from haicap.campaign.models import SlotRegistration

    assert isinstance(row, SlotRegistration)
    return {
        "unit": row.unit.code,
        "state": row.state,
        "mode": row.mode,
        "place": row.place,
        "registered_at": row.registered_at,
        "revision": row.revision,
        "preferences": [{"day": p.day, "half": p.half, "rank": p.rank} for p in row.preferences.all()],
    }


@router.get("/registrations", response=list[RegistrationOut], summary="Registrations of visible units")
@needs("campaign.registration:read")
def registrations(request: Request, offset: int = 0) -> object:
    """Return at most 200 registrations from `offset`, by unit code."""
    campaign = queries.current_campaign_for(actor=request.actor)
    rows = reads.registrations_for(actor=request.actor, campaign=campaign)[offset : offset + 200]
    return [_out(row) for row in rows]


@router.put("/registrations/{code}", response=RegistrationOut, summary="Register a unit's half-days")
@needs("campaign.registration:write")
def register(request: Request, code: str, wish: WishIn) -> object:
    """Register or change; half-days are written 2025-08-04.morning. 422 carries the free half-days."""
    campaign = queries.current_campaign_for(actor=request.actor)
    unit = reads.surveyed_unit_for(actor=request.actor, campaign=campaign, code=code)
    try:
        preferences = tuple(Slot.parse(key) for key in wish.preferences)
        blocks = {Slot.parse(key): reason for key, reason in wish.blocks.items()}
    except ValueError as error:
        raise Refused("registration.slot.shape", str(error), field="preferences") from error
    words = wish.model_dump(exclude={"preferences", "blocks", "revision"})
    actions.register_slots(
        actor=request.actor,
        campaign=campaign,
        unit=unit,
        wish=Wish(preferences=preferences, blocks=blocks, **words),
        revision=wish.revision,
    )
    row = reads.registration_for(actor=request.actor, campaign=campaign, unit=unit)
    return _out(row)
