"""Reading a catalogue of procedures: four tables in, versions of procedures out, or every fault by its place."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

PROCEDURES, PAPERS, FEES, STEPS = "procedures", "procedure_papers", "procedure_fees", "procedure_steps"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    PROCEDURES: (
        "code", "valid_from", "valid_to", "name_vi", "name_en", "field", "level", "competent", "competent_body",
        "limit_value", "limit_unit", "same_day", "online", "non_territorial", "legal_basis", "source", "mark",
    ),
    PAPERS: ("procedure", "code", "name_vi", "name_en", "copies", "original", "note", "mark"),
    FEES: ("procedure", "channel", "amount", "text", "mark"),
    STEPS: ("procedure", "code", "name_vi", "name_en", "role", "hours", "mark"),
}  # fmt: skip
CHOICES: Mapping[str, tuple[str, ...]] = {
    "level": ("commune", "city"),
    "competent": ("address", "land", "department", "delegated", "chosen"),
    "limit_unit": ("working_hours", "working_days", "days"),
    "online": ("none", "part", "full"),
    "channel": ("direct", "online", "post"),
}
WITH_BODY = frozenset({"department", "delegated"})
LONGEST_LIMIT = 2000
LONGEST: Mapping[str, int] = {
    "code": 60, "name_vi": 500, "name_en": 500, "field": 200, "legal_basis": 4000, "source": 300, "mark": 100,
    "note": 500, "text": 2000, "role": 40,
}  # fmt: skip
CODE = re.compile(r"^\d\.\d{6}(\.[0-9A-Z.]{1,11})?$")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its number in the file and its cells by column."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A fault: table, row (None: the whole table), column, and a stable code."""

    table: str
    row: int | None
    column: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A version of a procedure as written; fields as in `models.ProcedureVersion`, the body by its code."""

    line: int
    code: str
    valid_from: date
    valid_to: date | None
    competent_body: str
    values: Mapping[str, Any]
    papers: tuple[Mapping[str, Any], ...] = ()
    fees: tuple[Mapping[str, Any], ...] = ()
    steps: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True)
class _Reading:
    faults: list[Wrong] = field(default_factory=list)

    def wrong(self, table: str, line: Line, column: str, code: str) -> None:
        self.faults.append(Wrong(table=table, row=line.number, column=column, code=code))

    def choice(self, table: str, line: Line, column: str) -> str:
        value = line[column]
        if value not in CHOICES[column]:
            self.wrong(table, line, column, "catalogue.choice" if value else "catalogue.empty")
        return value

    def day(self, line: Line, column: str, *, needed: bool) -> date | None:
        if not line[column]:
            if needed:
                self.wrong(PROCEDURES, line, column, "catalogue.empty")
            return None
        try:
            return date.fromisoformat(line[column][:10])
        except ValueError:
            self.wrong(PROCEDURES, line, column, "catalogue.date")
            return None

    def whole(self, table: str, line: Line, column: str, *, most: int) -> int:
        text = line[column]
        if not (text.isascii() and text.isdecimal() and int(text) <= most):
            self.wrong(table, line, column, "catalogue.number")
            return 0
        return int(text)

    def yes(self, table: str, line: Line, column: str) -> bool:
        if line[column] not in ("yes", "no", ""):
            self.wrong(table, line, column, "catalogue.yes_no")
        return line[column] == "yes"

    def text(self, table: str, line: Line, column: str) -> str:
        if not line[column]:
            self.wrong(table, line, column, "catalogue.empty")
        return line[column]


def read(*, tables: Mapping[str, Sequence[Line]]) -> tuple[list[VersionRow], list[Wrong]]:
    """Return the versions that four tables hold, and all that is wrong with them; use the first only without faults."""
    reading = _Reading()
    for table, lines in tables.items():
        for line in lines:
            _lengths(reading, table, line)
    codes = {line["code"] for line in tables.get(PROCEDURES, ())}
    papers = _details(reading, tables.get(PAPERS, ()), PAPERS, codes)
    fees = _details(reading, tables.get(FEES, ()), FEES, codes)
    steps = _details(reading, tables.get(STEPS, ()), STEPS, codes)
    rows = [
        _version(reading, line, papers, fees, steps)
        for line in tables.get(PROCEDURES, ())
        if any(line.cells.values())
    ]
    if not rows:
        reading.faults.append(Wrong(table=PROCEDURES, row=None, column="code", code="catalogue.nothing"))
    _overlaps(reading, rows)
    return rows, reading.faults


def _lengths(reading: _Reading, table: str, line: Line) -> None:
    for column, most in LONGEST.items():
        if len(line[column]) > most:
            reading.wrong(table, line, column, "catalogue.long")


def _details(
    reading: _Reading, lines: Sequence[Line], table: str, codes: set[str]
) -> Mapping[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for line in lines:
        if not any(line.cells.values()):
            continue
        if line["procedure"] not in codes:
            reading.wrong(table, line, "procedure", "catalogue.no_procedure")
        row = _DETAIL[table](reading, line)
        key = "channel" if table == FEES else "code"
        if any(other[key] == row[key] for other in found[line["procedure"]]):
            reading.wrong(table, line, key, "catalogue.twice")
        found[line["procedure"]].append(row)
    return found


def _paper(reading: _Reading, line: Line) -> Mapping[str, Any]:
    return {
        "code": reading.text(PAPERS, line, "code"),
        "name_vi": reading.text(PAPERS, line, "name_vi"),
        "name_en": line["name_en"],
        "copies": reading.whole(PAPERS, line, "copies", most=99),
        "original": reading.yes(PAPERS, line, "original"),
        "note": line["note"],
        "mark": line["mark"],
    }


def _fee(reading: _Reading, line: Line) -> Mapping[str, Any]:
    amount = reading.whole(FEES, line, "amount", most=1_000_000_000) if line["amount"] else None
    channel = reading.choice(FEES, line, "channel")
    return {"channel": channel, "amount": amount, "text": line["text"], "mark": line["mark"]}


def _step(reading: _Reading, line: Line) -> Mapping[str, Any]:
    return {
        "code": reading.text(STEPS, line, "code"),
        "name_vi": reading.text(STEPS, line, "name_vi"),
        "name_en": line["name_en"],
        "role": line["role"],
        "hours": reading.whole(STEPS, line, "hours", most=LONGEST_LIMIT * 8),
        "mark": line["mark"],
    }


_DETAIL = {PAPERS: _paper, FEES: _fee, STEPS: _step}


def _version(reading: _Reading, line: Line, papers: Any, fees: Any, steps: Any) -> VersionRow:
    code = reading.text(PROCEDURES, line, "code")
    if code and not CODE.match(code):
        reading.wrong(PROCEDURES, line, "code", "catalogue.code")
    first = reading.day(line, "valid_from", needed=True) or date.min
    last = reading.day(line, "valid_to", needed=False)
    if last is not None and last <= first:
        reading.wrong(PROCEDURES, line, "valid_to", "catalogue.backwards")
    competent = reading.choice(PROCEDURES, line, "competent")
    if (competent in WITH_BODY) != bool(line["competent_body"]):
        reading.wrong(PROCEDURES, line, "competent_body", "catalogue.body")
    limit = reading.whole(PROCEDURES, line, "limit_value", most=LONGEST_LIMIT)
    same_day = reading.yes(PROCEDURES, line, "same_day")
    if same_day and limit > 1:
        reading.wrong(PROCEDURES, line, "same_day", "catalogue.same_day")
    return VersionRow(
        line=line.number,
        code=code,
        valid_from=first,
        valid_to=last,
        competent_body=line["competent_body"],
        values={
            "name_vi": reading.text(PROCEDURES, line, "name_vi"),
            "name_en": line["name_en"],
            "field": reading.text(PROCEDURES, line, "field"),
            "level": reading.choice(PROCEDURES, line, "level"),
            "competent": competent,
            "limit_value": limit,
            "limit_unit": reading.choice(PROCEDURES, line, "limit_unit"),
            "same_day": same_day,
            "online": reading.choice(PROCEDURES, line, "online"),
            "non_territorial": reading.yes(PROCEDURES, line, "non_territorial"),
            "legal_basis": line["legal_basis"],
            "source": line["source"],
            "mark": line["mark"],
        },
        papers=tuple(papers.get(code, ())),
        fees=tuple(fees.get(code, ())),
        steps=tuple(steps.get(code, ())),
    )


def _overlaps(reading: _Reading, rows: Sequence[VersionRow]) -> None:
    by_code: dict[str, list[VersionRow]] = defaultdict(list)
    for row in rows:
        by_code[row.code].append(row)
    for group in by_code.values():
        for before, after in pairwise(sorted(group, key=lambda row: row.valid_from)):
            if before.valid_to is None or before.valid_to > after.valid_from:
                reading.faults.append(
                    Wrong(table=PROCEDURES, row=after.line, column="valid_from", code="catalogue.overlap")
                )
