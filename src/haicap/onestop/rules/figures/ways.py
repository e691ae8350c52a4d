"""Other ways in which a unit may have counted a field, and what each gives; `explain` picks those that fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from haicap.onestop.rules.figures.counts import Counts, Share
from haicap.onestop.rules.figures.difference import Alternative
from haicap.onestop.rules.figures.lines import Petitions, a4a_lines


@dataclass(frozen=True, kw_only=True)
class Books:
    """What a body's fields A4a are counted from, in one period."""

    competent: Counts = field(default_factory=Counts)
    received: Counts = field(default_factory=Counts)
    petitions: Petitions = field(default_factory=Petitions)

    def value(self, key: str) -> Decimal | None:
        """Return the field as it is counted; None where it is none of A4a or has nothing to divide by."""
        return self.values.get(key)

    @cached_property
    def values(self) -> Mapping[str, Decimal | None]:
        """Every field A4a, counted once."""
        lines = a4a_lines(competent=self.competent, received=self.received, petitions=self.petitions)
        return {line.key: line.value for line in lines}

    @cached_property
    def turned(self) -> "Books":
        """Return the same books with receipt taken for competence."""
        return Books(competent=self.received, received=self.competent, petitions=self.petitions)


def ways(*, key: str, books: Books, periods: Mapping[str, Books]) -> list[Alternative]:
    """Return other readings of a field A4a; `periods` are the same books over other periods, by their code."""
    counts = books.competent
    found = [Alternative(code=code, value=value) for code, value in _own(key, counts, books.petitions)]
    turned = books.turned.value(key)
    if not key.startswith(("a4a_10", "a4a_12")):
        found.append(Alternative(code="by_receipt", value=turned))
    found += [Alternative(code=code, value=other.value(key)) for code, other in periods.items()]
    exact = books.value(key)
    if exact is not None:
        found += _rounded(exact)
    return found


def _own(key: str, counts: Counts, petitions: Petitions) -> list[tuple[str, Decimal | None]]:
    whole = {
        "a4a_03": [("running_at_close", counts.running)],
        "a4a_04_total": [
            ("carried_over", counts.handled),
            ("turned_away", counts.received + counts.turned_away),
            *([("carried_and_turned", counts.handled + counts.turned_away)] if counts.turned_away else []),
        ],
        "a4a_04_in_person": [("post_too", counts.received_direct + counts.received_post)],
        "a4a_05_on_time": [
            ("portal_rule", counts.resolved_on_time_portal),
            ("closed_too", counts.resolved_on_time + counts.closed),
            ("late_too", counts.resolved),
        ],
        "a4a_05_late": [
            ("overdue_too", counts.late),
            ("portal_rule", counts.resolved - counts.resolved_on_time_portal),
        ],
        "a4a_06_in_time": [("overdue_too", counts.running)],
        "a4a_06_overdue": [("late_too", counts.late)],
        "a4a_07": [
            ("turned_away", counts.closed + counts.turned_away),
            ("refused_only", counts.refused),
            ("not_withdrawn", counts.closed - counts.withdrawn),
        ],
        "a4a_09_online_d": [("all_received", counts.received)],
        "a4a_09_digitised_d": [("resolved_only", counts.resolved)],
        "a4a_09_paid_d": [("all_received", counts.received)],
        "a4a_11": [("each_late", counts.late), ("late_resolved", counts.resolved_late)],
        "a4a_12_answered": [("answered_late_too", petitions.answered)],
    }
    found: list[tuple[str, Decimal | None]] = [(code, Decimal(number)) for code, number in whole.get(key, [])]
    return found + _rates(key, counts)


def _rates(key: str, counts: Counts) -> list[tuple[str, Decimal | None]]:
    on_time = counts.resolved_on_time
    pairs = {
        "a4a_08": [
            ("over_received", on_time, counts.received),
            ("over_handled", on_time, counts.handled),
            ("portal_rule", counts.resolved_on_time_portal, counts.resolved),
            ("closed_too", on_time + counts.closed, counts.resolved + counts.closed),
        ],
        "a4a_08_portal": [
            ("over_resolved", on_time, counts.resolved),
            ("over_handled", on_time, counts.handled),
            ("portal_rule", counts.resolved_on_time_portal, counts.received),
        ],
        "a4a_09_online_rate": [("all_received", counts.received_online, counts.received)],
        "a4a_09_paid_rate": [("all_received", counts.paid_online, counts.received)],
    }
    return [
        (code, Share(numerator=above, denominator=below).percent) for code, above, below in pairs.get(key, [])
    ]


def _rounded(exact: Decimal) -> list[Alternative]:
    """Rounding to whole numbers, and of large numbers to tens and hundreds."""
    found = [
        Alternative(code="rounded", value=exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)),
        Alternative(code="cut", value=Decimal(int(exact))),
    ]
    for step, least in ((10, 100), (100, 1000)):
        if exact >= least:
            near = (exact / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
            found.append(Alternative(code="rounded", value=near))
    return found
