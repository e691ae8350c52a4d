"""Column generation: a proven lower bound on the cost of any plan, and the days worth choosing from."""

import math
from collections.abc import Callable, Iterator

from haicap.timetable.rules.solver.classes import Points, classes_of
from haicap.timetable.rules.solver.instance import EMPTY, Day, Instance
from haicap.timetable.rules.solver.master import Master
from haicap.timetable.rules.solver.pricing import Pricer
from haicap.timetable.rules.solver.state import State

PER_CLASS = 12
"""columns added for a class at once"""
SMOOTH = 0.6
"""how much of the best prices so far is kept in those that are tried"""
CLOSE = 1e-4
"""share of the value below which bound and linear programme count as met"""


class Prover:
    """Raises the bound round by round, so that the search may go on in between."""

    def __init__(self, state: State) -> None:
        self.instance: Instance = state.instance
        self.classes = classes_of(self.instance)
        self.class_of = {day: each.number for each in self.classes for day in each.days}
        self.pricer = Pricer(self.instance)
        self.master = Master(self.instance, self.classes)
        self.bound, self.done = 0, False
        self.best_dual: Points | None = None
        self.best = -math.inf
        self.learn(state)

    def learn(self, state: State) -> None:
        """Add the days of a plan."""
        self.master.add(
            (self.class_of[day], content) for day, content in enumerate(state.days) if content != EMPTY
        )

    def rounds(self, stopped: Callable[[], bool]) -> Iterator[int]:
        """Yield the bound after every round, until it cannot rise or `stopped`."""
        while not self.done and not stopped():
            value = self.master.solve()
            dual = self.master.dual
            tried = dual if self.best_dual is None else SMOOTH * self.best_dual + (1 - SMOOTH) * dual
            added = self._price(tried, stopped)
            if not added and not stopped():
                added = self._price(dual, stopped)
            if stopped():
                return
            if not added or value - self.best <= CLOSE * abs(value):
                self.done = not self.master.sharpen()
            yield self.bound

    def contents(self) -> list[list[Day]]:
        """Return by class the days at hand."""
        held: list[list[Day]] = [[] for _ in self.classes]
        for column in self.master.columns:
            held[column.day_class].append(column.content)
        return held

    def _price(self, dual: Points, stopped: Callable[[], bool]) -> int:
        """Look for columns under `dual`, raise the bound where it can be; return how many are new."""
        master = self.master
        prices = master.prices(dual)
        total = master.fixed_value(dual, prices)
        found, lowest = [], []
        for day_class in self.classes:
            if stopped():
                return 0
            least, days = self.pricer.best(day_class, prices, most=PER_CLASS, below=math.inf)
            total += day_class.size * least
            lowest.append(least)
            found += [(day_class.number, day) for day in days]
        if total > self.best:
            self.best, self.best_dual, self.lowest = total, dual, lowest
            floor = math.floor(total * 1000 - 1e-6 * abs(total) - self.instance.cost_province)
            self.bound = max(self.bound, floor)
        return master.add(found)

    def widen(self, cost: int, most: int, stopped: Callable[[], bool]) -> bool:
        """Add every day that a plan of at most `cost` may hold, unless that makes more than `most` in all.

        A day whose value is further above its class's lowest than `cost` is above the bound is in no such plan.
        """
        if self.best_dual is None:
            return False
        prices = self.master.prices(self.best_dual)
        slack = (cost + self.instance.cost_province) / 1000 - self.best + 1e-3
        found: list[tuple[int, Day]] = []
        for day_class, least in zip(self.classes, self.lowest, strict=True):
            if stopped():
                return False
            days = self.pricer.within(day_class, prices, below=least + slack, most=most)
            if days is None or len(found) + len(days) > most:
                return False
            found += [(day_class.number, day) for day in days]
        self.master.add(found)
        return True
