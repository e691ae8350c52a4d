"""Figures of bodies as chart options; every chart stands beside a table that says the same."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from haicap.onestop.queries.evidence import BodyEvidence
from haicap.onestop.rules.figures import Counts
from haicap.onestop.rules.index766 import ItemResult

GREEN, RED, BLUE, ORANGE, GREY = "#1f7a4d", "#b3261e", "#6aa5dc", "#d9822b", "#c8ccd3"
MOST = 15
_GRID = {"top": 48, "left": 8, "right": 24, "bottom": 8, "containLabel": True}


def _bars(names: Sequence[str], series: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0, "left": 0},
        "grid": _GRID,
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "inverse": True, "data": list(names)},
        "series": list(series),
    }


def _stack(name: str, colour: str, data: list[int]) -> dict[str, Any]:
    return {"name": name, "type": "bar", "stack": "all", "color": colour, "data": data}


def work_chart(rows: Sequence[BodyEvidence]) -> dict[str, Any] | None:
    """Return what became of the dossiers of the bodies with most of them; None where there are none."""
    shown = sorted((row for row in rows if row.main.handled), key=lambda row: -row.main.handled)[:MOST]
    if not shown:
        return None

    def of(name: str) -> list[int]:
        return [int(getattr(row.main, name)) for row in shown]

    return _bars(
        [str(row.body) for row in shown],
        [
            _stack(_("Resolved on time"), GREEN, of("resolved_on_time")),
            _stack(_("Resolved late"), RED, of("resolved_late")),
            _stack(_("In progress, in time"), BLUE, of("running_in_time")),
            _stack(_("In progress, overdue"), ORANGE, of("running_overdue")),
            _stack(_("Refused, withdrawn or stopped"), GREY, of("closed")),
        ],
    )


def share_chart(rows: Sequence[BodyEvidence]) -> dict[str, Any] | None:
    """Return both on-time shares of the bodies with most dossiers, side by side."""
    shown = sorted((row for row in rows if row.main.handled), key=lambda row: -row.main.handled)[:MOST]
    if not shown:
        return None

    def percents(name: str) -> list[float | None]:
        found = [getattr(row.main, name).percent for row in shown]
        return [None if value is None else float(value) for value in found]

    return _bars(
        [str(row.body) for row in shown],
        [
            {"name": _("% of resolved"), "type": "bar", "color": GREEN,
             "data": percents("on_time_of_resolved")},
            {"name": _("% of received"), "type": "bar", "color": BLUE,
             "data": percents("on_time_of_received")},
        ],
    )  # fmt: skip


def books_chart(counts: Counts) -> dict[str, Any] | None:
    """Return one body's dossiers: what it began with and what became of them."""
    if not counts.handled:
        return None
    begun = [
        (_("Carried over from before"), GREY, counts.carried_over),
        (_("Received"), BLUE, counts.received),
    ]
    ended = [
        (_("Resolved on time"), GREEN, counts.resolved_on_time),
        (_("Resolved late"), RED, counts.resolved_late),
        (_("In progress, in time"), "#9ccfb4", counts.running_in_time),
        (_("In progress, overdue"), ORANGE, counts.running_overdue),
        (_("Refused, withdrawn or stopped"), "#8a919c", counts.closed),
    ]
    series = [_stack(name, colour, [number, 0]) for name, colour, number in begun]
    series += [_stack(name, colour, [0, number]) for name, colour, number in ended]
    return _bars([_("Came in"), _("Became of them")], series)


def gap_chart(items: Sequence[tuple[str, ItemResult]]) -> dict[str, Any] | None:
    """Return what each item lacks to its full points, the largest gap first."""
    gaps = sorted(((name, one.of - one.points, one.points) for name, one in items), key=lambda row: -row[1])
    shown = [row for row in gaps if row[1] > Decimal(0)][:MOST]
    if not shown:
        return None
    return _bars(
        [name for name, _gap, _points in shown],
        [
            {"name": _("Points won"), "type": "bar", "stack": "all", "color": GREY,
             "data": [float(points) for _name, _gap, points in shown]},
            {"name": _("Points missing"), "type": "bar", "stack": "all", "color": ORANGE,
             "data": [float(gap) for _name, gap, _points in shown]},
        ],
    )  # fmt: skip


def score_chart(rows: Sequence[tuple[str, Decimal]]) -> dict[str, Any] | None:
    """Return the scores of bodies, the best first."""
    if not rows:
        return None
    return _bars(
        [name for name, _score in rows[:MOST]],
        [{"name": _("Score out of 100"), "type": "bar", "color": BLUE,
          "data": [float(score) for _name, score in rows[:MOST]]}],
    )  # fmt: skip
