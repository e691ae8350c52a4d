"""Counting alone: which units could sit on which half-days, were ways, pairs and single teams left aside.

Teams that can work on a half-day are counted, not named. What does not fit here fits in no calendar; what fits here
may still fail for ways or pairs. CP-SAT decides.
"""

from collections.abc import Collection, Iterator

from ortools.sat.python import cp_model

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.checker.presence import Presence
from haicap.timetable.rules.problem import Mode, Problem, SurveyedUnit

SECONDS_OF_WORK = 10.0
"""CP-SAT's own time for one question: the same on every machine"""


class Counting:
    """The half-days' capacities and the units' seats of a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.presence = problem, Presence(problem)
        demands = {unit.areas for unit in problem.units}
        self.teams = {
            slot: sum(
                any(
                    self.presence.led(team, slot) and not self.presence.missing(team, slot, areas)
                    for areas in demands
                )
                for team in problem.teams
            )
            for slot in problem.slots
        }
        self.rooms = {
            slot: sum(bridge.capacity for bridge in problem.bridges if slot in bridge.available)
            for slot in problem.slots
        }
        self.share = 2 if problem.limits.two_visits_minutes > 0 else 1
        """visits in person that a half-day of a team may hold"""
        self.units = {unit.code: unit for unit in problem.units}
        self.pins = {pin.unit: pin for pin in problem.pins}

    def seats(self, unit: SurveyedUnit) -> Iterator[tuple[Mode, tuple[Slot, ...]]]:
        """Yield how and when a unit could be visited, the half-days it takes; of a pinned unit that alone."""
        window = set(self.problem.slots) - unit.blocked
        pin = self.pins.get(unit.code)
        for mode in unit.modes:
            if mode is Mode.IN_PERSON and unit.place is None and self.problem.matrix is None:
                continue
            for slot in sorted(window):
                later = Slot(slot.day, HalfDay.AFTERNOON)
                taken: tuple[Slot, ...] = (slot,)
                if mode is Mode.IN_PERSON and unit.island:
                    if slot.half is not HalfDay.MORNING or later not in window:
                        continue
                    taken = (slot, later)
                if pin is None or (pin.slot, pin.mode) == (slot, mode):
                    yield mode, taken

    def most_served(self) -> int:
        """Return a proven upper bound on the units that any calendar serves."""
        model = cp_model.CpModel()
        seats = self._model(model, self.units, set(self.problem.slots), set(self.problem.slots))
        served = [seat for of_unit in seats.values() for seat in of_unit]
        for of_unit in seats.values():
            model.add_at_most_one(of_unit)
        model.maximize(sum(served))
        solver = _solver()
        solver.solve(model)
        return min(len(self.units), int(solver.best_objective_bound + 1e-6))

    def fits(self, units: Collection[str], teams: Collection[Slot], rooms: Collection[Slot]) -> bool:
        """Say whether `units` all find a seat where only the half-days of `teams` and `rooms` are limited."""
        model = cp_model.CpModel()
        seats = self._model(model, units, teams, rooms)
        for of_unit in seats.values():
            model.add_exactly_one(of_unit)
        return bool(_solver().solve(model) != cp_model.INFEASIBLE)

    def _model(
        self,
        model: cp_model.CpModel,
        units: Collection[str],
        teams: Collection[Slot],
        rooms: Collection[Slot],
    ) -> dict[str, list[cp_model.IntVar]]:
        slots = self.problem.slots
        in_person: dict[Slot, list[cp_model.IntVar]] = {slot: [] for slot in slots}
        whole: dict[Slot, list[cp_model.IntVar]] = {slot: [] for slot in slots}
        online: dict[Slot, list[cp_model.IntVar]] = {slot: [] for slot in slots}
        seats: dict[str, list[cp_model.IntVar]] = {}
        for code in units:
            seats[code] = []
            for mode, taken in self.seats(self.units[code]):
                seat = model.new_bool_var("")
                seats[code].append(seat)
                for slot in taken:
                    (online if mode is Mode.ONLINE else in_person)[slot].append(seat)
                    if len(taken) > 1:
                        whole[slot].append(seat)
        for slot in slots:
            hosts = model.new_int_var(0, len(self.problem.teams), "")
            model.add(sum(online[slot]) <= self.problem.limits.online_per_half_day * hosts)
            if slot in teams:
                there = self.teams[slot]
                held = sum(in_person[slot]) + (self.share - 1) * sum(whole[slot])
                model.add(held + self.share * hosts <= self.share * there)
            if slot in rooms and self.problem.bridges:
                model.add(hosts <= self.rooms[slot])
        return seats


def _solver() -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = SECONDS_OF_WORK
    return solver
