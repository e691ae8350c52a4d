"""The findings area as JSON."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema
from ninja.pagination import PageNumberPagination, paginate

from haicap.campaign.queries import current_campaign_for, surveyed_units_for
from haicap.findings import actions, permissions, queries, rules
from haicap.findings.models import Difficulty, GoodPractice
from haicap.findings.queries.difficulties import Filter
from haicap.kernel.access import needs
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.http import Request

router = Router()


class DifficultyOut(Schema):
    """A difficulty as others read it."""

    number: int
    code: str
    unit_code: str
    area_code: str
    group: str
    text: str
    legal_provision: str
    competent_level: str
    severity: int
    evidence: str
    proposal_verb: str
    proposal_text: str
    proposal_body: str
    proposal_due: date | None
    state: str
    reason: str
    answer: str
    revision: int
    submitted_at: datetime | None

    @staticmethod
    def resolve_unit_code(row: Difficulty) -> str:
        """Return the code of the unit."""
        return row.unit.code

    @staticmethod
    def resolve_area_code(row: Difficulty) -> str:
        """Return the code of the content area."""
        return row.area.code


class DifficultyIn(Schema):
    """A difficulty to record."""

    unit: str
    group: str
    area: str
    text: str
    legal_provision: str = ""
    competent_level: str = ""
    severity: int = 1
    evidence: str = ""
    proposal_verb: str = ""
    proposal_text: str = ""
    proposal_body: str = ""
    proposal_due: date | None = None
    submit: bool = False


class DecisionIn(Schema):
    """A step of the triage."""

    step: str
    revision: int
    reason: str = ""
    into: int = 0
    group: str = ""
    area: str = ""
    competent_level: str = ""
    answer: str = ""


class PracticeOut(Schema):
    """Good practice as others read it."""

    id: int
    unit_code: str
    area_code: str
    text: str
    proof: str
    state: str
    reason: str
    revision: int

    @staticmethod
    def resolve_unit_code(row: GoodPractice) -> str:
        """Return the code of the unit."""
        return row.unit.code

    @staticmethod
    def resolve_area_code(row: GoodPractice) -> str:
        """Return the code of the content area."""
        return row.area.code


class MatrixOut(Schema):
    """Difficulties by group and level: `levels` names the columns, the last number of each row is its total."""

    levels: list[str]
    rows: dict[str, list[int]]
    totals: list[int]


@router.get("/difficulties", response=list[DifficultyOut])
@paginate(PageNumberPagination, page_size=50)
@needs(permissions.READ)
def list_difficulties(
    request: Request,
    group: str = "",
    level: str = "",
    area: str = "",
    state: str = "",
    unit: str = "",
    q: str = "",
) -> object:
    """List the difficulties the caller may see."""
    wanted = Filter(group=group, level=level, area=area, state=state, unit=unit, text=q)
    campaign = current_campaign_for(actor=request.actor)
    return queries.search_difficulties_for(actor=request.actor, campaign=campaign, wanted=wanted)


@router.get("/difficulties/matrix", response=MatrixOut)
@needs(permissions.READ)
def difficulty_matrix(request: Request) -> MatrixOut:
    """Count difficulties by group and level."""
    campaign = current_campaign_for(actor=request.actor)
    rows, totals = queries.matrix_for(actor=request.actor, campaign=campaign)
    return MatrixOut(
        levels=list(rules.LEVELS),
        rows={row.group: [*row.counts, row.total] for row in rows},
        totals=list(totals),
    )


@router.get("/difficulties/{int:number}", response=DifficultyOut)
@needs(permissions.READ)
def get_difficulty(request: Request, number: int) -> Difficulty:
    """Return one difficulty."""
    campaign = current_campaign_for(actor=request.actor)
    return queries.difficulty_for(actor=request.actor, campaign=campaign, number=number)


@router.post("/difficulties", response={201: DifficultyOut})
@needs(permissions.WRITE)
def post_difficulty(request: Request, payload: DifficultyIn) -> tuple[int, Difficulty]:
    """Record a difficulty, submitted at once where `submit` is true."""
    campaign = current_campaign_for(actor=request.actor)
    given = payload.dict()
    submit, code = given.pop("submit"), given.pop("unit")
    unit = surveyed_units_for(actor=request.actor, campaign=campaign).filter(code=code).first()
    if unit is None:
        raise Missing("difficulty.unit_missing", _("There is no such unit in this survey."), field="unit")
    row = actions.record_difficulty(
        actor=request.actor, campaign=campaign, unit=unit, draft=rules.Draft(**given), submit=submit
    )
    return 201, row


@router.post("/difficulties/{int:number}/decision", response=DifficultyOut)
@needs(permissions.TRIAGE)
def decide_difficulty(request: Request, number: int, payload: DecisionIn) -> Difficulty:
    """Accept, merge, return, reclassify or answer a difficulty."""
    actor = request.actor
    campaign = current_campaign_for(actor=actor)
    row = queries.difficulty_for(actor=actor, campaign=campaign, number=number)
    match payload.step:
        case "accept":
            return actions.accept(actor=actor, difficulty=row, revision=payload.revision)
        case "return":
            return actions.return_difficulty(
                actor=actor, difficulty=row, reason=payload.reason, revision=payload.revision
            )
        case "answer":
            return actions.answer(actor=actor, difficulty=row, text=payload.answer, revision=payload.revision)
        case "reclassify":
            return actions.reclassify(
                actor=actor,
                difficulty=row,
                group=payload.group,
                area=payload.area,
                competent_level=payload.competent_level,
                revision=payload.revision,
            )
        case "merge":
            into = queries.difficulty_for(actor=actor, campaign=campaign, number=payload.into)
            return actions.merge(actor=actor, difficulty=row, into=into, revision=payload.revision)
    raise Refused("difficulty.step_unknown", _("There is no such step."), field="step")


@router.get("/practices", response=list[PracticeOut])
@paginate(PageNumberPagination, page_size=50)
@needs(permissions.PRACTICE_READ)
def list_practices(request: Request, area: str = "", state: str = "", unit: str = "", q: str = "") -> object:
    """List good practice by unit and area."""
    campaign = current_campaign_for(actor=request.actor)
    return queries.search_practices_for(
        actor=request.actor, campaign=campaign, area=area, state=state, unit=unit, text=q
    )
