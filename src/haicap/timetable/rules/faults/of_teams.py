"""Faults of teams, their people, what is asked of them, and of bridge points."""

from collections import Counter
from collections.abc import Iterator

from haicap.timetable.rules.checker.presence import Presence
from haicap.timetable.rules.faults.fault import Fault
from haicap.timetable.rules.faults.places import misplaced
from haicap.timetable.rules.problem import Problem, SurveyTeam


def of_composition(problem: Problem) -> Iterator[Fault]:
    """Yield areas asked twice, or less than nobody for one."""
    for area, times in Counter(area for area, _ in problem.composition).items():
        if times > 1:
            yield Fault(code="composition.area_twice", fatal=True, area=area)
    for area, least in problem.composition:
        if least < 0:
            yield Fault(code="composition.negative", fatal=True, area=area)


def of_teams(problem: Problem) -> Iterator[Fault]:
    """Yield the faults of every team, then the people who stand twice."""
    for number, times in Counter(team.number for team in problem.teams).items():
        if times > 1:
            yield Fault(code="team.twice", fatal=True, team=number)
    presence, asked = Presence(problem), _asked(problem)
    for team in problem.teams:
        yield from _base(problem, team)
        yield from _limits(team)
        yield from _people(problem, team, presence)
        if team.members:
            covered = Counter(area for member in team.members for area in member.areas)
            for area, least in asked:
                if covered[area] < least:
                    yield Fault(code="team.composition_never", fatal=False, team=team.number, area=area)
    yield from _twice(problem)


def _asked(problem: Problem) -> list[tuple[str, int]]:
    """Return the part of the composition that any unit asks for."""
    everywhere = any(not unit.areas for unit in problem.units)
    somewhere = frozenset().union(*(unit.areas for unit in problem.units))
    return [(area, least) for area, least in problem.composition if everywhere or area in somewhere]


def _base(problem: Problem, team: SurveyTeam) -> Iterator[Fault]:
    if team.base is not None:
        if wrong := misplaced(team.base):
            yield Fault(code=f"team.base_{wrong}", fatal=True, team=team.number)
    elif problem.matrix is None:
        yield Fault(code="team.no_base", fatal=True, team=team.number)


def _limits(team: SurveyTeam) -> Iterator[Fault]:
    for name, value in (("most_per_day", team.most_per_day), ("most_days_in_row", team.most_days_in_row)):
        if value is not None and value < 1:
            yield Fault(code="team.limit_not_positive", fatal=True, team=team.number, setting=name)


def _people(problem: Problem, team: SurveyTeam, presence: Presence) -> Iterator[Fault]:
    code = None
    if not team.members:
        code = "team.no_members"
    elif not any(member.leads for member in team.members):
        code = "team.no_leader"
    elif problem.slots and not any(presence.led_without(team, slot, None) for slot in set(problem.slots)):
        code = "team.never_available"
    if code:
        yield Fault(code=code, fatal=False, team=team.number)


def _twice(problem: Problem) -> Iterator[Fault]:
    """Yield members listed twice in a team, or in two: everybody is in one place at a time."""
    first: dict[str, int] = {}
    for team in problem.teams:
        for code, times in Counter(member.code for member in team.members).items():
            if times > 1:
                yield Fault(code="member.twice", fatal=True, member=code, team=team.number)
            if first.setdefault(code, team.number) != team.number:
                yield Fault(
                    code="member.two_teams", fatal=True, member=code, team=first[code], other_team=team.number
                )  # fmt: skip


def of_bridges(problem: Problem) -> Iterator[Fault]:
    """Yield bridge points listed twice, with less than no room, or never open in the window."""
    window = frozenset(problem.slots)
    for code, times in Counter(bridge.code for bridge in problem.bridges).items():
        if times > 1:
            yield Fault(code="bridge.twice", fatal=True, bridge=code)
    for bridge in problem.bridges:
        if min(bridge.rooms, bridge.technicians) < 0:
            yield Fault(code="bridge.negative", fatal=True, bridge=bridge.code)
        elif bridge.capacity == 0 or not bridge.available & window:
            yield Fault(code="bridge.never_available", fatal=False, bridge=bridge.code)
