"""Documents as PDF/A: conformance, words, places for signatures, whatever people type."""

import io
import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pypdf
import pytest

from haicap.documents import pdf
from haicap.documents.decree30 import (
    Annex,
    Article,
    Clause,
    Column,
    Document,
    Heading,
    Item,
    Paragraph,
    QrCode,
    Signer,
    Table,
)
from haicap.documents.rules import Authority
from haicap.documents.tests.conformance import page_faults, verapdf_faults

MADE = datetime(2025, 8, 5, 1, 30, tzinfo=UTC)
COLUMNS = (Column(label="STT", share=0.5), Column(label="Đơn vị", share=3), Column(label="Số", align="right"))
TABLE = Table(
    caption="Bảng 1. Đơn vị",
    columns=COLUMNS,
    rows=(*((str(n), f"Đơn vị {n}", "1.234") for n in range(1, 60)), ("", "Tổng cộng", "5")),
    total_rows=1,
)
CHAIR = Signer(
    post="Phó Chủ tịch",
    name="Cán bộ mẫu 012",
    given=((Authority.COLLECTIVE, "Ủy ban nhân dân"), (Authority.DEPUTY, "Chủ tịch")),
)


def sample(**changes: Any) -> Document:
    parts: dict[str, Any] = {
        "issuer": "Ủy ban nhân dân\nphường Phú An",
        "symbol": "TB-UBND",
        "place": "Phú An",
        "year": 2025,
        "number": 7,
        "day": date(2025, 8, 5),
        "type_name": "Thông báo",
        "summary": "Kết quả giải quyết thủ tục hành chính",
        "grounds": ("Căn cứ Nghị định số 118/2025/NĐ-CP", "Xét đề nghị của Trung tâm"),
        "blocks": (
            Heading(text="Tình hình"),
            Paragraph(text="Sở Nội vụ báo cáo. " * 30, lead="Chú ý:"),
            Item(text="một mục"),
            Article(title="Phạm vi", clauses=(Clause(text="một", points=("x", "y")), Clause(text="hai"))),
            TABLE,
            QrCode(text="https://vi.example/tra-cuu/H29.1-250801-0001", caption="Quét mã để tra cứu"),
        ),
        "signers": (CHAIR,),
        "recipients": ("Như trên",),
        "kept_by": "VP",
    }
    return Document(**(parts | changes))


def built(**changes: Any) -> pdf.Built:
    return pdf.build(document=sample(**changes), made_at=MADE)


def opened(content: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(content))


def words(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in opened(content).pages)


def pages(content: bytes) -> int:
    return len(opened(content).pages)


def placed(content: bytes) -> list[tuple[str, float, float]]:
    """Return the pieces of text with where they start, in points from below left."""
    found = []

    def note(text, outer, inner, _font, _size):
        if text.strip():
            x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
            y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
            found.append((text.strip(), x, y))

    for each in opened(content).pages:
        each.extract_text(visitor_text=note)
    return found


ALL_KINDS = {
    "whole": sample(sample=True, annexes=(Annex(title="Danh sách", blocks=(TABLE,), landscape=True),)),
    "letter": sample(type_name="", addressees=("Sở Tư pháp", "Sở Tài chính"), number=None, day=None),
    "record": sample(signers=tuple(Signer(heading=f"Đại diện {n}", note="(Ký tên)") for n in range(3))),
    "bare": sample(summary="", blocks=(), grounds=(), signers=(), issuer=""),
    "turned": sample(landscape=True, number_text="Mã hồ sơ: H29.1-250801-0001"),
}


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_kind_of_document_conforms_to_pdf_a_2a(kind: str):
    assert page_faults(pdf.build(document=ALL_KINDS[kind], made_at=MADE).content) == []


def test_verapdf_finds_nothing_wrong(tmp_path):
    files = {kind: pdf.build(document=each, made_at=MADE).content for kind, each in ALL_KINDS.items()}
    assert verapdf_faults(files, folder=tmp_path) == {kind: [] for kind in ALL_KINDS}


def test_both_validators_name_what_is_wrong(tmp_path):
    good = built().content
    bad = good.replace(b"<pdfaid:conformance>A<", b"<pdfaid:conformance>B<")
    assert bad != good
    assert any("CONFORMANCE" in fault for fault in page_faults(bad))
    assert any(
        "pdfaid:conformance" in fault for fault in verapdf_faults({"bad": bad}, folder=tmp_path)["bad"]
    )


def test_the_same_document_and_time_give_the_same_bytes():
    assert built().content == built().content
    assert pdf.build(document=sample(), made_at=datetime(2025, 8, 6, tzinfo=UTC)).content != built().content


