"""What units reported beside what the ledger of the one-stop service says: unit by field, with why they differ.

The same number of queries for one unit and for the whole country: figures of all bodies are aggregated at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from haicap.assessment import permissions
from haicap.campaign.models import Campaign, Field
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.onestop.queries.computed import BodyFields, computed_for
from haicap.onestop.queries.evidence import BodyEvidence, evidence_for
from haicap.onestop.rules.figures import Difference, Period, explain
from haicap.onestop.rules.figures.computed import Computed
from haicap.onestop.rules.figures.ways import Books, ways
from haicap.questionnaire.queries import FigureRow, FigureValue, figures_for
from haicap.register.models import Unit

AREAS = ("A4a", "A4b", "A4c", "A11")
_CENTRE = "a11_01"  # the field in which a unit says which centre stands in it
_NO_BOOKS = Books()
KINDS = ("same", "explained", "unexplained", "not_reported", "not_recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One field of one unit: reported, verified, computed, and what stands between the first and the last.

    `size` is the difference in percent of the computed value; None where there is none to tell, 100 where the
    computed value is zero or the values are no numbers and differ.
    """

    unit: Unit
    field: Field
    reported: FigureValue | None
    verified: FigureValue | None
    computed: Computed | None
    body: str
    difference: Difference
    size: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to show: an area, one field of it ("" all), one unit ("" all), a kind ("" all), a least size in %."""

    area: str = "A4a"
    field: str = ""
    unit: str = ""
    kind: str = ""
    least: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The chosen rows by unit and field, and how many of each kind the area holds before the last filters."""

    period: Period
    rows: tuple[Beside, ...]
    tally: Mapping[str, int]
    fields: tuple[Field, ...]


def period_of(*, campaign: Campaign) -> Period:
    """Return the period of the campaign's figures: the month that its cut-off closes."""
    return Period(start=campaign.cutoff.replace(day=1), end=campaign.cutoff, now=timezone.now())


def comparison_for(
    *, actor: Actor, campaign: Campaign, wanted: Wanted, period: Period | None = None
) -> Comparison:
    """Return reported beside computed for the units that `actor` may see. Raises NotAllowed."""
    actor.must(permissions.LEDGER)
    over = period or period_of(campaign=campaign)
    fields = compared_fields(campaign=campaign, area=wanted.area)
    units = surveyed_units_for(actor=actor, campaign=campaign).order_by("code")
    if wanted.unit:
        units = units.filter(code=wanted.unit)
    chosen = [field for field in fields if wanted.field in ("", field.key)]
    asked = [*chosen, *(field for field in fields if field.key == _CENTRE and field not in chosen)]
    figures = {
        (row.unit_id, row.field_key): row for row in figures_for(actor=actor, campaign=campaign, fields=asked)
    }
    ledger = _Ledger.read(actor=actor, period=over, with_ways=wanted.area == "A4a")
    rows = [_beside(unit, field, figures, ledger) for unit in units for field in chosen]
    tally = Counter(row.difference.kind for row in rows)
    return Comparison(
        period=over,
        rows=tuple(row for row in rows if _is_wanted(row, wanted)),
        tally={kind: tally.get(kind, 0) for kind in KINDS},
        fields=tuple(fields),
    )


def compared_fields(*, campaign: Campaign, area: str) -> list[Field]:
    """Return the fields of an area that the ledger can speak about, in the order of the plan."""
    rows = campaign.fields.filter(key__startswith=f"{area.lower()}_").select_related("indicator")
    return list(rows.order_by("indicator__order", "order"))


def _is_wanted(row: Beside, wanted: Wanted) -> bool:
    if wanted.kind and row.difference.kind != wanted.kind:
        return False
    return wanted.least <= 0 or (row.size is not None and row.size >= wanted.least)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ledger:
    """The computed fields by unit and by centre, and the same books over other periods."""

    by_unit: Mapping[int, BodyFields]
    by_district: Mapping[str, BodyFields]
    own: Mapping[int, Books]
    periods: Mapping[str, Mapping[int, Books]]

    @classmethod
    def read(cls, *, actor: Actor, period: Period, with_ways: bool) -> "_Ledger":
        found = computed_for(actor=actor, period=period)
        periods = {}
        if with_ways:
            periods = {
                code: _books(evidence_for(actor=actor, period=other).rows)
                for code, other in _other_periods(period).items()
            }
        return cls(
            by_unit={
                row.body.unit_id: row for row in found if row.body.unit_id and row.body.kind != "centre"
            },
            by_district={
                row.centre.former_district.code: row
                for row in found
                if row.centre is not None and row.centre.former_district is not None
            },
            own=_books(row.evidence for row in found),
            periods=periods,
        )


def _books(rows: Iterable[BodyEvidence]) -> dict[int, Books]:
    return {
        row.body.pk: Books(competent=row.competent, received=row.received, petitions=row.petitions)
        for row in rows
    }


def _other_periods(period: Period) -> dict[str, Period]:
    today = timezone.localdate()
    found = {"year": Period(start=date(period.end.year, 1, 1), end=period.end, now=period.now)}
    if today > period.end:
        found["today"] = Period(start=period.start, end=today, now=period.now)
    return found


def _beside(
    unit: Unit, field: Field, figures: Mapping[tuple[int, str], FigureRow], ledger: _Ledger
) -> Beside:
    row = figures.get((unit.pk, field.key))
    reported = row.reported if row else None
    verified = row.verified if row else None
    source = _source(unit, field.key, figures, ledger)
    computed = source.fields.get(field.key) if source else None
    difference = _difference(field.key, reported, computed, source, ledger)
    return Beside(
        unit=unit, field=field, reported=reported, verified=verified, computed=computed,
        body=source.body.code if source else "", difference=difference, size=_size(difference, computed),
    )  # fmt: skip


def _source(
    unit: Unit, key: str, figures: Mapping[tuple[int, str], FigureRow], ledger: _Ledger
) -> BodyFields | None:
    """Return whose fields stand beside a unit's: its committee's, or those of the centre that it reports on."""
    if not key.startswith("a11_"):
        return ledger.by_unit.get(unit.pk)
    told = figures.get((unit.pk, _CENTRE))
    value = told.best if told else None
    return ledger.by_district.get(value.text) if value else None


def _difference(
    key: str,
    reported: FigureValue | None,
    computed: Computed | None,
    source: BodyFields | None,
    ledger: _Ledger,
) -> Difference:
    if reported is None or reported.is_not_applicable:
        return Difference(kind="not_reported")
    if computed is None or not computed.is_known or source is None:
        return Difference(kind="not_recorded")
    if computed.number is None or reported.number is None:
        same = computed.text.strip() == reported.text.strip()
        return Difference(kind="same" if same else "unexplained")
    if computed.number == reported.number:
        return Difference(kind="same", by=Decimal(0))
    own = ledger.own[source.body.pk]
    others = {code: books.get(source.body.pk, _NO_BOOKS) for code, books in ledger.periods.items()}
    found = ways(key=key, books=own, periods=others) if key.startswith("a4a_") else []
    return explain(computed=computed.number, reported=reported.number, alternatives=found)


def _size(difference: Difference, computed: Computed | None) -> Decimal | None:
    if difference.kind in ("not_reported", "not_recorded") or computed is None:
        return None
    if difference.by is None:
        return Decimal(0) if difference.kind == "same" else Decimal(100)
    if difference.by == 0:
        return Decimal(0)
    if not computed.number:
        return Decimal(100)
    return (abs(difference.by) * 100 / abs(computed.number)).quantize(Decimal("0.1"))
