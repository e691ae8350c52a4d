"""How long will it take? The waiting tickets are dealt out to the open counters as they would be called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf, sqrt

from haicap.onestop.rules.queue.order import Desk, Policy, Waiting, can_serve, choose

VARIATION = 0.6  # standard deviation of a service over its mean; counters of public offices lie at 0.5 to 0.8
LEFT_AT_LEAST = 0.35  # of the mean: what is still to come of a service that runs longer than usual
Z80 = 1.2816  # four waits in five lie within the range


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Minutes until a ticket is called: as foretold, and a range that should hold four times in five.

    `ahead` tickets are called before it. Minutes are None where no open counter serves its field.
    """

    key: int
    ahead: int
    minutes: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A queue at `now` (minutes from any origin): `run` as in `choose`, `pauses` when nobody is called."""

    tickets: Sequence[Waiting]
    desks: Sequence[Desk]
    means: Mapping[str, float]
    prior: float
    now: float = 0.0
    policy: Policy = field(default_factory=Policy)
    run: int = 0
    pauses: Sequence[tuple[float, float]] = ()


def remaining(*, mean: float, elapsed: float) -> tuple[float, float]:
    """Return the minutes a running service still takes, and their variance."""
    left = max(mean - elapsed, mean * LEFT_AT_LEAST)
    return left, (VARIATION * left) ** 2


def _after_pauses(moment: float, pauses: Sequence[tuple[float, float]]) -> float:
    for start, end in sorted(pauses):
        if start <= moment < end:
            moment = end
    return moment


def _spread(desks: Mapping[int, Desk], served: str) -> float:
    """Return the standard deviation of the moment when the first of the counters for the field is free."""
    able = [desk.variance for desk in desks.values() if can_serve(desk=desk, field=served)]
    return sqrt(sum(able)) / len(able)


def foretell(*, standing: Standing) -> dict[int, Wait]:
    """Return the wait of every ticket by its key.

    A list schedule: whichever counter is free first calls whom the rules give it and serves for the mean of the
    field. Who comes later, with priority or an appointment, is not known and not counted.
    """
    waiting = {ticket.key: ticket for ticket in standing.tickets}
    desks = {
        desk.key: replace(desk, free_at=_after_pauses(max(desk.free_at, standing.now), standing.pauses))
        for desk in standing.desks
    }
    working = set(desks)
    found: dict[int, Wait] = {}
    run = standing.run
    while waiting and working:
        desk = min((desks[key] for key in working), key=lambda one: (one.free_at, one.key))
        ticket = choose(
            waiting=waiting.values(), desk=desk, now=desk.free_at, policy=standing.policy, run=run
        )
        if ticket is None or desk.free_at == inf:
            working.discard(desk.key)
            continue
        del waiting[ticket.key]
        minutes = desk.free_at - standing.now
        margin = Z80 * _spread(desks, ticket.field)
        found[ticket.key] = Wait(
            key=ticket.key,
            ahead=len(found),
            minutes=minutes,
            low=max(0.0, minutes - margin),
            high=minutes + margin,
        )
        run = 0 if ticket.priority else run + 1
        desks[desk.key] = _busy(desk, standing.means.get(ticket.field, standing.prior), standing.pauses)
    rest = sorted(waiting.values(), key=lambda ticket: (ticket.place, ticket.number))
    return found | {ticket.key: Wait(key=ticket.key, ahead=len(found) + n) for n, ticket in enumerate(rest)}


def _busy(desk: Desk, mean: float, pauses: Sequence[tuple[float, float]]) -> Desk:
    return replace(
        desk,
        free_at=_after_pauses(desk.free_at + mean, pauses),
        variance=desk.variance + (VARIATION * mean) ** 2,
    )
