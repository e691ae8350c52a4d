"""What may be done with the pages that belong to no area of the domain."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Role

LABELS = {"ui.gallery:read": _("See the gallery of components")}
DEFAULTS = {Role.ADMINISTRATOR: frozenset({"ui.gallery:read"})}
