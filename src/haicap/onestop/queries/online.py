"""What can be handed in online, and where."""

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.errors import Missing
from haicap.kernel.text import fold
from haicap.onestop.models import Centre, ProcedureVersion
from haicap.onestop.queries.centres import open_centres_on
from haicap.register.models import Unit


def online_versions(*, text: str = "") -> QuerySet[ProcedureVersion]:
    """Return the versions valid today that may be handed in online, by field and name."""
    today = timezone.localdate()
    rows = (
        ProcedureVersion.objects.filter(valid_from__lte=today)
        .filter(Q(valid_to=None) | Q(valid_to__gt=today))
        .exclude(online=ProcedureVersion.Online.NONE)
        .exclude(procedure__withdrawn_on__lte=today)
        .select_related("procedure", "competent_body")
    )
    if text := fold(text)[:100]:
        rows = rows.filter(Q(folded__contains=text) | Q(procedure__code__icontains=text))
    return rows.order_by("field", "name_vi")


def online_version(*, code: str) -> ProcedureVersion:
    """Return the version of a procedure that may be handed in online today; raises Missing."""
    version = online_versions().filter(procedure__code=code).first()
    if version is None:
        raise Missing(
            "procedure.not_online",
            _("This procedure cannot be handed in online today. Any centre receives it."),
        )
    return version


def centres_taking(*, version: ProcedureVersion) -> QuerySet[Centre]:
    """Return the centres open today that receive a procedure."""
    rows = open_centres_on(day=timezone.localdate())
    return rows if version.non_territorial else rows.filter(kind=Centre.Kind.COMMUNE)


def communes_today() -> QuerySet[Unit]:
    """Return today's communes by name."""
    return Unit.objects.filter(level="commune", valid_to=None).order_by("folded")
