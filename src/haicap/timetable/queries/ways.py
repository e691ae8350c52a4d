"""The ways of a team's day: from its base to each place in order and back, with kilometres and minutes."""

from collections.abc import Sequence
from dataclasses import dataclass

from haicap.kernel.access import SYSTEM
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.queries.calendars import placed
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.rules.checker.travel import Roads, Stop
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.problem import Mode, Point, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of a day. `visit` is None for the way back to the base; unknown lengths are None."""

    visit: Visit | None
    km: float | None
    minutes: int | None
    over_lunch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWays:
    """All ways of a team's day, their sums, and where it starts; `base` None where that is not known."""

    ways: Sequence[Way]
    km: float
    minutes: int
    base: Point | None


def day_ways(*, calendar: Calendar, number: int, visits: Sequence[Visit]) -> DayWays | None:
    """Return the ways between `visits`, one team's day in order; None where the problem cannot be read.

    Whoever may see the visits may see how long the ways are, so the problem is read in full.
    """
    try:
        problem = problem_for(actor=SYSTEM, campaign=calendar.campaign, changes=calendar.parameters or None)
    except InvalidProblemError:
        return None
    roads = Roads(problem)
    here = base = roads.base(number)
    ways: list[Way] = []
    for earlier, visit in zip((None, *visits), visits, strict=False):
        row = placed(visit)
        there = base if row.mode is Mode.ONLINE else roads.unit(row.unit)
        lunch = earlier is not None and earlier.half != visit.half
        ways.append(_way(roads, here, there, visit, over_lunch=lunch))
        here = there if there is not None else here
    if visits:
        ways.append(_way(roads, here, base, None))
    return DayWays(
        ways=ways,
        km=sum(way.km or 0 for way in ways),
        minutes=sum(way.minutes or 0 for way in ways),
        base=_base(problem, number),
    )


def _way(
    roads: Roads, here: Stop | None, there: Stop | None, visit: Visit | None, *, over_lunch: bool = False
) -> Way:
    if here is None or there is None:
        return Way(visit=visit, km=None, minutes=None, over_lunch=over_lunch)
    if here == there:
        return Way(visit=visit, km=0, minutes=0, over_lunch=over_lunch)
    return Way(
        visit=visit,
        km=roads.metres(here, there) / 1000,
        minutes=round(roads.minutes(here, there)),
        over_lunch=over_lunch,
    )


def _base(problem: Problem, number: int) -> Point | None:
    return next((team.base for team in problem.teams if team.number == number), None)
