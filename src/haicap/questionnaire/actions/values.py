"""Values kept from a report, edition by edition. An old edition is never changed, only no longer current."""

from collections.abc import Mapping
from datetime import date, datetime

from haicap.campaign.models import Field, Question
from haicap.questionnaire.models import Answer, ReportedValue, UnitReport
from haicap.questionnaire.rules import report
from haicap.questionnaire.rules.plan import Plan


def write_edition(
    *,
    row: UnitReport,
    plan: Plan,
    values: Mapping[str, str],
    person_id: int | None,
    now: datetime,
    today: date,
) -> None:
    """Keep every figure and answer of `values` as edition `row.edition`; they count once the chair has
    signed."""
    fields = dict(Field.objects.filter(campaign=row.campaign_id).values_list("key", "pk"))
    ReportedValue.objects.bulk_create(
        [
            ReportedValue(
                report=row, field_id=fields[figure.key], edition=row.edition, text=figure.text,
                number=figure.number, na_reason=figure.na_reason, person_id=person_id, at=now,
            )
            for figure in report.figures(plan, values, checker=report.checker_of(plan), today=today)
        ],
        batch_size=500,
    )  # fmt: skip
    questions = Question.objects.filter(area__campaign=row.campaign_id)
    Answer.objects.bulk_create(
        Answer(report=row, question=q, edition=row.edition, text=values[q.key], person_id=person_id, at=now)
        for q in questions
        if values.get(q.key)
    )


def make_current(*, row: UnitReport) -> None:
    """Let edition `row.edition` be the reported one."""
    for model in (ReportedValue, Answer):
        rows = model._default_manager.filter(report=row)
        rows.filter(current=True).update(current=False)
        rows.filter(edition=row.edition).update(current=True)