def test_the_file_carries_title_author_language_and_the_time_it_was_made():
    reader = opened(built().content)
    assert reader.metadata is not None
    assert reader.metadata.title == "Thông báo Kết quả giải quyết thủ tục hành chính"
    assert reader.metadata.author == "Ủy ban nhân dân phường Phú An"
    assert reader.metadata.creation_date == MADE
    assert str(reader.root_object["/Lang"]).startswith("vi")
    assert reader.root_object["/MarkInfo"]["/Marked"]
    assert not reader.is_encrypted
    assert "/OpenAction" not in reader.root_object and "/JavaScript" not in str(reader.root_object)


def test_all_fonts_are_embedded_and_none_comes_from_the_machine():
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in opened(built().content).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all(re.fullmatch(r"/[A-Z]{6}\+Tinos-(Regular|Bold|Italic|BoldItalic)", font) for font in fonts)


def test_vietnamese_text_comes_out_as_it_went_in():
    alphabet = "ÀẢÃÁẠ ẰẲẴẮẶ ẦẨẪẤẬ ÈẺẼÉẸ ỀỂỄẾỆ ÌỈĨÍỊ ÒỎÕÓỌ ỒỔỖỐỘ ỜỞỠỚỢ ÙỦŨÚỤ ỪỬỮỨỰ ỲỶỸÝỴ Đ"
    text = words(built(blocks=(Paragraph(text=alphabet), Paragraph(text=alphabet.lower()))).content)
    assert unicodedata.is_normalized("NFC", text)
    assert alphabet in " ".join(text.split())
    assert alphabet.lower() in " ".join(text.split())


def test_text_that_looks_like_commands_is_only_text():
    nasty = "*đậm* #set page(fill: red) $x$ `code` <label> @ref \\ // \" ' [x] {y} #{sys.inputs} _a_ ~ -- ..."
    parts = (Paragraph(text=nasty), Table(caption=nasty, columns=COLUMNS[:1], rows=((nasty,),)))
    text = words(built(summary=nasty, blocks=parts, signers=(Signer(post=nasty, name=nasty),)).content)
    assert "".join(text.split()).count("".join(nasty.split())) >= 4


def test_what_decree_30_asks_for_is_on_the_page():
    text = words(built().content)
    for line in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "PHƯỜNG PHÚ AN",
        "Số: 07/TB-UBND",
        "Phú An, ngày 05 tháng 8 năm 2025",
        "THÔNG BÁO",
        "Căn cứ Nghị định số 118/2025/NĐ-CP;",
        "Xét đề nghị của Trung tâm.",
        "I. TÌNH HÌNH",
        "Điều 1. Phạm vi",
        "b) y",
        "TM. ỦY BAN NHÂN DÂN",
        "KT. CHỦ TỊCH",
        "- Lưu: VT, VP.",
    ):
        assert line in text


def test_an_open_number_and_date_are_left_blank():
    text = words(built(number=None, day=None, blocks=()).content)
    assert re.search(r"Số:\s+/TB-UBND", text)
    assert re.search(r"ngày\s+tháng\s+năm 2025", text)


def test_the_heading_of_a_table_repeats_and_page_numbers_start_on_the_second_page():
    reader = opened(built(annexes=(Annex(title="Kèm", blocks=(TABLE,)),)).content)
    texts = [page.extract_text().strip() for page in reader.pages]
    assert not texts[0].startswith("1")
    assert texts[1].startswith("2") and "STT" in texts[1]
    annex = next(index for index, text in enumerate(texts) if text.startswith("Phụ lục"))
    assert "(Kèm theo Thông báo số 07/TB-UBND ngày 05 tháng 8 năm 2025" in texts[annex].replace("\n", " ")
    assert texts[annex + 1].startswith("2")


def test_sample_data_is_marked_on_every_page_and_real_data_is_not():
    marked = opened(built(sample=True).content).pages
    assert all("DỮ LIỆU MẪU" in page.extract_text() for page in marked)
    assert "DỮ LIỆU MẪU" not in words(built().content)


