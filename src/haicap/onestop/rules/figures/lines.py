"""The fields A4a of the survey plan, filled from counts; each value names the measure behind it."""

from dataclasses import dataclass
from decimal import Decimal

from haicap.onestop.rules.figures.counts import Counts, Share
from haicap.onestop.rules.figures.facts import Side
from haicap.onestop.rules.figures.measures import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A computed value of a field of the plan.

    `value` is None where there is nothing to divide by or nothing recorded. `measure` and `side` name the
    dossiers behind a count (None: no dossiers stand behind it); `over` names those behind the denominator.
    """

    key: str
    value: Decimal | None
    share: Share | None = None
    measure: Measure | None = None
    over: Measure | None = None
    side: Side = Side.COMPETENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Petitions:
    """Petitions received in a period; `judged` is how many citizens said whether they were satisfied."""

    received: int = 0
    answered: int = 0
    answered_on_time: int = 0
    judged: int = 0
    satisfied: int = 0

    def __add__(self, other: "Petitions") -> "Petitions":
        return Petitions(
            received=self.received + other.received,
            answered=self.answered + other.answered,
            answered_on_time=self.answered_on_time + other.answered_on_time,
            judged=self.judged + other.judged,
            satisfied=self.satisfied + other.satisfied,
        )


_COUNTED = (
    ("a4a_03", Measure.CARRIED_OVER),
    ("a4a_04_in_person", Measure.RECEIVED_DIRECT),
    ("a4a_04_online", Measure.RECEIVED_ONLINE),
    ("a4a_04_postal", Measure.RECEIVED_POST),
    ("a4a_04_total", Measure.RECEIVED),
    ("a4a_05_on_time", Measure.RESOLVED_ON_TIME),
    ("a4a_05_late", Measure.RESOLVED_LATE),
    ("a4a_06_in_time", Measure.RUNNING_IN_TIME),
    ("a4a_06_overdue", Measure.RUNNING_OVERDUE),
    ("a4a_07", Measure.CLOSED),
)
_SHARES = (
    ("a4a_08", Measure.RESOLVED_ON_TIME, Measure.RESOLVED),
    ("a4a_08_portal", Measure.RESOLVED_ON_TIME, Measure.RECEIVED),
    ("a4a_09_online", Measure.RECEIVED_ONLINE, Measure.ONLINE_POSSIBLE),
    ("a4a_09_digitised", Measure.DIGITISED, Measure.RECEIVED),
    ("a4a_09_paid", Measure.PAID_ONLINE, Measure.CHARGED),
)


def number_of(*, counts: Counts, measure: Measure) -> int:
    """Return the size of a measure."""
    return int(getattr(counts, measure))


def share_of(*, counts: Counts, above: Measure, below: Measure) -> Share:
    """Return one measure over another."""
    return Share(
        numerator=number_of(counts=counts, measure=above), denominator=number_of(counts=counts, measure=below)
    )


def _count(key: str, counts: Counts, measure: Measure, side: Side = Side.COMPETENT) -> Line:
    return Line(key=key, value=Decimal(number_of(counts=counts, measure=measure)), measure=measure, side=side)


def _share(key: str, counts: Counts, above: Measure, below: Measure) -> list[Line]:
    share = share_of(counts=counts, above=above, below=below)
    rate = Line(
        key=key if key.startswith("a4a_08") else f"{key}_rate",
        value=share.percent, share=share, measure=above, over=below,
    )  # fmt: skip
    if key.startswith("a4a_08"):
        return [rate]
    return [_count(f"{key}_n", counts, above), _count(f"{key}_d", counts, below), rate]


def a4a_lines(*, competent: Counts, received: Counts, petitions: Petitions | None = None) -> list[Line]:
    """Return A4a.03 to A4a.12 of a body in the order of the plan.

    `competent` counts the dossiers for which the body is competent, `received` those it received. Taken for
    others is counted among the received, taken by others among the competent: over all bodies of a City both
    are the same dossiers, so their sums are equal.
    """
    lines = [_count(key, competent, measure) for key, measure in _COUNTED]
    for key, above, below in _SHARES:
        lines += _share(key, competent, above, below)
    lines += [
        _count("a4a_10_for_others", received, Measure.ACROSS, Side.RECEIVED),
        _count("a4a_10_by_others", competent, Measure.ACROSS),
        _count("a4a_11", competent, Measure.APOLOGISED),
    ]
    if petitions is not None:
        judged = Share(numerator=petitions.satisfied, denominator=petitions.judged)
        lines += [
            Line(key="a4a_12_received", value=Decimal(petitions.received)),
            Line(key="a4a_12_answered", value=Decimal(petitions.answered_on_time)),
            Line(key="a4a_12_satisfaction", value=judged.percent, share=judged),
            Line(key="a4a_12_sample", value=Decimal(petitions.judged) if petitions.judged else None),
        ]
    return lines
