"""Reads of consolidated reports."""

from haicap.kernel.access import Actor
from haicap.kernel.area import Task


def tasks_for(*, actor: Actor) -> list[Task]:
    """Return what `actor` has to do now about the consolidated report."""
    return []
