"""What is exported, read back by other programs, is what was filled in; in every format, over all versions."""

import io
import unicodedata
import zipfile
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from haicap.questionnaire.rules import export as rules
from haicap.questionnaire.rules.export import Options
from haicap.questionnaire.rules.schema import Schema
from haicap.questionnaire.tests.export.survey import (
    FORMULA,
    OLD,
    put,
    sheets,
    tables,
    written,
    xform_of,
)


def test_csv_holds_every_answer_of_all_versions_in_one_column_per_question(survey, rows):
    found = tables(written(survey))
    first, second, third = found["submissions"]
    assert [row["__id"] for row in found["submissions"]] == [row.instance_id for row in rows]
    assert (first["centre"], second["centre"]) == ('Bến "Nghé",\n phường', "Thủ Đức")
    assert [row["people"] for row in found["submissions"]] == ["12", "-5", "12345678901234567"]
    assert "staff" not in first
    assert (first["only_new"], second["only_new"]) == ("", "mới")
    assert [row["area"] for row in found["submissions"]] == ["120.50", "không rõ", "0.12345678901234567890"]
    assert (first["spot"], first["spot/latitude"], first["spot/longitude"]) == (
        "10.7757 106.7004 3 5", "10.7757", "106.7004",
    )  # fmt: skip
    assert (second["__device"], second["__edits"], third["__state"]) == ("collect:1", "2", "rejected")
    assert [row["__form_version"] for row in found["submissions"]] == ["1", "2", "2"]


def test_rows_of_repeats_name_their_parents_whatever_the_repeat_was_called(survey, rows):
    found = tables(written(survey))
    keys = [row.instance_id for row in rows]
    assert [(row["__Submissions-id"], row["hall/hall_name"]) for row in found["office"]] == [
        (keys[0], "Số 1"), (keys[0], "Số 2"), (keys[1], "'@Số 3"),
    ]  # fmt: skip
    parents = {row["__id"] for row in found["office"]}
    assert [row["hall/counter/clerk"] for row in found["counter"]] == ["An", "Bình", "'-Chi"]
    assert {row["__Submissions-office-id"] for row in found["counter"]} <= parents
    assert set(found) == {"submissions", "office", "counter", "dictionary"}


def test_no_cell_is_a_formula_and_numbers_stay_numbers(survey, rows):
    first, second, _ = tables(written(survey))["submissions"]
    assert first["only_old"] == f"'{FORMULA}"
    assert second["photo"] == "'+84 901"
    assert second["people"] == "-5"
    book = load_workbook(io.BytesIO(written(survey, format="xlsx")))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "d", "b"}
    risky = next(cell for cell in cells if cell.value == FORMULA)
    assert risky.quotePrefix


def test_moments_are_local_with_their_offset_and_unknown_offsets_are_left_alone(survey, rows):
    first, second, _ = tables(written(survey))["submissions"]
    assert first["moment"] == "2025-07-01T08:00:00+07:00"
    assert first["__received_at"] == "2025-08-06T01:30:00+07:00"
    assert second["moment"] == "2025-07-01T08:00:00.250"
    book = load_workbook(io.BytesIO(written(survey, format="xlsx")))
    sheet = book["submissions"]
    heads = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, heads.index("moment") + 1)
    assert cell.value == datetime(2025, 7, 1, 8, 0)  # noqa: DTZ001
    assert cell.number_format == 'dd/mm/yyyy hh:mm:ss" +07:00"'
    assert sheet.cell(3, heads.index("moment") + 1).number_format == "dd/mm/yyyy hh:mm:ss"


def test_xlsx_says_the_same_with_types(survey, rows):
    found = sheets(written(survey, format="xlsx"))
    first, second, third = found["submissions"]
    assert (first["people"], second["people"]) == (12, -5)
    assert (first["area"], second["area"]) == (120.5, "không rõ")
    assert (first["day"], second["day"]) == (datetime(2025, 7, 1), "1890-01-02")  # noqa: DTZ001
    assert third["people"] == "12345678901234567"  # a number cell would lose its last digits
    assert third["area"] == "0.12345678901234567890"
    assert first["centre"] == 'Bến "Nghé",\n phường'
    assert [row["hall/counter/clerk"] for row in found["counter"]] == ["An", "Bình", "-Chi"]
    assert list(found)[:3] == ["submissions", "office", "counter"]


