"""Sentences for the codes that rules return: broken rules, faults, reasons, terms of the objective."""

from collections.abc import Iterable, Mapping

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.kernel.errors import Text
from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.checker import Violation
from haicap.timetable.rules.faults import Fault

RULE_TEXTS: Mapping[str, Text] = {
    "visit.unknown_unit": gettext_lazy("the unit is not surveyed in this campaign"),
    "visit.unknown_team": gettext_lazy("there is no such team"),
    "visit.outside_window": gettext_lazy("the half-day lies outside the window of visits"),
    "visit.order_wrong": gettext_lazy("the order within the half-day is wrong"),
    "visit.too_long": gettext_lazy("the visit is longer than the half-day"),
    "visit.composition": gettext_lazy("too few of those present cover a content area"),
    "unit.twice": gettext_lazy("the unit has two visits"),
    "unit.blocked": gettext_lazy("the unit blocked this half-day"),
    "unit.mode_not_allowed": gettext_lazy("the unit is not to be surveyed in this way"),
    "unit.no_coordinates": gettext_lazy("the unit has no coordinates, so travel cannot be worked out"),
    "unit.needs_whole_day": gettext_lazy("an island takes the whole day of a team"),
    "unit.needs_half_day": gettext_lazy("only an island in person takes a whole day"),
    "team.unavailable": gettext_lazy("the team cannot work then: nobody to lead it or too few members"),
    "team.two_places": gettext_lazy("the team already has a visit on this half-day"),
    "team.half_day_too_short": gettext_lazy("two visits and the way between them do not fit the half-day"),
    "team.too_many_visits": gettext_lazy("the team has more visits on this day than it may"),
    "team.days_in_row": gettext_lazy("the team is on the road too many days in a row"),
    "person.two_places": gettext_lazy("somebody is needed in two teams at the same time"),
    "bridge.missing": gettext_lazy("the online visit has no bridge point"),
    "bridge.unknown": gettext_lazy("there is no such bridge point"),
    "bridge.unavailable": gettext_lazy("the bridge point is not open then"),
    "bridge.full": gettext_lazy("the bridge point has no room or technician left then"),
    "team.too_many_online": gettext_lazy("the half-day already holds as many online sessions as allowed"),
    "team.too_far": gettext_lazy("the lunch break is too short for the way between morning and afternoon"),
    "pin.moved": gettext_lazy("the visit is pinned: unpin it first"),
    "plan.unserved_differs": gettext_lazy("the plan's list of units left out is wrong"),
    "plan.objective_differs": gettext_lazy("the plan's cost is wrong"),
    "plan.bound_above_cost": gettext_lazy("the plan's bound is wrong: it lies above its cost"),
}  # fmt: skip
FAULT_TEXTS: Mapping[str, Text] = {
    "window.no_working_days": gettext_lazy("the window of visits has no working day"),
    "window.slot_twice": gettext_lazy("a half-day stands twice in the window"),
    "window.too_long": gettext_lazy("the window has %(value)s half-days; at most %(most)s are taken"),
    "weight.negative": gettext_lazy("a weight must not be negative"),
    "weight.not_whole": gettext_lazy("a weight must be a whole number"),
    "weight.too_large": gettext_lazy("a weight must be at most 10,000,000 points"),
    "limit.not_positive": gettext_lazy("this value must be greater than zero"),
    "limit.road_factor_below_one": gettext_lazy("a road is never shorter than the straight line: at least 1"),
    "limit.negative": gettext_lazy("this value must not be negative"),
    "limit.not_finite": gettext_lazy("this value must be a finite number"),
    "limit.not_whole": gettext_lazy("this value must be a whole number"),
    "limit.quorum_out_of_range": gettext_lazy("the share of members must lie between 0 and 100 percent"),
    "composition.area_twice": gettext_lazy("the composition asks for a content area twice"),
    "composition.negative": gettext_lazy("the composition asks for less than nobody"),
    "setting.unknown": gettext_lazy("there is no such setting"),
    "setting.not_a_number": gettext_lazy("this setting must be a number"),
    "setting.not_whole": gettext_lazy("this setting must be a whole number"),
    "setting.composition": gettext_lazy("this setting must be “complete” or “quorum”"),
    "setting.not_by_unit": gettext_lazy("this setting must give minutes by unit code"),
    "setting.not_bridges": gettext_lazy("this setting must be a list of at most 200 bridge points"),
    "setting.not_a_place": gettext_lazy("this setting must be a unit code, or have lat and lon"),
    "team.none": gettext_lazy("no team has been formed"),
    "team.too_many": gettext_lazy("there are %(value)s teams; at most %(most)s are taken"),
    "team.twice": gettext_lazy("two teams have the same number"),
    "team.no_base": gettext_lazy("the place where the teams start is not known"),
    "team.base_swapped": gettext_lazy("latitude and longitude of the teams' base look swapped"),
    "team.base_outside": gettext_lazy("the teams' base lies outside Viet Nam"),
    "team.limit_not_positive": gettext_lazy("a team's limit on visits or days must be at least 1"),
    "team.no_members": gettext_lazy("the team has no members, so it visits nothing"),
    "team.no_leader": gettext_lazy("the team has neither head nor deputy, so it visits nothing"),
    "team.never_available": gettext_lazy("the team can never work: nobody leads it or too few members are there"),
    "team.composition_never": gettext_lazy("too few of the team's members cover a content area"),
    "member.twice": gettext_lazy("somebody is listed twice in the team"),
    "member.two_teams": gettext_lazy("somebody belongs to two teams"),
    "setting.bridge_no_code": gettext_lazy("a bridge point has no code of at most 40 characters"),
    "setting.bridge_not_whole": gettext_lazy("rooms and technicians of a bridge point must be whole numbers"),
    "setting.bridge_not_half_days": gettext_lazy("“away” of a bridge point must be a list such as 2025-08-04.morning"),
    "bridge.twice": gettext_lazy("two bridge points have the same code"),
    "bridge.negative": gettext_lazy("a bridge point cannot have less than no rooms or technicians"),
    "bridge.never_available": gettext_lazy("the bridge point is never open, or has no room or technician"),
    "unit.none": gettext_lazy("there is no unit to survey"),
    "unit.too_many": gettext_lazy("there are %(value)s units; at most %(most)s are taken"),
    "unit.twice": gettext_lazy("the unit is listed twice"),
    "unit.no_mode": gettext_lazy("the unit may be surveyed neither in person nor online"),
    "unit.no_coordinates": gettext_lazy("the unit has no coordinates, so it can only be surveyed online"),
    "unit.coordinates_swapped": gettext_lazy("latitude and longitude of the unit look swapped"),
    "unit.coordinates_outside": gettext_lazy("the unit's coordinates lie outside Viet Nam"),
    "unit.blocked_everywhere": gettext_lazy("the unit blocked every half-day of the window"),
    "unit.prefers_blocked": gettext_lazy("the unit prefers a half-day that it also blocked"),
    "unit.prefers_outside": gettext_lazy("the unit prefers a half-day outside the window, which counts for nothing"),
    "unit.minutes_not_positive": gettext_lazy("a visit must last at least a minute"),
    "unit.visit_too_long": gettext_lazy("the visit takes %(value)s minutes, but at most %(most)s fit"),
    "unit.unknown_area": gettext_lazy("the composition asks nobody for a content area of the unit"),
    "unit.no_bridge_ever": gettext_lazy("only surveyed online, but no bridge point is ever open for the unit"),
    "matrix.not_square": gettext_lazy("the matrix needs one row and one column for each of its places"),
    "matrix.place_twice": gettext_lazy("the matrix lists a place twice"),
    "matrix.not_finite": gettext_lazy("the matrix has a way that is not a finite number"),
    "matrix.negative": gettext_lazy("the matrix has a negative way: %(value)s"),
    "matrix.too_far": gettext_lazy("the matrix has a way longer than once around the Earth: %(value)s"),
    "matrix.diagonal": gettext_lazy("the matrix has a way from a place to itself that is not zero: %(value)s"),
    "matrix.place_missing": gettext_lazy("the matrix does not know the unit"),
    "matrix.base_missing": gettext_lazy("the matrix does not know where the team starts"),
    "matrix.triangle": gettext_lazy("the direct way is %(value)s minutes longer than by way of the place between"),
    "previous.unit_twice": gettext_lazy("the unit has two visits in the calendar in force"),
    "pin.unit_twice": gettext_lazy("two pins for one unit"),
    "pin.unknown_unit": gettext_lazy("a pin for a unit that is not surveyed"),
    "pin.unknown_team": gettext_lazy("a pin for a team that does not exist"),
    "pin.outside_window": gettext_lazy("a pin outside the window of visits"),
    "pin.team_unavailable": gettext_lazy("a pin on a half-day on which the team cannot work"),
    "pin.unit_blocked": gettext_lazy("a pin on a half-day that the unit blocked"),
    "pin.mode_not_allowed": gettext_lazy("a pin with a way of surveying that the unit does not allow"),
    "pin.no_coordinates": gettext_lazy("a pin in person for a unit without coordinates"),
    "pin.whole_day_wrong": gettext_lazy("a pin of the wrong length: only an island in person takes a day"),
    "pin.too_long": gettext_lazy("a pin in person for a visit that is longer than the half-day"),
    "pin.composition": gettext_lazy("a pin on a half-day on which too few of the team cover a content area"),
    "pin.same_half_day": gettext_lazy("two pins of one team on the same half-day"),
    "pin.half_day_too_short": gettext_lazy("two pins of one team and the way between do not fit the half-day"),
    "pin.too_far": gettext_lazy("two pins of one team on one day are too far apart"),
    "pin.too_many_visits": gettext_lazy("a team has more pins on one day than it may make visits"),
    "pin.days_in_row": gettext_lazy("pins keep a team on the road too many days in a row"),
    "pin.no_bridge": gettext_lazy("more teams are pinned online than the bridge points hold at that time"),
}  # fmt: skip
REASON_TEXTS: Mapping[str, Text] = {
    "blocked_everywhere": gettext_lazy("blocked every half-day"),
    "no_coordinates": gettext_lazy("no coordinates"),
    "too_long": gettext_lazy("the visit is longer than a half-day"),
    "no_bridge": gettext_lazy("no bridge point is open on the half-days that suit the unit"),
    "composition": gettext_lazy("no team covers the content areas of the unit on the half-days that suit it"),
    "no_whole_day": gettext_lazy("no team has a whole day free of blocked half-days"),
    "no_team_then": gettext_lazy("no team can work on the half-days that suit the unit"),
    "no_room": gettext_lazy("no room left in the window"),
}
TERM_TEXTS: Mapping[str, Text] = {
    "unserved": gettext_lazy("Units left out"),
    "mode": gettext_lazy("Surveyed otherwise than asked"),
    "preference": gettext_lazy("Preferred half-days"),
    "change": gettext_lazy("Changes against the published calendar"),
    "load": gettext_lazy("Uneven load"),
    "province": gettext_lazy("Fairness between former provinces"),
    "team_day": gettext_lazy("Days on which a team is called out"),
    "travel": gettext_lazy("Travel"),
}
HALF_TEXTS: Mapping[HalfDay, Text] = {
    HalfDay.MORNING: gettext_lazy("morning"),
    HalfDay.AFTERNOON: gettext_lazy("afternoon"),
}


