"""What may be done with audit entries and jobs."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Role

LABELS = {
    "kernel.audit:read": _("Read the audit trail"),
    "kernel.job:read": _("Follow long work"),
}
DEFAULTS = {
    Role.ADMINISTRATOR: frozenset({"kernel.audit:read", "kernel.job:read"}),
    Role.SECRETARIAT: frozenset({"kernel.audit:read", "kernel.job:read"}),
}
