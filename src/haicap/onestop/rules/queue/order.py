"""Whom a counter calls next."""

from collections.abc import Iterable
from dataclasses import dataclass

from haicap.onestop.rules.queue.settings import ONE_IN, STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A ticket that waits. `place` in minutes orders it among its equals: when it was taken, or the time of the
    appointment (`booked`). `number` breaks ties."""

    key: int
    number: int
    field: str = ""
    place: float = 0.0
    priority: bool = False
    booked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An open counter: it serves the fields in `skills` (empty: all) and is free at `free_at` (minutes).

    `variance` is that of `free_at`. `priority`: a counter that calls people with priority first in any case.
    """

    key: int
    skills: frozenset[str] = frozenset()
    priority: bool = False
    free_at: float = 0.0
    variance: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How strongly priority counts: `strict`, or `one_in` the next `every` calls at the latest."""

    kind: str = STRICT
    every: int = 3


def can_serve(*, desk: Desk, field: str) -> bool:
    """Say whether a counter serves a field; a ticket without a field is served anywhere."""
    return not desk.skills or not field or field in desk.skills


def choose(*, waiting: Iterable[Waiting], desk: Desk, now: float, policy: Policy, run: int) -> Waiting | None:
    """Return the ticket that `desk` calls at `now` (minutes), or None where it can serve nobody.

    `run` counts the calls without priority since the last one with priority, over the whole centre. In order:
    people with priority (where it is their turn), appointments whose time has come, walk-ins, and those who
    came before their appointed time; among equals by place, then by number.
    """
    first = desk.priority or policy.kind != ONE_IN or run >= policy.every - 1
    able = (ticket for ticket in waiting if can_serve(desk=desk, field=ticket.field))
    return min(able, key=lambda ticket: _rank(ticket, now, first), default=None)


def _rank(ticket: Waiting, now: float, priority_first: bool) -> tuple[int, float, int]:
    if ticket.priority and priority_first:
        return (0, ticket.place, ticket.number)
    if not ticket.booked:
        return (2, ticket.place, ticket.number)
    return (1 if ticket.place <= now else 3, ticket.place, ticket.number)
