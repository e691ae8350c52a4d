"""Versions of the calendar and their visits, as far as an actor may see them."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign, Team, TeamMember
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Missing
from haicap.kernel.text import fold
from haicap.register.models import Unit
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.permissions import READ, READ_DRAFTS
from haicap.timetable.rules.changes import Change, compare
from haicap.timetable.rules.problem import Mode, PlacedVisit

SEES_ALL = frozenset({Role.DEPARTMENT_OFFICER})


def calendars_for(*, actor: Actor, campaign: Campaign) -> QuerySet[Calendar]:
    """Return the versions the actor may open, newest first; drafts only with the right to read them."""
    rows = Calendar.objects.filter(campaign=campaign).select_related("created_by", "published_by", "based_on")
    if actor.may(READ_DRAFTS):
        return rows
    return rows.exclude(state=Calendar.State.DRAFT) if actor.may(READ) else rows.none()


def calendar_for(*, actor: Actor, campaign: Campaign, version: int) -> Calendar:
    """Return one version; raises Missing."""
    row = calendars_for(actor=actor, campaign=campaign).filter(version=version).first()
    if row is None:
        raise Missing("timetable.calendar_missing", _("There is no such version of the visit calendar."))
    row.campaign = campaign
    return row


def published_calendar_for(*, actor: Actor, campaign: Campaign) -> Calendar | None:
    """Return the version in force, None before the first is published."""
    rows = calendars_for(actor=actor, campaign=campaign)
    return rows.filter(state=Calendar.State.PUBLISHED).first()


def draft_for(*, actor: Actor, campaign: Campaign) -> Calendar | None:
    """Return the newest draft, None when there is none or the actor may not see drafts."""
    return calendars_for(actor=actor, campaign=campaign).filter(state=Calendar.State.DRAFT).first()


def team_ids_of(*, actor: Actor, campaign: Campaign) -> QuerySet[TeamMember, int]:
    """Return the ids of the teams the actor is a member of."""
    rows = TeamMember.objects.filter(nomination__person_id=actor.person_id or -1, team__campaign=campaign)
    return rows.values_list("team_id", flat=True)


def sees_all(actor: Actor) -> bool:
    """Say whether the actor sees every visit of a version, not only those that concern them."""
    return actor.is_central or bool(actor.roles & SEES_ALL)


def visits_of(*, actor: Actor, calendar: Calendar) -> QuerySet[Visit]:
    """Return the visits of a version that concern the actor, with unit and team."""
    rows = Visit.objects.filter(calendar=calendar).select_related("unit", "unit__former_district", "team")
    if sees_all(actor):
        return rows
    concerned = Q(pk__in=[])
    if actor.is_team:
        concerned |= Q(team_id__in=team_ids_of(actor=actor, campaign=calendar.campaign))
    if actor.is_commune and actor.unit_id is not None:
        concerned |= Q(unit_id=actor.unit_id)
    if Role.BRIDGE_TECHNICIAN in actor.roles:
        concerned |= Q(mode=Visit.Mode.ONLINE)
    return rows.filter(concerned)


def visits_for(*, actor: Actor, campaign: Campaign) -> QuerySet[Visit]:
    """Return the visits of the published calendar that concern the actor; none before publication."""
    calendar = published_calendar_for(actor=actor, campaign=campaign)
    return visits_of(actor=actor, calendar=calendar) if calendar else Visit.objects.none()


def visit_for(*, actor: Actor, campaign: Campaign, unit: Unit) -> Visit | None:
    """Return the published visit of `unit`, None when there is none for this actor."""
    return visits_for(actor=actor, campaign=campaign).filter(unit=unit).first()


def team_of_unit(*, actor: Actor, campaign: Campaign, unit: Unit) -> Team | None:
    """Return the team that visits `unit`, None when that is not settled for this actor."""
    visit = visit_for(actor=actor, campaign=campaign, unit=unit)
    return visit.team if visit else None


def found(rows: QuerySet[Visit], *, text: str) -> QuerySet[Visit]:
    """Return the visits whose unit matches `text`: by code, by name, and without diacritics only if none."""
    text = text.strip()
    if not text:
        return rows
    exact = rows.filter(Q(unit__code=text) | Q(unit__full_name__icontains=text))
    return exact if exact.exists() else rows.filter(unit__folded__contains=fold(text))


def placed(visit: Visit) -> PlacedVisit:
    """Return a row as the rules read it."""
    return PlacedVisit(
        unit=visit.unit.code,
        team=visit.team.number,
        slot=visit.slot,
        mode=Mode(visit.mode),
        whole_day=visit.whole_day,
        order=visit.order,
        bridge=visit.bridge,
    )


def all_placed(calendar: Calendar) -> tuple[PlacedVisit, ...]:
    """Return every visit of a version as the rules read it, whoever asks (one query)."""
    rows = Visit.objects.filter(calendar=calendar).select_related("unit", "team")
    return tuple(placed(visit) for visit in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedChange:
    """A change with the unit's name, for people."""

    change: Change
    code: str
    name: str


def diff_for(*, actor: Actor, before: Calendar, after: Calendar) -> list[NamedChange]:
    """Return what differs between two versions, as far as it concerns the actor (two queries)."""
    rows = [list(visits_of(actor=actor, calendar=calendar)) for calendar in (before, after)]
    names = {visit.unit.code: visit.unit.full_name for visit in (*rows[0], *rows[1])}
    changes = compare(before=[placed(v) for v in rows[0]], after=[placed(v) for v in rows[1]])
    return [NamedChange(change=change, code=change.unit, name=names[change.unit]) for change in changes]
