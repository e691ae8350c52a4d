"""JSON operations on nominations, teams and registrations."""

from datetime import date, datetime
from typing import Literal

from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from haicap.campaign import queries
from haicap.campaign.actions import nominations as naming_actions
from haicap.campaign.actions import registration as actions
from haicap.campaign.actions import teams as team_actions
from haicap.campaign.models import SlotRegistration
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
    asked: list[str]


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


class NominationOut(Schema):
    id: int
    name: str
    body: str
    post: str
    level: str
    state: str
    areas: list[str]
    absences: list[str]
    revision: int


class NamingIn(Schema):
    person: int
    post: str
    level: str
    areas: list[str]
    absences: list[str] = []
    absence_reason: str = ""


class NominationMade(Schema):
    id: int
    revision: int


class PlaceIn(Schema):
    nomination: int
    number: int | None = None
    role: Literal["member", "head", "deputy", "secretary"] = "member"


class SlotLoadOut(Schema):
    slot: str
    taken: int
    capacity: int


def _slots(keys: list[str]) -> list[Slot]:
    try:
        return [Slot.parse(key) for key in keys]
    except ValueError as error:
        raise Refused(
            "slot.shape", _("Write half-days like 2025-08-04.morning or 2025-08-04.afternoon.")
        ) from error


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


@router.get("/nominations", response=list[NominationOut], summary="People nominated, as far as visible")
@needs("campaign.nomination:read")
def nominations(request: Request, offset: int = 0) -> list[NominationOut]:
    """Return at most 200 nominations from `offset`, by body and name."""
    campaign = queries.current_campaign_for(actor=request.actor)
    rows = people.nominations_for(actor=request.actor, campaign=campaign)
    return [
        NominationOut(
            id=row.pk,
            name=row.person.full_name,
            body=row.body.code,
            post=row.post,
            level=row.level,
            state=row.state,
            areas=[named.area.code for named in row.areas.all()],
            absences=[f"{absence.day.isoformat()}.{absence.half}" for absence in row.absences.all()],
            revision=row.revision,
        )
        for row in rows[max(0, offset) : max(0, offset) + 200]
    ]


@router.post("/nominations", response=NominationMade, summary="Nominate a person of the own body")
@needs("campaign.nomination:write")
def nominate(request: Request, naming: NamingIn) -> object:
    """Nominate; absences are half-days such as 2025-08-04.morning. The list is handed in on the page."""
    typed = naming.model_dump()
    row = naming_actions.nominate_by_id(
        actor=request.actor,
        person_id=typed.pop("person"),
        typed=typed | {"absences": _slots(naming.absences)},
    )
    return {"id": row.pk, "revision": row.revision}


@router.post("/teams/place", response=NominationMade, summary="Put somebody in a team, or take them out")
@needs("campaign.team:write")
def place(request: Request, place: PlaceIn) -> object:
    """Place by hand; `number` null takes out. The board then names what is broken."""
    row = team_actions.place_by_id(actor=request.actor, **place.model_dump())
    return {"id": row.pk, "revision": row.revision}


@router.get("/slots", response=list[SlotLoadOut], summary="The half-days of the window and how full they are")
@needs("campaign.registration:read")
def slots(request: Request) -> list[SlotLoadOut]:
    """Return each half-day with the first choices registered and how many it holds."""
    campaign = queries.current_campaign_for(actor=request.actor)
    loads = reads.slot_loads_for(actor=request.actor, campaign=campaign)
    return [SlotLoadOut(slot=load.slot.key, taken=load.taken, capacity=load.capacity) for load in loads]


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


def _out(row: SlotRegistration) -> dict[str, object]:
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
    rows = reads.registrations_for(actor=request.actor, campaign=campaign)
    rows = rows[max(0, offset) : max(0, offset) + 200]
    return [_out(row) for row in rows]


@router.put("/registrations/{code}", response=RegistrationOut, summary="Register a unit's half-days")
@needs("campaign.registration:write")
def register(request: Request, code: str, wish: WishIn) -> object:
    """Register or change; half-days are written 2025-08-04.morning. 422 carries the free half-days."""
    campaign = queries.current_campaign_for(actor=request.actor)
    unit = reads.surveyed_unit_for(actor=request.actor, campaign=campaign, code=code)
    preferences = tuple(_slots(wish.preferences))
    blocks = dict(zip(_slots(list(wish.blocks)), wish.blocks.values(), strict=True))
    words = wish.model_dump(exclude={"preferences", "blocks", "revision"})
    actions.register_slots(
        actor=request.actor,
        campaign=campaign,
        unit=unit,
        wish=Wish(preferences=preferences, blocks=blocks, **words),
        revision=wish.revision,
    )
    return _out(reads.registrations_for(actor=request.actor, campaign=campaign).get(unit=unit))
