"""How long people waited at a centre, and how well it was foretold."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from haicap.onestop.models import Centre, Ticket
from haicap.onestop.rules.figures import Period

SOON = 15  # minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWait:
    """A day: tickets, minutes waited on average, and below which nine in ten waited; None without any."""

    day: date
    tickets: int
    mean: float | None
    p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """A period. Minutes; `error` is the mean distance of the foretold wait from the real one."""

    tickets: int
    called: int
    left: int
    mean: float | None
    p90: float | None
    within: float | None
    error: float | None
    days: Sequence[DayWait]


def waits_of(*, centre: Centre, period: Period) -> Waits:
    """Return the waits at a centre in a period; one query, of that centre's tickets alone."""
    rows = Ticket.objects.filter(centre=centre, day__gte=period.start, day__lte=period.end)
    by_day: dict[date, list[float]] = defaultdict(list)
    counts: dict[date, int] = defaultdict(int)
    errors: list[float] = []
    tickets = left = 0
    for day, state, taken, called, foretold in rows.order_by("day").values_list(
        "day", "state", "taken_at", "called_at", "foretold"
    ):
        tickets += 1
        counts[day] += 1
        left += state == Ticket.State.LEFT
        if called is None:
            continue
        minutes = max(0.0, (called - taken).total_seconds() / 60)
        by_day[day].append(minutes)
        if foretold is not None:
            errors.append(abs(minutes - foretold))
    everything = sorted(minutes for day in by_day.values() for minutes in day)
    return Waits(
        tickets=tickets,
        called=len(everything),
        left=left,
        mean=_mean(everything),
        p90=_p90(everything),
        within=100 * sum(one <= SOON for one in everything) / len(everything) if everything else None,
        error=_mean(errors),
        days=[
            DayWait(day=day, tickets=counts[day], mean=_mean(by_day[day]), p90=_p90(sorted(by_day[day])))
            for day in sorted(counts)
        ],
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _p90(ordered: Sequence[float]) -> float | None:
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))] if ordered else None
