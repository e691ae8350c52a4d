"""Faults of pins: visits that must stay and cannot, alone or together."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise, permutations

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.checker.presence import Presence
from haicap.timetable.rules.checker.travel import SLACK_MINUTES, Roads, Stop
from haicap.timetable.rules.faults.fault import Fault
from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem, SurveyedUnit, SurveyTeam

Pins = list[PlacedVisit]


def of_pins(problem: Problem) -> Iterator[Fault]:
    """Yield what is wrong with each pin, then what pins of one team or half-day cannot keep together."""
    if problem.pins:
        yield from _Pins(problem).faults()


def _at(code: str, pin: PlacedVisit, slot: Slot | None = None, other: str | None = None) -> Fault:
    return Fault(code=code, fatal=True, unit=pin.unit, team=pin.team, slot=slot or pin.slot, other=other)


def _halves(pin: PlacedVisit) -> tuple[Slot, ...]:
    return tuple(Slot(pin.slot.day, half) for half in HalfDay) if pin.whole_day else (pin.slot,)


class _Pins:
    def __init__(self, problem: Problem) -> None:
        self.problem, self.limits = problem, problem.limits
        self.units = {unit.code: unit for unit in problem.units}
        self.teams = {team.number: team for team in problem.teams}
        self.window = frozenset(problem.slots)
        self.presence, self.roads = Presence(problem), Roads(problem)
        self.online = {
            slot: sum(bridge.capacity for bridge in problem.bridges if slot in bridge.available)
            for slot in {pin.slot for pin in problem.pins}
        }

    def faults(self) -> Iterator[Fault]:
        for code, times in Counter(pin.unit for pin in self.problem.pins).items():
            if times > 1:
                yield Fault(code="pin.unit_twice", fatal=True, unit=code)
        sound: Pins = []
        for pin in self.problem.pins:
            unit, team = self.units.get(pin.unit), self.teams.get(pin.team)
            if unit is None:
                yield _at("pin.unknown_unit", pin)
            else:
                yield from self._of_unit(pin, unit)
            if team is None:
                yield _at("pin.unknown_team", pin)
            yield from self._of_team(pin, unit, team)
            if unit is not None and team is not None:
                sound.append(pin)
        yield from self._together(list({pin.unit: pin for pin in sound}.values()))

    def _of_unit(self, pin: PlacedVisit, unit: SurveyedUnit) -> Iterator[Fault]:
        in_person = pin.mode is Mode.IN_PERSON
        room = self.limits.half_day_minutes * (2 if unit.island else 1)
        right_length = pin.whole_day == (unit.island and in_person)
        broken = {
            "pin.unit_blocked": not unit.blocked.isdisjoint(_halves(pin)),
            "pin.mode_not_allowed": pin.mode not in unit.modes,
            "pin.no_coordinates": in_person and self.roads.unit(unit.code) is None,
            "pin.whole_day_wrong": not right_length
            or (pin.whole_day and pin.slot.half is not HalfDay.MORNING),
            "pin.too_long": in_person and unit.minutes > room,
        }
        yield from (_at(code, pin) for code, holds in broken.items() if holds)

    def _of_team(
        self, pin: PlacedVisit, unit: SurveyedUnit | None, team: SurveyTeam | None
    ) -> Iterator[Fault]:
        for slot in _halves(pin):
            if slot not in self.window:
                yield _at("pin.outside_window", pin, slot)
            elif team is not None and not self.presence.led(team, slot):
                yield _at("pin.team_unavailable", pin, slot)
            elif team is not None and unit is not None:
                for area in self.presence.missing(team, slot, unit.areas):
                    yield Fault(
                        code="pin.composition", fatal=True, unit=pin.unit, team=pin.team, slot=slot, area=area
                    )

    def _together(self, pins: Sequence[PlacedVisit]) -> Iterator[Fault]:
        half_days: dict[tuple[int, Slot], Pins] = defaultdict(list)
        days: dict[tuple[int, date], Pins] = defaultdict(list)
        for pin in pins:
            days[pin.team, pin.slot.day].append(pin)
            for slot in _halves(pin):
                half_days[pin.team, slot].append(pin)
        crowded: set[tuple[int, date]] = set()
        for (team, slot), held in half_days.items():
            for fault in self._of_half_day(slot, held):
                crowded.add((team, slot.day))
                yield fault
        for (number, day), held in days.items():
            if len(held) > self.teams[number].most_per_day:
                yield _at("pin.too_many_visits", held[-1], other=held[0].unit)
            elif (number, day) not in crowded:
                yield from self._of_day(held)
        yield from self._in_row(days)
        yield from self._on_bridges(pins)

    def _of_half_day(self, slot: Slot, held: Pins) -> Iterator[Fault]:
        if len(held) < 2:
            return
        in_person = [pin for pin in held if pin.mode is Mode.IN_PERSON]
        if not in_person:
            fits = len(held) <= self.limits.online_per_half_day
        else:
            alone = len(in_person) < len(held) or any(pin.whole_day for pin in held)
            fits = len(held) == 2 and not alone and self.limits.two_visits_minutes > 0
        if not fits:
            yield _at("pin.same_half_day", held[1], slot, other=held[0].unit)
        elif in_person and not any(self._orders(held)):
            yield _at("pin.half_day_too_short", held[1], slot, other=held[0].unit)

    def _orders(self, held: Pins) -> list[tuple[PlacedVisit, ...]]:
        """Return the orders in which the pins of one half-day can be visited."""
        if len(held) < 2 or held[0].mode is Mode.ONLINE:
            return [tuple(held)]
        return [order for order in permutations(held) if self._fit(*order)]

    def _fit(self, one: PlacedVisit, other: PlacedVisit) -> bool:
        start, end = self._stop(one), self._stop(other)
        if start is None or end is None:
            return True
        way = self.roads.minutes(start, end)
        total = self.units[one.unit].minutes + way + self.units[other.unit].minutes
        near = way <= self.limits.two_visits_minutes + SLACK_MINUTES
        return near and total <= self.limits.half_day_minutes + SLACK_MINUTES

    def _stop(self, pin: PlacedVisit) -> Stop | None:
        """Return where a team is during a pinned visit, None when that is not known."""
        return self.roads.base(pin.team) if pin.mode is Mode.ONLINE else self.roads.unit(pin.unit)

    def _of_day(self, held: Pins) -> Iterator[Fault]:
        """Yield a day whose morning and afternoon no order brings near enough to each other."""
        mornings = [pin for pin in held if pin.slot.half is HalfDay.MORNING]
        afternoons = [pin for pin in held if pin.slot.half is HalfDay.AFTERNOON]
        if not mornings or not afternoons or any(pin.whole_day for pin in held):
            return
        most = self.limits.lunch_minutes + SLACK_MINUTES
        for one in self._orders(mornings):
            for other in self._orders(afternoons):
                start, end = self._stop(one[-1]), self._stop(other[0])
                if start is None or end is None or self.roads.minutes(start, end) <= most:
                    return
        yield _at("pin.too_far", afternoons[0], other=mornings[0].unit)

    def _in_row(self, days: dict[tuple[int, date], Pins]) -> Iterator[Fault]:
        on_road: dict[int, dict[date, PlacedVisit]] = defaultdict(dict)
        for (number, day), held in days.items():
            for pin in held:
                if pin.mode is Mode.IN_PERSON:
                    on_road[number][day] = pin
        for number, pinned in on_road.items():
            most, run = self.teams[number].most_days_in_row, 1
            for one, other in pairwise(sorted(pinned)):
                run = run + 1 if other - one == timedelta(1) else 1
                if most is not None and run == most + 1:
                    yield _at("pin.days_in_row", pinned[other])

    def _on_bridges(self, pins: Sequence[PlacedVisit]) -> Iterator[Fault]:
        """Yield half-days on which more teams are pinned online than the bridge points hold."""
        if not self.problem.bridges:
            return
        teams: dict[Slot, dict[int, PlacedVisit]] = defaultdict(dict)
        for pin in pins:
            if pin.mode is Mode.ONLINE:
                teams[pin.slot][pin.team] = pin
        for slot, held in teams.items():
            if len(held) > self.online[slot]:
                yield _at("pin.no_bridge", list(held.values())[-1])
