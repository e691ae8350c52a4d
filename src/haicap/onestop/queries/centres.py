"""Reads of centres: everybody of the house sees them; each body keeps its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.accounts.models import Person
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Missing, Text
from haicap.kernel.tables import read_csv
from haicap.kernel.text import fold
from haicap.onestop import permissions
from haicap.onestop.models import Centre, CentreFact, Counter, Outage, ProcedureVersion, Ticket
from haicap.onestop.rules.facts import FactKind, kind_of

FACTS_FILE = "centre_facts.csv"
FACT_COLUMNS = ("key", "label_vi", "label_en", "type", "unit", "minimum", "maximum", "choices")


def centres_for(*, actor: Actor) -> QuerySet[Centre]:
    """Return the centres, ordered by code."""
    rows = Centre.objects.select_related("body", "former_district", "unit", "parent", "successor")
    return rows.order_by("code") if actor.may(permissions.CENTRE_READ) else rows.none()


def centre_for(*, actor: Actor, code: str) -> Centre:
    """Return the centre with this code; raises Missing."""
    return _one(centres_for(actor=actor), code)


def kept_centres_for(*, actor: Actor) -> QuerySet[Centre]:
    """Return the centres whose counters, facts and queue the actor keeps: those of the own body.

    An administrator and the command line keep all.
    """
    rows = centres_for(actor=actor)
    if actor.is_system or Role.ADMINISTRATOR in actor.roles:
        return rows
    return rows.filter(body_id=actor.body_id or -1)


def kept_centre_for(*, actor: Actor, code: str) -> Centre:
    """Return a centre that the actor keeps; raises Missing."""
    return _one(kept_centres_for(actor=actor), code)


def _one(rows: QuerySet[Centre], code: str) -> Centre:
    centre = rows.filter(code=code).first()
    if centre is None:
        raise Missing("centre.unknown", _("There is no such centre, or it is not yours."))
    return centre


def open_centres_on(*, day: date) -> QuerySet[Centre]:
    """Return the centres open to the public on `day`, ordered by code."""
    rows = Centre.objects.filter(opened_on__lte=day).exclude(closed_on__lte=day)
    return rows.select_related("body").order_by("code")


def open_centre(*, code: str, day: date | None = None) -> Centre:
    """Return a centre open on `day` (today), for pages of the public; raises Missing."""
    centre = open_centres_on(day=day or timezone.localdate()).filter(code=code).first()
    if centre is None:
        raise Missing("centre.not_open", _("There is no open centre with this code."))
    return centre


def counters_of(*, centre: Centre, day: date | None = None) -> QuerySet[Counter]:
    """Return the counters that a centre has on `day` (today), by number."""
    rows = Counter.objects.filter(centre=centre).exclude(closed_on__lte=day or timezone.localdate())
    return rows.select_related("officer").order_by("number")


def fields_on(*, day: date) -> list[str]:
    """Return the fields of the procedures valid on `day`, in alphabetical order."""
    rows = ProcedureVersion.objects.filter(valid_from__lte=day).exclude(valid_to__lte=day)
    rows = rows.exclude(procedure__withdrawn_on__lte=day)
    return sorted(set(rows.order_by().values_list("field", flat=True)), key=fold)


@lru_cache(maxsize=1)
def fact_kinds() -> dict[str, FactKind]:
    """Return what may be said of a centre, by key: the fields A11 and A4c of the survey plan."""
    path = settings.HAICAP_PLANS / "onestop" / FACTS_FILE
    table = read_csv(path, name=FACTS_FILE, required=FACT_COLUMNS, max_rows=500, max_bytes=500_000)
    kinds = [kind_of(row.cells) for row in table.rows]
    return {kind.key: kind for kind in kinds}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """A fact that may be known of a centre, and what is known last (None: nothing yet)."""

    kind: FactKind
    latest: CentreFact | None


def facts_of(*, centre: Centre, day: date | None = None) -> list[FactLine]:
    """Return each fact as of `day` (today): the latest day counts, and of one day the latest entry."""
    known: dict[str, CentreFact] = {}
    rows = centre.facts.filter(as_of__lte=day or timezone.localdate()).select_related("recorded_by")
    for fact in rows.order_by("as_of", "pk"):
        known[fact.key] = fact
    return [FactLine(kind=kind, latest=known.get(key)) for key, kind in fact_kinds().items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class CentrePage:
    """A centre with all that stands on its page; `kept` says whether the actor keeps it."""

    centre: Centre
    counters: Sequence[Counter]
    people: Sequence[Person]
    facts: Sequence[FactLine]
    outages: Sequence[Outage]
    branches: Sequence[Centre]
    kept: bool


def centre_page(*, actor: Actor, code: str) -> CentrePage:
    """Return the page of a centre; raises Missing. People are shown to those who keep it."""
    centre = centre_for(actor=actor, code=code)
    kept = kept_centres_for(actor=actor).filter(pk=centre.pk).exists()
    roles = [Role.COUNTER_OFFICER, Role.CENTRE_MANAGER]
    people = Person.objects.filter(body_id=centre.body_id, is_active=True, roles__role__in=roles).distinct()
    return CentrePage(
        centre=centre,
        counters=list(counters_of(centre=centre)),
        people=list(people[:200]) if kept else [],
        facts=facts_of(centre=centre),
        outages=list(centre.outages.all()[:20]),
        branches=list(centre.branches.all()),
        kept=kept,
    )


def centre_list(*, actor: Actor, text: str = "", kind: str = "") -> QuerySet[Centre]:
    """Return the centres that match, with `waiting` tickets and `open_counters` now."""
    today = timezone.localdate()
    rows = centres_for(actor=actor).annotate(
        waiting=Count(
            "tickets",
            filter=Q(tickets__day=today, tickets__state=Ticket.State.WAITING),
            distinct=True,
        ),
        open_counters=Count("counters", filter=Q(counters__is_open=True), distinct=True),
    )
    if text := fold(text)[:100]:
        rows = rows.filter(Q(folded__contains=text) | Q(code__iexact=text))
    if kind in Centre.Kind.values:
        rows = rows.filter(kind=kind)
    return rows


def banner(*, actor: Actor) -> Text | None:
    """Return the mark of sample data, for visitors too, while the centres shown are samples."""
    if actor.is_signed_in and not actor.may(permissions.CENTRE_READ):
        return None
    sample = Centre.objects.filter(is_sample=True).exists()
    return _("SAMPLE DATA: nothing shown here is real.") if sample else None
