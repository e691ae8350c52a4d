"""What is exported, read back by other programs, is what was filled in; in every format, over all versions."""

import csv
import io
import json
import unicodedata
import uuid
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pyarrow.parquet as pq
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from haicap.accounts.queries import actor_of
from haicap.kernel import jobs
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.kernel.models import AuditEntry, Job
from haicap.questionnaire.actions import export as actions
from haicap.questionnaire.models import Assignment, Attachment, Form, FormVersion, Submission
from haicap.questionnaire.queries.export import export_for
from haicap.questionnaire.rules import export as rules
from haicap.questionnaire.rules.export import Options
from haicap.questionnaire.rules.schema import Schema

OLD = """
| survey |
| | type | name | label::Tiếng Việt (vi) | label::English (en) |
| | text | centre | Tên bộ phận | Centre |
| | integer | people | Số người | People |
| | decimal | area | Diện tích | Area |
| | date | day | Ngày | Day |
| | dateTime | moment | Lúc | Moment |
| | geopoint | spot | Vị trí | Spot |
| | geoshape | site | Khu đất | Site |
| | select_one kind | kind | Loại | Kind |
| | select_multiple service | services | Dịch vụ | Services |
| | image | photo | Ảnh | Photo |
| | text | only_old | Câu cũ | Old question |
| | begin repeat | hall | Điểm tiếp nhận | Hall |
| | text | hall_name | Tên điểm | Name of the hall |
| | begin repeat | counter | Quầy | Counter |
| | text | clerk | Cán bộ | Clerk |
| | end repeat | | | |
| | end repeat | | | |
| choices |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | kind | big | Lớn | Large |
| | kind | small | Nhỏ | Small |
| | service | id | Căn cước | Identity card |
| | service | land | Đất đai | Land |
| | service | birth | Khai sinh | Birth |
| settings |
| | form_title | form_id | version | default_language |
| | Một cửa | mot-cua | 1 | Tiếng Việt (vi) |
"""
NEW = (
    OLD.replace("| integer | people |", "| integer | staff |")
    .replace("| | text | only_old | Câu cũ | Old question |\n", "")
    .replace("begin repeat | hall |", "begin repeat | office |")
    .replace("| text | centre |", "| text | only_new | Câu mới | New question |\n| | text | centre |")
    .replace("| mot-cua | 1 |", "| mot-cua | 2 |")
)
RENAMED = {
    "/staff": "/people", "/office": "/hall", "/office/hall_name": "/hall/hall_name",
    "/office/counter": "/hall/counter", "/office/counter/clerk": "/hall/counter/clerk",
}  # fmt: skip
AT = datetime(2025, 8, 5, 18, 30, tzinfo=UTC)  # already the next day in the city
FORMULA = '=HYPERLINK("http://x.vn","bấm")'
_xforms: dict[str, str] = {}


def version(survey, number, markdown, columns=None):
    if markdown not in _xforms:  # the conversion is slow
        _xforms[markdown] = convert(markdown, file_type=".md").xform
    xform = _xforms[markdown]
    schema = Schema.of(xform).with_columns(columns or {})
    state = "published" if number == 2 else "superseded"
    return FormVersion.objects.create(
        form=survey, number=number, version=str(number), state=state, xform=xform, sha256=str(number), md5="x",
        schema=schema.to_json(), created_at=AT, published_at=AT,
    )  # fmt: skip


@pytest.fixture
def survey(campaign):
    row = Form.objects.create(
        campaign=campaign, form_id="mot-cua", title="Một cửa", created_at=timezone.now()
    )
    version(row, 1, OLD)
    version(row, 2, NEW, RENAMED)
    return row


def put(survey, number, answers, halls=(), at=AT, **more):
    """Store a filled form: texts by name, halls as (name, clerks)."""
    identity = f"uuid:{uuid.uuid4()}"
    root = etree.Element("data", id="mot-cua", version=str(number))
    for name, text in answers.items():
        etree.SubElement(root, name).text = text
    for name, clerks in halls:
        hall = etree.SubElement(root, "hall" if number == 1 else "office")
        etree.SubElement(hall, "hall_name").text = name
        for clerk in clerks:
            etree.SubElement(etree.SubElement(hall, "counter"), "clerk").text = clerk
    etree.SubElement(etree.SubElement(root, "meta"), "instanceID").text = identity
    return Submission.objects.create(
        form=survey, version=survey.versions.get(number=number), instance_id=identity, current_id=identity,
        xml=etree.tostring(root, encoding="unicode"), sha256=identity, received_at=at, **more,
    )  # fmt: skip


