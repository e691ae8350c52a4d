"""Procedures and where they were made public."""

from datetime import date
from typing import Any

from django.utils import timezone
from ninja import Router, Schema
from ninja.pagination import PageNumberPagination, paginate

from haicap.kernel.access import needs
from haicap.kernel.http import Request
from haicap.onestop import permissions
from haicap.onestop.models import ProcedureVersion
from haicap.onestop.queries import catalogue as queries

router = Router()


class VersionOut(Schema):
    """A version of a procedure; the limit counts `limit_unit`, fees are in đồng."""

    code: str
    number: int
    valid_from: date
    valid_to: date | None
    name_vi: str
    name_en: str
    field: str
    level: str
    competent: str
    competent_body: str
    limit_value: int
    limit_unit: str
    same_day: bool
    online: str
    non_territorial: bool
    papers: list[dict[str, Any]]
    fees: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    legal_basis: str
    source: str
    mark: str

    @staticmethod
    def resolve_code(row: ProcedureVersion) -> str:
        """Return the code of the procedure."""
        return row.procedure.code

    @staticmethod
    def resolve_competent_body(row: ProcedureVersion) -> str:
        """Return the code of the body, "" where a commune is competent."""
        return row.competent_body.code if row.competent_body else ""


@router.get("/procedures", response=list[VersionOut])
@needs(permissions.CATALOGUE_READ)
@paginate(PageNumberPagination, page_size=100)
def procedures(
    request: Request, q: str = "", field: str = "", level: str = "", on: date | None = None
) -> Any:
    """Return the versions in force on a day (today)."""
    day = on or timezone.localdate()
    return queries.versions_for(actor=request.actor, day=day, text=q, field=field, level=level)


@router.get("/procedures/{code}", response=VersionOut)
@needs(permissions.CATALOGUE_READ)
def procedure(request: Request, code: str, on: date | None = None) -> Any:
    """Return the version of a procedure in force on a day (today)."""
    return queries.guide_of(code=code, day=on or timezone.localdate())
