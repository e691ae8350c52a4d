"""The end of a day in the halls."""

from django.utils import timezone

from haicap.kernel.jobs import every
from haicap.onestop.actions.queue import close_days


@every(1800, name="onestop.queue")
def close_queues() -> None:
    """End what earlier days left open: tickets, and appointments nobody came to."""
    close_days(before=timezone.localdate())
