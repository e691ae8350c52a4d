"""Whatever an author brings is converted as pyxform converts it, or refused with sheet, row and column."""

import io
import struct
import zipfile

import pytest
from openpyxl import Workbook

from haicap.questionnaire.rules import convert as rule
from haicap.questionnaire.rules import sheets, xform
from haicap.questionnaire.rules.convert import convert_form
from haicap.questionnaire.rules.schema import Schema
from haicap.questionnaire.rules.troubles import FormError

HEADING = ["type", "name", "label"]
NAME = ["text", "ho_ten", "Họ tên"]


def book(survey, **more):
    """An xlsx workbook of rows by sheet."""
    made = Workbook(write_only=True)
    for title, rows in {"survey": survey, **more}.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def refused(raw, name="form.xlsx"):
    """The troubles of a file that is refused."""
    with pytest.raises(FormError) as caught:
        convert_form(raw, name=name)
    return caught.value.troubles


def places(troubles):
    return [(one.code, one.sheet, one.row, one.column) for one in troubles]


def rezipped(raw, change):
    """The workbook with parts changed, added or left out: `change` maps names to bytes or None."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename not in change:
                new.writestr(part.filename, old.read(part))
        for part_name, content in change.items():
            if content is not None:
                new.writestr(part_name, content)
    return target.getvalue()


def test_a_workbook_becomes_a_form_with_id_version_title_media_and_choices():
    made = convert_form(
        book(
            [
                [*HEADING, "media::image", "choice_filter"],
                ["select_one mau", "mau", "Màu", "mau.png", None],
                ["select_one_from_file xa.csv", "xa", "Xã", None, None],
                ["select_one_external ap", "ap", "Ấp", None, "xa=${xa}"],
            ],
            choices=[["list_name", "name", "label"], ["mau", "do", "Đỏ"]],
            external_choices=[["list_name", "name", "label", "xa"], ["ap", "1", "Ấp 1", "a"]],
            settings=[["form_id", "version", "form_title"], ["khao_sat", "2026.1", "Khảo sát"]],
        ),
        name="bat ky.xlsx",
    )
    assert (made.kind, made.form_id, made.version, made.title) == ("xlsx", "khao_sat", "2026.1", "Khảo sát")
    assert {one.name for one in made.schema.media} == {"mau.png", "xa.csv", "itemsets.csv"}
    assert "Ấp 1" in made.itemsets


def test_a_workbook_without_an_id_takes_the_one_given_else_the_name_of_its_file():
    raw = book([HEADING, NAME])
    assert convert_form(raw, name="Điều tra hộ.xlsx").form_id == "Điều_tra_hộ"
    assert convert_form(raw, name="x.xlsx", fallback_form_id="ho").form_id == "ho"


@pytest.mark.parametrize(
    ("survey", "more", "place"),
    [
        ([HEADING, ["texxt", "a", "A"]], {}, ("type_unknown", "survey", 2, "type")),
        ([HEADING, NAME, [None, "b", "B"]], {}, ("type_missing", "survey", 3, "type")),
        ([HEADING, NAME, [], ["text", None, "B"]], {}, ("name_missing", "survey", 4, "name")),
        ([HEADING, NAME, ["text", "ho_ten", "B"]], {}, ("name_twice", "survey", 3, "name")),
        ([HEADING, ["text", "1a", "B"]], {}, ("name_bad", "survey", 2, "name")),
        ([HEADING, NAME, ["begin group", "g", "G"]], {}, ("group_unclosed", "survey", 3, "type")),
        ([HEADING, NAME, ["end group", None, None]], {}, ("group_unopened", "survey", 3, "type")),
        (
            [[*HEADING, "relevant"], [*NAME, "${khong_co} = 1"]],
            {},
            ("reference_unknown", "survey", 2, "relevant"),
        ),
        ([HEADING, ["text", "a", "${b}"]], {}, ("reference_unknown", "survey", 2, "label")),
        ([HEADING, ["select_one c", "a", "A"]], {}, ("choices_missing", "survey", 2, "type")),
        (
            [HEADING, NAME, ["select_one c", "a", "A"]],
            {"choices": [["list_name", "name", "label"], ["d", "1", "x"]]},
            ("list_unknown", "survey", 3, "type"),
        ),
        (
            [HEADING, ["select_multiple c", "a", "A"]],
            {"choices": [["list_name", "name", "label"], ["d", "a b", "x"], ["c", "a b", "x"]]},
            ("choice_space", "choices", 3, "name"),
        ),
        (
            [HEADING, ["select_one c", "a", "A"]],
            {"choices": [["list_name", "name", "label"], ["c", "1", "x"], ["c", "1", "y"]]},
            ("choice_twice", "choices", 3, "name"),
        ),
        (
            [[*HEADING, "parameters"], NAME, ["audio", "a", "A", "quality=loud"]],
            {},
            ("parameter_bad", "survey", 3, "parameters"),
        ),
        (
            [[*HEADING, "Calculation"], NAME, ["calculate", "a", None, None]],
            {},
            ("calculation_missing", "survey", 3, "Calculation"),
        ),
        ([[*HEADING, "label"], NAME], {}, ("header_twice", "survey", 1, "label")),
        ([["loai", "name", "label"], NAME], {}, ("header_missing", "survey", 1, "type")),
        ([HEADING, ["integer", "so", None]], {}, ("label_missing", "survey", 2, "label")),
    ],
)
def test_every_fault_pyxform_finds_is_placed(survey, more, place):
    assert places(refused(book(survey, **more))) == [place]


def test_faults_told_in_one_sentence_are_placed_one_by_one():
    choices = [["list_name", "name", "label"], *(["c", "1", "x"],) * 3]
    found = refused(book([HEADING, ["select_one c", "a", "A"]], choices=choices))
    assert [one.row for one in found] == [3, 4]


def test_warnings_are_placed_too_and_come_with_a_refusal_as_well():
    rows = [["type", "name", "label::Viet", "label::English (en)"], ["photo", "anh", "Ảnh", "Photo"]]
    made = convert_form(book(rows), name="x.xlsx")
    assert places(made.warnings) == [
        ("image_large", "survey", 2, "parameters"),
        ("language_bad", "survey", 1, "label::Viet"),
    ]
    with pytest.raises(FormError) as caught:
        convert_form(book([*rows, ["photo", None, "Ảnh", "Photo"]]), name="x.xlsx")
    assert places(caught.value.warnings) == [("image_large", "survey", 2, "parameters")]


def test_what_pyxform_itself_breaks_at_is_a_fault_with_its_row():
    found = refused(book([HEADING, NAME, ["select_one" + " " * 3 + "a b c", "a", "A"]]))
    assert [(one.sheet, one.row) for one in found] == [("survey", 3)]


def test_csv_and_markdown_are_read_by_their_names():
    md = "| survey |\n| | type | name | label |\n| | text | a | A |\n"
    assert convert_form(md.encode(), name="form.md").form_id == "form"
    csv = '"survey"\n,"type","name","label"\n,"text","a","A"\n'
    assert convert_form(csv.encode(), name="form.csv").kind == "csv"


# --- bad input ---------------------------------------------------------------------------------------------------


def test_a_table_of_text_under_the_name_of_a_workbook_is_refused():
    (found,) = refused(b'"survey"\n,"type","name"\n,"text","a"\n')
    assert (found.code, found.detail) == ("not_workbook", "text")


def test_a_document_under_the_name_of_a_workbook_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    (found,) = refused(target.getvalue())
    assert (found.code, found.detail) == ("not_workbook", "document")


@pytest.mark.parametrize("raw", [b"", b"   \n"])
def test_an_empty_file_is_refused(raw):
    assert [one.code for one in refused(raw)] == ["empty"]


@pytest.mark.parametrize("part", [0.2, 0.6, 0.98])
def test_a_truncated_workbook_is_refused(part):
    raw = book([HEADING, NAME])
    assert [one.code for one in refused(raw[: int(len(raw) * part)])] == ["damaged"]


def test_a_broken_old_workbook_and_a_locked_one_are_refused():
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert [one.code for one in refused(old, "form.xls")] == ["damaged"]
    locked = old + "EncryptedPackage".encode("utf-16-le")
    assert [one.code for one in refused(locked, "form.xlsx")] == ["encrypted"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    raw = rezipped(book([HEADING, NAME]), {"xl/worksheets/sheet9.xml": bytes(sheets.MAX_UNPACKED)})
    assert len(raw) < 200_000
    monkeypatch.setattr(sheets, "load_workbook", None)  # would fail if it came that far
    assert [one.code for one in refused(raw)] == ["too_large_unpacked"]


def test_a_zip_that_lies_about_its_sizes_is_refused(monkeypatch):
    raw = bytearray(rezipped(book([HEADING, NAME]), {"xl/big.xml": b"<a>" + b"x" * 3_000_000 + b"</a>"}))
    at = raw.rindex(b"xl/big.xml") - 46
    assert raw[at : at + 4] == b"PK\x01\x02"
    raw[at + 24 : at + 28] = struct.pack("<I", 50)
    assert [one.code for one in refused(bytes(raw))] == ["damaged"]


def test_many_small_parts_and_many_small_tags_are_refused():
    parts = {f"xl/p{number}.bin": b"" for number in range(sheets.MAX_PARTS)}
    assert [one.code for one in refused(rezipped(book([HEADING, NAME]), parts))] == ["too_large_unpacked"]
    strings = b"<sst>" + b"<si/>" * (sheets.MAX_PART_TAGS + 1) + b"</sst>"
    raw = rezipped(book([HEADING, NAME]), {"xl/sharedStrings.xml": strings})
    assert [one.code for one in refused(raw)] == ["too_large_unpacked"]


def test_entities_inside_a_workbook_are_refused():
    for code in ("utf-8", "utf-16"):
        evil = '<!DOCTYPE a [<!ENTITY b "x">]><sst><si><t>&b;</t></si></sst>'.encode(code)
        raw = rezipped(book([HEADING, NAME]), {"xl/sharedStrings.xml": evil})
        assert [one.code for one in refused(raw)] == ["doctype"]


def test_more_rows_columns_sheets_or_groups_than_are_taken_are_refused(monkeypatch):
    many = {f"s{number}": [["a"]] for number in range(sheets.MAX_SHEETS)}
    assert [one.code for one in refused(book([HEADING, NAME], **many))] == ["too_many_sheets"]
    wide = [[*HEADING, *(f"c{number}" for number in range(sheets.MAX_COLUMNS))], NAME]
    assert places(refused(book(wide))) == [("too_many_columns", "survey", 1, "")]
    deep = [["begin group", f"g{number}", "x"] for number in range(40)]
    ends = [["end group"]] * 40
    monkeypatch.setattr(sheets, "MAX_DEPTH", 30)
    assert places(refused(book([HEADING, *deep, NAME, *ends]))) == [("too_deep", "survey", 32, "type")]
    monkeypatch.setattr(sheets, "MAX_ROWS", 50)
    rows = [["note", f"n{number}", "x"] for number in range(400)]
    assert places(refused(book([HEADING, *rows])))[0][:2] == ("too_many_rows", "survey")


def test_a_long_text_is_taken_up_to_what_excel_takes_and_named_beyond():
    long = "Đ" * 10_000
    made = convert_form(book([HEADING, ["text", "a", long]]), name="x.xlsx")
    assert made.schema.by_path["/a"].label == {"": long}
    md = f"| survey |\n| | type | name | label |\n| | text | a | {'x' * (sheets.MAX_CELL + 1)} |\n"
    assert places(refused(md.encode(), "x.md")) == [("cell_too_long", "survey", 2, "label")]
    assert places(refused(book([HEADING, ["text", "a" * 201, "x"]]))) == [
        ("name_too_long", "survey", 2, "name")
    ]


def test_a_control_character_is_named_by_its_cell():
    found = refused(b"| survey |\n| | type | name | label |\n| | text | a | x\x0by |\n", "x.md")
    assert places(found) == [("character_bad", "survey", 2, "label")]
    assert found[0].detail == "U+000B"


def test_a_row_at_the_end_of_the_sheet_does_not_make_it_long():
    raw = rezipped(
        book([HEADING, NAME]),
        {
            "xl/worksheets/sheet1.xml": (
                '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                + "".join(
                    f'<row r="{row}">'
                    + "".join(
                        f'<c r="{letter}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
                        for letter, text in zip("ABC", cells, strict=True)
                    )
                    + "</row>"
                    for row, cells in ((1, HEADING), (2, NAME), (1_048_576, ("text", "b", "B")))
                )
                + "</sheetData></worksheet>"
            ).encode()
        },
    )
    assert next(one.path for one in convert_form(raw, name="x.xlsx").schema.fields) == "/ho_ten"


def test_a_macro_workbook_is_taken_and_told_of():
    raw = rezipped(book([HEADING, NAME]), {"xl/vbaProject.bin": b"macro"})
    made = convert_form(raw, name="form.xlsm")
    assert (made.kind, made.warnings[0].code) == ("xlsm", "macros")


def test_what_keeps_pyxform_busy_for_minutes_is_given_up(monkeypatch):
    monkeypatch.setattr(rule, "MAX_SECONDS", 3)
    busy = "instance('a')/root/item[${a}=" * 1000
    (found,) = refused(book([[*HEADING, "relevant"], ["text", "a", "x", busy]]))
    assert found.code == "too_slow"


def test_a_form_of_ten_thousand_questions_is_converted_apart():
    rows = [
        ["integer", f"q{number}", f"Câu {number}", f"${{q{max(number - 1, 0)}}} > 1"]
        for number in range(10_000)
    ]
    made = convert_form(book([[*HEADING, "relevant"], *rows]), name="lon.xlsx")
    assert len(made.schema.fields) > 10_000
    assert "/data/q9998" in made.schema.by_path["/q9999"].relevant


# --- XForms --------------------------------------------------------------------------------------------------------

XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Thử</h:title><model><instance><data id="thu" version="1"><a/></data></instance>
<bind nodeset="/data/a" type="string"/></model></h:head>
<h:body><input ref="/data/a"><label>A</label></input></h:body></h:html>"""


