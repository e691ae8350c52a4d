"""From the files of a plan to a Plan, or to all its faults."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from haicap.campaign.rules.expressions import FieldSpec, RuleSpec
from haicap.campaign.rules.plan import (
    SCHEDULE_DATES,
    AreaRow,
    BodyRow,
    FieldRow,
    IndicatorRow,
    LegalRow,
    Plan,
    PlanFault,
    QuestionRow,
    RuleRow,
    Schedule,
    SpecialDayRow,
)
from haicap.campaign.rules.plan_checks import check_plan
from haicap.campaign.rules.plan_tables import Faults, Row, Shape, day_of, one_of, read_table, text_of, whole

BODIES = Shape(
    name="departments.csv",
    columns=("code", "kind", "name_vi", "name_en", "mark"),
    filled=("code", "kind", "name_vi", "name_en", "mark"),
)
AREAS = Shape(
    name="areas.csv",
    columns=(
        "code", "parent", "name_vi", "name_en", "leads", "min_members", "level", "posts", "post_note_vi",
        "post_note_en", "mark",
    ),
    filled=("code", "name_vi", "name_en", "mark"),
)  # fmt: skip
INDICATORS = Shape(
    name="indicators.csv",
    columns=(
        "area", "part", "code", "name_vi", "name_en", "type_unit", "unit", "reported_by", "evidence",
        "verification", "direction", "legal_basis", "rule_text", "note_vi", "note_en", "mark",
    ),
    filled=("area", "part", "code", "name_vi", "name_en", "direction", "legal_basis", "mark"),
)  # fmt: skip
FIELDS = Shape(
    name="fields.csv",
    columns=(
        "indicator", "key", "label_vi", "label_en", "type", "unit", "required", "minimum", "maximum",
        "choices", "calculation",
    ),
    filled=("indicator", "key", "label_vi", "label_en", "type", "required"),
)  # fmt: skip
CHOICES = Shape(
    name="choices.csv",
    columns=("list", "value", "label_vi", "label_en"),
    filled=("list", "value", "label_vi", "label_en"),
)
RULES = Shape(
    name="rules.csv",
    columns=("indicator", "key", "severity", "expression", "message_vi", "message_en"),
    filled=("indicator", "key", "severity", "expression", "message_vi", "message_en"),
)
QUESTIONS = Shape(
    name="questions.csv",
    columns=("area", "part", "number", "key", "text_vi", "text_en", "mark"),
    filled=("area", "part", "number", "key", "text_vi", "text_en", "mark"),
)
LEGAL = Shape(
    name="legal.csv",
    columns=("code", "title_vi", "title_en", "mark"),
    filled=("code", "title_vi", "title_en", "mark"),
)
HOLIDAYS = Shape(
    name="holidays.csv", columns=("date", "kind", "name", "mark"), filled=("date", "kind", "name", "mark")
)
TABLES = (BODIES, AREAS, INDICATORS, FIELDS, CHOICES, RULES, QUESTIONS, LEGAL, HOLIDAYS)
TOML = "plan.toml"
FILES = (TOML, *(shape.name for shape in TABLES))


def read_plan(files: Mapping[str, bytes]) -> tuple[Plan | None, list[PlanFault]]:
    """Read and judge a plan given as {file name: bytes}.

    Returns the plan and no fault, or None and every fault found, in the order of the files.
    """
    faults = Faults()
    rows = {shape.name: read_table(files, shape, faults) for shape in TABLES}
    head = _toml(files, faults)
    bodies = tuple(_body(row) for row in rows[BODIES.name])
    special_days = _special_days(rows[HOLIDAYS.name], faults)
    choices = _choices(rows[CHOICES.name])
    plan = Plan(
        code=_text(head, "plan", "code"),
        title_vi=_text(head, "plan", "title_vi"),
        title_en=_text(head, "plan", "title_en"),
        number=_text(head, "plan", "number"),
        issued_on=_issued_on(head, faults),
        schedule=_schedule(head, faults),
        settings=_settings(head),
        bodies=bodies,
        areas=tuple(_area(row, faults) for row in rows[AREAS.name]),
        indicators=tuple(_indicator(row) for row in rows[INDICATORS.name]),
        fields=tuple(_field(row, choices) for row in rows[FIELDS.name]),
        rules=tuple(_rule(row) for row in rows[RULES.name]),
        questions=tuple(_question(row, faults) for row in rows[QUESTIONS.name]),
        legal=tuple(_legal(row) for row in rows[LEGAL.name]),
        special_days=special_days,
        digest=digest_of(files),
    )
    check_plan(plan, rows, faults)
    order = {name: place for place, name in enumerate(FILES)}
    found = sorted(faults.found, key=lambda fault: (order.get(fault.file, 99), fault.row or 0))
    return (None if found else plan), found


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the plan's files, names and bytes."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(name.encode() + b"\0" + files.get(name, b"") + b"\0")
    return digest.hexdigest()


def _toml(files: Mapping[str, bytes], faults: Faults) -> dict[str, Any]:
    if TOML not in files:
        faults.add(TOML, None, None, "file_missing")
        return {}
    text = text_of(files[TOML], name=TOML, faults=faults)
    if text is None:
        return {}
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        faults.add(TOML, int(line[1]) if line else None, None, "toml", reason=str(error))
        return {}


def _text(head: Mapping[str, Any], section: str, key: str) -> str:
    return str(head.get(section, {}).get(key, "")).strip()


def _issued_on(head: Mapping[str, Any], faults: Faults) -> date | None:
    value = head.get("plan", {}).get("issued_on", "")
    return day_of(value, file=TOML, line=None, column="plan.issued_on", faults=faults) if value else None


def _schedule(head: Mapping[str, Any], faults: Faults) -> Schedule:
    """Return the schedule; a date that is missing or wrong has a fault and stands as date.min."""
    given = head.get("schedule", {})
    days: dict[str, date] = {}
    for key in SCHEDULE_DATES:
        column = f"schedule.{key}"
        if key not in given:
            faults.add(TOML, None, column, "setting_missing")
            days[key] = date.min
        else:
            days[key] = day_of(given[key], file=TOML, line=None, column=column, faults=faults) or date.min
    teams = given.get("team_count")
    if not isinstance(teams, int) or isinstance(teams, bool) or teams < 1:
        faults.add(TOML, None, "schedule.team_count", "not_whole", value=teams, least=1)
        teams = 1
    return Schedule(stage=str(given.get("stage", "")), team_count=teams, **days)


def _settings(head: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    settings: dict[str, Mapping[str, Any]] = {
        str(key): dict(value) for key, value in head.get("settings", {}).items()
    }
    for key, source in head.get("schedule", {}).get("sources", {}).items():
        settings[f"schedule.{key}"] = dict(source)
    settings["stages"] = {"value": head.get("stages", [])}
    settings["province"] = {"value": _text(head, "plan", "province")}
    return settings


def _body(row: Row) -> BodyRow:
    return BodyRow(
        row=row.line, code=row["code"], kind=row["kind"], name_vi=row["name_vi"], name_en=row["name_en"],
        mark=row["mark"],
    )  # fmt: skip


def _area(row: Row, faults: Faults) -> AreaRow:
    return AreaRow(
        row=row.line,
        code=row["code"],
        parent=row["parent"],
        name_vi=row["name_vi"],
        name_en=row["name_en"],
        leads=tuple(filter(None, (code.strip() for code in row["leads"].split(";")))),
        min_members=whole(row, "min_members", file=AREAS.name, faults=faults, least=1, default=1),
        composition={
            "level": row["level"],
            "posts": [post.strip() for post in row["posts"].split(";") if post.strip()],
            "note_vi": row["post_note_vi"],
            "note_en": row["post_note_en"],
        },
        mark=row["mark"],
    )


def _indicator(row: Row) -> IndicatorRow:
    kept = {key: row[key] for key in INDICATORS.columns if key != "type_unit"}
    return IndicatorRow(row=row.line, **kept)


def _choices(rows: list[Row]) -> dict[str, tuple[Mapping[str, str], ...]]:
    lists: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        lists.setdefault(row["list"], []).append({key: row[key] for key in ("value", "label_vi", "label_en")})
    return {name: tuple(values) for name, values in lists.items()}


def _field(row: Row, choices: Mapping[str, tuple[Mapping[str, str], ...]]) -> FieldRow:
    return FieldRow(
        row=row.line,
        indicator=row["indicator"],
        label_vi=row["label_vi"],
        label_en=row["label_en"],
        unit=row["unit"],
        list_name=row["choices"],
        spec=FieldSpec(
            key=row["key"],
            type=row["type"],
            required=row["required"] == "yes",
            minimum=row["minimum"],
            maximum=row["maximum"],
            choices=choices.get(row["choices"], ()),
            calculation=row["calculation"],
        ),
    )


def _rule(row: Row) -> RuleRow:
    return RuleRow(
        row=row.line,
        indicator=row["indicator"],
        message_vi=row["message_vi"],
        message_en=row["message_en"],
        spec=RuleSpec(key=row["key"], severity=row["severity"], expression=row["expression"]),
    )


def _question(row: Row, faults: Faults) -> QuestionRow:
    number = whole(row, "number", file=QUESTIONS.name, faults=faults, least=1)
    kept = {key: row[key] for key in QUESTIONS.columns if key != "number"}
    return QuestionRow(row=row.line, number=number, **kept)


def _legal(row: Row) -> LegalRow:
    return LegalRow(row=row.line, **{key: row[key] for key in LEGAL.columns})


def _special_days(rows: list[Row], faults: Faults) -> tuple[SpecialDayRow, ...]:
    found = []
    for row in rows:
        day = day_of(row["date"], file=HOLIDAYS.name, line=row.line, column="date", faults=faults)
        kind = one_of(row, "kind", ("off", "makeup"), file=HOLIDAYS.name, faults=faults)
        if day is not None:
            found.append(SpecialDayRow(row=row.line, day=day, kind=kind, name=row["name"], mark=row["mark"]))
    return tuple(found)
