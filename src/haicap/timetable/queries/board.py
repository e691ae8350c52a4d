"""The board: teams by half-days, paged by team, in a fixed number of queries whatever the size."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from haicap.campaign.models import Campaign, Team
from haicap.campaign.queries import slots_of
from haicap.kernel.access import Actor
from haicap.kernel.periods import Slot
from haicap.register.models import Unit
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.queries.calendars import visits_of

TEAMS_PER_PAGE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One half-day of one team. `taken` is the visit of the morning that lasts all day."""

    team: Team
    slot: Slot
    visits: Sequence[Visit] = ()
    taken: Visit | None = None
    free: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One team: its cells by day, in the order of the board's days, each a morning and an afternoon."""

    team: Team
    days: Sequence[tuple[Cell | None, Cell | None]]
    load: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the board page shows. `broken` maps a unit's code to the rules its visit breaks."""

    calendar: Calendar
    days: Sequence[date]
    all_days: Sequence[date]
    page: Page[Team]
    rows: Sequence[Row]
    unserved: Sequence[Unit] = ()
    broken: Mapping[str, Sequence[str]] = field(default_factory=dict)


def board_for(
    *,
    actor: Actor,
    campaign: Campaign,
    calendar: Calendar,
    week: int | None = None,
    team: int | None = None,
    page: int = 1,
) -> Board:
    """Return one page of the board; `week` counts from 1. Filters that fit nothing show all."""
    slots = slots_of(campaign=campaign)
    all_days = sorted({slot.day for slot in slots})
    weeks = weeks_of(all_days)
    days = weeks[week - 1] if week and 0 < week <= len(weeks) else all_days
    visible = visits_of(actor=actor, calendar=calendar)
    teams = _teams(campaign, visible, actor, team)
    shown = Paginator(teams, TEAMS_PER_PAGE).get_page(page)
    visits = list(visible.filter(team__in=list(shown.object_list)))
    return Board(
        calendar=calendar,
        days=days,
        all_days=all_days,
        page=shown,
        rows=_rows(list(shown.object_list), days, set(slots), visits),
        unserved=_unserved(calendar) if actor.is_central else (),
        broken=_broken(calendar),
    )


def weeks_of(days: Sequence[date]) -> list[list[date]]:
    """Return the days by calendar week."""
    weeks: dict[tuple[int, int], list[date]] = defaultdict(list)
    for day in days:
        year, week, _ = day.isocalendar()
        weeks[year, week].append(day)
    return list(weeks.values())


def _teams(campaign: Campaign, visible: QuerySet[Visit], actor: Actor, number: int | None) -> QuerySet[Team]:
    teams = Team.objects.filter(campaign=campaign).order_by("number")
    if not actor.is_central:
        teams = teams.filter(pk__in=visible.values("team_id"))
    one = teams.filter(number=number) if number else teams.none()
    return one if number and one.exists() else teams


def _rows(
    teams: Sequence[Team], days: Sequence[date], window: set[Slot], visits: Sequence[Visit]
) -> list[Row]:
    by_cell: dict[tuple[int, Slot], list[Visit]] = defaultdict(list)
    loads: dict[int, int] = defaultdict(int)
    for visit in visits:
        by_cell[visit.team_id, visit.slot].append(visit)
    for team_id, slot in by_cell:
        loads[team_id] += 2 if any(v.whole_day for v in by_cell[team_id, slot]) else 1
    return [
        Row(
            team=team,
            days=[_day(team, day, window, by_cell) for day in days],
            load=loads[team.pk],
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


def _unserved(calendar: Calendar) -> list[Unit]:
    codes = calendar.verdict.get("unserved", [])
    if not codes:
        return []
    return list(Unit.objects.filter(code__in=codes, level=Unit.Level.COMMUNE, valid_to=None))


def _broken(calendar: Calendar) -> dict[str, list[str]]:
    broken: dict[str, list[str]] = defaultdict(list)
    for item in calendar.verdict.get("violations", []):
        if item.get("unit"):
            broken[item["unit"]].append(item["rule"])
    return dict(broken)
