"""What each person has to do now with reports."""

from haicap.kernel.access import Actor
from haicap.kernel.area import Task


def tasks_for(*, actor: Actor) -> list[Task]:
    """Return the report tasks of `actor`."""
    return []
