"""Central's REST: sessions, shapes, numbers of refusals, doors."""

import base64
import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from haicap.campaign.models import Campaign
from haicap.kernel.access import SYSTEM, Role
from haicap.questionnaire import keys
from haicap.questionnaire.actions.entities import create_dataset, create_entity
from haicap.questionnaire.actions.keys import make_key
from haicap.questionnaire.models import Assignment, Form, Submission
from haicap.questionnaire.tests.central import filled, make_form, read, sent

PASSWORD = "mat-khau-thu-123"


@pytest.fixture
def form(campaign: Campaign) -> Form:
    return make_form(campaign)


@pytest.fixture
def keeper(client_as: Callable[..., Client]) -> Client:
    return client_as(Role.SECRETARIAT)


def forms(form: Form, rest: str = "") -> str:
    return f"/v1/projects/{form.campaign_id}/forms/{form.form_id}{rest}"


def signed_in(name: str, password: str) -> str:
    status, body = sent(Client(), "POST", "/v1/sessions", {"email": name, "password": password})
    assert status == 200, body
    return f"Bearer {body['token']}"


def test_a_session_opens_what_its_person_may_see_and_ends(form: Form, person: Callable[..., Any]) -> None:
    officer = person(Role.SECRETARIAT)
    bearer = signed_in(officer.username.upper(), PASSWORD)
    status, body = sent(Client(), "GET", "/v1/users/current", Authorization=bearer)
    assert (status, body["id"], body["displayName"]) == (200, officer.pk, officer.full_name)
    assert sent(Client(), "GET", forms(form), Authorization=bearer)[1]["xmlFormId"] == form.form_id
    token = bearer.removeprefix("Bearer ")
    assert sent(Client(), "DELETE", f"/v1/sessions/{token}", Authorization=bearer)[0] == 200
    status, body = sent(Client(), "GET", forms(form), Authorization=bearer)
    assert (status, body["code"]) == (401, 401.2)


def test_an_address_of_mail_signs_in_where_only_one_person_has_it(person: Callable[..., Any]) -> None:
    one, other = person(Role.SECRETARIAT), person(Role.SECRETARIAT)
    one.email = "Mot@example.org"
    one.save()
    signed_in("mot@example.org", PASSWORD)
    other.email = one.email
    other.save()
    status, body = sent(Client(), "POST", "/v1/sessions", {"email": one.email, "password": PASSWORD})
    assert (status, body["code"]) == (401, 401.2)


def test_wrong_passwords_say_the_same_and_lock_out(person: Callable[..., Any]) -> None:
    officer = person(Role.SECRETARIAT)
    for name in (officer.username, "nobody"):
        status, body = sent(Client(), "POST", "/v1/sessions", {"email": name, "password": "sai"})
        assert (status, body["code"]) == (401, 401.2)
        assert set(body) == {"message", "code", "details"}
    for _number in range(5):
        status, body = sent(Client(), "POST", "/v1/sessions", {"email": officer.username, "password": "sai"})
    assert (status, body["code"]) == (429, 429.7)
    assert sent(Client(), "POST", "/v1/sessions", {"email": "x"})[1]["code"] == 400.3
    assert sent(Client(), "POST", "/v1/sessions", "{")[1]["code"] == 400.1


def test_a_second_factor_asks_for_the_key_of_a_device(
    campaign: Campaign, form: Form, person: Callable[..., Any]
) -> None:
    from django_otp.plugins.otp_totp.models import TOTPDevice

    officer, other = person(Role.SECRETARIAT), person(Role.SECRETARIAT)
    TOTPDevice.objects.create(user=officer, name="totp", confirmed=True)
    status, body = sent(Client(), "POST", "/v1/sessions", {"email": officer.username, "password": PASSWORD})
    assert (status, body["code"]) == (401, 401.2)
    key = make_key(actor=SYSTEM, campaign=campaign, name="script", person=officer)
    token = keys.token_of(key)
    bearer = signed_in(officer.username, token)
    assert sent(Client(), "GET", "/v1/users/current", Authorization=bearer)[1]["id"] == officer.pk
    assert sent(Client(), "GET", forms(form), Authorization=bearer)[0] == 200
    status, body = sent(Client(), "POST", "/v1/sessions", {"email": other.username, "password": token})
    assert status == 401
    key.revoked_at = timezone.now()
    key.save()
    assert sent(Client(), "GET", forms(form), Authorization=bearer)[0] == 401
    status, body = sent(Client(), "POST", "/v1/sessions", {"email": officer.username, "password": token})
    assert status == 401


