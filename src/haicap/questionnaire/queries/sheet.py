"""A report laid out for reading: area by area, indicator by indicator, with values and evidence beside
each other."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign, ContentArea, Field, Indicator, Question
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.models import Evidence, Section, UnitReport
from haicap.questionnaire.queries.figures import FigureRow, FigureValue, answers_for, figures_for
from haicap.questionnaire.queries.reports import evidence_for
from haicap.questionnaire.rules import instance, names
from haicap.questionnaire.rules.report import number_of
from haicap.register.models import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One field: its values side by side."""

    field: Field
    row: FigureRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetItem:
    """One indicator with its lines and files."""

    indicator: Indicator
    lines: list[SheetLine]
    evidence: list[Evidence]

    @property
    def na_reason(self) -> str:
        """Why the indicator does not apply, where it does not."""
        return next((line.row.reported.na_reason for line in self.lines if line.row.reported), "")

    @property
    def is_open(self) -> bool:
        """True while a reported value of it is not verified."""
        return any(line.row.reported and not line.row.verified for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetArea:
    """One content area of a report."""

    area: ContentArea
    section: Section | None
    items: list[SheetItem]
    answers: list[tuple[Question, str]]


def sheet_for(*, actor: Actor, campaign: Campaign, unit: Unit, area: str | None = None) -> list[SheetArea]:
    """Return the report of `unit` (or one area of it) as the reviewers have it: signed values only."""
    rows = {row.field_id: row for row in figures_for(actor=actor, campaign=campaign, units=[unit])}
    answers = {a.question_id: a.text for a in answers_for(actor=actor, campaign=campaign, unit=unit)}
    return _lay_out(actor, campaign, unit, area, rows, answers)


def draft_sheet_for(*, actor: Actor, campaign: Campaign, unit: Unit, report: UnitReport) -> list[SheetArea]:
    """Return the report of `unit` as its form says now, for the people of the unit."""
    given = instance.read(report.xml).values
    rows: dict[int, FigureRow] = {}
    for field in Field.objects.filter(campaign=campaign).select_related("indicator"):
        value = _drafted(field, given, report)
        rows[field.pk] = FigureRow(
            unit_id=unit.pk, unit_code=unit.code, field_id=field.pk, field_key=field.key, reported=value,
            verified=None,
        )  # fmt: skip
    answers = {q.pk: given.get(q.key, "") for q in Question.objects.filter(area__campaign=campaign)}
    return _lay_out(actor, campaign, unit, None, rows, answers)


def _drafted(field: Field, given: Mapping[str, str], report: UnitReport) -> FigureValue | None:
    code = field.indicator.code
    off = given.get(names.not_applicable(code)) == "yes"
    text = "" if off else given.get(field.key, "")
    reason = given.get(names.na_reason(code), "") if off else ""
    if not text and not reason:
        return None
    saved = report.saved_by
    return FigureValue(
        text=text, number=number_of(text), na_reason=reason, at=report.saved_at,
        person=saved.full_name if saved else "",
    )  # fmt: skip


def _lay_out(
    actor: Actor, campaign: Campaign, unit: Unit, area: str | None, rows: Mapping[int, FigureRow],
    answers: Mapping[int, str],
) -> list[SheetArea]:  # fmt: skip
    files: dict[int, list[Evidence]] = defaultdict(list)
    for file in evidence_for(actor=actor, campaign=campaign, unit=unit):
        files[file.indicator_id].append(file)
    sections = {
        section.area_id: section
        for section in Section.objects.filter(report__campaign=campaign, report__unit=unit).select_related(
            "decided_by"
        )
    }
    fields = Prefetch("fields", queryset=Field.objects.order_by("order"))
    indicators = Indicator.objects.order_by("order").prefetch_related(fields)
    areas = ContentArea.objects.filter(campaign=campaign).order_by("order")
    if area is not None:
        areas = areas.filter(code=area)
    blank = {"reported": None, "verified": None}
    found = [
        SheetArea(
            area=topic,
            section=sections.get(topic.pk),
            items=[
                SheetItem(
                    indicator=indicator,
                    lines=[
                        SheetLine(
                            field=field,
                            row=rows.get(field.pk)
                            or FigureRow(
                                unit_id=unit.pk, unit_code=unit.code, field_id=field.pk, field_key=field.key,
                                **blank,
                            ),
                        )
                        for field in indicator.fields.all()
                    ],
                    evidence=files[indicator.pk],
                )
                for indicator in topic.indicators.all()
            ],
            answers=[(q, answers.get(q.pk, "")) for q in topic.questions.all()],
        )
        for topic in areas.prefetch_related(Prefetch("indicators", queryset=indicators), "questions")
    ]  # fmt: skip
    if not found:
        raise Missing("report.no_area", _("There is no such content area."))
    return found
