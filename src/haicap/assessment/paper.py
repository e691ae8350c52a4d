"""The consolidated report as an official document: Sở Nội vụ to the City committee, Decree 30/2020.

Number and date stay open, and nothing is said that is not in the frozen figures.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from haicap.assessment import words
from haicap.documents import decree30
from haicap.findings.rules import LEVELS
from haicap.findings.verbs import proposal_verbs

Blocks = list[decree30.Block]
_STATES = (
    ("not_started", "Chưa làm"),
    ("drafting", "Đang soạn"),
    ("submitted", "Đã nộp"),
    ("returned", "Trả lại"),
    ("accepted", "Tiếp nhận"),
    ("verified", "Xác minh"),
)


def report_docx(*, data: dict[str, Any], made_at: datetime) -> bytes:
    """Return the report as DOCX."""
    campaign = data["campaign"]
    document = decree30.Document(
        superior="Ủy ban nhân dân\nThành phố Hồ Chí Minh",
        issuer="Sở Nội vụ",
        symbol="BC-SNV",
        place="Thành phố Hồ Chí Minh",
        year=date.fromisoformat(campaign["cutoff"]).year,
        type_name="Báo cáo",
        summary=(
            "Tổng hợp kết quả khảo sát việc sắp xếp đơn vị hành chính cấp xã\n"
            "và vận hành mô hình chính quyền địa phương hai cấp"
        ).replace("\n", " "),
        addressees=("Ủy ban nhân dân Thành phố",),
        blocks=(
            *_opening(campaign),
            *_coverage(data),
            *_results(data),
            *_practices(data),
            *_problems(data),
            *_proposals(data),
        ),
        signers=(decree30.Signer(post="Giám đốc", given=()),),
        recipients=("Như trên", "Các sở, ban, ngành liên quan", "UBND các phường, xã, đặc khu"),
        kept_by="SNV",
        annexes=(
            decree30.Annex(title="Tình hình báo cáo của các đơn vị", blocks=tuple(_annex_units(data))),
            decree30.Annex(
                title="Phân bố số liệu giữa các đơn vị", blocks=tuple(_annex_spread(data)), landscape=True
            ),
            decree30.Annex(
                title="Danh sách khó khăn, vướng mắc", blocks=tuple(_annex_problems(data)), landscape=True
            ),
        ),
        sample=campaign["is_sample"],
    )
    return decree30.build(document=document)


def _opening(campaign: dict[str, Any]) -> Blocks:
    number = f" số {campaign['number']}" if campaign["number"] else ""
    issued = f" ngày {words.day(campaign['issued_on'])}" if campaign["issued_on"] else ""
    return [
        decree30.Paragraph(
            text=f"Thực hiện {campaign['title_vi']}{number}{issued} của Ủy ban nhân dân Thành phố, Sở Nội vụ (cơ quan "
            "Thư ký Đoàn khảo sát) tổng hợp, báo cáo kết quả như sau. Số liệu tính đến hết ngày "
            f"{words.day(campaign['cutoff'])}; số tự báo cáo và số xác minh được ghi riêng, cạnh nhau."
        )
    ]


def _coverage(data: dict[str, Any]) -> Blocks:
    found = data["coverage"]
    columns = (
        decree30.Column(label="Nội dung", share=4),
        *(decree30.Column(label=label, align="right") for _state, label in _STATES),
    )
    rows = tuple(
        (
            f"{area['code']}. {area['name_vi']}",
            *(str(area["states"].get(state, 0)) for state, _label in _STATES),
        )
        for area in found["areas"]
    )
    returned = f" (trong đó {found['returned']} báo cáo đang được bổ sung)" if found["returned"] else ""
    return [
        decree30.Heading(text="Phạm vi và tiến độ"),
        decree30.Paragraph(
            text=f"Đối tượng khảo sát là {found['units']} đơn vị ({words.plural_types(found['by_type'])}). Đã có "
            f"{found['signed']}/{found['units']} đơn vị gửi báo cáo có ký duyệt{returned}; {found['scheduled']} "
            f"đơn vị có lịch khảo sát; {found['visited']} buổi khảo sát đã kết thúc và khóa biên bản; "
            f"{found['verified']} đơn vị đã xác minh xong toàn bộ nội dung."
        ),
        decree30.Table(caption="Bảng 1. Số đơn vị theo nội dung và tình trạng", columns=columns, rows=rows),
    ]


_RESULT_COLUMNS = (
    decree30.Column(label="Chỉ tiêu", share=4.2),
    decree30.Column(label="ĐVT", share=1.1, align="centre"),
    decree30.Column(label="Tự báo cáo", share=1.9, align="right"),
    decree30.Column(label="Số đơn vị", share=0.9, align="right"),
    decree30.Column(label="Xác minh", share=1.9, align="right"),
    decree30.Column(label="Số đơn vị", share=0.9, align="right"),
)


def _results(data: dict[str, Any]) -> Blocks:
    blocks: Blocks = [
        decree30.Heading(text="Kết quả theo nội dung"),
        decree30.Paragraph(
            text="Ô có dấu gạch: chưa có số liệu. “Số đơn vị” là số đơn vị có số liệu được tính; đơn vị không áp dụng "
            "và đơn vị chưa có số liệu không được tính. Tỷ lệ chung bằng tổng tử số chia tổng mẫu số."
        ),
    ]
    for index, area in enumerate(data["areas"], 2):
        rows = tuple(_result_rows(area))
        blocks.append(decree30.Heading(text=f"{area['name_vi']} ({area['code']})", level=2))
        blocks.append(
            decree30.Table(caption=f"Bảng {index}. {area['name_vi']}", columns=_RESULT_COLUMNS, rows=rows)
        )
    return blocks


def _result_rows(area: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for indicator in area["indicators"]:
        for field in indicator["fields"]:
            if field["type"] == "text":
                continue
            left, right = field["reported"], field["verified"]
            yield (
                f"{indicator['code']} {field['label_vi']}",
                field["unit"],
                words.headline(field, left),
                str(left.get("rated", 0) if field["rate"] else left["counted"]),
                words.headline(field, right),
                str(right.get("rated", 0) if field["rate"] else right["counted"]),
            )


def _practices(data: dict[str, Any]) -> Blocks:
    rows = data["practices"]
    blocks: Blocks = [decree30.Heading(text="Kết quả tốt, cách làm hay đề nghị biểu dương")]
    if not rows:
        return [*blocks, decree30.Paragraph(text="Chưa có kết quả được Đoàn khảo sát xác nhận.")]
    blocks.append(
        decree30.Paragraph(
            text=f"Đoàn khảo sát xác nhận {len(rows)} kết quả, ghi theo mã đơn vị, không xếp hạng:"
        )
    )
    blocks += [
        decree30.Item(text=f"{row['unit']} ({row['area']}): {row['text']} (minh chứng: {row['proof']}).")
        for row in rows
    ]
    return blocks


def _problems(data: dict[str, Any]) -> Blocks:
    found = data["difficulties"]
    columns = (
        decree30.Column(label="Nhóm", share=3),
        *(decree30.Column(label=words.LEVEL_NAMES[level], align="right") for level in LEVELS),
        decree30.Column(label="Tổng", align="right"),
    )
    rows = [
        (words.GROUP_NAMES[line["group"]], *map(str, line["counts"]), str(line["total"]))
        for line in found["matrix"]
    ]
    rows.append(("Tổng cộng", *map(str, found["totals"])))
    table = decree30.Table(
        caption="Bảng khó khăn, vướng mắc theo nhóm và cấp có thẩm quyền",
        columns=columns,
        rows=tuple(rows),
        total_rows=1,
    )
    worst = [row for row in found["records"] if row["severity"] == 4]
    blocks: Blocks = [
        decree30.Heading(text="Khó khăn, vướng mắc"),
        decree30.Paragraph(
            text=f"Tổng hợp được {found['totals'][-1]} khó khăn, vướng mắc, trong đó {len(worst)} ở mức 4 "
            "(công việc bị đình trệ)."
        ),
        table,
    ]
    blocks += [decree30.Item(text=f"{row['code']} - {row['unit']}: {row['text']}") for row in worst]
    return blocks


def _proposals(data: dict[str, Any]) -> Blocks:
    records = [row for row in data["difficulties"]["records"] if row["state"] in ("accepted", "resolved")]
    waiting = sum(row["state"] == "submitted" for row in data["difficulties"]["records"])
    blocks: Blocks = [decree30.Heading(text="Kiến nghị, đề xuất cho giai đoạn II")]
    if waiting:
        blocks.append(
            decree30.Paragraph(text=f"Còn {waiting} kiến nghị chưa được xử lý, ghi tại Phụ lục III.")
        )
    verbs = proposal_verbs()
    for level in reversed(LEVELS):
        chosen = sorted(
            (row for row in records if row["level"] == level),
            key=lambda row: (row["body"], row["due"] or "", row["number"]),
        )
        if not chosen:
            continue
        blocks.append(decree30.Heading(text=f"Thuộc thẩm quyền: {words.LEVEL_NAMES[level]}", level=2))
        for row in chosen:
            verb = verbs[row["verb"]].name_vi if row["verb"] in verbs else row["verb"]
            also = f", và {row['merged']} kiến nghị trùng" if row["merged"] else ""
            blocks.append(
                decree30.Item(
                    text=f"{row['body']}: {verb} - {row['proposal']}; trước ngày {words.day(row['due'])} "
                    f"({row['code']}, {row['unit']}{also})."
                )
            )
    if data["tasks"]:
        blocks.append(decree30.Heading(text="Nhiệm vụ trọng tâm do các đơn vị đề xuất", level=2))
        blocks += [decree30.Item(text=f"{row['unit']}: {row['text']}") for row in data["tasks"]]
    return blocks


def _annex_units(data: dict[str, Any]) -> Blocks:
    columns = (
        decree30.Column(label="STT", share=0.5, align="centre"),
        decree30.Column(label="Mã", share=0.8, align="centre"),
        decree30.Column(label="Đơn vị", share=3),
        decree30.Column(label="Cấp huyện cũ", share=2.2),
        decree30.Column(label="Báo cáo", share=1.6),
    )
    reports = data["coverage"]["reports"]
    rows = tuple(
        (str(i), unit["code"], unit["name"], unit["district"], words.REPORT_NAMES[reports[unit["code"]]])
        for i, unit in enumerate(data["units"], 1)
    )
    return [decree30.Table(caption="Theo mã đơn vị, không xếp hạng", columns=columns, rows=rows)]


_SPREAD = ("least", "quarter", "median", "three_quarters", "most")


def _annex_spread(data: dict[str, Any]) -> Blocks:
    labels = ("Nhỏ nhất", "Tứ phân vị 1", "Trung vị", "Tứ phân vị 3", "Lớn nhất")
    columns = (
        decree30.Column(label="Chỉ tiêu", share=4),
        decree30.Column(label="Số liệu", share=1.1),
        *(decree30.Column(label=label, align="right") for label in labels),
        decree30.Column(label="Có số liệu", align="right", share=0.8),
        decree30.Column(label="Trống", align="right", share=0.8),
        decree30.Column(label="Không áp dụng", align="right", share=0.9),
    )
    rows = []
    for area in data["areas"]:
        for indicator in area["indicators"]:
            for field in indicator["fields"]:
                if field["type"] not in ("integer", "decimal", "percent"):
                    continue
                for side, name in (("reported", "Tự báo cáo"), ("verified", "Xác minh")):
                    found = field[side]
                    if found["counted"]:
                        spread = (words.number(found.get(measure)) for measure in _SPREAD)
                        counts = (str(found[part]) for part in ("counted", "blank", "not_applicable"))
                        rows.append((f"{indicator['code']} {field['label_vi']}", name, *spread, *counts))
    if not rows:
        return [decree30.Paragraph(text="Chưa có số liệu.")]
    return [decree30.Table(caption="Phân bố giữa các đơn vị", columns=columns, rows=tuple(rows))]


def _annex_problems(data: dict[str, Any]) -> Blocks:
    columns = (
        decree30.Column(label="Mã", share=0.9),
        decree30.Column(label="Đơn vị", share=1.7),
        decree30.Column(label="Nhóm", share=1.2),
        decree30.Column(label="Khó khăn, vướng mắc", share=4),
        decree30.Column(label="Cấp", share=0.9),
        decree30.Column(label="Mức", share=0.5, align="centre"),
        decree30.Column(label="Kiến nghị", share=3.2),
        decree30.Column(label="Cơ quan", share=1.6),
        decree30.Column(label="Thời hạn", share=1),
    )
    rows = tuple(
        (
            row["code"],
            row["unit"],
            words.GROUP_NAMES[row["group"]],
            row["text"],
            words.LEVEL_NAMES[row["level"]],
            str(row["severity"]),
            row["proposal"],
            row["body"],
            words.day(row["due"]),
        )
        for row in data["difficulties"]["records"]
    )
    if not rows:
        return [decree30.Paragraph(text="Chưa có khó khăn, vướng mắc được ghi nhận.")]
    return [decree30.Table(caption="Danh sách theo mã", columns=columns, rows=rows)]
