"""What others make of the same timetable problem: each function returns visits, which haicap's checker then scores.

All read the same tables (who may sit where, what it costs, ways). None is repaired: a rule that an answer breaks is
the checker's to find, and a unit that is left out stays out.
"""

from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem
from haicap.timetable.rules.solver.instance import Instance

FAR = 10**9
"""a cost that stands for "never" where a library has no other word for it"""


class Tables:
    """The City's problem as others need it: seats by unit and half-day of a team, in thousandths of a point."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.instance = problem, Instance(problem)
        i = self.instance
        self.days = range(len(i.team_of))
        self.people = [u for u in range(len(i.units)) if i.in_person[u] and not i.whole[u]]
        self.online = [u for u in range(len(i.units)) if not i.in_person[u]]
        self.out = [i.ways.out[i.ways.base_of[team]].tolist() for team in range(len(i.teams))]
        self.metres = i.ways.metres.tolist()
        self.near = i.ways.noon.tolist()

    def seat(self, unit: int, day: int, half: int) -> int | None:
        """Return what a seat costs without the way, None where nobody may take it."""
        mode = Mode.IN_PERSON if self.instance.in_person[unit] else Mode.ONLINE
        return self.instance.seat_cost(unit, day, half, mode)

    def visit(self, unit: int, day: int, half: int, order: int = 1, bridge: str = "") -> PlacedVisit:
        """Return a visit."""
        i = self.instance
        mode = Mode.IN_PERSON if i.in_person[unit] else Mode.ONLINE
        slot = i.slots[i.slot_of[day][half]]
        team = i.teams[i.team_of[day]].number
        return PlacedVisit(
            unit=i.units[unit].code, team=team, slot=slot, mode=mode, order=order, bridge=bridge
        )

    def with_sessions(self, placed: dict[tuple[int, int], int]) -> list[PlacedVisit]:
        """Return the visits of `placed` ((day, half) -> unit in person), units online put where there is room.

        Each goes alone to the half-day it likes best among those still free: what a clerk would do by hand, for
        those libraries that know no online sessions.
        """
        i = self.instance
        visits = [self.visit(unit, day, half) for (day, half), unit in placed.items()]
        taken = set(placed)
        rooms = dict.fromkeys(range(len(i.slots)), 0)
        for unit in self.online:
            free = [
                (cost, day, half) for day in self.days for half in (0, 1)
                if (day, half) not in taken and (cost := self.seat(unit, day, half)) is not None
                and rooms[i.slot_of[day][half]] < i.sessions_most[i.slot_of[day][half]]
                and self._reachable(unit, day, half, placed)
            ]  # fmt: skip
            if free:
                _, day, half = min(free)
                taken.add((day, half))
                slot = i.slot_of[day][half]
                bridge = i.problem.bridges[rooms[slot]].code if i.problem.bridges else ""
                rooms[slot] += 1
                visits.append(self.visit(unit, day, half, bridge=bridge))
        return visits

    def _reachable(self, unit: int, day: int, half: int, placed: dict[tuple[int, int], int]) -> bool:
        """Say whether the base is near enough over noon to what the day's other half holds."""
        other = placed.get((day, 1 - half))
        if other is None:
            return True
        i = self.instance
        team = i.team_of[day]
        return i.ways.over_noon(team, other, -1) if half == 1 else i.ways.over_noon(team, -1, other)


def clerk(problem: Problem, *, districts: dict[str, str]) -> list[PlacedVisit]:
    """District by district from the base outwards, each with one team, on the first free half-day that will do."""
    tables = Tables(problem)
    i = tables.instance
    by_district: dict[str, list[int]] = {}
    for unit in tables.people:
        by_district.setdefault(districts.get(i.units[unit].code, ""), []).append(unit)
    order = sorted(by_district, key=lambda d: min(tables.out[0][unit] for unit in by_district[d]))
    placed: dict[tuple[int, int], int] = {}
    for number, district in enumerate(order):
        first = number % len(i.teams)
        teams = [*range(first, len(i.teams)), *range(first)]
        for unit in sorted(by_district[district], key=lambda unit: tables.out[0][unit]):
            for day, half in ((d, h) for team in teams for d in i.days_of[team] for h in (0, 1)):
                if (day, half) in placed or tables.seat(unit, day, half) is None:
                    continue
                other = placed.get((day, 1 - half))
                pair = (unit, other) if half == 0 else (other, unit)
                if other is None or tables.near[pair[0]][pair[1]]:
                    placed[day, half] = unit
                    break
    return tables.with_sessions(placed)
