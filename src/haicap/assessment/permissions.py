"""What may be done with the consolidated report, and which roles may do it by default."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Role
from haicap.kernel.errors import Text

READ = "assessment.report:read"
MAKE = "assessment.report:make"

LABELS: Mapping[str, Text] = {
    READ: _("Read consolidated reports"),
    MAKE: _("Make a consolidated report"),
}
DEFAULTS: Mapping[Role, frozenset[str]] = {
    Role.SECRETARIAT: frozenset({READ, MAKE}),
    **dict.fromkeys(
        (
            Role.ADMINISTRATOR,
            Role.CITY_LEADER,
            Role.DEPARTMENT_OFFICER,
            Role.TEAM_HEAD,
        ),
        frozenset({READ}),
    ),
}
