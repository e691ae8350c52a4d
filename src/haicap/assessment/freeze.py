"""Taking the figures of a survey as they stand now, as plain data that no later change touches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from haicap.assessment import rules
from haicap.campaign.models import Campaign, Field, Indicator
from haicap.campaign.queries import surveyed_units_for
from haicap.findings.models import Difficulty, GoodPractice, Minutes
from haicap.findings.queries import difficulties_for, minutes_list_for, practices_for
from haicap.findings.rules import COUNTED, matrix
from haicap.kernel.access import Actor
from haicap.questionnaire.queries import FigureValue, figures_for, progress_for, unit_reports_for
from haicap.register.models import Unit
from haicap.timetable.queries import visits_for

SIDES = ("reported", "verified")
_TASKS = "A10.06"  # key tasks the units propose for stage II
Values = dict[tuple[str, str], rules.Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A report's data and the values behind it, in the order of the units and fields it was taken in."""

    data: dict[str, Any]
    figures: dict[str, dict[str, list[str | bool | None]]]


def freeze(*, actor: Actor, campaign: Campaign, made_at: datetime) -> Frozen:
    """Return the figures of `campaign` as they are now; a fixed number of queries whatever the size."""
    units = list(
        surveyed_units_for(actor=actor, campaign=campaign).select_related("former_district").order_by("code")
    )
    fields = list(campaign.fields.select_related("indicator__area").order_by("order"))
    reported, verified = _values(actor, campaign)
    codes = [unit.code for unit in units]
    figures = {
        field.key: {"r": _column(reported, codes, field.key), "v": _column(verified, codes, field.key)}
        for field in fields
    }
    data = {
        "campaign": {
            "code": campaign.code,
            "title_vi": campaign.title_vi,
            "title_en": campaign.title_en,
            "number": campaign.number,
            "issued_on": campaign.issued_on.isoformat() if campaign.issued_on else None,
            "cutoff": campaign.cutoff.isoformat(),
            "is_sample": campaign.is_sample,
        },
        "made_at": made_at.isoformat(),
        "units": [_unit(unit) for unit in units],
        "coverage": _coverage(actor, campaign, units),
        "areas": _areas(campaign, fields, codes, reported, verified),
        "practices": _practices(actor, campaign),
        "difficulties": _difficulties(actor, campaign),
        "tasks": _tasks(fields, units, reported),
    }
    return Frozen(data=data, figures=figures)


def _value(found: FigureValue | None) -> rules.Value | None:
    if found is None:
        return None
    return rules.Value(number=found.number, text=found.text, not_applicable=found.is_not_applicable)


def _values(actor: Actor, campaign: Campaign) -> tuple[Values, Values]:
    reported: Values = {}
    verified: Values = {}
    for row in figures_for(actor=actor, campaign=campaign):
        for side, found in ((reported, _value(row.reported)), (verified, _value(row.verified))):
            if found is not None and not found.is_blank:
                side[row.unit_code, row.field_key] = found
    return reported, verified


def _column(values: Values, codes: Sequence[str], key: str) -> list[str | bool | None]:
    column: list[str | bool | None] = []
    for code in codes:
        found = values.get((code, key))
        if found is None:
            column.append(None)
        elif found.not_applicable:
            column.append(False)
        else:
            column.append(found.text if found.number is None else rules.as_text(found.number))
    return column


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.full_name,
        "type": unit.unit_type,
        "district": unit.former_district.full_name if unit.former_district else "",
        "lat": unit.latitude,
        "lon": unit.longitude,
    }


def _coverage(actor: Actor, campaign: Campaign, units: list[Unit]) -> dict[str, Any]:
    rows = progress_for(actor=actor, campaign=campaign, units=units)
    by_area: dict[str, Counter[str]] = {}
    for row in rows:
        for cell in row.cells:
            by_area.setdefault(cell.area.code, Counter())[cell.state] += 1
    visits = visits_for(actor=actor, campaign=campaign)
    closed = minutes_list_for(actor=actor, campaign=campaign).filter(state=Minutes.State.CLOSED, number=0)
    return {
        "units": len(units),
        "by_type": dict(Counter(unit.unit_type for unit in units)),
        "signed": unit_reports_for(actor=actor, campaign=campaign).exclude(signed_at=None).count(),
        "returned": sum(row.report == "returned" for row in rows),
        "verified": sum(all(cell.state == "verified" for cell in row.cells) for row in rows),
        "scheduled": visits.count(),
        "visited": closed.count(),
        "late": sum(row.late for row in rows),
        "areas": [
            {
                "code": area.code,
                "name_vi": area.name_vi,
                "name_en": area.name_en,
                "states": dict(by_area.get(area.code, Counter())),
            }
            for area in campaign.areas.order_by("order")
        ],
        "reports": {row.unit.code: row.report for row in rows},
    }


