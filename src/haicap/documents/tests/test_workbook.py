"""Workbooks: live totals, locked headings, no formula from a person's text."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from haicap.documents.workbook import Book, Column, CountOf, Filled, Ratio, Sheet, Sum, build, sheet_name

COLUMNS = (
    Column(label="Đơn vị", width=30, total=None),
    Column(label="Số", kind="integer", group="Tự báo cáo", total=Sum()),
    Column(label="Trên", kind="integer", group="Tự báo cáo", total=Sum()),
    Column(label="Tỷ lệ", kind="percent", total=Ratio(above=(1,), below=(2,))),
    Column(label="Có/không", total=CountOf(value="Có")),
    Column(label="Ngày", kind="date", total=Filled()),
)
ROWS = (
    ("Phường Phú An", 3, 4, 0.75, "Có", date(2025, 8, 5)),
    ("Xã Thạnh An", None, 6, None, "Không", None),
)


def opened(rows=ROWS, **changes):
    sheet = Sheet(name="A0", title="Bảng", columns=COLUMNS, rows=rows, notes=("Ghi chú",), **changes)
    raw = build(book=Book(title="t", sheets=(sheet,), made_at=datetime(2025, 8, 5, tzinfo=UTC)))
    return openpyxl.load_workbook(io.BytesIO(raw))["A0"]


def test_totals_are_live_formulas_over_the_rows():
    sheet = opened()
    assert [sheet.cell(row=7, column=c).value for c in range(1, 7)] == [
        "Tổng cộng",
        "=SUM(B5:B6)",
        "=SUM(C5:C6)",
        '=IF((SUMIFS(C5:C6,B5:B6,">=0",C5:C6,">=0"))=0,"",'
        '(SUMIFS(B5:B6,B5:B6,">=0",C5:C6,">=0"))/(SUMIFS(C5:C6,B5:B6,">=0",C5:C6,">=0")))',
        '=COUNTIF(E5:E6,"Có")',
        "=COUNTA(F5:F6)",
    ]
    assert sheet["B7"].data_type == "f"


def test_blank_stays_blank_and_is_not_zero():
    sheet = opened()
    assert sheet["B6"].value is None
    assert sheet["C6"].value == 6


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_looks_like_a_formula_is_kept_as_text(start):
    text = f"{start}HYPERLINK('http://x','y')"
    sheet = opened(rows=((text, 1, 1, 1.0, text, None),))
    for cell in (sheet["A5"], sheet["E5"]):
        assert cell.data_type == "s"
        assert cell.value.startswith("'")


def test_a_title_or_heading_that_looks_like_a_formula_is_kept_as_text():
    sheet = Sheet(
        name="x", title="=1+1", columns=(Column(label="=2+2"),), rows=(("a",),), notes=("@SUM(A1)",)
    )
    raw = build(book=Book(title="=t", sheets=(sheet,), made_at=datetime(2025, 8, 5, tzinfo=UTC)))
    values = [c for row in openpyxl.load_workbook(io.BytesIO(raw))["x"].iter_rows() for c in row if c.value]
    assert all(cell.data_type == "s" for cell in values)


def test_headings_and_totals_are_locked_and_data_is_not():
    sheet = opened()
    assert sheet.protection.sheet
    assert sheet["A3"].protection.locked and sheet["B7"].protection.locked
    assert not sheet["B5"].protection.locked


def test_neighbours_of_one_group_share_a_heading():
    sheet = opened()
    assert "B3:C3" in {str(merged) for merged in sheet.merged_cells.ranges}
    assert sheet["B3"].value == "Tự báo cáo"
    assert (sheet["B4"].value, sheet["C4"].value) == ("Số", "Trên")


def test_numbers_dates_and_widths_are_set_and_the_sheet_is_ready_to_print():
    sheet = opened(fixed_columns=1)
    assert sheet["B5"].number_format == "#,##0"
    assert sheet["D5"].number_format == "0.0%"
    assert sheet["F5"].number_format == "dd/mm/yyyy"
    assert sheet.column_dimensions["A"].width == 30
    assert sheet.freeze_panes == "B5"
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$3:$4"


def test_a_sheet_without_rows_has_no_formula_over_nothing():
    sheet = opened(rows=())
    assert not any(c.data_type == "f" for row in sheet.iter_rows() for c in row)


def test_sample_data_is_marked():
    sheet = Sheet(name="x", title="t", columns=(Column(label="a"),), rows=())
    raw = build(book=Book(title="t", sheets=(sheet,), made_at=datetime(2025, 8, 5, tzinfo=UTC), sample=True))
    assert "DỮ LIỆU MẪU" in openpyxl.load_workbook(io.BytesIO(raw))["x"]["A1"].value


def test_decimals_are_written_as_numbers():
    sheet = opened(rows=(("a", Decimal("3"), 4, Decimal("0.75"), "", None),))
    assert sheet["B5"].value == 3 and sheet["D5"].value == pytest.approx(0.75)


def test_sheet_names_are_made_lawful_and_different():
    taken: set[str] = set()
    assert sheet_name(text="A/B: [1]*?", taken=taken) == "A B   1"
    long = "Tổ chức bộ máy, nhân sự và các nội dung khác"
    first, second = sheet_name(text=long, taken=taken), sheet_name(text=long, taken=taken)
    assert len(first) <= 31 and len(second) <= 31 and first != second
