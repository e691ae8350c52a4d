"""What if: a problem with some things changed, solved and measured, so that plans can stand side by side."""

from haicap.timetable.rules.scenarios.change import RANGES, Change, ChangeError, Wrong, applied, wrongs_of
from haicap.timetable.rules.scenarios.measures import MEASURES, Cell, Line, Measure, compared, value_of
from haicap.timetable.rules.scenarios.outcome import Outcome, measured
from haicap.timetable.rules.scenarios.run import run, sweep

__all__ = [
    "MEASURES", "RANGES", "Cell", "Change", "ChangeError", "Line", "Measure", "Outcome", "Wrong", "applied",
    "compared", "measured", "run", "sweep", "value_of", "wrongs_of",
]  # fmt: skip
