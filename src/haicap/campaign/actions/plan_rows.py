"""Bringing the rows of a campaign up to a plan, by their codes, without losing an answer."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import ProtectedError

from haicap.campaign.models import AreaLead, Campaign, ContentArea, Field, Indicator, Question, Rule
from haicap.campaign.rules.expressions import parse
from haicap.campaign.rules.plan import FieldRow, IndicatorRow, Plan, QuestionRow, RuleRow
from haicap.kernel.text import fold
from haicap.register.models import Body


class FieldsInUseError(Exception):
    """Fields (or rows above them) that cannot go because something is recorded for them."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(", ".join(keys))
        self.keys = keys


def store_rows(*, campaign: Campaign, plan: Plan, bodies: Mapping[str, Body]) -> None:
    """Make areas, indicators, fields, rules and questions those of the plan. Raises FieldsInUseError."""
    areas = _store_areas(campaign, plan, bodies)
    _refuse_lost_fields(campaign, plan)
    indicators = _store_indicators(campaign, plan, areas)
    _store_fields(campaign, plan, indicators)
    _store_rules(campaign, plan, indicators)
    _store_questions(campaign, plan, areas)
    kept = {indicator.code for indicator in plan.indicators}
    _drop(Indicator.objects.filter(campaign=campaign).exclude(code__in=kept))
    _drop(ContentArea.objects.filter(campaign=campaign).exclude(code__in=areas))


def _drop(rows: "models.QuerySet[Any]") -> None:
    try:
        rows.delete()
    except ProtectedError as error:
        raise FieldsInUseError(
            sorted({str(getattr(row, "field_id", row)) for row in error.protected_objects})
        ) from error


def _bring_up(rows: "models.QuerySet[Any]", key: str, wanted: Mapping[str, models.Model]) -> dict[str, Any]:
    """Insert and update `rows` so that each of `wanted` is there once; returns the stored rows by `key`."""
    model = rows.model
    known = {getattr(row, key): row.pk for row in rows}
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    for code, row in wanted.items():
        row.pk = known.get(code)
    model._default_manager.bulk_create([row for row in wanted.values() if row.pk is None])
    changed = [row for row in wanted.values() if getattr(row, key) in known]
    if changed:
        model._default_manager.bulk_update(changed, names, batch_size=100)
    return {getattr(row, key): row for row in rows.all()}


def _store_areas(campaign: Campaign, plan: Plan, bodies: Mapping[str, Body]) -> dict[str, ContentArea]:
    parts: dict[str, list[dict[str, str]]] = {}
    for area in plan.areas:
        if area.parent:
            parts.setdefault(area.parent, []).append(
                {"code": area.code, "name_vi": area.name_vi, "name_en": area.name_en}
            )
    wanted = [area for area in plan.areas if not area.parent]
    rows = {
        area.code: ContentArea(
            campaign=campaign,
            code=area.code,
            name_vi=area.name_vi,
            name_en=area.name_en,
            order=order,
            parts=parts.get(area.code, []),
            min_members=area.min_members,
            composition=dict(area.composition),
            mark=area.mark,
        )
        for order, area in enumerate(wanted)
    }
    stored = _bring_up(ContentArea.objects.filter(campaign=campaign), "code", rows)
    AreaLead.objects.filter(area__campaign=campaign).delete()
    AreaLead.objects.bulk_create(
        AreaLead(area=stored[area.code], body=bodies[code], order=order)
        for area in wanted
        for order, code in enumerate(area.leads, start=1)
    )
    return {area.code: stored[area.code] for area in wanted}


def _refuse_lost_fields(campaign: Campaign, plan: Plan) -> None:
    wanted = {field.spec.key: field.spec.type for field in plan.fields}
    lost = [field for field in Field.objects.filter(campaign=campaign) if wanted.get(field.key) != field.type]
    if used := _used(lost):
        raise FieldsInUseError(sorted(field.key for field in lost if field.pk in used))
    Field.objects.filter(pk__in=[field.pk for field in lost if field.key not in wanted]).delete()


