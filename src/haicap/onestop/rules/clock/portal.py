"""On time as the national portal computes it, beside our own rule (domain file onestop.md, "Dossier", mark S)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from haicap.onestop.rules.clock.timeline import to_minute, to_moment
from haicap.onestop.rules.clock.values import ClockError, Due, aware


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalRules:
    """What is uncertain in the portal's formula, as dated data.

    `most_requests`: more requests to supplement than this count as overdue, whatever the times. `by_day`: only the
    days are compared, not the hours.
    """

    most_requests: int = 1
    by_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalCase:
    """What the portal looks at: the appointment of form 01 (or its extension), the ends, the requests.

    `requests`: (asked, completed or None) of each request to supplement. `closed` is when it was stopped or
    refused.
    """

    appointment: datetime
    processed: datetime | None = None
    returned: datetime | None = None
    closed: datetime | None = None
    requests: tuple[tuple[datetime, datetime | None], ...] = ()

    def __post_init__(self) -> None:
        aware(self.appointment, self.processed, self.returned, self.closed)
        for pair in self.requests:
            aware(*pair)
        if any(completed is not None and completed < asked for asked, completed in self.requests):
            raise ClockError("clock.backwards")


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalVerdict:
    """`end` is the moment the portal takes, `compared` the same less the time of the supplement.

    `reason`: processed, returned, closed, supplement_awaited, unfinished (which end was taken) or
    many_requests.
    """

    on_time: bool
    reason: str
    end: datetime
    compared: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Our rule. `reason`: in_time, late, running, overdue, clock_stopped."""

    on_time: bool
    reason: str
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """The two answers side by side."""

    own: Verdict
    portal: PortalVerdict

    @property
    def differ(self) -> bool:
        """True where one calls it on time and the other does not."""
        return self.own.on_time is not self.portal.on_time


def portal_on_time(
    *, case: PortalCase, period_end: datetime, rules: PortalRules | None = None
) -> PortalVerdict:
    """Return the portal's answer for `case`, an unfinished dossier measured at `period_end`.

    End = processed, else returned, else stopped or refused; minus (supplement completed - supplement requested),
    in clock time, not working time; compared with the appointment. While the first supplement is awaited the end
    is the day of the request. More than one request counts as overdue.
    """
    rules = rules or PortalRules()
    end, reason = _end(case, period_end)
    awaited = [asked for asked, completed in case.requests if completed is None]
    waited = 0
    if reason == "unfinished" and awaited:
        end, reason = min(end, awaited[0]), "supplement_awaited"
    for asked, completed in case.requests:
        if completed is not None:
            waited += max(0, to_minute(min(completed, end)) - to_minute(min(asked, end)))
    compared = to_moment(to_minute(end)) - timedelta(minutes=waited)
    appointment = to_moment(to_minute(case.appointment))
    in_time = compared.date() <= appointment.date() if rules.by_day else compared <= appointment
    if len(case.requests) > rules.most_requests:
        in_time, reason = False, "many_requests"
    return PortalVerdict(on_time=in_time, reason=reason, end=end, compared=compared)


def _end(case: PortalCase, period_end: datetime) -> tuple[datetime, str]:
    for moment, reason in (
        (case.processed, "processed"),
        (case.returned, "returned"),
        (case.closed, "closed"),
    ):
        if moment is not None and to_minute(moment) <= to_minute(period_end):
            return moment, reason
    return period_end, "unfinished"


def own_on_time(*, due: Due, ended: datetime | None, period_end: datetime) -> Verdict:
    """Return our answer: late when the result came after the due time, even if it was not collected."""
    over = ended is not None and to_minute(ended) <= to_minute(period_end)
    end = ended if over and ended is not None else period_end
    if due.at is None:
        return Verdict(on_time=True, reason="in_time" if over else "clock_stopped", end=end)
    in_time = to_minute(end) <= to_minute(due.at)
    if over:
        return Verdict(on_time=in_time, reason="in_time" if in_time else "late", end=end)
    return Verdict(on_time=in_time, reason="running" if in_time else "overdue", end=end)


def both_on_time(
    *,
    due: Due,
    ended: datetime | None,
    case: PortalCase,
    period_end: datetime,
    rules: PortalRules | None = None,
) -> Both:
    """Return our answer and the portal's, each with its reason. `ended`: when the result, stop or refusal came."""
    return Both(
        own=own_on_time(due=due, ended=ended, period_end=period_end),
        portal=portal_on_time(case=case, period_end=period_end, rules=rules),
    )
