"""The assessment area as the house knows it."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem


class AssessmentConfig(AreaConfig):
    """Menu and tasks of the consolidated report."""

    name = "haicap.assessment"
    label = "assessment"
    verbose_name = _("Consolidated report")
    menu = (
        MenuItem(
            label=_("Consolidated report"),
            url_name="assessment:reports",
            icon="report-analytics",
            permission="assessment.report:read",
            order=500,
        ),
        MenuItem(
            label=_("Reported and computed"),
            url_name="assessment:ledger",
            icon="scale",
            permission="assessment.ledger:read",
            order=545,
        ),
    )
    tasks = "haicap.assessment.queries.tasks_for"
