"""Verified values: entered beside the reported ones, never over them."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign, Field, Indicator
from haicap.campaign.rules.expressions import NOT_APPLICABLE, Checker, Value, parse_value
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.text import nfc
from haicap.questionnaire.actions.checks import field_sentence
from haicap.questionnaire.actions.review import section_under_review, settle_report
from haicap.questionnaire.models import ReportedValue, Section, VerifiedValue
from haicap.questionnaire.rules import report
from haicap.register.models import Unit

VALUE_VERIFY = "questionnaire.value:verify"


def _typed(field: Field, text: str) -> Value | None:
    """Return the value of `text`; raises Refused with the sentence where it is none or out of bounds."""
    try:
        value = parse_value(type=field.type, text=text)
    except ValueError:
        value = text
    checker = Checker(fields=[field], rules=())
    for finding in checker.check(values={field.key: value}, today=timezone.localdate()):
        raise Refused(f"value.{finding.code}", field_sentence(field, finding), field="text")
    return value


def verify_value(
    *,
    actor: Actor,
    campaign: Campaign,
    unit: Unit,
    field: str,
    text: str = "",
    na_reason: str = "",
    reason: str = "",
) -> VerifiedValue:
    """Enter the verified value of a field, or why it does not apply; an earlier one stays in the history.

    `text` is as a form stores it (decimal point, ISO date, codes). Raises Refused where the value is not
    of the
    field's type, out of bounds or computed, or differs from the reported one without a `reason`; Missing
    for an
    unknown field or a report that was not sent.
    """
    actor.must(VALUE_VERIFY)
    row = Field.objects.filter(campaign=campaign, key=field).select_related("indicator__area").first()
    if row is None:
        raise Missing("value.no_field", _("There is no such field in this plan."))
    if row.is_computed:
        raise Refused("value.computed", _("This value follows from others; verify those."), field="text")
    text, na_reason, reason = nfc(text), nfc(na_reason), nfc(reason)
    if not text and not na_reason:
        raise Refused("value.blank", _("Enter the verified value, or why it does not apply."), field="text")
    value = _typed(row, text) if not na_reason else None
    with transaction.atomic():
        section = section_under_review(
            actor=actor, campaign=campaign, unit=unit, area=row.indicator.area.code
        )
        reported = ReportedValue.objects.filter(report=section.report, field=row, current=True).first()
        same = reported is not None and (reported.text, bool(reported.na_reason)) == (
            "" if na_reason else text, bool(na_reason),
        )  # fmt: skip
        if not same and not reason:
            raise Refused(
                "value.reason",
                _("The value differs from the reported one: say why, or which paper shows it."),
                field="reason",
            )
        now = timezone.now()
        verified = _write(
            actor, campaign, unit, row, "" if na_reason else text, value, na_reason, reason, now
        )
        _follow_up(actor, campaign, unit, section, now)
    return verified


def _write(
    actor: Actor, campaign: Campaign, unit: Unit, field: Field, text: str, value: Value | None, na_reason:
    str,
    reason: str, now: datetime,
) -> VerifiedValue:  # fmt: skip
    rows = VerifiedValue.objects.filter(campaign=campaign, unit=unit, field=field, current=True)
    before = rows.first()
    rows.update(current=False)
    number = report.number_of(value) if field.type not in ("text", "choice", "multi", "date") else None
    verified = VerifiedValue.objects.create(
        campaign=campaign,
        unit=unit,
        field=field,
        text=text,
        number=number,
        na_reason=na_reason,
        reason=reason,
        person_id=actor.person_id,
        at=now,
        current=True,
    )
    audit.record(
        actor=actor,
        action="questionnaire.value.verified",
        subject=verified,
        before={"text": before.text, "na_reason": before.na_reason} if before else None,
        after={"unit": unit.code, "field": field.key, "text": text, "na_reason": na_reason, "reason": reason},
    )
    return verified


def _follow_up(actor: Actor, campaign: Campaign, unit: Unit, section: Section, now: datetime) -> None:
    """Work out computed fields whose parts are all verified, and close the area when everything in it is."""
    verified = {
        value.field.key: value
        for value in VerifiedValue.objects.filter(campaign=campaign, unit=unit, current=True).select_related(
            "field"
        )
    }
    fields = list(Field.objects.filter(campaign=campaign).select_related("indicator"))
    checker = Checker(fields=fields, rules=())
    given = {
        key: NOT_APPLICABLE if value.na_reason else parse_value(type=value.field.type, text=value.text)
        for key, value in verified.items()
        if not value.field.is_computed
    }
    full = checker.compute(values=given, today=timezone.localdate())
    for field in fields:
        text = report.text_of(full.get(field.key)) if field.is_computed else ""
        old = verified.get(field.key)
        if text and (old is None or old.text != text):
            verified[field.key] = _write(actor, campaign, unit, field, text, full[field.key], "", "", now)
    _close_area(actor, section, verified.values(), now)


def _close_area(actor: Actor, section: Section, verified: Iterable[VerifiedValue], now: datetime) -> None:
    newest = {value.field_id: value for value in verified}
    open_fields = [
        value
        for value in ReportedValue.objects.filter(
            report=section.report,
            field__indicator__area=section.area,
            field__calculation="",
            current=True,
        )
        if value.field_id not in newest
        or (newest[value.field_id].at < value.at and newest[value.field_id].text != value.text)
    ]
    if open_fields or section.state == Section.State.VERIFIED:
        return
    section.state, section.decided_by_id, section.decided_at = Section.State.VERIFIED, actor.person_id, now
    section.save()
    settle_report(section.report)
    audit.record(actor=actor, action="questionnaire.section.verified", subject=section,
                 after={"area": section.area.code})  # fmt: skip


def confirm_indicator(*, actor: Actor, campaign: Campaign, unit: Unit, indicator: str) -> int:
    """Verify the reported values of an indicator as they are, those without a verified one; returns how
    many."""
    row = Indicator.objects.filter(campaign=campaign, code=indicator).select_related("area").first()
    if row is None:
        raise Missing("value.no_indicator", _("There is no such indicator in this plan."))
    return _confirm(actor=actor, campaign=campaign, unit=unit, area=row.area.code, indicators=[row.pk])


def confirm_area(*, actor: Actor, campaign: Campaign, unit: Unit, area: str) -> int:
    """Verify all reported values of an area as they are, those without a verified one; returns how many."""
    return _confirm(actor=actor, campaign=campaign, unit=unit, area=area, indicators=None)


def _confirm(*, actor: Actor, campaign: Campaign, unit: Unit, area: str, indicators: list[int] | None) -> int:
    actor.must(VALUE_VERIFY)
    with transaction.atomic():
        section = section_under_review(actor=actor, campaign=campaign, unit=unit, area=area)
        rows = ReportedValue.objects.filter(
            report=section.report, field__indicator__area=section.area, current=True
        ).exclude(
            field__in=VerifiedValue.objects.filter(campaign=campaign, unit=unit, current=True).values("field")
        )
        if indicators is not None:
            rows = rows.filter(field__indicator__in=indicators)
        now = timezone.now()
        created = VerifiedValue.objects.bulk_create(
            VerifiedValue(
                campaign=campaign, unit=unit, field_id=value.field_id, text=value.text, number=value.number,
                na_reason=value.na_reason, person_id=actor.person_id, at=now, current=True,
            )
            for value in rows
        )  # fmt: skip
        audit.record(
            actor=actor, action="questionnaire.value.confirmed", subject=section,
            after={"area": area, "values": len(created)},
        )  # fmt: skip
        _follow_up(actor, campaign, unit, section, now)
    return len(created)
