"""The register of administrative units."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem


class RegisterConfig(AreaConfig):
    """Units, their succession, boundaries and bodies."""

    default = True
    name = "haicap.register"
    label = "register"
    verbose_name = _("Register of units")
    menu = (
        MenuItem(
            label=_("Administrative units"),
            url_name="register:units",
            icon="building-community",
            permission="register.unit:read",
            order=60,
        ),
        MenuItem(
            label=_("Map of units"),
            url_name="register:map",
            icon="map-2",
            permission="register.unit:read",
            order=61,
        ),
    )