def test_a_temporary_password_opens_nothing(person: Callable[..., Any]) -> None:
    officer = person(Role.SECRETARIAT)
    officer.password_is_temporary = True
    officer.save()
    status, body = sent(Client(), "POST", "/v1/sessions", {"email": officer.username, "password": PASSWORD})
    assert (status, body["code"]) == (403, 403.1)


def test_basic_credentials_work_and_stop_with_the_password(form: Form, person: Callable[..., Any]) -> None:
    officer = person(Role.SECRETARIAT)

    def basic(password: str) -> str:
        return "Basic " + base64.b64encode(f"{officer.username}:{password}".encode()).decode()

    for _twice in range(2):
        assert sent(Client(), "GET", forms(form), Authorization=basic(PASSWORD))[0] == 200
    assert sent(Client(), "GET", forms(form), Authorization=basic("sai"))[0] == 401
    officer.set_password("mat-khau-moi-456")
    officer.save()
    assert sent(Client(), "GET", forms(form), Authorization=basic(PASSWORD))[0] == 401
    assert sent(Client(), "GET", forms(form), Authorization="Basic %%%")[0] == 401
    assert sent(Client(), "GET", forms(form), Authorization="Token x")[0] == 401


def test_a_cookie_changes_nothing_without_its_token(form: Form, client_as: Callable[..., Client]) -> None:
    seed = client_as(Role.SECRETARIAT)
    client = Client(enforce_csrf_checks=True)
    client.cookies.update(seed.cookies)
    assert client.get(forms(form)).status_code == 200
    answer = client.patch(forms(form), json.dumps({"state": "closed"}), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, 401.2)
    form.refresh_from_db()
    assert form.state == "open"


def test_every_address_has_a_door_and_answers_nobody_without_a_sign_in() -> None:
    patterns = [
        (name, value)
        for name, value in get_resolver().reverse_dict.lists()
        if isinstance(name, str) and name.startswith("central-")
    ]
    assert len(patterns) > 60
    for name, ways in patterns:
        (((template, names),), *_rest) = ways[0][0], None
        values = {one: 1 if one in ("project", "user") else "x" for one in names}
        answer = Client().get("/" + template % values)
        if name == "central-sessions":
            assert answer.status_code == 405
        else:
            assert answer.status_code == 401, name
            assert answer.json()["code"] == 401.2


def test_who_has_no_part_in_collecting_gets_no_further(form: Form, client_as: Callable[..., Client]) -> None:
    client = client_as(Role.COUNTER_OFFICER)
    for address in ("/v1/projects", forms(form), forms(form, ".svc/Submissions")):
        status, body = sent(client, "GET", address)
        assert (status, body["code"]) == (403, 403.1), address
    assert client.get("/v1/users/current").status_code == 200


def test_forms_have_the_shape_clients_read(
    form: Form, keeper: Client, client_as: Callable[..., Client]
) -> None:
    assert [one["xmlFormId"] for one in read(keeper, f"/v1/projects/{form.campaign_id}/forms")] == ["ho_dan"]
    found = sent(keeper, "GET", forms(form), **{"X-Extended-Metadata": "true"})[1]
    assert found["state"] == "open" and found["submissions"] == 0 and len(found["hash"]) == 32
    assert b"<h:html" in keeper.get(forms(form, ".xml")).content
    fields = {one["path"]: one for one in read(keeper, forms(form, "/fields"))}
    assert fields["/where/point"] == {
        "path": "/where/point", "name": "point", "type": "geopoint", "binary": None, "selectMultiple": None,
    }  # fmt: skip
    assert fields["/kinds"]["selectMultiple"] is True and fields["/photo"]["binary"] is True
    assert fields["/child"]["type"] == "repeat" and fields["/where"]["type"] == "structure"
    named = keeper.get(forms(form, "/fields"), {"odata": "true"}).json()
    assert "/where/ghi_ch_" in {one["path"] for one in named}
    assert sent(keeper, "GET", forms(form, ".xlsx"))[1]["code"] == 404.1
    assert [one["version"] for one in read(keeper, forms(form, "/versions"))] == ["1"]
    assert read(keeper, forms(form, "/versions/1"))["version"] == "1"
    assert sent(keeper, "GET", forms(form, "/versions/2"))[1]["code"] == 404.1
    stranger = client_as(Role.COMMUNE_OFFICER)
    assert sent(stranger, "GET", forms(form))[1]["code"] == 404.1
    assert sent(stranger, "PATCH", forms(form), {"state": "closed"})[1]["code"] == 404.1


