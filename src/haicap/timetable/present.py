"""What pages show of a computation: cost, proven bound and gap, as words and as figures of a chart."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from haicap.timetable.models import Calendar
from haicap.timetable.rules.problem import gap_between
from haicap.timetable.texts import TERM_TEXTS

Reading = Mapping[str, int | float | None]
Row = tuple[float, float, float | None]
COST, BOUND = "#12508f", "#d55e00"


def gap_text(gap: float) -> str:
    """Return what a gap means: rounded up, so that the sentence stays true."""
    if gap <= 0:
        return _("No calendar can cost less: this one is proven to be the best.")
    return _("No calendar can be better by more than %(percent)s %%.") % {"percent": percent_text(gap)}


def percent_text(gap: float) -> str:
    """Return a gap in per cent with one decimal, rounded up."""
    return str(number_format(math.ceil(round(gap * 1000, 6)) / 10, decimal_pos=1, use_l10n=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How good a version is proven to be, in points; `gap` as a sentence, empty while nothing is proven."""

    cost: float
    bound: float | None
    gap: str = ""
    percent: str = ""


def proof_of(calendar: Calendar) -> Proof:
    """Return cost, bound and gap of a version."""
    cost = float(calendar.objective.get("total") or 0)
    bound = calendar.objective.get("bound")
    if bound is None:
        return Proof(cost=cost, bound=None)
    gap = gap_between(cost=round(cost * 1000), bound=round(bound * 1000))
    return Proof(cost=cost, bound=bound, gap=gap_text(gap), percent=percent_text(gap))


def terms_chart(terms: Sequence[tuple[object, float]]) -> dict[str, object]:
    """Return the terms of the cost as bars, the largest on top."""
    shown = sorted(((str(label), round(points)) for label, points in terms if points), key=lambda t: t[1])
    return {
        "xAxis": {"type": "value", "splitNumber": 4},
        "yAxis": {"type": "category", "data": [label for label, _points in shown]},
        "series": [{
            "type": "bar", "name": _("Points"), "data": [_bar(points) for _label, points in shown],
            "label": {"show": True, "position": "right"}, "barMaxWidth": 22,
        }],
        "grid": {"left": 8, "right": 56, "top": 8, "bottom": 24, "containLabel": True},
    }  # fmt: skip


def _bar(points: int) -> dict[str, object]:
    return {
        "value": points,
        "label": {"formatter": number_format(points, use_l10n=True, force_grouping=True)},
    }


def terms_of(calendar: Calendar) -> list[tuple[object, float]]:
    """Return the objective of a version, term by term, in points."""
    terms: Mapping[str, float] = calendar.objective.get("terms", {})
    return [(TERM_TEXTS.get(name, name), value) for name, value in terms.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A running computation: its newest figures in points, and cost and bound over time as a chart."""

    seconds: float
    served: int
    units: int
    cost: float
    bound: float | None
    gap: str
    rows: Sequence[Row]
    chart: Mapping[str, object]


def course_of(readings: Sequence[Reading]) -> Course | None:
    """Return how a computation went so far; None before its first figures (costs in thousandths there)."""
    known = [reading for reading in readings if reading.get("cost") is not None]
    if not known:
        return None
    points = [(float(r["at"] or 0), (r["cost"] or 0) / 1000, _points(r.get("bound"))) for r in known]
    last, (seconds, cost, bound) = known[-1], points[-1]
    gap = "" if bound is None else gap_text(gap_between(cost=round(cost * 1000), bound=round(bound * 1000)))
    return Course(
        seconds=seconds,
        served=int(last.get("served") or 0),
        units=int(last.get("units") or 0),
        cost=cost,
        bound=bound,
        gap=gap,
        rows=_thinned(points),
        chart=_course_chart(points),
    )


def _thinned(rows: Sequence[Row], most: int = 7) -> list[Row]:
    """Return at most `most` rows, evenly taken, the newest always among them."""
    step = max(1, math.ceil(len(rows) / most))
    return list(rows[::-1][::step][::-1])


def _points(value: int | float | None) -> float | None:
    return None if value is None else value / 1000


def _course_chart(points: Sequence[Row]) -> dict[str, object]:
    """Draw cost and bound as steps; the first moments may be far off and do not set the scale."""
    lowest = min(min(cost, cost if bound is None else bound) for _at, cost, bound in points)
    highest = min(max(cost for _at, cost, _bound in points), 1.6 * points[-1][1])
    margin = max(1.0, (highest - lowest) * 0.1)
    look = {"type": "line", "step": "end", "showSymbol": False, "animation": False, "clip": True}
    return {
        "animation": False,
        "legend": {"top": 0, "left": 0, "type": "scroll"},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "value", "name": _("seconds"), "nameLocation": "middle", "nameGap": 24},
        "yAxis": {
            "type": "value", "min": math.floor(max(0.0, lowest - margin)), "max": math.ceil(highest + margin),
            "axisLabel": {"showMaxLabel": False},
        },
        "series": [
            {
                **look, "name": _("Cost of the best calendar"), "color": COST,
                "data": [[at, round(cost)] for at, cost, _bound in points],
            },
            {
                **look, "name": _("Proven bound"), "color": BOUND, "lineStyle": {"type": "dashed"},
                "data": [[at, round(bound)] for at, _cost, bound in points if bound is not None],
            },
        ],
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 32, "containLabel": True},
    }  # fmt: skip
