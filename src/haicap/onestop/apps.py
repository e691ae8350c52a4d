"""The one-stop area as the house knows it."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem
from haicap.onestop import permissions


class OnestopConfig(AreaConfig):
    """Menu and tasks of centres, counters and dossiers."""

    name = "haicap.onestop"
    label = "onestop"
    verbose_name = _("One-stop service")
    tasks = "haicap.onestop.tasks.tasks_for"
    banner = "haicap.onestop.queries.centres.banner"
    menu = (
        MenuItem(
            label=_("Work list"),
            url_name="onestop:work",
            icon="inbox",
            permission=permissions.READ,
            order=500,
        ),
        MenuItem(
            label=_("To be signed"),
            url_name="onestop:to-sign",
            icon="signature",
            permission=permissions.SIGN,
            order=502,
        ),
        MenuItem(
            label=_("Papers on their way"),
            url_name="onestop:slips",
            icon="truck-delivery",
            permission=permissions.READ,
            order=504,
        ),
        MenuItem(
            label=_("Queue"),
            url_name="onestop:queue",
            icon="users",
            permission=permissions.QUEUE,
            order=510,
        ),
        MenuItem(
            label=_("Centres"),
            url_name="onestop:centres",
            icon="building-community",
            permission=permissions.CENTRE_READ,
            order=520,
        ),
        MenuItem(
            label=_("Procedures"),
            url_name="onestop:procedures",
            icon="list-details",
            permission=permissions.CATALOGUE_READ,
            order=530,
        ),
        MenuItem(
            label=_("Digital certificates"),
            url_name="onestop:certificates",
            icon="certificate",
            permission=permissions.CERTIFICATE_READ,
            order=534,
        ),
        MenuItem(
            label=_("Working calendar"),
            url_name="onestop:calendar",
            icon="calendar",
            permission=permissions.CALENDAR_WRITE,
            order=536,
        ),
        MenuItem(
            label=_("Service figures"),
            url_name="onestop:evidence",
            icon="chart-bar",
            permission=permissions.EVIDENCE,
            order=540,
        ),
        MenuItem(
            label=_("Petitions"),
            url_name="onestop:petitions",
            icon="message",
            permission=permissions.FEEDBACK,
            order=550,
        ),
        MenuItem(
            label=_("Import from another system"),
            url_name="onestop:import",
            icon="database-import",
            permission=permissions.IMPORT,
            order=590,
        ),
        MenuItem(
            label=_("Webhooks"),
            url_name="onestop:hooks",
            icon="webhook",
            permission=permissions.HOOK_WRITE,
            order=595,
        ),
        MenuItem(
            label=_("Where is my dossier?"),
            url_name="onestop:track",
            icon="search",
            order=600,
            for_visitors=True,
        ),
        MenuItem(
            label=_("What you can ask for"),
            url_name="onestop:guides",
            icon="list-details",
            order=610,
            for_visitors=True,
        ),
        MenuItem(
            label=_("Book a time"),
            url_name="onestop:book",
            icon="calendar",
            order=620,
            for_visitors=True,
        ),
        MenuItem(
            label=_("Petitions"),
            url_name="onestop:petition",
            icon="message",
            order=630,
            for_visitors=True,
        ),
        MenuItem(
            label=_("Check a document"),
            url_name="onestop:verify",
            icon="certificate",
            order=640,
            for_visitors=True,
        ),
    )
