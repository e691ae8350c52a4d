"""The search: a first plan, then columns and their bound, then days packed anew from the columns, till stopped."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from haicap.timetable.rules.problem import PlacedVisit
from haicap.timetable.rules.solver.bound import Prover
from haicap.timetable.rules.solver.construct import construct
from haicap.timetable.rules.solver.instance import Instance, unit_of
from haicap.timetable.rules.solver.packing import Cell, Packing
from haicap.timetable.rules.solver.state import State

MANY = 30_000
"""columns that one integer programme takes"""
FEW = 4_000
"""columns that it takes where every team counts for itself"""
RESCUE = 18
"""rounds of columns between two attempts to place somebody left out"""
HALVINGS = 5
"""times the limit under which all days are looked at is lowered"""
PATIENCE = 60
"""moves by base that bring nothing before the search gives up"""
ROUNDING = 0.05
"""thousandths of a point by which an integer programme may overstate its bound"""
CLOSED = 1e-8
"""share of the cost below which a gap counts as none"""
NODES = 400
"""nodes of the search tree for one packing"""


@dataclass(frozen=True, slots=True)
class Step:
    """Where the search stands; costs in thousandths of a point, `bound` None before one is proven."""

    iteration: int
    best: int
    bound: int | None
    served: int
    units: int


class Search:
    """One run over an instance; each iteration is a round of columns or a packing."""

    def __init__(
        self,
        *,
        instance: Instance,
        seed: int,
        max_iterations: int | None,
        stopped: Callable[[], bool],
        on_progress: Callable[[Step], None],
    ) -> None:
        self.instance, self.state = instance, State(instance)
        self.rng = Random(seed)  # noqa: S311  # a reproducible search, not a secret
        self.max_iterations, self.stopped, self.on_progress = max_iterations, stopped, on_progress
        self.iteration = 0
        self.bound: int | None = None

    def run(self, start: Sequence[PlacedVisit]) -> None:
        """Search from `start` until nothing can be better, or told to stop."""
        construct(self.state, rng=self.rng, start=start, stopped=self.stopped)
        self._tell()
        if not self.instance.team_of or not self.instance.units:
            self.bound = self.state.cost  # nothing to decide
        if self.proven or self.over():
            return
        self.prover = Prover(self.state)
        rescue = RESCUE if len(self.instance.ways.out) > 1 else 4 * RESCUE
        for bound in self.prover.rounds(self.over):
            self.bound = bound or None
            if self.state.unserved and self.iteration % rescue == rescue - 1:
                self._rescue()
            self._count()
        best, idle = self.state.cost, 0
        patience = PATIENCE * len(self.instance.ways.out)
        for move in self._moves():
            if self.over() or self.proven or idle > patience:
                break
            move()
            self._count()
            best, idle = (self.state.cost, 0) if self.state.cost < best else (best, idle + 1)

    def over(self) -> bool:
        """Say whether the search was told to stop or has done its iterations."""
        done = self.max_iterations is not None and self.iteration >= self.max_iterations
        return done or self.stopped()

    @property
    def proven(self) -> bool:
        """True when no plan costs less, but for what rounding leaves open."""
        return self.bound is not None and self.state.cost - self.bound <= CLOSED * self.state.cost

    def _count(self) -> None:
        self.iteration += 1
        self._tell()

    def _tell(self) -> None:
        count = len(self.instance.units)
        served = count - len(self.state.unserved)
        self.on_progress(Step(self.iteration, self.state.cost, self.bound, served, count))

    def _moves(self) -> Iterator[Callable[[], object]]:
        """Yield what to do next: all at once while that is possible, then base by base, then by a few dates."""
        bases = range(len(self.instance.ways.out))
        if len(self.prover.master.columns) <= MANY:
            yield self._pack_all
            yield self._prove
        else:
            yield self._pack_by_prices
            yield from (partial(self._pack_bases, (base,)) for base in bases)
        while True:
            before = self.state.cost
            order = list(bases)
            self.rng.shuffle(order)
            for base in order:
                yield partial(self._pack_dates, base)
            if len(bases) > 1:
                for base in order:
                    yield partial(self._pack_bases, self._beside(base))
            if self.state.cost < before:
                yield self._prove

    def _rescue(self) -> None:
        """Try to place those left out with the columns so far, without much effort."""
        if len(self.instance.ways.out) > 1:
            self._pack_by_prices(nodes=1)
        else:
            self._pack_all(nodes=1)

    def _pack_by_prices(self, *, nodes: int = NODES) -> None:
        """Start again from nothing: each base packs the units that the linear programme gives it most of."""
        fresh = State(self.instance)
        construct(fresh, rng=self.rng, start=(), stopped=lambda: True)
        shares: dict[int, dict[int, float]] = {unit: {} for unit in range(len(self.instance.units))}
        prover = self.prover
        for column, part in zip(prover.master.columns, prover.master.chosen().tolist(), strict=False):
            base = prover.classes[column.day_class].base
            for half in column.content if part > 1e-6 else ():
                for seat in half:
                    held = shares[unit_of(seat)]
                    held[base] = held.get(base, 0.0) + part
        contents = prover.contents()
        for base in range(len(self.instance.ways.out)):
            if self.over():
                return
            mine = {unit for unit, held in shares.items() if held and max(held, key=held.__getitem__) == base}
            cells = [Cell(c.days, tuple(contents[c.number])) for c in prover.classes if c.base == base]
            packing = Packing(fresh, cells, units=mine)
            fresh.tried(packing.solve(nodes=nodes, stopped=self.stopped).changes)
        if fresh.cost < self.state.cost:
            changes = {d: content for d, content in enumerate(fresh.days) if content != self.state.days[d]}
            self.state.apply(changes)
            prover.learn(self.state)

    def _pack(self, cells: Sequence[Cell], *, nodes: int = NODES) -> float:
        packing = Packing(self.state, cells)
        packed = packing.solve(nodes=nodes, stopped=self.stopped)
        if packed.changes and self.state.tried(packed.changes):
            self.prover.learn(self.state)
        return packed.bound

    def _pack_all(self, *, nodes: int = NODES) -> float:
        contents = self.prover.contents()
        cells = [Cell(each.days, tuple(contents[each.number])) for each in self.prover.classes]
        return self._pack(cells, nodes=nodes)

    def _prove(self) -> None:
        """Look at every day that a better plan may hold: the best of them bounds all plans.

        Where those are too many, at every day that plans under a lower limit hold; the bound then ends there.
        """
        limit = self.state.cost
        for _ in range(HALVINGS):
            if self.over():
                return
            if self.prover.widen(limit, MANY, self.over):
                break
            limit -= (limit - self.prover.bound) // 2
        else:
            return
        self._raise(limit, self._pack_all())
        contents = self.prover.contents()
        cells = [
            Cell((day,), tuple(contents[each.number])) for each in self.prover.classes for day in each.days
        ]
        if not self.proven and sum(len(cell.contents) for cell in cells) <= FEW:
            self._raise(limit, self._pack(cells))

    def _raise(self, cost: int, found: float) -> None:
        """Raise the bound to what no plan from all the days under `cost` undercuts (costs are whole numbers)."""
        if math.isfinite(found):
            bound = min(cost, math.ceil(found - ROUNDING - 1e-9 * abs(found)))
            self.bound = max(bound, self.bound or 0)

    def _pack_bases(self, bases: Sequence[int]) -> None:
        contents = self.prover.contents()
        classes = [each for each in self.prover.classes if each.base in bases]
        self._pack([Cell(c.days, tuple(contents[c.number])) for c in classes])

    def _pack_dates(self, base: int) -> None:
        """Pack a few dates of the teams of a base, each team for itself."""
        contents = self.prover.contents()
        dates = sorted({each.date for each in self.prover.classes if each.base == base})
        self.rng.shuffle(dates)
        cells: list[Cell] = []
        count = 0
        for date in dates:
            there = [c for c in self.prover.classes if c.base == base and c.date == date]
            count += sum(len(contents[c.number]) * c.size for c in there)
            if cells and count > FEW:
                break
            cells += [Cell((day,), tuple(contents[c.number])) for c in there for day in c.days]
        self._pack(cells)

    def _beside(self, base: int) -> tuple[int, ...]:
        """Return a base and one of its nearest."""
        ways = self.instance.ways
        teams = [ways.base_of.index(number) for number in range(len(ways.out))]
        points = [self.instance.teams[team].base for team in teams]
        here = points[base]

        def away(other: int) -> float:
            there = points[other]
            if here is None or there is None:
                return 0.0
            return (here.lat - there.lat) ** 2 + (here.lon - there.lon) ** 2

        near = sorted((b for b in range(len(points)) if b != base), key=away)[:5]
        return base, self.rng.choice(near)
