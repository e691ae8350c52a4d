"""Sentences for contradictions: what cannot all hold together."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from haicap.timetable.rules.contradiction import Contradiction, Rule
from haicap.timetable.texts import joined, slot_text

MOST_SLOTS = 4


def lines_of(found: Contradiction, names: Mapping[str, str]) -> list[str]:
    """Return a sentence for each rule of a contradiction; `names` by unit code."""
    return [_line(rule, names) for rule in found.rules]


def _line(rule: Rule, names: Mapping[str, str]) -> str:
    name = names.get(rule.unit, rule.unit)
    if rule.kind == "pin":
        return _("%(unit)s is pinned to %(slots)s.") % {"unit": name, "slots": _slots(rule)}
    if rule.kind == "unit":
        if not rule.slots:
            return _("%(unit)s can be visited on no half-day.") % {"unit": name}
        return _("%(unit)s can be visited only on %(slots)s.") % {"unit": name, "slots": _slots(rule)}
    if rule.kind == "needed":
        return _("The visits of all units take %(most)s half-days of teams.") % {"most": rule.most}
    if rule.kind == "capacity":
        return _("All teams together can work on %(most)s half-days.") % {"most": rule.most}
    when = slot_text(rule.slot) if rule.slot else ""
    if rule.kind == "teams":
        text = ngettext(
            "On %(slot)s %(most)s team can work.", "On %(slot)s %(most)s teams can work.", rule.most
        )
    else:
        text = ngettext(
            "On %(slot)s there is room for %(most)s online session.",
            "On %(slot)s there is room for %(most)s online sessions.",
            rule.most,
        )
    return text % {"slot": when, "most": rule.most}


def _slots(rule: Rule) -> str:
    return joined((slot_text(slot) for slot in rule.slots), most=MOST_SLOTS)
