"""Figures of bodies as a workbook; totals are live formulas. The words are those of official documents."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from haicap.documents.workbook import Book, Cell, Column, Ratio, Sheet, Sum, build
from haicap.onestop.queries.evidence import Evidence
from haicap.onestop.queries.index import BodyIndex
from haicap.onestop.rules.figures import Counts, Side
from haicap.onestop.rules.figures.computed import plain

_COUNTED = (
    ("carried_over", "Kỳ trước chuyển sang"),
    ("received_direct", "Tiếp nhận trực tiếp"),
    ("received_online", "Tiếp nhận trực tuyến"),
    ("received_post", "Tiếp nhận qua bưu chính"),
    ("received", "Tổng tiếp nhận trong kỳ"),
    ("resolved_on_time", "Đã giải quyết đúng hoặc trước hạn"),
    ("resolved_late", "Đã giải quyết quá hạn"),
    ("resolved", "Tổng đã giải quyết"),
    ("running_in_time", "Đang giải quyết trong hạn"),
    ("running_overdue", "Đang giải quyết quá hạn"),
    ("closed", "Từ chối, rút, dừng"),
    ("turned_away", "Không tiếp nhận"),
    ("apologised", "Có văn bản xin lỗi"),
    ("online_possible", "Thuộc thủ tục nộp được trực tuyến"),
    ("digitised", "Đã số hóa"),
    ("charged", "Có phí, lệ phí"),
    ("paid_online", "Thanh toán trực tuyến"),
)
_FIRST = 2  # code and name of the body stand before the counts
_PLACE = {name: _FIRST + index for index, (name, _label) in enumerate(_COUNTED)}
_NOTES = (
    "Tỷ lệ đúng hạn trên số đã giải quyết: trong các kết quả đã trả, bao nhiêu kết quả đúng hạn.",
    "Tỷ lệ đúng hạn trên số tiếp nhận: cách tính của Cổng; hồ sơ đang giải quyết cũng nằm ở mẫu số.",
    "Số liệu tính từ sổ sự kiện hồ sơ; kỳ gồm cả ngày đầu và ngày cuối.",
)


def evidence_xlsx(*, found: Evidence, made_at: datetime) -> bytes:
    """Return the figures of the bodies, by competence and by receipt, a sheet each."""
    title = f"Số liệu giải quyết thủ tục hành chính từ {found.period.start:%d/%m/%Y} đến {found.period.end:%d/%m/%Y}"
    sheets = tuple(
        Sheet(
            name=name, title=f"{title} - {name.lower()}", columns=_columns(), rows=_rows(found, side),
            fixed_columns=2, notes=_NOTES,
        )
        for name, side in (("Theo thẩm quyền", Side.COMPETENT), ("Theo nơi tiếp nhận", Side.RECEIVED))
    )  # fmt: skip
    return build(book=Book(title=title, sheets=sheets, made_at=made_at))


def _columns() -> tuple[Column, ...]:
    counted = tuple(Column(label=label, kind="integer", width=13, total=Sum()) for _name, label in _COUNTED)
    above = (_PLACE["resolved_on_time"],)
    return (
        Column(label="Mã", width=16),
        Column(label="Đơn vị", width=40),
        *counted,
        Column(
            label="Tỷ lệ đúng hạn trên số đã giải quyết", kind="percent", width=14,
            total=Ratio(above=above, below=(_PLACE["resolved"],)),
        ),
        Column(
            label="Tỷ lệ đúng hạn trên số tiếp nhận (cách tính của Cổng)", kind="percent", width=14,
            total=Ratio(above=above, below=(_PLACE["received"],)),
        ),
        Column(label="Nhận hộ nơi khác", kind="integer", total=Sum()),
        Column(label="Được nơi khác nhận hộ", kind="integer", total=Sum()),
    )  # fmt: skip


def _rows(found: Evidence, side: Side) -> tuple[tuple[Cell, ...], ...]:
    rows = []
    for row in found.rows:
        counts = row.counts(side)
        rows.append(
            (
                row.body.code, row.body.name_vi,
                *(int(getattr(counts, name)) for name, _label in _COUNTED),
                _part(counts, "resolved"), _part(counts, "received"),
                row.received.across, row.competent.across,
            )
        )  # fmt: skip
    return tuple(rows)


def _part(counts: Counts, below: str) -> Decimal | None:
    """Return the on-time share as the fraction a percent cell shows."""
    over = int(getattr(counts, below))
    return Decimal(counts.resolved_on_time) / Decimal(over) if over else None


def index_xlsx(*, rows: Sequence[BodyIndex], title: str, made_at: datetime) -> bytes:
    """Return the index of bodies: points by item, what could be won, and the score."""
    if not rows:
        return build(book=Book(title=title, sheets=(_empty(title),), made_at=made_at))
    items = [one.item for group in rows[0].result.groups for one in group.items]
    columns = (
        Column(label="Mã", width=16),
        Column(label="Đơn vị", width=40),
        Column(label="Điểm quy về 100", kind="decimal"),
        Column(label="Điểm đạt", kind="decimal"),
        Column(label="Điểm tối đa tính được", kind="decimal"),
        *(
            Column(label=f"{item.name_vi} ({plain(item.points)} điểm)", kind="decimal", width=16)
            for item in items
        ),
    )
    found = tuple(
        (
            row.evidence.body.code, row.evidence.body.name_vi, row.result.score, row.result.points, row.result.of,
            *(one.points for group in row.result.groups for one in group.items),
        )
        for row in rows
    )  # fmt: skip
    sheet = Sheet(name="Bộ chỉ số", title=title, columns=columns, rows=found, fixed_columns=2)
    return build(book=Book(title=title, sheets=(sheet,), made_at=made_at))


def _empty(title: str) -> Sheet:
    return Sheet(name="Bộ chỉ số", title=title, columns=(Column(label="Đơn vị", width=40),), rows=())
