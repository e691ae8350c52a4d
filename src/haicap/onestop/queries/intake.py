"""What a counter chooses from when somebody hands something in."""

from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.text import fold
from haicap.onestop.models import Dossier, ProcedureVersion
from haicap.register.models import Unit
from haicap.register.queries import units_for

MOST_FOUND, MOST_FREQUENT = 30, 8
FREQUENT = timedelta(days=30)


def versions_on(*, day: date) -> QuerySet[ProcedureVersion]:
    """Return the versions of procedures in force on `day`, by code."""
    rows = ProcedureVersion.objects.filter(valid_from__lte=day).exclude(valid_to__lte=day)
    rows = rows.exclude(procedure__withdrawn_on__lte=day).select_related("procedure", "competent_body")
    return rows.order_by("procedure__code")


def versions_found(*, text: str, day: date | None = None) -> list[ProcedureVersion]:
    """Return the procedures in force whose code or name holds every word of `text`, at most 30."""
    rows = versions_on(day=day or timezone.localdate())
    if not text.strip():
        return []
    by_name = Q()
    for word in fold(text)[:100].split():
        by_name &= Q(folded__contains=word)
    return list(rows.filter(by_name | Q(procedure__code__startswith=text.strip()))[:MOST_FOUND])


def version_named(*, code: str, day: date | None = None) -> ProcedureVersion:
    """Return the version of a procedure in force on `day` (today); raises Missing."""
    version = versions_on(day=day or timezone.localdate()).filter(procedure__code=code).first()
    if version is None:
        raise Missing(
            "procedure.not_in_force", _("This procedure is not in force today. Choose another."), field="procedure"
        )  # fmt: skip
    return version


def frequent_for(*, actor: Actor) -> list[ProcedureVersion]:
    """Return the procedures that the actor's body received most in the last 30 days; two queries."""
    rows = Dossier.objects.filter(
        received_body_id=actor.body_id or -1, received_at__gte=timezone.now() - FREQUENT
    )
    counted = rows.order_by().values_list("version__procedure").annotate(number=Count("pk"))
    keys = [pk for pk, _number in counted.order_by("-number")[:MOST_FREQUENT]]
    found = {
        row.procedure_id: row for row in versions_on(day=timezone.localdate()).filter(procedure__in=keys)
    }
    if not found:
        return list(versions_on(day=timezone.localdate())[:MOST_FREQUENT])
    return [found[pk] for pk in keys if pk in found]


def communes_for(*, actor: Actor) -> QuerySet[Unit]:
    """Return the communes of today from which an address is chosen, by name."""
    return units_for(actor=actor).order_by("full_name", "code")