def test_an_xform_is_taken_as_it_is():
    made = convert_form(XFORM.encode(), name="form.xml")
    assert (made.kind, made.form_id, made.version, made.title) == ("xml", "thu", "1", "Thử")
    assert not made.warnings
    assert Schema.of(made.xform) == made.schema


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('<?xml version="1.0"?>', '<!DOCTYPE a SYSTEM "file:///etc/passwd">', "xform_doctype"),
        (
            '<?xml version="1.0"?>',
            '<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
            "xform_doctype",
        ),
        ("</h:html>", "", "xform_not_xml"),
        ('id="thu"', "", "xform_no_form_id"),
        ("<a/>", "<a/><a/>", "xform_twice"),
        ("<a/>", "<a>" * 70 + "</a>" * 70, "xform_too_deep"),
        ('nodeset="/data/a"', 'nodeset="/data/b"', "xform_bind_unknown"),
        ('ref="/data/a"', 'ref="/data/b"', "xform_control_unknown"),
        ('<instance><data id="thu" version="1"><a/></data></instance>', "", "xform_no_instance"),
        ('id="thu"', 'id="a/b"', "form_id_bad"),
    ],
)
def test_an_xform_that_does_not_hold_together_is_refused(old, new, code):
    assert old in XFORM
    assert [one.code for one in refused(XFORM.replace(old, new).encode(), "form.xml")] == [code]


