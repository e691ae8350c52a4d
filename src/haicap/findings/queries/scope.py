"""Whose units an actor sees, and how text is searched."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor, Role
from haicap.kernel.text import fold, nfc
from haicap.timetable.queries import visits_for

M = TypeVar("M", bound=Model)


def seen_by(*, actor: Actor, campaign: Campaign) -> Q:
    """Return the condition on a row's `unit` and `entered_by` for what `actor` may see.

    Central people and departments see all units, communes their own, team people the units their teams visit
    and what they entered themselves.
    """
    if actor.is_central or Role.DEPARTMENT_OFFICER in actor.roles:
        return Q()
    seen = Q(entered_by_id=actor.person_id or -1)
    if actor.is_commune:
        seen |= Q(unit_id=actor.unit_id or -1)
    if actor.is_team:
        seen |= Q(unit__in=visits_for(actor=actor, campaign=campaign).values("unit_id"))
    return seen


def folded(parts: Iterable[str]) -> str:
    """Return what a row is searched by: without diacritics, and as written in lower case."""
    text = nfc(" ".join(part for part in parts if part))
    return f"{fold(text)}\n{text.casefold()}"


def found_by(rows: QuerySet[M], *, text: str) -> QuerySet[M]:
    """Narrow `rows` to those holding every word of `text`; a word typed with diacritics must match them."""
    for word in nfc(text).casefold().split():
        rows = rows.filter(folded__contains=word)
    return rows
