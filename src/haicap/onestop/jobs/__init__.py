"""Long work of the one-stop area."""

from haicap.onestop.jobs import calendar, exchange, papers, queue

__all__ = ["calendar", "exchange", "papers", "queue"]
