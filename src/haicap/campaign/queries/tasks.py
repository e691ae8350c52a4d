"""What people have to do now in nominations, teams and registration."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign, Nomination, NominationRequest, SlotRegistration, Team
from haicap.campaign.queries.plan import current_campaign_for, surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.area import Task
from haicap.kernel.errors import Refusal


def tasks_for(*, actor: Actor) -> list[Task]:
    """Return the tasks of `actor` in the open campaign; none where there is no campaign."""
    if not actor.may("campaign.plan:read"):
        return []
    try:
        campaign = current_campaign_for(actor=actor)
    except Refusal:
        return []
    return [
        *_secretariat(actor, campaign),
        *_department(actor, campaign),
        *_commune(actor, campaign),
    ]


def _secretariat(actor: Actor, campaign: Campaign) -> list[Task]:
    if not actor.may("campaign.team:write"):
        return []
    tasks = []
    if not NominationRequest.objects.filter(campaign=campaign).exists():
        tasks.append(
            Task(
                title=_("Ask the departments to nominate people"),
                url=reverse("campaign:nominations"),
                due=campaign.nomination_deadline,
                urgent=True,
            )
        )
    elif not Team.objects.filter(campaign=campaign).exists():
        tasks.append(
            Task(
                title=_("Form the survey teams"),
                url=reverse("campaign:teams"),
                due=campaign.nomination_deadline,
            )
        )
    done = SlotRegistration.objects.filter(campaign=campaign, state="registered").count()
    if missing := surveyed_units_for(actor=actor, campaign=campaign).count() - done:
        tasks.append(
            Task(
                title=_("%(count)s units have not registered their half-days") % {"count": missing},
                url=f"{reverse('campaign:registrations')}?state=missing",
                due=campaign.registration_deadline,
            )
        )
    return tasks


def _department(actor: Actor, campaign: Campaign) -> list[Task]:
    if not actor.may("campaign.nomination:write") or actor.is_central:
        return []
    request = NominationRequest.objects.filter(campaign=campaign, body_id=actor.body_id or -1).first()
    if request is None or request.answered_at is not None:
        return []
    drafts = Nomination.objects.filter(
        campaign=campaign, body_id=request.body_id, state=Nomination.State.DRAFT
    ).count()
    return [
        Task(
            title=_("Nominate people for the areas your body leads"),
            detail=_("%(count)s named, not handed in yet") % {"count": drafts},
            url=reverse("campaign:nominations"),
            due=request.due,
            urgent=True,
        )
    ]


def _commune(actor: Actor, campaign: Campaign) -> list[Task]:
    if not actor.is_commune or actor.unit_id is None:
        return []
    done = SlotRegistration.objects.filter(
        campaign=campaign, unit_id=actor.unit_id, state=SlotRegistration.State.REGISTERED
    ).exists()
    if done:
        return []
    return [
        Task(
            title=_("Register the half-days that suit your unit"),
            url=reverse("campaign:registration-own"),
            due=campaign.registration_deadline,
            urgent=True,
        )
    ]
