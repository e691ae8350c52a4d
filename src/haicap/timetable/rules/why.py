"""Why a unit did not get what it asked for, which rule binds, and what giving it would cost.

Every cost told is that of a plan which the checker found to break nothing new: the better of a local move or
swap and a plan solved anew with the unit held to its wish and few others moved.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.changes import Change, compare, halves, judge, wanted
from haicap.timetable.rules.checker import check
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.judging import CellJudgement, judge_cells
from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem, SurveyedUnit
from haicap.timetable.rules.solver import solve

ITERATIONS = 60
"""iterations of the solver for one wish: rounds of columns, then a few packings"""
SOLVED_UNITS = 600
"""units up to which a calendar is computed anew for each wish; beyond, single moves and swaps are judged"""
MOVED = 20
"""points that each other unit's move counts while a plan that grants the wish is looked for: few should move"""
BINDING: Mapping[str, str] = {
    "team.too_far": "travel", "team.half_day_too_short": "travel", "team.too_many_visits": "limit",
    "team.days_in_row": "limit", "bridge.full": "bridge", "bridge.missing": "bridge",
    "bridge.unavailable": "bridge",
}  # fmt: skip
UNABLE = {"team.unavailable", "visit.composition"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What giving the wish changes: terms in thousandths of a point, metres, and the units that move.

    `changes` holds the unit itself too. `visits` is the plan, checked.
    """

    terms: Mapping[str, int]
    metres: int
    changes: tuple[Change, ...]
    visits: tuple[PlacedVisit, ...]

    @property
    def total(self) -> int:
        """The change of the cost of the plan, thousandths of a point."""
        return sum(self.terms.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One compromise. `kind`: "unserved", "mode", "changed", "unlisted" or "not_first".

    `slot` and `mode` are what was wanted (None: any). `binding`: "pinned", "blocked", "outside", "no_team",
    "composition", "taken", "travel", "bridge", "limit", "rules" or "dearer". `areas` are those nobody present
    covers enough, `holders` the units that take the able teams. `price` is None where no plan granting the wish
    was found; `examined` is False where nobody looked for one.
    """

    unit: str
    kind: str
    got: PlacedVisit | None
    slot: Slot | None
    mode: Mode
    binding: str
    areas: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    price: Price | None = None
    examined: bool = True


def explain(
    *,
    problem: Problem,
    visits: Sequence[PlacedVisit],
    seed: int,
    units: Collection[str] | None = None,
    max_units: int | None = None,
    stopped: Callable[[], bool] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[Explanation, ...]:
    """Return the compromises of a plan, the gravest first; beyond `max_units` or once stopped, not examined.

    With `units` only theirs.

    `on_progress` is told how many are done, of how many.
    """
    stop = stopped or (lambda: False)
    found = [
        item for item in compromises(problem=problem, visits=visits) if units is None or item.unit in units
    ]
    told: list[Explanation] = []
    for number, item in enumerate(found):
        if stop() or (max_units is not None and number >= max_units):
            told.append(replace(item, examined=False))
            continue
        told.append(_examined(problem, visits, item, seed, stop))
        if on_progress:
            on_progress(number + 1, len(found))
    return tuple(told)


def compromises(*, problem: Problem, visits: Sequence[PlacedVisit]) -> tuple[Explanation, ...]:
    """Return the compromises, unexamined, one per unit: its gravest; the gravest first."""
    placed = {visit.unit: visit for visit in visits}
    before = {visit.unit: visit for visit in problem.previous}
    order = ("unserved", "mode", "changed", "unlisted", "not_first")
    found = []
    for unit in problem.units:
        got, old = placed.get(unit.code), before.get(unit.code)
        kind = _kind(unit, got, old)
        if kind is None:
            continue
        slot = unit.preferred[0] if unit.preferred and kind in ("unlisted", "not_first") else None
        if kind == "changed" and old is not None:
            slot = old.slot
        mode = old.mode if kind == "changed" and old is not None else unit.modes[0]
        found.append(Explanation(unit=unit.code, kind=kind, got=got, slot=slot, mode=mode, binding="rules"))
    return tuple(sorted(found, key=lambda item: (order.index(item.kind), item.unit)))


def _kind(unit: SurveyedUnit, got: PlacedVisit | None, old: PlacedVisit | None) -> str | None:
    if got is None:
        return "unserved"
    if got.mode is not unit.modes[0]:
        return "mode"
    if old is not None and (old.team, old.slot, old.mode) != (got.team, got.slot, got.mode):
        return "changed"
    if unit.preferred and got.slot not in unit.preferred:
        return "unlisted"
    return "not_first" if unit.preferred and got.slot != unit.preferred[0] else None


def _examined(
    problem: Problem, visits: Sequence[PlacedVisit], item: Explanation, seed: int, stop: Callable[[], bool]
) -> Explanation:
    unit = next(unit for unit in problem.units if unit.code == item.unit)
    if any(pin.unit == unit.code for pin in problem.pins):
        return replace(item, binding="pinned")
    if item.slot is not None and item.slot not in problem.slots:
        return replace(item, binding="outside")
    if item.slot is not None and item.slot in unit.blocked:
        return replace(item, binding="blocked")
    cells = judge_cells(
        problem=problem,
        visits=visits,
        unit=unit.code,
        teams=[team.number for team in problem.teams],
        slots=problem.slots if item.slot is None else [item.slot],
        mode=item.mode,
    )
    item = _bound_by(problem, visits, unit, item, cells)
    prices = [_local(problem, visits, unit, item, cells)]
    if len(problem.units) <= SOLVED_UNITS:
        prices.append(_solved(problem, visits, unit, item, seed, stop))
    known = [price for price in prices if price is not None]
    if not known:
        return item
    return replace(item, price=min(known, key=lambda price: price.total))


def _bound_by(
    problem: Problem,
    visits: Sequence[PlacedVisit],
    unit: SurveyedUnit,
    item: Explanation,
    cells: Sequence[CellJudgement],
) -> Explanation:
    """Return the rule that stands in the way, the plan being as it is."""
    able = [cell for cell in cells if UNABLE.isdisjoint(found.rule for found in cell.broken)]
    if not able:
        short = any(found.rule == "visit.composition" for cell in cells for found in cell.broken)
        areas = _missing(problem, unit, item.slot) if short and item.slot else ()
        return replace(item, binding="composition" if short else "no_team", areas=areas)
    holders: set[str] = set()
    free = []
    for cell in able:
        move = wanted(unit=unit, team=cell.team, slot=cell.slot, mode=item.mode, old=item.got)
        there = [v.unit for v in visits if v.unit != unit.code and v.team == move.team
                 and not set(halves(v)).isdisjoint(halves(move))]  # fmt: skip
        holders.update(there)
        if not there:
            free.append(cell)
    if not free:
        return replace(item, binding="taken", holders=tuple(sorted(holders)))
    if any(cell.allowed for cell in free):
        return replace(item, binding="dearer")
    counts = Counter(BINDING.get(found.rule, "rules") for cell in free for found in cell.broken)
    return replace(item, binding=min(counts, key=lambda name: (-counts[name], name)))


def _missing(problem: Problem, unit: SurveyedUnit, slot: Slot) -> tuple[str, ...]:
    """Return the areas that no team called then covers enough."""
    teams = [team for team in problem.teams if slot in team.available]
    return tuple(
        area
        for area, least in problem.composition
        if (not unit.areas or area in unit.areas)
        and not any(
            sum(area in person.areas and slot not in person.absent for person in team.members) >= least
            for team in teams
        )
    )


def _price(problem: Problem, before: Sequence[PlacedVisit], after: Sequence[PlacedVisit]) -> Price | None:
    """Return what changes from one plan to the other, None where the other breaks a rule that the first keeps."""
    was, now = check(problem=problem, visits=before), check(problem=problem, visits=after)
    if not set(now.violations) <= set(was.violations):
        return None
    old, new = was.objective, now.objective
    terms = {name: new.terms[name] - old.terms[name] for name in new.terms}
    return Price(
        terms={name: value for name, value in terms.items() if value},
        metres=new.metres - old.metres,
        changes=compare(before=before, after=after),
        visits=tuple(after),
    )


def _local(
    problem: Problem,
    visits: Sequence[PlacedVisit],
    unit: SurveyedUnit,
    item: Explanation,
    cells: Sequence[CellJudgement],
) -> Price | None:
    allowed = [cell for cell in cells if cell.allowed and not cell.here]
    if not allowed:
        return None
    best = min(allowed, key=lambda cell: (cell.cost, cell.team))
    move = wanted(unit=unit, team=best.team, slot=best.slot, mode=item.mode, old=item.got)
    after = judge(problem=problem, visits=visits, move=move, swap=best.swap).visits
    return _price(problem, visits, after) if _granted(after, item) else None


def _solved(
    problem: Problem,
    visits: Sequence[PlacedVisit],
    unit: SurveyedUnit,
    item: Explanation,
    seed: int,
    stop: Callable[[], bool],
) -> Price | None:
    """Return the price of the plan solved anew with the unit held to its wish, by any team.

    Each other unit that moves counts a little more than a step down a list, so that few move; the price is then
    worked out under the problem's own weights.
    """
    keep = set(problem.slots)
    if item.slot is not None:
        keep = {item.slot}
        if unit.island and item.mode is Mode.IN_PERSON:
            keep = {Slot(item.slot.day, half) for half in HalfDay}
    # The list of modes keeps its order, so that the cost of the mode stays what it was.
    modes = (item.mode,) if item.mode is unit.modes[0] else unit.modes
    held = replace(unit, blocked=unit.blocked | (frozenset(problem.slots) - keep), modes=modes)
    units = tuple(held if other.code == unit.code else other for other in problem.units)
    calm = replace(problem.weights, change=MOVED, soon=0)
    narrowed = replace(problem, units=units, previous=tuple(visits), weights=calm)
    try:
        plan = solve(problem=narrowed, seed=seed, max_iterations=ITERATIONS, stopped=stop, start=visits)
    except InvalidProblemError:
        return None
    return _price(problem, visits, plan.visits) if _granted(plan.visits, item) else None


def _granted(visits: Sequence[PlacedVisit], item: Explanation) -> bool:
    now = next((visit for visit in visits if visit.unit == item.unit), None)
    if now is None or now.mode is not item.mode:
        return False
    return item.slot is None or item.slot in halves(now)