def test_the_state_of_a_form_changes_for_those_who_write_forms(
    form: Form, keeper: Client, client_as: Callable[..., Client]
) -> None:
    assert sent(keeper, "PATCH", forms(form), {"state": "closing"})[1]["state"] == "closing"
    assert sent(keeper, "PATCH", forms(form), {"state": "ajar"})[1]["code"] == 400.8
    assert sent(client_as(Role.TEAM_MEMBER), "PATCH", forms(form), {"state": "open"})[1]["code"] == 403.1
    assert sent(keeper, "DELETE", forms(form)) == (200, {"success": True})
    assert sent(keeper, "GET", forms(form))[1]["code"] == 404.1


def _received(client: Client, form: Form, identity: str, **answers: str) -> tuple[int, Any]:
    xml = filled(identity=identity, **answers)
    return sent(client, "POST", forms(form, "/submissions"), xml, content_type="application/xml")


def test_submissions_come_in_are_edited_and_refused_by_number(form: Form, keeper: Client) -> None:
    status, body = _received(keeper, form, "uuid:a", name="Lan")
    assert (status, body["instanceId"], body["reviewState"]) == (200, "uuid:a", None)
    assert body["currentVersion"]["current"] is True
    assert _received(keeper, form, "uuid:a", name="Lan")[1]["code"] == 409.3
    assert _received(keeper, form, "uuid:a", name="Hoa")[0] == 409
    other = filled(identity="uuid:b", form_id="khac")
    status, body = sent(keeper, "POST", forms(form, "/submissions"), other, content_type="application/xml")
    assert status == 400
    at = forms(form, "/submissions/uuid:a")
    edit = filled(identity="uuid:c", name="Mai")
    assert sent(keeper, "PUT", at, edit, content_type="application/xml")[1]["code"] == 400.19
    edit = filled(identity="uuid:c", deprecated="uuid:z", name="Mai")
    assert sent(keeper, "PUT", at, edit, content_type="application/xml")[1]["code"] == 409.9
    edit = filled(identity="uuid:c", deprecated="uuid:a", name="Mai")
    status, body = sent(keeper, "PUT", at, edit, content_type="application/xml")
    assert (body["instanceId"], body["currentVersion"]["instanceId"], body["reviewState"]) == (
        "uuid:a", "uuid:c", "edited",
    )  # fmt: skip
    assert [one["instanceId"] for one in read(keeper, f"{at}/versions")] == ["uuid:c", "uuid:a"]
    assert [one["instanceId"] for one in read(keeper, f"{at}/edits")] == ["uuid:c"]
    assert {"old": "Lan", "new": "Mai", "path": ["name"]} in read(keeper, f"{at}/diffs")["uuid:c"]
    assert b"<name>Lan</name>" in keeper.get(f"{at}/versions/uuid:a.xml").content
    assert b"<name>Mai</name>" in keeper.get(f"{at}.xml").content
    assert [one["action"] for one in read(keeper, f"{at}/audits")] == [
        "submission.update.version", "submission.create",
    ]  # fmt: skip
    assert sent(keeper, "GET", forms(form, "/submissions/uuid:none"))[1]["code"] == 404.1
    assert sent(keeper, "DELETE", at) == (200, {"success": True})
    assert sent(keeper, "GET", at)[1]["code"] == 404.1
    assert sent(keeper, "POST", f"{at}/restore") == (200, {"success": True})
    assert sent(keeper, "GET", at)[0] == 200


def test_a_closed_form_takes_nothing_new(form: Form, keeper: Client) -> None:
    form.state = "closed"
    form.save()
    assert _received(keeper, form, "uuid:a")[1]["code"] == 409.2