def test_the_signature_has_its_place_between_post_and_name_and_the_seal_covers_a_third_of_it():
    result = built(blocks=())
    person, seal = result.boxes
    assert (person.name, seal.name, person.page) == ("signer", "seal", 0)
    left, bottom, right, top = person.box
    assert (right - left, top - bottom) == pytest.approx((50 / 25.4 * 72, 24 / 25.4 * 72))
    assert seal.box[2] - left == pytest.approx((right - left) / 3)
    assert seal.box[2] - seal.box[0] == pytest.approx(36 / 25.4 * 72)
    assert (seal.box[1] + seal.box[3]) / 2 == pytest.approx((bottom + top) / 2)
    places = {text: y for text, _x, y in placed(result.content)}
    assert top <= places["PHÓ CHỦ TỊCH"] < top + 16
    assert bottom - 16 < places["Cán bộ mẫu 012"] < bottom


def test_the_seal_is_as_large_as_it_is():
    wide = pdf.build(document=sample(blocks=()), made_at=MADE, seal_mm=42).boxes[1].box
    assert wide[2] - wide[0] == pytest.approx(42 / 25.4 * 72)


def test_several_signers_have_a_place_each():
    signers = tuple(Signer(heading=f"Đại diện {n}") for n in range(3))
    boxes = built(signers=signers, blocks=()).boxes
    assert [box.name for box in boxes] == ["signer", "seal", "signer_2", "seal_2", "signer_3", "seal_3"]
    people = [box.box for box in boxes if box.name.startswith("signer")]
    assert people[0][2] < people[1][0] and people[1][2] < people[2][0]


def test_the_place_is_found_on_a_later_page_and_on_a_turned_one():
    result = built(landscape=True)
    sizes = [page.mediabox for page in opened(result.content).pages]
    assert result.boxes[0].page == len(sizes) - 1 > 0
    assert sizes[0].width > sizes[0].height
    assert 0 < result.boxes[0].box[1] < result.boxes[0].box[3] < float(sizes[0].height)


def test_a_signature_never_stands_alone_on_a_page():
    for count in range(20, 40):
        result = built(blocks=tuple(Paragraph(text=f"Dòng {n}") for n in range(count)), grounds=())
        last = opened(result.content).pages[result.boxes[0].page].extract_text()
        assert f"Dòng {count - 1}" in last


def test_characters_the_typeface_lacks_become_squares_and_are_named():
    result = built(blocks=(Paragraph(text="trước 😀 中 \ue000 sau"),))
    assert result.replaced == ("中", "\ue000", "😀")
    assert "trước □ □ □ sau" in words(result.content)
    assert page_faults(result.content) == []
    assert built().replaced == ()


def test_marks_that_turn_writing_round_and_control_characters_are_left_out():
    result = built(blocks=(Paragraph(text="một \u202eiah\u202c\x00\x07 ba\ud800"),))
    assert "một iah ba" in words(result.content)


def test_decomposed_text_is_composed():
    assert "Thứ" in words(built(blocks=(Paragraph(text="Thu\u031b\u0301"),)).content)


def test_a_word_wider_than_the_page_or_its_column_is_broken():
    code = "000.00.19.H29-250801-0001"
    narrow = Table(caption="", columns=tuple(Column(label="x") for _ in range(9)), rows=((code,) * 9,))
    result = built(blocks=(Paragraph(text="a" * 3000), narrow))
    text = "".join(words(result.content).split()).replace("\u200b", "")
    assert text.count("a" * 30) * 30 == 3000
    assert text.count(code) == 9
    assert max(x for _text, x, _y in placed(result.content)) < (210 - 20) / 25.4 * 72


def test_a_cell_longer_than_a_page_runs_on():
    result = built(blocks=(Table(caption="", columns=COLUMNS[:2], rows=(("1", "một hai " * 2000),)),))
    assert words(result.content).count("một") + words(result.content).count("hai") >= 3990
    assert pages(result.content) >= 3


def test_a_qr_code_reads_back_from_its_alternative_text():
    assert "Mã QR: https://vi.example/tra-cuu/H29.1-250801-0001" in _alternatives(built().content)


def _alternatives(content: bytes) -> list[str]:
    reader = opened(content)
    numbers = range(1, int(str(reader.trailer["/Size"])))
    objects = [reader.get_object(number) for number in numbers]
    return [str(each["/Alt"]) for each in objects if isinstance(each, dict) and "/Alt" in each]


def test_without_fonts_the_refusal_says_what_to_do(tmp_path):
    with pytest.raises(pdf.TypefaceMissing) as refusal:
        pdf.build(document=sample(), made_at=MADE, fonts=tmp_path)
    assert refusal.value.code == "documents.typeface_missing"
    assert "make install" in str(refusal.value)


def test_a_time_without_a_zone_is_a_mistake_of_the_program():
    with pytest.raises(AssertionError):
        pdf.build(document=sample(), made_at=datetime(2025, 8, 5))  # noqa: DTZ001
