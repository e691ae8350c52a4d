"""Rules about one visit alone: its unit, its half-days, the people present, its bridge point."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.checker.found import Violation
from haicap.timetable.rules.checker.view import View, halves
from haicap.timetable.rules.problem import Mode, PlacedVisit, SurveyedUnit, SurveyTeam


def of_visits(view: View) -> Iterator[Violation]:
    """Yield what is wrong with each visit, and with units visited twice."""
    window = set(view.problem.slots)
    for visit in view.visits:
        unit, team = view.units.get(visit.unit), view.teams.get(visit.team)
        if unit is None:
            yield _at("visit.unknown_unit", visit)
        if team is None:
            yield _at("visit.unknown_team", visit)
        yield from (_at("visit.outside_window", visit, slot) for slot in halves(visit) if slot not in window)
        if unit is not None:
            yield from _of_unit(view, visit, unit)
        if team is not None:
            yield from _of_people(view, visit, unit, team)
    for code, times in Counter(visit.unit for visit in view.visits).items():
        if times > 1:
            yield Violation(rule="unit.twice", unit=code)


def _at(rule: str, visit: PlacedVisit, slot: Slot | None = None) -> Violation:
    return Violation(rule=rule, unit=visit.unit, team=visit.team, slot=slot or visit.slot)


def _of_unit(view: View, visit: PlacedVisit, unit: SurveyedUnit) -> Iterator[Violation]:
    yield from (_at("unit.blocked", visit, slot) for slot in halves(visit) if slot in unit.blocked)
    in_person = visit.mode is Mode.IN_PERSON
    broken = {
        "unit.mode_not_allowed": visit.mode not in unit.modes,
        "unit.no_coordinates": in_person and view.roads.unit(unit.code) is None,
        "unit.needs_whole_day": in_person and unit.island and not visit.whole_day,
        "unit.needs_half_day": visit.whole_day and not (in_person and unit.island),
        "visit.order_wrong": visit.whole_day and visit.slot.half is not HalfDay.MORNING,
    }
    yield from (_at(rule, visit) for rule, holds in broken.items() if holds)
    room = view.limits.half_day_minutes * (2 if unit.island else 1)
    if in_person and unit.minutes > room:
        yield Violation(
            rule="visit.too_long", unit=unit.code, team=visit.team, slot=visit.slot, minutes=unit.minutes
        )


def _of_people(
    view: View, visit: PlacedVisit, unit: SurveyedUnit | None, team: SurveyTeam
) -> Iterator[Violation]:
    for slot in halves(visit):
        if not view.presence.led(team, slot):
            yield _at("team.unavailable", visit, slot)
        for area in view.presence.missing(team, slot, unit.areas) if unit else ():
            yield Violation(
                rule="visit.composition", unit=visit.unit, team=visit.team, slot=slot, area=area
            )  # fmt: skip


def of_bridges(view: View) -> Iterator[Violation]:
    """Yield visits online without a bridge point that is open then, and bridge points with too many teams."""
    bridges = {bridge.code: bridge for bridge in view.problem.bridges}
    sessions: dict[tuple[str, Slot], set[int]] = defaultdict(set)
    for visit in view.visits:
        if visit.mode is not Mode.ONLINE or not (bridges or visit.bridge):
            continue
        rule = None
        if not visit.bridge:
            rule = "bridge.missing"
        elif visit.bridge not in bridges:
            rule = "bridge.unknown"
        elif visit.slot not in bridges[visit.bridge].available:
            rule = "bridge.unavailable"
        sessions[visit.bridge, visit.slot].add(visit.team)
        if rule:
            yield Violation(
                rule=rule, unit=visit.unit, team=visit.team, slot=visit.slot, bridge=visit.bridge or None
            )
    for (code, slot), teams in sessions.items():
        if code in bridges and len(teams) > bridges[code].capacity:
            yield Violation(rule="bridge.full", team=max(teams), slot=slot, bridge=code)


def of_pins(view: View) -> Iterator[Violation]:
    """Yield pinned visits that are gone or have another team, half-day or mode."""
    placed = {visit.unit: visit for visit in view.visits}
    for pin in view.problem.pins:
        now = placed.get(pin.unit)
        if now is None or (now.team, now.slot, now.mode) != (pin.team, pin.slot, pin.mode):
            yield Violation(rule="pin.moved", unit=pin.unit, team=pin.team, slot=pin.slot)