def test_other_xml_is_no_form():
    assert [one.code for one in refused(b"<a/>", "form.xml")] == ["xform_no_model"]
    assert [one.code for one in refused(b"<html><body>hi</body></html>", "form.xlsx")] == ["xform_no_model"]


def test_the_version_of_an_xform_is_written_anew_and_nothing_else():
    for made in (XFORM, convert_form(book([HEADING, NAME]), name="x.xlsx").xform):
        again = xform.with_version(made, 'b"<2>')
        assert Schema.of(again).version == 'b"<2>'
        old, new = Schema.of(made).to_json(), Schema.of(again).to_json()
        assert old | {"version": 0} == new | {"version": 0}


def test_all_plain_faults_are_told_at_once():
    rows = [
        [*HEADING, "relevant"],
        ["texxt", "a", "A", None],
        ["text", None, "B", None],
        ["text", "c", "C", "${khong_co} = 1"],
        ["select_one mau", "d", "D", None],
        ["text", "c", "Lần nữa", None],
        [None, "e", "E", None],
    ]
    found = refused(
        book(rows, choices=[["list_name", "name", "label"], ["khac", "1", "x"], ["khac", None, "y"]])
    )
    assert set(places(found)) == {
        ("type_unknown", "survey", 2, "type"),
        ("name_missing", "survey", 3, "name"),
        ("reference_unknown", "survey", 4, "relevant"),
        ("list_unknown", "survey", 5, "type"),
        ("name_twice", "survey", 6, "name"),
        ("type_missing", "survey", 7, "type"),
        ("choice_nameless", "choices", 3, "name"),
    }
