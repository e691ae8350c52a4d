"""Sentences about disturbances: what came up, and what is wrong with an entry."""

from collections.abc import Mapping, Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.kernel.errors import Text
from haicap.kernel.periods import Slot
from haicap.timetable.rules.replan import BRIDGE, MEMBER, TEAM, UNIT, Disturbance, DisturbanceFault
from haicap.timetable.texts import slot_text

DISTURBANCE_TEXTS: Mapping[str, Text] = {
    MEMBER: gettext_lazy("%(name)s is away, %(when)s"),
    TEAM: gettext_lazy("%(name)s is off, %(when)s"),
    UNIT: gettext_lazy("%(name)s cannot be visited, %(when)s"),
    BRIDGE: gettext_lazy("Bridge point %(name)s cannot be used, %(when)s"),
}
FAULT_TEXTS: Mapping[str, tuple[str, Text]] = {
    "unknown_member": ("who", gettext_lazy("There is no such member in any team. Choose from the list.")),
    "unknown_team": ("who", gettext_lazy("There is no such team. Choose from the list.")),
    "unknown_unit": ("who", gettext_lazy("This unit is not surveyed in this campaign. Choose from the list.")),
    "unknown_bridge": ("who", gettext_lazy("There is no such bridge point. Choose from the list.")),
    "no_half_days": ("start", gettext_lazy("Choose the half-days: the last is before the first.")),
    "outside_window": ("start", gettext_lazy("The %(slot)s lies outside the window of visits.")),
    "past": ("start", gettext_lazy("The %(slot)s is over: only today and later can change.")),
    "touches_nothing": (
        "who",
        gettext_lazy(
            "This touches no visit of the calendar in force, so nothing has to change: no visit falls then."
        ),
    ),
}  # fmt: skip


def disturbance_text(item: Disturbance, name: str) -> str:
    """Return what came up as a sentence; `name` is that of the member, team, unit or bridge point."""
    return str(DISTURBANCE_TEXTS[item.kind]) % {"name": name, "when": _when(item.slots)}


def _when(slots: Sequence[Slot]) -> str:
    if len(slots) == 1:
        return slot_text(slots[0])
    return _("from the %(first)s to the %(last)s") % {
        "first": slot_text(min(slots)),
        "last": slot_text(max(slots)),
    }


def disturbance_fault(fault: DisturbanceFault) -> tuple[str, str]:
    """Return the field a fault is about and its sentence."""
    where, text = FAULT_TEXTS[fault.code]
    return where, capfirst(str(text) % {"slot": slot_text(fault.slot) if fault.slot else ""})
