"""The survey campaign: plan, nominations, teams, slot registration."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem


class CampaignConfig(AreaConfig):
    """The plan and the people and half-days it needs."""

    name = "haicap.campaign"
    label = "campaign"
    verbose_name = _("Campaign")
    menu = (
        MenuItem(
            label=_("Survey plan"),
            url_name="campaign:plan",
            icon="clipboard-list",
            permission="campaign.plan:read",
            order=10,
        ),
    )
