"""The ui area as a Django app."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem


class UiConfig(AreaConfig):
    """Menu of the pages that belong to no area of the domain."""

    default = True  # the imported base class is a candidate too
    name = "haicap.ui"
    label = "ui"
    verbose_name = "ui"
    menu = (
        MenuItem(label=_("My work"), url_name="ui:home", icon="home", order=0),
        MenuItem(
            label=_("Components"),
            url_name="ui:gallery",
            icon="components",
            permission="ui.gallery:read",
            order=990,
        ),
    )
