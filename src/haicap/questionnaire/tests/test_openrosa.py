"""OpenRosa as clients speak it: lists, manifests, submissions, and every refusal with its number."""

import base64
import hashlib
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from lxml import etree

from haicap.campaign.models import Campaign
from haicap.kernel.access import Role
from haicap.questionnaire import keys
from haicap.questionnaire.models import FieldKey, Form, FormMedia, FormVersion, Submission
from haicap.questionnaire.rules.schema import Schema
from haicap.questionnaire.tests.collecting import (
    EDGE,
    Paper,
    add_version,
    assign,
    make_device,
    make_form,
    multipart,
    new_id,
    part,
)

pytestmark = pytest.mark.django_db
LIST = "{http://openrosa.org/xforms/xformsList}"
FILES = "{http://openrosa.org/xforms/xformsManifest}"


class Device:
    """A client of the field, reduced to what the server sees."""

    def __init__(self, key: FieldKey | None, campaign: Campaign, **extra: str) -> None:
        self.client, self.extra = Client(), extra
        self.token = keys.token_of(key) if key else ""
        self.base = f"/v1/{f'key/{self.token}/' if key else ''}projects/{campaign.pk}"

    def ask(self, method: str, way: str, version: str = "1.0", **more: Any) -> Any:
        """Return the answer to one request below the project, or to a whole address."""
        path = way if way.startswith("/v1/") else f"{self.base}/{way}"
        headers = {"X-OpenRosa-Version": version} if version else {}
        return self.client.generic(method, path, headers=headers | self.extra, **more)

    def send(
        self,
        paper: Paper | bytes,
        *files: tuple[str, bytes],
        way: str = "submission",
        incomplete: bool = False,
    ) -> Any:
        """Send a filled form with files."""
        body = multipart(paper if isinstance(paper, bytes) else paper.xml(), *files, incomplete=incomplete)
        return self.ask("POST", way, data=body, content_type=f"multipart/form-data; boundary={EDGE}")


def said(answer: Any) -> str:
    """Return the message of an OpenRosaResponse."""
    root = etree.fromstring(answer.content)
    assert root.tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    return str(root[0].text)


@pytest.fixture
def form(campaign: Campaign) -> Form:
    """A published form assigned to officers of communes."""
    form = make_form(campaign)
    assign(form, role=Role.COMMUNE_OFFICER.value)
    return form


@pytest.fixture
def device(form: Form, campaign: Campaign, person: Callable[..., Any]) -> Device:
    """The device of an officer."""
    return Device(make_device(campaign, person=person(Role.COMMUNE_OFFICER)), campaign)


def test_the_list_names_open_published_forms_by_absolute_addresses(
    device: Device, form: Form, campaign: Campaign
) -> None:
    for state in (Form.State.CLOSING, Form.State.CLOSED, Form.State.ARCHIVED):
        assign(make_form(campaign, form_id=state, state=state), role=Role.COMMUNE_OFFICER.value)
    make_form(campaign, form_id="khong_giao")
    draft = Form.objects.create(campaign=campaign, form_id="nhap", title="x", created_at=timezone.now())
    add_version(draft, version="1", state=FormVersion.State.DRAFT)
    assign(draft, role=Role.COMMUNE_OFFICER.value)
    answer = device.ask("GET", "formList")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert answer["X-OpenRosa-Version"] == "1.0"
    assert int(answer["X-OpenRosa-Accept-Content-Length"]) > 10_000_000
    assert answer["Date"].endswith("GMT")
    root = etree.fromstring(answer.content)
    assert root.tag == f"{LIST}xforms"
    [one] = root
    found = {etree.QName(node).localname: node.text for node in one}
    assert (found["formID"], found["name"], found["version"]) == ("to_dan_pho", "Tổ dân phố", "1")
    assert found["downloadUrl"] == f"http://testserver{device.base}/forms/to_dan_pho.xml"
    assert "manifestUrl" not in found
    assert device.ask("HEAD", "formList").status_code == 200
    assert len(etree.fromstring(device.ask("GET", "formList?formID=to_dan_pho").content)) == 1
    assert len(etree.fromstring(device.ask("GET", "formList?formID=khac").content)) == 0


