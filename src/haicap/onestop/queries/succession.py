"""Bodies whose unit was merged while dossiers run, and where those go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.onestop import permissions
from haicap.onestop.models import Dossier
from haicap.register.models import Body, Succession


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """Where the running dossiers of a body go; `to` None where somebody must choose, and `reason` says why."""

    body: Body
    to: Body | None
    running: int
    reason: str = ""
    candidates: Sequence[Body] = ()


def running_of(*, body: Body) -> QuerySet[Dossier]:
    """Return the open dossiers for which `body` is competent and whose result is not issued yet."""
    return Dossier.objects.filter(is_open=True, competent_body=body).exclude(status=Dossier.Status.PROCESSED)


def moving_for(*, actor: Actor, body: Body, day: date | None = None) -> Moving:
    """Return where the running dossiers of `body` go by the register. Raises NotAllowed."""
    actor.must(permissions.CENTRE_WRITE)
    running = running_of(body=body).count()
    found = list(_successors(body, day or timezone.localdate()))
    reason = ""
    if not found:
        reason = _("The register knows no successor of the unit of this body on this day.")
    elif len(found) > 1:
        reason = _("The unit was divided among several: choose the body that takes over.")
    to = found[0] if len(found) == 1 else None
    return Moving(body=body, to=to, running=running, reason=reason, candidates=found)


def _successors(body: Body, day: date) -> QuerySet[Body]:
    units = Succession.objects.filter(predecessor_id=body.unit_id or -1, effective__lte=day)
    rows = Body.objects.filter(unit__in=units.values("successor"), kind=body.kind)
    return rows.exclude(pk=body.pk).order_by("code")


def merged_for(*, actor: Actor, day: date | None = None) -> list[Moving]:
    """Return the bodies with running dossiers whose unit has a successor on `day`, the fullest first.

    The number of queries does not grow with the dossiers, but with the merged bodies. Raises NotAllowed.
    """
    actor.must(permissions.CENTRE_WRITE)
    on = day or timezone.localdate()
    counts = _running(on)
    bodies = Body.objects.filter(pk__in=counts)
    found = [moving_for(actor=actor, body=body, day=on) for body in bodies]
    return sorted(found, key=lambda moving: (-moving.running, moving.body.code))


def merged_count_for(*, actor: Actor) -> int:
    """Return how many dossiers run at bodies of merged units; 0 for who does not pass them on. Two queries."""
    if not actor.may(permissions.CENTRE_WRITE):
        return 0
    return sum(_running(timezone.localdate()).values())


def _running(day: date) -> dict[int, int]:
    """Return key of a body of a merged unit -> number of its running dossiers."""
    merged = Succession.objects.filter(effective__lte=day).values("predecessor")
    bodies = list(Body.objects.filter(unit__in=merged).values_list("pk", flat=True))
    if not bodies:
        return {}
    rows = Dossier.objects.filter(is_open=True, competent_body__in=bodies)
    rows = rows.exclude(status=Dossier.Status.PROCESSED).order_by()
    return dict(rows.values_list("competent_body").annotate(number=Count("pk")))
