"""What may be done with the consolidated report, and which roles may do it by default."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import COMMUNE_ROLES, Role
from haicap.kernel.errors import Text

READ = "assessment.report:read"
MAKE = "assessment.report:make"
LEDGER = "assessment.ledger:read"

LABELS: Mapping[str, Text] = {
    READ: _("Read consolidated reports"),
    MAKE: _("Make a consolidated report"),
    LEDGER: _("Read reported figures beside those of the ledger"),
}
DEFAULTS: Mapping[Role, frozenset[str]] = {
    Role.SECRETARIAT: frozenset({READ, MAKE, LEDGER}),
    **dict.fromkeys((Role.ADMINISTRATOR, Role.CITY_LEADER), frozenset({READ, LEDGER})),
    **dict.fromkeys((Role.DEPARTMENT_OFFICER, Role.TEAM_HEAD), frozenset({READ})),
    **dict.fromkeys(COMMUNE_ROLES, frozenset({LEDGER})),
}
