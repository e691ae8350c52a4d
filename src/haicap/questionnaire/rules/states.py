"""The way of a report and of each of its areas, and when it is late."""

from collections.abc import Iterable
from datetime import date

ORDER = ("not_started", "drafting", "returned", "submitted", "accepted", "verified")
EDITABLE = frozenset({"drafting", "returned"})  # states of a report its officer may change
OPEN_SECTIONS = frozenset({"not_started", "drafting", "returned"})
REVIEWABLE = frozenset({"submitted", "accepted", "verified"})
WITH_REVIEWERS = frozenset({"signed", "returned", "accepted"})  # states of a report that was signed once


def is_late(*, state: str, submitted_on: date | None, deadline: date, today: date) -> bool:
    """Say whether an area is late: not with the reviewers after the deadline, or brought after it.

    A returned area is judged by its first submission, for the commune did bring it.
    """
    if submitted_on is not None:
        return submitted_on > deadline
    return state in OPEN_SECTIONS and today > deadline


def report_state(sections: Iterable[str]) -> str:
    """Return the state of a signed report from those of its areas."""
    states = set(sections)
    if "returned" in states:
        return "returned"
    return "accepted" if states <= {"accepted", "verified"} else "signed"


def after_save(*, state: str, started: bool) -> str:
    """Return the state of an area after a draft was saved; a decided area keeps its own."""
    if state in ("not_started", "drafting"):
        return "drafting" if started else "not_started"
    return state


def may_review(*, report: str, section: str) -> bool:
    """Say whether an area may be accepted or returned now."""
    return report in WITH_REVIEWERS and section in REVIEWABLE
