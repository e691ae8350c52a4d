"""Reads of figures: reported and verified side by side, and the whole history behind one of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign, Field
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.models import Answer, Evidence, ReportedValue, VerifiedValue
from haicap.questionnaire.queries.reports import evidence_for
from haicap.register.models import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureValue:
    """One value of a figure: text as a form stores it, number where it is one, why it does not apply."""

    text: str
    number: Decimal | None
    na_reason: str
    person: str
    at: datetime
    reason: str = ""  # of a verified value that differs
    current: bool = True
    edition: int = 0  # of a reported value

    @property
    def is_not_applicable(self) -> bool:
        """True where the figure does not apply to the unit."""
        return bool(self.na_reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One field of one unit; None means blank: not reported, not verified yet. Blank is not zero."""

    unit_id: int
    unit_code: str
    field_id: int
    field_key: str
    reported: FigureValue | None
    verified: FigureValue | None

    @property
    def best(self) -> FigureValue | None:
        """The verified value, or the reported one where none is verified."""
        return self.verified or self.reported

    @property
    def differs(self) -> bool:
        """True where a verified value says something else than the reported one."""
        if self.verified is None:
            return False
        if self.reported is None:
            return True
        return (self.verified.text, self.verified.is_not_applicable) != (
            self.reported.text, self.reported.is_not_applicable,
        )  # fmt: skip


_COLUMNS = ("text", "number", "na_reason", "person__full_name", "at")


def _value(columns: tuple[object, ...], *, reason: str = "") -> FigureValue:
    text, number, na_reason, person, at = columns
    return FigureValue(
        text=text, number=number, na_reason=na_reason, person=person or "", at=at, reason=reason,  # type: ignore[arg-type]
    )  # fmt: skip


def figures_for(
    *,
    actor: Actor,
    campaign: Campaign,
    units: Collection[Unit] | QuerySet[Unit] | None = None,
    fields: Collection[Field] | QuerySet[Field] | None = None,
) -> list[FigureRow]:
    """Return the current figures of all units `actor` may see (or of `units`), of all fields (or of
    `fields`).

    Only what a chair signed counts. Fields without any value have no row. Three queries whatever the size; a
    whole campaign is some 50,000 rows. Ordered by unit code, then by the order of the form.
    """
    actor.must("questionnaire.report:read")
    visible = surveyed_units_for(actor=actor, campaign=campaign)
    if units is not None:
        visible = visible.filter(pk__in=[unit.pk for unit in units])
    codes = dict(visible.values_list("pk", "code"))
    chosen = (
        campaign.fields.all() if fields is None else campaign.fields.filter(pk__in=[f.pk for f in fields])
    )
    keys = {pk: (order, key) for pk, order, key in chosen.values_list("pk", "order", "key")}
    reported = {}
    rows = ReportedValue.objects.filter(report__campaign=campaign, current=True)
    verified_rows = VerifiedValue.objects.filter(campaign=campaign, current=True)
    if units is not None:
        rows, verified_rows = rows.filter(report__unit__in=codes), verified_rows.filter(unit__in=codes)
    if fields is not None:
        rows, verified_rows = rows.filter(field__in=keys), verified_rows.filter(field__in=keys)
    for unit_id, field_id, *columns in rows.order_by().values_list("report__unit_id", "field_id", *_COLUMNS):
        reported[unit_id, field_id] = _value(tuple(columns))
    verified = {
        (unit_id, field_id): _value(tuple(columns), reason=reason)
        for unit_id, field_id, reason, *columns in verified_rows.order_by().values_list(
            "unit_id", "field_id", "reason", *_COLUMNS
        )
    }
    found = [
        FigureRow(
            unit_id=unit_id, unit_code=codes[unit_id], field_id=field_id, field_key=keys[field_id][1],
            reported=reported.get((unit_id, field_id)), verified=verified.get((unit_id, field_id)),
        )
        for unit_id, field_id in reported.keys() | verified.keys()
        if unit_id in codes and field_id in keys
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row.unit_code, keys[row.field_id][0]))


def field_for(*, actor: Actor, campaign: Campaign, key: str) -> Field:
    """Return a field of the plan with its indicator and area; raises Missing."""
    actor.must("questionnaire.report:read")
    field = Field.objects.filter(campaign=campaign, key=key).select_related("indicator__area").first()
    if field is None:
        raise Missing("value.no_field", _("There is no such field in this plan."))
    return field


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Everything behind one figure: both histories, newest first, and the evidence of its indicator."""

    unit: Unit
    field: Field
    reported: list[FigureValue]
    verified: list[FigureValue]
    evidence: list[Evidence]


def figure_for(*, actor: Actor, campaign: Campaign, unit: Unit, field: Field) -> Figure:
    """Return one figure with its whole history; before the first signature only its own commune sees it."""
    actor.must("questionnaire.report:read")
    if not surveyed_units_for(actor=actor, campaign=campaign).filter(pk=unit.pk).exists():
        raise Missing("report.unit_missing", _("There is no such unit in this survey."))
    reported = ReportedValue.objects.filter(report__campaign=campaign, report__unit=unit, field=field)
    if not (actor.is_system or actor.is_commune):
        reported = reported.exclude(report__signed_at=None)
    verified = VerifiedValue.objects.filter(campaign=campaign, unit=unit, field=field)
    return Figure(
        unit=unit,
        field=field,
        reported=[
            FigureValue(
                text=row.text, number=row.number, na_reason=row.na_reason, at=row.at, current=row.current,
                person=row.person.full_name if row.person else "", edition=row.edition,
            )
            for row in reported.select_related("person").order_by("-edition")
        ],
        verified=[
            FigureValue(
                text=row.text, number=row.number, na_reason=row.na_reason, at=row.at, current=row.current,
                person=row.person.full_name if row.person else "", reason=row.reason,
            )
            for row in verified.select_related("person").order_by("-at", "-pk")
        ],
        evidence=list(
            evidence_for(actor=actor, campaign=campaign, unit=unit).filter(indicator=field.indicator_id)
        ),
    )  # fmt: skip


def answers_for(*, actor: Actor, campaign: Campaign, unit: Unit | None = None) -> QuerySet[Answer]:
    """Return the current answers to the narrative questions, of all units `actor` may see or of one."""
    actor.must("questionnaire.report:read")
    rows = Answer.objects.filter(
        report__campaign=campaign,
        report__unit__in=surveyed_units_for(actor=actor, campaign=campaign),
        current=True,
    ).select_related("report__unit", "question__area")
    rows = rows.filter(report__unit=unit) if unit is not None else rows
    return rows.order_by("report__unit__code", "question__area__order", "question__order")
