"""Large-neighbourhood search: seats and days reassigned as assignments, small groups repacked by CP-SAT."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.columns import repack
from haicap.timetable.rules.solver.construct import CHUNK, construct
from haicap.timetable.rules.solver.instance import EMPTY, Day, Instance, members
from haicap.timetable.rules.solver.seating import exchange, free_cells, reseat
from haicap.timetable.rules.solver.state import Changes, State

EFFORT = 0.08
"""deterministic time of CP-SAT per repacking"""
PATIENCE = 60
"""iterations without a new best before the plan is shaken"""
EXCHANGED = 40
"""days given to one another at once"""


@dataclass(frozen=True, slots=True)
class Step:
    """Where the search stands; costs in thousandths of a point."""

    iteration: int
    best: int
    served: int
    units: int


def search(
    *,
    instance: Instance,
    seed: int,
    max_iterations: int | None,
    stopped: Callable[[], bool],
    on_progress: Callable[[Step], None],
) -> tuple[State, int]:
    """Return the best state found and the iterations done."""
    rng = Random(seed)  # noqa: S311  # a reproducible search, not a secret
    state = State(instance)
    construct(state, rng=rng, stopped=stopped)
    best, best_days, stale, iteration = state.cost, list(state.days), 0, 0
    count = len(instance.units)
    on_progress(Step(0, best, count - len(state.unserved), count))
    while instance.team_of and count and not (max_iterations is not None and iteration >= max_iterations):
        if stopped():
            break
        iteration += 1
        _improve(state, rng)
        if state.cost < best:
            best, best_days, stale = state.cost, list(state.days), 0
        else:
            stale += 1
        if stale >= PATIENCE:
            _restore(state, best_days)
            _shake(state, rng)
            stale = 0
        on_progress(Step(iteration, best, count - _missing(best_days, instance), count))
    _restore(state, best_days)
    return state, iteration


def _missing(days: list[Day], instance: Instance) -> int:
    placed = sum(len(members(half)) for day in days for half in day)
    return len(instance.units) - placed


def _restore(state: State, days: list[Day]) -> None:
    state.apply({day: content for day, content in enumerate(days) if state.days[day] != content})


def _improve(state: State, rng: Random) -> None:
    """Try one neighbourhood; keep its result unless it costs more."""
    kind = rng.random()
    if kind < 0.35:
        changes: Changes = _reseat(state, rng)
    elif kind < 0.5:
        changes = _exchange(state, rng)
    else:
        changes = _repack(state, rng)
    if changes:
        before = state.cost
        undo = state.apply(changes)
        if state.cost > before:
            state.apply(undo)


def _reseat(state: State, rng: Random) -> Changes:
    days = rng.sample(range(len(state.days)), min(CHUNK, len(state.days)))
    same = rng.random() < 0.3
    half = rng.randrange(2)
    halves = [half if same else rng.randrange(2) for _ in days]
    return reseat(state, free_cells(state, days, halves))


def _exchange(state: State, rng: Random) -> Changes:
    days = [day for day in range(len(state.days)) if not state.pinned(day)]
    return exchange(state, sorted(rng.sample(days, min(EXCHANGED, len(days))))) if days else {}


def _repack(state: State, rng: Random) -> Changes:
    size = min(rng.randint(4, 8), len(state.days))
    if state.unserved and rng.random() < 0.7:
        focus = rng.choice(sorted(state.unserved))
    elif (switched := _switched(state)) and rng.random() < 0.3:
        focus = rng.choice(switched)
    else:
        focus = rng.randrange(len(state.instance.units))
    days: list[int] = []
    for day in _related(state, focus, rng):
        if day not in days:
            days.append(day)
        if len(days) == size:
            break
    waiting = sorted(state.unserved - {focus})
    rng.shuffle(waiting)
    outside = ([focus] if focus in state.unserved else []) + waiting[:4]
    return repack(state, sorted(days), waiting=outside, effort=EFFORT) if days else {}


def _switched(state: State) -> list[int]:
    """Return the units that are surveyed otherwise than they asked."""
    return [
        unit
        for content in state.days
        for held in content
        for unit in members(held)
        if state.instance.mode_cost[unit][0 if isinstance(held, int) else 1]
    ]


def _related(state: State, focus: int, rng: Random) -> Iterator[int]:
    """Yield days worth repacking with `focus`: its own, of its neighbours, on its wanted dates, with room."""
    i = state.instance
    if focus in state.day_of:
        yield state.day_of[focus]
    count = len(state.days)
    wanted = {slot.day for slot in i.units[focus].preferred}
    on_wanted = [d for d in range(count) if i.slots[max(i.slot_of[d])].day in wanted]
    roomy = [d for d in range(count) if i.halves(state.days[d]) < 2] if state.unserved else []
    row = i.row(focus)
    near = sorted(state.day_of, key=row.__getitem__)[:40]
    while True:
        kind = rng.random()
        if kind < 0.25 and on_wanted:
            yield rng.choice(on_wanted)
        elif kind < 0.45 and roomy:
            yield rng.choice(roomy)
        elif kind < 0.85 and near:
            yield state.day_of[near[min(int(rng.expovariate(0.12)), len(near) - 1)]]
        else:
            yield rng.randrange(count)


def _shake(state: State, rng: Random) -> None:
    """Empty some days and seat their units again in another order of choice."""
    days = [day for day in range(len(state.days)) if not state.pinned(day)]
    if not days:
        return
    chosen = rng.sample(days, min(len(days), max(2, min(12, len(days) // 8))))
    state.apply(dict.fromkeys(chosen, EMPTY))
    for half in rng.sample((0, 1), 2):
        state.apply(reseat(state, free_cells(state, chosen, [half] * len(chosen))))


def room_reason(instance: Instance, unit: int) -> str:
    """Return why `unit` could not be placed, as a code of `problem.REASONS`."""
    surveyed = instance.units[unit]
    if all(cost is None for cost in instance.slot_cost[unit]):
        return "blocked_everywhere"
    if not instance.online[unit] and not instance.in_person[unit]:
        return "no_coordinates"
    seats = [
        instance.seat_cost(unit, day, half, mode)
        for day in range(len(instance.team_of)) for half in (0, 1) for mode in Mode
    ]  # fmt: skip
    if any(cost is not None for cost in seats):
        return "no_room"
    return "no_whole_day" if surveyed.island and not instance.online[unit] else "no_team_then"
