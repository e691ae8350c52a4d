"""Rules about what a team, or a person, does at once and one after the other."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.checker.found import Violation
from haicap.timetable.rules.checker.travel import SLACK_MINUTES
from haicap.timetable.rules.checker.view import View
from haicap.timetable.rules.problem import Mode, PlacedVisit, SurveyTeam


def of_teams(view: View) -> Iterator[Violation]:
    """Yield what is wrong with the half-days, the days and the weeks of every team."""
    for (team, slot), together in view.half_days.items():
        if len(together) > 1:
            yield from _of_half_day(view, team, slot, together)
    for (team, day), held in view.days.items():
        yield from _of_day(view, team, day, held)
    yield from _of_weeks(view)
    yield from _of_persons(view)


def _of_half_day(view: View, team: int, slot: Slot, together: Sequence[PlacedVisit]) -> Iterator[Violation]:
    def broken(rule: str, minutes: int | None = None) -> Violation:
        first, last = together[0].unit, together[-1].unit
        return Violation(rule=rule, unit=last, team=team, slot=slot, other=first, minutes=minutes)

    in_person = sum(visit.mode is Mode.IN_PERSON for visit in together)
    if in_person == 0:
        if len(together) > view.limits.online_per_half_day:
            yield broken("team.too_many_online")
    elif not _may_be_two(view, together, in_person):
        yield broken("team.two_places")
    else:
        lasts = _length_of_two(view, *together)
        if lasts is not None:
            yield broken("team.half_day_too_short", lasts)
    if len({visit.order for visit in together}) < len(together):
        yield broken("visit.order_wrong")


def _may_be_two(view: View, together: Sequence[PlacedVisit], in_person: int) -> bool:
    alone = any(visit.whole_day for visit in together) or in_person < len(together)
    return len(together) == 2 and not alone and view.limits.two_visits_minutes > 0


def _length_of_two(view: View, one: PlacedVisit, other: PlacedVisit) -> int | None:
    """Return the minutes two visits take with the way between, None where they may share a half-day."""
    units = [view.units.get(visit.unit) for visit in (one, other)]
    start, end = view.stop(one), view.stop(other)
    if units[0] is None or units[1] is None or start is None or end is None:
        return None
    way = view.roads.minutes(start, end)
    total = units[0].minutes + way + units[1].minutes
    near = way <= view.limits.two_visits_minutes + SLACK_MINUTES
    return None if near and total <= view.limits.half_day_minutes + SLACK_MINUTES else math.ceil(total)


def _of_day(view: View, number: int, day: date, held: Sequence[PlacedVisit]) -> Iterator[Violation]:
    team = view.teams.get(number)
    if team is None:
        return
    if len(held) > team.most_per_day:
        last = held[-1]
        yield Violation(rule="team.too_many_visits", unit=last.unit, team=number, slot=last.slot)
    mornings = [visit for visit in held if visit.slot.half is HalfDay.MORNING and not visit.whole_day]
    afternoons = [visit for visit in held if visit.slot.half is HalfDay.AFTERNOON and not visit.whole_day]
    if not mornings or not afternoons:
        return
    earlier, later = mornings[-1], afternoons[0]
    start, end = view.stop(earlier), view.stop(later)
    if start is None or end is None:
        return
    minutes = view.roads.minutes(start, end)
    if minutes > view.limits.lunch_minutes + SLACK_MINUTES:
        yield Violation(
            rule="team.too_far", unit=later.unit, team=number, slot=later.slot,
            other=earlier.unit, minutes=math.ceil(minutes),
        )  # fmt: skip


def _of_weeks(view: View) -> Iterator[Violation]:
    """Yield, for each run of days on the road that is too long, its first day too many."""
    on_road: dict[int, set[date]] = defaultdict(set)
    for visit in view.visits:
        if visit.mode is Mode.IN_PERSON:
            on_road[visit.team].add(visit.slot.day)
    for number, days in on_road.items():
        team = view.teams.get(number)
        if team is None or team.most_days_in_row is None:
            continue
        for day in _too_many(sorted(days), team.most_days_in_row):
            held = next(v for v in view.days[number, day] if v.mode is Mode.IN_PERSON)
            yield Violation(rule="team.days_in_row", unit=held.unit, team=number, slot=held.slot)


def _too_many(days: Sequence[date], most: int) -> Iterator[date]:
    run = 1
    if most < 1:
        yield from days[:1]
    for one, other in pairwise(days):
        run = run + 1 if other - one == timedelta(1) else 1
        if run == most + 1:
            yield other


def _of_persons(view: View) -> Iterator[Violation]:
    """Yield people without whom neither of two teams could make its visits on a half-day."""
    teams_of: dict[str, list[SurveyTeam]] = defaultdict(list)
    for team in view.problem.teams:
        for member in team.members:
            teams_of[member.code].append(team)
    shared = {code: teams for code, teams in teams_of.items() if len(teams) > 1}
    for code, teams in shared.items():
        for one, other in combinations(teams, 2):
            slots = [slot for number, slot in view.half_days if number == one.number]
            for slot in slots:
                if _needed(view, one, slot, code) and _needed(view, other, slot, code):
                    yield Violation(
                        rule="person.two_places", team=one.number, other_team=other.number, slot=slot,
                        person=code,
                    )  # fmt: skip


def _needed(view: View, team: SurveyTeam, slot: Slot, person: str) -> bool:
    """Say whether the team has a visit then that it can make with `person` only."""
    held = view.half_days.get((team.number, slot), ())
    if not held or any(slot in member.absent for member in team.members if member.code == person):
        return False
    if view.presence.led(team, slot) and not view.presence.led_without(team, slot, person):
        return True
    for visit in held:
        unit = view.units.get(visit.unit)
        if unit is None:
            continue
        with_person = view.presence.missing(team, slot, unit.areas)
        if view.presence.missing_without(team, slot, unit.areas, person) != with_person:
            return True
    return False
