"""The kernel as a Django app."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem


class KernelConfig(AreaConfig):
    name = "haicap.kernel"
    label = "kernel"
    menu = (
        MenuItem(
            label=_("Audit trail"),
            url_name="kernel:audit",
            icon="history",
            permission="kernel.audit:read",
            order=900,
        ),
    )
