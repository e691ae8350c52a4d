"""Frozen figures as pages show them: lines of tables, chart options, points of the map."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, localize
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from haicap.assessment.models import ConsolidatedReport
from haicap.findings.models import Difficulty
from haicap.findings.rules import LEVELS
from haicap.questionnaire.models import Section

MAPPED = ("integer", "decimal", "percent", "yes_no")


def named(entry: dict[str, Any], name: str) -> str:
    """Return `name`_vi or `name`_en of a frozen entry by the current language."""
    if (get_language() or "vi").startswith("en") and entry.get(f"{name}_en"):
        return str(entry[f"{name}_en"])
    return str(entry[f"{name}_vi"])


def number(text: str | None) -> str:
    """Return a plain decimal as the current language writes it."""
    if text is None:
        return "–"
    value = Decimal(text)
    return str(localize(int(value) if value == value.to_integral_value() else value, use_l10n=True))


def day(text: str | None) -> str:
    """Return 2025-08-05 as the current language writes it."""
    parsed = parse_date(text) if text else None
    return date_format(parsed, "SHORT_DATE_FORMAT") if parsed else "–"


def headline(field: dict[str, Any], side: dict[str, Any]) -> str:
    """Return the one figure that stands for a field over all units."""
    if not side["counted"] and not side.get("rated"):
        return "–"
    match field["type"]:
        case "yes_no":
            return _("%(n)s yes (%(share)s%%)") % {
                "n": side["choices"]["yes"],
                "share": number(side.get("share")),
            }
        case "percent" if field["rate"]:
            return "–" if side.get("share") is None else f"{number(side['share'])}%"
        case "percent":
            return _("median %(n)s") % {"n": f"{number(side['median'])}%"}
        case "choice" | "multi":
            labels = {value: named({"l_vi": vi, "l_en": en}, "l") for value, vi, en in field["choices"]}
            return "; ".join(f"{labels.get(value, value)}: {n}" for value, n in side["choices"].items())
        case "date":
            return f"{day(side.get('first'))} – {day(side.get('last'))}"
        case "text":
            return _("%(n)s units wrote") % {"n": side["counted"]}
    if side.get("total") is not None:
        return number(side["total"])
    return _("median %(n)s") % {"n": number(side.get("median"))}


def _line(field: dict[str, Any]) -> dict[str, Any]:
    sides = []
    for name in ("reported", "verified"):
        side = field[name]
        sides.append(
            {
                "headline": headline(field, side),
                "counted": side.get("rated", 0) if field["rate"] else side["counted"],
                "blank": side["blank"],
                "not_applicable": side["not_applicable"],
                "spread": [
                    number(side.get(m)) for m in ("least", "quarter", "median", "three_quarters", "most")
                ]
                if side.get("median") is not None
                else [],
            }
        )
    return {
        "key": field["key"],
        "label": named(field, "label"),
        "unit": field["unit"],
        "sides": sides,
        "differs": field["differs"],
        "is_mapped": field["type"] in MAPPED,
        "url": reverse("questionnaire:field", args=[field["key"]]),
    }


def area_lines(area: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the indicators of an area with the lines of their fields."""
    return [
        {
            "code": indicator["code"],
            "name": named(indicator, "name"),
            "lines": [_line(field) for field in indicator["fields"]],
        }
        for indicator in area["indicators"]
        if indicator["fields"]
    ]


def coverage_chart(report: ConsolidatedReport) -> dict[str, Any]:
    """Return units by area and state as a stacked chart."""
    areas = report.data["coverage"]["areas"]
    colours = {
        "not_started": "#c8ccd3", "drafting": "#e9c46a", "submitted": "#6aa5dc", "returned": "#d9822b",
        "accepted": "#5bb08a", "verified": "#1f7a4d",
    }  # fmt: skip
    return {
        "legend": {"top": 0, "left": 0},
        "grid": {"top": 60, "left": 8, "right": 16, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [area["code"] for area in areas]},
        "yAxis": {"type": "value"},
        "series": [
            {
                "name": str(STATE_LABELS[state]),
                "type": "bar",
                "stack": "units",
                "itemStyle": {"color": colour},
                "data": [area["states"].get(state, 0) for area in areas],
            }
            for state, colour in colours.items()
        ],
    }


STATE_LABELS = {
    Section.State.NOT_STARTED.value: gettext_lazy("Not started"),
    Section.State.DRAFTING.value: gettext_lazy("Drafting"),
    Section.State.SUBMITTED.value: gettext_lazy("Submitted"),
    Section.State.RETURNED.value: gettext_lazy("Returned"),
    Section.State.ACCEPTED.value: gettext_lazy("Accepted"),
    Section.State.VERIFIED.value: gettext_lazy("Verified"),
}


