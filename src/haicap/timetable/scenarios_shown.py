"""Scenarios made ready to be shown: columns, lines, charts, one in detail, a workbook."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from haicap.campaign.queries import surveyed_units_for
from haicap.documents import workbook
from haicap.kernel.access import Actor
from haicap.timetable.models import Scenario
from haicap.timetable.queries.scenarios import BASE, SWEEP, Comparison, kind_of
from haicap.timetable.rules.scenarios import MEASURES, Change, Line, Measure, value_of
from haicap.timetable.texts import REASON_TEXTS
from haicap.timetable.texts_scenarios import (
    MEASURE_TEXTS,
    UNIT_TEXTS,
    base_name,
    change_parts,
    change_text,
    sweep_text,
)


def name_of(row: Scenario) -> str:
    """Return the name as shown: what nobody named is called in the language of the page."""
    if kind_of(row) == BASE:
        return base_name()
    if row.changes.get("named", True):
        return row.name
    if kind_of(row) == SWEEP:
        return sweep_text(row.changes["first"], row.changes["last"], change_of(row))
    return change_text(change_of(row))


def change_of(row: Scenario) -> Change:
    """Return what a row changes."""
    return Change.from_data(row.changes.get("change", {}))


def _computed(row: Scenario) -> datetime | None:
    told = row.result.get("computed_at")
    return parse_datetime(told) if told else None


def _parts_beside(row: Scenario) -> list[str]:
    """Return what a row changes, nothing where its name says so already."""
    change = change_of(row)
    return [] if name_of(row) == change_text(change) else change_parts(change)


def waiting(found: Comparison) -> list[dict[str, Any]]:
    """Return the rows without a result, each with its computation if that is under way or failed."""
    return [{"row": row, "name": name_of(row), "job": found.jobs.get(row.pk)} for row in found.waiting]


def sweeps(found: Comparison) -> list[dict[str, Any]]:
    """Return the rows of numbers of teams, newest first, with their names."""
    return [{"row": row, "name": name_of(row)} for row in found.sweeps]


def columns(found: Comparison) -> list[dict[str, Any]]:
    """Return the heading of each scenario computed."""
    return [
        {
            "row": row,
            "name": name_of(row),
            "base": row == found.base,
            "parts": _parts_beside(row),
            "stale": row.pk in found.stale,
            "units": row.result["outcome"]["units"],
            "broken": row.result["outcome"]["broken"],
        }
        for row in found.columns
    ]


def lines(found: Iterable[Line]) -> list[dict[str, Any]]:
    """Return each measure with its label, and its cells with the format to show them in."""
    return [
        {
            "key": line.measure.key,
            "label": MEASURE_TEXTS[line.measure.key],
            "format": f"{line.measure.places}g",
            "cells": line.cells,
        }
        for line in found
    ]


def _charted() -> list[Measure]:
    return [measure for measure in MEASURES if measure.chart]


def charts(row: Scenario, *, team_count: int | None) -> list[dict[str, Any]]:
    """Return a chart of each measure against the number of teams; that of now is marked larger."""
    outcomes: list[Mapping[str, Any]] = row.result.get("outcomes", [])
    return [
        {
            "id": f"scenario-{measure.key}",
            "label": MEASURE_TEXTS[measure.key],
            "option": _option(measure, outcomes, team_count),
        }
        for measure in _charted()
    ]


def _option(measure: Measure, outcomes: list[Mapping[str, Any]], now: int | None) -> dict[str, Any]:
    """Return the ECharts option: numbers of teams along, the measure up."""
    unit = str(UNIT_TEXTS[measure.figure])
    points = []
    for told in outcomes:
        here = told["teams"] == now
        points.append({
            "value": value_of(told, measure),
            "symbol": "diamond" if here else "circle",
            "symbolSize": 16 if here else 7,
        })  # fmt: skip
    return {
        "grid": {"left": 8, "right": 16, "top": 28, "bottom": 24, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "category", "data": [str(told["teams"]) for told in outcomes], "name": _("teams"),
            "nameLocation": "middle", "nameGap": 24,
        },
        "yAxis": {"type": "value", "name": unit, "scale": True, "minInterval": 1 if not measure.places else 0},
        "series": [{"name": str(MEASURE_TEXTS[measure.key]), "type": "line", "data": points}],
    }  # fmt: skip


def sweep_table(row: Scenario) -> dict[str, Any]:
    """Return the same figures as a table: a column for each number of teams, a line for each measure."""
    outcomes: list[Mapping[str, Any]] = row.result.get("outcomes", [])
    return {
        "teams": [told["teams"] for told in outcomes],
        "lines": [
            {
                "label": MEASURE_TEXTS[measure.key],
                "format": f"{measure.places}g",
                "cells": [value_of(told, measure) for told in outcomes],
            }
            for measure in MEASURES
        ],
    }


def page_of_scenario(*, actor: Actor, row: Scenario) -> dict[str, Any]:
    """Return what the page of one scenario shows (one query for the units it names)."""
    outcome: Mapping[str, Any] = row.result.get("outcome", {})
    reasons: Mapping[str, str] = outcome.get("unserved", {})
    online: list[str] = outcome.get("online_units", [])
    units = surveyed_units_for(actor=actor, campaign=row.campaign).filter(code__in=[*reasons, *online])
    by_code = {unit.code: unit for unit in units} if reasons or online else {}
    change = change_of(row)
    return {
        "row": row,
        "name": name_of(row),
        "is_base": kind_of(row) == BASE,
        "is_sweep": kind_of(row) == SWEEP,
        "outcome": outcome,
        "parts": _parts_beside(row),
        "computed_at": _computed(row),
        "left_out": [(by_code[c], REASON_TEXTS.get(r, r)) for c, r in reasons.items() if c in by_code],
        "online": [by_code[code] for code in online if code in by_code],
        "steps": use_steps(change),
    }


def use_steps(change: Change) -> list[dict[str, str]]:
    """Return what to change, and where, to make a scenario the plan: text, address, label of the link."""
    steps = []
    plan = (reverse("campaign:settings"), _("Settings of the plan"))
    if change.teams is not None:
        text = _("Form %(count)s teams with a head and enough members each.") % {"count": change.teams}
        steps.append((text, reverse("campaign:teams"), _("Survey teams")))
    if change.start is not None or change.days is not None:
        told = change_text(Change(start=change.start, days=change.days))
        text = _("Set the first and the last day of the visits (%(change)s), and tell the units.") % {
            "change": told
        }
        steps.append((text, *plan))
    if change.online_percent is not None:
        text = _(
            "Agree with the units listed below that they are surveyed online, and have them register so."
        )
        steps.append((text, reverse("campaign:registrations"), _("Registrations")))
    if change.visit_minutes is not None:
        text = _("Set the length of a visit (timetable_visit_minutes) to %(minutes)s in the plan's file.")
        steps.append((text % {"minutes": change.visit_minutes}, reverse("campaign:plan"), _("The plan")))
    timed = {
        name: value
        for name in ("half_day_minutes", "two_visits_minutes", "lunch_minutes")
        if (value := getattr(change, name)) is not None
    }
    if timed:
        text = _("Compute the calendar with: %(change)s.") % {"change": change_text(Change(**timed))}
        query = "&".join(f"{name}={value}" for name, value in timed.items())
        steps.append((text, f"{reverse('timetable:solve')}?{query}", _("Compute the calendar")))
    elif steps:
        text = _("Then have the calendar computed.")
        steps.append((text, reverse("timetable:solve"), _("Compute the calendar")))
    return [{"text": text, "url": url, "label": label} for text, url, label in steps]


def table_xlsx(*, found: Comparison, sample: bool, made_at: datetime) -> bytes:
    """Return the comparison, and each row of numbers of teams, as a workbook."""
    sheets = [_compared_sheet(found), *(_sweep_sheet(row) for row in found.sweeps)]
    book = workbook.Book(
        title=_("Scenarios of the visit calendar"), sheets=tuple(sheets), made_at=made_at, sample=sample
    )
    return workbook.build(book=book)


def _measure_columns() -> tuple[workbook.Column, ...]:
    return tuple(
        workbook.Column(
            label=str(MEASURE_TEXTS[measure.key]), kind="decimal" if measure.places else "integer", width=16
        )
        for measure in MEASURES
    )


def _figures(told: Mapping[str, Any]) -> tuple[float | None, ...]:
    return tuple(value_of(told, measure) for measure in MEASURES)


def _compared_sheet(found: Comparison) -> workbook.Sheet:
    return workbook.Sheet(
        name=_("Scenarios"),
        title=_("Scenarios of the visit calendar"),
        columns=(
            workbook.Column(label=_("Scenario"), width=30),
            workbook.Column(label=_("What changes"), width=40),
            *_measure_columns(),
        ),
        rows=tuple(
            (name_of(row), ", ".join(change_parts(change_of(row))), *_figures(row.result["outcome"]))
            for row in found.columns
        ),
        fixed_columns=1,
    )


def _sweep_sheet(row: Scenario) -> workbook.Sheet:
    return workbook.Sheet(
        name=name_of(row),
        title=name_of(row),
        columns=(workbook.Column(label=_("Number of teams"), kind="integer", width=10), *_measure_columns()),
        rows=tuple((told["teams"], *_figures(told)) for told in row.result.get("outcomes", [])),
        fixed_columns=1,
    )
