"""OData feeds: what is in the rows, how pages follow, who sees which rows, and what a page costs."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from haicap.campaign.models import Campaign
from haicap.kernel.access import Role
from haicap.questionnaire.models import Assignment, Attachment, Form
from haicap.questionnaire.tests.central import AT, add_version, make_form, put, read, refused

CHILDREN = (("An", ("bóng", "xe")), ("Bình", ()))


@pytest.fixture
def form(campaign: Campaign) -> Form:
    return make_form(campaign)


@pytest.fixture
def keeper(client_as: Callable[..., Client]) -> Client:
    return client_as(Role.SECRETARIAT)


def svc(form: Form, rest: str = "Submissions", *, draft: str = "") -> str:
    return f"/v1/projects/{form.campaign_id}/forms/{form.form_id}{draft}.svc/{rest}"


def test_the_service_names_the_root_and_every_repeat(form: Form, keeper: Client) -> None:
    found = read(keeper, svc(form, ""))
    assert [one["url"] for one in found["value"]] == [
        "Submissions", "Submissions.child", "Submissions.child.toy",
    ]  # fmt: skip
    assert found["@odata.context"].endswith(f"/{form.form_id}.svc/$metadata")


def test_the_metadata_is_a_document_of_types_that_are_all_there(form: Form, keeper: Client) -> None:
    answer = keeper.get(svc(form, "$metadata"))
    assert answer["OData-Version"] == "4.0"
    root = etree.fromstring(answer.content)
    edm = "{http://docs.oasis-open.org/odata/ns/edm}"
    types = {
        one.get("Name"): one for kind in ("EntityType", "ComplexType") for one in root.iter(f"{edm}{kind}")
    }
    assert {"Submissions", "Submissions.child", "Submissions.child.toy", "where", "metadata", "meta"} == set(
        types
    )
    kinds = {one.get("Name"): one.get("Type") for one in types["Submissions"].iter(f"{edm}Property")}
    assert (kinds["age"], kinds["income"], kinds["day"]) == ("Edm.Int64", "Edm.Decimal", "Edm.Date")
    assert {one.get("Name"): one.get("Type") for one in types["where"]} == {
        "point": "Edm.GeographyPoint", "trace": "Edm.GeographyLineString", "area": "Edm.GeographyPolygon",
        "ghi_ch_": "Edm.String",
    }  # fmt: skip
    named = {f"{one.getparent().get('Namespace')}.{name}" for name, one in types.items()}
    named |= {f"{one.getparent().get('Namespace')}.{one.get('Name')}" for one in root.iter(f"{edm}EnumType")}
    used = {one.get("Type") for one in root.iter(f"{edm}Property", f"{edm}NavigationProperty")}
    used |= {one.get("EntityType") for one in root.iter(f"{edm}EntitySet")}
    bare = {one.removeprefix("Collection(").removesuffix(")") for one in used if not one.startswith("Edm.")}
    assert bare and bare <= named


def test_a_row_has_typed_answers_groups_and_links(
    form: Form, keeper: Client, person: Callable[..., Any]
) -> None:
    officer = person(Role.COMMUNE_OFFICER)
    row = put(
        form, person=officer, name="Lê &amp; Lan", age="41", income="12.5", day="2025-08-01", device="collect:x",
        when="2025-08-01T09:00:00.000+07", ok="true", kinds="a b", photo="x.jpg", note="  hai  ",
        point="10.5 106.7 3 4.5", trace="10 106 0 0; 11 107 0 0", area="10 106;11 107;10 107;10 106",
        children=CHILDREN,
    )  # fmt: skip
    Attachment.objects.create(submission=row, name="x.jpg", file="submissions/x", size=1)
    Attachment.objects.create(submission=row, name="y.jpg")
    (found,) = read(keeper, svc(form))["value"]
    assert found == {
        "__id": row.instance_id,
        "__system": {
            "submissionDate": "2025-08-05T01:30:00.000Z", "updatedAt": None, "submitterId": str(officer.pk),
            "submitterName": officer.full_name, "attachmentsPresent": 1, "attachmentsExpected": 2, "status": None,
            "reviewState": None, "deviceId": "collect:x", "edits": 0, "formVersion": "1", "deletedAt": None,
        },
        "name": "Lê & Lan", "age": 41, "income": 12.5, "day": "2025-08-01", "when": "2025-08-01T09:00:00.000+07:00",
        "ok": True, "kinds": "a b", "photo": "x.jpg",
        "where": {
            "point": {"type": "Point", "coordinates": [106.7, 10.5, 3.0], "properties": {"accuracy": 4.5}},
            "trace": {"type": "LineString", "coordinates": [[106.0, 10.0, 0.0], [107.0, 11.0, 0.0]]},
            "area": {"type": "Polygon", "coordinates": [[[106.0, 10.0], [107.0, 11.0], [107.0, 10.0], [106.0, 10.0]]]},
            "ghi_ch_": "  hai  ",
        },
        "child@odata.navigationLink": f"Submissions('{row.instance_id.replace(':', '%3A')}')/child",
        "meta": {"instanceID": row.instance_id, "instanceName": None},
    }  # fmt: skip
    (found,) = read(keeper, svc(form), wkt="true")["value"]
    assert found["where"]["point"] == "POINT (106.7 10.5 3)"
    assert found["where"]["trace"] == "LINESTRING (106 10 0,107 11 0)"
    assert found["where"]["area"] == "POLYGON ((106 10,107 11,107 10,106 10))"


def test_what_is_no_number_or_date_is_null(form: Form, keeper: Client) -> None:
    put(form, age="nhiều", income="1,5", day="hôm qua", ok="có", point="ở nhà")
    (found,) = read(keeper, svc(form))["value"]
    assert [found[name] for name in ("age", "income", "day", "ok", "when")] == [None] * 5
    assert found["where"]["point"] is None


def test_rows_of_repeats_name_their_parents_and_expand_puts_them_inside(form: Form, keeper: Client) -> None:
    row = put(form, children=CHILDREN)
    children = read(keeper, svc(form, "Submissions.child"))["value"]
    assert [one["who"] for one in children] == ["An", "Bình"]
    assert {one["__Submissions-id"] for one in children} == {row.instance_id}
    toys = read(keeper, svc(form, "Submissions.child.toy"))["value"]
    assert [(one["what"], one["__Submissions-child-id"]) for one in toys] == [
        ("bóng", children[0]["__id"]), ("xe", children[0]["__id"]),
    ]  # fmt: skip
    (whole,) = read(keeper, svc(form), expand="*")["value"]
    assert [[toy["what"] for toy in one.get("toy", ())] for one in whole["child"]] == [["bóng", "xe"], []]
    link = whole["child"][0]["toy@odata.navigationLink"]
    assert read(keeper, svc(form, link))["value"] == toys


def test_an_edited_submission_keeps_its_id(form: Form, keeper: Client) -> None:
    row = put(form, children=CHILDREN)
    row.xml = row.xml.replace(row.instance_id, "uuid:mới-hơn-nữa")
    row.current_id = "uuid:mới-hơn-nữa"
    row.save()
    assert read(keeper, svc(form))["value"][0]["__id"] == row.instance_id
    child = read(keeper, svc(form, "Submissions.child"))["value"][0]
    assert (child["__id"], child["__Submissions-id"]) == (f"{row.instance_id}/child[1]", row.instance_id)


def test_a_renamed_question_keeps_its_property(form: Form, keeper: Client) -> None:
    put(form, number=1, age="30")
    newer = add_version(form, version="2", columns={"/tuoi": "/age"}, age="tuoi")
    put(form, number=2, row=newer, tuoi="31")
    assert [one["age"] for one in read(keeper, svc(form))["value"]] == [31, 30]


@pytest.mark.parametrize("table", ["Submissions", "Submissions.child"])
@pytest.mark.parametrize("top", [1, 2, 3, 7])
def test_pages_follow_each_other_without_loss(form: Form, keeper: Client, table: str, top: int) -> None:
    for number in range(5):
        put(
            form, number=number, name=str(number), children=[(f"{number}.{n}", ()) for n in range(number % 3)]
        )
    whole = read(keeper, svc(form, table))["value"]
    assert len(whole) == (5 if table == "Submissions" else 4)
    found: list[Any] = []
    answer = read(keeper, svc(form, table), top=top, count="true")
    while True:
        assert len(answer["value"]) <= top and answer["@odata.count"] == len(whole)
        found += answer["value"]
        if "@odata.nextLink" not in answer:
            break
        answer = read(keeper, answer["@odata.nextLink"].removeprefix("http://testserver"))
    assert found == whole
    for skip in range(len(whole) + 2):
        assert read(keeper, svc(form, table), skip=skip)["value"] == whole[skip:]
        page = read(keeper, svc(form, table), skip=skip, top=top)
        assert page["value"] == whole[skip : skip + top]
        assert ("@odata.nextLink" in page) == (skip + top < len(whole))


def test_a_page_of_nothing_still_counts(form: Form, keeper: Client) -> None:
    put(form, children=CHILDREN)
    assert read(keeper, svc(form), top=0, count="true")["@odata.count"] == 1
    found = read(keeper, svc(form, "Submissions.child"), top=0, count="true")
    assert (found["value"], found["@odata.count"]) == ([], 2)


def _names(keeper: Client, form: Form, text: str) -> str:
    return "".join(one["name"] for one in read(keeper, svc(form), filter=text)["value"])


def test_filters_choose_rows(form: Form, keeper: Client, person: Callable[..., Any]) -> None:
    one, other = person(Role.COMMUNE_OFFICER), person(Role.COMMUNE_OFFICER)
    put(form, number=0, name="a", person=one)
    put(form, number=60 * 24, name="b", person=other, state="approved", updated_at=AT + timedelta(days=400))
    put(form, number=60 * 48, name="c", person=one, state="has_issues")
    s = "__system"
    for text, wanted in [
        (f"{s}/submissionDate lt 2025-08-06", "a"),
        (
            f"{s}/submissionDate ge 2025-08-06T01:30:00.000Z and {s}/submissionDate le '2025-08-06T08:30:00+07:00'",
            "b",
        ),
        (f"day({s}/submissionDate) eq 7 or hour({s}/submissionDate) eq 2", "c"),
        (f"year({s}/updatedAt) eq 2026", "b"),
        (f"{s}/updatedAt eq null", "ca"),
        (f"{s}/updatedAt ne null", "b"),
        (f"{s}/submissionDate gt now()", ""),
        (f"{s}/submitterId eq {one.pk}", "ca"),
        (f"{s}/submitterId ne '{one.pk}'", "b"),
        (f"{s}/reviewState eq 'approved'", "b"),
        (f"{s}/reviewState ne 'approved'", "ca"),
        (f"{s}/reviewState eq null", "a"),
        (f"not {s}/reviewState eq null", "cb"),
        (f"not ({s}/reviewState eq 'hasIssues' or {s}/reviewState eq null)", "b"),
        (f"__id eq '{form.submissions.first().instance_id}'", "a"),  # type: ignore[union-attr]
        (f"{s}/deletedAt eq null", "cba"),
        ("1 eq 1", "cba"),
        ("1 ne 1", ""),
    ]:
        assert _names(keeper, form, text) == wanted, text
    rooted = read(keeper, svc(form, "Submissions.child"), filter=f"$root/Submissions/{s}/reviewState eq null")
    assert rooted["value"] == []


@pytest.mark.parametrize(
    ("parameters", "number"),
    [
        ({"filter": "__system/submissionDate lt"}, 400.18),
        ({"filter": "__system/submissionDate lt 'sau này'"}, 400.18),
        ({"filter": "(" * 60 + "1 eq 1" + ")" * 60}, 501.4),
        ({"filter": "name eq 'x'"}, 501.5),
        ({"filter": "contains(name, 'x')"}, 501.4),
        ({"select": "nothing"}, 400.23),
        ({"select": "child/who"}, 400.24),
        ({"select": "age", "expand": "*"}, 501.11),
        ({"expand": "child"}, 501.6),
        ({"skiptoken": "x"}, 400.35),
        ({"skiptoken": "01e30="}, 400.35),
        ({"top": "many"}, 400.11),
        ({"orderby": "name"}, 501.5),
        ({"apply": "x"}, 501.1),
    ],
)
def test_what_is_not_supported_is_refused_by_number(
    form: Form, keeper: Client, parameters: dict[str, str], number: float
) -> None:
    put(form)
    assert refused(keeper, svc(form), **parameters) == (int(number), number)


def test_only_what_is_selected_is_given(form: Form, keeper: Client) -> None:
    row = put(form, age="5", note="x", children=CHILDREN)
    (found,) = read(keeper, svc(form), select="__id,age,where/ghi_ch_,__system/edits")["value"]
    assert found == {"__id": row.instance_id, "age": 5, "where": {"ghi_ch_": "x"}, "__system": {"edits": 0}}
    found = read(keeper, svc(form, "Submissions.child"), select="who")["value"]
    assert found == [{"who": "An"}, {"who": "Bình"}]
    found = read(keeper, svc(form, "Submissions.child"), select="__Submissions-id")["value"]
    assert found[0] == {"__Submissions-id": row.instance_id}


def test_rows_in_another_order_page_too(form: Form, keeper: Client) -> None:
    for number in (2, 0, 1):
        put(form, number=number, name=str(number))
    answer = read(keeper, svc(form), orderby="__system/submissionDate desc", top=2)
    assert [one["name"] for one in answer["value"]] == ["2", "1"]
    answer = read(keeper, answer["@odata.nextLink"].removeprefix("http://testserver"))
    assert [one["name"] for one in answer["value"]] == ["0"] and "@odata.nextLink" not in answer
    assert [one["name"] for one in read(keeper, svc(form), orderby="__system/submissionDate")["value"]] == [
        "0", "1", "2",
    ]  # fmt: skip


def test_one_submission_by_its_id(form: Form, keeper: Client) -> None:
    row = put(form, age="9", children=CHILDREN)
    put(form)
    (found,) = read(keeper, svc(form, f"Submissions('{row.instance_id}')"))["value"]
    assert found["age"] == 9
    assert len(read(keeper, svc(form, f"Submissions('{row.instance_id}')/child"))["value"]) == 2
    assert refused(keeper, svc(form, "Submissions('uuid:none')")) == (404, 404.1)
    assert refused(keeper, svc(form, f"Submissions('{row.instance_id}')/toy")) == (404, 404.1)


def test_unknown_tables_and_forms_are_not_there(form: Form, keeper: Client) -> None:
    assert refused(keeper, svc(form, "Submissions.other")) == (404, 404.1)
    assert refused(keeper, f"/v1/projects/{form.campaign_id}/forms/none.svc/Submissions") == (404, 404.1)
    assert refused(keeper, f"/v1/projects/999999999/forms/{form.form_id}.svc/Submissions") == (404, 404.1)
    assert refused(keeper, svc(form, draft="/draft")) == (404, 404.1)


def test_a_draft_has_a_feed_of_its_own(form: Form, keeper: Client) -> None:
    draft = add_version(form, version="9", state="draft")
    put(form, row=draft, is_test=True, name="thử")
    put(form, name="thật")
    assert [one["name"] for one in read(keeper, svc(form, draft="/draft"))["value"]] == ["thử"]
    assert [one["name"] for one in read(keeper, svc(form))["value"]] == ["thật"]


def test_people_see_in_feeds_what_they_see_on_pages(form: Form, client_as: Callable[..., Client]) -> None:
    mine, theirs = client_as(Role.COMMUNE_OFFICER), client_as(Role.TEAM_MEMBER)
    nobody = client_as(Role.BRIDGE_TECHNICIAN)
    Assignment.objects.create(form=form, verb="fill", role=Role.COMMUNE_OFFICER, scope="own")
    Assignment.objects.create(form=form, verb="read", role=Role.TEAM_MEMBER, scope="all")
    put(form, name="mine", person=mine.person, children=CHILDREN)  # type: ignore[attr-defined]
    put(form, name="other", children=CHILDREN)
    put(form, name="gone", deleted_at=AT, children=CHILDREN)
    assert [one["name"] for one in read(mine, svc(form))["value"]] == ["mine"]
    assert [one["name"] for one in read(theirs, svc(form))["value"]] == ["other", "mine"]
    for client, number in ((mine, 2), (theirs, 4)):
        found = read(client, svc(form, "Submissions.child"), count="true")
        assert (len(found["value"]), found["@odata.count"]) == (number, number)
    assert refused(nobody, svc(form))[0] in (403, 404)
    answer = Client().get(svc(form))
    assert (answer.status_code, answer.json()["code"]) == (401, 401.2)
    assert answer["WWW-Authenticate"].startswith("Basic")


def test_a_page_costs_the_same_however_many_rows_there_are(form: Form, keeper: Client) -> None:
    for number in range(3):
        put(form, number=number, children=CHILDREN)
    read(keeper, svc(form), top=2)

    def cost(**parameters: Any) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as found:
            read(keeper, svc(form, parameters.pop("table", "Submissions")), **parameters)
        return [one["sql"] for one in found if "questionnaire_submission" in one["sql"]]

    for parameters in ({"top": 2}, {"top": 2, "table": "Submissions.child"}):
        before = cost(**parameters)
        for number in range(20):
            put(form, number=number, children=CHILDREN)
        after = cost(**parameters)
        assert len(before) == len(after) == 1
        assert "OFFSET" not in after[0] and "LIMIT 3" in after[0]


def test_answers_are_one_json_document_even_where_many_pieces_are_sent(form: Form, keeper: Client) -> None:
    for number in range(40):
        put(form, number=number, name="x" * 5000)
    answer: Any = keeper.get(svc(form))
    pieces = list(answer.streaming_content)
    assert len(pieces) > 2
    assert len(json.loads(b"".join(pieces))["value"]) == 40
