"""Where each team can work, by half-day: somebody leads, enough are there, and they cover what is asked."""

from collections import Counter
from collections.abc import Sequence

from haicap.kernel.periods import Slot
from haicap.timetable.rules.problem import Member, Problem, SurveyTeam


class Presence:
    """Tables by team and slot index; `led` leaves the areas aside."""

    def __init__(self, problem: Problem, slots: Sequence[Slot]) -> None:
        self.problem, self.slots = problem, slots
        wanted = sorted({unit.areas for unit in problem.units}, key=sorted)
        self.demands = [self._demand(areas) for areas in wanted]
        index = {areas: number for number, areas in enumerate(wanted)}
        self.demand_of = [index[unit.areas] for unit in problem.units]
        self.led: list[list[bool]] = []
        self._covered: list[list[list[bool]]] = []
        for team in problem.teams:
            there = [[m for m in team.members if slot not in m.absent] for slot in slots]
            led = [self._led(team, slot, present) for slot, present in zip(slots, there, strict=True)]
            self.led.append(led)
            self._covered.append([
                [ok and _covers(present, demand) for ok, present in zip(led, there, strict=True)]
                for demand in self.demands
            ])  # fmt: skip

    def _demand(self, areas: frozenset[str]) -> tuple[tuple[str, int], ...]:
        return tuple((area, n) for area, n in self.problem.composition if not areas or area in areas)

    def _led(self, team: SurveyTeam, slot: Slot, present: Sequence[Member]) -> bool:
        quorum = len(present) * 100 >= self.problem.limits.quorum_percent * len(team.members)
        return slot in team.available and quorum and any(member.leads for member in present)

    def covered(self, team: int, unit: int) -> list[bool]:
        """Return by slot whether `team` can visit `unit` then, as far as its people are concerned."""
        return self._covered[team][self.demand_of[unit]]

    def key(self, team: int, slots: Sequence[int]) -> tuple[object, ...]:
        """Return what makes two teams the same on `slots` (-1: none), as far as their people are concerned."""
        return tuple(table[slot] if slot >= 0 else None for table in self._covered[team] for slot in slots)

    def by_demand(self, team: int, slot: int) -> list[bool]:
        """Return by kind of demand whether `team` covers it on `slot`."""
        return [table[slot] for table in self._covered[team]]


def _covers(present: Sequence[Member], demand: Sequence[tuple[str, int]]) -> bool:
    if not demand:
        return True
    there = Counter(area for member in present for area in member.areas)
    return all(there[area] >= count for area, count in demand)
