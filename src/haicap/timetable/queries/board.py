"""The board: teams by half-days, paged by team, in a fixed number of queries whatever the size."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from haicap.campaign.models import Campaign, Team
from haicap.campaign.queries import slots_of
from haicap.kernel.access import Actor
from haicap.kernel.periods import HalfDay, Slot
from haicap.kernel.text import fold
from haicap.register.models import Unit
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.permissions import WRITE
from haicap.timetable.queries.calendars import found, visits_of
from haicap.timetable.texts import slot_text

TEAMS_PER_PAGE = 12
MOST_LEFT_OUT = 60
"""units without a visit shown above the board; the list of shortfall has all"""
LONG_WINDOW = 15
"""days above which the board opens at one week"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One half-day of one team. `taken` is the visit of the morning that lasts all day."""

    team: Team
    slot: Slot
    visits: Sequence[Visit] = ()
    taken: Visit | None = None
    free: bool = True

    @property
    def label(self) -> str:
        """Whose half-day it is, for those who carry a visit over it."""
        return f"{self.team.name or self.team.number}, {slot_text(self.slot)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One team: its cells by day, in the order of the board's days, each a morning and an afternoon."""

    team: Team
    days: Sequence[tuple[Cell | None, Cell | None]]
    load: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the board page shows. `broken` maps a unit's code to the rules its visit breaks.

    `sought` are the codes of the units of the chosen area, empty without one; `left_out` counts all units
    without a visit there, of which `unserved` are the first. `week` is the week shown, None for all.
    """

    calendar: Calendar
    days: Sequence[date]
    all_days: Sequence[date]
    page: Page[Team]
    rows: Sequence[Row]
    unserved: Sequence[Unit] = ()
    left_out: int = 0
    sought: frozenset[str] = frozenset()
    editable: bool = False
    week: int | None = None
    broken: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A former province or former district to look at: units that were in it, seen on the board."""

    code: str
    name: str
    districts: Sequence[tuple[str, str]] = ()


