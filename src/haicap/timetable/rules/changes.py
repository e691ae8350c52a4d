"""What differs between two versions of the calendar, and what a move by hand would break or cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from haicap.timetable.rules.checker import Violation, check
from haicap.timetable.rules.problem import Mode, Objective, PlacedVisit, Problem


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
    old = next((visit for visit in visits if visit.unit == move.unit), None)
    changed = []
    for visit in visits:
        if visit.unit == move.unit:
            continue
        if swap and old is not None and (visit.team, visit.slot) == (move.team, move.slot):
            visit = replace(visit, team=old.team, slot=old.slot)
        changed.append(visit)
    changed.append(replace(move, order=len(changed) + 1))
    after = renumber(changed)
    was, now = check(problem=problem, visits=visits), check(problem=problem, visits=after)
    known = set(was.violations)
    return Judgement(
        visits=after,
        broken=tuple(item for item in now.violations if item not in known),
        before=was.objective,
        after=now.objective,
    )


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
