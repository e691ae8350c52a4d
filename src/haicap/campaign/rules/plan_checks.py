"""What must hold between the parts of a plan. Every fault is noted with its file, row and column."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from haicap.campaign.rules.expressions import ExpressionError, FieldSpec, cycle_in, parse, parse_value
from haicap.campaign.rules.language import plain
from haicap.campaign.rules.plan import FieldRow, Plan, Schedule
from haicap.campaign.rules.plan_tables import Faults, Row, codes_in, one_of, unique
from haicap.kernel.periods import WorkingCalendar

TYPES = ("integer", "decimal", "percent", "date", "yes_no", "choice", "multi", "text")
SEVERITIES = ("error", "warning")
DIRECTIONS = ("up", "down", "yes", "earlier", "context")
KINDS = ("city_committee", "department", "party", "front", "centre")
REPORTERS = ("VP", "KT", "VX", "CC", "ĐU", "MT", "CT", "TP")
EVIDENCE = ("D", "L", "S", "P", "M", "F", "C", "I")
CHECKS = ("K1", "K2", "K3", "K4", "K5", "K6")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
CODE = re.compile(r"[A-Z]\d{1,2}[a-z]?\.\d{2}")
_SOME_DAY = date(2025, 7, 15)


def check_plan(plan: Plan, rows: Mapping[str, Sequence[Row]], faults: Faults) -> None:
    """Note every fault of a plan whose tables have been read."""
    _check_head(plan, faults)
    _check_bodies(rows["departments.csv"], faults)
    _check_areas(plan, rows["areas.csv"], faults)
    _check_indicators(plan, rows["indicators.csv"], faults)
    _check_choices(rows["choices.csv"], faults)
    _check_fields(plan, rows["fields.csv"], faults)
    _check_rules(plan, rows["rules.csv"], faults)
    _check_questions(plan, rows["questions.csv"], faults)
    unique(rows["legal.csv"], "code", file="legal.csv", faults=faults)
    unique(rows["holidays.csv"], "date", file="holidays.csv", faults=faults)
    if not any(str(fault.column).startswith("schedule.") for fault in faults.found):
        calendar = calendar_of(plan)
        for key, code, params in schedule_faults(plan.schedule, calendar):
            faults.add("plan.toml", None, f"schedule.{key}", code, **params)


def calendar_of(plan: Plan) -> WorkingCalendar:
    """Return the working days as the plan's special days have them."""
    return WorkingCalendar(
        off=frozenset(day.day for day in plan.special_days if day.kind == "off"),
        makeup=frozenset(day.day for day in plan.special_days if day.kind == "makeup"),
    )


def schedule_faults(
    schedule: Schedule, calendar: WorkingCalendar
) -> list[tuple[str, str, dict[str, object]]]:
    """Return (field, code, params) for a window without working days and for dates out of order."""
    found: list[tuple[str, str, dict[str, object]]] = []
    if schedule.window_end < schedule.window_start:
        found.append(("window_end", "window_backwards", {"start": schedule.window_start}))
    elif (schedule.window_end - schedule.window_start).days > 366:
        found.append(("window_end", "window_too_long", {}))
    elif not calendar.days(schedule.window_start, schedule.window_end):
        found.append(("window_start", "window_without_days", {}))
    orders = (
        ("cutoff", "report_deadline"), ("nomination_deadline", "window_start"),
        ("registration_deadline", "window_start"), ("report_deadline", "window_start"),
    )  # fmt: skip
    for earlier, later in orders:
        if getattr(schedule, earlier) > getattr(schedule, later):
            found.append((earlier, "out_of_order", {"later": later, "day": getattr(schedule, later)}))
    if not 1 <= schedule.team_count <= 200:
        found.append(("team_count", "team_count", {}))
    return found


def _check_head(plan: Plan, faults: Faults) -> None:
    for key in ("code", "title_vi", "title_en"):
        if not getattr(plan, key):
            code = "translation_missing" if key.endswith(("_vi", "_en")) else "setting_missing"
            faults.add("plan.toml", None, f"plan.{key}", code)
    if plan.code and not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,39}", plan.code):
        faults.add("plan.toml", None, "plan.code", "key", value=plan.code)
    known = {body.code for body in plan.bodies}
    for key in ("lead_body", "steering_body", "bridge_bodies"):
        value = plan.settings.get(key, {}).get("value", [])
        for code in [value] if isinstance(value, str) else value:
            if code not in known:
                faults.add("plan.toml", None, f"settings.{key}.value", "body_unknown", value=code)
    for key, setting in plan.settings.items():
        if "label_vi" in setting or ("." not in key and key not in ("stages", "province")):
            _check_setting(key, setting, faults)


