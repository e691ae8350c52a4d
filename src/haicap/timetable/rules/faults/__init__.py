"""What is wrong with a problem before anybody tries to solve it, each fault by name."""

from haicap.timetable.rules.faults.fault import (
    MOST_SLOTS,
    MOST_TEAMS,
    MOST_UNITS,
    MOST_WEIGHT,
    Fault,
    InvalidProblemError,
)
from haicap.timetable.rules.faults.of_matrix import of_matrix
from haicap.timetable.rules.faults.of_pins import of_pins
from haicap.timetable.rules.faults.of_settings import of_settings, of_sizes
from haicap.timetable.rules.faults.of_teams import of_bridges, of_composition, of_teams
from haicap.timetable.rules.faults.of_units import of_units
from haicap.timetable.rules.problem import Problem

__all__ = [
    "FATAL", "MOST_SLOTS", "MOST_TEAMS", "MOST_UNITS", "MOST_WEIGHT", "TOLD", "Fault", "InvalidProblemError",
    "faults_of",
]  # fmt: skip

FATAL = (
    "window.no_working_days", "window.slot_twice", "window.too_long",
    "weight.negative", "weight.not_whole", "weight.too_large",
    "limit.not_finite", "limit.not_positive", "limit.negative", "limit.not_whole",
    "limit.road_factor_below_one", "limit.quorum_out_of_range",
    "composition.area_twice", "composition.negative",
    "team.none", "team.too_many", "team.twice", "team.no_base", "team.base_swapped", "team.base_outside",
    "team.limit_not_positive", "member.twice", "member.two_teams",
    "bridge.twice", "bridge.negative",
    "unit.none", "unit.too_many", "unit.twice", "unit.no_mode", "unit.coordinates_swapped",
    "unit.coordinates_outside", "unit.minutes_not_positive",
    "matrix.not_square", "matrix.place_twice", "matrix.not_finite", "matrix.negative", "matrix.too_far",
    "matrix.diagonal", "matrix.place_missing", "matrix.base_missing",
    "previous.unit_twice",
    "pin.unit_twice", "pin.unknown_unit", "pin.unknown_team", "pin.outside_window", "pin.team_unavailable",
    "pin.unit_blocked", "pin.mode_not_allowed", "pin.no_coordinates", "pin.whole_day_wrong", "pin.too_long",
    "pin.composition", "pin.same_half_day", "pin.half_day_too_short", "pin.too_far", "pin.too_many_visits",
    "pin.days_in_row", "pin.no_bridge",
)  # fmt: skip
"""the codes that stop a solver"""
TOLD = (
    "team.no_members", "team.no_leader", "team.never_available", "team.composition_never",
    "bridge.never_available",
    "unit.no_coordinates", "unit.blocked_everywhere", "unit.prefers_blocked", "unit.prefers_outside",
    "unit.visit_too_long", "unit.unknown_area", "unit.no_bridge_ever", "matrix.triangle",
)  # fmt: skip
"""the codes that are told and solved around"""


def faults_of(problem: Problem) -> tuple[Fault, ...]:
    """Return every fault of `problem`: sizes, settings, people, bridge points, units, matrix, pins.

    A problem larger than what is taken is answered by its size alone.
    """
    sizes = tuple(of_sizes(problem))
    if any(fault.most is not None for fault in sizes):
        return sizes
    return (
        *sizes,
        *of_settings(problem),
        *of_composition(problem),
        *of_teams(problem),
        *of_bridges(problem),
        *of_units(problem),
        *of_matrix(problem),
        *of_pins(problem),
    )
