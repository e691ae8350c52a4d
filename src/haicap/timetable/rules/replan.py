"""Planning a published calendar again: what has happened stays, and as little as can be changes, as late as can be.

Everything here is pure: disturbances and problems in, problems and numbers out.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.checker import check
from haicap.timetable.rules.problem import (
    BridgePoint,
    Mode,
    PlacedVisit,
    Plan,
    Problem,
    SurveyedUnit,
    SurveyTeam,
    Weights,
)
from haicap.timetable.rules.solver import Step, solve

MEMBER, TEAM, UNIT, BRIDGE = "member", "team", "unit", "bridge"
ONE_CHANGE = 100
"""points of a change where nothing but changes counts"""
SOON_SHARE = 100
"""a day of short notice costs this part of a change: fewest changes first, latest changes second"""
RATHER_THAN_LEAVING_OUT = 20
"""a unit is left out only to spare more changes than these"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """A fact that came up: `kind` "member", "team", "unit" or "bridge", its code, when, and why.

    The code of a member is that of the problem, that of a team its number. A member or a team is away, a unit
    cannot be visited, a bridge point cannot be used on `slots`.
    """

    kind: str
    code: str
    slots: tuple[Slot, ...]
    reason: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return plain values for storage."""
        return {
            "kind": self.kind, "code": self.code, "slots": [slot.key for slot in self.slots],
            "reason": self.reason,
        }  # fmt: skip

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Disturbance":
        """Read what `as_data` gives."""
        slots = tuple(Slot.parse(key) for key in data["slots"])
        return cls(kind=data["kind"], code=data["code"], slots=slots, reason=data.get("reason", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class DisturbanceFault:
    """What is wrong with the disturbance at `row`: a code, and the half-day concerned."""

    code: str
    row: int
    slot: Slot | None = None


def disturbance_faults(
    *, problem: Problem, disturbances: Sequence[Disturbance], today: date
) -> tuple[DisturbanceFault, ...]:
    """Return what is wrong with each disturbance of the calendar in force, `problem.previous`."""
    return tuple(
        fault
        for row, item in enumerate(disturbances)
        if (fault := _fault_of(problem, item, row, today)) is not None
    )


def _fault_of(problem: Problem, item: Disturbance, row: int, today: date) -> DisturbanceFault | None:
    if item.code not in _codes(problem, item.kind):
        return DisturbanceFault(code=f"unknown_{item.kind}", row=row)
    if not item.slots:
        return DisturbanceFault(code="no_half_days", row=row)
    window = frozenset(problem.slots)
    for slot in sorted(item.slots):
        if slot not in window:
            return DisturbanceFault(code="outside_window", row=row, slot=slot)
        if slot.day < today:
            return DisturbanceFault(code="past", row=row, slot=slot)
    if not any(touches(problem, item, visit) for visit in problem.previous):
        return DisturbanceFault(code="touches_nothing", row=row, slot=min(item.slots))
    return None


def _codes(problem: Problem, kind: str) -> frozenset[str]:
    found: Mapping[str, Iterable[str]] = {
        MEMBER: (member.code for team in problem.teams for member in team.members),
        TEAM: (str(team.number) for team in problem.teams),
        UNIT: (unit.code for unit in problem.units),
        BRIDGE: (bridge.code for bridge in problem.bridges),
    }
    return frozenset(found.get(kind, ()))


def touches(problem: Problem, item: Disturbance, visit: PlacedVisit) -> bool:
    """Say whether a visit falls into the disturbance, whether or not it could take place all the same."""
    if not set(halves_of(visit)) & set(item.slots):
        return False
    if item.kind == UNIT:
        return visit.unit == item.code
    if item.kind == BRIDGE:
        return visit.bridge == item.code
    if item.kind == TEAM:
        return str(visit.team) == item.code
    team = next((team for team in problem.teams if team.number == visit.team), None)
    return team is not None and any(member.code == item.code for member in team.members)


def halves_of(visit: PlacedVisit) -> tuple[Slot, ...]:
    """Return the half-days a visit takes."""
    if not visit.whole_day:
        return (visit.slot,)
    return tuple(Slot(visit.slot.day, half) for half in HalfDay)


def disturbed(*, problem: Problem, disturbances: Iterable[Disturbance]) -> Problem:
    """Return the problem with the disturbances in it."""
    for item in disturbances:
        slots = frozenset(item.slots)
        if item.kind == UNIT:
            units = (_blocked(unit, slots) if unit.code == item.code else unit for unit in problem.units)
            problem = replace(problem, units=tuple(units))
        elif item.kind == BRIDGE:
            problem = replace(problem, bridges=tuple(
                _closed(bridge, slots) if bridge.code == item.code else bridge for bridge in problem.bridges
            ))  # fmt: skip
        else:
            problem = replace(problem, teams=tuple(_away(team, item, slots) for team in problem.teams))
    return problem


def _blocked(unit: SurveyedUnit, slots: frozenset[Slot]) -> SurveyedUnit:
    preferred = tuple(slot for slot in unit.preferred if slot not in slots)
    return replace(unit, blocked=unit.blocked | slots, preferred=preferred)


def _closed(bridge: BridgePoint, slots: frozenset[Slot]) -> BridgePoint:
    return replace(bridge, available=bridge.available - slots)


def _away(team: SurveyTeam, item: Disturbance, slots: frozenset[Slot]) -> SurveyTeam:
    whole = item.kind == TEAM and str(team.number) == item.code
    members = tuple(
        replace(member, absent=member.absent | slots)
        if whole or (item.kind == MEMBER and member.code == item.code)
        else member
        for member in team.members
    )
    return replace(team, members=members)


def again(*, problem: Problem, today: date, change: int) -> Problem:
    """Return the problem of planning `problem.previous` again, with the disturbances already in `problem`.

    Visits up to and including `today` are pinned, except those of today that cannot take place any more; no
    other visit may go there. `change` are points for each changed unit: they outweigh everything but serving.
    """
    can_stay = {visit.unit for visit in problem.previous if stays_possible(problem, visit)}
    done = [v for v in problem.previous if v.slot.day < today or (v.slot.day == today and v.unit in can_stay)]
    fixed = {visit.unit for visit in done}
    kept = [pin for pin in problem.pins if pin.unit not in fixed and stays_possible(problem, pin)]
    gone = frozenset(slot for slot in problem.slots if slot.day <= today)
    problem = replace(
        problem,
        pins=(*done, *kept),
        today=today,
        weights=weights_again(problem.weights, change=change, notice_days=problem.limits.notice_days),
        units=tuple(
            unit if unit.code in fixed else replace(unit, blocked=unit.blocked | gone)
            for unit in problem.units
        ),
    )
    return _as_it_was(problem, [visit for visit in done if visit.unit not in can_stay])


def weights_again(weights: Weights, *, change: int, notice_days: int) -> Weights:
    """Return weights under which the fewest changes come first after serving units, then the latest ones."""
    soon = max(weights.soon, change // SOON_SHARE)
    unserved = max(weights.unserved, RATHER_THAN_LEAVING_OUT * (change + soon * notice_days))
    return replace(weights, change=change, soon=soon, unserved=unserved)


def _as_it_was(problem: Problem, visits: Sequence[PlacedVisit]) -> Problem:
    """Return the problem in which what has happened was possible, whatever was written down afterwards."""
    for visit in visits:
        slots = frozenset(halves_of(visit))
        problem = replace(
            problem,
            units=tuple(
                replace(unit, blocked=unit.blocked - slots) if unit.code == visit.unit else unit
                for unit in problem.units
            ),
            teams=tuple(
                _was_there(team, slots) if team.number == visit.team else team for team in problem.teams
            ),
            bridges=tuple(
                replace(bridge, available=bridge.available | slots) if bridge.code == visit.bridge else bridge
                for bridge in problem.bridges
            ),
        )
    return problem


def _was_there(team: SurveyTeam, slots: frozenset[Slot]) -> SurveyTeam:
    members = tuple(replace(member, absent=member.absent - slots) for member in team.members)
    return replace(team, available=team.available | slots, members=members)


def stays_possible(problem: Problem, visit: PlacedVisit) -> bool:
    """Say whether a visit could stay where it is if it were the only one (online: at any bridge point)."""
    alone = replace(
        problem,
        pins=(),
        previous=(),
        units=tuple(unit for unit in problem.units if unit.code == visit.unit),
        teams=tuple(team for team in problem.teams if team.number == visit.team),
    )
    bridges = [visit.bridge]
    if visit.mode is Mode.ONLINE and problem.bridges:
        bridges = [bridge.code for bridge in problem.bridges]
    return any(
        not check(problem=alone, visits=[replace(visit, order=1, bridge=code)]).violations for code in bridges
    )


def struck(problem: Problem) -> tuple[str, ...]:
    """Return the units whose visit in the calendar in force cannot stay, whatever the others do."""
    codes = {unit.code for unit in problem.units}
    return tuple(
        visit.unit for visit in problem.previous if visit.unit in codes and not stays_possible(problem, visit)
    )


def keep_bridges(*, problem: Problem, visits: Sequence[PlacedVisit]) -> tuple[PlacedVisit, ...]:
    """Return the visits with each session online at the bridge point it had before, where that still holds it.

    The others stay at theirs while there is room, else go to any that has: on one half-day bridge points differ
    in nothing else, so every session finds one.
    """
    before = {(v.unit, v.team, v.slot): v.bridge for v in problem.previous if v.bridge}
    sessions: dict[tuple[Slot, int], str] = {}
    wished: dict[tuple[Slot, int], str] = {}
    for visit in sorted((v for v in visits if v.bridge), key=lambda v: v.unit):
        key = visit.slot, visit.team
        sessions.setdefault(key, visit.bridge)
        if (old := before.get((visit.unit, visit.team, visit.slot))) is not None:
            wished.setdefault(key, old)
    room = {(bridge.code, slot): bridge.capacity for bridge in problem.bridges for slot in bridge.available}
    found: dict[tuple[Slot, int], str] = {}
    for options in (wished, sessions):
        for (slot, team), code in sorted(options.items(), key=lambda item: (item[0][0].key, item[0][1])):
            if (slot, team) not in found and room.get((code, slot), 0) > 0:
                found[slot, team] = code
                room[code, slot] -= 1
    for slot, team in sessions.keys() - found.keys():
        free = [bridge.code for bridge in problem.bridges if room.get((bridge.code, slot), 0) > 0]
        if not free:
            return tuple(visits)
        found[slot, team] = free[0]
        room[free[0], slot] -= 1
    return tuple(
        replace(visit, bridge=found[visit.slot, visit.team]) if visit.bridge else visit for visit in visits
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fewest:
    """A plan with few changes, and what proves how few they can be.

    `struck` is the number of units that cannot stay where they are, `bound` a proven cost in changes where each
    of `units` that is left out counts `units` + 1.
    """

    plan: Plan
    struck: int
    bound: float
    units: int

    def proven(self, *, unserved: int) -> int:
        """Return a number of changed units that no plan leaving out at most `unserved` units undercuts."""
        by_bound = math.ceil(self.bound - unserved * (self.units + 1) - 1e-6)
        return max(0, self.struck - unserved, by_bound)


def fewest(
    *,
    problem: Problem,
    stopped: Callable[[], bool],
    seed: int = 1,
    max_iterations: int | None = None,
    start: Sequence[PlacedVisit] = (),
) -> Fewest:
    """Look for the plan with the fewest changes and prove how few they can be, all other weights at zero.

    A unit left out counts more than all changes together, so that a bound on the cost, less what the units left
    out cost, bounds the changes. As few changes as units that cannot stay are few enough to stop at once.
    """
    units = len(problem.units)
    bare = Weights(
        unserved=ONE_CHANGE * (units + 1), mode=0, rank=0, unlisted=0, change=ONE_CHANGE, soon=0, km=0,
        load=0, province=0, team_day=0,
    )  # fmt: skip
    must = len(struck(problem))
    reached: list[int] = []

    def watch(step: Step) -> None:
        if step.best <= 1000 * ONE_CHANGE * must:
            reached.append(step.iteration)

    plan = solve(
        problem=replace(problem, weights=bare),
        seed=seed,
        max_iterations=max_iterations,
        stopped=lambda: bool(reached) or stopped(),
        start=start or problem.previous,
        on_progress=watch,
    )
    return Fewest(plan=plan, struck=must, bound=(plan.bound or 0) / 1000 / ONE_CHANGE, units=units)


def fewest_changes(*, problem: Problem, stopped: Callable[[], bool]) -> int:
    """Return a proven lower bound on the units that change in any plan that serves as many as the best found."""
    found = fewest(problem=problem, stopped=stopped)
    return found.proven(unserved=len(found.plan.unserved))
