"""Reads of consolidated reports."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.assessment import permissions, rules
from haicap.assessment.models import ConsolidatedReport
from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import Actor, Role
from haicap.kernel.area import Task
from haicap.kernel.errors import Missing


def reports_for(*, actor: Actor, campaign: Campaign) -> QuerySet[ConsolidatedReport]:
    """Return the versions of the report, newest first, without their data."""
    actor.must(permissions.READ)
    rows = ConsolidatedReport.objects.filter(campaign=campaign).select_related("created_by")
    return rows.defer("data", "figures").order_by("-number")


def report_for(*, actor: Actor, campaign: Campaign, number: int) -> ConsolidatedReport:
    """Return one version with its data, its unit values deferred; raises Missing."""
    row = (
        reports_for(actor=actor, campaign=campaign).filter(number=number).defer(None).defer("figures").first()
    )
    if row is None:
        raise Missing("report.missing", gettext_lazy("There is no such version of the report."))
    return row


def area_of(*, report: ConsolidatedReport, code: str) -> dict[str, Any]:
    """Return the frozen figures of one content area; raises Missing."""
    for area in report.data["areas"]:
        if area["code"] == code:
            return dict(area)
    raise Missing("report.area_missing", gettext_lazy("There is no such content area in this report."))


def sides_of(*, report: ConsolidatedReport) -> dict[str, dict[str, Any]]:
    """Return {field key: {"reported": summary, "verified": summary}} of a version."""
    return {
        field["key"]: {"reported": field["reported"], "verified": field["verified"]}
        for area in report.data["areas"]
        for indicator in area["indicators"]
        for field in indicator["fields"]
    }


def changes_for(
    *, actor: Actor, campaign: Campaign, number: int, earlier: int
) -> tuple[ConsolidatedReport, ConsolidatedReport, list[rules.Change]]:
    """Return two versions, the earlier one first, and what changed between them."""
    old = report_for(actor=actor, campaign=campaign, number=min(number, earlier))
    new = report_for(actor=actor, campaign=campaign, number=max(number, earlier))
    return old, new, rules.compare(earlier=sides_of(report=old), later=sides_of(report=new))


def tasks_for(*, actor: Actor) -> list[Task]:
    """Tell the secretariat that no consolidated report exists yet, and the City leader that one does."""
    if not actor.may(permissions.READ) or not (
        actor.may(permissions.MAKE) or Role.CITY_LEADER in actor.roles
    ):
        return []
    try:
        campaign = current_campaign_for(actor=actor)
    except Missing:
        return []
    last = (
        reports_for(actor=actor, campaign=campaign).select_related(None).only("number", "created_at").first()
    )
    if last is None and actor.may(permissions.MAKE):
        return [
            Task(
                title=_("Make the consolidated report"),
                detail=_("No version exists yet."),
                url=reverse("assessment:reports"),
            )
        ]
    if last is not None and Role.CITY_LEADER in actor.roles:
        return [
            Task(
                title=_("Read the consolidated report, version %(n)d") % {"n": last.number},
                url=reverse("assessment:report", args=[last.number]),
            )
        ]
    return []
