"""Words for scenarios: what is changed, why it cannot be, and the measures."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.kernel.errors import Text
from haicap.timetable.rules.scenarios import Change, Wrong

FIELD_TEXTS: Mapping[str, Text] = {
    "teams": gettext_lazy("Number of teams"),
    "days": gettext_lazy("Number of working days"),
    "start": gettext_lazy("First day of the visits"),
    "online_percent": gettext_lazy("Share of units online (%)"),
    "visit_minutes": gettext_lazy("Longest visit (minutes)"),
    "half_day_minutes": gettext_lazy("Length of a half-day (minutes)"),
    "two_visits_minutes": gettext_lazy("Two visits per half-day, up to this way between (minutes)"),
    "lunch_minutes": gettext_lazy("Travel possible over the lunch break (minutes)"),
}
CHANGE_TEXTS: Mapping[str, Text] = {
    "teams": gettext_lazy("%(value)s teams"),
    "days": gettext_lazy("%(value)s working days"),
    "start": gettext_lazy("from %(value)s"),
    "online_percent": gettext_lazy("%(value)s%% online"),
    "visit_minutes": gettext_lazy("visits of at most %(value)s minutes"),
    "half_day_minutes": gettext_lazy("half-days of %(value)s minutes"),
    "two_visits_minutes": gettext_lazy("two visits per half-day up to %(value)s minutes apart"),
    "lunch_minutes": gettext_lazy("%(value)s minutes of travel over lunch"),
}
WRONG_TEXTS: Mapping[str, Text] = {
    "out_of_range": gettext_lazy("Give a whole number from %(least)s to %(most)s."),
    "teams.more_than_units": gettext_lazy(
        "There are only %(most)s units to visit; more teams than units make no sense."
    ),
    "teams.none_to_copy": gettext_lazy(
        "No team has been formed yet, so there is none to copy. Form a team first."
    ),
    "window.empty": gettext_lazy(
        "The window of visits has no working day. Correct its first and last day in the plan."
    ),
    "start.not_working": gettext_lazy("Offices do not work on this day. Choose a working day."),
    "start.outside_calendar": gettext_lazy(
        "The days off of that time are not recorded yet. Choose an earlier day, or a year whose days off are known."
    ),
    "days.outside_calendar": gettext_lazy(
        "Only %(most)s working days are known from the first day on. Choose fewer days or an earlier start."
    ),
    "two_visits.never_fit": gettext_lazy(
        "Two visits of %(least)s minutes do not fit into a half-day of %(most)s. Give shorter visits or a longer "
        "half-day too."
    ),
}
MEASURE_TEXTS: Mapping[str, Text] = {
    "served": gettext_lazy("Units served"),
    "first_choice": gettext_lazy("First choice met"),
    "listed_choice": gettext_lazy("A listed choice met (the first included)"),
    "unlisted_choice": gettext_lazy("Half-day that was not wished for"),
    "online": gettext_lazy("Units online"),
    "metres": gettext_lazy("Kilometres by road"),
    "road_minutes": gettext_lazy("Team hours on the road"),
    "work_minutes": gettext_lazy("Team hours at work in the units"),
    "person_half_days": gettext_lazy("Half-days asked of people (members × half-days)"),
    "people": gettext_lazy("Different people asked"),
    "team_days": gettext_lazy("Days on which teams are called out"),
    "needed": gettext_lazy("Half-days needed"),
    "capacity": gettext_lazy("Half-days the teams have"),
    "heaviest": gettext_lazy("Half-days of the busiest team"),
    "cost": gettext_lazy("Cost of the calendar (points)"),
    "bound": gettext_lazy("Proven least cost (points)"),
    "gap": gettext_lazy("Gap to the proven bound (%)"),
}
UNIT_TEXTS: Mapping[str, Text] = {
    "count": "",
    "km": gettext_lazy("km"),
    "hours": gettext_lazy("hours"),
    "points": gettext_lazy("points"),
    "percent": "%",
}


def base_name() -> str:
    """Return the name of the case that changes nothing."""
    return _("As it is")


def change_parts(change: Change) -> list[str]:
    """Return what is changed, one phrase each."""
    parts = []
    for name in CHANGE_TEXTS:
        value = getattr(change, name)
        if value is not None:
            shown = date_format(value, "d/m/Y") if isinstance(value, date) else value
            parts.append(str(CHANGE_TEXTS[name]) % {"value": shown})
    return parts


def change_text(change: Change) -> str:
    """Return what is changed as one phrase."""
    return capfirst(", ".join(change_parts(change))) or base_name()


def sweep_text(first: int, last: int, change: Change) -> str:
    """Return a row of numbers of teams as one phrase, with whatever else is changed."""
    title = _("%(first)s to %(last)s teams") % {"first": first, "last": last}
    return ", ".join([title, *change_parts(change)])


def wrong_text(wrong: Wrong) -> str:
    """Return why a change cannot be made, as a sentence."""
    text = str(WRONG_TEXTS[wrong.code])
    return text % {"least": wrong.least, "most": wrong.most} if "%(" in text else text


def wrongs_text(wrongs: Iterable[Wrong]) -> str:
    """Return all reasons, each with the name of its field."""
    return " ".join(f"{FIELD_TEXTS[wrong.field]}: {wrong_text(wrong)}" for wrong in wrongs)
