"""What may be done with a campaign, and which roles may do it by default."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import COMMUNE_ROLES, TEAM_ROLES, Role
from haicap.kernel.errors import Text

PLAN_READ = "campaign.plan:read"
PLAN_WRITE = "campaign.plan:write"
NOMINATION_REQUEST = "campaign.nomination:request"
NOMINATION_READ = "campaign.nomination:read"
NOMINATION_WRITE = "campaign.nomination:write"
TEAM_READ = "campaign.team:read"
TEAM_WRITE = "campaign.team:write"
REGISTRATION_READ = "campaign.registration:read"
REGISTRATION_WRITE = "campaign.registration:write"

LABELS: Mapping[str, Text] = {
    PLAN_READ: _("Read the survey plan"),
    PLAN_WRITE: _("Change the settings of a plan, open and close a campaign"),
    NOMINATION_REQUEST: _("Ask bodies to nominate people"),
    NOMINATION_READ: _("Read nominations"),
    NOMINATION_WRITE: _("Nominate people of the own body"),
    TEAM_READ: _("Read the survey teams"),
    TEAM_WRITE: _("Form teams"),
    REGISTRATION_READ: _("Read slot registrations"),
    REGISTRATION_WRITE: _("Register the preferred half-days of the own unit"),
}
_READS = frozenset({PLAN_READ, TEAM_READ})
_SEES_ALL = _READS | {NOMINATION_READ, REGISTRATION_READ}
DEFAULTS: Mapping[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: _SEES_ALL,
    Role.SECRETARIAT: frozenset(LABELS),
    Role.CITY_LEADER: _SEES_ALL,
    Role.DEPARTMENT_OFFICER: _SEES_ALL | {NOMINATION_WRITE},
    Role.REVIEWER: frozenset({PLAN_READ}),
    Role.BRIDGE_TECHNICIAN: _READS | {REGISTRATION_READ},
    **dict.fromkeys(TEAM_ROLES, _READS | {REGISTRATION_READ}),
    **dict.fromkeys(COMMUNE_ROLES, _READS | {REGISTRATION_READ, REGISTRATION_WRITE}),
}
