"""What each person has to do now with reports."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import Actor
from haicap.kernel.area import Task
from haicap.kernel.errors import Missing
from haicap.questionnaire.actions.submissions import correct_url
from haicap.questionnaire.models import UnitReport
from haicap.questionnaire.queries.queue import queue_for
from haicap.questionnaire.queries.submissions import returned_with_reasons_for, waiting_by_form_for

OPEN = (UnitReport.State.DRAFTING, UnitReport.State.RETURNED)


def tasks_for(*, actor: Actor) -> list[Task]:
    """Return the tasks of `actor`: reports to fill in, complete, sign, verify; submissions to correct or decide on."""
    return _submissions(actor) + _reports(actor)


def _submissions(actor: Actor) -> list[Task]:
    """Return what came back to be corrected, each with its reasons, and how much waits for a decision."""
    found = [
        Task(
            title=_("Correct the form that came back: %(form)s") % {"form": one.submission.form.title},
            detail=": ".join(text for text in (one.submission.instance_name, one.reasons) if text),
            url=correct_url(one.submission),
            due=one.submission.form.due,
            urgent=True,
        )
        for one in returned_with_reasons_for(actor=actor)
    ]
    if waiting := waiting_by_form_for(actor=actor):
        count = sum(number for _form, number in waiting)
        title = ngettext("Review %(count)s submission", "Review %(count)s submissions", count)
        url = reverse("questionnaire:submissions", args=[waiting[0][0].pk])
        detail = "; ".join(f"{form.title}: {number}" for form, number in waiting[:5])
        found.append(Task(title=title % {"count": count}, detail=detail, url=url))
    return found


def _reports(actor: Actor) -> list[Task]:
    if not any(actor.may(f"questionnaire.{name}") for name in ("report:own", "section:review")):
        return []
    try:
        campaign = current_campaign_for(actor=actor)
    except Missing:
        return []
    if actor.unit_id and actor.may("questionnaire.report:own"):
        return _commune(actor, campaign)
    if actor.may("questionnaire.section:review"):
        return _reviewer(actor, campaign)
    return []


def _commune(actor: Actor, campaign: Campaign) -> list[Task]:
    row = (
        UnitReport.objects.filter(campaign=campaign, unit_id=actor.unit_id or 0)
        .select_related("unit").defer("xml").first()
    )  # fmt: skip
    url = reverse("questionnaire:mine")
    due = campaign.report_deadline
    if actor.may("questionnaire.report:write"):
        if row is None:
            return [Task(title=_("Fill in the survey report"), url=url, due=due)]
        if row.state == UnitReport.State.RETURNED:
            areas = row.sections.filter(state="returned").values_list("area__code", flat=True)
            detail = _("Areas returned: %(areas)s") % {"areas": ", ".join(areas)}
            return [
                Task(title=_("Complete the returned report"), detail=detail, url=url, due=due, urgent=True)
            ]
        if row.state == UnitReport.State.DRAFTING:
            left = sum(
                wanted - answered for wanted, answered in row.sections.values_list("wanted", "answered")
            )
            text = ngettext("%(count)s indicator left", "%(count)s indicators left", left)
            return [
                Task(title=_("Finish the survey report"), detail=text % {"count": left}, url=url, due=due)
            ]
    if actor.may("questionnaire.report:sign") and row and row.state == UnitReport.State.SUBMITTED:
        return [Task(title=_("Sign the survey report"), url=url, due=due, urgent=True)]
    return []


def _reviewer(actor: Actor, campaign: Campaign) -> list[Task]:
    count = queue_for(actor=actor, campaign=campaign).count()
    if not count:
        return []
    if actor.may("questionnaire.value:verify"):
        title = ngettext("Verify %(count)s area of reports", "Verify %(count)s areas of reports", count)
        return [Task(title=title % {"count": count}, url=reverse("questionnaire:queue"))]
    title = ngettext(
        "%(count)s area of reports is under review", "%(count)s areas of reports are under review", count
    )
    return [Task(title=title % {"count": count}, url=reverse("questionnaire:board") + "?state=submitted")]