def slot_text(slot: Slot) -> str:
    """Return "morning of 04/08/2025" in the language of the moment."""
    return _("%(half)s of %(day)s") % {
        "half": HALF_TEXTS[slot.half],
        "day": date_format(slot.day, "d/m/Y"),
    }


def violation_text(violation: Violation, names: Mapping[str, str]) -> str:
    """Return a broken rule as a sentence; `names` gives units, areas, people and bridge points by code."""
    parts = _where(
        names, violation.unit, violation.person, violation.team, violation.other_team, violation.slot
    )
    text = str(RULE_TEXTS.get(violation.rule, violation.rule))
    for code in (violation.other, violation.area, violation.bridge):
        if code:
            text += f" ({names.get(code, code)})"
    if violation.minutes is not None:
        text += " " + _("(%(minutes)s minutes)") % {"minutes": violation.minutes}
    return f"{', '.join(parts)}: {text}" if parts else text


def fault_text(fault: Fault, names: Mapping[str, str]) -> str:
    """Return a fault of the problem as a sentence; `names` as for `violation_text`."""
    parts = [fault.setting] if fault.setting else []
    parts += _where(names, fault.unit, fault.member, fault.team, fault.other_team, fault.slot)
    if fault.places:
        parts.append(" – ".join(names.get(place, place) for place in fault.places))
    numbers = {
        name: None if value is None else number_format(value, force_grouping=True)
        for name, value in (("value", _short(fault.value)), ("most", _short(fault.most)))
    }
    text = str(FAULT_TEXTS.get(fault.code, fault.code)) % numbers
    for code in (fault.other, fault.area, fault.bridge):
        if code:
            text += f" ({names.get(code, code)})"
    return f"{', '.join(parts)}: {text}" if parts else text


def _short(value: float | None) -> float | None:
    """Return a number with at most one place behind the comma."""
    return value if value is None else int(value) if value == int(value) else round(value, 1)


def _where(
    names: Mapping[str, str],
    unit: str | None,
    person: str | None,
    team: int | None,
    other_team: int | None,
    slot: Slot | None,
) -> list[str]:
    parts = [names.get(code, code) for code in (unit, person) if code]
    numbers = [number for number in (team, other_team) if number is not None]
    parts += [_("team %(number)s") % {"number": number} for number in numbers]
    return [*parts, slot_text(slot)] if slot else parts


def joined(sentences: Iterable[str], *, most: int = 8) -> str:
    """Return sentences on one line, the first `most` of them and how many more there are."""
    listed = list(sentences)
    text = "; ".join(listed[:most])
    rest = len(listed) - most
    return text + (_("; and %(count)s more") % {"count": rest} if rest > 0 else "")
