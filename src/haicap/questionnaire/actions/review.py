"""What reviewers do with the areas of a signed report: accept, or return with a reason."""

from collections.abc import Mapping

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.accounts.actions import notify
from haicap.accounts.models import Person
from haicap.campaign.models import Campaign
from haicap.kernel import audit
from haicap.kernel.access import COMMUNE_ROLES, Actor
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.questionnaire.actions import report_record
from haicap.questionnaire.models import Section, UnitReport
from haicap.questionnaire.queries.reports import unit_report_for
from haicap.questionnaire.queries.scope import review_areas_of
from haicap.questionnaire.rules import states
from haicap.register.models import Unit

SECTION_REVIEW = "questionnaire.section:review"


def section_under_review(*, actor: Actor, campaign: Campaign, unit: Unit, area: str) -> Section:
    """Return an area of a report that `actor` may decide on now; call it inside the transaction."""
    report = unit_report_for(actor=actor, campaign=campaign, unit=unit)
    section = (
        Section.objects.select_for_update(of=("self",))
        .filter(report=report, area__code=area)
        .select_related("area", "report")
        .first()
    )
    if section is None:
        raise Missing("report.no_area", _("There is no such content area."))
    own = review_areas_of(actor=actor, campaign=campaign)
    if own is not None and section.area_id not in own:
        raise NotAllowed("report.other_area", _("You were not named for this content area."))
    if not states.may_review(report=section.report.state, section=section.state):
        raise Refused("report.not_reviewable", _("This area is not with the reviewers now."))
    return section


def _decide(section: Section, state: str, *, actor: Actor, reason: str = "") -> None:
    before = {"state": section.state}
    section.state, section.reason = state, reason
    section.decided_by_id, section.decided_at = actor.person_id, timezone.now()
    section.save()
    audit.record(
        actor=actor,
        action=f"questionnaire.section.{state}",
        subject=section,
        before=before,
        after={"state": state, "area": section.area.code, "reason": reason},
    )


def settle_report(report: UnitReport) -> None:
    """Bring the state of a signed report in line with its areas."""
    state = states.report_state(report.sections.values_list("state", flat=True))
    UnitReport.objects.filter(pk=report.pk).update(state=state)
    report.state = state
    report_record.follow(reports=[report.pk])


def accept_section(*, actor: Actor, campaign: Campaign, unit: Unit, area: str) -> Section:
    """Accept an area of a report."""
    actor.must(SECTION_REVIEW)
    with transaction.atomic():
        section = section_under_review(actor=actor, campaign=campaign, unit=unit, area=area)
        if section.state == Section.State.SUBMITTED:
            _decide(section, Section.State.ACCEPTED, actor=actor)
            settle_report(section.report)
    return section


def return_section(*, actor: Actor, campaign: Campaign, unit: Unit, area: str, reason: str) -> Section:
    """Return one area of a report with a reason; the commune is told."""
    return return_sections(actor=actor, campaign=campaign, unit=unit, reasons={area: reason})[0]


def return_sections(
    *, actor: Actor, campaign: Campaign, unit: Unit, reasons: Mapping[str, str]
) -> list[Section]:
    """Return areas of a report, each with a reason, in one notice to the commune. All or none are
    returned."""
    actor.must(SECTION_REVIEW)
    if not reasons or not all(reason.strip() for reason in reasons.values()):
        raise Refused("report.reason", _("Say what is to be changed."), field="reason")
    returned: list[Section] = []
    with transaction.atomic():
        for area, reason in sorted(reasons.items()):
            section = section_under_review(actor=actor, campaign=campaign, unit=unit, area=area)
            _decide(section, Section.State.RETURNED, actor=actor, reason=reason.strip())
            returned.append(section)
        UnitReport.objects.filter(pk=returned[0].report_id).update(state=UnitReport.State.RETURNED)
        report_record.follow(reports=[returned[0].report_id])
        parts = "; ".join(f"{section.area.code}: {section.reason}" for section in returned)
        notify(
            actor=actor,
            people=Person.objects.filter(
                body__unit=unit, is_active=True, roles__role__in=COMMUNE_ROLES
            ).distinct(),
            text_vi=f"Báo cáo khảo sát được trả lại để bổ sung. {parts}",
            text_en=f"The survey report was returned to be completed. {parts}",
            url=reverse("questionnaire:report", args=[unit.code]),
        )
    return returned
