"""The live board: units by content areas, counted in a fixed number of queries."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from haicap.campaign.models import Campaign, ContentArea
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.questionnaire.models import Section, UnitReport
from haicap.questionnaire.rules import states
from haicap.register.models import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One area of one unit; `left` is how many indicators are still to answer, None before anything was
    saved."""

    area: ContentArea
    state: str
    late: bool
    left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One unit with all its areas."""

    unit: Unit
    report: str  # state of the report as a whole: not_started where there is none
    late: bool
    saved_at: datetime | None
    cells: tuple[Cell, ...]


def board_units_for(
    *,
    actor: Actor,
    campaign: Campaign,
    district: str = "",
    state: str = "",
    late: bool = False,
    text: str = "",
) -> QuerySet[Unit]:
    """Return the units of the board, filtered by former district (code), area state, lateness and name."""
    actor.must("questionnaire.board:read")
    units = (
        surveyed_units_for(actor=actor, campaign=campaign).select_related("former_district").order_by("code")
    )
    if district:
        units = units.filter(former_district__code=district)
    if text:
        units = units.filter(Q(folded__contains=text) | Q(code=text))
    sections = Section.objects.filter(report__campaign=campaign, report__unit=OuterRef("pk"))
    if state == "not_started":
        started = sections.exclude(state=Section.State.NOT_STARTED)
        units = units.filter(~Exists(sections) | Exists(sections.filter(state=state)) | ~Exists(started))
    elif state:
        units = units.filter(Exists(sections.filter(state=state)))
    if late:
        units = units.filter(_late_units(campaign, sections))
    return units


def _late_units(campaign: Campaign, sections: QuerySet[Section]) -> Q:
    deadline = campaign.report_deadline
    too_late = timezone.make_aware(datetime.combine(deadline + timedelta(days=1), time()))
    came_late = Exists(sections.filter(submitted_at__gte=too_late))
    if timezone.localdate() <= deadline:
        return Q(came_late)
    return Q(came_late) | ~Q(Exists(sections)) | Q(Exists(sections.filter(submitted_at=None)))


def progress_for(
    *, actor: Actor, campaign: Campaign, units: Collection[Unit] | None = None
) -> list[BoardRow]:
    """Return the state of every area for `units`, or for all units `actor` may see (3 queries, and
    one for the units)."""
    actor.must("questionnaire.report:read")
    if units is None:
        units = list(surveyed_units_for(actor=actor, campaign=campaign).order_by("code"))
    areas = list(ContentArea.objects.filter(campaign=campaign).order_by("order"))
    today, deadline = timezone.localdate(), campaign.report_deadline
    reports = {
        row.unit_id: row
        for row in UnitReport.objects.filter(campaign=campaign, unit__in=[unit.pk for unit in units])
        .only("unit", "state", "saved_at")
        .order_by()
    }
    sections = Section.objects.filter(report__campaign=campaign, report__unit__in=[unit.pk for unit in units])
    found = {
        (row.report_id, row.area_id): row
        for row in sections.values_list(
            "report_id", "area_id", "state", "answered", "wanted", "submitted_at", named=True
        ).order_by()
    }
    rows = []
    for unit in units:
        report = reports.get(unit.pk)
        pk = report.pk if report else 0
        cells = tuple(_cell(area, found.get((pk, area.pk)), deadline=deadline, today=today) for area in areas)
        rows.append(
            BoardRow(
                unit=unit,
                report=report.state if report else "not_started",
                late=any(cell.late for cell in cells),
                saved_at=report.saved_at if report else None,
                cells=cells,
            )
        )
    return rows


def _cell(area: ContentArea, section: Any, *, deadline: date, today: date) -> Cell:
    state = section.state if section else Section.State.NOT_STARTED.value
    brought = timezone.localdate(section.submitted_at) if section and section.submitted_at else None
    return Cell(
        area=area,
        state=state,
        late=states.is_late(state=state, submitted_on=brought, deadline=deadline, today=today),
        left=section.wanted - section.answered if section else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardTotals:
    """How many areas of how many units stand where; `by_area` maps an area's code to {state: units}."""

    units: int
    by_area: dict[str, dict[str, int]]
    reports: dict[str, int]
    late_units: int

    @property
    def by_state(self) -> dict[str, int]:
        """Return the number of unit-areas by state."""
        counted: Counter[str] = Counter()
        for states_of_area in self.by_area.values():
            counted.update(states_of_area)
        return {state: counted[state] for state in states.ORDER}


def totals_for(*, actor: Actor, campaign: Campaign) -> BoardTotals:
    """Return the totals of the board over all units `actor` may see (5 queries)."""
    actor.must("questionnaire.report:read")
    units = surveyed_units_for(actor=actor, campaign=campaign)
    count = units.count()
    rows = (
        Section.objects.filter(report__campaign=campaign, report__unit__in=units)
        .values_list("area_id", "state")
        .annotate(number=Count("pk"))
        .order_by()
    )
    codes = dict(ContentArea.objects.filter(campaign=campaign).order_by("order").values_list("pk", "code"))
    by_area = {code: dict.fromkeys(states.ORDER, 0) for code in codes.values()}
    for area_id, state, number in rows:
        by_area[codes[area_id]][state] = number
    for counted in by_area.values():
        counted["not_started"] += count - sum(counted.values())
    reports = dict(
        UnitReport.objects.filter(campaign=campaign, unit__in=units)
        .values_list("state")
        .annotate(number=Count("pk"))
        .order_by()
    )
    reports["not_started"] = count - sum(reports.values())
    sections = Section.objects.filter(report__campaign=campaign, report__unit=OuterRef("pk"))
    late = units.filter(_late_units(campaign, sections)).count()
    return BoardTotals(units=count, by_area=by_area, reports=reports, late_units=late)
