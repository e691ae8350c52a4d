"""Reported beside computed as a workbook; the words are those of official documents."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import override

from haicap.assessment.queries.ledger import Beside, Comparison
from haicap.assessment.texts import KINDS, why
from haicap.campaign.models import Campaign
from haicap.documents.workbook import Book, Cell, Column, Sheet, build
from haicap.questionnaire.queries import FigureValue

_COLUMNS = (
    Column(label="Mã đơn vị", width=12),
    Column(label="Đơn vị", width=28),
    Column(label="Chỉ tiêu", width=10),
    Column(label="Nội dung", width=44),
    Column(label="Báo cáo", kind="decimal", width=16),
    Column(label="Thẩm định", kind="decimal", width=16),
    Column(label="Sổ sự kiện", kind="decimal", width=16),
    Column(label="Chênh lệch", kind="decimal", width=14),
    Column(label="Chênh lệch (%)", kind="decimal", width=12),
    Column(label="Kết quả đối chiếu", width=24),
    Column(label="Giải thích", width=70),
)


def ledger_xlsx(*, found: Comparison, campaign: Campaign, made_at: datetime) -> bytes:
    """Return the rows of a comparison as an XLSX file."""
    with override("vi"):
        rows = tuple(_row(row) for row in found.rows)
    days = f"từ {found.period.start:%d/%m/%Y} đến {found.period.end:%d/%m/%Y}"
    title = f"Số liệu báo cáo và số liệu tính từ sổ sự kiện hồ sơ, {days}"
    sheet = Sheet(name="Đối chiếu", title=title, columns=_COLUMNS, rows=rows, fixed_columns=2)
    return build(book=Book(title=title, sheets=(sheet,), made_at=made_at, sample=campaign.is_sample))


def _row(row: Beside) -> tuple[Cell, ...]:
    return (
        row.unit.code, row.unit.full_name, row.field.indicator.code, row.field.label_vi,
        _value(row.reported), _value(row.verified), _computed(row), row.difference.by, row.size,
        str(KINDS[row.difference.kind][0]), why(row),
    )  # fmt: skip


def _value(found: FigureValue | None) -> str | Decimal | None:
    if found is None:
        return None
    if found.is_not_applicable:
        return "không áp dụng"
    return found.text if found.number is None else found.number


def _computed(row: Beside) -> str | Decimal | None:
    if row.computed is None or not row.computed.is_known:
        return None
    return row.computed.text if row.computed.number is None else row.computed.number
