"""A problem and visits, looked up in the ways the rules need: everything is gathered once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.checker.presence import Presence
from haicap.timetable.rules.checker.travel import Roads, Stop
from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem


class View:
    """Visits by half-day and by day of their team, in the order of the day."""

    def __init__(self, problem: Problem, visits: Sequence[PlacedVisit]) -> None:
        self.problem, self.visits, self.limits = problem, tuple(visits), problem.limits
        self.units = {unit.code: unit for unit in problem.units}
        self.teams = {team.number: team for team in problem.teams}
        self.roads, self.presence = Roads(problem), Presence(problem)
        self.half_days: dict[tuple[int, Slot], list[PlacedVisit]] = defaultdict(list)
        self.days: dict[tuple[int, date], list[PlacedVisit]] = defaultdict(list)
        for visit in sorted(self.visits, key=_order):
            self.days[visit.team, visit.slot.day].append(visit)
            for slot in halves(visit):
                self.half_days[visit.team, slot].append(visit)

    def stop(self, visit: PlacedVisit) -> Stop | None:
        """Return where the team is during a visit: at its base when online; None where not known."""
        if visit.mode is Mode.ONLINE:
            return self.roads.base(visit.team)
        return self.roads.unit(visit.unit)


def halves(visit: PlacedVisit) -> tuple[Slot, ...]:
    """Return the half-days a visit takes."""
    if visit.whole_day:
        return tuple(Slot(visit.slot.day, half) for half in HalfDay)
    return (visit.slot,)


def _order(visit: PlacedVisit) -> tuple[int, int, str]:
    return (visit.slot.half.order, visit.order, visit.unit)
