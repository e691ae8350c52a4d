"""When not everything fits: the smallest sets of rules that contradict each other.

A set told is minimal: with any one of its rules gone, the others can be kept (by counting; `rules.counting`). Found
by QuickXplain (U. Junker, AAAI 2004), first among the units that share an unserved unit's few half-days.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from haicap.kernel.periods import Slot
from haicap.timetable.rules.counting import Counting
from haicap.timetable.rules.problem import Mode, Problem

FEW_UNITS = 60
"""units that one contradiction is looked for among; beyond, only the sum is told"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`kind` "unit": visited once, on one of `slots`, those it left open ("pin": on the one pinned); "teams": at
    most `most` teams can work on `slot`; "rooms": at most `most` online sessions then; "needed" and "capacity":
    the half-days that all visits take, and those on which teams can work."""

    kind: str
    unit: str = ""
    slot: Slot | None = None
    slots: tuple[Slot, ...] = ()
    most: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Rules that cannot all hold, none of which can be left out of the contradiction."""

    rules: tuple[Rule, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """The units concerned."""
        return tuple(rule.unit for rule in self.rules if rule.unit)


def contradictions(
    *,
    problem: Problem,
    unserved: Collection[str],
    stopped: Callable[[], bool] = lambda: False,
    most: int = 5,
) -> tuple[Contradiction, ...]:
    """Return up to `most` contradictions, no two about the same unit; none where counting finds none.

    `unserved` are the units that a plan left out, where the search begins.
    """
    counting = Counting(problem)
    open_slots = {
        code: frozenset(slot for _, taken in counting.seats(unit) for slot in taken)
        for code, unit in counting.units.items()
    }
    found: list[Contradiction] = []
    told: set[str] = set()
    for code in sorted(unserved, key=lambda code: (len(open_slots[code]), code)):
        if stopped() or len(found) >= most:
            break
        rivals = [
            other for other, slots in open_slots.items()
            if slots and slots <= open_slots[code] and other not in told and other != code
        ]  # fmt: skip
        if code in told or len(rivals) > FEW_UNITS:
            continue
        rules = _rules(counting, [code, *sorted(rivals)])
        if not _fits(counting, rules):
            minimal = Contradiction(rules=tuple(_explain(counting, rules, stopped)))
            if stopped():
                break  # cut off: not proven minimal
            found.append(minimal)
            told.update(minimal.units)
    if len(found) < most and not stopped():
        found += _sum(counting)
    return tuple(found)


def _sum(counting: Counting) -> list[Contradiction]:
    """Return the contradiction of the sums where all units ask for more half-days than teams can work on."""
    problem, slots = counting.problem, counting.problem.slots
    online = sum(unit.modes[0] is Mode.ONLINE for unit in problem.units)
    islands = sum(unit.island and unit.modes[0] is Mode.IN_PERSON for unit in problem.units)
    needed = len(problem.units) - online + islands - (-online // problem.limits.online_per_half_day)
    capacity = sum(counting.teams.values())
    if needed <= capacity or counting.share > 1 or counting.fits(counting.units, slots, slots):
        return []
    return [Contradiction(rules=(Rule(kind="needed", most=needed), Rule(kind="capacity", most=capacity)))]


def _rules(counting: Counting, units: Sequence[str]) -> list[Rule]:
    """Return the rules about `units` and the half-days open to them, the half-days first."""
    slots: set[Slot] = set()
    own = []
    for code in units:
        taken = sorted({slot for _, each in counting.seats(counting.units[code]) for slot in each})
        slots.update(taken)
        own.append(Rule(kind="pin" if code in counting.pins else "unit", unit=code, slots=tuple(taken)))
    limits = [Rule(kind="teams", slot=slot, most=counting.teams[slot]) for slot in sorted(slots)]
    if counting.problem.bridges:
        limits += [Rule(kind="rooms", slot=slot, most=counting.rooms[slot]) for slot in sorted(slots)]
    return [*own, *limits]


def _fits(counting: Counting, rules: Sequence[Rule]) -> bool:
    return counting.fits(
        units=[rule.unit for rule in rules if rule.unit],
        teams={rule.slot for rule in rules if rule.kind == "teams" and rule.slot},
        rooms={rule.slot for rule in rules if rule.kind == "rooms" and rule.slot},
    )


def _explain(counting: Counting, rules: Sequence[Rule], stopped: Callable[[], bool]) -> list[Rule]:
    """Return a minimal set of `rules` (which do not fit) that still does not fit."""

    def narrow(kept: list[Rule], added: bool, open_rules: Sequence[Rule]) -> list[Rule]:
        if added and not _fits(counting, kept):
            return []
        if len(open_rules) == 1 or stopped():
            return list(open_rules)
        half = len(open_rules) // 2
        first, second = open_rules[:half], open_rules[half:]
        needed = narrow([*kept, *first], added=bool(first), open_rules=second)
        return [*narrow([*kept, *needed], added=bool(needed), open_rules=first), *needed]

    return narrow([], added=False, open_rules=rules)
