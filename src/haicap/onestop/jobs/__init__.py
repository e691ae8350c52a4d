"""Long work of the one-stop area."""

from haicap.onestop.jobs import calendar, exchange, papers

__all__ = ["calendar", "exchange", "papers"]
