"""The layout of a document, fact by fact, read back from the file."""

import io
import shutil
import subprocess
from datetime import date
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from haicap.documents.decree30 import (
    Annex,
    Article,
    Clause,
    Column,
    Document,
    Heading,
    Paragraph,
    Signer,
    Table,
    build,
)
from haicap.documents.rules import Authority

TABLE = Table(
    caption="Bảng 1. Đơn vị",
    columns=(
        Column(label="STT", share=0.5),
        Column(label="Đơn vị", share=3),
        Column(label="Số", align="right"),
    ),
    rows=(*((str(n), f"Đơn vị {n}", "1.234") for n in range(1, 60)), ("", "Tổng cộng", "5")),
    total_rows=1,
)


def sample(**changes):
    parts: dict[str, Any] = {
        "superior": "Ủy ban nhân dân\nThành phố Hồ Chí Minh",
        "issuer": "Sở Nội vụ",
        "symbol": "BC-SNV",
        "place": "Thành phố Hồ Chí Minh",
        "year": 2025,
        "number": 7,
        "day": date(2025, 8, 5),
        "type_name": "Báo cáo",
        "summary": "Kết quả khảo sát tại 168 phường, xã, đặc khu",
        "grounds": ("Căn cứ Luật Tổ chức chính quyền địa phương", "Căn cứ Kế hoạch"),
        "blocks": (
            Heading(text="Tình hình"),
            Heading(text="Kết quả", level=2),
            Paragraph(text="Sở Nội vụ báo cáo. " * 30),
            Article(
                title="Phạm vi", clauses=(Clause(text="một", points=tuple("123456")), Clause(text="hai"))
            ),
            TABLE,
        ),
        "signers": (Signer(post="Phó Giám đốc", given=((Authority.DEPUTY, "Giám đốc"),)),),
        "recipients": ("UBND Thành phố",),
        "kept_by": "XDCQ",
    }
    return Document(**(parts | changes))


def opened(**changes):
    return docx.Document(io.BytesIO(build(document=sample(**changes))))


def paragraph_of(document, start):
    found = [p for p in document.paragraphs if p.text.startswith(start)]
    assert found, f"no paragraph starts with {start!r}"
    return found[0]


def test_the_page_is_a4_upright_with_the_margins_of_the_decree():
    section = opened().sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert 20 <= section.top_margin.mm <= 25
    assert 20 <= section.bottom_margin.mm <= 25
    assert 30 <= section.left_margin.mm <= 35
    assert 15 <= section.right_margin.mm <= 20.01


def test_the_font_is_times_new_roman_in_every_script_and_black():
    document = opened()
    fonts = document.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {
        "Times New Roman"
    }
    assert document.styles["Normal"].font.size.pt == 14
    assert str(document.styles["Heading 1"].font.color.rgb) == "000000"


def test_country_and_motto_stand_at_the_right_with_a_line_as_long_as_the_motto():
    cell = opened().tables[0].rows[0].cells[1]
    country, motto, line = cell.paragraphs[:3]
    assert country.text == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert country.runs[0].bold and country.runs[0].font.size.pt == 12
    assert motto.text == "Độc lập - Tự do - Hạnh phúc"
    assert motto.runs[0].bold and motto.runs[0].font.size.pt == 13
    assert line._p.pPr.find(qn("w:pBdr")) is not None
    length = 10.2 - 2 * line.paragraph_format.left_indent.cm
    assert length == pytest.approx(5.59, abs=0.02)


def test_the_issuer_is_bold_under_its_superior_with_a_line_a_third_to_half_as_long():
    cell = opened().tables[0].rows[0].cells[0]
    texts = [p.text for p in cell.paragraphs]
    assert texts[:3] == ["ỦY BAN NHÂN DÂN", "THÀNH PHỐ HỒ CHÍ MINH", "SỞ NỘI VỤ"]
    assert not cell.paragraphs[0].runs[0].bold
    assert cell.paragraphs[2].runs[0].bold
    assert cell.paragraphs[3]._p.pPr.find(qn("w:pBdr")) is not None


def test_a_body_without_a_superior_stands_alone():
    cell = opened(superior="", issuer="Ủy ban nhân dân\nphường Phú An").tables[0].rows[0].cells[0]
    assert [p.text for p in cell.paragraphs][:2] == ["ỦY BAN NHÂN DÂN", "PHƯỜNG PHÚ AN"]


def test_number_upright_and_date_italic_share_a_line():
    left, right = opened().tables[0].rows[0].cells
    number = next(p for p in left.paragraphs if p.text.startswith("Số:"))
    assert number.text == "Số: 07/BC-SNV"
    assert not number.runs[0].italic and number.runs[0].font.size.pt == 13
    day = right.paragraphs[-1]
    assert day.text == "Thành phố Hồ Chí Minh, ngày 05 tháng 8 năm 2025"
    assert day.runs[0].italic


def test_an_open_number_and_date_are_left_blank_not_invented():
    left, right = opened(number=None, day=None).tables[0].rows[0].cells
    number = next(p.text for p in left.paragraphs if p.text.startswith("Số:"))
    assert number == f"Số: {chr(0xA0) * 8}/BC-SNV"
    assert not any(char.isdigit() for char in right.paragraphs[-1].text.replace("2025", ""))


def test_type_and_summary_are_bold_in_the_middle_with_a_line_below():
    document = opened()
    kind = paragraph_of(document, "BÁO CÁO")
    assert kind.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert kind.runs[0].bold and kind.runs[0].font.size.pt == 14
    summary = paragraph_of(document, "Kết quả khảo sát")
    assert summary.runs[0].bold
    following = document.paragraphs[[p.text for p in document.paragraphs].index(summary.text) + 1]
    assert following._p.pPr.find(qn("w:pBdr")) is not None