def coverage_lines(report: ConsolidatedReport) -> list[dict[str, Any]]:
    """Return the same as lines of a table."""
    return [
        {
            "code": area["code"],
            "name": named(area, "name"),
            "counts": [area["states"].get(state, 0) for state in STATE_LABELS],
        }
        for area in report.data["coverage"]["areas"]
    ]


def difficulty_chart(report: ConsolidatedReport) -> dict[str, Any]:
    """Return difficulties by group and level as a stacked chart."""
    rows = report.data["difficulties"]["matrix"]
    groups = dict(Difficulty.Group.choices)
    return {
        "legend": {"top": 0, "left": 0},
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "inverse": True, "data": [str(groups[row["group"]]) for row in rows]},
        "series": [
            {
                "name": str(Difficulty.Level(level).label),
                "type": "bar",
                "stack": "all",
                "data": [
                    {
                        "value": row["counts"][index],
                        "url": f"{reverse('findings:difficulties')}?counted=1&group={row['group']}&level={level}",
                    }
                    for row in rows
                ],
            }
            for index, level in enumerate(LEVELS)
        ],
    }


def difficulty_lines(report: ConsolidatedReport) -> dict[str, Any]:
    """Return difficulties by group and level as a table whose numbers lead to their lists."""
    base = reverse("findings:difficulties")
    groups = dict(Difficulty.Group.choices)
    found = report.data["difficulties"]
    return {
        "levels": [Difficulty.Level(level).label for level in LEVELS],
        "rows": [
            {
                "label": groups[row["group"]],
                "cells": [
                    (count, f"{base}?counted=1&group={row['group']}&level={level}")
                    for count, level in zip(row["counts"], LEVELS, strict=True)
                ],
                "total": row["total"],
            }
            for row in found["matrix"]
        ],
        "totals": found["totals"],
    }


def _short(label: str) -> str:
    """Return a rate's label without the word that says it is one."""
    return label.partition(": ")[2] or label


def share_chart(area: dict[str, Any]) -> dict[str, Any] | None:
    """Return the percents of an area, reported and verified side by side; None where it has none."""
    chosen = [
        (f"{indicator['code']} {_short(named(field, 'label'))}", field)
        for indicator in area["indicators"]
        for field in indicator["fields"]
        if field["type"] in ("percent", "yes_no") and field["reported"].get("share") is not None
    ]
    fields = [field for _label, field in chosen]
    if not fields:
        return None
    return {
        "legend": {"top": 0, "left": 0},
        "xAxis": {"type": "value", "max": 100},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [label for label, _field in chosen],
            "axisLabel": {"width": 170, "overflow": "truncate"},
        },
        "series": [
            {
                "name": str(label),
                "type": "bar",
                "data": [
                    {
                        "value": float(field[side]["share"])
                        if field[side].get("share") is not None
                        else None,
                        "url": reverse("questionnaire:field", args=[field["key"]]),
                    }
                    for field in fields
                ],
            }
            for side, label in (("reported", _("Reported")), ("verified", _("Verified")))
        ],
    }


def proposals(report: ConsolidatedReport) -> list[dict[str, Any]]:
    """Return the accepted proposals with their day as the current language writes it."""
    records = report.data["difficulties"]["records"]
    return [row | {"due": day(row["due"])} for row in records if row["state"] in ("accepted", "resolved")]


def map_choices(report: ConsolidatedReport) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the fields that can be shown on the map, by area."""
    return [
        (
            f"{area['code']} · {named(area, 'name')}",
            [
                (field["key"], f"{indicator['code']} {named(field, 'label')}")
                for indicator in area["indicators"]
                for field in indicator["fields"]
                if field["type"] in MAPPED
            ],
        )
        for area in report.data["areas"]
    ]


def map_points(report: ConsolidatedReport, *, key: str, side: str) -> dict[str, Any]:
    """Return the units with their frozen value of a field; a blank or not applicable one has none."""
    column = report.figures.get(key, {}).get(side, [])
    field = next(
        (
            f
            for area in report.data["areas"]
            for i in area["indicators"]
            for f in i["fields"]
            if f["key"] == key
        ),
        None,
    )
    points = []
    for unit, value in zip(report.data["units"], column, strict=False):
        if unit["lat"] is None:
            continue
        points.append(
            {
                "code": unit["code"],
                "name": unit["name"],
                "lat": unit["lat"],
                "lon": unit["lon"],
                "value": _mapped(value),
                "url": reverse("questionnaire:figure", args=[unit["code"], key]),
            }
        )
    title = named(field, "label") if field else ""
    return {
        "points": points,
        "boundaries_url": None,
        "legend": {"title": title, "unit": field["unit"] if field else ""},
    }


def _mapped(value: str | bool | None) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    if value in ("yes", "no"):
        return float(value == "yes")
    try:
        return float(value)
    except ValueError:
        return None
