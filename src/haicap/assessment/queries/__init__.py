"""Reads of consolidated reports, and of reported figures beside the ledger's."""

from haicap.assessment.queries.reports import (
    area_of,
    changes_for,
    report_for,
    reports_for,
    sides_of,
    tasks_for,
)

__all__ = ["area_of", "changes_for", "report_for", "reports_for", "sides_of", "tasks_for"]
