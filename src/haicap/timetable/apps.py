"""The timetable area as the house knows it."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem


class TimetableConfig(AreaConfig):
    """Menu and tasks of the visit calendar."""

    name = "haicap.timetable"
    label = "timetable"
    verbose_name = _("Visit calendar")
    menu = (
        MenuItem(
            label=_("Visit calendar"),
            url_name="timetable:board",
            icon="calendar-event",
            permission="timetable.calendar:read",
            order=50,
        ),
    )
    tasks = "haicap.timetable.queries.tasks_for"
