"""What each person has to do now about findings; a few counts, nothing more."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from haicap.campaign.models import Campaign
from haicap.campaign.queries import current_campaign_for
from haicap.findings import permissions
from haicap.findings.models import Difficulty, GoodPractice, Minutes
from haicap.findings.queries.difficulties import difficulties_for
from haicap.findings.queries.minutes import minutes_list_for
from haicap.findings.queries.practices import practices_for
from haicap.kernel.access import Actor
from haicap.kernel.area import Task
from haicap.kernel.errors import Missing


def tasks_for(*, actor: Actor) -> list[Task]:
    """Return what `actor` has to do now about difficulties, good practice and minutes."""
    if not actor.may(permissions.READ):
        return []
    try:
        campaign = current_campaign_for(actor=actor)
    except Missing:
        return []
    found: list[Task] = []
    if actor.may(permissions.TRIAGE):
        found += _triage(actor, campaign)
    if actor.may(permissions.WRITE) and actor.is_commune:
        found += _returned(actor, campaign)
    if actor.may(permissions.PRACTICE_CONFIRM):
        found += _confirm(actor, campaign)
    if actor.may(permissions.MINUTES_WRITE):
        found += _minutes(actor, campaign)
    return found


def _triage(actor: Actor, campaign: Campaign) -> list[Task]:
    count = (
        difficulties_for(actor=actor, campaign=campaign)
        .filter(state=Difficulty.State.SUBMITTED)
        .order_by()
        .count()
    )
    if not count:
        return []
    title = ngettext("%(n)d difficulty waits for you", "%(n)d difficulties wait for you", count) % {
        "n": count
    }
    url = f"{reverse('findings:difficulties')}?state=submitted"
    return [Task(title=title, detail=_("Accept, merge, return or reclassify."), url=url)]


def _returned(actor: Actor, campaign: Campaign) -> list[Task]:
    rows = difficulties_for(actor=actor, campaign=campaign).filter(
        state__in=[Difficulty.State.DRAFT, Difficulty.State.RETURNED]
    )
    return [
        Task(
            title=_("%(code)s was returned") % {"code": row.code}
            if row.state == Difficulty.State.RETURNED
            else _("%(code)s is still a draft") % {"code": row.code},
            detail=row.reason or row.text[:120],
            url=reverse("findings:difficulty", args=[row.number]),
            due=campaign.report_deadline,
            urgent=row.state == Difficulty.State.RETURNED,
        )
        for row in rows[:5]
    ]


def _confirm(actor: Actor, campaign: Campaign) -> list[Task]:
    count = (
        practices_for(actor=actor, campaign=campaign)
        .filter(state=GoodPractice.State.PROPOSED)
        .order_by()
        .count()
    )
    if not count:
        return []
    title = ngettext(
        "%(n)d record of good practice to confirm", "%(n)d records of good practice to confirm", count
    ) % {"n": count}
    return [Task(title=title, url=f"{reverse('findings:practices')}?state=proposed")]


def _minutes(actor: Actor, campaign: Campaign) -> list[Task]:
    rows = minutes_list_for(actor=actor, campaign=campaign).filter(state=Minutes.State.DRAFT)
    return [
        Task(
            title=_("Finish the minutes of %(unit)s") % {"unit": row.unit.full_name},
            url=reverse("findings:minutes", args=[row.unit.code, row.number]),
        )
        for row in rows[:5]
    ]
