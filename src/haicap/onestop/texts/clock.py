"""Sentences of the clock: each line of a due time explained, and how a dossier stands."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from haicap.kernel.errors import Text
from haicap.onestop.rules.clock import Line, Position, Standing

REASONS: Mapping[str, Text] = {
    "supplement": gettext_lazy("a supplement of the applicant"),
    "finance": gettext_lazy("a payment of the applicant"),
    "consultation": gettext_lazy("another body"),
}
LINES: Mapping[str, Text] = {
    "received": gettext_lazy("Received validly"),
    "before_opening": gettext_lazy("Outside office hours: it counts from the next opening"),
    "receipt_day": gettext_lazy("Day of receipt, which is not counted"),
    "counted": gettext_lazy("Counted"),
    "makeup": gettext_lazy("Day worked instead of another, counted"),
    "weekend": gettext_lazy("Weekend, not counted"),
    "holiday": gettext_lazy("Day off, not counted"),
    "rolled": gettext_lazy("No working day: it moves on to the next one"),
    "extension": gettext_lazy("Apology and new appointment"),
    "extension_late": gettext_lazy("The apology came after the due time: the earlier due time stays"),
    "after_cut_off": gettext_lazy("Received after the cut-off of the day: due on the next working day"),
    "minimum": gettext_lazy("At least this remains after a wait"),
    "waiting": gettext_lazy("The clock stood still, waiting for %(reason)s"),
    "waiting_open": gettext_lazy("The clock stands still, waiting for %(reason)s"),
    "waiting_closed": gettext_lazy("Waiting for %(reason)s outside office hours: no time was lost"),
    "waiting_same_day": gettext_lazy("Waiting for %(reason)s, asked and answered on one day"),
    "waiting_late": gettext_lazy("Waiting for %(reason)s after the due time: it moves nothing"),
    "due_unknown": gettext_lazy("While %(reason)s is awaited there is no due time"),
    "due_if_now": gettext_lazy("Due, if the answer came now"),
    "due": gettext_lazy("Due"),
}
STANDINGS: Mapping[Standing, tuple[Text, str]] = {
    Standing.LATE: (gettext_lazy("late"), "red"),
    Standing.AT_RISK: (gettext_lazy("at risk"), "orange"),
    Standing.ON_TIME: (gettext_lazy("on time"), "green"),
    Standing.WAITING: (gettext_lazy("the clock stands still"), "blue"),
}


def sentence(line: Line) -> str:
    """Return a line as a sentence, with what was waited for and the name of the day."""
    reasons = ", ".join(str(REASONS.get(reason, reason)) for reason in line.reasons)
    text = str(LINES[line.code]) % {"reason": reasons} if line.reasons else str(LINES[line.code])
    return f"{text} ({line.name})" if line.name else text


def amount(line: Line) -> str:
    """Return how much of the limit a line uses or adds, "" where neither."""
    number = line.counted or line.added
    if not number:
        return ""
    sign = "+" if line.added else ""
    if line.unit == "minutes":
        return sign + duration(number)
    if line.unit == "working_days":
        return sign + ngettext("%(n)s working day", "%(n)s working days", number) % {"n": number}
    return sign + ngettext("%(n)s day", "%(n)s days", number) % {"n": number}


def duration(minutes: int) -> str:
    """Return working minutes as hours and minutes."""
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return _("%(h)s h %(m)s min") % {"h": hours, "m": rest}
    return _("%(h)s h") % {"h": hours} if hours else _("%(m)s min") % {"m": rest}


def span(line: Line) -> str:
    """Return when a line begins and ends: days as days, moments with their time."""
    if line.whole_days:
        first, last = f"{line.first_day:%d/%m/%Y}", f"{line.last_day:%d/%m/%Y}"
        return first if first == last else f"{first} – {last}"
    first, last = _moment(line.start), _moment(line.end)
    return first if first == last else f"{first} – {last}"


def _moment(value: datetime) -> str:
    return f"{timezone.localtime(value):%H:%M %d/%m/%Y}"


def position(where: Position) -> str:
    """Return what is left, or by how much it is late."""
    if where.late:
        return _("late by %(time)s of working time") % {"time": duration(where.late)}
    if where.standing is Standing.WAITING:
        return _("what is left runs on when the answer is there")
    if where.reason == "steps_too_long":
        return _("%(time)s of working time left, less than the remaining steps take") % {
            "time": duration(where.left)
        }
    return _("%(time)s of working time left") % {"time": duration(where.left)}
