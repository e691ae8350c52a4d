"""The measures: for each, which dossiers of a body it counts in a period.

Every measure is a set of dossiers, so that each figure leads to the list behind it. The reference for the
database, which counts the same sets by aggregation.

A dossier belongs to a period when it was received before the period closes and had not ended before it opens (or
was received within it). That set is cut twice: by receipt into carried over and received, by end into resolved,
closed without a result, and running. So carried over + received = resolved + closed + running, whatever the data.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from haicap.onestop.rules.figures.counts import Counts
from haicap.onestop.rules.figures.facts import Channel, EndKind, Fact, Period, Side


class Measure(StrEnum):
    """The name of a set of dossiers; a field of `Counts` of the same name holds its size."""

    HANDLED = "handled"
    CARRIED_OVER = "carried_over"
    RECEIVED = "received"
    RECEIVED_DIRECT = "received_direct"
    RECEIVED_ONLINE = "received_online"
    RECEIVED_POST = "received_post"
    RESOLVED = "resolved"
    RESOLVED_ON_TIME = "resolved_on_time"
    RESOLVED_LATE = "resolved_late"
    RESOLVED_ON_TIME_PORTAL = "resolved_on_time_portal"
    RUNNING = "running"
    RUNNING_IN_TIME = "running_in_time"
    RUNNING_OVERDUE = "running_overdue"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    TURNED_AWAY = "turned_away"
    LATE = "late"
    APOLOGISED = "apologised"
    LATE_UNEXPLAINED = "late_unexplained"
    PETITIONED = "petitioned"
    ACROSS = "across"
    ONLINE_POSSIBLE = "online_possible"
    DIGITISED = "digitised"
    CHARGED = "charged"
    PAID_ONLINE = "paid_online"
    SYNCHRONISED = "synchronised"
    REUSED = "reused"
    E_RESULT = "e_result"


def within(moment: datetime | None, period: Period) -> bool:
    """True where `moment` lies in the period."""
    return moment is not None and period.opens <= moment < period.closes


def is_late(fact: Fact) -> bool:
    """True where the end came after the due date; what was never judged is not called late."""
    return fact.ended_at is not None and fact.on_time is False


def is_overdue(fact: Fact, period: Period) -> bool:
    """True where an unfinished dossier has passed its due date when it is measured.

    The due date is the one known now. Where no time runs, because a supplement or a payment is awaited, nothing
    is overdue.
    """
    return fact.due_at is not None and period.measured > fact.due_at


def _handled(fact: Fact, period: Period) -> bool:
    return (
        fact.received_at is not None
        and fact.received_at < period.closes
        and (fact.received_at >= period.opens or fact.ended_at is None or fact.ended_at >= period.opens)
    )


def _received(fact: Fact, period: Period) -> bool:
    return within(fact.received_at, period)


def _ended(fact: Fact, period: Period) -> bool:
    return _handled(fact, period) and fact.ended_at is not None and fact.ended_at < period.closes


def _running(fact: Fact, period: Period) -> bool:
    return _handled(fact, period) and not _ended(fact, period)


def _resolved(fact: Fact, period: Period) -> bool:
    return _ended(fact, period) and fact.end_kind is EndKind.RESOLVED


def _late(fact: Fact, period: Period) -> bool:
    if _running(fact, period):
        return is_overdue(fact, period)
    return _resolved(fact, period) and is_late(fact)


def _by(channel: Channel) -> Callable[[Fact, Period], bool]:
    return lambda fact, period: _received(fact, period) and fact.channel is channel


def _end_of(kind: EndKind) -> Callable[[Fact, Period], bool]:
    return lambda fact, period: _ended(fact, period) and fact.end_kind is kind


def _mark(name: str) -> Callable[[Fact, Period], bool]:
    return lambda fact, period: _received(fact, period) and bool(getattr(fact, name))


MEMBERS: Mapping[Measure, Callable[[Fact, Period], bool]] = {
    Measure.HANDLED: _handled,
    Measure.CARRIED_OVER: lambda fact, period: _handled(fact, period) and not _received(fact, period),
    Measure.RECEIVED: _received,
    Measure.RECEIVED_DIRECT: _by(Channel.DIRECT),
    Measure.RECEIVED_ONLINE: _by(Channel.ONLINE),
    Measure.RECEIVED_POST: _by(Channel.POST),
    Measure.RESOLVED: _resolved,
    Measure.RESOLVED_ON_TIME: lambda fact, period: _resolved(fact, period) and not is_late(fact),
    Measure.RESOLVED_LATE: lambda fact, period: _resolved(fact, period) and is_late(fact),
    Measure.RESOLVED_ON_TIME_PORTAL: lambda fact, period: (
        _resolved(fact, period) and fact.portal_on_time is True
    ),
    Measure.RUNNING: _running,
    Measure.RUNNING_IN_TIME: lambda fact, period: _running(fact, period) and not is_overdue(fact, period),
    Measure.RUNNING_OVERDUE: lambda fact, period: _running(fact, period) and is_overdue(fact, period),
    Measure.CLOSED: lambda fact, period: _ended(fact, period) and not _resolved(fact, period),
    Measure.REFUSED: _end_of(EndKind.REFUSED),
    Measure.WITHDRAWN: _end_of(EndKind.WITHDRAWN),
    Measure.STOPPED: _end_of(EndKind.STOPPED),
    Measure.TURNED_AWAY: lambda fact, period: (
        fact.received_at is None and within(fact.turned_away_at, period)
    ),
    Measure.LATE: _late,
    Measure.LATE_UNEXPLAINED: lambda fact, period: _late(fact, period) and not fact.apologies,
    Measure.APOLOGISED: lambda fact, period: _handled(fact, period) and fact.apologies > 0,
    Measure.PETITIONED: lambda fact, period: _handled(fact, period) and fact.petitions > 0,
    Measure.ACROSS: lambda fact, period: (
        _received(fact, period) and fact.received_body != fact.competent_body
    ),
    Measure.ONLINE_POSSIBLE: lambda fact, period: (
        _received(fact, period) and (fact.online_possible or fact.channel is Channel.ONLINE)
    ),
    Measure.DIGITISED: _mark("digitised"),
    Measure.CHARGED: _mark("charged"),
    Measure.PAID_ONLINE: lambda fact, period: _received(fact, period) and fact.charged and fact.paid_online,
    Measure.SYNCHRONISED: _mark("synchronised"),
    Measure.REUSED: _mark("reused"),
    Measure.E_RESULT: lambda fact, period: _resolved(fact, period) and fact.e_result,
}


def members(*, measure: Measure, facts: Iterable[Fact], period: Period) -> list[Fact]:
    """Return the dossiers behind a measure."""
    return [fact for fact in facts if MEMBERS[measure](fact, period)]


def count(*, facts: Iterable[Fact], period: Period) -> Counts:
    """Return the size of every measure over `facts`."""
    given = list(facts)
    return Counts(
        **{measure: len(members(measure=measure, facts=given, period=period)) for measure in Measure}
    )


def count_by_body(*, facts: Iterable[Fact], period: Period, side: Side) -> dict[str, Counts]:
    """Return the counts of each body that plays the part `side`; no dossier is in two of them."""
    sorted_out: dict[str, list[Fact]] = {}
    for fact in facts:
        sorted_out.setdefault(fact.body(side), []).append(fact)
    return {body: count(facts=own, period=period) for body, own in sorted_out.items()}
