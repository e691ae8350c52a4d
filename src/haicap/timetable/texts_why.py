"""Sentences for the compromises of a plan: what was wanted, which rule binds, what giving it would cost."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.kernel.errors import Text
from haicap.timetable.queries.why import Reason
from haicap.timetable.rules.problem import PlacedVisit
from haicap.timetable.rules.why import Explanation, Price
from haicap.timetable.texts import TERM_TEXTS, slot_text

MOST_NAMED = 3
WISH_TEXTS: Mapping[str, Text] = {
    "unserved": gettext_lazy("%(unit)s has no visit: %(reason)s."),
    "mode": gettext_lazy("%(unit)s asked to be surveyed in another way and has %(got)s: %(reason)s."),
    "changed": gettext_lazy("%(unit)s was published for %(wish)s and now has %(got)s: %(reason)s."),
    "unlisted": gettext_lazy("%(unit)s asked for %(wish)s and has %(got)s, not on its list: %(reason)s."),
    "not_first": gettext_lazy("%(unit)s asked for %(wish)s and has %(got)s: %(reason)s."),
}  # fmt: skip
BINDING_TEXTS: Mapping[str, Text] = {
    "pinned": gettext_lazy("its visit is pinned"),
    "blocked": gettext_lazy("the unit itself blocked that half-day"),
    "outside": gettext_lazy("that half-day lies outside the window of visits"),
    "no_team": gettext_lazy("no team is called with enough members then"),
    "composition": gettext_lazy("those present in no team cover every content area then"),
    "taken": gettext_lazy("every team that could go has a visit then"),
    "travel": gettext_lazy("the way is too long for the teams that are free then"),
    "bridge": gettext_lazy("no bridge point has a room and a technician free then"),
    "limit": gettext_lazy("the free teams would exceed their visits a day or days in a row"),
    "rules": gettext_lazy("rules of the plan do not allow it as things are"),
    "dearer": gettext_lazy("it fits, but makes the calendar as a whole worse"),
}  # fmt: skip


def sentence(explanation: Explanation, names: Mapping[str, str], *, whole: bool = True) -> str:
    """Return the account of one compromise; `names` by unit code, the code itself where one is missing.

    Unless `whole`, the other units are only counted, for those who may not see their visits.
    """
    item = explanation
    values = {
        "unit": names.get(item.unit, item.unit),
        "wish": slot_text(item.slot) if item.slot else _("any half-day"),
        "got": _visit(item.got),
        "reason": BINDING_TEXTS[item.binding] if item.examined else _("not examined"),
    }
    if item.areas:
        values["reason"] = f"{values['reason']} ({', '.join(item.areas)})"
    text = str(WISH_TEXTS[item.kind]) % values
    if not item.examined or item.binding in ("pinned", "blocked", "outside"):
        return text
    if item.price is None:
        return text + " " + _("No calendar that grants it was found.")
    return text + " " + _effect(item.price, item.unit, names, most=MOST_NAMED if whole else 0)


def _effect(price: Price, unit: str, names: Mapping[str, str], *, most: int) -> str:
    others = [change for change in price.changes if change.unit != unit]
    moved = [
        _("%(unit)s from %(before)s to %(after)s") % {
            "unit": names.get(change.unit, change.unit),
            "before": _visit(change.before),
            "after": _visit(change.after),
        }
        for change in others[:most]
    ]  # fmt: skip
    if len(others) > most:
        more = _("%(count)s more units") if most else _("%(count)s other units move")
        moved.append(more % {"count": len(others) - most})
    return _("To grant it: %(moves)s; the ways %(km)s, the cost rises by %(points)s points.") % {
        "moves": "; ".join(moved) or _("no other unit moves"),
        "km": (_("grow by %(km)s km") if price.metres >= 0 else _("shrink by %(km)s km"))
        % {"km": number_format(abs(price.metres) / 1000, 1)},
        "points": number_format(price.total / 1000, 1),
    }


def _visit(visit: PlacedVisit | None) -> str:
    if visit is None:
        return _("no visit")
    return _("%(slot)s, team %(team)s") % {"slot": slot_text(visit.slot), "team": visit.team}


COLOURS = {
    "unserved": "red",
    "mode": "orange",
    "changed": "orange",
    "unlisted": "yellow",
    "not_first": "blue",
}


def rows_of(reasons: Iterable[Reason], *, kinds: Mapping[str, Text]) -> list[dict[str, Any]]:
    """Return what a page shows of each reason: unit, kind, sentence, and what giving the wish changes."""
    return [
        {
            "unit": reason.unit,
            "kind": str(kinds[reason.item.kind]),
            "colour": COLOURS[reason.item.kind],
            "sentence": sentence(reason.item, reason.names, whole=reason.whole),
            "terms": _terms(reason.item.price),
        }
        for reason in reasons
    ]


def _terms(price: Price | None) -> list[tuple[str, str]]:
    """Return each part of the cost that changes, in points, with its sign."""
    if price is None:
        return []
    return [
        (str(TERM_TEXTS[name]), f"{'+' if value > 0 else '−'}{number_format(abs(value) / 1000, 1)}")
        for name, value in price.terms.items()
        if abs(value) >= 50
    ]
