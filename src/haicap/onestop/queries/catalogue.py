"""Reads of the catalogue. Everybody in the house sees it; visitors see what is in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.text import fold
from haicap.onestop import permissions
from haicap.onestop.models import Dossier, Procedure, ProcedureVersion, Publication
from haicap.register.models import Body


def in_force(*, day: date) -> QuerySet[ProcedureVersion]:
    """Return the version of each procedure valid on `day`, without those withdrawn; visitors may read these."""
    rows = ProcedureVersion.objects.filter(valid_from__lte=day).exclude(valid_to__lte=day)
    return rows.exclude(procedure__withdrawn_on__lte=day).select_related("procedure", "competent_body")


def versions_for(
    *, actor: Actor, day: date, text: str = "", field: str = "", level: str = "", state: str = ""
) -> QuerySet[ProcedureVersion]:
    """Return versions found with and without diacritics, by code; `state` is "" (in force), coming or ended."""
    if not actor.may(permissions.CATALOGUE_READ):
        return ProcedureVersion.objects.none()
    rows = ProcedureVersion.objects.select_related("procedure", "competent_body")
    if state == "coming":
        rows = rows.filter(valid_from__gt=day)
    elif state == "ended":
        rows = rows.filter(Q(valid_to__lte=day) | Q(procedure__withdrawn_on__lte=day))
    else:
        rows = in_force(day=day)
    if text.strip():
        rows = rows.filter(folded__contains=fold(text.strip()[:100]))
    if field:
        rows = rows.filter(field=field)
    if level:
        rows = rows.filter(level=level)
    return rows.order_by("procedure__code", "-valid_from")


def fields_known() -> list[str]:
    """Return the fields that occur in the catalogue, in order."""
    return list(ProcedureVersion.objects.order_by("field").values_list("field", flat=True).distinct())


def procedure_for(*, actor: Actor, code: str) -> Procedure:
    """Return a procedure by its code; raises Missing."""
    row = Procedure.objects.filter(code=code).first() if actor.may(permissions.CATALOGUE_READ) else None
    if row is None:
        raise Missing("procedure.missing", _("There is no procedure with this code."))
    return row


def guide_of(*, code: str, day: date) -> ProcedureVersion:
    """Return what is in force of a procedure, for anybody; raises Missing."""
    row = in_force(day=day).filter(procedure__code=code).first()
    if row is None:
        raise Missing("procedure.missing", _("There is no procedure with this code."))
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedurePage:
    """All about a procedure: versions, newest first, each with the number of its dossiers; where it was made public."""

    procedure: Procedure
    versions: Sequence[ProcedureVersion]
    dossiers: Mapping[int, int]
    running: Mapping[int, int]
    publications: Sequence[Publication]
    published: int
    posted: int


def procedure_page(*, actor: Actor, code: str) -> ProcedurePage:
    """Return the page of a procedure in five queries; raises Missing."""
    procedure = procedure_for(actor=actor, code=code)
    versions = list(procedure.versions.select_related("competent_body").order_by("-valid_from"))
    counted = Dossier.objects.filter(version__in=versions).values("version").order_by()
    counts = list(counted.annotate(all=Count("pk"), running=Count("pk", filter=Q(is_open=True))))
    publications = Publication.objects.filter(procedure=procedure).select_related("body", "recorded_by")
    kinds = dict(publications.order_by().values_list("kind").annotate(Count("body", distinct=True)))
    return ProcedurePage(
        procedure=procedure,
        versions=versions,
        dossiers={row["version"]: row["all"] for row in counts},
        running={row["version"]: row["running"] for row in counts},
        publications=list(publications[:200]),
        published=kinds.get(Publication.Kind.PUBLISHED, 0),
        posted=kinds.get(Publication.Kind.POSTED, 0),
    )


def bodies_without(*, procedure: Procedure, kind: str, level: str) -> QuerySet[Body]:
    """Return the committees (or departments) at which a procedure was not made public in this way yet."""
    wanted = Body.Kind.COMMUNE_COMMITTEE if level == ProcedureVersion.Level.COMMUNE else Body.Kind.DEPARTMENT
    done = Publication.objects.filter(procedure=procedure, kind=kind, body=OuterRef("pk"))
    return Body.objects.filter(kind=wanted).exclude(Exists(done)).order_by("code")