def _areas(
    campaign: Campaign, fields: list[Field], codes: list[str], reported: Values, verified: Values
) -> list[dict[str, Any]]:
    indicators: dict[int, list[dict[str, Any]]] = {}
    for field in fields:
        sides = {
            side: _side(field, codes, values)
            for side, values in zip(SIDES, (reported, verified), strict=True)
        }
        differs = sum(
            _differs(reported.get((code, field.key)), verified.get((code, field.key))) for code in codes
        )
        indicators.setdefault(field.indicator_id, []).append(_field(field) | sides | {"differs": differs})
    areas: dict[int, dict[str, Any]] = {
        area.pk: {"code": area.code, "name_vi": area.name_vi, "name_en": area.name_en, "indicators": []}
        for area in campaign.areas.order_by("order")
    }
    for indicator in campaign.indicators.order_by("order"):
        areas[indicator.area_id]["indicators"].append(
            _indicator(indicator) | {"fields": indicators.get(indicator.pk, [])}
        )
    return list(areas.values())


def _differs(reported: rules.Value | None, verified: rules.Value | None) -> bool:
    return verified is not None and verified != reported


def _indicator(indicator: Indicator) -> dict[str, Any]:
    return {
        "code": indicator.code,
        "part": indicator.part,
        "name_vi": indicator.name_vi,
        "name_en": indicator.name_en,
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "key": field.key,
        "label_vi": field.label_vi,
        "label_en": field.label_en,
        "type": field.type,
        "unit": field.unit,
        "choices": [[c["value"], c["label_vi"], c.get("label_en") or c["label_vi"]] for c in field.choices],
        "rate": _rate_parts(field),
        "added": rules.is_added(type=field.type, unit=field.unit),
    }


def _rate_parts(field: Field) -> dict[str, list[str]] | None:
    rate = rules.rate_of(calculation=field.calculation) if field.type == Field.Type.PERCENT else None
    return {"above": list(rate.above), "below": list(rate.below)} if rate else None


def _side(field: Field, codes: list[str], values: Values) -> dict[str, Any]:
    column = [values.get((code, field.key)) for code in codes]
    summary = rules.summarise(type=field.type, unit=field.unit, values=column)
    rate = rules.rate_of(calculation=field.calculation) if field.type == Field.Type.PERCENT else None
    if rate is not None:
        above, below, rated = rules.rate_over(rate=rate, units=codes, values=values)
        summary = rules.with_rate(summary=summary, above=above, below=below, rated=rated)
    return rules.plain(summary=summary)


def _practices(actor: Actor, campaign: Campaign) -> list[dict[str, Any]]:
    rows = practices_for(actor=actor, campaign=campaign).filter(state=GoodPractice.State.CONFIRMED)
    return [
        {
            "id": row.pk,
            "unit_code": row.unit.code,
            "unit": row.unit.full_name,
            "area": row.area.code,
            "text": row.text,
            "proof": row.proof,
        }
        for row in rows
    ]


def _difficulties(actor: Actor, campaign: Campaign) -> dict[str, Any]:
    rows = list(difficulties_for(actor=actor, campaign=campaign).filter(state__in=COUNTED))
    merged = Counter(
        Difficulty.objects.filter(campaign=campaign, state=Difficulty.State.MERGED).values_list(
            "duplicate_of", flat=True
        )
    )
    lines, totals = matrix(counts=Counter((row.group, row.competent_level) for row in rows))
    return {
        "matrix": [{"group": line.group, "counts": list(line.counts), "total": line.total} for line in lines],
        "totals": list(totals),
        "records": [_difficulty(row) | {"merged": merged.get(row.pk, 0)} for row in rows],
    }


def _difficulty(row: Difficulty) -> dict[str, Any]:
    names = ("number", "code", "group", "text", "legal_provision", "severity", "evidence", "state", "answer")
    return {name: getattr(row, name) for name in names} | {
        "unit_code": row.unit.code,
        "unit": row.unit.full_name,
        "area": row.area.code,
        "level": row.competent_level,
        "verb": row.proposal_verb,
        "proposal": row.proposal_text,
        "body": row.proposal_body,
        "due": row.proposal_due.isoformat() if row.proposal_due else None,
    }


def _tasks(fields: list[Field], units: list[Unit], reported: Values) -> list[dict[str, str]]:
    keys = [field.key for field in fields if field.indicator.code == _TASKS and field.type == Field.Type.TEXT]
    found = []
    for unit in units:
        for key in keys:
            value = reported.get((unit.code, key))
            if value is not None and value.text:
                found.append({"unit_code": unit.code, "unit": unit.full_name, "key": key, "text": value.text})
    return found
