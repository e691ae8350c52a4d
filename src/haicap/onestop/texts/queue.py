"""Sentences for what the rules of centres and queues say."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text

HOURS: Mapping[str, Text] = {
    "hours.shape": _("Opening hours are given by weekday, at most four windows a day."),
    "hours.day": _("Weekdays are numbered from 0 (Monday) to 6 (Sunday)."),
    "hours.time": _("Write times with hours and minutes, such as 07:30-11:30."),
    "hours.order": _("The windows of a day must follow each other, each ending after it begins."),
}
FACTS: Mapping[str, Text] = {
    "fact.empty": _("Nothing is filled in here yet. Fill it in."),
    "fact.number": _("This is no number. Write digits, with a comma before decimals, for example 12,5."),
    "fact.ambiguous": _("Write the number without dots between thousands, for example 1200."),
    "fact.whole": _("This is no whole number. Write digits only, for example 120."),
    "fact.low": _("This is less than the smallest value possible, %(minimum)s."),
    "fact.high": _("This is more than the largest value possible, %(maximum)s."),
    "fact.date": _("This is no date. Write day/month/year, for example 25/11/2025."),
    "fact.choice": _("Choose one of the answers."),
}
SETTING_LABELS: Mapping[str, Text] = {
    "priority": _("How strongly priority counts"),
    "every": _("Every so many calls one with priority, at the latest"),
    "calls_before_skip": _("Calls before a ticket may be skipped"),
    "max_waiting": _("Tickets waiting at most"),
    "doors_minutes": _("Tickets are given before opening (minutes)"),
    "slot_minutes": _("Length of a slot (minutes)"),
    "seats": _("Places in a slot (0: by counters)"),
    "seats_per_counter": _("Places in a slot for each counter"),
    "booking_days": _("Bookable ahead (days)"),
    "early_minutes": _("May arrive earlier by (minutes)"),
    "late_minutes": _("May arrive later by (minutes)"),
    "service_minutes": _("A service takes about (minutes), until there are own figures"),
}
