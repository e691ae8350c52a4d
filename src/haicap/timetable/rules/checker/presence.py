"""Who of a team is there on a half-day, and what the team can do then."""

from collections import Counter

from haicap.kernel.periods import Slot
from haicap.timetable.rules.problem import Member, Problem, SurveyTeam


class Presence:
    """The people of every team by half-day, worked out once for each question."""

    def __init__(self, problem: Problem) -> None:
        self._composition = problem.composition
        self._quorum = problem.limits.quorum_percent
        self._led: dict[tuple[int, Slot], bool] = {}
        self._missing: dict[tuple[int, Slot, frozenset[str]], tuple[str, ...]] = {}

    def led(self, team: SurveyTeam, slot: Slot) -> bool:
        """Say whether the team is called then, somebody leads it and enough of its members are there."""
        key = (team.number, slot)
        if key not in self._led:
            self._led[key] = self.led_without(team, slot, None)
        return self._led[key]

    def led_without(self, team: SurveyTeam, slot: Slot, person: str | None) -> bool:
        """Say the same of the team when `person` is elsewhere."""
        there = present(team, slot, person)
        enough = len(there) * 100 >= self._quorum * len(team.members)
        return slot in team.available and any(member.leads for member in there) and enough

    def missing(self, team: SurveyTeam, slot: Slot, areas: frozenset[str]) -> tuple[str, ...]:
        """Return the areas of the composition that too few of those present cover."""
        key = (team.number, slot, areas)
        if key not in self._missing:
            self._missing[key] = self.missing_without(team, slot, areas, None)
        return self._missing[key]

    def missing_without(
        self, team: SurveyTeam, slot: Slot, areas: frozenset[str], person: str | None
    ) -> tuple[str, ...]:
        """Return the same when `person` is elsewhere."""
        covered = Counter(area for member in present(team, slot, person) for area in member.areas)
        asked = [(area, least) for area, least in self._composition if not areas or area in areas]
        return tuple(area for area, least in asked if covered[area] < least)


def present(team: SurveyTeam, slot: Slot, without: str | None = None) -> list[Member]:
    """Return the members of a team who are there on a half-day, leaving out the person `without`."""
    return [member for member in team.members if slot not in member.absent and member.code != without]
