"""What may be done with the register. It is public knowledge inside the house: every role reads all of it."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Role
from haicap.kernel.errors import Text

LABELS: Mapping[str, Text] = {
    "register.unit:read": _("See the register of units"),
    "register.unit:load": _("Load units from the national list"),
    "register.unit:import": _("Import attributes and boundaries of units"),
    "register.body:write": _("Add bodies"),
}
_READ = frozenset({"register.unit:read"})
DEFAULTS: Mapping[Role, frozenset[str]] = {
    **dict.fromkeys(Role, _READ),
    Role.ADMINISTRATOR: frozenset(LABELS),
    Role.SECRETARIAT: _READ | {"register.unit:import", "register.body:write"},
}
