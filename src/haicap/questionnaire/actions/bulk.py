"""Many reports at once, for sample data and for reports gathered elsewhere. Same rules, same rows, fewer
queries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.accounts.models import Person
from haicap.campaign.models import Campaign, ContentArea, Field, Indicator, Question
from haicap.kernel import audit, filetypes
from haicap.kernel.access import COMMUNE_ROLES, Actor, Role
from haicap.kernel.errors import Refused
from haicap.kernel.text import nfc
from haicap.questionnaire.actions import report_record
from haicap.questionnaire.actions.evidence import store_bytes
from haicap.questionnaire.models import (
    Answer,
    Evidence,
    FormVersion,
    ReportedValue,
    Section,
    UnitReport,
    VerifiedValue,
)
from haicap.questionnaire.queries.forms import form_for, plan_of, template_of
from haicap.questionnaire.queries.reports import digest
from haicap.questionnaire.rules import names, report
from haicap.questionnaire.rules.instance import Template
from haicap.questionnaire.rules.plan import Plan
from haicap.register.models import Unit

BULK = "questionnaire.form:write"
Progress = Callable[[int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """Says that the indicator of a field does not apply to the unit, and why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """A file to put beside an indicator."""

    indicator: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkReport:
    """What `enter_reports_bulk` did; `refused` maps a unit's code to the sentences that kept its report
    out."""

    entered: int
    values: int
    files: int
    refused: Mapping[str, Sequence[str]]


Given = str | int | Decimal | bool | NotApplicable


def _texts(plan: Plan, given: Mapping[str, Given]) -> dict[str, str]:
    """Return the answers by question name, fields that do not apply as their indicator's mark and reason."""
    home = {ask.key: item for topic in plan.topics for item in topic.items for ask in item.fields}
    found: dict[str, str] = {}
    for key, value in given.items():
        if isinstance(value, NotApplicable):
            found[names.not_applicable(home[key].code)] = "yes"
            found[names.na_reason(home[key].code)] = nfc(value.reason)
        elif value is not None:
            found[key] = nfc(report.text_of(value))
    return found


@dataclass(slots=True, kw_only=True)
class _Batch:
    """Rows gathered for one stretch of units."""

    reports: list[UnitReport]
    sections: list[Section]
    values: list[ReportedValue]
    answers: list[Answer]
    evidence: list[Evidence]


