"""Findings as files: the record of a visit as DOCX, difficulties as XLSX.

The words are those of Vietnamese official documents and do not follow the language of the page.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from haicap.documents import decree30, workbook
from haicap.findings import rules
from haicap.findings.actions.minutes import actions_of
from haicap.findings.models import Difficulty, Minutes
from haicap.findings.verbs import proposal_verbs

GROUP_NAMES = {
    "organisation": "Tổ chức bộ máy",
    "streamlining": "Tinh giản biên chế",
    "regime": "Chế độ, chính sách",
    "other": "Khác (theo nội dung)",
}
LEVEL_NAMES = {"commune": "Cấp xã", "city": "Thành phố", "central": "Trung ương", "": "Chưa xác định"}
STATE_NAMES = {
    "draft": "Bản nháp",
    "submitted": "Chờ xử lý",
    "returned": "Trả lại",
    "accepted": "Đã tiếp nhận",
    "merged": "Đã gộp",
    "resolved": "Đã trả lời",
}


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return "…… giờ ……, ngày …… tháng …… năm ……"
    local = timezone.localtime(moment)
    month = f"{local.month:02d}" if local.month < 3 else str(local.month)
    return f"{local:%H} giờ {local:%M}, ngày {local.day:02d} tháng {month} năm {local.year}"


def _people(text: str) -> list[decree30.Block]:
    return [decree30.Item(text=line) for line in text.splitlines() if line.strip()]


def minutes_docx(*, minutes: Minutes) -> bytes:
    """Return the record of a visit in the layout of Decree 30/2020, ready to be signed by three."""
    unit = minutes.unit.full_name
    what = "Khảo sát" if minutes.number == 0 else f"Bổ sung lần {minutes.number} kết quả khảo sát"
    day = timezone.localtime(minutes.closed_at).date() if minutes.closed_at else None
    document = decree30.Document(
        superior="Ủy ban nhân dân\nThành phố Hồ Chí Minh",
        issuer=f"Đoàn khảo sát số {minutes.team.number}",
        symbol="BB-ĐKS",
        place="Thành phố Hồ Chí Minh",
        year=(day or minutes.campaign.window_start).year,
        day=day,
        type_name="Biên bản",
        summary=f"{what} tại Ủy ban nhân dân {unit}",
        blocks=tuple(_minutes_blocks(minutes)),
        signers=(
            decree30.Signer(heading="Thư ký"),
            decree30.Signer(heading="Đại diện đơn vị được khảo sát"),
            decree30.Signer(heading="Trưởng đoàn"),
        ),
        recipients=(f"Ủy ban nhân dân {unit}", "Sở Nội vụ"),
        kept_by="Đoàn khảo sát",
        sample=minutes.campaign.is_sample,
    )
    return decree30.build(document=document)


def _minutes_blocks(minutes: Minutes) -> list[decree30.Block]:
    blocks: list[decree30.Block] = [
        decree30.Paragraph(text=f"Bắt đầu: {_moment(minutes.opened_at)}."),
        decree30.Paragraph(text=f"Địa điểm: {minutes.place or '……'}."),
        decree30.Heading(text="Thành phần"),
        decree30.Paragraph(text="", lead="Đoàn khảo sát:"),
        *_people(minutes.attendance_team),
        decree30.Paragraph(text="", lead="Đơn vị được khảo sát:"),
        *_people(minutes.attendance_unit),
    ]
    if minutes.number == 0:
        blocks += _figures(minutes)
    blocks += [decree30.Heading(text="Ý kiến của đơn vị")]
    blocks += [decree30.Paragraph(text=text) for text in minutes.opinions.splitlines() if text.strip()] or [
        decree30.Paragraph(text="Đơn vị không có ý kiến khác.")
    ]
    blocks += [decree30.Heading(text="Nội dung thống nhất thực hiện"), *_actions(actions_of(minutes=minutes))]
    copies = f"{minutes.copies:02d}"
    blocks.append(
        decree30.Paragraph(
            text=f"Biên bản kết thúc lúc {_moment(minutes.closed_at)}, được lập thành {copies} bản, đã đọc lại "
            "cho các bên nghe, thống nhất và cùng ký tên."
        )
    )
    return blocks


def _figures(minutes: Minutes) -> list[decree30.Block]:
    found = minutes.figures
    differences = found.get("differences", [])
    blocks: list[decree30.Block] = [
        decree30.Heading(text="Số liệu xác nhận"),
        decree30.Paragraph(
            text=f"Đơn vị tự báo cáo {found.get('reported', 0)} số liệu; Đoàn đã xác minh {found.get('verified', 0)} "
            f"số liệu, trong đó {len(differences)} số liệu có chênh lệch."
        ),
    ]
    if differences:
        columns = (
            decree30.Column(label="STT", share=0.5, align="centre"),
            decree30.Column(label="Chỉ tiêu", share=3),
            decree30.Column(label="Tự báo cáo", share=1.2, align="right"),
            decree30.Column(label="Xác minh", share=1.2, align="right"),
            decree30.Column(label="Lý do chênh lệch", share=2.2),
        )
        rows = tuple(
            (str(i), f"{d['key']}: {d['label']}", d["reported"], d["verified"], d["reason"])
            for i, d in enumerate(differences, 1)
        )
        blocks.append(decree30.Table(caption="Bảng chênh lệch số liệu", columns=columns, rows=rows))
    left = [area["code"] for area in found.get("areas", []) if not area["verified"]]
    if left:
        reason = minutes.unverified_reason or "……"
        blocks.append(
            decree30.Paragraph(text=f"Nội dung chưa xác minh xong: {', '.join(left)}. Lý do: {reason}.")
        )
    return blocks


def _actions(actions: list[rules.AgreedAction]) -> list[decree30.Block]:
    if not actions:
        return [decree30.Paragraph(text="Không có.")]
    columns = (
        decree30.Column(label="STT", share=0.5, align="centre"),
        decree30.Column(label="Nội dung", share=4),
        decree30.Column(label="Cơ quan, đơn vị thực hiện", share=2),
        decree30.Column(label="Thời hạn", share=1.2, align="centre"),
    )
    rows = tuple((str(i), a.text, a.body, _day(a.due)) for i, a in enumerate(actions, 1))
    return [decree30.Table(caption="Bảng nội dung thống nhất", columns=columns, rows=rows)]


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


DIFFICULTY_COLUMNS = (
    workbook.Column(label="Mã", width=10),
    workbook.Column(label="Mã đơn vị", width=10),
    workbook.Column(label="Đơn vị", width=24),
    workbook.Column(label="Nhóm", width=18),
    workbook.Column(label="Nội dung", width=9),
    workbook.Column(label="Khó khăn, vướng mắc", width=48),
    workbook.Column(label="Quy định liên quan", width=26),
    workbook.Column(label="Cấp có thẩm quyền", width=13),
    workbook.Column(label="Mức độ", kind="integer", width=9),
    workbook.Column(label="Minh chứng", width=20),
    workbook.Column(label="Động từ", width=18, group="Kiến nghị"),
    workbook.Column(label="Nội dung kiến nghị", width=40, group="Kiến nghị"),
    workbook.Column(label="Cơ quan", width=24, group="Kiến nghị"),
    workbook.Column(label="Thời hạn", kind="date", width=12, group="Kiến nghị"),
    workbook.Column(label="Trạng thái", width=14),
    workbook.Column(label="Trả lời", width=30),
)


def difficulty_row(row: Difficulty) -> tuple[workbook.Cell, ...]:
    """Return a difficulty as a row under DIFFICULTY_COLUMNS."""
    verb = proposal_verbs().get(row.proposal_verb)
    return (
        row.code,
        row.unit.code,
        row.unit.full_name,
        GROUP_NAMES[row.group],
        row.area.code,
        row.text,
        row.legal_provision,
        LEVEL_NAMES[row.competent_level],
        row.severity,
        row.evidence,
        verb.name_vi if verb else row.proposal_verb,
        row.proposal_text,
        row.proposal_body,
        row.proposal_due,
        STATE_NAMES[row.state],
        row.answer,
    )


def difficulties_xlsx(*, rows: Iterable[Difficulty], sample: bool, made_at: datetime) -> bytes:
    """Return difficulties as a workbook; what people typed cannot become a formula."""
    sheet = workbook.Sheet(
        name="Khó khăn, vướng mắc",
        title="Danh sách khó khăn, vướng mắc và kiến nghị",
        columns=DIFFICULTY_COLUMNS,
        rows=tuple(difficulty_row(row) for row in rows),
        fixed_columns=3,
    )
    book = workbook.Book(title=sheet.title, sheets=(sheet,), made_at=made_at, sample=sample)
    return workbook.build(book=book)
