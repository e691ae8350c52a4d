"""The survey campaign: plan, nominations, teams, slot registration."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem


class CampaignConfig(AreaConfig):
    """The plan and the people and half-days it needs."""

    default = True  # the base class imported above is a candidate too
    name = "haicap.campaign"
    label = "campaign"
    verbose_name = _("Campaign")
    tasks = "haicap.campaign.queries.tasks.tasks_for"
    banner = "haicap.campaign.queries.plan.banner"
    menu = (
        MenuItem(
            label=_("Survey plan"),
            url_name="campaign:plan",
            icon="clipboard-list",
            permission="campaign.plan:read",
            order=10,
        ),
        MenuItem(
            label=_("Nominations"),
            url_name="campaign:nominations",
            icon="user-plus",
            permission="campaign.nomination:read",
            order=20,
        ),
        MenuItem(
            label=_("Survey teams"),
            url_name="campaign:teams",
            icon="users-group",
            permission="campaign.team:read",
            order=21,
        ),
        MenuItem(
            label=_("Slot registration"),
            url_name="campaign:registrations",
            icon="calendar-plus",
            permission="campaign.registration:read",
            order=22,
        ),
    )
