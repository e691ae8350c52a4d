"""Parquet, GeoJSON, XML with files, labels and the data dictionary say what was filled in."""

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pyarrow.parquet as pq
from django.core.files.base import ContentFile
from django.utils import timezone

from haicap.questionnaire.models import Attachment, Form
from haicap.questionnaire.tests.export.survey import (
    NEW,
    OLD,
    RENAMED,
    put,
    tables,
    version,
    written,
)


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
