"""How the home page orders what a person has to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from haicap.kernel.area import Task
from haicap.kernel.errors import Text

SOON = timedelta(days=7)
_TITLES: dict[str, Text] = {
    "late": _("Overdue"),
    "now": _("To do now"),
    "soon": _("Due within 7 days"),
    "later": pgettext("tasks", "Later"),
}


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """Tasks of one degree of urgency."""

    key: str
    title: Text
    tasks: list[Task]


def _urgency(task: Task, today: date) -> str:
    if task.due is not None and task.due < today:
        return "late"
    if task.urgent or task.due == today:
        return "now"
    return "soon" if task.due is not None and task.due <= today + SOON else "later"


def grouped(tasks: Iterable[Task], *, today: date) -> list[TaskGroup]:
    """Return `tasks` by urgency, most urgent first, in the given order; empty groups are left out."""
    by_key: dict[str, list[Task]] = {key: [] for key in _TITLES}
    for task in tasks:
        by_key[_urgency(task, today)].append(task)
    return [TaskGroup(key, _TITLES[key], found) for key, found in by_key.items() if found]