class _Desk:
    """Everything that is the same for all reports of a campaign, read once."""

    def __init__(self, *, campaign: Campaign, form: FormVersion, at: datetime) -> None:
        self.campaign, self.form, self.at = campaign, form, at
        self.plan = plan_of(campaign=campaign)
        self.template: Template = template_of(form=form)
        self.checker = report.checker_of(self.plan)
        self.fields = dict(Field.objects.filter(campaign=campaign).values_list("key", "pk"))
        self.questions = dict(Question.objects.filter(area__campaign=campaign).values_list("key", "pk"))
        self.areas = list(ContentArea.objects.filter(campaign=campaign).order_by("order"))
        self.indicators = dict(Indicator.objects.filter(campaign=campaign).values_list("code", "pk"))
        people = Person.objects.filter(roles__role__in=COMMUNE_ROLES, is_active=True)
        self.officers: dict[int, int] = {}
        self.chairs: dict[int, int] = {}
        for pk, unit_id, role in people.values_list("pk", "body__unit_id", "roles__role"):
            target = self.chairs if role == Role.COMMUNE_CHAIR else self.officers
            target.setdefault(unit_id, pk)

    def problems(self, texts: Mapping[str, str]) -> list[str]:
        """Return the findings of error severity, each as "field: rule"."""
        found = report.findings(self.plan, texts, checker=self.checker, today=timezone.localdate(self.at))
        return [f"{', '.join(f.fields)}: {f.rule}" for f in found if f.severity == "error"]

    def add(self, batch: _Batch, unit: Unit, texts: Mapping[str, str], files: Sequence[EvidenceFile]) -> None:
        """Gather the rows of one report, as if submitted and signed at `self.at`."""
        identity = names.instance_id(campaign=self.campaign.code, unit=unit.code)
        known = {name: text for name, text in texts.items() if name in self.template.names}
        xml = self.template.fill(instance_id=str(identity), values=known)
        officer, chair = self.officers.get(unit.pk), self.chairs.get(unit.pk)
        row = UnitReport(
            campaign=self.campaign,
            unit=unit,
            version=self.form,
            instance_id=identity,
            xml=xml,
            xml_sha256=digest(xml),
            state=UnitReport.State.SIGNED,
            edition=1,
            revision=1,
            saved_by_id=officer,
            saved_at=self.at,
            submitted_by_id=officer,
            submitted_at=self.at,
            signed_by_id=chair,
            signed_at=self.at,
        )
        batch.reports.append(row)
        done = report.progress(self.plan, texts)
        batch.sections += [
            Section(
                report=row, area=area, state=Section.State.SUBMITTED, answered=done[area.code].answered,
                wanted=done[area.code].wanted, submitted_at=self.at,
            )
            for area in self.areas
        ]  # fmt: skip
        today = timezone.localdate(self.at)
        batch.values += [
            ReportedValue(
                report=row, field_id=self.fields[figure.key], edition=1, text=figure.text,
                number=figure.number, na_reason=figure.na_reason, person_id=officer, at=self.at, current=True,
            )
            for figure in report.figures(self.plan, texts, checker=self.checker, today=today)
        ]  # fmt: skip
        batch.answers += [
            Answer(report=row, question_id=pk, edition=1, text=texts[key], person_id=officer, at=self.at,
                   current=True)
            for key, pk in self.questions.items() if texts.get(key)
        ]  # fmt: skip
        for file in files:
            self._add_file(batch, row, file, officer)

    def _add_file(self, batch: _Batch, row: UnitReport, file: EvidenceFile, officer: int | None) -> None:
        kind = filetypes.type_of(file.content[: filetypes.HEAD], whole=file.content)
        if kind is None or not filetypes.named_right(file.name, kind):
            raise Refused("evidence.type", _("%(name)s is not a kind of file we take.") % {"name": file.name})
        sha256, path = store_bytes(file.content, ending=filetypes.ACCEPTED[kind][0])
        batch.evidence.append(
            Evidence(
                report=row, indicator_id=self.indicators[file.indicator], file=path, name=file.name,
                size=len(file.content), sha256=sha256, content_type=kind, uploaded_by_id=officer, at=self.at,
            )
        )  # fmt: skip