def board_for(
    *,
    actor: Actor,
    campaign: Campaign,
    calendar: Calendar,
    week: int | None = None,
    team: int | None = None,
    area: str = "",
    page: int = 1,
) -> Board:
    """Return one page of the board, in a fixed number of queries.

    `week` counts from 1 and 0 is the whole window; without one, a long window opens at its first week.
    `area` is the code of a former district or province: the teams that visit it. Filters that fit nothing
    show all.
    """
    slots = slots_of(campaign=campaign)
    all_days = sorted({slot.day for slot in slots})
    weeks = weeks_of(all_days)
    if week is None and len(all_days) > LONG_WINDOW:
        week = 1
    chosen = week if week and 0 < week <= len(weeks) else None
    days = weeks[chosen - 1] if chosen else all_days
    visible = visits_of(actor=actor, calendar=calendar)
    within = visible.filter(_within(area)) if area else visible.none()
    sought = frozenset(within.values_list("unit__code", flat=True))
    teams = _teams(campaign, within if sought else visible, actor, team, narrowed=bool(sought))
    shown = Paginator(teams, TEAMS_PER_PAGE).get_page(page)
    rows = list(shown.object_list)
    loads = _loads(visible.filter(team__in=rows))
    visits = list(visible.filter(team__in=rows, day__in=days))
    left_out = _unserved(calendar, area) if actor.is_central else Unit.objects.none()
    first = list(left_out[: MOST_LEFT_OUT + 1])
    return Board(
        calendar=calendar,
        days=days,
        all_days=all_days,
        page=shown,
        rows=_rows(rows, days, set(slots), visits, loads),
        unserved=first[:MOST_LEFT_OUT],
        left_out=len(first) if len(first) <= MOST_LEFT_OUT else left_out.count(),
        broken=_broken(calendar),
        sought=sought,
        week=chosen,
        editable=calendar.is_draft and actor.may(WRITE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What to look for in the list of visits; empty values leave all."""

    text: str = ""
    team: int | None = None
    area: str = ""
    mode: str = ""
    day: date | None = None


def list_for(*, actor: Actor, calendar: Calendar, filters: Filters) -> QuerySet[Visit]:
    """Return the visits of a version that match, in the order of the calendar."""
    rows = found(visits_of(actor=actor, calendar=calendar), text=filters.text)
    if filters.team:
        rows = rows.filter(team__number=filters.team)
    if filters.area:
        rows = rows.filter(_within(filters.area))
    if filters.mode in Visit.Mode.values:
        rows = rows.filter(mode=filters.mode)
    if filters.day:
        rows = rows.filter(day=filters.day)
    return rows.order_by("day", "-half", "team__number", "order")


def areas_of(*, actor: Actor, calendar: Calendar) -> list[Area]:
    """Return the former provinces of the units a version visits, each with its former districts (one query)."""
    rows = (
        visits_of(actor=actor, calendar=calendar)
        .order_by()
        .values_list(
            "unit__former_province__code", "unit__former_province__full_name",
            "unit__former_district__code", "unit__former_district__full_name",
        )
        .distinct()
    )  # fmt: skip
    provinces: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for code, name, district, district_name in rows:
        if not code:
            continue
        held = provinces[code, name]
        if district:
            held.add((district, district_name))
    return [
        Area(code=code, name=name, districts=sorted(districts, key=lambda pair: fold(pair[1])))
        for (code, name), districts in sorted(provinces.items(), key=lambda item: fold(item[0][1]))
    ]


def _within(area: str, prefix: str = "unit__") -> Q:
    """Return the condition for units of a former district or province; their codes have 3 and 2 digits."""
    return Q(**{f"{prefix}former_district__code": area}) | Q(**{f"{prefix}former_province__code": area})


def weeks_of(days: Sequence[date]) -> list[list[date]]:
    """Return the days by calendar week."""
    weeks: dict[tuple[int, int], list[date]] = defaultdict(list)
    for day in days:
        year, week, _ = day.isocalendar()
        weeks[year, week].append(day)
    return list(weeks.values())


def _teams(
    campaign: Campaign, visible: QuerySet[Visit], actor: Actor, number: int | None, *, narrowed: bool
) -> QuerySet[Team]:
    teams = Team.objects.filter(campaign=campaign).order_by("number")
    if narrowed or not actor.is_central:
        teams = teams.filter(pk__in=visible.order_by().values("team_id"))
    one = teams.filter(number=number) if number else teams.none()
    return one if number and one.exists() else teams


def _loads(visits: QuerySet[Visit]) -> dict[int, int]:
    """Return the half-days each team takes over the whole window."""
    taken: dict[int, set[tuple[date, str]]] = defaultdict(set)
    for team, day, half, whole_day in visits.values_list("team_id", "day", "half", "whole_day"):
        taken[team] |= {(day, one.value) for one in HalfDay} if whole_day else {(day, half)}
    return {team: len(halves) for team, halves in taken.items()}


def _rows(
    teams: Sequence[Team],
    days: Sequence[date],
    window: set[Slot],
    visits: Sequence[Visit],
    loads: Mapping[int, int],
) -> list[Row]:
    by_cell: dict[tuple[int, Slot], list[Visit]] = defaultdict(list)
    for visit in visits:
        by_cell[visit.team_id, visit.slot].append(visit)
    return [
        Row(
            team=team,
            days=[_day(team, day, window, by_cell) for day in days],
            load=loads.get(team.pk, 0),
        )
        for team in teams
    ]


def _day(
    team: Team, day: date, window: set[Slot], by_cell: Mapping[tuple[int, Slot], list[Visit]]
) -> tuple[Cell | None, Cell | None]:
    cells: list[Cell | None] = []
    taken: Visit | None = None
    for slot in sorted(slot for slot in window if slot.day == day):
        visits = sorted(by_cell.get((team.pk, slot), ()), key=lambda visit: visit.order)
        cells.append(
            Cell(team=team, slot=slot, visits=visits, taken=taken, free=not visits and taken is None)
        )
        taken = next((visit for visit in visits if visit.whole_day), None)
    return (cells[0] if cells else None, cells[1] if len(cells) > 1 else None)


def _unserved(calendar: Calendar, area: str) -> QuerySet[Unit]:
    codes = calendar.verdict.get("unserved", [])
    rows = Unit.objects.filter(code__in=codes, level=Unit.Level.COMMUNE, valid_to=None)
    return rows.filter(_within(area, prefix="")) if area else rows


def _broken(calendar: Calendar) -> dict[str, list[str]]:
    broken: dict[str, list[str]] = defaultdict(list)
    for item in calendar.verdict.get("violations", []):
        if item.get("unit"):
            broken[item["unit"]].append(item["rule"])
    return dict(broken)
