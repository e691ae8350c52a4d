"""Why units did not get what they asked for, as far as an actor may know."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.text import fold
from haicap.register.models import Unit
from haicap.timetable.models import Calendar
from haicap.timetable.queries.calendars import sees_all, visits_of
from haicap.timetable.rules.why import Explanation
from haicap.timetable.rules.why_data import from_data


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """An explanation with its unit; `names` of units by code; `whole`: others' visits may be told too."""

    unit: Unit
    item: Explanation
    names: Mapping[str, str]
    whole: bool


def reasons_for(
    *,
    actor: Actor,
    calendar: Calendar,
    text: str = "",
    kind: str = "",
    former_province: str = "",
    units: Collection[str] | None = None,
) -> Sequence[Reason]:
    """Return the kept explanations, the gravest first, narrowed by name, kind, former province or codes.

    Those who see only their own visits get only the explanations of those.
    """
    items = [from_data(data) for data in calendar.why.get("items", ())]
    if not items:
        return []
    surveyed = surveyed_units_for(actor=actor, campaign=calendar.campaign).select_related("former_province")
    by_code = {unit.code: unit for unit in surveyed}
    names = {code: unit.full_name for code, unit in by_code.items()}
    whole = sees_all(actor)
    if not whole:
        own = set(visits_of(actor=actor, calendar=calendar).values_list("unit__code", flat=True))
        items = [item for item in items if item.unit in own]
    found = []
    wanted = fold(text)
    for item in items:
        unit = by_code.get(item.unit)
        if unit is None or (units is not None and item.unit not in units) or (kind and item.kind != kind):
            continue
        if wanted and wanted not in unit.folded and text.strip() != unit.code:
            continue
        if former_province and (unit.former_province is None or unit.former_province.code != former_province):
            continue
        found.append(Reason(unit=unit, item=item, names=names, whole=whole))
    return found
