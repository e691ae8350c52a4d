"""Figures computed from the ledger and the index of Decision 766 as JSON; the same rows as the pages."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from haicap.kernel.access import Actor, needs
from haicap.kernel.errors import Refused
from haicap.kernel.http import Request
from haicap.onestop import permissions
from haicap.onestop.forms.evidence import LONGEST_DAYS
from haicap.onestop.queries import evidence as queries
from haicap.onestop.queries.computed import computed_for
from haicap.onestop.queries.index import BodyIndex, indexes_for
from haicap.onestop.rules.figures import Counts, Measure, Period, Side
from haicap.register.models import Body

router = Router(tags=["onestop"])
MOST = 500


class Days(Schema):
    """A period of days, both included."""

    start: date
    end: date

    def period(self) -> Period:
        """Return the period, bounded by now; raises Refused."""
        if self.end < self.start or (self.end - self.start).days > LONGEST_DAYS:
            raise Refused(
                "evidence.period", _("This is no period. Give the first and the last day."), field="end"
            )
        return Period(start=self.start, end=self.end, now=timezone.now())


class ShareOut(Schema):
    """A share with what it was divided from; `percent` is None over nothing."""

    numerator: int
    denominator: int
    percent: Decimal | None


class SideOut(Schema):
    """The counts of a body on one side, by measure, with both on-time shares."""

    counts: dict[str, int] = Field(
        description="Number of dossiers by measure; each leads to /evidence/dossiers."
    )
    on_time_of_resolved: ShareOut = Field(description="On time over resolved.")
    on_time_of_received: ShareOut = Field(description="On time over received, as the portal counts.")


class BodyEvidenceOut(Schema):
    """What the ledger says of one body."""

    body: str = Field(description="Code of the body.")
    name: str
    competent: SideOut = Field(description="Dossiers for which it is competent.")
    received: SideOut = Field(description="Dossiers that it received.")


class ComputedFieldOut(Schema):
    """A field of the survey plan, computed."""

    key: str
    text: str = Field(description="As the form of the survey writes it; empty: not known.")
    number: Decimal | None
    source: str
    measure: str | None = Field(description="The dossiers behind it.")
    over: str | None = Field(description="The dossiers behind the denominator.")
    side: str
    as_of: date | None = Field(description="Day of a recorded fact.")
    proof: str


class ItemOut(Schema):
    """An item of the index."""

    code: str
    state: str
    numerator: int | None
    denominator: int | None
    ratio: Decimal | None = Field(description="R in percent.")
    points: Decimal
    of: Decimal = Field(description="What it could give.")
    zero: str = Field(description="What it gives when there is nothing to divide by.")


class IndexOut(Schema):
    """The index of a body with the pack that counted it."""

    body: str
    pack: str
    points: Decimal
    of: Decimal
    score: Decimal | None
    grade: str | None
    items: list[ItemOut]


class BehindOut(Schema):
    """A dossier behind a number, without its applicant."""

    code: str | None
    procedure: str
    status: int
    received: str | None
    competent: str | None
    received_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    on_time: bool | None


class BehindPage(Schema):
    """Some of the dossiers behind a number, and how many there are."""

    count: int
    items: list[BehindOut]


def _share(share: Any) -> ShareOut:
    return ShareOut(numerator=share.numerator, denominator=share.denominator, percent=share.percent)


def _side(counts: Counts) -> SideOut:
    return SideOut(
        counts={measure.value: getattr(counts, measure) for measure in Measure},
        on_time_of_resolved=_share(counts.on_time_of_resolved),
        on_time_of_received=_share(counts.on_time_of_received),
    )


def _body(actor: Actor, code: str) -> Body | None:
    return queries.body_for(actor=actor, code=code) if code else None


@router.get("/evidence", response=list[BodyEvidenceOut])
@needs(permissions.EVIDENCE)
def list_evidence(request: Request, days: Query[Days]) -> list[BodyEvidenceOut]:
    """Return the figures of every body you may see."""
    found = queries.evidence_for(actor=request.actor, period=days.period())
    return [
        BodyEvidenceOut(
            body=row.body.code, name=row.body.name_vi, competent=_side(row.competent),
            received=_side(row.received),
        )
        for row in found.rows
    ]  # fmt: skip


@router.get("/evidence/bodies/{code}/fields", response=list[ComputedFieldOut])
@needs(permissions.EVIDENCE)
def list_fields(request: Request, code: str, days: Query[Days]) -> list[ComputedFieldOut]:
    """Return the fields A4a, A4b, A4c and A11 of the survey plan of a body."""
    body = queries.body_for(actor=request.actor, code=code)
    found = computed_for(actor=request.actor, period=days.period(), body=body)[0]
    return [
        ComputedFieldOut(
            key=one.key, text=one.text, number=one.number, source=one.source.value, measure=one.measure,
            over=one.over, side=one.side.value, as_of=one.as_of, proof=one.proof,
        )
        for one in found.fields.values()
    ]  # fmt: skip


@router.get("/evidence/index", response=list[IndexOut])
@needs(permissions.EVIDENCE)
def list_index(request: Request, days: Query[Days], body: str = "") -> list[IndexOut]:
    """Return the index of Decision 766 of every body you may see, or of one."""
    row = _body(request.actor, body)
    return [_index(one) for one in indexes_for(actor=request.actor, period=days.period(), body=row)]


def _index(row: BodyIndex) -> IndexOut:
    result = row.result
    return IndexOut(
        body=row.evidence.body.code, pack=result.pack.code, points=result.points, of=result.of,
        score=result.score, grade=result.grade.code if result.grade else None,
        items=[
            ItemOut(
                code=one.item.code, state=one.state.value, numerator=one.numerator, denominator=one.denominator,
                ratio=one.ratio, points=one.points, of=one.of, zero=one.item.zero.value,
            )
            for group in result.groups
            for one in group.items
        ],
    )  # fmt: skip


@router.get("/evidence/dossiers", response=BehindPage)
@needs(permissions.EVIDENCE)
def list_behind(
    request: Request,
    days: Query[Days],
    measure: Measure,
    side: Side = Side.COMPETENT,
    body: str = "",
    limit: int = 100,
    offset: int = 0,
) -> BehindPage:
    """Return exactly the dossiers that a number counts, newest first; at most 500 at once."""
    rows = queries.dossiers_behind_for(
        actor=request.actor, period=days.period(), measure=measure, side=side, body=_body(request.actor, body)
    )
    first = max(offset, 0)
    return BehindPage(
        count=rows.count(),
        items=[
            BehindOut(
                code=row.code, procedure=row.version.procedure.code, status=row.status,
                received=row.received_body.code if row.received_body else None,
                competent=row.competent_body.code if row.competent_body else None,
                received_at=row.received_at, due_at=row.due_at, ended_at=row.ended_at, on_time=row.on_time,
            )
            for row in rows[first : first + min(max(limit, 1), MOST)]
        ],
    )  # fmt: skip
