"""Reads of petitions: a body sees those about itself; a citizen one by its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.onestop import permissions
from haicap.onestop.models import Feedback
from haicap.onestop.queries.centres import open_centres_on
from haicap.register.models import Body

OPEN, LATE, ANSWERED = "open", "late", "answered"


def petitions_for(*, actor: Actor) -> QuerySet[Feedback]:
    """Return the petitions about the actor's body; the command line sees all."""
    rows = Feedback.objects.filter(kind=Feedback.Kind.PETITION).select_related(
        "body", "dossier", "answered_by"
    )
    if actor.is_system:
        return rows
    if not actor.may(permissions.FEEDBACK) or actor.body_id is None:
        return rows.none()
    return rows.filter(body_id=actor.body_id)


def petition_for(*, actor: Actor, pk: int) -> Feedback:
    """Return one visible petition; raises Missing."""
    return _one(petitions_for(actor=actor).filter(pk=pk))


def petition_by_key(*, key: str) -> Feedback:
    """Return the petition whose key a citizen holds; raises Missing."""
    rows = Feedback.objects.filter(kind=Feedback.Kind.PETITION).select_related("body")
    return _one(rows.filter(key=key.strip().upper() or "-"))


def _one(rows: QuerySet[Feedback]) -> Feedback:
    found = rows.first()
    if found is None:
        raise Missing("petition.missing", _("There is no such petition, or not for you."))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many petitions are in which state; `first_due` is the day of the open one that is due first."""

    open: int
    late: int
    answered: int
    satisfied: int
    judged: int
    first_due: date | None


def tally_for(*, actor: Actor) -> Tally:
    """Return the counts of the visible petitions (one query)."""
    today = timezone.localdate()
    waiting = Q(answered_at=None)
    found = petitions_for(actor=actor).aggregate(
        open=Count("pk", filter=waiting),
        first_due=Min("due_on", filter=waiting),
        late=Count("pk", filter=waiting & Q(due_on__lt=today)),
        answered=Count("pk", filter=~waiting),
        judged=Count("pk", filter=Q(satisfied__isnull=False)),
        content=Count("pk", filter=Q(satisfied=True)),
    )
    return Tally(satisfied=found.pop("content"), **found)


def petition_list(*, actor: Actor, state: str = OPEN) -> QuerySet[Feedback]:
    """Return the visible petitions of a state, those due first at the top."""
    rows = petitions_for(actor=actor)
    if state == ANSWERED:
        return rows.filter(answered_at__isnull=False).order_by("-answered_at")
    rows = rows.filter(answered_at=None)
    if state == LATE:
        rows = rows.filter(due_on__lt=timezone.localdate())
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def bodies_to_petition() -> Sequence[tuple[str, str]]:
    """Return whom a petition may be about: open centres, then the committees of today's communes."""
    centres = open_centres_on(day=timezone.localdate()).values_list("body__code", "body__name_vi")
    communes = Body.objects.filter(kind=Body.Kind.COMMUNE_COMMITTEE, unit__valid_to=None)
    others = Body.objects.filter(
        procedures__isnull=False
    ).distinct()  # departments and bodies acting for others
    rows = [
        *centres,
        *others.order_by("name_vi").values_list("code", "name_vi"),
        *communes.order_by("name_vi").values_list("code", "name_vi"),
    ]
    return list(dict(rows).items())
