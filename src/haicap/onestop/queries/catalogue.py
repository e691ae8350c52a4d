"""Reads of the catalogue. Everybody in the house sees it; visitors see what is in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.text import fold
from haicap.onestop import permissions
from haicap.onestop.models import Centre, Dossier, Procedure, ProcedureVersion, Publication
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


def counts_for(*, actor: Actor, day: date) -> Mapping[str, int]:
    """Return how many versions are in force, to come, and ended on `day`."""
    return {
        state or "now": versions_for(actor=actor, day=day, state=state).count()
        for state in ("", "coming", "ended")
    }


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

    @property
    def running_in_all(self) -> int:
        """Return how many dossiers run under any version."""
        return sum(self.running.values())


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
    done = Publication.objects.filter(procedure=procedure, kind=kind, body=OuterRef("pk"))
    return publishers(level=level).exclude(Exists(done))


def publishers(*, level: str) -> QuerySet[Body]:
    """Return the bodies that make procedures of a level public: committees, or departments."""
    commune = level == ProcedureVersion.Level.COMMUNE
    kind = Body.Kind.COMMUNE_COMMITTEE if commune else Body.Kind.DEPARTMENT
    return Body.objects.filter(kind=kind).order_by("code")


def publishers_for(*, actor: Actor) -> QuerySet[Body]:
    """Return the bodies for which the actor may record that procedures were made public."""
    wanted = Body.objects.filter(
        kind__in=[Body.Kind.COMMUNE_COMMITTEE, Body.Kind.DEPARTMENT, Body.Kind.CENTRE]
    )
    if not actor.may(permissions.PUBLISH):
        return wanted.none()
    if not actor.may(permissions.CATALOGUE_WRITE):
        wanted = Body.objects.filter(pk=actor.body_id or -1)
    return wanted.order_by("code")


def publisher_for(*, actor: Actor, code: str = "") -> Body:
    """Return the body with this code, or the own one, or the first for which the actor may record; raises Missing."""
    rows = publishers_for(actor=actor)
    found = (
        rows.filter(code=code).first()
        if code
        else rows.filter(pk=actor.body_id or -1).first() or rows.first()
    )
    if found is None:
        raise Missing("publication.body", _("There is no such body, or not for you."))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class AtBody:
    """What is in force for a body on a day: how much, how much of it made public there, and what is left (by kind)."""

    body: Body
    in_force: int
    done: int
    left: QuerySet[ProcedureVersion]


def made_public_at(*, body: Body, kind: str, day: date) -> AtBody:
    """Return what a body has made public in this way, and what it has not; a commune counts commune procedures."""
    rows = in_force(day=day)
    if body.kind == Body.Kind.COMMUNE_COMMITTEE:
        rows = rows.filter(level=ProcedureVersion.Level.COMMUNE)
    done = Publication.objects.filter(procedure=OuterRef("procedure"), kind=kind, body=body, done_on__lte=day)
    rows = rows.annotate(is_public=Exists(done))
    counts = rows.order_by().aggregate(all=Count("pk"), done=Count("pk", filter=Q(is_public=True)))
    left = rows.filter(is_public=False).order_by("field", "procedure__code")
    return AtBody(body=body, in_force=counts["all"], done=counts["done"], left=left)


def received_since(*, procedure: Procedure, day: date) -> int:
    """Return how many dossiers received on or after `day` keep a version that began earlier."""
    rows = Dossier.objects.filter(version__procedure=procedure, version__valid_from__lt=day)
    return rows.filter(received_at__date__gte=day).count()


def centres_open(*, day: date) -> QuerySet[Centre]:
    """Return the centres where anybody may hand in on `day`, those of the City first."""
    rows = Centre.objects.filter(opened_on__lte=day).exclude(closed_on__lte=day)
    own = Q(kind=Centre.Kind.CITY)
    return rows.annotate(is_city=Case(When(own, then=0), default=1)).order_by("is_city", "name_vi")
