"""Calendar files of a team or a unit, for download and for the links people subscribe to."""

from collections.abc import Mapping
from datetime import time

from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign, SlotRegistration, Team
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Missing
from haicap.kernel.periods import HalfDay
from haicap.register.models import Unit
from haicap.timetable.models import FeedToken, Visit
from haicap.timetable.queries.calendars import team_ids_of
from haicap.timetable.queries.feeds import Delivery, delivery
from haicap.timetable.rules.ical import Entry, Hours, calendar_file

Contacts = Mapping[int, str]


def hours_of(campaign: Campaign) -> Hours:
    """Return when half-days begin and end, as the plan sets it."""

    def at(key: str, usual: time) -> time:
        return time.fromisoformat(str(campaign.setting(key, usual.isoformat("minutes"))))

    usual = Hours()
    return Hours(
        morning=(at("morning_start", usual.morning[0]), at("morning_end", usual.morning[1])),
        afternoon=(at("afternoon_start", usual.afternoon[0]), at("afternoon_end", usual.afternoon[1])),
    )


def team_file_for(*, actor: Actor, campaign: Campaign, number: int) -> bytes:
    """Return the calendar file of a team: for central people, department officers and the team itself."""
    team = Team.objects.filter(campaign=campaign, number=number).first()
    allowed = actor.is_central or Role.DEPARTMENT_OFFICER in actor.roles
    if team is not None and not allowed and actor.is_team:
        allowed = team.pk in set(team_ids_of(actor=actor, campaign=campaign))
    if team is None or not allowed:
        raise Missing("timetable.team_missing", _("There is no such team."))
    return _file(campaign, team=team, unit=None)


def unit_file_for(*, actor: Actor, campaign: Campaign, code: str) -> bytes:
    """Return the calendar file of a unit; commune people have that of their own."""
    unit = surveyed_units_for(actor=actor, campaign=campaign).filter(code=code).first()
    others = actor.is_central or Role.DEPARTMENT_OFFICER in actor.roles
    if unit is None or not (others or unit.pk == actor.unit_id):
        raise Missing("timetable.unit_missing", _("There is no such unit."))
    return _file(campaign, team=None, unit=unit)


def feed_file(*, feed: FeedToken) -> bytes:
    """Return what a calendar link delivers; holding the secret is the right to read it."""
    return _file(feed.campaign, team=feed.team, unit=feed.unit)


def _file(campaign: Campaign, *, team: Team | None, unit: Unit | None) -> bytes:
    found = delivery(campaign=campaign, team_id=team.pk if team else None, unit_id=unit.pk if unit else None)
    contacts = _contacts(campaign, found) if team else {}
    both = [(visit, False) for visit in found.visits] + [(visit, True) for visit in found.cancelled]
    entries = [
        _entry(campaign, visit, found, contacts, cancelled=cancelled, for_team=team is not None)
        for visit, cancelled in both
    ]
    if team is not None:
        name = _("Survey team %(number)s") % {"number": team.number}
    else:
        name = _("Survey of %(unit)s") % {"unit": unit.full_name if unit else ""}
    return calendar_file(name=name, entries=entries, hours=hours_of(campaign))


def _contacts(campaign: Campaign, found: Delivery) -> Contacts:
    rows = SlotRegistration.objects.filter(campaign=campaign, unit_id__in=[v.unit_id for v in found.visits])
    return {
        row.unit_id: " ".join(part for part in (row.contact_name, row.contact_phone) if part) for row in rows
    }


def _entry(
    campaign: Campaign, visit: Visit, found: Delivery, contacts: Contacts, *, cancelled: bool, for_team: bool
) -> Entry:
    """Return one event. For a team, a unit that went to another team is called off: hence a uid per team."""
    whose = f"team{visit.team.number}" if for_team else "unit"
    lines = [_("Survey team %(number)s") % {"number": visit.team.number}, str(visit.get_mode_display())]
    if contacts.get(visit.unit_id):
        lines.append(_("Contact: %(contact)s") % {"contact": contacts[visit.unit_id]})
    lines.append(_("Calendar version %(version)s") % {"version": found.version})
    return Entry(
        uid=f"{campaign.code}-{visit.unit.code}-{whose}@haicap",
        sequence=found.version,
        stamped=found.stamped,
        day=visit.day,
        half=HalfDay(visit.half),
        whole_day=visit.whole_day,
        summary=_("Survey: %(unit)s") % {"unit": visit.unit.full_name},
        description="\n".join(lines),
        location=_("Online") if visit.mode == Visit.Mode.ONLINE else visit.place or visit.unit.full_name,
        url="",
        cancelled=cancelled,
    )