def enter_reports_bulk(
    *,
    actor: Actor,
    campaign: Campaign,
    reports: Mapping[str, Mapping[str, Given]],
    evidence: Mapping[str, Sequence[EvidenceFile]] | None = None,
    at: datetime | None = None,
    on_progress: Progress | None = None,
) -> BulkReport:
    """Enter signed reports: unit code -> {field or question key -> value}; a report with an error is left
    out.

    Values are as `rules.report.text_of` writes them (int, Decimal, "2025-07-15", codes, text, or
    NotApplicable
    for the whole indicator). People of the unit's own body stand as officer and chair. A unit that has a
    report
    already keeps it. All is one transaction with one audit entry.
    """
    actor.must(BULK)
    desk = _Desk(campaign=campaign, form=form_for(actor=actor, campaign=campaign), at=at or timezone.now())
    batch = _Batch(reports=[], sections=[], values=[], answers=[], evidence=[])
    refused: dict[str, Sequence[str]] = {}
    have = set(UnitReport.objects.filter(campaign=campaign).values_list("unit__code", flat=True))
    units = {
        unit.code: unit
        for unit in Unit.objects.filter(code__in=reports, level=Unit.Level.COMMUNE, valid_to=None)
    }
    for number, (code, given) in enumerate(reports.items(), start=1):
        texts = _texts(desk.plan, given)
        problems = [_("unknown unit")] if code not in units else desk.problems(texts)
        if problems:
            refused[code] = problems
        elif code not in have:
            desk.add(batch, units[code], texts, (evidence or {}).get(code, ()))
        if on_progress:
            sentence = _("%(done)s of %(all)s reports read") % {"done": number, "all": len(reports)}
            on_progress(90 * number // len(reports), sentence)
    _write(actor, campaign, batch)
    return BulkReport(
        entered=len(batch.reports), values=len(batch.values), files=len(batch.evidence), refused=refused
    )


def _write(actor: Actor, campaign: Campaign, batch: _Batch) -> None:
    with transaction.atomic():
        report_record.new_all(reports=batch.reports)
        UnitReport.objects.bulk_create(batch.reports, batch_size=100)
        Section.objects.bulk_create(batch.sections, batch_size=1000)
        ReportedValue.objects.bulk_create(batch.values, batch_size=2000)
        Answer.objects.bulk_create(batch.answers, batch_size=1000)
        Evidence.objects.bulk_create(batch.evidence, batch_size=1000)
        audit.record(
            actor=actor,
            action="questionnaire.reports.entered",
            subject=campaign,
            after={
                "reports": len(batch.reports),
                "values": len(batch.values),
                "files": len(batch.evidence),
            },
        )


def verify_bulk(
    *,
    actor: Actor,
    campaign: Campaign,
    differences: Mapping[str, Mapping[str, tuple[Given, str]]],
    confirm: Sequence[str] = (),
    people: Mapping[str, int] | None = None,
    at: datetime | None = None,
    on_progress: Progress | None = None,
) -> int:
    """Verify reports: `differences` unit code -> {field key -> (value, reason)}; returns how many values.

    Units in `confirm` have all their other reported values verified as they are and their areas closed.
    `people`
    maps a unit's code to the id of the person who verified it. One transaction with one audit entry. A
    computed
    field follows from the others and is not given.
    """
    actor.must(BULK)
    now = at or timezone.now()
    people = people or {}
    desk = _Desk(campaign=campaign, form=form_for(actor=actor, campaign=campaign), at=now)
    codes = list(dict.fromkeys([*differences, *confirm]))
    rows: list[VerifiedValue] = []
    for number, code in enumerate(codes, start=1):
        rows += _verified_rows(
            desk, code, differences.get(code, {}), code in set(confirm), people.get(code), now
        )
        if on_progress:
            sentence = _("%(done)s of %(all)s units verified") % {"done": number, "all": len(codes)}
            on_progress(90 * number // len(codes), sentence)
    with transaction.atomic():
        known = VerifiedValue.objects.filter(campaign=campaign, unit__code__in=codes, current=True)
        known.filter(field_id__in={row.field_id for row in rows}).update(current=False)
        VerifiedValue.objects.bulk_create(rows, batch_size=2000)
        closed = UnitReport.objects.filter(campaign=campaign, unit__code__in=confirm)
        Section.objects.filter(report__in=closed).update(state=Section.State.VERIFIED, decided_at=now)
        closed.update(state=UnitReport.State.ACCEPTED)
        report_record.follow(reports=closed.values_list("pk", flat=True))
        audit.record(
            actor=actor, action="questionnaire.values.verified", subject=campaign,
            after={"values": len(rows), "units": len(codes)},
        )  # fmt: skip
    return len(rows)


def _verified_rows(
    desk: _Desk,
    code: str,
    given: Mapping[str, tuple[Given, str]],
    whole: bool,
    person: int | None,
    now: datetime,
) -> list[VerifiedValue]:
    """Return the verified values of one unit that has none yet: the differences, and the rest where
    `whole`."""
    reported = {
        value.field.key: value
        for value in ReportedValue.objects.filter(
            report__campaign=desk.campaign, report__unit__code=code, current=True
        ).select_related("field", "report")
    }
    if not reported:
        return []
    unit_id = next(iter(reported.values())).report.unit_id
    texts = {key: value.text for key, value in reported.items()}
    reasons = {key: value.na_reason for key, value in reported.items()}
    for key, (value, _reason) in given.items():
        texts[key] = "" if isinstance(value, NotApplicable) else report.text_of(value)
        reasons[key] = value.reason if isinstance(value, NotApplicable) else ""
    asks = {ask.key: ask for topic in desk.plan.topics for item in topic.items for ask in item.fields}
    typed = {
        key: None if reasons.get(key) else report.typed(asks[key], text)
        for key, text in texts.items()
        if not asks[key].calculation
    }
    full = desk.checker.compute(values=typed, today=timezone.localdate(now))
    found = []
    for key in texts:
        if key not in given and not whole:
            continue
        known = full.get(key)
        text = report.text_of(known) if asks[key].calculation and not reasons.get(key) else texts[key]
        is_number = asks[key].type not in ("text", "choice", "multi", "date")
        found.append(
            VerifiedValue(
                campaign=desk.campaign, unit_id=unit_id, field_id=desk.fields[key], text=text,
                number=report.number_of(known) if is_number else None,
                na_reason=reasons.get(key, ""), reason=given[key][1] if key in given else "",
                person_id=person, at=now, current=True,
            )
        )  # fmt: skip
    return found