def _check_setting(key: str, setting: Mapping[str, Any], faults: Faults) -> None:
    for part in ("value", "mark", "label_vi", "label_en", "source_vi", "source_en"):
        if part not in setting or setting[part] == "":
            code = "translation_missing" if part.endswith(("_vi", "_en")) else "setting_missing"
            faults.add("plan.toml", None, f"settings.{key}.{part}", code)


def _check_bodies(rows: Sequence[Row], faults: Faults) -> None:
    unique(rows, "code", file="departments.csv", faults=faults)
    for row in rows:
        one_of(row, "kind", KINDS, file="departments.csv", faults=faults)


def _check_areas(plan: Plan, rows: Sequence[Row], faults: Faults) -> None:
    known = unique(rows, "code", file="areas.csv", faults=faults)
    bodies = {body.code for body in plan.bodies}
    used = {indicator.area for indicator in plan.indicators}
    for area in plan.areas:
        if area.parent and (area.parent not in known or known[area.parent]["parent"]):
            faults.add("areas.csv", area.row, "parent", "area_unknown", value=area.parent)
        for code in area.leads:
            if code not in bodies:
                faults.add("areas.csv", area.row, "leads", "body_unknown", value=code)
        if not area.parent and not area.leads:
            faults.add("areas.csv", area.row, "leads", "blank")
        if not area.parent and area.code not in used:
            faults.add("areas.csv", area.row, "code", "area_empty", value=area.code)
    levels = plan.settings.get("levels", {}).get("value", [])
    for row in rows:
        one_of(row, "level", levels, file="areas.csv", faults=faults)


def _place_of(row: Row, known: Mapping[str, str], *, file: str, faults: Faults) -> None:
    """Note a fault where area or part is unknown or do not belong together; `known` is {code: parent}."""
    if row["area"] and known.get(row["area"]) != "":
        faults.add(file, row.line, "area", "area_unknown", value=row["area"])
    elif row["part"] and row["part"] != row["area"] and known.get(row["part"]) != row["area"]:
        faults.add(file, row.line, "part", "area_unknown", value=row["part"])


def _check_indicators(plan: Plan, rows: Sequence[Row], faults: Faults) -> None:
    file = "indicators.csv"
    known = {area.code: area.parent for area in plan.areas}
    laws = [law.code for law in plan.legal]
    with_fields = {field.indicator for field in plan.fields}
    unique(rows, "code", file=file, faults=faults)
    for row in rows:
        _place_of(row, known, file=file, faults=faults)
        if row["code"] and not (CODE.fullmatch(row["code"]) and row["code"].startswith(f"{row['part']}.")):
            faults.add(file, row.line, "code", "indicator_code", value=row["code"], part=row["part"])
        elif row["code"] and row["code"] not in with_fields:
            faults.add(file, row.line, "code", "indicator_empty", value=row["code"])
        one_of(row, "direction", DIRECTIONS, file=file, faults=faults)
        codes_in(row, "reported_by", REPORTERS, file=file, faults=faults)
        codes_in(row, "evidence", EVIDENCE, file=file, faults=faults)
        codes_in(row, "verification", CHECKS, file=file, faults=faults)
        codes_in(row, "legal_basis", laws, file=file, faults=faults)


def _check_choices(rows: Sequence[Row], faults: Faults) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        place = (row["list"], row["value"])
        if place in seen:
            faults.add("choices.csv", row.line, "value", "duplicate", value=row["value"], first=seen[place])
        seen.setdefault(place, row.line)
        if not re.fullmatch(r"[A-Za-z0-9_-]+", row["value"]):
            faults.add("choices.csv", row.line, "value", "key", value=row["value"])


def _check_fields(plan: Plan, rows: Sequence[Row], faults: Faults) -> None:
    file = "fields.csv"
    unique(rows, "key", file=file, faults=faults)
    indicators = {indicator.code for indicator in plan.indicators}
    for row in rows:
        one_of(row, "type", TYPES, file=file, faults=faults)
        one_of(row, "required", ("yes", "no"), file=file, faults=faults)
        if row["indicator"] and row["indicator"] not in indicators:
            faults.add(file, row.line, "indicator", "indicator_unknown", value=row["indicator"])
        if row["key"] and not KEY.fullmatch(row["key"]):
            faults.add(file, row.line, "key", "key", value=row["key"])
    for field in plan.fields:
        _check_bounds(field, faults)
        _check_list(field, faults)
    _check_calculations(plan, faults)