def test_a_text_longer_than_a_cell_is_whole_in_a_sheet_of_its_own(survey):
    text = "".join(f"{number}😀 " for number in range(9000))
    put(survey, 2, {"centre": text})
    raw = written(survey, format="xlsx", language="en")
    found = sheets(raw)
    shown = found["submissions"][0]["centre"]
    assert shown != text
    assert "Long texts" in shown
    assert len(shown.encode("utf-16-le")) // 2 <= 32_767
    parts = sorted(found["Long texts"], key=lambda row: int(row["Part"]))
    assert "".join(row["Text"] for row in parts) == text
    assert {row["Column"] for row in parts} == {"centre"}


def test_a_full_sheet_goes_on_in_the_next(survey):
    layout = rules.layout_of([Schema.of(xform_of(OLD))], options=Options(format="xlsx"), titles={})
    width = len(layout.sheets[1].columns)
    lines = [(1, [str(number)] * width) for number in range(25)]
    book = load_workbook(io.BytesIO(b"".join(rules.xlsx(layout, iter(lines), most_rows=11))))
    assert book.sheetnames[:5] == ["submissions", "hall", "counter", "hall (2)", "hall (3)"]
    rows = [
        line[0].value
        for name in ("hall", "hall (2)", "hall (3)")
        for line in list(book[name].iter_rows())[1:]
    ]
    assert rows == [str(number) for number in range(25)]
    assert [book[name].max_row for name in ("hall", "hall (2)", "hall (3)")] == [11, 11, 6]


def test_texts_that_workbooks_take_for_escapes_or_cannot_hold_are_kept(survey):
    put(survey, 2, {"centre": "a_x0041_b & <c> ]]>", "only_new": "một\r\nhai"})
    raw = written(survey, format="xlsx")
    sheet = zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml").decode()
    assert "a_x005F_x0041_b &amp; &lt;c&gt; ]]&gt;" in sheet
    assert load_workbook(io.BytesIO(raw))["submissions"].max_row == 2


_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=30).filter(
    lambda t: "_x" not in t
)


@hypothesis_settings(max_examples=25)
@given(st.lists(_TEXTS.map(lambda text: unicodedata.normalize("NFC", text)), min_size=1, max_size=8))
def test_any_text_comes_back_from_csv_and_from_workbooks(texts):
    xform = (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>'
        '<instance><data id="x"><a/></data></instance></model></h:head></h:html>'
    )
    layout = rules.layout_of([Schema.of(xform)], options=Options(), titles={})
    lines = [(0, [""] * (len(layout.sheets[0].columns) - 1) + [text]) for text in texts]
    found = [row["a"] for row in tables(b"".join(rules.csv_zip(layout, iter(lines))))["submissions"]]
    assert found == [f"'{text}" if text[:1] in tuple("=+-@") and text else text for text in texts]
    sheet = load_workbook(io.BytesIO(b"".join(rules.xlsx(layout, iter(lines)))))["submissions"]
    column = len(layout.sheets[0].columns)
    assert [sheet.cell(2 + at, column).value or "" for at in range(len(texts))] == texts


def test_a_table_too_wide_for_a_workbook_is_refused_by_name():
    survey = "".join(f"<q{n}/>" for n in range(16_400))
    xform = (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>'
        f'<instance><data id="x">{survey}</data></instance></model></h:head></h:html>'
    )
    layout = rules.layout_of([Schema.of(xform)], options=Options(format="xlsx"), titles={})
    with pytest.raises(rules.ExportError, match="too_wide"):
        next(rules.xlsx(layout, iter(())))
