"""What may be done with people and accounts."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Role

LABELS = {
    "accounts.person:read": _("See people"),
    "accounts.person:write": _("Add and change people"),
    "accounts.person:roles": _("Give and take roles"),
    "accounts.administrator:write": _("Make and change administrators"),
}
_OWN_BODY = frozenset({"accounts.person:read", "accounts.person:write"})
DEFAULTS = {
    Role.ADMINISTRATOR: frozenset(LABELS),
    Role.SECRETARIAT: _OWN_BODY | {"accounts.person:roles"},
    Role.DEPARTMENT_OFFICER: _OWN_BODY,
}
