"""Figures of bodies in a period, aggregated by the database: the same number of queries for one body and for all."""

from dataclasses import dataclass
from functools import reduce
from operator import add

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.onestop import permissions
from haicap.onestop.models import Dossier, Feedback
from haicap.onestop.queries.measures import BODY, behind, counts_by_body
from haicap.onestop.rules.figures import Counts, Line, Measure, Period, Petitions, Side, a4a_lines
from haicap.register.models import Body

_NOTHING = Counts()
_NO_PETITIONS = Petitions()


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyEvidence:
    """What the ledger says of one body: the dossiers it is competent for, those it received, its petitions."""

    body: Body
    competent: Counts
    received: Counts
    petitions: Petitions

    def counts(self, side: Side) -> Counts:
        """Return the counts of one side."""
        return self.received if side is Side.RECEIVED else self.competent

    @property
    def side(self) -> Side:
        """The side by which the body is judged: a centre by what it received, others by competence."""
        return Side.RECEIVED if self.body.kind == Body.Kind.CENTRE else Side.COMPETENT

    @property
    def main(self) -> Counts:
        """The counts of that side."""
        return self.counts(self.side)

    @property
    def lines(self) -> list[Line]:
        """Fields A4a.03 to A4a.12."""
        return a4a_lines(competent=self.competent, received=self.received, petitions=self.petitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The bodies that an actor may see, by kind and code, in a period; `competent` and `received` sum them up."""

    period: Period
    rows: tuple[BodyEvidence, ...]

    @property
    def competent(self) -> Counts:
        """The sum over the bodies by competence."""
        return reduce(add, (row.competent for row in self.rows), _NOTHING)

    @property
    def received(self) -> Counts:
        """The sum over the bodies by receipt."""
        return reduce(add, (row.received for row in self.rows), _NOTHING)

    @property
    def is_even(self) -> bool:
        """True where taken for others equals taken by others, as it must over all bodies of the City."""
        return self.competent.across == self.received.across


def bodies_for(*, actor: Actor) -> QuerySet[Body]:
    """Return the bodies whose figures `actor` may see: all for the centre of the survey, else the own one."""
    rows = Body.objects.select_related("unit").order_by("kind", "code")
    if not actor.may(permissions.EVIDENCE):
        return rows.none()
    return rows if actor.is_central else rows.filter(pk=actor.body_id or -1)


def body_for(*, actor: Actor, code: str) -> Body:
    """Return one such body; raises Missing."""
    actor.must(permissions.EVIDENCE)
    body = bodies_for(actor=actor).filter(code=code).first()
    if body is None:
        raise Missing("evidence.body", _("There is no such body, or not for you."))
    return body


def evidence_for(*, actor: Actor, period: Period, body: Body | None = None) -> Evidence:
    """Return the figures of `body`, or of every body that `actor` may see and that has any or should have.

    Eight queries. Raises NotAllowed, and Missing for a body that is not visible.
    """
    actor.must(permissions.EVIDENCE)
    visible = bodies_for(actor=actor)
    if body is not None:
        visible = visible.filter(pk=body.pk)
    whole = actor.is_central and body is None
    keys = [] if whole else list(visible.values_list("pk", flat=True))
    counted = {}
    for side in (Side.COMPETENT, Side.RECEIVED):
        rows = Dossier.objects.all() if whole else Dossier.objects.filter(**{f"{BODY[side]}__in": keys})
        counted[side] = counts_by_body(rows=rows, period=period, side=side)
    petitions = petitions_by_body(period=period)
    if whole:
        active = counted[Side.COMPETENT].keys() | counted[Side.RECEIVED].keys() | petitions.keys()
        visible = visible.filter(_shown(period) | Q(pk__in=active)).distinct()
    found = tuple(
        BodyEvidence(
            body=row,
            competent=counted[Side.COMPETENT].get(row.pk, _NOTHING),
            received=counted[Side.RECEIVED].get(row.pk, _NOTHING),
            petitions=petitions.get(row.pk, _NO_PETITIONS),
        )
        for row in visible
    )
    if body is not None and not found:
        raise Missing("evidence.body", _("There is no such body, or not for you."))
    return Evidence(period=period, rows=found)


def _shown(period: Period) -> Q:
    """Bodies that stand in the table even without a dossier: communes of today, and open centres."""
    communes = Q(kind=Body.Kind.COMMUNE_COMMITTEE, unit__valid_to=None)
    centres = Q(centres__opened_on__lte=period.end) & (
        Q(centres__closed_on=None) | Q(centres__closed_on__gt=period.start)
    )
    return communes | centres


def petitions_by_body(*, period: Period) -> dict[int, Petitions]:
    """Return the petitions received in the period by body (one query)."""
    rows = Feedback.objects.filter(
        kind=Feedback.Kind.PETITION, received_at__gte=period.opens, received_at__lt=period.closes
    )
    answered = Q(answered_at__isnull=False)
    counted = (
        rows.order_by()
        .values("body_id")
        .annotate(
            received=Count("pk"),
            answered=Count("pk", filter=answered),
            answered_on_time=Count("pk", filter=answered & Q(answered_at__date__lte=F("due_on"))),
            judged=Count("pk", filter=Q(satisfied__isnull=False)),
            satisfied_number=Count("pk", filter=Q(satisfied=True)),
        )
    )
    return {
        row["body_id"]: Petitions(
            received=row["received"], answered=row["answered"], answered_on_time=row["answered_on_time"],
            judged=row["judged"], satisfied=row["satisfied_number"],
        )
        for row in counted
    }  # fmt: skip


def dossiers_behind_for(
    *, actor: Actor, period: Period, measure: Measure, side: Side, body: Body | None = None
) -> QuerySet[Dossier]:
    """Return the dossiers behind a count, newest first: as many as the count says, without their applicants.

    Of one visible body, or of all for who sees all. Who may read figures sees codes, procedures, bodies and times
    of the dossiers that made them; who asks and why stays with the bodies that have a part. Raises NotAllowed.
    """
    actor.must(permissions.EVIDENCE)
    visible = bodies_for(actor=actor)
    rows = Dossier.objects.all()
    if body is not None:
        visible = visible.filter(pk=body.pk)
    if body is not None or not actor.is_central:
        rows = rows.filter(**{f"{BODY[side]}__in": visible.values("pk")})
    found = behind(rows=rows, measure=measure, period=period).defer("life")
    return found.select_related(
        "version__procedure", "received_body", "competent_body", "returned_body"
    ).order_by("-received_at", "-pk")


def today() -> Period:
    """Return the month up to today, or the whole last month on its first day."""
    now = timezone.localtime()
    return Period(start=now.date().replace(day=1), end=now.date(), now=now)


def petitions_for(*, actor: Actor, period: Period, body: Body) -> list[Feedback]:
    """Return the newest petitions about a visible body received in the period, without who wrote them."""
    visible = bodies_for(actor=actor).filter(pk=body.pk)
    rows = Feedback.objects.filter(
        kind=Feedback.Kind.PETITION, body__in=visible, received_at__gte=period.opens,
        received_at__lt=period.closes,
    )  # fmt: skip
    return list(rows.defer("name", "contact").select_related("dossier").order_by("-received_at")[:50])
