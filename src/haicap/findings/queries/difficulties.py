"""Reads of difficulties."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.findings import permissions, rules
from haicap.findings.models import Difficulty
from haicap.findings.queries.scope import found_by, seen_by
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing


def difficulties_for(*, actor: Actor, campaign: Campaign) -> QuerySet[Difficulty]:
    """Return the difficulties `actor` may see; a draft is seen only by its author and the author's unit."""
    actor.must(permissions.READ)
    rows = Difficulty.objects.filter(campaign=campaign).filter(seen_by(actor=actor, campaign=campaign))
    if not actor.is_system:
        own = Q(entered_by_id=actor.person_id or -1)
        if actor.is_commune:
            own |= Q(entered_by__body__unit_id=actor.unit_id or -1)
        rows = rows.filter(~Q(state=Difficulty.State.DRAFT) | own)
    return rows.select_related("unit", "area", "entered_by", "duplicate_of").order_by("number")


def difficulty_for(*, actor: Actor, campaign: Campaign, number: int) -> Difficulty:
    """Return one visible difficulty; raises Missing."""
    row = difficulties_for(actor=actor, campaign=campaign).filter(number=number).first()
    if row is None:
        raise Missing("difficulty.missing", _("There is no such difficulty, or not for you."))
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list of difficulties is narrowed by; codes, empty for all. `counted` leaves drafts and merged out."""

    group: str = ""
    level: str = ""
    area: str = ""
    severity: str = ""
    state: str = ""
    unit: str = ""
    text: str = ""
    counted: bool = False


def search_difficulties_for(*, actor: Actor, campaign: Campaign, wanted: Filter) -> QuerySet[Difficulty]:
    """Return the visible difficulties that match `wanted`, by number."""
    rows = difficulties_for(actor=actor, campaign=campaign)
    pairs = (
        ("group", wanted.group),
        ("competent_level", wanted.level),
        ("area__code", wanted.area),
        ("state", wanted.state),
        ("unit__code", wanted.unit),
    )
    for name, value in pairs:
        if value:
            rows = rows.filter(**{name: value})
    if wanted.severity.isdigit():
        rows = rows.filter(severity=int(wanted.severity))
    if wanted.counted and not wanted.state:
        rows = rows.filter(state__in=rules.COUNTED)
    return found_by(rows, text=wanted.text)


def matrix_for(*, actor: Actor, campaign: Campaign) -> tuple[list[rules.MatrixRow], tuple[int, ...]]:
    """Return how many difficulties stand in each group and level (one query); see rules.matrix."""
    rows = (
        difficulties_for(actor=actor, campaign=campaign)
        .filter(state__in=rules.COUNTED)
        .order_by()
        .values_list("group", "competent_level")
        .annotate(n=Count("pk"))
    )
    return rules.matrix(counts={(group, level): n for group, level, n in rows})
