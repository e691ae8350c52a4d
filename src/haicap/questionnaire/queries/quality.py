"""Figures that a team should ask about: of the plan over all units, and of a form over its submissions.

What counts as far is in the settings of a campaign (quality_z, quality_ratio, quality_change, quality_alike), see
`rules.quality.Limits`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from haicap.campaign.models import Campaign, ContentArea, Field
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.text import fold
from haicap.questionnaire.models import Comment, Form, ReportedValue, Submission
from haicap.questionnaire.queries.collect import submissions_for
from haicap.questionnaire.queries.versions import opened_row
from haicap.questionnaire.rules import quality
from haicap.questionnaire.rules.instance import InstanceError
from haicap.questionnaire.rules.judge import Fault, Judge
from haicap.questionnaire.rules.quality import Finding, Limits, Spread
from haicap.questionnaire.rules.schema import Field as Asked
from haicap.questionnaire.rules.schema import typed

NUMBERS = (Field.Type.INTEGER, Field.Type.DECIMAL, Field.Type.PERCENT)
KNOWN_PEOPLE = 0.8  # share of the units whose number of people must be known to compare by people
AREA_BY_AREA = 1000  # units from which on the page shows one area at a time
MOST_SUBMISSIONS = 5000  # of a form: the newest are looked at
Figures = dict[int, dict[int, float]]  # by key of the field, then by key of the unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A unit by its names."""

    pk: int
    code: str
    name: str
    folded: str
    people: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask a unit about; `field` is None where it is about a whole area. `asked` is who asked when."""

    finding: Finding[int]
    unit: Place
    area: ContentArea
    field: Field | None = None
    other: Place | None = None
    asked: tuple[str, datetime] | None = None


def limits_of(*, campaign: Campaign) -> Limits:
    """Return what counts as far in a campaign: its settings, else the defaults."""
    base = Limits()
    return Limits(
        z=float(campaign.setting("quality_z", base.z)), ratio=float(campaign.setting("quality_ratio", base.ratio)),
        change=float(campaign.setting("quality_change", base.change)),
        alike=int(campaign.setting("quality_alike", base.alike)),
    )  # fmt: skip


def questions_for(
    *, actor: Actor, campaign: Campaign, area: str = "", unit: str = "", kind: str = ""
) -> list[Question]:
    """Return what to ask about the signed figures of all units, the most striking first.

    `unit` is a code or a part of a name. A fixed number of queries whatever the number of units.
    """
    actor.must("questionnaire.report:read")
    places = _places(actor, campaign)
    fields = _fields(campaign, area)
    figures = _figures(campaign, fields, places)
    limits = limits_of(campaign=campaign)
    found = [
        *_far(figures, fields, places, limits),
        *_revised(campaign, figures, fields, limits),
        *_changed(campaign, figures, fields, limits),
        *_alike(figures, fields, limits),
    ]
    asked = _asked(campaign)
    areas = {one.indicator.area_id: one.indicator.area for one in fields.values()}
    rows = [_question(one, places, fields, areas, asked) for one in found]
    text = fold(unit)
    wanted = [
        row for row in rows
        if (not kind or row.finding.kind == kind) and (not text or row.unit.code == text or text in row.unit.folded)
    ]  # fmt: skip
    return sorted(wanted, key=lambda row: (-row.finding.weight, row.unit.code))


def _places(actor: Actor, campaign: Campaign) -> dict[int, Place]:
    rows = surveyed_units_for(actor=actor, campaign=campaign).order_by("code")
    return {
        pk: Place(pk=pk, code=code, name=name, folded=folded, people=people)
        for pk, code, name, folded, people in rows.values_list(
            "pk", "code", "full_name", "folded", "population"
        )
    }


def _fields(campaign: Campaign, area: str = "") -> dict[int, Field]:
    rows = Field.objects.filter(campaign=campaign, type__in=NUMBERS).select_related("indicator__area")
    return {one.pk: one for one in (rows.filter(indicator__area__code=area) if area else rows)}


def _figures(campaign: Campaign, fields: Mapping[int, Field], places: Mapping[int, Place]) -> Figures:
    """Return the signed figures by field and unit; what does not apply and what is blank has none."""
    found: Figures = {pk: {} for pk in fields}
    rows = ReportedValue.objects.filter(
        report__campaign=campaign, current=True, na_reason="", field__in=fields
    )
    rows = rows.exclude(number=None).order_by()
    for field, unit, number in rows.values_list("field_id", "report__unit_id", "number").iterator(
        chunk_size=20_000
    ):
        if field in found and unit in places:
            found[field][unit] = float(number or 0)
    return found


def _far(
    figures: Figures, fields: Mapping[int, Field], places: Mapping[int, Place], limits: Limits
) -> Iterable[Finding[int]]:
    people = {pk: float(place.people) for pk, place in places.items() if place.people}
    for pk, values in figures.items():
        by_people = None
        if fields[pk].type == Field.Type.INTEGER and _known(values, people):
            by_people = people
        yield from quality.outliers(values, field=pk, limits=limits, people=by_people)


def _known(values: Mapping[int, float], people: Mapping[int, float]) -> bool:
    return len(values.keys() & people.keys()) >= KNOWN_PEOPLE * max(len(values), 1)


def _revised(
    campaign: Campaign, figures: Figures, fields: Mapping[int, Field], limits: Limits
) -> Iterable[Finding[int]]:
    """Return figures that a unit itself changed much from one edition of its report to the next."""
    before: Figures = defaultdict(dict)
    rows = ReportedValue.objects.filter(
        report__campaign=campaign, report__edition__gt=1, current=False, na_reason="", field__in=fields,
        report__values__field_id=F("field_id"), report__values__current=True,
        report__values__edition__gt=F("edition"),
    ).exclude(number=None).order_by("edition")  # fmt: skip
    for field, unit, number in rows.values_list("field_id", "report__unit_id", "number"):
        before[field][unit] = float(number or 0)
    for pk, values in before.items():
        found = quality.changes(figures[pk], values, field=pk, limits=limits)
        yield from (replace(one, kind="revised") for one in found)


def _changed(
    campaign: Campaign, figures: Figures, fields: Mapping[int, Field], limits: Limits
) -> Iterable[Finding[int]]:
    """Return figures that are far from those of the last campaign which asked the same."""
    last = (
        Campaign.objects.filter(window_end__lt=campaign.window_start)
        .exclude(pk=campaign.pk).order_by("-window_end").first()
    )  # fmt: skip
    if last is None:
        return
    keys = {one.key: pk for pk, one in fields.items()}
    before: Figures = defaultdict(dict)
    rows = ReportedValue.objects.filter(
        report__campaign=last, current=True, na_reason="", field__key__in=keys
    ).exclude(number=None)  # fmt: skip
    for key, unit, number in rows.values_list("field__key", "report__unit_id", "number"):
        before[keys[key]][unit] = float(number or 0)
    for pk, values in before.items():
        yield from quality.changes(figures[pk], values, field=pk, limits=limits)


def _alike(figures: Figures, fields: Mapping[int, Field], limits: Limits) -> Iterable[Finding[int]]:
    """Return units that say the same in a whole area."""
    areas: dict[int, dict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for pk, values in figures.items():
        if not fields[pk].calculation:
            area = fields[pk].indicator.area_id
            for unit, number in values.items():
                areas[area][unit][pk] = number
    for area, rows in areas.items():
        yield from quality.alike(rows, field=area, limits=limits)


def _asked(campaign: Campaign) -> dict[tuple[int | None, str], tuple[str, datetime]]:
    """Return who last asked a unit about a question, by its name."""
    rows = Comment.objects.filter(
        submission__form__campaign=campaign, submission__form__purpose=Form.Purpose.REPORT
    ).exclude(path="").order_by("pk")  # fmt: skip
    return {
        (unit, path.rpartition("/")[2]): (name or "", at)
        for unit, path, name, at in rows.values_list("submission__unit_id", "path", "person__full_name", "at")
    }


def _question(
    finding: Finding[int], places: Mapping[int, Place], fields: Mapping[int, Field],
    areas: Mapping[int, ContentArea], asked: Mapping[tuple[int | None, str], tuple[str, datetime]],
) -> Question:  # fmt: skip
    key = finding.field
    field = fields[key] if finding.kind != "alike" and isinstance(key, int) else None
    area = field.indicator.area if field is not None else areas[key]  # type: ignore[index]  # of alike: the area's key
    return Question(
        finding=finding, unit=places[finding.unit], area=area, field=field,
        other=places[finding.other] if finding.other is not None else None,
        asked=asked.get((finding.unit, field.key)) if field is not None else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage:
    """One figure among those of all units: where it stands, and everything that makes it worth a question."""

    unit: Place
    field: Field
    value: float | None
    spread: Spread | None
    z: float | None
    values: tuple[float, ...]
    questions: tuple[Question, ...]
    comments: tuple[Comment, ...]


def figure_page_for(*, actor: Actor, campaign: Campaign, unit: int, field: Field) -> FigurePage:
    """Return where the figure of a unit stands among all units."""
    actor.must("questionnaire.report:read")
    places = _places(actor, campaign)
    values = _figures(campaign, {field.pk: field}, places)[field.pk]
    spread = quality.spread(list(values.values())) if values else None
    value = values.get(unit)
    found = questions_for(
        actor=actor, campaign=campaign, area=field.indicator.area.code, unit=places[unit].code
    )
    comments = Comment.objects.filter(
        submission__form__campaign=campaign, submission__form__purpose=Form.Purpose.REPORT,
        submission__unit=unit, path__endswith=f"/{field.key}",
    )  # fmt: skip
    return FigurePage(
        unit=places[unit], field=field, value=value, spread=spread, values=tuple(values.values()),
        z=spread.z(value) if spread is not None and value is not None else None,
        questions=tuple(one for one in found if one.field is not None and one.field.pk == field.pk),
        comments=tuple(comments.select_related("person")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FormQuestion:
    """One thing to ask about a submission: a far figure, a copy, or a condition of the form that does not hold."""

    submission: Submission
    finding: Finding[int] | None = None
    fault: Fault | None = None
    field: Asked | None = None
    other: Submission | None = None

    @property
    def weight(self) -> float:
        """By what they are put in order: conditions first, for they are sure."""
        return 1_000_000.0 if self.finding is None else self.finding.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class FormQuality:
    """What to ask about the submissions of a form, the surest first; `looked_at` of `count` were read."""

    questions: tuple[FormQuestion, ...]
    looked_at: int
    count: int
    unjudged: tuple[str, ...]  # questions with a condition that the server cannot judge


def form_quality_for(*, actor: Actor, form: Form, limits: Limits | None = None) -> FormQuality:
    """Return what to ask about the submissions of a form that `actor` sees; at most the newest 5,000 are looked at.

    Answers are compared by column over all versions of the form. The number of queries does not grow with them.
    """
    rows = submissions_for(actor=actor, form=form).exclude(state=Submission.State.REJECTED)
    count = rows.count()
    taken = list(rows.select_related("version__form", "unit", "person").order_by("-pk")[:MOST_SUBMISSIONS])
    figures: dict[str, dict[int, float]] = defaultdict(dict)
    by_row: dict[int, dict[Any, float]] = {}
    asked: dict[str, Asked] = {}
    questions: list[FormQuestion] = []
    judges: dict[int, Judge] = {}
    unjudged: set[str] = set()
    for row in taken:
        opened = opened_row(row=row.version)
        judge = judges.setdefault(row.version_id, Judge(opened.schema))
        try:
            answers = opened.reader.rows(row.xml)[0]
            verdict = judge.check(row.xml, now=timezone.localtime(row.ended_at or row.received_at))
        except InstanceError:
            continue
        unjudged |= verdict.unjudged
        questions += [FormQuestion(submission=row, fault=one, field=one.field) for one in verdict.faults]
        by_row[row.pk] = {}
        for one in opened.schema.by_table[""]:
            number = typed(one.type, answers.get(one.column, "")) if one.type in ("int", "decimal") else None
            if number is not None:
                asked[one.column] = one
                figures[one.column][row.pk] = by_row[row.pk][one.column] = float(number)
    found = _of_form(figures, by_row, limits or limits_of(campaign=form.campaign))
    by_pk = {row.pk: row for row in taken}
    questions += [
        FormQuestion(
            submission=by_pk[one.unit], finding=one, field=asked.get(str(one.field)),
            other=by_pk[one.other] if one.other is not None else None,
        )
        for one in found
    ]  # fmt: skip
    questions.sort(key=lambda one: (-one.weight, -one.submission.pk))
    return FormQuality(
        questions=tuple(questions), looked_at=len(taken), count=count, unjudged=tuple(sorted(unjudged))
    )


def _of_form(
    figures: Mapping[str, dict[int, float]], by_row: Mapping[int, dict[Any, float]], limits: Limits
) -> list[Finding[int]]:
    found = [
        one
        for column, values in figures.items()
        for one in quality.outliers(values, field=column, limits=limits)
    ]
    return found + quality.alike(by_row, field="", limits=limits)
