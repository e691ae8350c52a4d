"""Numbers, dates and authority as Decree 30/2020 has them."""

from datetime import date

import pytest

from haicap.documents.rules import (
    Authority,
    Symbol,
    SymbolFault,
    SymbolForm,
    authority_lines,
    bold_width_cm,
    date_words,
    grounds_lines,
    number_line,
    parse_symbol,
    point_letter,
    recipient_lines,
    roman,
)


@pytest.mark.parametrize(
    ("text", "form", "number", "kind", "body"),
    [
        ("Số: 15/QĐ-BNV", SymbolForm.STATE, 15, "QĐ", "BNV"),
        ("05/BC-SNV", SymbolForm.STATE, 5, "BC", "SNV"),
        ("120/TTr-UBND", SymbolForm.STATE, 120, "TTr", "UBND"),
        ("12/UBND-VX", SymbolForm.LETTER, 12, "", "UBND-VX"),
        ("30/2020/NĐ-CP", SymbolForm.NORMATIVE, 30, "NĐ", "CP"),
        ("143-BC/ĐU", SymbolForm.PARTY, 143, "BC", "ĐU"),
        ("36-HD/VPTW", SymbolForm.PARTY, 36, "HD", "VPTW"),
    ],
)
def test_a_number_and_symbol_is_taken_apart(text, form, number, kind, body):
    assert parse_symbol(text=text) == Symbol(form=form, number=number, type=kind, body=body)


def test_a_symbol_typed_with_separate_diacritics_is_the_same_symbol():
    assert parse_symbol(text="15/QD\u0335-BNV") != parse_symbol(text="15/QĐ-BNV")
    assert parse_symbol(text="08/BC-U\u031bBND") == parse_symbol(text="08/BC-ƯBND")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5/BC-SNV", "leading_zero"),
        ("005/BC-SNV", "leading_zero"),
        ("00/BC-SNV", "number"),
        ("05 / BC - SNV", "space"),
        ("05/Abc-SNV", "type"),
        ("143-XX/ĐU", "type"),
        ("BC-SNV", "shape"),
        ("", "shape"),
    ],
)
def test_a_faulty_symbol_is_named_by_its_fault(text, code):
    assert parse_symbol(text=text) == SymbolFault(code=code)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 8, 5), "ngày 05 tháng 8 năm 2025"),
        (date(2025, 2, 15), "ngày 15 tháng 02 năm 2025"),
        (date(2025, 1, 9), "ngày 09 tháng 01 năm 2025"),
        (date(2025, 3, 10), "ngày 10 tháng 3 năm 2025"),
        (date(2025, 12, 31), "ngày 31 tháng 12 năm 2025"),
    ],
)
def test_days_below_ten_and_the_first_two_months_take_a_leading_zero(day, words):
    assert date_words(day=day, year=2025) == words


def test_an_open_date_and_number_leave_room():
    assert " ".join(date_words(day=None, year=2025).split()) == "ngày tháng năm 2025"
    assert number_line(number=None, symbol="BC-SNV").replace("\u00a0", "") == "Số: /BC-SNV"
    assert number_line(number=7, symbol="BC-SNV") == "Số: 07/BC-SNV"


def test_points_follow_the_vietnamese_alphabet():
    assert [point_letter(index=i) for i in range(9)] == ["a", "b", "c", "d", "đ", "e", "g", "h", "i"]
    assert point_letter(index=22) == "y"
    assert point_letter(index=23) == "aa"


def test_annexes_take_roman_numbers():
    assert [roman(number=n) for n in (1, 4, 9, 14, 40, 1999)] == ["I", "IV", "IX", "XIV", "XL", "MCMXCIX"]


def test_the_authority_stands_above_the_post():
    assert authority_lines(
        post="Phó Chủ tịch",
        given=((Authority.COLLECTIVE, "Ủy ban nhân dân"), (Authority.DEPUTY, "Chủ tịch")),
    ) == ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    assert authority_lines(post="Giám đốc") == ("GIÁM ĐỐC",)
    assert authority_lines(post="", given=((Authority.ACTING, "Giám đốc"),)) == ("Q. GIÁM ĐỐC",)
    assert authority_lines(post="Chánh Văn phòng", given=((Authority.ORDER, "Chủ tịch"),)) == (
        "TL. CHỦ TỊCH",
        "CHÁNH VĂN PHÒNG",
    )


def test_grounds_end_with_semicolons_and_the_last_with_a_full_stop():
    assert grounds_lines(grounds=("Căn cứ A", "Căn cứ B.", "", "Theo đề nghị;")) == (
        "Căn cứ A;",
        "Căn cứ B;",
        "Theo đề nghị.",
    )


def test_recipients_end_with_the_copy_kept():
    assert recipient_lines(recipients=("Như trên", "Sở Tư pháp;"), kept_by="XDCQ") == (
        "- Như trên;",
        "- Sở Tư pháp;",
        "- Lưu: VT, XDCQ.",
    )


def test_the_width_of_the_motto_is_that_of_times_bold():
    # 12.197 em by the published widths of the font.
    assert bold_width_cm(text="Độc lập - Tự do - Hạnh phúc", points=13) == pytest.approx(5.594, abs=0.001)