def _check_list(field: FieldRow, faults: Faults) -> None:
    takes_list = field.spec.type in ("choice", "multi")
    if takes_list and not field.spec.choices:
        faults.add("fields.csv", field.row, "choices", "list_unknown", value=field.list_name)
    if field.list_name and not takes_list:
        faults.add("fields.csv", field.row, "choices", "list_unused", value=field.spec.type)


def _check_bounds(field: FieldRow, faults: Faults) -> None:
    bounds: list[Any] = []
    kind = "integer" if field.spec.type == "text" else field.spec.type
    for column, text in (("minimum", field.spec.minimum), ("maximum", field.spec.maximum)):
        if not text:
            continue
        try:
            if kind not in ("integer", "decimal", "percent", "date"):
                raise ValueError(text)
            bounds.append(parse_value(type=kind, text=text))
        except ValueError:
            faults.add("fields.csv", field.row, column, "bound", value=text, type=field.spec.type)
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        faults.add("fields.csv", field.row, "maximum", "bounds_crossed")


def _check_calculations(plan: Plan, faults: Faults) -> None:
    specs = {field.spec.key: field.spec for field in plan.fields}
    graph: dict[str, frozenset[str]] = {}
    lines: dict[str, int] = {}
    for field in plan.fields:
        if field.spec.calculation:
            named = _check_expression(
                field.spec.calculation, specs, "fields.csv", field.row, "calculation", faults
            )
            graph[field.spec.key], lines[field.spec.key] = named, field.row
    while cycle := cycle_in(graph):
        faults.add("fields.csv", lines[cycle[0]], "calculation", "cycle", path=" -> ".join(cycle))
        graph = {key: named for key, named in graph.items() if key not in cycle}


def _check_expression(
    text: str, specs: Mapping[str, FieldSpec], file: str, line: int, column: str, faults: Faults
) -> frozenset[str]:
    """Return the known fields an expression names; note what is wrong with it."""
    try:
        expression = parse(text)
    except ExpressionError as error:
        faults.add(file, line, column, "expression", reason=str(error))
        return frozenset()
    for key in sorted(expression.fields - specs.keys()):
        faults.add(file, line, column, "field_unknown", value=key, indicator=_indicator_of(key))
    if not expression.fields:
        faults.add(file, line, column, "expression_without_fields")
    if expression.fields and expression.fields <= specs.keys():
        try:
            expression.evaluate({key: _sample(specs[key]) for key in expression.fields}, today=_SOME_DAY)
        except ExpressionError as error:
            faults.add(file, line, column, "expression", reason=str(error))
        except ZeroDivisionError:
            pass
    return expression.fields & specs.keys()


def _indicator_of(key: str) -> str:
    """Return the indicator code that a field key speaks of, such as A0.04 for a0_04_n."""
    found = re.match(r"([a-z]\d{1,2}[a-z]?)_(\d{2})", key)
    return f"{found[1][0].upper()}{found[1][1:]}.{found[2]}" if found else key


def _sample(spec: FieldSpec) -> Any:
    """Return a value of the field's type, to try an expression on."""
    if spec.type in ("integer", "decimal", "percent"):
        return Decimal(3)
    if spec.type == "date":
        return plain(_SOME_DAY)
    if spec.type in ("choice", "multi"):
        return spec.choices[0]["value"] if spec.choices else "x"
    return "yes" if spec.type == "yes_no" else "x"


def _check_rules(plan: Plan, rows: Sequence[Row], faults: Faults) -> None:
    file = "rules.csv"
    unique(rows, "key", file=file, faults=faults)
    specs = {field.spec.key: field.spec for field in plan.fields}
    indicators = {indicator.code for indicator in plan.indicators}
    for row in rows:
        one_of(row, "severity", SEVERITIES, file=file, faults=faults)
        if row["indicator"] and row["indicator"] not in indicators:
            faults.add(file, row.line, "indicator", "indicator_unknown", value=row["indicator"])
        if row["expression"]:
            _check_expression(row["expression"], specs, file, row.line, "expression", faults)


def _check_questions(plan: Plan, rows: Sequence[Row], faults: Faults) -> None:
    known = {area.code: area.parent for area in plan.areas}
    unique(rows, "key", file="questions.csv", faults=faults)
    for row in rows:
        _place_of(row, known, file="questions.csv", faults=faults)
