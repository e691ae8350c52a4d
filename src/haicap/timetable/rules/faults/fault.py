"""What a fault is, and the sizes up to which a problem is taken."""

from dataclasses import dataclass

from haicap.kernel.periods import Slot

MOST_UNITS = 12_000
"""the tables of ways between all units take some 5 bytes for each pair"""
MOST_TEAMS = 2_000
MOST_SLOTS = 1_000
MOST_WEIGHT = 10_000_000
"""points; above it the cost of a large problem would not fit the solver's whole numbers"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A named fault; `fatal` ones stop the solver, the others leave a unit, a team or a wish out.

    `other` is a second unit and `other_team` a second team involved, `places` are places of the matrix, `value`
    is what was found (minutes, a number of units) and `most` what is allowed.
    """

    code: str
    fatal: bool
    unit: str | None = None
    team: int | None = None
    slot: Slot | None = None
    setting: str | None = None
    member: str | None = None
    other: str | None = None
    other_team: int | None = None
    area: str | None = None
    bridge: str | None = None
    places: tuple[str, ...] = ()
    value: float | None = None
    most: float | None = None


class InvalidProblemError(ValueError):
    """The problem has fatal faults; `faults` names them all."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(sorted({fault.code for fault in faults})))
        self.faults = faults
