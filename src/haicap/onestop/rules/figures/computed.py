"""A field of the survey plan as the ledger, the centres and the catalogue have it, with where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from haicap.onestop.rules.figures.counts import Share
from haicap.onestop.rules.figures.facts import Side
from haicap.onestop.rules.figures.lines import Line
from haicap.onestop.rules.figures.measures import Measure


class Source(StrEnum):
    """What a value was made from."""

    LEDGER = "ledger"
    PETITIONS = "petitions"
    CATALOGUE = "catalogue"
    PEOPLE = "people"
    SIGNATURES = "signatures"
    CERTIFICATES = "certificates"
    CENTRE = "centre"
    FACT = "fact"
    OUTAGES = "outages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A value of a field: `number` for numbers, `text` as the form of the survey writes it ("" unknown).

    `as_of` and `proof` are those of a recorded fact; `measure`, `over` and `side` name the dossiers behind it.
    """

    key: str
    source: Source
    number: Decimal | None = None
    text: str = ""
    share: Share | None = None
    measure: Measure | None = None
    over: Measure | None = None
    side: Side = Side.COMPETENT
    as_of: date | None = None
    proof: str = ""

    @property
    def is_known(self) -> bool:
        """True where there is a value."""
        return self.number is not None or bool(self.text)


def of_line(line: Line) -> Computed:
    """Return a counted line as a field."""
    source = Source.PETITIONS if line.key.startswith("a4a_12") else Source.LEDGER
    return Computed(
        key=line.key,
        source=source,
        number=line.value,
        text="" if line.value is None else plain(line.value),
        share=line.share,
        measure=line.measure,
        over=line.over,
        side=line.side,
    )


def of_number(*, key: str, number: Decimal | int | None, source: Source, proof: str = "") -> Computed:
    """Return a number as a field; None is not known."""
    value = None if number is None else Decimal(number)
    return Computed(
        key=key, source=source, number=value, text="" if value is None else plain(value), proof=proof
    )


def of_share(*, key: str, above: int | None, below: int | None, source: Source) -> Computed:
    """Return a rate in percent as a field; over nothing there is no rate."""
    share = Share(numerator=above or 0, denominator=below or 0)
    value = share.percent
    return Computed(
        key=key, source=source, number=value, text="" if value is None else plain(value), share=share
    )


def of_fact(*, key: str, value: str, type: str, as_of: date, proof: str) -> Computed:
    """Return a recorded fact as a field."""
    number = Decimal(value) if type in ("integer", "decimal", "percent") and value else None
    return Computed(key=key, source=Source.FACT, number=number, text=value, as_of=as_of, proof=proof)


def plain(value: Decimal) -> str:
    """Return a number without a needless fraction, with a point."""
    return str(int(value)) if value == value.to_integral_value() else format(value.normalize(), "f")


def by_key(found: Iterable[Computed]) -> dict[str, Computed]:
    """Return the fields by their key."""
    return {one.key: one for one in found}
