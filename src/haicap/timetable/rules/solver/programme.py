"""A mixed-integer programme built row by row and solved by HiGHS, stoppable and the same on every run."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

FREE = highspy.kHighsInf
LOOK = 0.05
"""seconds between two looks at whether to stop"""


def quiet() -> highspy.Highs:
    """Return a solver that says nothing and uses one thread."""
    highs = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
        highs.setOptionValue(option, value)
    return highs


@dataclass(frozen=True, slots=True)
class Answer:
    """Values of the columns (None: nothing found), the proven bound, and whether the best is found."""

    values: NDArray[np.float64] | None
    bound: float
    optimal: bool


class Programme:
    """Columns with costs, rows with limits; give every row before the columns that stand in it."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.most: list[float] = []
        self.whole: list[bool] = []
        self._starts: list[int] = []
        self._rows: list[int] = []
        self._values: list[float] = []
        self._lower: list[float] = []
        self._upper: list[float] = []
        self.hints: list[float] = []

    def row(self, lower: float, upper: float) -> int:
        """Add a row and return its number."""
        self._lower.append(lower)
        self._upper.append(upper)
        return len(self._lower) - 1

    def column(
        self,
        cost: float,
        entries: dict[int, float],
        *,
        most: float = 1.0,
        whole: bool = True,
        hint: float = 0,
    ) -> int:
        """Add a column from 0 to `most` and return its number."""
        self.costs.append(cost)
        self.most.append(most)
        self.whole.append(whole)
        self.hints.append(hint)
        self._starts.append(len(self._rows))
        self._rows += entries.keys()
        self._values += entries.values()
        return len(self.costs) - 1

    def solve(self, *, nodes: int | None, stopped: Callable[[], bool]) -> Answer:
        """Minimise; at most `nodes` of the search tree (None: until done or `stopped`)."""
        highs = quiet()
        self._fill(highs)
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", 1e-4)
        if nodes is not None:
            highs.setOptionValue("mip_max_nodes", nodes)
        _run(highs, stopped)
        info = highs.getInfo()
        optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        bound = info.mip_dual_bound if math.isfinite(info.mip_dual_bound) else -math.inf
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        return Answer(np.array(highs.getSolution().col_value) if found else None, bound, optimal)

    def _fill(self, highs: highspy.Highs) -> None:
        count, none = len(self.costs), np.zeros(0, dtype=np.int32)
        rows = len(self._lower)
        highs.addRows(
            rows, np.array(self._lower), np.array(self._upper), 0, np.zeros(rows, dtype=np.int32), none,
            np.zeros(0),
        )  # fmt: skip
        highs.addCols(
            count, np.array(self.costs), np.zeros(count), np.array(self.most), len(self._rows),
            np.array(self._starts, dtype=np.int32), np.array(self._rows, dtype=np.int32),
            np.array(self._values, dtype=np.float64),
        )  # fmt: skip
        whole = np.flatnonzero(self.whole).astype(np.int32)
        kinds = np.full(len(whole), highspy.HighsVarType.kInteger)
        highs.changeColsIntegrality(len(whole), whole, kinds)
        hint = highspy.HighsSolution()
        hint.col_value = self.hints
        highs.setSolution(hint)


def _run(highs: highspy.Highs, stopped: Callable[[], bool]) -> None:
    """Run on another thread while this one asks `stopped`."""
    highs.HandleUserInterrupt = True
    worker = threading.Thread(target=highs.run, daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(LOOK)
        if worker.is_alive() and stopped():
            highs.cancelSolve()