def test_review_states_and_comments(form: Form, keeper: Client, client_as: Callable[..., Client]) -> None:
    _received(keeper, form, "uuid:a")
    at = forms(form, "/submissions/uuid:a")
    assert sent(keeper, "PATCH", at, {"reviewState": "hasIssues"})[1]["reviewState"] == "hasIssues"
    assert sent(keeper, "PATCH", at, {"reviewState": "perfect"})[1]["code"] == 400.8
    assert sent(keeper, "POST", f"{at}/comments", {"body": "xem lại"})[1]["body"] == "xem lại"
    assert sent(keeper, "POST", f"{at}/comments", {})[1]["code"] == 400.2
    assert [one["body"] for one in read(keeper, f"{at}/comments")] == ["xem lại"]
    reader = client_as(Role.TEAM_MEMBER)
    Assignment.objects.create(form=form, verb="read", role=Role.TEAM_MEMBER, scope="all")
    assert sent(reader, "PATCH", at, {"reviewState": "approved"})[1]["code"] == 403.1


def test_lists_of_submissions_page(form: Form, keeper: Client) -> None:
    for number in range(3):
        _received(keeper, form, f"uuid:{number}")
    address = forms(form, "/submissions")
    assert [one["instanceId"] for one in read(keeper, address)] == ["uuid:2", "uuid:1", "uuid:0"]
    assert [one["instanceId"] for one in sent(keeper, "GET", f"{address}?limit=1&offset=1")[1]] == ["uuid:1"]
    assert sent(keeper, "GET", f"{address}?limit=x")[1]["code"] == 400.11
    assert len(read(keeper, forms(form, "/submissions/submitters"))) == 1


def test_the_root_table_is_one_csv(form: Form, keeper: Client) -> None:
    _received(keeper, form, "uuid:a", name="=1+1", age="5", point="10.5 106.7 0 0")
    _received(keeper, form, "uuid:b", name="Lan")
    answer: Any = keeper.get(forms(form, "/submissions.csv"))
    first, second = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert (first["KEY"], second["KEY"]) == ("uuid:b", "uuid:a")
    assert (second["name"], second["age"], second["where-point-Latitude"]) == ("'=1+1", "5", "10.5")
    assert second["FormVersion"] == "1" and first["where-point-Latitude"] == ""
    answer = keeper.get(forms(form, "/submissions.csv"), {"$filter": "__id eq 'uuid:a'"})
    assert b"".join(answer.streaming_content).count(b"\n") == 2
    whole: Any = keeper.get(forms(form, "/submissions.csv.zip"))
    assert b"".join(whole.streaming_content)[:2] == b"PK"


def test_files_come_after_the_form(form: Form, keeper: Client) -> None:
    _received(keeper, form, "uuid:a", photo="ảnh.jpg")
    at = forms(form, "/submissions/uuid:a/attachments")
    assert read(keeper, at) == [{"name": "ảnh.jpg", "exists": False}]
    assert sent(keeper, "POST", f"{at}/khác.jpg", "x", content_type="image/jpeg")[1]["code"] == 404.1
    assert sent(keeper, "GET", f"{at}/ảnh.jpg")[1]["code"] == 404.1
    assert sent(keeper, "POST", f"{at}/ảnh.jpg", "bytes", content_type="image/jpeg") == (
        200,
        {"success": True},
    )
    assert read(keeper, at) == [{"name": "ảnh.jpg", "exists": True}]
    answer = keeper.get(f"{at}/ảnh.jpg")
    assert b"".join(answer.streaming_content) == b"bytes"  # type: ignore[attr-defined]
    assert answer["X-Content-Type-Options"] == "nosniff" and "attachment" in answer["Content-Disposition"]