def test_the_form_is_served_to_the_byte_and_its_files_are_listed(device: Device, form: Form) -> None:
    version = form.versions.get()
    FormMedia.objects.create(version=version, name="chờ.csv", kind="file")
    media = FormMedia(version=version, name="phường & xã.csv", kind="file", md5="a" * 32)
    media.file.save("x.csv", ContentFile(b"name,label\n1,A\n"))
    root = etree.fromstring(device.ask("GET", "formList").content)
    place = urlsplit(root.findtext(f".//{LIST}downloadUrl")).path
    assert device.ask("GET", place, version="").content.decode() == version.xform
    manifest = urlsplit(root.findtext(f".//{LIST}manifestUrl")).path
    [file] = etree.fromstring(device.ask("GET", manifest).content)
    assert file.findtext(f"{FILES}filename") == "phường & xã.csv"
    assert file.findtext(f"{FILES}hash") == f"md5:{'a' * 32}"
    address = file.findtext(f"{FILES}downloadUrl")
    assert address.startswith(f"http://testserver{device.base}/forms/")
    answer = device.ask("GET", urlsplit(address).path, version="")
    assert b"".join(answer.streaming_content) == b"name,label\n1,A\n"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert (
        device.ask("GET", urlsplit(address).path, version="", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code
        == 304
    )
    assert device.ask("GET", f"forms/{form.form_id}/attachments/none.csv", version="").status_code == 404


def test_head_of_submission_is_exactly_204(device: Device, campaign: Campaign) -> None:
    answer = device.ask("HEAD", "submission")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["X-OpenRosa-Accept-Content-Length"]
    assert Device(None, campaign).ask("HEAD", "submission").status_code == 401


def test_a_submission_is_taken_with_its_files_over_several_requests(device: Device, form: Form) -> None:
    paper = Paper(instance=new_id(), photo="ảnh.jpg", rows=("a",))
    first = device.send(paper, incomplete=True)
    assert first.status_code == 201, said(first)
    assert device.send(paper, ("ảnh.jpg", b"\xff\xd8\xff")).status_code == 201
    row = Submission.objects.get(form=form)
    file = row.attachments.get()
    assert (file.name, file.size) == ("ảnh.jpg", 3)
    assert row.key is not None and row.person_id == row.key.person_id
    row.key.refresh_from_db()
    assert row.key.last_used_at is not None


def test_without_the_version_header_it_is_400(device: Device) -> None:
    for way in ("formList", "submission", "forms/to_dan_pho/manifest"):
        for version in ("", "2.0"):
            answer = device.ask("GET", way, version=version)
            assert answer.status_code == 400
            assert "X-OpenRosa-Version" in said(answer)
            assert answer["X-OpenRosa-Version"] == "1.0"


def number(answer: Any) -> int:
    """Return the status of a refusal, after a look at its form."""
    assert said(answer), "clients show this sentence"
    assert answer["X-OpenRosa-Version"] == "1.0"
    return int(answer.status_code)


def test_every_refusal_of_the_contract_has_its_number_and_a_sentence(device: Device, form: Form) -> None:
    first, edit = new_id(), new_id()
    assert device.send(Paper(instance=first)).status_code == 201
    assert number(device.send(Paper(instance=first, unit="x"))) == 409
    assert number(device.send(Paper(instance=edit, deprecated=new_id()))) == 404
    assert device.send(Paper(instance=edit, deprecated=first)).status_code == 201
    assert number(device.send(Paper(instance=new_id(), deprecated=first))) == 409
    assert number(device.send(Paper(instance=new_id(), version="9"))) == 404
    assert number(device.send(Paper(instance=new_id(), form_id="khong_co"))) == 404
    Submission.objects.update(deleted_at=timezone.now())
    assert number(device.send(Paper(instance=first))) == 409
    Form.objects.filter(pk=form.pk).update(state=Form.State.CLOSED)
    assert number(device.send(Paper(instance=new_id()))) == 409
    assert number(device.ask("DELETE", "submission")) == 405


def test_an_unknown_or_revoked_key_is_403_and_never_asks_for_a_password(
    device: Device, campaign: Campaign
) -> None:
    key = FieldKey.objects.get()
    other = Device(make_device(campaign), campaign)
    assert number(other.send(Paper(instance=new_id()))) == 403, "the form is not assigned to it"
    other.base = f"/v1/key/{other.token}/projects/999"
    assert number(other.ask("GET", "formList")) == 403
    FieldKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())
    for wrong in (device, Device(None, campaign)):
        wrong.base = wrong.base if wrong.token else f"/v1/key/{'A' * 40}/projects/{campaign.pk}"
        for method in ("HEAD", "POST"):
            answer = wrong.ask(method, "submission")
            assert answer.status_code == 403
            assert "WWW-Authenticate" not in answer


