"""The clock: due times from receipt, limit, suspensions, extension and calendar. Nobody else reckons with dates.

`reckon` holds the rules, `lines` explains them, `others` has the clocks of other bodies, `standing` and `portal`
judge, `change` tells what a new calendar moves.
"""

from haicap.onestop.rules.clock.change import Moved, changed_days, moved
from haicap.onestop.rules.clock.lines import Line, explain
from haicap.onestop.rules.clock.others import (
    OtherClock,
    OtherStanding,
    other_due,
    others_standing,
    suspensions_of,
)
from haicap.onestop.rules.clock.portal import (
    Both,
    PortalCase,
    PortalRules,
    PortalVerdict,
    Verdict,
    both_on_time,
    own_on_time,
    portal_on_time,
)
from haicap.onestop.rules.clock.reckon import due
from haicap.onestop.rules.clock.standing import Position, Standing, standing
from haicap.onestop.rules.clock.values import (
    ZONE,
    Case,
    ClockError,
    ClockRules,
    Due,
    Extension,
    OfficeHours,
    Reason,
    ShortDay,
    Suspension,
    TimeLimit,
    Unit,
)

__all__ = [
    "ZONE",
    "Both",
    "Case",
    "ClockError",
    "ClockRules",
    "Due",
    "Extension",
    "Line",
    "Moved",
    "OfficeHours",
    "OtherClock",
    "OtherStanding",
    "PortalCase",
    "PortalRules",
    "PortalVerdict",
    "Position",
    "Reason",
    "ShortDay",
    "Standing",
    "Suspension",
    "TimeLimit",
    "Unit",
    "Verdict",
    "both_on_time",
    "changed_days",
    "due",
    "explain",
    "moved",
    "other_due",
    "others_standing",
    "own_on_time",
    "portal_on_time",
    "standing",
    "suspensions_of",
]
