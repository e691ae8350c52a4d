"""Lists of dossiers as a workbook; names masked, no identifiers. The words are those of official documents."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import override

from haicap.documents import workbook
from haicap.onestop.queries.lists import MOST_EXPORTED, Line
from haicap.onestop.texts.desk import FORETOLD, WAITS

COLUMNS = (
    workbook.Column(label="Mã hồ sơ", width=26),
    workbook.Column(label="Thủ tục", width=12),
    workbook.Column(label="Tên thủ tục", width=44),
    workbook.Column(label="Người nộp (đã che)", width=22),
    workbook.Column(label="Trạng thái", width=20),
    workbook.Column(label="Đang chờ", width=24),
    workbook.Column(label="Nơi tiếp nhận", width=34),
    workbook.Column(label="Nơi có thẩm quyền", width=34),
    workbook.Column(label="Đang ở", width=34),
    workbook.Column(label="Người thụ lý", width=22),
    workbook.Column(label="Ngày tiếp nhận", kind="date", width=14),
    workbook.Column(label="Hạn trả", width=17),
    workbook.Column(label="Tình trạng hạn", width=14),
)


def work_xlsx(*, lines: Sequence[Line], made_at: datetime) -> bytes:
    """Return the lines as an XLSX file."""
    with override("vi"):
        rows = tuple(_row(line) for line in lines)
    cut = f"Chỉ xuất {MOST_EXPORTED:,} hồ sơ đầu; hãy lọc hẹp hơn.".replace(",", ".")
    notes = (cut,) if len(lines) >= MOST_EXPORTED else ()
    sheet = workbook.Sheet(
        name="Hồ sơ",
        title="Danh sách hồ sơ thủ tục hành chính",
        columns=COLUMNS,
        rows=rows,
        fixed_columns=1,
        notes=notes,
    )
    sample = any(line.dossier.is_sample for line in lines)
    book = workbook.Book(title="Danh sách hồ sơ", sheets=(sheet,), made_at=made_at, sample=sample)
    return workbook.build(book=book)


def _row(line: Line) -> tuple[workbook.Cell, ...]:
    row = line.dossier
    return (
        row.code or row.reference,
        row.version.procedure.code,
        row.version.name_vi,
        line.applicant,
        row.get_status_display(),
        str(WAITS[line.waits]) if line.waits else "",
        row.received_body.name_vi if row.received_body else "",
        row.competent_body.name_vi if row.competent_body else "",
        row.holder.name_vi if row.holder else "",
        row.assignee.full_name if row.assignee else "",
        _day(row.received_at),
        f"{timezone.localtime(row.due_at):%d/%m/%Y %H:%M}" if row.due_at else "",
        str(FORETOLD[line.foretold][0]),
    )


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None
