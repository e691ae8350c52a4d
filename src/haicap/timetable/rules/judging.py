"""One unit, every place it could be moved to: what each would break and cost, without checking the whole plan.

A move touches two days of teams at most (and, for a visit online, the bridge points of two half-days). The
checker is asked about those alone. Two terms need the whole plan and are followed here: the load of the teams
and the fairness between groups; tests hold both against the checker's own score.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from haicap.kernel.periods import Slot
from haicap.timetable.rules.changes import halves, in_the_way, relocated, wanted
from haicap.timetable.rules.checker import Verdict, Violation, check
from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem, SurveyedUnit, SurveyTeam

WHOLE = ("load", "province")
Terms = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellJudgement:
    """A half-day of a team judged for one unit: with `swap` the units there take the place it leaves.

    `terms` are the differences in thousandths of a point, by term, zeros left out. `here`: it is there already.
    """

    team: int
    slot: Slot
    swap: bool
    broken: tuple[Violation, ...]
    terms: Mapping[str, int]
    here: bool = False

    @property
    def allowed(self) -> bool:
        """True when the move breaks nothing new."""
        return not self.broken

    @property
    def cost(self) -> int:
        """What the move adds to the cost of the plan, thousandths of a point."""
        return sum(self.terms.values())


def judge_cells(
    *,
    problem: Problem,
    visits: Sequence[PlacedVisit],
    unit: str,
    teams: Iterable[int],
    slots: Iterable[Slot],
    mode: Mode | None = None,
) -> tuple[CellJudgement, ...]:
    """Judge moving `unit` to each of `teams` on each of `slots`; raises KeyError for an unknown unit."""
    judge = _Judge(problem, visits, unit, mode)
    window = list(slots)
    return tuple(judge.cell(team, slot) for team in teams for slot in window)


class _Judge:
    def __init__(self, problem: Problem, visits: Sequence[PlacedVisit], code: str, mode: Mode | None) -> None:
        # the two terms that need the whole plan are left out of the parts and followed by _Whole
        self.problem = replace(problem, weights=replace(problem.weights, load=0, province=0))
        self.mode = mode
        self.units = {unit.code: unit for unit in problem.units}
        self.unit = self.units[code]
        self.teams = {team.number: team for team in problem.teams}
        self.old = next((visit for visit in visits if visit.unit == code), None)
        self.by_day: dict[tuple[int, date], list[PlacedVisit]] = defaultdict(list)
        self.by_team: dict[int, list[PlacedVisit]] = defaultdict(list)
        self.sessions: dict[Slot, list[PlacedVisit]] = defaultdict(list)
        for visit in visits:
            self.by_day[visit.team, visit.slot.day].append(visit)
            self.by_team[visit.team].append(visit)
            if visit.mode is Mode.ONLINE:
                self.sessions[visit.slot].append(visit)
        self.whole = _Whole(problem, visits, self.units)
        self.was: dict[frozenset[str], Verdict] = {}
        self.partners = _partners(problem.teams)

    def cell(self, team: int, slot: Slot) -> CellJudgement:
        move = wanted(unit=self.unit, team=team, slot=slot, mode=self.mode, old=self.old)
        if self.old and (self.old.team, self.old.mode) == (team, move.mode) and slot in halves(self.old):
            return CellJudgement(team=team, slot=slot, swap=False, broken=(), terms={}, here=True)
        scope = self._scope(move)
        joined = self._judged(slot, move, scope, swap=False)
        alone = self.old is None or not any(in_the_way(visit, move) for visit in scope)
        # where there is room beside who is there, nobody else needs to move
        return joined if alone or joined.allowed else self._judged(slot, move, scope, swap=True)

    def _scope(self, move: PlacedVisit) -> list[PlacedVisit]:
        """Return the visits that the move can touch or break a rule with."""
        ends = [move] if self.old is None else [move, self.old]
        found: dict[str, PlacedVisit] = {}
        for end in ends:
            team = self.teams.get(end.team)
            if team is not None and team.most_days_in_row is not None:
                held = self.by_team[end.team]
            else:
                held = self.by_day[end.team, end.slot.day]
            found |= {visit.unit: visit for visit in held}
            for partner in self.partners.get(end.team, ()):
                found |= {visit.unit: visit for visit in self.by_day[partner, end.slot.day]}
        if self.problem.bridges:
            slots = {slot for end in ends for slot in halves(end)}
            found |= {visit.unit: visit for slot in slots for visit in self.sessions[slot]}
        return list(found.values())

    def _judged(
        self, slot: Slot, move: PlacedVisit, scope: Sequence[PlacedVisit], *, swap: bool
    ) -> CellJudgement:
        after = relocated(problem=self.problem, visits=scope, move=move, swap=swap)
        part = self._part(after, scope)
        now, key = check(problem=part, visits=after), frozenset(visit.unit for visit in scope)
        if (was := self.was.get(key)) is None:
            was = self.was[key] = check(problem=part, visits=scope)
        known = set(was.violations)
        names = {*now.objective.terms, *was.objective.terms} - set(WHOLE)
        terms = {name: now.objective.terms[name] - was.objective.terms[name] for name in names}
        terms |= self.whole.difference(scope, after)
        return CellJudgement(
            team=move.team,
            slot=slot,
            swap=swap,
            broken=tuple(item for item in now.violations if item not in known),
            terms={name: value for name, value in terms.items() if value},
        )

    def _part(self, after: Sequence[PlacedVisit], before: Sequence[PlacedVisit]) -> Problem:
        codes = {visit.unit for visit in (*after, *before)}
        numbers = {visit.team for visit in (*after, *before)}
        return replace(
            self.problem,
            units=tuple(self.units[code] for code in sorted(codes) if code in self.units),
            teams=tuple(self.teams[number] for number in sorted(numbers) if number in self.teams),
            pins=tuple(pin for pin in self.problem.pins if pin.unit in codes),
            previous=tuple(visit for visit in self.problem.previous if visit.unit in codes),
        )


def _partners(teams: Iterable[SurveyTeam]) -> dict[int, set[int]]:
    """Return, for teams that share a member, the others it is shared with."""
    of_member: dict[str, set[int]] = defaultdict(set)
    for team in teams:
        for member in team.members:
            of_member[member.code].add(team.number)
    partners: dict[int, set[int]] = defaultdict(set)
    for numbers in of_member.values():
        for number in numbers if len(numbers) > 1 else ():
            partners[number] |= numbers - {number}
    return partners


class _Whole:
    """The terms that look at the whole plan: half-days of each team, preferences of each group."""

    def __init__(
        self, problem: Problem, visits: Sequence[PlacedVisit], units: Mapping[str, SurveyedUnit]
    ) -> None:
        self.problem, self.units = problem, units
        self.shares = even_shares(problem=problem)
        self.members = Counter(unit.group for unit in problem.units if unit.group and unit.preferred)
        self.costs = self._costs(visits)
        self.loads = Counter(team for team, _ in _taken(visits))

    def difference(self, before: Sequence[PlacedVisit], after: Sequence[PlacedVisit]) -> Terms:
        """Return by how much the two terms change when `after` takes the place of `before`."""
        old, new = _taken(before), _taken(after)
        load = 0
        for team in {team for team, _ in old | new}:
            was = self.loads[team]
            now = was + sum((number == team) for number, _ in new - old)
            now -= sum((number == team) for number, _ in old - new)
            load += self._unevenness(team, now) - self._unevenness(team, was)
        weights = self.problem.weights
        found = {"load": 1000 * weights.load * load, "province": 0}
        if weights.province and self.members:
            costs = Counter(self.costs)
            costs.subtract(self._costs(before))
            costs.update(self._costs(after))
            found["province"] = weights.province * (self._worst(costs) - self._worst(self.costs))
        return found

    def _unevenness(self, team: int, half_days: int) -> int:
        over = half_days - self.shares.get(team, 0)
        return over * (over - 1)

    def _costs(self, visits: Iterable[PlacedVisit]) -> Counter[str]:
        costs: Counter[str] = Counter()
        weights = self.problem.weights
        for visit in visits:
            unit = self.units.get(visit.unit)
            if unit is None or not unit.group or not unit.preferred:
                continue
            listed = visit.slot in unit.preferred
            costs[unit.group] += (
                weights.rank * unit.preferred.index(visit.slot) if listed else weights.unlisted
            )
        return costs

    def _worst(self, costs: Counter[str]) -> int:
        return max((costs[group] * 1000 // count for group, count in self.members.items()), default=0)


def _taken(visits: Iterable[PlacedVisit]) -> set[tuple[int, Slot]]:
    return {(visit.team, slot) for visit in visits for slot in halves(visit)}


def even_shares(*, problem: Problem) -> dict[int, int]:
    """Return the half-days each team would take if the work were spread as evenly as their presence allows."""
    firsts = Counter(unit.modes[:1] for unit in problem.units)
    online, in_person = firsts[Mode.ONLINE,], firsts[Mode.IN_PERSON,]
    islands = sum(1 for unit in problem.units if unit.island and unit.modes[:1] == (Mode.IN_PERSON,))
    needed = in_person + islands - (-online // max(1, problem.limits.online_per_half_day))
    caps = {team.number: _half_days(problem, team) for team in problem.teams}
    level = 0
    for candidate in range(len(problem.slots) + 1):
        if sum(min(cap, candidate) for cap in caps.values()) <= needed:
            level = candidate
    return {number: min(cap, level) for number, cap in caps.items()}


def _half_days(problem: Problem, team: SurveyTeam) -> int:
    """Return on how many half-days of the window somebody leads and enough members are present."""
    quorum = problem.limits.quorum_percent * len(team.members)
    count = 0
    for slot in set(problem.slots) & team.available:
        present = [member for member in team.members if slot not in member.absent]
        count += any(member.leads for member in present) and len(present) * 100 >= quorum
    return count
