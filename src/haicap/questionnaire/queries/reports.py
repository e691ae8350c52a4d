"""Reads of reports: the row of a unit, and what its form says now."""

import hashlib
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.models import Evidence, FormVersion, UnitReport
from haicap.questionnaire.queries.forms import form_for, template_of
from haicap.questionnaire.rules import instance, names, states
from haicap.register.models import Unit


def unit_of(*, actor: Actor, campaign: Campaign, code: str) -> Unit:
    """Return a surveyed unit by code; raises Missing where `actor` may not see it."""
    unit = surveyed_units_for(actor=actor, campaign=campaign).filter(code=code).first()
    if unit is None:
        raise Missing("report.unit_missing", _("There is no such unit in this survey."))
    return unit


def own_unit_of(*, actor: Actor, campaign: Campaign) -> Unit:
    """Return the unit whose people `actor` belongs to; raises Missing for everybody else."""
    unit = surveyed_units_for(actor=actor, campaign=campaign).filter(pk=actor.unit_id or 0).first()
    if unit is None:
        raise Missing("report.no_unit", _("You do not belong to a unit that reports in this survey."))
    return unit


def unit_reports_for(*, actor: Actor, campaign: Campaign) -> QuerySet[UnitReport]:
    """Return the reports `actor` may read: communes see their own, others those that were signed once."""
    actor.must("questionnaire.report:read")
    rows = UnitReport.objects.filter(
        campaign=campaign, unit__in=surveyed_units_for(actor=actor, campaign=campaign)
    ).select_related("unit")
    return rows if actor.is_system or actor.is_commune else rows.exclude(signed_at=None)


def unit_report_for(*, actor: Actor, campaign: Campaign, unit: Unit) -> UnitReport:
    """Return the report of `unit`; raises Missing where there is none that `actor` may read."""
    row = unit_reports_for(actor=actor, campaign=campaign).filter(unit=unit).first()
    if row is None:
        raise Missing("report.missing", _("This unit has not sent a report yet."))
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What the form page opens with; `report` is None before the first save, then `revision` is 0."""

    form: FormVersion
    report: UnitReport | None
    instance_id: str
    xml: str
    revision: int
    editable: bool


def filling_for(*, actor: Actor, campaign: Campaign, unit: Unit) -> Filling:
    """Return what the form page of `unit` opens with; reading it writes nothing.

    While the report may be changed it is shown in the published version of the form, its answers carried over
    by name; afterwards in the version it was submitted with.
    """
    actor.must("questionnaire.report:read")
    report = UnitReport.objects.filter(campaign=campaign, unit=unit).select_related("version").first()
    identity = str(names.instance_id(campaign=campaign.code, unit=unit.code))
    form = form_for(actor=actor, campaign=campaign)
    if report is None:
        xml = template_of(form=form).fill(instance_id=identity, values={})
        return Filling(
            form=form, report=None, instance_id=identity, xml=xml, revision=0,
            editable=actor.may("questionnaire.report:write"),
        )  # fmt: skip
    editable = actor.may("questionnaire.report:write") and report.state in states.EDITABLE
    xml = report.xml
    if not editable:
        form = report.version
    elif report.version_id != form.pk:
        xml = carried_over(form=form, report=report)
    return Filling(
        form=form,
        report=report,
        instance_id=str(report.instance_id),
        xml=xml,
        revision=report.revision,
        editable=editable,
    )


def carried_over(*, form: FormVersion, report: UnitReport) -> str:
    """Return the answers of `report` as an instance of another version of the form."""
    template = template_of(form=form)
    given = instance.read(report.xml).values
    return template.fill(
        instance_id=str(report.instance_id),
        values={name: text for name, text in given.items() if name in template.names},
    )


def evidence_for(*, actor: Actor, campaign: Campaign, unit: Unit) -> QuerySet[Evidence]:
    """Return the evidence files of a unit that were not taken away, by indicator."""
    actor.must("questionnaire.report:read")
    rows = Evidence.objects.filter(
        report__campaign=campaign,
        report__unit__in=surveyed_units_for(actor=actor, campaign=campaign),
        report__unit=unit,
        removed_at=None,
    ).select_related("indicator", "uploaded_by", "report__unit")
    if not (actor.is_system or actor.is_commune):
        rows = rows.exclude(report__signed_at=None)
    return rows.order_by("indicator__order", "at")


def evidence_file_for(*, actor: Actor, evidence_id: int) -> Evidence:
    """Return one evidence file with the right to read it checked; raises Missing."""
    row = (
        Evidence.objects.filter(pk=evidence_id, removed_at=None)
        .select_related("report__campaign", "report__unit")
        .first()
    )
    if row is not None:
        visible = evidence_for(actor=actor, campaign=row.report.campaign, unit=row.report.unit)
        if visible.filter(pk=row.pk).exists():
            return row
    raise Missing("evidence.missing", _("There is no such file."))


def digest(xml: str) -> str:
    """Return the SHA-256 of an instance, by which a repeated request is known."""
    return hashlib.sha256(xml.encode()).hexdigest()
