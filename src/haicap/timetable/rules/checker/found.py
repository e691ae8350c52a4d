"""What the checker answers with: broken rules by name, and a verdict."""

from dataclasses import asdict, dataclass

from haicap.kernel.periods import Slot
from haicap.timetable.rules.problem import Objective

RULES = (
    "visit.unknown_unit", "visit.unknown_team", "visit.outside_window", "visit.order_wrong",
    "visit.too_long", "visit.composition", "unit.twice", "unit.blocked", "unit.mode_not_allowed",
    "unit.no_coordinates", "unit.needs_whole_day", "unit.needs_half_day", "team.unavailable",
    "team.two_places", "team.half_day_too_short", "team.too_many_online", "team.too_many_visits",
    "team.days_in_row", "team.too_far", "person.two_places", "bridge.missing", "bridge.unknown",
    "bridge.unavailable", "bridge.full", "pin.moved",
)  # fmt: skip
PLAN_RULES = ("plan.unserved_differs", "plan.objective_differs", "plan.bound_above_cost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A broken rule, by name, and where.

    `other` is a second unit involved, `minutes` a travel time or the length of what does not fit, `area` what
    the people present do not cover, `bridge` a bridge point, `person` somebody needed in two teams (`team` and
    `other_team`).
    """

    rule: str
    unit: str | None = None
    team: int | None = None
    slot: Slot | None = None
    other: str | None = None
    minutes: int | None = None
    area: str | None = None
    bridge: str | None = None
    person: str | None = None
    other_team: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Feasible when nothing is broken; complete when besides every unit has its visit."""

    violations: tuple[Violation, ...]
    unserved: tuple[str, ...]
    objective: Objective

    @property
    def feasible(self) -> bool:
        """True when no rule is broken."""
        return not self.violations

    @property
    def complete(self) -> bool:
        """True when feasible and every unit is visited."""
        return self.feasible and not self.unserved

    def as_data(self) -> dict[str, object]:
        """Return plain values for storage."""
        found = [asdict(item) | {"slot": item.slot and item.slot.key} for item in self.violations]
        return {"feasible": self.feasible, "violations": found, "unserved": list(self.unserved)}
