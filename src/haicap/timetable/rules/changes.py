"""What differs between two versions of the calendar, and what a move by hand would break or cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.checker import Violation, check
from haicap.timetable.rules.problem import Mode, Objective, PlacedVisit, Problem, SurveyedUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A unit whose visit differs; `before` is None for a new visit, `after` None for a cancelled one."""

    unit: str
    before: PlacedVisit | None
    after: PlacedVisit | None

    @property
    def kind(self) -> str:
        """Return "added", "cancelled" or "moved"."""
        return "added" if self.before is None else "cancelled" if self.after is None else "moved"

    @property
    def teams(self) -> frozenset[int]:
        """The teams concerned."""
        return frozenset(visit.team for visit in (self.before, self.after) if visit is not None)


def compare(*, before: Sequence[PlacedVisit], after: Sequence[PlacedVisit]) -> tuple[Change, ...]:
    """Return the changes of team, half-day or mode, ordered by the new (else the old) half-day."""
    old = {visit.unit: visit for visit in before}
    new = {visit.unit: visit for visit in after}
    changed = [
        Change(unit=unit, before=old.get(unit), after=new.get(unit))
        for unit in old.keys() | new.keys()
        if _essence(old.get(unit)) != _essence(new.get(unit))
    ]
    return tuple(sorted(changed, key=_order))


def _essence(visit: PlacedVisit | None) -> object:
    return visit and (visit.team, visit.slot, visit.mode, visit.whole_day)


def _order(change: Change) -> tuple[object, ...]:
    visit = change.after or change.before
    if visit is None:
        raise ValueError(change.unit)
    return (visit.slot.day, visit.slot.half.order, visit.team, change.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A move judged: rules it would break that hold now, and the cost before and after."""

    visits: tuple[PlacedVisit, ...]
    broken: tuple[Violation, ...]
    before: Objective
    after: Objective

    @property
    def allowed(self) -> bool:
        """True when the move breaks nothing new."""
        return not self.broken


def judge(
    *, problem: Problem, visits: Sequence[PlacedVisit], move: PlacedVisit, swap: bool = False
) -> Judgement:
    """Judge putting `move.unit` where `move` says (placing it, when it had no visit).

    With `swap` the units in the way take the place it leaves. Orders within a half-day are renumbered.
    """
    after = relocated(problem=problem, visits=visits, move=move, swap=swap)
    was, now = check(problem=problem, visits=visits), check(problem=problem, visits=after)
    known = set(was.violations)
    return Judgement(
        visits=after,
        broken=tuple(item for item in now.violations if item not in known),
        before=was.objective,
        after=now.objective,
    )


def wanted(
    *, unit: SurveyedUnit, team: int, slot: Slot, mode: Mode | None, old: PlacedVisit | None
) -> PlacedVisit:
    """Return the visit of `unit` by `team` on `slot`: a whole day begins in the morning of its day."""
    chosen = mode or (old.mode if old else unit.modes[0])
    all_day = whole_day(island=unit.island, mode=chosen)
    return PlacedVisit(
        unit=unit.code,
        team=team,
        slot=Slot(slot.day, HalfDay.MORNING) if all_day else slot,
        mode=chosen,
        whole_day=all_day,
        bridge=old.bridge if old else "",
    )


def relocated(
    *, problem: Problem, visits: Sequence[PlacedVisit], move: PlacedVisit, swap: bool = False
) -> tuple[PlacedVisit, ...]:
    """Return the visits after the move, judged or not; visits online get a bridge point with room.

    Orders are numbered anew on the days touched, nowhere else.
    """
    old = next((visit for visit in visits if visit.unit == move.unit), None)
    others = [visit for visit in visits if visit.unit != move.unit]
    staying, away = others, []
    if swap and old is not None:
        staying = [visit for visit in others if not in_the_way(visit, move)]
        away = [_sent_to(old, visit, move) for visit in others if in_the_way(visit, move)]
    changed = list(staying)
    for visit in (move, *away):
        last = max((held.order for held in changed), default=0)
        changed.append(replace(visit, order=last + 1, bridge=_bridge(problem, changed, visit)))
    touched = {(visit.team, visit.slot.day) for visit in (move, *away, *([old] if old else []))}
    near = [visit for visit in changed if (visit.team, visit.slot.day) in touched]
    far = [visit for visit in changed if (visit.team, visit.slot.day) not in touched]
    return (*far, *renumber(near))


def halves(visit: PlacedVisit) -> tuple[Slot, ...]:
    """Return the half-days a visit takes."""
    if not visit.whole_day:
        return (visit.slot,)
    return tuple(Slot(visit.slot.day, half) for half in HalfDay)


def in_the_way(visit: PlacedVisit, move: PlacedVisit) -> bool:
    """Say whether `visit` takes a half-day of the team that `move` would take."""
    return visit.team == move.team and not set(halves(visit)).isdisjoint(halves(move))


def _sent_to(old: PlacedVisit, visit: PlacedVisit, move: PlacedVisit) -> PlacedVisit:
    slot = old.slot
    if visit.whole_day:
        slot = Slot(old.slot.day, HalfDay.MORNING)
    elif move.whole_day and old.whole_day:
        slot = Slot(old.slot.day, visit.slot.half)
    return replace(visit, team=old.team, slot=slot)


def _bridge(problem: Problem, others: Sequence[PlacedVisit], visit: PlacedVisit) -> str:
    """Return the bridge point of a visit online: its team's session, its own where free, else one free."""
    if visit.mode is not Mode.ONLINE or not problem.bridges:
        return ""
    sessions = {(held.bridge, held.team) for held in others if held.bridge and held.slot == visit.slot}
    mine = [bridge for bridge, team in sessions if team == visit.team]
    if mine:
        return min(mine)
    open_then = [bridge for bridge in problem.bridges if visit.slot in bridge.available]
    free = [
        bridge.code
        for bridge in open_then
        if sum(1 for b, _ in sessions if b == bridge.code) < bridge.capacity
    ]
    if visit.bridge in free or not free:
        return visit.bridge or problem.bridges[0].code
    return free[0]


def renumber(visits: Sequence[PlacedVisit]) -> tuple[PlacedVisit, ...]:
    """Number the visits of each half-day of a team from 1, keeping their order."""
    counts: dict[object, int] = {}
    numbered = []
    for visit in sorted(visits, key=lambda v: (v.slot.day, v.slot.half.order, v.team, v.order, v.unit)):
        key = (visit.team, visit.slot)
        counts[key] = counts.get(key, 0) + 1
        numbered.append(replace(visit, order=counts[key]))
    return tuple(numbered)


def whole_day(*, island: bool, mode: Mode) -> bool:
    """Say whether a visit takes the whole day: an island in person."""
    return island and mode is Mode.IN_PERSON
