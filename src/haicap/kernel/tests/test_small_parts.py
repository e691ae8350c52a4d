import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.kernel.errors import Refused
from haicap.kernel.periods import HalfDay, Slot, WorkingCalendar
from haicap.kernel.tables import Faulty, read_csv, safe_cell
from haicap.kernel.text import fold, nfc

CALENDAR = WorkingCalendar(
    off=frozenset({date(2025, 9, 1), date(2025, 9, 2)}), makeup=frozenset({date(2025, 8, 30)})
)


def _read(raw, **limits):
    return read_csv(
        raw, name="t.csv", required=["code", "name"], **{"max_rows": 10, "max_bytes": 10_000, **limits}
    )


def test_holidays_are_off_and_made_up_saturdays_are_worked():
    days = CALENDAR.days(date(2025, 8, 29), date(2025, 9, 3))
    assert days == [date(2025, 8, 29), date(2025, 8, 30), date(2025, 9, 3)]
    assert CALENDAR.add(date(2025, 8, 29), 2) == date(2025, 9, 3)
    assert CALENDAR.add(date(2025, 8, 31), 0) == date(2025, 8, 31)


def test_slots_sort_morning_first_and_survive_their_key():
    slots = CALENDAR.slots(date(2025, 8, 4), date(2025, 8, 5))
    assert slots == sorted(slots, key=lambda slot: slot) and slots[0] == Slot(
        date(2025, 8, 4), HalfDay.MORNING
    )
    assert [Slot.parse(slot.key) for slot in slots] == slots
    with pytest.raises(ValueError):
        Slot.parse("2025-08-04.noon")


def test_two_names_may_fold_alike_and_stay_two_names():
    assert fold("xã Thạnh An") == fold("Xã  THANH AN") == "xa thanh an"
    assert fold("Đặc khu Côn Đảo") == "dac khu con dao"
    assert nfc("Thạnh An") != nfc("Thanh An")


@given(st.text())
def test_folding_does_not_depend_on_the_normal_form(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_a_table_is_read_with_its_lines_in_nfc_and_any_common_encoding():
    decomposed = unicodedata.normalize("NFD", "code;name\n\n26740;Sài Gòn\n")
    table = _read(decomposed.encode())
    assert (table.rows[0].line, table.rows[0]["name"], table.encoding) == (3, "Sài Gòn", "utf-8")
    assert _read("code,name\n1,Xã\n".encode("utf-16")).rows[0]["name"] == "Xã"
    assert _read("code,name\n1,é\n".encode("windows-1258")).encoding == "windows-1258"


def test_a_missing_and_a_doubled_column_are_both_named():
    with pytest.raises(Faulty) as caught:
        _read(b"code,code\n1,2\n")
    assert [(f.row, f.column, f.code) for f in caught.value.faults] == [
        (1, "name", "table.column_missing"),
        (1, "code", "table.column_twice"),
    ]


def test_bounds_are_refused_before_anything_is_kept():
    with pytest.raises(Refused) as caught:
        _read(b"code,name\n" + b"1,a\n" * 11)
    assert caught.value.code == "table.too_many_rows"
    with pytest.raises(Refused) as caught:
        _read(b"code,name\n", max_bytes=5)
    assert caught.value.code == "table.too_large"


def test_a_row_with_too_many_cells_is_kept_and_named():
    table = _read(b"code,name\n1,a,b\n2,c\n")
    assert len(table.rows) == 2 and table.faults[0].row == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "=HYPERLINK(1)"])
def test_no_text_reaches_a_spreadsheet_as_a_formula(text):
    assert safe_cell(text) == f"'{text}"


def test_harmless_cells_stay_as_they_are():
    assert [safe_cell(v) for v in ("a=1", 5, None, "")] == ["a=1", 5, None, ""]
