"""Form 07, the register of dossiers of a body in a period, as a document and as a workbook; names masked."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import override

from haicap.documents import workbook
from haicap.documents.decree30 import Column, Document, Table
from haicap.onestop.models import Dossier
from haicap.onestop.papers.result import issuer_of, place_of
from haicap.onestop.rules.figures import Period
from haicap.onestop.rules.masking import mask_name
from haicap.onestop.rules.packs import Form
from haicap.register.models import Body

HEADINGS = (
    ("STT", 0.75),
    ("Mã hồ sơ", 2.3),
    ("Thủ tục", 2.6),
    ("Người nộp", 1.6),
    ("Cơ quan có thẩm quyền", 2.2),
    ("Nhận", 1.8),
    ("Hẹn trả", 1.8),
    ("Giải quyết xong", 1.8),
    ("Trả kết quả", 1.8),
    ("Trạng thái", 1.4),
)


def _row(number: int, row: Dossier) -> tuple[str, ...]:
    return (
        str(number),
        row.code or row.reference,
        row.version.name_vi,
        mask_name(row.applicant.full_name),
        row.competent_body.name_vi if row.competent_body else "",
        _when(row.received_at),
        _when(row.appointment_at),
        _when(row.ended_at),
        _when(row.returned_at),
        str(row.get_status_display()),
    )


def _when(value: datetime | None) -> str:
    return f"{timezone.localtime(value):%H:%M %d/%m/%Y}" if value else ""


def _title(period: Period) -> str:
    return f"Từ ngày {period.start:%d/%m/%Y} đến ngày {period.end:%d/%m/%Y}"


def register_document(
    *, form: Form, body: Body, period: Period, rows: Sequence[Dossier], sample: bool
) -> Document:
    """Return the register as a turned page with one table."""
    with override("vi"):
        cells = tuple(_row(number, row) for number, row in enumerate(rows, start=1))
    return Document(
        issuer=issuer_of(body),
        symbol="",
        number_text=f"Mẫu số {form.number}",
        place=place_of(body),
        year=period.end.year,
        day=period.end,
        type_name=form.name,
        summary=_title(period),
        blocks=(
            Table(
                caption="",
                columns=tuple(Column(label=label, share=share) for label, share in HEADINGS),
                rows=cells,
            ),
        ),
        landscape=True,
        sample=sample,
    )


def register_xlsx(
    *, form: Form, period: Period, rows: Sequence[Dossier], made_at: datetime, sample: bool
) -> bytes:
    """Return the register as a workbook."""
    with override("vi"):
        cells = tuple(_row(number, row) for number, row in enumerate(rows, start=1))
    sheet = workbook.Sheet(
        name=f"Mẫu {form.number}",
        title=f"{form.name}. {_title(period)}",
        columns=tuple(workbook.Column(label=label, width=8 * share) for label, share in HEADINGS),
        rows=cells,
        fixed_columns=2,
    )
    return workbook.build(
        book=workbook.Book(title=form.name, sheets=(sheet,), made_at=made_at, sample=sample)
    )
