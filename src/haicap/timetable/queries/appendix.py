"""The whole calendar as the appendix of an official letter needs it: by day, with who is in charge."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import TeamMember
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.queries.calendars import sees_all, visits_of
from haicap.timetable.queries.files import hours_of
from haicap.timetable.rules.ical import Hours

IN_CHARGE = (TeamMember.TeamRole.HEAD, TeamMember.TeamRole.DEPUTY, TeamMember.TeamRole.SECRETARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class InCharge:
    """Somebody in charge of a team: the name, the post and the body, nothing else about the person."""

    role: str
    name: str
    post: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendixRow:
    """One visit with its number in the whole calendar and the head of its team."""

    number: int
    visit: Visit
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """The visits by day, the people in charge by number of team, and when half-days begin and end."""

    calendar: Calendar
    days: Sequence[tuple[date, Sequence[AppendixRow]]]
    teams: Sequence[tuple[int, str, Sequence[InCharge]]]
    hours: Hours
    count: int


def appendix_for(*, actor: Actor, calendar: Calendar) -> Appendix:
    """Return the calendar for the appendix (four queries); only for those who see all of it.

    Names are left out where the plan sets `timetable_appendix_names` to false: posts and bodies remain.
    """
    if not sees_all(actor):
        raise Missing("timetable.calendar_missing", _("There is no such version of the visit calendar."))
    rows = visits_of(actor=actor, calendar=calendar).order_by("day", "-half", "team__number", "order")
    visits = list(rows)
    people = _in_charge(calendar)
    heads = {team: next((p.name or p.post for p in found), "") for team, found in people.items()}
    numbered = [
        AppendixRow(number=number, visit=visit, head=heads.get(visit.team_id, ""))
        for number, visit in enumerate(visits, start=1)
    ]
    teams = {visit.team_id: visit.team for visit in visits}
    return Appendix(
        calendar=calendar,
        days=[(day, list(held)) for day, held in groupby(numbered, key=lambda row: row.visit.day)],
        teams=[
            (team.number, team.name or str(team.number), people.get(team.pk, ()))
            for team in sorted(teams.values(), key=lambda team: team.number)
        ],
        hours=hours_of(calendar.campaign),
        count=len(visits),
    )


def _in_charge(calendar: Calendar) -> Mapping[int, Sequence[InCharge]]:
    named = bool(calendar.campaign.setting("timetable_appendix_names", True))
    order = {role.value: place for place, role in enumerate(IN_CHARGE)}
    rows = TeamMember.objects.filter(team__campaign=calendar.campaign, role__in=order).select_related(
        "nomination__person", "nomination__body"
    )
    found: dict[int, list[tuple[int, InCharge]]] = defaultdict(list)
    for row in rows:
        person, nomination = row.nomination.person, row.nomination
        told = InCharge(
            role=str(row.get_role_display()),
            name=person.full_name if named else "",
            post=nomination.post or person.post,
            body=nomination.body.name_vi,
        )
        found[row.team_id].append((order[row.role], told))
    return {team: [told for _place, told in sorted(held, key=lambda p: p[0])] for team, held in found.items()}
