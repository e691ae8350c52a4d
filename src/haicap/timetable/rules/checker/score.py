"""What visits cost under a problem's weights, worked out from nothing but the problem and the visits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from haicap.timetable.rules.checker.view import View
from haicap.timetable.rules.problem import (
    Mode,
    Objective,
    PlacedVisit,
    Problem,
    SurveyedUnit,
)


def score(*, problem: Problem, visits: Sequence[PlacedVisit]) -> Objective:
    """Return what `visits` cost under the problem's weights, feasible or not.

    Visits of units that the problem does not know count for nothing.
    """
    units = {unit.code for unit in problem.units}
    return score_of(View(problem, [visit for visit in visits if visit.unit in units]))


def score_of(view: View) -> Objective:
    """Return the same for visits already gathered, all of known units."""
    problem, weights = view.problem, view.problem.weights
    ranks = [_rank(view.units[visit.unit], visit) for visit in view.visits]
    listed = [rank for rank in ranks if rank is not None and rank >= 0]
    unlisted = ranks.count(-1)
    changes = _changes(view)
    unserved = len(view.units.keys() - {visit.unit for visit in view.visits})
    switched = sum(view.units[visit.unit].modes[:1] != (visit.mode,) for visit in view.visits)
    metres = _metres(view)
    taken = Counter(team for team, _ in view.half_days)
    loads = [taken[team.number] for team in problem.teams]
    terms = {
        "unserved": 1000 * weights.unserved * unserved,
        "mode": 1000 * weights.mode * switched,
        "preference": 1000 * (weights.rank * sum(listed) + weights.unlisted * unlisted),
        "change": 1000 * sum(changes),
        "load": 1000 * weights.load * (_unevenness(view, loads) if weights.load else 0),
        "province": weights.province * _worst_group(view, ranks),
        "team_day": 1000 * weights.team_day * len(view.days),
        "travel": weights.km * metres,
    }
    return Objective(
        terms=terms,
        served=len(view.units) - unserved,
        unserved=unserved,
        online=sum(visit.mode is Mode.ONLINE for visit in view.visits),
        first_choice=ranks.count(0),
        listed_choice=len(listed),
        unlisted_choice=unlisted,
        without_list=ranks.count(None),
        changed=len(changes),
        metres=metres,
        lightest=min(loads, default=0),
        heaviest=max(loads, default=0),
        team_days=len(view.days),
    )


def _rank(unit: SurveyedUnit, visit: PlacedVisit) -> int | None:
    """Return the place of the half-day in the list (0: first choice), -1 when not on it, None without list."""
    if not unit.preferred:
        return None
    return unit.preferred.index(visit.slot) if visit.slot in unit.preferred else -1


def _changes(view: View) -> list[int]:
    """Return the points of each unit visited otherwise than in the calendar in force."""
    weights, today, found = view.problem.weights, view.problem.today, []
    before = {visit.unit: visit for visit in view.problem.previous}
    for new in view.visits:
        old = before.get(new.unit)
        if old is None or (old.team, old.slot, old.mode) == (new.team, new.slot, new.mode):
            continue
        near = 0
        if today is not None:
            near = view.limits.notice_days - (min(old.slot.day, new.slot.day) - today).days
        found.append(weights.change + weights.soon * max(0, near))
    return found


def _unevenness(view: View, loads: Sequence[int]) -> int:
    shares = _shares(view)
    return sum((load - share) * (load - share - 1) for load, share in zip(loads, shares, strict=True))


def _shares(view: View) -> list[int]:
    """Return the half-days each team should take, as evenly as its presence allows."""
    problem = view.problem
    firsts = Counter(unit.modes[0] for unit in problem.units if unit.modes)
    islands = sum(unit.island and unit.modes[:1] == (Mode.IN_PERSON,) for unit in problem.units)
    sessions = -(-firsts[Mode.ONLINE] // view.limits.online_per_half_day)
    needed = firsts[Mode.IN_PERSON] + islands + sessions
    window = set(problem.slots)
    caps = [sum(view.presence.led(team, slot) for slot in window) for team in problem.teams]
    low, high = 0, len(window)
    while low < high:
        level = (low + high + 1) // 2
        if sum(min(cap, level) for cap in caps) <= needed:
            low = level
        else:
            high = level - 1
    return [min(cap, low) for cap in caps]


def _worst_group(view: View, ranks: Iterable[int | None]) -> int:
    """Return the mean preference cost, thousandths of a point, of the group that fares worst."""
    weights = view.problem.weights
    sizes = Counter(unit.group for unit in view.problem.units if unit.group and unit.preferred)
    points: dict[str, int] = defaultdict(int)
    for visit, rank in zip(view.visits, ranks, strict=True):
        if rank is not None:
            points[view.units[visit.unit].group] += weights.unlisted if rank < 0 else weights.rank * rank
    return max((points[group] * 1000 // size for group, size in sizes.items()), default=0)


def _metres(view: View) -> int:
    """Return the road metres of all days: base, places in the order of the day, base."""
    total = 0
    for (team, _), held in view.days.items():
        base = view.roads.base(team)
        if base is None:
            continue
        places = [view.stop(visit) for visit in held]
        stops = [base, *(place for place in places if place is not None), base]
        total += sum(view.roads.metres(a, b) for a, b in pairwise(stops) if a != b)
    return total
