"""Forms of the kinds that are used in the field: each is read, filled in and read back equal."""

import json
import re
import uuid
from collections import Counter

import pytest
from django.core.files.base import ContentFile

from haicap.kernel.access import Role
from haicap.questionnaire.actions.export import export_submissions
from haicap.questionnaire.actions.receive import receive
from haicap.questionnaire.rules.export import Options
from haicap.questionnaire.rules.schema import Reader, Schema, read_submission
from tests.exported import read_back
from tests.filled import (  # fmt: skip
    FORMS,
    as_text,
    converted,
    differences,
    file_of,
    flat,
    flat_nested,
    form_named,
    instance_of,
    is_file,
    is_rows,
    made,
    media_named,
    names,
    tables,
)
from tests.publishing import Brought, publish

TYPES = {
    "text", "integer", "decimal", "date", "time", "dateTime", "note", "select_one", "select_multiple", "rank", "range",
    "acknowledge", "geopoint", "geotrace", "geoshape", "barcode", "image", "audio", "video", "file", "hidden",
    "calculate", "start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit", "start-geopoint",
    "select_one_from_file", "select_multiple_from_file", "select_one_external", "csv-external", "xml-external",
    "begin_group", "begin_repeat", "begin loop over",
}  # fmt: skip
APPEARANCES = {
    "minimal", "autocomplete", "likert", "quick", "quickcompact", "horizontal", "horizontal-compact", "columns",
    "columns-2", "columns-3", "columns-pack", "no-buttons", "label", "list-nolabel", "table-list", "field-list", "map",
    "multiline", "numbers", "url", "thousands-sep", "counter", "signature", "draw", "annotate", "new", "new-front",
    "month-year", "year", "no-calendar", "placement-map", "maps", "picker", "vertical", "rating", "no-ticks",
}  # fmt: skip
COLUMNS = {
    "label", "hint", "guidance_hint", "required", "required_message", "relevant", "constraint", "constraint_message",
    "calculation", "default", "readonly", "appearance", "choice_filter", "repeat_count", "parameters", "trigger",
    "image", "audio", "save_to", "bind::hc:ma_chuan", "instance::hc:don_vi",
}  # fmt: skip
FUNCTIONS = {
    "sum(", "count(", "max(", "min(", "indexed-repeat(", "position(", "once(", "pulldata(", "instance(", "join(",
    "selected(", "selected-at(", "count-selected(", "coalesce(", "if(", "concat(", "round(", "int(", "regex(",
    "string-length(", "format-date(", "decimal-date-time(", "jr:choice-name(", "today()", "uuid()", "current()",
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    return [pair for name in names() for pair in tables(form_named(name).markdown)]


def test_at_least_sixty_forms_stand_ready_with_their_answers():
    assert len(names()) >= 64
    assert {path.stem for path in FORMS.glob("*.md")} == set(names())
    ids = Counter(Schema.of(converted(form_named(name)).xform).form_id for name in names())
    assert max(ids.values()) == 1


def test_together_they_use_every_kind_of_question_and_feature(rows):
    survey = [row for sheet, row in rows if sheet == "survey"]
    types = " ".join(f" {row['type']} " for row in survey)
    assert {one for one in TYPES if f" {one} " not in types} == set()
    assert " or_other " in types and "select_one ${" in types
    for ending in (".csv", ".geojson", ".xml"):
        assert any(row["type"].endswith(ending) for row in survey)
    assert APPEARANCES - {word for row in survey for word in row.get("appearance", "").split()} == set()
    used = {column.partition("::")[0] for row in survey for column, cell in row.items() if cell} | {
        column for row in survey for column, cell in row.items() if cell
    }
    assert COLUMNS - used == set()
    text = " ".join(cell for _, row in rows for cell in row.values())
    assert {one for one in FUNCTIONS if one not in text} == set()
    sheets = {sheet for sheet, _ in rows}
    assert sheets == {"survey", "choices", "settings", "entities", "external_choices"}
    settings = {column for sheet, row in rows if sheet == "settings" for column, cell in row.items() if cell}
    assert {"instance_name", "version", "namespaces", "default_language", "style"} <= settings
    entities = {column for sheet, row in rows if sheet == "entities" for column, cell in row.items() if cell}
    assert {"list_name", "label", "entity_id", "create_if", "update_if"} <= entities


def test_one_is_as_long_as_the_longest_and_one_has_many_rows():
    asked = Schema.of(converted(form_named("phieu_250_cau")).xform)
    assert sum(one.control not in ("none", "group", "note") for one in asked.fields) == 250
    assert len(form_named("nhieu_dong_van_ban").answers["van_ban"]) == 30


@pytest.mark.parametrize("name", names())
def test_what_was_filled_in_reads_back_equal(name):
    form = form_named(name)
    xform = converted(form).xform
    schema = Schema.from_json(json.loads(json.dumps(Schema.of(xform).to_json())))
    raw = instance_of(xform, form.complete, instance_id="uuid:1b671a64-40d5-491e-99b0-da01ff1f3341")
    envelope = read_submission(raw)
    assert (envelope.form_id, envelope.version) == (schema.form_id, schema.version)
    reader = Reader(schema)
    given = [as_text(value.replace("@drawn:", "@png:")) for _, value in flat(form.complete)
             if is_file(str(value).replace("@drawn:", "@png:"))]  # fmt: skip
    assert sorted(reader.attachments(raw)) == sorted(set(given))
    kinds = {one.path: one.type for one in schema.fields}
    files = {file_of(f"@{one.rpartition('.')[2]}:{one.rpartition('.')[0]}")[0]: made(*one.rpartition(".")[::-2])
             for one in given}  # fmt: skip
    assert differences(kinds, form.complete, dict(flat_nested(reader.nested(raw))), files) == []


@pytest.mark.parametrize("name", names())
def test_what_a_client_sends_is_exported_equal(campaign, actor, name):
    form, author = form_named(name), actor(Role.SECRETARIAT)
    brought = Brought(name, str(FORMS / f"{name}.md"))
    version = publish(actor=author, campaign=campaign, brought=brought, raw=form.markdown.encode())
    schema = Schema.from_json(version.schema)
    raw = instance_of(version.xform, form.complete, instance_id=f"uuid:{uuid.uuid4()}")
    files = [file_of(value.replace("@drawn:", "@png:")) for _, value in flat(form.complete)
             if is_file(str(value).replace("@drawn:", "@png:"))]  # fmt: skip
    receipt = receive(
        actor=author, form=version.form, xml=raw, files=[(one, ContentFile(body)) for one, body, _ in files]
    )
    assert receipt.is_new
    csv_zip, xml_zip = (
        b"".join(
            export_submissions(actor=author, form=version.form, options=Options(format=kind)).pieces(
                lambda done, of: None
            )
        )
        for kind in ("csv", "xml")
    )
    back = read_back(csv_zip, xml_zip, schema)
    kinds = {one.path: one.type for one in schema.fields}
    assert back.raw == raw
    assert differences(kinds, form.complete, back.xml, back.files) == []
    assert differences(kinds, form.complete, back.csv, back.files) == []


@pytest.mark.parametrize("name", names())
def test_the_rows_of_every_repeat_are_counted(name):
    form = form_named(name)
    xform = converted(form).xform
    reader = Reader(Schema.of(xform))
    raw = instance_of(xform, form.complete, instance_id="uuid:x")
    wanted: Counter[str] = Counter()

    def count(answers, at=""):
        for key, value in answers.items():
            if is_rows(value):
                wanted[f"{at}/{key}"] += len(value)
                for row in value:
                    count(row, f"{at}/{key}")

    count(form.complete)
    found = reader.counts(raw)
    assert {path: number for path, number in found.items() if path in wanted} == dict(wanted)
    assert {path: len(reader.rows(raw, path)) for path in found} == found


@pytest.mark.parametrize("name", names())
def test_the_files_a_form_needs_are_named_and_at_hand(name):
    form = form_named(name)
    made_of = converted(form)
    for one in Schema.of(made_of.xform).media:
        assert one.name == "itemsets.csv" or media_named(one.name)
        assert one.name != "itemsets.csv" or made_of.itemsets
    ending = re.findall(r"[\w-]+\.(?:csv|geojson|xml|png|wav)\b", form.markdown)
    assert {one.name for one in Schema.of(made_of.xform).media} >= set(ending)


def test_a_changed_answer_or_file_is_seen():
    kinds = {
        "/so": "int",
        "/chu": "string",
        "/anh": "binary",
        "/gio": "time",
        "/luc": "dateTime",
        "/nhieu": "select",
    }
    wanted = {
        "so": 3,
        "chu": "Ánh",
        "anh": "@png:a",
        "gio": "07:30",
        "luc": "2025-07-01T08:30",
        "nhieu": ["b", "a"],
    }
    good = {"/so": "3", "/chu": "Ánh", "/anh": "x.png", "/gio": "07:30:00.000+07:00",
            "/luc": "2025-07-01T01:30:00Z", "/nhieu": "a b"}  # fmt: skip
    files = {"x.png": made("png", "a")}
    assert differences(kinds, wanted, good, files) == []
    for place, other in {
        "/so": "4",
        "/chu": "Anh",
        "/gio": "07:31",
        "/luc": "2025-07-01T01:30",
        "/nhieu": "a",
    }.items():
        assert len(differences(kinds, wanted, good | {place: other}, files)) == 1
    assert differences(kinds, wanted, good, {"x.png": made("png", "b")}) == ["/anh: other bytes (78)"]
    assert differences(kinds, wanted, {**good, "/them": "1"}, files) == ["/them: nobody answered '1'"]