@pytest.fixture
def rows(survey):
    """Three filled forms with whatever is awkward."""
    return [
        put(
            survey, 1,
            {"centre": 'Bến "Nghé",\n phường', "people": "12", "area": "120.50", "day": "2025-07-01",
             "moment": "2025-07-01T01:00:00.000Z", "spot": "10.7757 106.7004 3 5", "kind": "big",
             "site": "10 106 0 0; 10.1 106 0 0; 10.1 106.1 0 0; 10 106 0 0", "services": "id birth",
             "photo": "ảnh.jpg", "only_old": FORMULA},
            [("Số 1", ["An", "Bình"]), ("Số 2", [])], state="approved",
        ),
        put(
            survey, 2,
            {"only_new": "mới", "centre": unicodedata.normalize("NFD", "Thủ Đức"), "staff": "-5", "area": "không rõ",
             "day": "1890-01-02", "moment": "2025-07-01T08:00:00.250", "kind": "lạ",
             "photo": "+84 901"},
            [("@Số 3", ["-Chi"])], device="collect:1", edits=2,
        ),
        put(survey, 2, {"staff": "12345678901234567", "area": "0.12345678901234567890"}, state="rejected",
            at=AT + timedelta(days=3)),
    ]  # fmt: skip


def written(survey, actor=SYSTEM, **options):
    target = io.BytesIO()
    export_for(actor=actor, form=survey, options=Options(**options)).write(target)
    return target.getvalue()


def tables(raw):
    archive = zipfile.ZipFile(io.BytesIO(raw))
    assert archive.testzip() is None
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
        for name in archive.namelist()
        if name.endswith(".csv")
    }


def sheets(raw):
    book = load_workbook(io.BytesIO(raw))
    found = {}
    for sheet in book:
        heads, *lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
        found[sheet.title] = [dict(zip(heads, line, strict=True)) for line in lines]
    return found


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
    layout = rules.layout_of([Schema.of(_xforms[OLD])], options=Options(format="xlsx"), titles={})
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


def test_parquet_has_types_and_loses_no_text(survey, rows):
    archive = zipfile.ZipFile(io.BytesIO(written(survey, format="parquet")))
    table = pq.read_table(io.BytesIO(archive.read("submissions.parquet")))
    types = {field.name: str(field.type) for field in table.schema}
    assert types["people"] == "int64"
    assert types["area"] == "double"
    assert types["day"] == "date32[day]"
    assert types["moment"] == "timestamp[ms, tz=Asia/Ho_Chi_Minh]"
    assert types["services"].startswith("list<")
    first, second, third = table.to_pylist()
    assert [first["people"], second["people"], third["people"]] == [12, -5, 12345678901234567]
    assert (first["area"], second["area"]) == (120.5, None)
    assert (first["day"], second["day"]) == (date(2025, 7, 1), date(1890, 1, 2))
    assert first["moment"] == datetime(2025, 7, 1, 1, tzinfo=UTC)
    assert first["moment"].utcoffset() == timedelta(hours=7)
    assert first["services"] == ["id", "birth"]
    assert json.loads(second["__texts"]) == {"area": "không rõ", "moment": "2025-07-01T08:00:00.250"}
    assert json.loads(third["__texts"]) == {"area": "0.12345678901234567890"}
    assert Decimal(repr(third["area"])) != Decimal("0.12345678901234567890")
    assert first["__texts"] is None
    assert table.schema.field("people").metadata[b"question"].decode() == "Số người"
    halls = pq.read_table(io.BytesIO(archive.read("office.parquet"))).to_pylist()
    assert [row["hall/hall_name"] for row in halls] == ["Số 1", "Số 2", "@Số 3"]


