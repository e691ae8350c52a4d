"""Long work of the one-stop area."""

from haicap.onestop.jobs import calendar, exchange, queue

__all__ = ["calendar", "exchange", "queue"]
