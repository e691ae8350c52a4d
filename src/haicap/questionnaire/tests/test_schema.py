"""Any form that pyxform makes or that clients accept is read: its fields, files, entities, and what was filled in."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pyxform.xls2xform import convert

from haicap.questionnaire.rules.schema import (
    Choice,
    InstanceError,
    Reader,
    Schema,
    XFormError,
    in_language,
    points,
    read_submission,
    typed,
)  # fmt: skip

SURVEY = """
| survey |
| | type | name | label::English (en) | label::Tiếng Việt (vi) | hint::Tiếng Việt (vi) | required | relevant | constraint | constraint_message::Tiếng Việt (vi) | appearance | calculation | media::image::Tiếng Việt (vi) | parameters |
| | start | start | | | | | | | | | | | |
| | end | end | | | | | | | | | | | |
| | deviceid | deviceid | | | | | | | | | | | |
| | audit | audit | | | | | | | | | | | |
| | text | head | Head of ${place_name} | Chủ tịch ${place_name} | ghi họ tên | yes | | | | | | ban-do.png | |
| | text | place_name | Place | Nơi | | | | | | | | | |
| | begin group | staff | Staff | Nhân sự | | | | | | field-list | | | |
| | integer | people | People | Số người | | | ${head} != '' | . >= 0 and . < 500 | Từ 0 đến 499 | w1 | | | |
| | select_one yes_no | online | Online? | Trực tuyến? | | | | | | | | | |
| | select_multiple yes_no | many | Many | Nhiều | | | | | | | | | |
| | rank yes_no | order | Order | Thứ tự | | | | | | | | | |
| | range | level | Level | Mức | | | | | | | | | start=1 end=10 step=1 |
| | end group | | | | | | | | | | | | |
| | begin repeat | hall | Hall | Điểm tiếp nhận | | | | | | | | | |
| | text | hall_name | Name | Tên | | | | | | | | | |
| | geopoint | spot | Spot | Vị trí | | | | | | | | | |
| | image | photo | Photo | Ảnh | | | | | | | | | |
| | begin repeat | counter | Counter | Quầy | | | | | | | | | |
| | select_one_from_file people.csv | clerk | Clerk | Cán bộ | | | | | | | | | |
| | decimal | minutes | Minutes | Số phút | | | | | | | | | |
| | end repeat | | | | | | | | | | | | |
| | end repeat | | | | | | | | | | | | |
| | note | thanks | Thank you | Cảm ơn | | | | | | | | | |
| | acknowledge | agreed | Agreed | Đồng ý | | | | | | | | | |
| | calculate | twice | | | | | | | | | ${people} * 2 | | |
| | barcode | code | Code | Mã | | | | | | | | | |
| choices |
| | list_name | name | label::English (en) | label::Tiếng Việt (vi) |
| | yes_no | yes | Yes | Có |
| | yes_no | no | No | Không |
| settings |
| | form_title | form_id | version | instance_name | default_language |
| | Khảo sát | khao-sat | 2025.1 | ${head} | Tiếng Việt (vi) |
"""  # noqa: E501

FILLED = """<?xml version="1.0" encoding="UTF-8"?>
<data xmlns:orx="http://openrosa.org/xforms" xmlns:jr="http://openrosa.org/javarosa" id="khao-sat" version="2025.1">
  <start>2025-07-01T08:00:00.000+07:00</start>
  <head>Nguyễn Thị Ánh</head><place_name> </place_name>
  <staff><people>12</people><online>yes</online><many>yes no</many></staff>
  <hall jr:template=""><hall_name>mẫu</hall_name><counter><clerk>x</clerk></counter></hall>
  <hall><hall_name>Số 1</hall_name><spot>10.77 106.70 3 5</spot><photo>một.jpg</photo>
    <counter><clerk>a</clerk><minutes>1.5</minutes></counter><counter><clerk>b</clerk></counter></hall>
  <hall><hall_name>Số 2</hall_name><photo>hai.jpg</photo><counter><clerk>c</clerk></counter></hall>
  <unknown>thừa</unknown>
  <orx:meta><orx:audit>audit.csv</orx:audit><orx:instanceID>uuid:1b2c</orx:instanceID>
    <orx:deprecatedID>uuid:0a</orx:deprecatedID><orx:instanceName>Ánh</orx:instanceName></orx:meta>