def test_a_letter_has_its_summary_under_the_number_and_its_addressees():
    document = opened(type_name="", symbol="SNV-XDCQ", addressees=("Sở Tư pháp", "Sở Tài chính"))
    texts = [p.text for p in document.tables[0].rows[0].cells[0].paragraphs]
    assert texts[-1].startswith("V/v Kết quả")
    assert [p.text for p in document.paragraphs if p.text.startswith("- Sở")] == [
        "- Sở Tư pháp;",
        "- Sở Tài chính.",
    ]
    assert not any(p.text == "BÁO CÁO" for p in document.paragraphs)


def test_grounds_are_italic_and_end_as_the_decree_says():
    document = opened()
    grounds = [p for p in document.paragraphs if p.text.startswith("Căn cứ")]
    assert [p.text[-1] for p in grounds] == [";", "."]
    assert all(p.runs[0].italic for p in grounds)


def test_the_body_is_justified_with_its_first_line_indented():
    body = paragraph_of(opened(), "Sở Nội vụ báo cáo")
    assert body.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert body.paragraph_format.first_line_indent.cm == pytest.approx(1.27, abs=0.01)
    assert body.paragraph_format.space_after.pt >= 6
    assert 1.0 <= body.paragraph_format.line_spacing <= 1.5


def test_headings_articles_clauses_and_points_are_numbered():
    document = opened()
    assert paragraph_of(document, "I. TÌNH HÌNH").style.name == "Heading 1"
    assert paragraph_of(document, "1. Kết quả").style.name == "Heading 2"
    assert paragraph_of(document, "Điều 1. Phạm vi").runs[0].bold
    texts = [p.text for p in document.paragraphs]
    start = texts.index("1. một")
    assert texts[start : start + 8] == ["1. một", "a) 1", "b) 2", "c) 3", "d) 4", "đ) 5", "e) 6", "2. hai"]


def test_a_table_repeats_its_heading_row_and_its_total_is_bold():
    table = opened().tables[1]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.rows[1]._tr.trPr.find(qn("w:tblHeader")) is None
    assert table.rows[1].cells[2].paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT
    assert table.rows[-1].cells[1].paragraphs[0].runs[0].bold
    assert not table.rows[1].cells[1].paragraphs[0].runs[0].bold


def test_recipients_stand_left_of_the_signature():
    left, right = opened().tables[2].rows[0].cells
    heading, first, last = left.paragraphs
    assert heading.text == "Nơi nhận:" and heading.runs[0].bold and heading.runs[0].italic
    assert heading.runs[0].font.size.pt == 12
    assert first.text == "- UBND Thành phố;" and first.runs[0].font.size.pt == 11
    assert last.text == "- Lưu: VT, XDCQ."
    assert [p.text for p in right.paragraphs][:2] == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]
    assert right.paragraphs[0].runs[0].bold


def test_a_record_has_its_signatures_side_by_side():
    signers = tuple(Signer(heading=h) for h in ("Thư ký", "Đại diện đơn vị", "Trưởng đoàn"))
    row = opened(signers=signers).tables[2].rows[0]
    assert [cell.paragraphs[0].text for cell in row.cells] == ["THƯ KÝ", "ĐẠI DIỆN ĐƠN VỊ", "TRƯỞNG ĐOÀN"]


def test_the_page_number_is_centred_on_top_and_hidden_on_the_first_page():
    section = opened().sections[0]
    assert section.different_first_page_header_footer
    number = section.header.paragraphs[0]
    assert number.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert [e.text for e in number._p.iter(qn("w:instrText"))] == ["PAGE"]
    assert not list(section.first_page_header._element.iter(qn("w:instrText")))


def test_annexes_have_roman_numbers_and_pages_of_their_own():
    document = opened(
        annexes=(
            Annex(title="Danh sách", blocks=(Paragraph(text="x"),)),
            Annex(title="Bảng", blocks=(TABLE,), landscape=True),
        )
    )
    assert paragraph_of(document, "Phụ lục II").runs[0].bold
    assert len(document.sections) == 3
    for section in list(document.sections)[1:]:
        assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
    assert document.sections[2].orientation == WD_ORIENT.LANDSCAPE
    source = paragraph_of(document, "(Kèm theo")
    assert source.text == "(Kèm theo Báo cáo số 07/BC-SNV ngày 05 tháng 8 năm 2025 của Sở Nội vụ)"
    assert source.runs[0].italic


def test_a_single_annex_has_no_number():
    document = opened(annexes=(Annex(title="Danh sách", blocks=()),))
    assert paragraph_of(document, "Phụ lục").text == "Phụ lục"


def test_sample_data_is_marked_on_every_page():
    document = opened(sample=True, annexes=(Annex(title="x", blocks=()),))
    for section in document.sections:
        assert "DỮ LIỆU MẪU" in section.first_page_header.paragraphs[0].text
        assert any("DỮ LIỆU MẪU" in p.text for p in section.header.paragraphs)
    real = opened().sections[0]
    assert not any(
        "DỮ LIỆU MẪU" in p.text for p in [*real.header.paragraphs, *real.first_page_header.paragraphs]
    )


def test_text_arrives_in_nfc_and_without_control_characters():
    document = opened(blocks=(Paragraph(text="Thu\u031b\u0301\x0b x\x00"),))
    assert paragraph_of(document, "Thứ").text == "Thứ x"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine to print with")
def test_the_document_prints_and_its_pages_can_be_counted(tmp_path):
    path = tmp_path / "bao-cao.docx"
    path.write_bytes(build(document=sample(sample=True)))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    pdf = (tmp_path / "bao-cao.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type/Page/") + pdf.count(b"/Type/Page ") >= 3
