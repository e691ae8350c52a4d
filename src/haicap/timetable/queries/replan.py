"""Reads around planning again: what may be named as disturbed, and two versions side by side."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from haicap.campaign.models import Campaign, Team, TeamMember
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.periods import Slot
from haicap.kernel.text import localized
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.permissions import READ_DRAFTS, SOLVE
from haicap.timetable.queries.calendars import NamedChange, diff_for, placed, visits_of
from haicap.timetable.queries.recipients import recipients_of
from haicap.timetable.rules.replan import BRIDGE, MEMBER, TEAM, UNIT, Disturbance, halves_of
from haicap.timetable.texts_replan import disturbance_text

MOST_BY_TEAM = 400
"""changes up to which a comparison goes through them by team too"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody or something that a disturbance may be about; `label` is unique among all of them."""

    kind: str
    code: str
    label: str


def parties_for(*, actor: Actor, campaign: Campaign) -> list[Party]:
    """Return teams, members, bridge points and units, in this order (three queries)."""
    actor.must(SOLVE)
    found = [
        Party(kind=TEAM, code=str(team.number), label=team.name or str(team.number))
        for team in Team.objects.filter(campaign=campaign)
    ]
    rows = TeamMember.objects.filter(team__campaign=campaign).select_related("team", "nomination__person")
    for row in rows.order_by("team__number", "role", "nomination__person__folded"):
        label = f"{row.nomination.person.full_name} ({row.team.name or row.team.number})"
        found.append(Party(kind=MEMBER, code=str(row.nomination_id), label=label))
    for bridge in campaign.setting("timetable_bridges", []):
        found.append(Party(kind=BRIDGE, code=bridge["code"], label=_bridge_label(bridge)))
    for code, name in surveyed_units_for(actor=actor, campaign=campaign).values_list("code", "full_name"):
        found.append(Party(kind=UNIT, code=code, label=f"{name} ({code})"))
    return _unique(found)


def _bridge_label(bridge: Mapping[str, str]) -> str:
    class Named:
        name_vi, name_en = bridge.get("name_vi", ""), bridge.get("name_en", "")

    name = localized(Named(), "name")
    return f"{name} ({bridge['code']})" if name else bridge["code"]


def _unique(parties: Sequence[Party]) -> list[Party]:
    """Tell namesakes apart by their code."""
    counts: dict[str, int] = defaultdict(int)
    for party in parties:
        counts[party.label] += 1
    return [
        Party(kind=party.kind, code=party.code, label=f"{party.label} #{party.code}")
        if counts[party.label] > 1
        else party
        for party in parties
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamHalfDay:
    """A half-day of a team on which the two versions differ: names of the units, old and new."""

    slot: Slot
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """Why a version was made, and the number of changes proven to be needed at least."""

    items: tuple[str, ...]
    today: date
    fewest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions side by side: by unit, by team, and how many people the difference concerns."""

    changes: list[NamedChange]
    teams: Mapping[int, list[TeamHalfDay]]
    units_told: int
    teams_told: int
    notices: int
    replanned: Replanned | None


def comparison_for(*, actor: Actor, before: Calendar, after: Calendar) -> Comparison:
    """Return what differs between two versions, as far as it concerns the actor (a fixed number of queries)."""
    changes = diff_for(actor=actor, before=before, after=after)
    rows = [list(visits_of(actor=actor, calendar=calendar)) for calendar in (before, after)]
    sees = actor.may(READ_DRAFTS)
    people = (
        recipients_of(campaign=after.campaign, changes=[item.change for item in changes]) if sees else None
    )
    return Comparison(
        changes=changes,
        teams=_by_team(changes, rows[0], rows[1]) if len(changes) <= MOST_BY_TEAM else {},
        units_told=len(people.at_unit) if people else 0,
        teams_told=len(people.in_team) if people else 0,
        notices=people.notices if people else 0,
        replanned=_replanned(actor, after) if sees else None,
    )


def _by_team(
    changes: Sequence[NamedChange], before: Sequence[Visit], after: Sequence[Visit]
) -> dict[int, list[TeamHalfDay]]:
    touched = {
        (visit.team, slot)
        for item in changes
        for visit in (item.change.before, item.change.after)
        if visit is not None
        for slot in halves_of(visit)
    }
    held = [_held(rows) for rows in (before, after)]
    teams: dict[int, list[TeamHalfDay]] = defaultdict(list)
    for team, slot in sorted(touched, key=lambda key: (key[0], key[1].day, key[1].half.order)):
        names = [tuple(each.get((team, slot), ())) for each in held]
        teams[team].append(TeamHalfDay(slot=slot, before=names[0], after=names[1]))
    return dict(teams)


def _held(rows: Sequence[Visit]) -> dict[tuple[int, Slot], list[str]]:
    found: dict[tuple[int, Slot], list[str]] = defaultdict(list)
    for row in rows:
        for slot in halves_of(placed(row)):
            found[row.team.number, slot].append(row.unit.full_name)
    return found


def _replanned(actor: Actor, calendar: Calendar) -> Replanned | None:
    kept = calendar.disturbances
    if not isinstance(kept, dict) or "items" not in kept:
        return None
    items = [Disturbance.from_data(item) for item in kept["items"]]
    names = _names(actor, calendar.campaign, items)
    return Replanned(
        items=tuple(disturbance_text(item, names.get((item.kind, item.code), item.code)) for item in items),
        today=date.fromisoformat(kept["today"]),
        fewest=kept["fewest"],
    )


def _names(actor: Actor, campaign: Campaign, items: Sequence[Disturbance]) -> dict[tuple[str, str], str]:
    units = [item.code for item in items if item.kind == UNIT]
    rows = surveyed_units_for(actor=actor, campaign=campaign).filter(code__in=units)
    names = {(UNIT, code): name for code, name in rows.values_list("code", "full_name")}
    members = TeamMember.objects.filter(
        nomination__in=[int(item.code) for item in items if item.kind == MEMBER]
    ).values_list("nomination_id", "nomination__person__full_name")
    names |= {(MEMBER, str(key)): name for key, name in members}
    teams = Team.objects.filter(campaign=campaign).values_list("number", "name")
    names |= {(TEAM, str(number)): name or str(number) for number, name in teams}
    for bridge in campaign.setting("timetable_bridges", []):
        names[BRIDGE, bridge["code"]] = _bridge_label(bridge)
    return names