def test_parquet_in_bulk_reads_like_one_by_one(survey):
    answers = ["7", "-0", " 8 ", "9.0", "1e3", "0x1F", "", "99999999999999999999", "2025-02-30", "2025-02-28"]
    for text in answers:
        put(survey, 2, {"staff": text, "day": text})
    archive = zipfile.ZipFile(io.BytesIO(written(survey, format="parquet")))
    found = pq.read_table(io.BytesIO(archive.read("submissions.parquet"))).to_pylist()
    assert [row["people"] for row in found] == [7, 0, 8, 9, 1000, None, None, None, None, None]
    assert [row["day"] for row in found] == [None] * 9 + [date(2025, 2, 28)]
    for text, row in zip(answers, found, strict=True):
        kept = json.loads(row["__texts"] or "{}")
        assert ("people" in kept) == bool(text and row["people"] is None)


def test_geojson_has_a_feature_for_each_place_and_none_is_lost(survey, rows):
    found = json.loads(written(survey, format="geojson"))
    assert found["type"] == "FeatureCollection"
    shapes = [(one["geometry"] or {}).get("type") for one in found["features"]]
    assert shapes == ["Point", "Polygon", None, None]
    point, polygon, second, _third = found["features"]
    assert point["geometry"]["coordinates"] == [106.7004, 10.7757, 3]
    ring = polygon["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) > 0
    assert point["properties"]["services"] == ["id", "birth"]
    assert point["properties"]["people"] == 12
    assert (point["properties"]["__question"], polygon["properties"]["__question"]) == ("spot", "site")
    assert second["properties"]["area"] == "không rõ"
    assert {one["__id"] for one in (f["properties"] for f in found["features"])} == {
        r.instance_id for r in rows
    }


def test_xml_comes_with_the_files_and_no_name_leads_elsewhere(survey, rows):
    for name, content in (("ảnh.jpg", b"JPEG"), ("../../etc/passwd", b"x"), ("submission.xml", b"y")):
        Attachment.objects.create(
            submission=rows[0], name=name, file=ContentFile(content, name="f.bin"), size=1
        )
    Attachment.objects.create(submission=rows[1], name="missing.jpg")
    archive = zipfile.ZipFile(io.BytesIO(written(survey, format="xml")))
    assert archive.testzip() is None
    folder = rows[0].instance_id.removeprefix("uuid:")
    assert archive.read(f"{folder}/submission.xml").decode() == rows[0].xml
    assert archive.read(f"{folder}/ảnh.jpg") == b"JPEG"
    assert sorted(name for name in archive.namelist() if name.startswith(folder)) == [
        f"{folder}/_.._etc_passwd", f"{folder}/submission.xml", f"{folder}/submission_2.xml", f"{folder}/ảnh.jpg",
    ]  # fmt: skip
    assert len(archive.namelist()) == 6
    first = tables(written(survey))["submissions"][0]
    assert (first["__files"], first["__files_missing"]) == ("3", "0")


def test_labels_and_split_choices_in_the_language_asked_for(survey, rows):
    first, second, _ = tables(written(survey, labels=True, split=True, language="en"))["submissions"]
    assert (first["Kind"], second["Kind"]) == ("Large", "lạ")
    assert first["Services"] == "Identity card; Birth"
    assert [first[f"Services/{word}"] for word in ("Identity card", "Land", "Birth")] == ["1", "0", "1"]
    assert [second[f"Services/{word}"] for word in ("Identity card", "Land", "Birth")] == ["", "", ""]
    assert first["State"] == "Approved"
    assert first["People"] == "12"
    vietnamese = tables(written(survey, labels=True, language="vi"))["submissions"][0]
    assert vietnamese["Dịch vụ"] == "Căn cước; Khai sinh"
    plain = tables(written(survey, split=True))["submissions"][0]
    assert (plain["services"], plain["services/id"], plain["services/land"]) == ("id birth", "1", "0")


def test_two_questions_with_one_label_keep_two_columns(campaign):
    row = Form.objects.create(campaign=campaign, form_id="mot-cua", title="x", created_at=timezone.now())
    version(row, 2, NEW.replace("Câu mới", "Tên bộ phận"))
    put(row, 2, {"only_new": "a", "centre": "b"})
    found = tables(written(row, labels=True))["submissions"][0]
    assert (found["Tên bộ phận"], found["Tên bộ phận (centre)"]) == ("a", "b")


def test_the_dictionary_says_what_each_column_is_and_in_which_versions(survey, rows):
    found = {row["Name"]: row for row in tables(written(survey, language="en"))["dictionary"]}
    assert found["people"]["Versions"] == "2, 1"
    assert found["only_old"]["Versions"] == "1"
    assert found["people"]["Question Tiếng Việt (vi)"] == "Số người"
    assert found["people"]["Question English (en)"] == "People"
    assert found["kind"]["Choices English (en)"] == "big = Large; small = Small"
    assert (found["people"]["Type"], found["people"]["Path"]) == ("int", "/staff")
    assert found["__received_at"]["Type"] == "dateTime"


def test_a_question_whose_type_changed_is_text(campaign):
    row = Form.objects.create(campaign=campaign, form_id="mot-cua", title="x", created_at=timezone.now())
    version(row, 1, OLD)
    version(row, 2, NEW.replace("| integer | staff |", "| text | staff |"), RENAMED)
    put(row, 1, {"people": "5"})
    put(row, 2, {"staff": "-năm"})
    assert [line["people"] for line in tables(written(row))["submissions"]] == ["5", "'-năm"]
    archive = zipfile.ZipFile(io.BytesIO(written(row, format="parquet")))
    table = pq.read_table(io.BytesIO(archive.read("submissions.parquet")))
    assert str(table.schema.field("people").type) == "string"


def test_states_and_days_choose_which_are_exported(survey, rows):
    def keys(**options):
        return [row["__id"] for row in tables(written(survey, **options))["submissions"]]

    assert keys(states=("approved", "rejected")) == [rows[0].instance_id, rows[2].instance_id]
    assert keys(since=date(2025, 8, 6), until=date(2025, 8, 6)) == [rows[0].instance_id, rows[1].instance_id]
    assert keys(until=date(2025, 8, 5)) == []
    assert keys(since=date(2025, 8, 7), until=date.max) == [rows[2].instance_id]


def test_an_edit_keeps_the_key_of_its_submission(survey, rows):
    row = rows[0]
    row.xml = row.xml.replace(row.instance_id, "uuid:edited")
    row.current_id = "uuid:edited"
    row.save()
    found = tables(written(survey))
    assert found["submissions"][0]["__id"] == row.instance_id
    assert found["office"][0]["__Submissions-id"] == row.instance_id


def test_a_broken_stored_form_is_named_and_does_not_stop_the_rest(survey, rows):
    Submission.objects.filter(pk=rows[1].pk).update(xml="<broken")
    found = tables(written(survey))["submissions"]
    assert [row["__fault"] for row in found] == ["", "not_xml", ""]
    assert found[2]["people"] == "12345678901234567"


def test_everybody_exports_what_they_see_and_no_more(survey, rows, actor, person):
    officer = person(Role.DEPARTMENT_OFFICER)
    Submission.objects.filter(pk=rows[1].pk).update(person=officer)
    Assignment.objects.create(form=survey, verb="read", scope="own", person=officer)
    found = tables(written(survey, actor=actor_of(person=officer)))
    assert [row["__id"] for row in found["submissions"]] == [rows[1].instance_id]
    assert [row["hall/hall_name"] for row in found["office"]] == ["'@Số 3"]
    with pytest.raises(NotAllowed):
        actions.export_submissions(actor=actor(Role.BRIDGE_TECHNICIAN), form=survey, options=Options())


def test_pages_of_rows_leave_none_out_and_repeat_none(survey, monkeypatch):
    monkeypatch.setattr("haicap.questionnaire.queries.export.PAGE", 3)
    kept = [put(survey, 2, {"staff": str(number)}).instance_id for number in range(10)]
    said = []
    export = export_for(actor=SYSTEM, form=survey, options=Options())
    put(survey, 2, {"staff": "later"})
    target = io.BytesIO()
    export.write(target, report=lambda done, of: said.append((done, of)))
    assert [row["__id"] for row in tables(target.getvalue())["submissions"]] == kept
    assert said == [(3, 10), (6, 10), (9, 10), (10, 10)]


def test_a_form_that_was_never_published_has_nothing_to_export(campaign):
    row = Form.objects.create(campaign=campaign, form_id="x", title="x", created_at=AT)
    with pytest.raises(Refused) as caught:
        export_for(actor=SYSTEM, form=row, options=Options())
    assert caught.value.code == "export.no_version"
    with pytest.raises(Refused):
        export_for(actor=SYSTEM, form=row, options=Options(format="doc"))


def test_the_plans_report_has_reported_and_verified_values_side_by_side(commune, campaign, plan, actor):
    from haicap.questionnaire.models import UnitReport, VerifiedValue

    commune.save()
    commune.submit()
    commune.sign()
    report = UnitReport.objects.get(unit=commune.unit)
    form = report.version.form
    if report.submission is None:
        Submission.objects.create(
            form=form, version=report.version, instance_id=str(report.instance_id), current_id="x", xml=report.xml,
            sha256="x", unit=commune.unit, received_at=AT,
        )  # fmt: skip
    field = campaign.fields.filter(reported_values__report=report, reported_values__na_reason="").first()
    VerifiedValue.objects.create(
        campaign=campaign, unit=commune.unit, field=field, text="77", reason="đếm lại", current=True, at=AT
    )
    (row,) = tables(written(form))["submissions"]
    column = next(name for name in row if name.rpartition("/")[2] == field.key)
    assert row[column] == commune.answers[field.key]
    assert (row[f"{column}~verified"], row[f"{column}~verified_note"]) == ("77", "đếm lại")
    assert row["__unit"] == commune.unit.code


def test_the_page_hands_out_the_file_and_notes_it(survey, rows, client_as):
    client = client_as(Role.SECRETARIAT)
    address = reverse("questionnaire:export", args=[survey.pk])
    assert client.get(address).status_code == 200
    answer = client.post(address, {"format": "csv", "states": ["approved"], "language": "Tiếng Việt (vi)"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="mot-cua-')
    found = tables(b"".join(answer.streaming_content))
    assert [row["__id"] for row in found["submissions"]] == [rows[0].instance_id]
    entry = AuditEntry.objects.filter(action="questionnaire.submissions.exported").latest("sequence")
    after = entry.after or {}
    assert (after["format"], after["count"]) == ("csv", 1)
    assert client.post(address, {"format": "doc"}).status_code == 422
    span = {"format": "csv", "since": "2025-08-06", "until": "2025-08-05"}
    assert client.post(address, span).status_code == 422


def test_a_large_export_is_made_by_a_job_for_who_asked(survey, rows, client_as, monkeypatch):
    monkeypatch.setitem(actions.AT_ONCE, "xlsx", 2)
    client, other = client_as(Role.SECRETARIAT), client_as(Role.ADMINISTRATOR)
    answer = client.post(
        reverse("questionnaire:export", args=[survey.pk]), {"format": "xlsx", "since": "2025-08-06"}
    )
    job = Job.objects.get(kind="questionnaire.export")
    assert answer.headers["Location"] == reverse("kernel:job", args=[job.pk])
    people = {client.person.pk: client.actor}
    assert jobs.run_next(actor_of=lambda key: people[key])
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    result = job.result or {}
    assert result["count"] == 3
    ready = client.get(result["url"])
    assert result["filename"] in ready.content.decode()
    file = client.get(reverse("questionnaire:export-file", args=[result["token"]]))
    assert len(sheets(b"".join(file.streaming_content))["submissions"]) == 3
    assert other.get(result["url"]).status_code == 404
    assert other.get(reverse("questionnaire:export-file", args=[result["token"]])).status_code == 404


def test_old_exports_are_taken_away(survey, rows, monkeypatch, actor):
    who = actor(Role.SECRETARIAT)
    job = Job.objects.create(kind="questionnaire.export", state="done", requested_by_id=who.person_id)
    result = actions.keep_export(
        actor=who, form=survey, options=Options(), progress=jobs._Terminal(print, bool)
    )
    Job.objects.filter(pk=job.pk).update(result=result)
    token = uuid.UUID(result["token"])
    assert actions.drop_old_exports() == 0
    with actions.open_export(actor=who, token=token).source as source:
        assert len(source.read()) == result["bytes"]
    monkeypatch.setattr(actions, "KEPT_DAYS", -1)
    assert actions.drop_old_exports() >= 1
    with pytest.raises(Missing):
        actions.open_export(actor=who, token=token)


def test_the_terminal_writes_a_file(survey, rows, tmp_path):
    target = tmp_path / "mot-cua.zip"
    call_command("questionnaire", "export", "mot-cua", "--format", "csv", "--labels", "--language", "en",
                 "--out", str(target), stdout=io.StringIO())  # fmt: skip
    assert [row["People"] for row in tables(target.read_bytes())["submissions"]][:2] == ["12", "-5"]
