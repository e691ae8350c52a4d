"""The annexes of the report as a workbook: one sheet per content area, totals as live formulas."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from haicap.assessment import words
from haicap.assessment.freeze import Frozen
from haicap.documents import workbook
from haicap.findings.verbs import proposal_verbs

NOT_APPLICABLE = "KAD"
SIDE_NAMES = (("r", "Tự báo cáo"), ("v", "Xác minh"))
_NOTES = (
    "Ô trống: chưa có số liệu (không phải bằng 0). KAD: không áp dụng, không tính vào tổng.",
    "Tỷ lệ chung = tổng tử số chia tổng mẫu số của các đơn vị có đủ số liệu, không phải trung bình các tỷ lệ.",
)
_FIXED = 3


def annexes_xlsx(*, frozen: Frozen, made_at: datetime) -> bytes:
    """Return the annex workbook of a report."""
    data = frozen.data
    sheets = [
        _coverage(data),
        *(_area(area, frozen) for area in data["areas"]),
        _difficulties(data),
        _practices(data),
    ]
    book = workbook.Book(
        title="Phụ lục số liệu báo cáo tổng hợp",
        sheets=tuple(sheets),
        made_at=made_at,
        sample=data["campaign"]["is_sample"],
    )
    return workbook.build(book=book)


def _unit_columns() -> list[workbook.Column]:
    return [
        workbook.Column(label="Mã đơn vị", width=10),
        workbook.Column(label="Đơn vị", width=26),
        workbook.Column(label="Cấp huyện cũ", width=20),
    ]


def _area(area: dict[str, Any], frozen: Frozen) -> workbook.Sheet:
    fields = [field for indicator in area["indicators"] for field in indicator["fields"]]
    places = {field["key"]: _FIXED + 2 * index for index, field in enumerate(fields)}
    columns = _unit_columns()
    for field in fields:
        unit = f" ({field['unit']})" if field["unit"] else ""
        group = f"{field['key']}: {field['label_vi']}{unit}"
        for offset, (_side, name) in enumerate(SIDE_NAMES):
            total = _total(field, places, offset)
            columns.append(workbook.Column(label=name, kind=_kind(field), width=15, group=group, total=total))
    rows = []
    for index, unit in enumerate(frozen.data["units"]):
        cells: list[workbook.Cell] = [unit["code"], unit["name"], unit["district"]]
        for field in fields:
            column = frozen.figures[field["key"]]
            cells += [_cell(field, column[side][index]) for side, _name in SIDE_NAMES]
        rows.append(tuple(cells))
    return workbook.Sheet(
        name=area["code"],
        title=f"{area['code']}. {area['name_vi']}",
        columns=tuple(columns),
        rows=tuple(rows),
        fixed_columns=_FIXED,
        notes=_NOTES,
    )


def _kind(field: dict[str, Any]) -> workbook.Kind:
    match field["type"]:
        case "integer":
            return "integer"
        case "decimal":
            return "decimal"
        case "percent":
            return "percent"
        case "date":
            return "date"
    return "text"


def _total(field: dict[str, Any], places: dict[str, int], offset: int) -> workbook.Total | None:
    rate = field["rate"]
    if rate and all(key in places for key in (*rate["above"], *rate["below"])):
        return workbook.Ratio(
            above=tuple(places[key] + offset for key in rate["above"]),
            below=tuple(places[key] + offset for key in rate["below"]),
        )
    if field["added"]:
        return workbook.Sum()
    if field["type"] == "yes_no":
        return workbook.CountOf(value="Có")
    if field["type"] in ("text", "date", "choice", "multi"):
        return workbook.Filled()
    return None


def _cell(field: dict[str, Any], value: str | bool | None) -> workbook.Cell:
    if value is None:
        return None
    if isinstance(value, bool):
        return NOT_APPLICABLE
    match field["type"]:
        case "integer" | "decimal":
            return Decimal(value)
        case "percent":
            return Decimal(value) / 100
        case "yes_no":
            return {"yes": "Có", "no": "Không", "1": "Có", "0": "Không"}.get(value, value)
        case "date":
            return _day(value)
        case "choice" | "multi":
            labels = {code: label for code, label, _en in field["choices"]}
            return "; ".join(labels.get(code, code) for code in value.split())
    return value


def _day(value: str) -> workbook.Cell:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value


def _coverage(data: dict[str, Any]) -> workbook.Sheet:
    columns = [
        *_unit_columns(),
        workbook.Column(label="Tình trạng báo cáo", width=20, total=workbook.Filled()),
    ]
    reports = data["coverage"]["reports"]
    rows = tuple(
        (unit["code"], unit["name"], unit["district"], words.REPORT_NAMES[reports[unit["code"]]])
        for unit in data["units"]
    )
    return workbook.Sheet(
        name="Độ phủ",
        title="Tình trạng báo cáo của các đơn vị",
        columns=tuple(columns),
        rows=rows,
        fixed_columns=2,
    )


def _difficulties(data: dict[str, Any]) -> workbook.Sheet:
    labels = (
        ("Mã", 10), ("Mã đơn vị", 10), ("Đơn vị", 24), ("Nhóm", 18), ("Nội dung", 9), ("Khó khăn, vướng mắc", 48),
        ("Quy định liên quan", 26), ("Cấp có thẩm quyền", 14), ("Mức độ", 8), ("Kiến nghị", 44), ("Cơ quan", 24),
        ("Thời hạn", 12), ("Trạng thái", 14),
    )  # fmt: skip
    kinds: dict[str, workbook.Kind] = {"Mức độ": "integer", "Thời hạn": "date"}
    columns = tuple(
        workbook.Column(label=name, kind=kinds.get(name, "text"), width=width) for name, width in labels
    )
    verbs = proposal_verbs()
    rows = tuple(
        (
            row["code"], row["unit_code"], row["unit"], words.GROUP_NAMES[row["group"]], row["area"], row["text"],
            row["legal_provision"], words.LEVEL_NAMES[row["level"]], row["severity"],
            f"{verbs[row['verb']].name_vi if row['verb'] in verbs else row['verb']}: {row['proposal']}", row["body"],
            _day(row["due"]) if row["due"] else None, words.STATE_NAMES[row["state"]],
        )
        for row in data["difficulties"]["records"]
    )  # fmt: skip
    return workbook.Sheet(
        name="Khó khăn, vướng mắc",
        title="Khó khăn, vướng mắc và kiến nghị",
        columns=columns,
        rows=rows,
        fixed_columns=3,
    )


def _practices(data: dict[str, Any]) -> workbook.Sheet:
    columns = (
        workbook.Column(label="Mã đơn vị", width=10),
        workbook.Column(label="Đơn vị", width=26),
        workbook.Column(label="Nội dung", width=9),
        workbook.Column(label="Kết quả, cách làm", width=60),
        workbook.Column(label="Minh chứng", width=40),
    )
    rows = tuple(
        (row["unit_code"], row["unit"], row["area"], row["text"], row["proof"]) for row in data["practices"]
    )
    return workbook.Sheet(
        name="Biểu dương",
        title="Kết quả tốt, cách làm hay (không xếp hạng)",
        columns=columns,
        rows=rows,
        fixed_columns=2,
    )
