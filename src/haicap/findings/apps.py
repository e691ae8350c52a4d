"""The findings area as the house knows it."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem


class FindingsConfig(AreaConfig):
    """Menu and tasks of difficulties, good practice and minutes."""

    name = "haicap.findings"
    label = "findings"
    verbose_name = _("Findings")
    menu = (
        MenuItem(
            label=_("Difficulties"),
            url_name="findings:difficulties",
            icon="alert-triangle",
            permission="findings.difficulty:read",
            order=400,
        ),
        MenuItem(
            label=_("Good practice"),
            url_name="findings:practices",
            icon="award",
            permission="findings.practice:read",
            order=410,
        ),
        MenuItem(
            label=_("Visit minutes"),
            url_name="findings:minutes-list",
            icon="file-text",
            permission="findings.minutes:read",
            order=420,
        ),
    )
    tasks = "haicap.findings.queries.tasks_for"