def test_app_users_are_made_assigned_and_shut_out(form: Form, keeper: Client) -> None:
    address = f"/v1/projects/{form.campaign_id}/app-users"
    made = sent(keeper, "POST", address, {"displayName": "Máy 7"})[1]
    assert sent(keeper, "POST", forms(form, f"/assignments/2/{made['id']}")) == (200, {"success": True})
    assert read(keeper, forms(form, "/assignments")) == [{"actorId": made["id"], "roleId": 2}]
    assert [one["id"] for one in read(keeper, forms(form, "/assignments/app-user"))] == [made["id"]]
    key = keys.key_of(made["token"])
    assert key is not None
    bearer = signed_in(keys.username_of(key), keys.password_of(key))
    status, body = sent(
        Client(), "POST", forms(form, "/submissions"), filled(identity="uuid:a"), Authorization=bearer,
        content_type="application/xml",
    )  # fmt: skip
    assert (status, body["submitterId"]) == (200, made["id"])
    row = Submission.objects.get(instance_id="uuid:a")
    assert row.person_id is None and row.key is not None and row.key.name == "Máy 7"
    assert sent(keeper, "POST", forms(form, f"/assignments/admin/{made['id']}"))[1]["code"] == 403.1
    assert sent(keeper, "POST", forms(form, f"/assignments/99/{made['id']}"))[1]["code"] == 404.1
    assert sent(keeper, "DELETE", forms(form, f"/assignments/2/{made['id']}")) == (200, {"success": True})
    assert sent(keeper, "DELETE", f"{address}/{made['id']}") == (200, {"success": True})
    assert [one["token"] for one in read(keeper, address)] == [None]
    assert sent(Client(), "GET", "/v1/users/current", Authorization=bearer)[0] == 401


def test_roles_are_given_to_people(form: Form, keeper: Client, person: Callable[..., Any]) -> None:
    officer = person(Role.TEAM_MEMBER)
    for role, verb in (("viewer", "read"), ("5", "review"), ("formfill", "fill")):
        assert sent(keeper, "POST", forms(form, f"/assignments/{role}/{officer.pk}"))[0] == 200
        assert Assignment.objects.filter(form=form, person=officer, verb=verb).exists()
    assert sent(keeper, "POST", forms(form, "/assignments/viewer/999999999"))[1]["code"] == 404.1


def test_sessions_last_a_day(person: Callable[..., Any]) -> None:
    officer = person(Role.SECRETARIAT)
    body = sent(Client(), "POST", "/v1/sessions", {"email": officer.username, "password": PASSWORD})[1]
    ends = datetime.fromisoformat(body["expiresAt"])
    assert timedelta(hours=23) < ends - timezone.now() <= timedelta(hours=24)


_BODIES = ["", "{}", "[]", "null", '{"a": "\\u0000"}', "<data/>", "\x00"]


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.TEAM_MEMBER, Role.COMMUNE_OFFICER])
def test_no_address_breaks_whatever_is_sent(
    form: Form, keeper: Client, client_as: Callable[..., Client], role: Role
) -> None:
    _received(keeper, form, "uuid:a", photo="x.jpg")
    dataset = create_dataset(actor=SYSTEM, campaign=form.campaign, name="cây")
    identity = create_entity(actor=SYSTEM, dataset=dataset, label="cây 1").uuid
    user = sent(keeper, "POST", f"/v1/projects/{form.campaign_id}/app-users", {"displayName": "m"})[1]["id"]
    given = {
        "project": form.campaign_id, "form": form.form_id, "instance": "uuid:a", "edition": "uuid:a", "user": user,
        "name": "x.jpg", "identity": identity, "role": "viewer", "version": "1", "table": "Submissions", "token": "x",
    }  # fmt: skip
    client = client_as(role)
    answered: dict[int, int] = {}
    for name, ways in get_resolver().reverse_dict.lists():
        if not (isinstance(name, str) and name.startswith("central-")):
            continue
        template, names = ways[0][0][0]
        values = {**given, "name": "cây"} if "datasets" in template else given
        address = "/" + template % {one: values[one] for one in names}
        for method in ("GET", "POST", "PUT", "PATCH"):
            for body in _BODIES if method != "GET" else [""]:
                answer = client.generic(method, address, body, content_type="application/json")
                if answer.streaming:
                    list(answer.streaming_content)  # type: ignore[attr-defined]
                answered[answer.status_code] = answered.get(answer.status_code, 0) + 1
                assert answer.status_code < 500 or answer.json()["code"] > 501, (method, address, body)
                assert answer.status_code != 401, (method, address)
    assert answered.get(200, 0) > 5 and answered[405] > 50
