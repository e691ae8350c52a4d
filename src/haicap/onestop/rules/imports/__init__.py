"""An export of another system read by a mapping: `mapping` names its columns, `lines` reads its rows, `history`
turns a row into the events that make the same dates.
"""

from haicap.onestop.rules.imports.history import Cast, Planned, happening, missing, planned, rehearse
from haicap.onestop.rules.imports.lines import Line, Wrongs, line_of
from haicap.onestop.rules.imports.mapping import (
    FIELDS,
    REQUIRED,
    STATUSES,
    Mapping,
    MappingError,
    Words,
    guess,
    read_mapping,
    read_words,
)

__all__ = [
    "FIELDS",
    "REQUIRED",
    "STATUSES",
    "Cast",
    "Line",
    "Mapping",
    "MappingError",
    "Planned",
    "Words",
    "Wrongs",
    "guess",
    "happening",
    "line_of",
    "missing",
    "planned",
    "read_mapping",
    "read_words",
    "rehearse",
]