def test_wrong_keys_are_bounded(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    from haicap.questionnaire.openrosa import tries

    monkeypatch.setattr(tries, "BY_ADDRESS", 3)
    stranger = Device(None, campaign)
    stranger.base = f"/v1/key/{'A' * 40}/projects/{campaign.pk}"
    assert [stranger.ask("GET", "formList").status_code for _ in range(5)] == [403, 403, 403, 429, 429]


def challenge(answer: Any) -> dict[str, str]:
    """Return the parts of a Digest challenge."""
    assert answer.status_code == 401
    scheme, _space, rest = answer["WWW-Authenticate"].partition(" ")
    assert scheme == "Digest"
    return dict(re.findall(r'(\w+)="?([^",]+)"?', rest))


def digest(given: dict[str, str], method: str, uri: str, name: str, password: str) -> str:
    """Return the header a client answers a challenge with (RFC 7616, 3.4.1)."""

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    ha1, ha2 = md5(f"{name}:{given['realm']}:{password}"), md5(f"{method}:{uri}")
    response = md5(f"{ha1}:{given['nonce']}:00000001:abc:auth:{ha2}")
    return (
        f'Digest username="{name}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{uri}", qop=auth,'
        f' nc=00000001, cnonce="abc", response="{response}", algorithm=MD5'
    )


def test_digest_opens_with_the_devices_user_name_and_password(device: Device, campaign: Campaign) -> None:
    key = FieldKey.objects.get()
    name, password = keys.username_of(key), keys.password_of(key)
    plain = Device(None, campaign)
    given = challenge(plain.ask("HEAD", "submission"))
    uri = f"{plain.base}/formList?formID=to_dan_pho"
    right = digest(given, "GET", uri, name, password)
    answer = plain.ask("GET", "formList?formID=to_dan_pho", HTTP_AUTHORIZATION=right)
    assert answer.status_code == 200
    assert f"http://testserver/v1/projects/{campaign.pk}/forms/" in answer.content.decode()
    for wrong in (
        digest(given, "GET", uri, name, "wrong"),
        digest(given, "POST", uri, name, password),
        digest(given, "GET", f"{plain.base}/formList", name, password),
        digest(given | {"nonce": "1:x"}, "GET", uri, name, password),
        digest(given, "GET", uri, "may-999999", password),
        digest(given, "GET", uri, "quản trị", password).encode().decode("latin-1"),
        "Digest", "Digest username", "Basic !!!", "Bearer x", "Bearer " + "a" * 32, "Negotiate abc",
    ):  # fmt: skip
        answer = plain.ask("GET", "formList?formID=to_dan_pho", HTTP_AUTHORIZATION=wrong)
        assert answer.status_code == 401, wrong


def test_an_old_nonce_is_stale_and_asks_again(
    device: Device, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    key, plain = FieldKey.objects.get(), Device(None, campaign)
    given = challenge(plain.ask("HEAD", "submission"))
    uri = f"{plain.base}/formList"
    right = digest(given, "GET", uri, keys.username_of(key), keys.password_of(key))
    later = time.time() + 3700
    monkeypatch.setattr("haicap.questionnaire.openrosa.digest.time.time", lambda: later)
    answer = plain.ask("GET", "formList", HTTP_AUTHORIZATION=right)
    assert answer.status_code == 401
    assert "stale=true" in answer["WWW-Authenticate"]


def test_basic_a_session_and_a_token_in_the_query_open_too(
    device: Device, campaign: Campaign, client_as: Callable[..., Any]
) -> None:
    key, plain = FieldKey.objects.get(), Device(None, campaign)
    pair = f"{keys.username_of(key)}:{keys.password_of(key)}"
    basic = "Basic " + base64.b64encode(pair.encode()).decode()
    assert plain.ask("GET", "formList", HTTP_AUTHORIZATION=basic).status_code == 200
    answer = plain.ask("GET", f"formList?st={device.token}")
    assert f"forms/to_dan_pho.xml?st={device.token}" in answer.content.decode()
    officer = client_as(Role.COMMUNE_OFFICER)
    bearer = f"Bearer {officer.session.session_key}"
    assert plain.ask("GET", "formList", HTTP_AUTHORIZATION=bearer).status_code == 200
    officer.person.set_password("mot-mat-khau-khac")
    officer.person.save()
    assert plain.ask("GET", "formList", HTTP_AUTHORIZATION=bearer).status_code == 401


def test_a_cookie_opens_nothing_that_changes(
    campaign: Campaign, form: Form, client_as: Callable[..., Any]
) -> None:
    device = Device(None, campaign)
    device.client = client_as(Role.COMMUNE_OFFICER)
    assert device.ask("GET", "formList").status_code == 200
    assert device.send(Paper(instance=new_id())).status_code == 401
    assert not Submission.objects.exists()


def test_a_draft_is_tested_by_its_own_token(campaign: Campaign, form: Form) -> None:
    draft = add_version(form, version="2", state=FormVersion.State.DRAFT)
    tester = Device(None, campaign)
    token = keys.draft_token_of(draft)
    tester.base = f"/v1/test/{token}/projects/{campaign.pk}/forms/to_dan_pho/draft"
    root = etree.fromstring(tester.ask("GET", "formList").content)
    [one] = root
    address = urlsplit(one.findtext(f"{LIST}downloadUrl")).path
    assert tester.ask("GET", address, version="").content.decode() == draft.xform
    assert tester.ask("HEAD", "submission").status_code == 204
    assert tester.send(Paper(instance=new_id(), version="2")).status_code == 201
    assert Submission.objects.get().is_test
    assert (
        number(tester.send(Paper(instance=new_id(), form_id="khac"))) == 404
        or Submission.objects.count() == 1
    )
    draft.state = FormVersion.State.SUPERSEDED
    draft.save()
    assert number(tester.ask("GET", "formList")) == 404


def test_a_hundred_files_come_in_one_request(campaign: Campaign, device: Device, form: Form) -> None:
    names = [f"ảnh {n}.jpg" for n in range(120)]
    many = form.versions.get()
    source = many.xform.replace("<photo/>", "<g><photo/></g>").replace("/data/photo", "/data/g/photo")
    group = '<group ref="/data/g"><repeat nodeset="/data/g"></repeat></group>'
    source = source.replace('<group ref="/data/row">', f'{group}<group ref="/data/row">')
    xform = source.replace('version="1"', 'version="many"')
    FormVersion.objects.create(form=form, number=2, version="many", xform=xform, sha256="", md5="",
                               state="superseded", schema=Schema.of(xform).to_json(),
                               created_at=timezone.now())  # fmt: skip
    rows = "".join(f"<g><photo>{name}</photo></g>" for name in names)
    xml = f'<data id="to_dan_pho" version="many">{rows}<meta><instanceID>{new_id()}</instanceID></meta></data>'.encode()
    answer = device.send(xml, *((name, name.encode()) for name in names))
    assert answer.status_code == 201, said(answer)
    assert Submission.objects.get().attachments.exclude(file="").count() == 120


@pytest.mark.parametrize(
    ("sent", "named", "kept"),
    [
        ("../../etc/passwd", "passwd", "passwd"),
        ("a\\b\\c.jpg", "c.jpg", "c.jpg"),
        ("a\x00b.jpg", "ab.jpg", "ab.jpg"),
        ("\u0061\u0309nh.jpg", "ảnh.jpg", "ảnh.jpg"),
        ("..", "..", "file"),
    ],
)
def test_names_of_files_are_made_harmless_and_found_again(
    device: Device, form: Form, sent: str, named: str, kept: str
) -> None:
    answer = device.send(Paper(instance=new_id(), photo=named), (sent, b"bytes"))
    assert answer.status_code == 201, said(answer)
    [file] = Submission.objects.get().attachments.all()
    assert (file.name, file.file.read()) == (kept, b"bytes")
    assert ".." not in str(file.file.name)


def test_a_name_of_three_hundred_characters_stays_one_of_its_own(device: Device, form: Form) -> None:
    long = "a" * 300
    answer = device.send(
        Paper(instance=new_id(), photo=f"{long}.jpg"), (f"{long}b.jpg", b"1"), (f"{long}.jpg", b"2")
    )
    assert answer.status_code == 201
    [file] = Submission.objects.get().attachments.all()
    assert len(file.name) <= 255
    assert file.name.endswith(".jpg")
    assert file.file.read() == b"2"


BOMB = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "xml",
    [
        b"", b"   ", b"nothing", b"<data", b"<data/>", b'<data id="to_dan_pho">\xff</data>',
        BOMB + b'<data id="to_dan_pho">&b;</data>',
        b'<!DOCTYPE d SYSTEM "http://169.254.169.254/x"><data id="to_dan_pho"/>',
        b'<?xml version="1.0" encoding="x-unknown"?><data id="to_dan_pho"/>',
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d><data id="to_dan_pho"/>').encode("utf-16"),
        b'<data id="to_dan_pho" version="1">' + b"<a>" * 70 + b"</a>" * 70 + b"</data>",
        b'<data id="to_dan_pho" version="1">\x00</data>',
        b'<data id="to_dan_pho" version="1"><meta><instanceID>a</instanceID><instanceID>b</instanceID></meta></data>',
    ],
)  # fmt: skip
def test_xml_that_is_no_filled_form_is_refused_and_leaves_nothing(
    device: Device, form: Form, xml: bytes
) -> None:
    assert number(device.send(xml)) == 400
    assert not Submission.objects.exists()


def test_five_megabytes_of_text_are_taken_and_eleven_are_not(device: Device, form: Form) -> None:
    long = Paper(instance=new_id(), unit="ở" * (5 * 1024 * 1024 // 3))
    assert device.send(long).status_code == 201
    assert Submission.objects.get().xml.encode() == long.xml()
    assert number(device.send(Paper(instance=new_id(), unit="x" * (11 * 1024 * 1024)))) == 413


def test_a_repeat_of_a_thousand_rows_is_taken(device: Device, form: Form) -> None:
    assert device.send(Paper(instance=new_id(), rows=tuple(map(str, range(1000))))).status_code == 201
    assert Submission.objects.get().repeats == {"/row": 1000}


def test_a_body_cut_anywhere_is_refused_and_leaves_nothing(device: Device, form: Form) -> None:
    paper = Paper(instance=new_id(), photo="a.jpg")
    whole = multipart(paper.xml(), ("a.jpg", b"x" * 300))
    for end in (0, 10, 100, 150, len(whole) // 2, len(whole) - 400, len(whole) - 30, len(whole) - 4):
        kind = f"multipart/form-data; boundary={EDGE}"
        answer = device.ask("POST", "submission", data=whole[:end], content_type=kind)
        assert number(answer) == 400, end
    assert not Submission.objects.exists()
    for kind in ("text/xml", "multipart/form-data", f"multipart/form-data; boundary={'x' * 300}"):
        assert number(device.ask("POST", "submission", data=whole, content_type=kind)) == 400
    no_form = part("a.jpg", b"x", file_name="a.jpg") + f"--{EDGE}--\r\n".encode()
    kind = f"multipart/form-data; boundary={EDGE}"
    assert number(device.ask("POST", "submission", data=no_form, content_type=kind)) == 400
    twice = part("xml_submission_file", paper.xml()) * 2 + f"--{EDGE}--\r\n".encode()
    assert number(device.ask("POST", "submission", data=twice, content_type=kind)) == 400


def test_a_chunked_body_has_no_length_and_is_taken(device: Device, form: Form) -> None:
    body = multipart(Paper(instance=new_id()).xml())
    kind = f"multipart/form-data; boundary={EDGE}"

    def send(raw: bytes, **how: str) -> Any:
        line: Any = {"CONTENT_LENGTH": "", "wsgi.input": BytesIO(raw)} | how
        return device.ask("POST", "submission", data=raw, content_type=kind, **line)

    assert send(body, HTTP_TRANSFER_ENCODING="chunked").status_code == 201
    assert number(send(body[:-9], HTTP_TRANSFER_ENCODING="chunked")) == 400
    assert number(send(body)) == 400, "a body of no length is empty"


def test_files_and_bodies_have_bounds(device: Device, form: Form, settings: Any) -> None:
    settings.HAICAP_MAX_EVIDENCE = 1000
    paper = Paper(instance=new_id(), photo="a.jpg")
    assert number(device.send(paper, ("a.jpg", b"x" * 1001))) == 413
    settings.HAICAP_MAX_BODY = 3000
    assert number(device.send(paper, *((f"{n}.jpg", b"x" * 900) for n in range(4)))) == 413
    assert not Submission.objects.exists()
    assert device.send(paper, ("a.jpg", b"x" * 1000)).status_code == 201


def test_the_sentence_is_in_the_language_of_the_devices_person_and_escaped(
    device: Device, form: Form
) -> None:
    vietnamese = said(device.send(Paper(instance=new_id(), version="&lt;&amp;9&gt;")))
    key = FieldKey.objects.select_related("person").get()
    assert key.person is not None
    key.person.language = "en"
    key.person.save()
    english = said(device.send(Paper(instance=new_id(), version="&lt;&amp;9&gt;")))
    assert "<&9>" in english
    assert english.startswith("This was filled in with version")
    assert vietnamese


def test_a_known_device_sends_with_one_query_and_is_asked_about_in_it(
    device: Device, form: Form, campaign: Campaign, django_assert_num_queries: Any
) -> None:
    key = FieldKey.objects.select_related("person").get()
    assert key.person is not None
    assert device.send(Paper(instance=new_id(), unit="26740")).status_code == 201
    Form.objects.filter(pk=form.pk).update(unit_question="")
    assert device.send(Paper(instance=new_id())).status_code == 201, "a changed form is read anew"
    with django_assert_num_queries(1):
        answer = device.send(Paper(instance=new_id()))
    assert answer.status_code == 201
    row = Submission.objects.latest("pk")
    assert (row.person, row.key, row.unit_id) == (key.person, key, key.person.body.unit_id)
    paper = Paper(instance=new_id())
    assert [device.send(paper).status_code for _ in range(2)] == [201, 201]
    assert number(device.send(Paper(instance=paper.instance, rows=("x",)))) == 409
    assert number(device.send(Paper(instance=new_id(), version="7"))) == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda key, form: FieldKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now()), 403),
        (lambda key, form: FieldKey.objects.filter(pk=key.pk).update(nonce="another"), 403),
        (lambda key, form: key.person.roles.all().delete(), 403),
        (lambda key, form: type(key.person).objects.filter(pk=key.person_id).update(is_active=False), 403),
        (lambda key, form: form.assignments.all().delete(), 403),
        (lambda key, form: Form.objects.filter(pk=form.pk).update(state=Form.State.CLOSED), 409),
        (lambda key, form: Form.objects.filter(pk=form.pk).update(deleted_at=timezone.now()), 404),
    ],
)
def test_what_is_remembered_of_a_device_never_outlives_a_change(
    device: Device, form: Form, change: Callable[[Any, Any], Any], status: int
) -> None:
    for _ in range(2):
        assert device.send(Paper(instance=new_id())).status_code == 201
    change(FieldKey.objects.select_related("person").get(), form)
    assert number(device.send(Paper(instance=new_id()))) == status
    assert Submission.objects.count() == 2


def test_somebody_moved_to_another_unit_sends_for_that(device: Device, form: Form) -> None:
    from haicap.register.models import Body

    for _ in range(2):
        assert device.send(Paper(instance=new_id())).status_code == 201
    person = FieldKey.objects.select_related("person").get().person
    assert person is not None
    person.body = Body.objects.filter(unit__isnull=False).exclude(pk=person.body_id).order_by("pk")[0]
    person.save()
    assert device.send(Paper(instance=new_id())).status_code == 201
    assert Submission.objects.latest("pk").unit_id == person.body.unit_id