</data>""".encode()

ENTITIES = """
| survey |
| | type | name | label | save_to |
| | text | unit | Unit | |
| | begin_repeat | hall | Hall | |
| | text | hall_name | Name | title |
| | integer | seats | Seats | seats |
| | end_repeat | | | |
| entities |
| | list_name | label |
| | halls | ${hall_name} |
"""


def xform_of(markdown):
    return convert(markdown, file_type=".md").xform


@pytest.fixture(scope="module")
def xform():
    return xform_of(SURVEY)


@pytest.fixture(scope="module")
def schema(xform):
    return Schema.of(xform)


def bare(nodes, binds="", body="", attributes='id="f" version="1"', more=""):
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
        ' xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>T</h:title>'
        f"<model>{more}<instance><data {attributes}>{nodes}</data></instance>{binds}</model></h:head>"
        f"<h:body>{body}</h:body></h:html>"
    )


def test_fields_stand_in_document_order_with_path_type_and_table(schema):
    found = [(one.path, one.type, one.table) for one in schema.fields]
    assert found[:8] == [
        ("/start", "dateTime", ""), ("/end", "dateTime", ""), ("/deviceid", "string", ""),
        ("/head", "string", ""), ("/place_name", "string", ""), ("/staff", "group", ""),
        ("/staff/people", "int", ""), ("/staff/online", "select1", ""),
    ]  # fmt: skip
    assert found[8:20] == [
        ("/staff/many", "select", ""), ("/staff/order", "rank", ""), ("/staff/level", "int", ""),
        ("/hall", "repeat", ""), ("/hall/hall_name", "string", "/hall"), ("/hall/spot", "geopoint", "/hall"),
        ("/hall/photo", "binary", "/hall"), ("/hall/counter", "repeat", "/hall"),
        ("/hall/counter/clerk", "select1", "/hall/counter"), ("/hall/counter/minutes", "decimal", "/hall/counter"),
        ("/thanks", "string", ""), ("/agreed", "string", ""),
    ]  # fmt: skip
    assert found[-4:] == [
        ("/meta", "group", ""), ("/meta/audit", "binary", ""), ("/meta/instanceID", "string", ""),
        ("/meta/instanceName", "string", ""),
    ]  # fmt: skip
    assert all(one.column == one.path for one in schema.fields)


def test_what_the_form_says_of_a_field_is_kept(schema):
    people = schema.by_path["/staff/people"]
    assert (people.bind, people.control, people.appearance) == ("int", "input", "w1")
    assert people.relevant == "/data/head  != ''"
    assert people.constraint == ". >= 0 and . < 500"
    assert people.constraint_message["Tiếng Việt (vi)"] == "Từ 0 đến 499"
    head = schema.by_path["/head"]
    assert (head.required, head.readonly) == ("true()", "")
    assert head.label == {
        "Tiếng Việt (vi)": "Chủ tịch ${place_name}",
        "English (en)": "Head of ${place_name}",
    }
    assert in_language(head.label, "en") == "Head of ${place_name}"
    assert in_language(head.label, "fr") == "Chủ tịch ${place_name}"
    assert head.hint == {"Tiếng Việt (vi)": "ghi họ tên"}
    assert schema.by_path["/twice"].calculate == "/data/staff/people  * 2"
    assert {path: schema.by_path[path].control for path in ("/thanks", "/agreed", "/twice", "/staff/level")} == {
        "/thanks": "note", "/agreed": "trigger", "/twice": "none", "/staff/level": "range",
    }  # fmt: skip
    assert schema.by_path["/hall/photo"].mediatype == "image/*"
    assert schema.by_path["/staff/order"].bind == "odk:rank"
    assert schema.by_path["/hall"].label["Tiếng Việt (vi)"] == "Điểm tiếp nhận"


def test_selects_know_their_choices_in_every_language_but_not_those_of_a_file(schema):
    assert schema.by_path["/staff/online"].choices == (
        Choice(value="yes", label={"Tiếng Việt (vi)": "Có", "English (en)": "Yes"}),
        Choice(value="no", label={"Tiếng Việt (vi)": "Không", "English (en)": "No"}),
    )
    assert schema.by_path["/staff/many"].multiple
    assert not schema.by_path["/staff/online"].multiple
    clerk = schema.by_path["/hall/counter/clerk"]
    assert clerk.choices == ()
    assert clerk.itemset == "instance('people')/root/item"
    assert schema.itemsets == {"people": "jr://file-csv/people.csv"}


def test_the_form_as_a_whole(schema):
    assert (schema.form_id, schema.version, schema.root) == ("khao-sat", "2025.1", "data")
    assert schema.title == "Khảo sát"
    assert schema.languages == ("Tiếng Việt (vi)", "English (en)")
    assert [(one.path, one.parent, one.name, one.parent_key) for one in schema.tables] == [
        ("", "", "Submissions", ""),
        ("/hall", "", "Submissions.hall", "__Submissions-id"),
        ("/hall/counter", "/hall", "Submissions.hall.counter", "__Submissions-hall-id"),
    ]
    assert [(one.name, one.kind) for one in schema.media] == [("ban-do.png", "image"), ("people.csv", "file")]
    assert (schema.start, schema.end, schema.device) == ("/start", "/end", "/deviceid")
    assert (schema.instance_name, schema.place) == ("/meta/instanceName", "/hall/spot")
    assert [one.name for one in schema.by_table["/hall/counter"]] == ["clerk", "minutes"]


def test_a_schema_survives_json_with_its_renamed_columns(schema):
    moved = schema.with_columns({"/staff/people": "/people", "/hall": "/office"})
    again = Schema.from_json(json.loads(json.dumps(moved.to_json())))
    assert again == moved != schema
    assert again.by_path["/staff/people"].column == "/people"
    assert again.tables[1].column == "/office"
    assert again.by_path["/staff/many"].choices is again.by_path["/staff/online"].choices


def test_two_fields_never_share_a_column(schema):
    with pytest.raises(ValueError, match="/head"):
        schema.with_columns({"/place_name": "/head"})


def test_the_plans_own_form_is_read(form, plan):
    schema = Schema.of(form.xform)
    keys = {ask.key for topic in plan.topics for item in topic.items for ask in item.fields}
    assert keys <= {one.name for one in schema.fields}
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema


def test_ten_thousand_questions_are_read_and_kept():
    count = 10_000
    nodes = "".join(f"<q{i}/>" for i in range(count))
    binds = "".join(f'<bind nodeset="/data/q{i}" type="int"/>' for i in range(count))
    body = "".join(f'<input ref="/data/q{i}"><label>Câu {i}</label></input>' for i in range(count))
    schema = Schema.of(bare(nodes, binds, body))
    assert len(schema.fields) == count
    assert schema.fields[-1].label == {"": "Câu 9999"}
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema


def test_entities_of_repeats_know_their_rows_and_properties():
    schema = Schema.of(xform_of(ENTITIES))
    (one,) = schema.entities
    assert (one.dataset, one.table, one.path) == ("halls", "/hall", "/hall/meta/entity")
    assert (one.create, one.update, one.label) == (True, False, "/hall/meta/entity/label")
    assert one.saveto == {"/hall/hall_name": "title", "/hall/seats": "seats"}
    assert schema.entities_version.startswith("2025.1")
    assert [f.path for f in schema.fields if f.path.startswith("/hall/meta")] == [
        "/hall/meta", "/hall/meta/entity", "/hall/meta/entity/label",
    ]  # fmt: skip


def test_a_form_may_declare_one_entity_the_old_way_or_several():
    old = Schema.of(
        xform_of(
            "| survey |\n| | type | name | label | save_to |\n| | text | full_name | Name | title |\n"
            "| entities |\n| | dataset | label | entity_id | update_if |\n"
            "| | trees | ${full_name} | ${full_name} | true() |\n"
        )
    )
    assert [(one.dataset, one.table, one.create, one.update) for one in old.entities] == [
        ("trees", "", False, True)
    ]
    nodes = (
        '<a/><meta><entity dataset="units" id="" create="1"><label/></entity></meta>'
        '<g><b/><meta><entity dataset="posts" id="" create="1" update="1"/></meta></g>'
    )
    binds = (
        '<bind nodeset="/data/a" e:saveto="code" xmlns:e="http://www.opendatakit.org/xforms/entities"/>'
        '<bind nodeset="/data/g/b" e:saveto="kind" xmlns:e="http://www.opendatakit.org/xforms/entities"/>'
    )
    several = Schema.of(bare(nodes, binds))
    assert [(one.dataset, dict(one.saveto), one.label, one.update) for one in several.entities] == [
        ("units", {"/a": "code"}, "/meta/entity/label", False), ("posts", {"/g/b": "kind"}, "", True),
    ]  # fmt: skip


def test_forms_written_by_hand_are_read_namespaces_ids_and_relative_paths():
    body = (
        '<group ref="/data/g"><label>Nhóm</label><input ref="a"><label>A</label></input>'
        '<input bind="b_id"><label ref="jr:itext(\'b\')"/></input></group>'
        '<group><label>Lặp</label><repeat nodeset="/data/r"><select1 ref="../r/c"><label>C</label>'
        "<item><label>Một</label><value>1</value></item></select1></repeat></group>"
        '<select1 ref="/data/d" appearance="minimal search(\'xa\')"><label>D</label></select1>'
        '<input ref="/data/e" query="instance(\'x\')/root/item"/>'
    )
    binds = (
        '<bind id="b_id" nodeset="/data/g/b" type="xsd:string" required="false()"/>'
        '<bind nodeset="/data/orx:meta/orx:instanceID" type="string" jr:preload="uid"/>'
        '<bind nodeset="/data/f" type="select"/><bind nodeset="/data/i" type="xsd:int"/>'
    )
    more = (
        '<itext><translation lang="en"><text id="b"><value>long</value><value form="short">s</value>'
        '<value form="audio">jr://audio/b.mp3</value><value form="big-image">jr://images/b.jpg</value>'
        '<value form="image">jr://images/-</value></text>'
        '</translation><translation lang="vi" default=""><text id="b"><value form="short">ngắn</value></text>'
        "</translation></itext>"
    )
    nodes = (
        "<g><a/><b/></g><r jr:template=''><c/></r><r><c/></r><d/><e/><f/><i/><pic>jr://images/p.png</pic>"
        "<orx:meta><orx:instanceID/></orx:meta>"
    )
    schema = Schema.of(bare(nodes, binds, body, more=more))
    by_path = schema.by_path
    assert by_path["/g/a"].label == {"": "A"}
    assert by_path["/g/b"].label == {"vi": "ngắn", "en": "long"}
    assert by_path["/g/b"].required == ""
    assert by_path["/g/b"].type == "string"
    assert by_path["/r"].type == "repeat"
    assert by_path["/r"].label == {"": "Lặp"}
    assert by_path["/r/c"].choices == (Choice(value="1", label={"": "Một"}),)
    assert by_path["/f"].type == "select"
    assert by_path["/i"].type == "int"
    assert "/meta/instanceID" in by_path
    assert [(one.name, one.kind) for one in schema.media] == [
        ("b.mp3", "audio"), ("b.jpg", "image"), ("p.png", "image"), ("xa.csv", "file"), ("itemsets.csv", "file"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("xform", "code"),
    [
        ("<a", "not_xml"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "doctype"),
        ("<html><head/></html>", "no_model"),
        ("<html><head><model/></head></html>", "no_instance"),
        (bare("<a/>", attributes=""), "no_form_id"),
        (bare("<a/><a/>"), "twice"),
    ],
)
def test_what_is_no_form_is_refused_by_a_code(xform, code):
    if code == "no_form_id":
        xform = xform.replace("<data >", '<data xmlns="http://www.w3.org/2002/xforms">')
    with pytest.raises(XFormError) as caught:
        Schema.of(xform)
    assert caught.value.code == code


def test_a_submission_says_which_form_and_who_it_is():
    found = read_submission(FILLED)
    assert (found.form_id, found.version) == ("khao-sat", "2025.1")
    assert (found.instance_id, found.deprecated_id, found.instance_name) == ("uuid:1b2c", "uuid:0a", "Ánh")
    assert etree.QName(found.root).localname == "data"
    bare_one = read_submission(b'<data id="f"><a>1</a></data>')
    assert (bare_one.version, bare_one.instance_id) == ("", "")
    assert read_submission(b'<a xmlns="http://x.vn/form"/>').form_id == "http://x.vn/form"
    assert read_submission(b'<data id="f" instanceID="uuid:9"/>').instance_id == "uuid:9"


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "not_xml"),
        (b"<a", "not_xml"),
        (b"<a id='f'>\0</a>", "not_xml"),
        (b"<a/>", "no_form_id"),
        (b'<!DOCTYPE a><a id="f"/>', "doctype"),
        (
            b'\xef\xbb\xbf<?xml version="1.0"?> <!-- x -->\n<!DOCTYPE a [<!ENTITY b "c">]><a id="&b;"/>',
            "doctype",
        ),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a id="f"/>'.encode("utf-16"), "doctype"),
        (b"<a id='f'>" + b"<b>" * 70 + b"</b>" * 70 + b"</a>", "too_deep"),
        (
            b"<a id='f'><meta><instanceID>1</instanceID><instanceID>2</instanceID></meta></a>",
            "two_instance_ids",
        ),
        (b"<a id='f'>" + b" " * (10 * 1024 * 1024) + b"</a>", "too_large"),
        (b" " * 100_000 + b"x", "not_xml"),
    ],
)
def test_dangerous_or_broken_xml_is_refused_by_a_code(xml, code):
    with pytest.raises(InstanceError) as caught:
        read_submission(xml)
    assert caught.value.code == code


def test_no_file_of_the_server_and_no_address_is_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("mật")
    attack = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]><a id="f">&x;</a>'.encode()
    with pytest.raises(InstanceError):
        read_submission(attack)


def test_rows_of_every_table_with_the_keys_of_their_parents(schema):
    tables = Reader(schema).tables(FILLED)
    assert tables[""] == [
        {
            "__id": "uuid:1b2c", "/start": "2025-07-01T08:00:00.000+07:00", "/head": "Nguyễn Thị Ánh",
            "/staff/people": "12", "/staff/online": "yes", "/staff/many": "yes no", "/meta/audit": "audit.csv",
            "/meta/instanceID": "uuid:1b2c", "/meta/instanceName": "Ánh",
        }
    ]  # fmt: skip
    assert [(row["__id"], row["__Submissions-id"], row["/hall/hall_name"]) for row in tables["/hall"]] == [
        ("uuid:1b2c/hall[1]", "uuid:1b2c", "Số 1"), ("uuid:1b2c/hall[2]", "uuid:1b2c", "Số 2"),
    ]  # fmt: skip
    assert [
        (r["__id"], r["__Submissions-hall-id"], r["/hall/counter/clerk"]) for r in tables["/hall/counter"]
    ] == [
        ("uuid:1b2c/hall[1]/counter[1]", "uuid:1b2c/hall[1]", "a"),
        ("uuid:1b2c/hall[1]/counter[2]", "uuid:1b2c/hall[1]", "b"),
        ("uuid:1b2c/hall[2]/counter[1]", "uuid:1b2c/hall[2]", "c"),
    ]


def test_counts_files_and_nesting(schema):
    reader = Reader(schema)
    root = read_submission(FILLED).root
    assert reader.counts(root) == {"/hall": 2, "/hall/counter": 3}
    assert reader.attachments(root) == ["một.jpg", "hai.jpg", "audit.csv"]
    nested = reader.nested(root)
    assert nested["staff"] == {
        "people": "12",
        "online": "yes",
        "many": "yes no",
        "order": None,
        "level": None,
    }
    assert nested["place_name"] is None
    assert [counter["clerk"] for hall in nested["hall"] for counter in hall["counter"]] == ["a", "b", "c"]
    assert nested["hall"][1]["counter"][0]["__id"] == "uuid:1b2c/hall[2]/counter[1]"
    assert nested["hall"][1]["spot"] is None
    assert nested["meta"]["instanceName"] == "Ánh"


def test_a_renamed_column_keeps_its_data_in_one_column(schema):
    row = Reader(schema.with_columns({"/staff/people": "/people"})).rows(FILLED)[0]
    assert row["/people"] == "12"
    assert "/staff/people" not in row


def test_text_is_kept_as_written_but_composed(schema):
    text = "  Nguyễn \n dòng hai"
    broken = unicodedata.normalize("NFD", text)
    row = Reader(schema).rows(f'<data id="khao-sat"><head>{broken}</head></data>')[0]
    assert row["/head"] == text
    assert row["__id"] == ""


@given(st.dictionaries(st.sampled_from(["/head", "/staff/people", "/code"]), st.text(max_size=40)))
def test_every_text_that_xml_can_carry_comes_back(answers):
    schema = Schema.of(bare("<head/><staff><people/></staff><code/>"))
    root = etree.Element("data", id="f")
    staff = etree.SubElement(root, "staff")
    wanted = {}
    for path, text in answers.items():
        node = etree.SubElement(staff if path.startswith("/staff/") else root, path.rpartition("/")[2])
        try:
            node.text = text
        except ValueError:
            continue
        said = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
        if said and not said.isspace():
            wanted[path] = said
    row = Reader(schema).rows(etree.tostring(root, encoding="utf-8"))[0]
    assert {path: text for path, text in row.items() if path != "__id"} == wanted


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("int", " 12 ", "12"), ("int", "12.0", "12"), ("int", "12.5", "None"), ("int", "mười", "None"),
        ("decimal", "1.50", "1.50"), ("decimal", "NaN", "None"), ("decimal", "1e9999", "None"),
        ("date", "2025-07-01", "2025-07-01"), ("date", "2025-13-01", "None"),
        ("time", "08:30:00.000+07:00", "08:30:00+07:00"),
        ("dateTime", "2025-07-01T08:00:00.000+07:00", "2025-07-01 08:00:00+07:00"),
        ("boolean", "true", "True"), ("boolean", "có", "None"), ("string", "abc", "abc"), ("string", " ", "None"),
        ("geopoint", "10.77 106.7 0 5", "10.77"), ("geopoint", "106.7 10.77 0 0", "None"), ("geopoint", "a b", "None"),
    ],
)  # fmt: skip
def test_texts_become_values_and_what_is_none_stays_none(kind, text, shown):
    value = typed(kind, text)
    assert str(value[0].latitude if isinstance(value, tuple) else value) == shown


def test_a_shape_is_read_point_by_point():
    assert [(p.latitude, p.longitude) for p in points("10 106 0 0; 10.1 106.1; 10 106 0 0;")] == [
        (10, 106), (10.1, 106.1), (10, 106),
    ]  # fmt: skip
    assert points("10 106; x") == ()