def _used(fields: list[Field]) -> set[int]:
    """Return the keys of those fields that a row of any other table points to."""
    keys = [field.pk for field in fields]
    used: set[int] = set()
    for relation in Field._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        rows = relation.related_model._default_manager
        name = relation.field.name
        used |= set(rows.filter(**{f"{name}__in": keys}).values_list(f"{name}_id", flat=True))
    return used


def _store_indicators(
    campaign: Campaign, plan: Plan, areas: Mapping[str, ContentArea]
) -> dict[str, Indicator]:
    rows = {
        row.code: _indicator(campaign, areas[row.area], row, order)
        for order, row in enumerate(plan.indicators)
    }
    return _bring_up(Indicator.objects.filter(campaign=campaign), "code", rows)


def _indicator(campaign: Campaign, area: ContentArea, row: IndicatorRow, order: int) -> Indicator:
    return Indicator(
        campaign=campaign,
        area=area,
        part=row.part,
        code=row.code,
        name_vi=row.name_vi,
        name_en=row.name_en,
        folded=fold(f"{row.code} {row.name_vi} {row.name_en}"),
        unit=row.unit,
        direction=row.direction,
        reported_by=row.reported_by,
        evidence=row.evidence,
        verification=row.verification,
        legal_basis=row.legal_basis,
        mark=row.mark,
        rule_text=row.rule_text,
        note_vi=row.note_vi,
        note_en=row.note_en,
        order=order,
    )


def _store_fields(campaign: Campaign, plan: Plan, indicators: Mapping[str, Indicator]) -> None:
    rows = {
        row.spec.key: _field(campaign, indicators[row.indicator], row, order)
        for order, row in enumerate(plan.fields)
    }
    _bring_up(Field.objects.filter(campaign=campaign), "key", rows)


def _field(campaign: Campaign, indicator: Indicator, row: FieldRow, order: int) -> Field:
    return Field(
        campaign=campaign,
        indicator=indicator,
        key=row.spec.key,
        label_vi=row.label_vi,
        label_en=row.label_en,
        type=row.spec.type,
        unit=row.unit,
        required=row.spec.required,
        minimum=row.spec.minimum,
        maximum=row.spec.maximum,
        choices=[dict(choice) for choice in row.spec.choices],
        calculation=row.spec.calculation,
        order=order,
    )


def _store_rules(campaign: Campaign, plan: Plan, indicators: Mapping[str, Indicator]) -> None:
    rows = {
        row.spec.key: _rule(campaign, indicators[row.indicator], row, order)
        for order, row in enumerate(plan.rules)
    }
    Rule.objects.filter(campaign=campaign).exclude(key__in=rows).delete()
    _bring_up(Rule.objects.filter(campaign=campaign), "key", rows)


def _rule(campaign: Campaign, indicator: Indicator, row: RuleRow, order: int) -> Rule:
    return Rule(
        campaign=campaign,
        indicator=indicator,
        key=row.spec.key,
        severity=row.spec.severity,
        expression=row.spec.expression,
        fields=sorted(parse(row.spec.expression).fields),
        message_vi=row.message_vi,
        message_en=row.message_en,
        order=order,
    )


def _store_questions(campaign: Campaign, plan: Plan, areas: Mapping[str, ContentArea]) -> None:
    rows = {row.key: _question(areas[row.area], row, order) for order, row in enumerate(plan.questions)}
    stored = Question.objects.filter(area__campaign=campaign)
    _drop(stored.exclude(key__in=rows))
    _bring_up(stored, "key", rows)


def _question(area: ContentArea, row: QuestionRow, order: int) -> Question:
    return Question(
        area=area,
        part=row.part,
        number=row.number,
        key=row.key,
        text_vi=row.text_vi,
        text_en=row.text_en,
        mark=row.mark,
        order=order,
    )
