"""Problems, plans and matrices as JSON files: read and written without loss, every bad input by name.

The format is described in docs/timetable-files.md and docs/timetable.schema.json.
"""

from haicap.timetable.rules.problem_files.content import (
    StoredPlan,
    StoredProblem,
    read_matrix,
    read_plan,
    read_problem,
)
from haicap.timetable.rules.problem_files.faults import FileFault, UnreadableFileError
from haicap.timetable.rules.problem_files.reading import MOST_BYTES, MOST_MATRIX_BYTES
from haicap.timetable.rules.problem_files.shapes import json_schema
from haicap.timetable.rules.problem_files.writing import write_matrix, write_plan, write_problem

__all__ = [
    "MOST_BYTES",
    "MOST_MATRIX_BYTES",
    "FileFault",
    "StoredPlan",
    "StoredProblem",
    "UnreadableFileError",
    "json_schema",
    "read_matrix",
    "read_plan",
    "read_problem",
    "write_matrix",
    "write_plan",
    "write_problem",
]
