"""Reads of the visit calendar."""

from haicap.kernel.access import Actor
from haicap.kernel.area import Task


def tasks_for(*, actor: Actor) -> list[Task]:
    """Return what `actor` has to do now about the visit calendar."""
    return []
