"""Drafts on the server and files that arrive in pieces."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refusal, Refused
from haicap.questionnaire.actions import drafts, uploads
from haicap.questionnaire.actions.handing_in import hand_in
from haicap.questionnaire.models import Attachment, Draft, Form, Submission, Upload
from haicap.questionnaire.queries import offered
from haicap.questionnaire.tests.collecting import Paper, assign, make_form, new_id

ActorOf = Callable[..., Actor]
PHOTO = bytes(range(256)) * 40


@pytest.fixture
def form(campaign: Campaign) -> Form:
    """A published form that members of teams fill in."""
    form = make_form(campaign)
    assign(form, role="team_member")
    return form


@pytest.fixture
def filler(actor: ActorOf) -> Actor:
    """A member of a team."""
    return actor(Role.TEAM_MEMBER)


def _code(work: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        work()
    return caught.value.code


def _save(actor: Actor, form: Form, paper: Paper, *, revision: int = 0) -> Draft:
    return drafts.save_draft(
        actor=actor, form=form, instance_id=paper.instance, number=1, xml=paper.xml().decode(),
        revision=revision, name="Tổ 5", device="web:1",
    )  # fmt: skip


def _begin(actor: Actor, form: Form, instance: str, *, raw: bytes = PHOTO, name: str = "anh.jpg") -> Upload:
    return uploads.begin_upload(actor=actor, purpose=f"form/{form.pk}/{instance}", name=name, size=len(raw))


# -- drafts -------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_and_the_same_save_again_changes_nothing(form: Form, filler: Actor) -> None:
    paper = Paper(instance=new_id(), unit="26734")
    first = _save(filler, form, paper)
    again = _save(filler, form, paper)
    assert (again.pk, again.revision) == (first.pk, first.revision)
    assert offered.draft_of(actor=filler, form=form, instance_id=paper.instance).name == "Tổ 5"


def test_a_save_over_another_device_is_told_with_what_stands_there(form: Form, filler: Actor) -> None:
    instance = new_id()
    row = _save(filler, form, Paper(instance=instance, unit="1"))
    theirs = _save(filler, form, Paper(instance=instance, unit="2"), revision=row.revision)
    with pytest.raises(Conflict) as caught:
        _save(filler, form, Paper(instance=instance, unit="3"), revision=row.revision)
    assert caught.value.code == "draft.changed"
    assert caught.value.details["revision"] == theirs.revision
    assert "<unit>2</unit>" in str(caught.value.details["xml"])
    assert Draft.objects.get().xml == theirs.xml


def test_a_first_save_over_an_existing_draft_is_no_first_save(form: Form, filler: Actor) -> None:
    instance = new_id()
    _save(filler, form, Paper(instance=instance, unit="1"))
    assert _code(lambda: _save(filler, form, Paper(instance=instance, unit="2"))) == "draft.changed"


def test_drafts_of_others_are_not_there(form: Form, filler: Actor, actor: ActorOf) -> None:
    paper = Paper(instance=new_id())
    _save(filler, form, paper)
    other = actor(Role.TEAM_MEMBER)
    with pytest.raises(Missing):
        offered.draft_of(actor=other, form=form, instance_id=paper.instance)
    assert offered.drafts_for(actor=other) == []


def test_a_draft_is_refused_for_what_is_not_assigned_or_no_filled_form(
    form: Form, filler: Actor, actor: ActorOf
) -> None:
    paper = Paper(instance=new_id())
    with pytest.raises(NotAllowed):
        _save(actor(Role.COMMUNE_OFFICER), form, paper)
    assert _code(lambda: _save(filler, form, Paper(instance=new_id(), form_id="khac"))) == "draft.other_form"
    save = drafts.save_draft
    wrong = {"actor": filler, "form": form, "instance_id": "uuid:1", "number": 1, "revision": 0}
    assert _code(lambda: save(xml="<data", **wrong)) == "draft.not_xml"  # type: ignore[arg-type]
    assert _code(lambda: save(xml=paper.xml().decode(), **wrong)) == "draft.other_form"  # type: ignore[arg-type]
    assert _code(lambda: save(xml="", **(wrong | {"number": 9}))) == "form.version"  # type: ignore[arg-type]


def test_handing_in_ends_the_draft_and_a_late_save_of_another_device_is_told(
    form: Form, filler: Actor
) -> None:
    paper = Paper(instance=new_id(), unit="1")
    _save(filler, form, paper)
    hand_in(actor=filler, form_pk=form.pk, xml=paper.xml())
    assert not Draft.objects.exists()
    assert _code(lambda: _save(filler, form, Paper(instance=paper.instance, unit="2"))) == "draft.received"


def test_a_draft_saved_while_its_form_was_received_is_not_offered(form: Form, filler: Actor) -> None:
    paper = Paper(instance=new_id())
    row = _save(filler, form, paper)
    hand_in(actor=filler, form_pk=form.pk, xml=paper.xml())
    row.pk = None
    row.save(force_insert=True)  # the save began before the form was received and ended after
    assert offered.drafts_for(actor=filler) == []
    assert (
        _code(lambda: offered.draft_of(actor=filler, form=form, instance_id=paper.instance))
        == "draft.missing"
    )
    edition = Paper(instance=new_id(), deprecated=paper.instance, unit="2")
    _save(filler, form, edition)
    assert [one.instance_id for one in offered.drafts_for(actor=filler)] == [edition.instance]
    hand_in(actor=filler, form_pk=form.pk, xml=edition.xml())
    assert offered.drafts_for(actor=filler) == []
    assert _code(lambda: _save(filler, form, edition)) == "draft.received"


# -- uploads ------------------------------------------------------------------------------------------------------


def test_a_file_goes_on_where_it_broke_off_and_its_bytes_are_the_same(form: Form, filler: Actor) -> None:
    instance = new_id()
    row = _begin(filler, form, instance)
    uploads.append(actor=filler, upload_id=row.pk, offset=0, piece=PHOTO[:1000])
    assert uploads.upload_of(actor=filler, upload_id=row.pk).offset == 1000
    with default_storage.open(row.path, "ab") as file:  # a write that broke before its offset was told
        file.write(b"half")
    done = uploads.append(actor=filler, upload_id=row.pk, offset=1000, piece=PHOTO[1000:])
    assert done.ended_at is not None
    with uploads.open_file(done) as file:
        assert file.read() == PHOTO


@pytest.mark.parametrize("offset", [0, 999, 1001, -1])
def test_a_piece_at_a_wrong_offset_changes_nothing(form: Form, filler: Actor, offset: int) -> None:
    row = _begin(filler, form, new_id())
    uploads.append(actor=filler, upload_id=row.pk, offset=0, piece=PHOTO[:1000])
    with pytest.raises(Conflict) as caught:
        uploads.append(actor=filler, upload_id=row.pk, offset=offset, piece=b"x")
    assert caught.value.details == {"offset": 1000}
    assert default_storage.size(row.path) == 1000


def test_what_is_too_large_is_refused_before_its_bytes_and_while_they_come(
    form: Form, filler: Actor, settings: Any
) -> None:
    settings.HAICAP_MAX_EVIDENCE = 5000
    instance = new_id()
    with pytest.raises(uploads.TooLarge) as caught:
        _begin(filler, form, instance)
    assert caught.value.status == 413
    row = _begin(filler, form, instance, raw=b"1234")
    assert (
        _code(lambda: uploads.append(actor=filler, upload_id=row.pk, offset=0, piece=b"12345"))
        == "upload.longer"
    )
    with pytest.raises(uploads.TooLarge):
        _begin(filler, form, instance, raw=b"")


def test_the_upload_of_another_person_is_not_there(form: Form, filler: Actor, actor: ActorOf) -> None:
    row = _begin(filler, form, new_id())
    other = actor(Role.TEAM_MEMBER)
    for work in (
        lambda: uploads.upload_of(actor=other, upload_id=row.pk),
        lambda: uploads.append(actor=other, upload_id=row.pk, offset=0, piece=b"x"),
        lambda: uploads.drop_upload(actor=other, upload_id=row.pk),
    ):
        with pytest.raises(Missing):
            work()


def test_uploads_are_for_forms_one_knows_and_not_without_end(
    form: Form, filler: Actor, actor: ActorOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Missing):
        _begin(actor(Role.COMMUNE_OFFICER), form, new_id())
    for purpose in ("", "form/1", "form/x/uuid:1", "elsewhere/1/2"):
        with pytest.raises(Refused):
            uploads.begin_upload(actor=filler, purpose=purpose, name="a", size=1)
    monkeypatch.setattr(uploads, "MOST_OPEN", len(PHOTO) + 10)
    _begin(filler, form, new_id())
    assert _code(lambda: _begin(filler, form, new_id())) == "upload.too_much"


def test_files_that_came_in_pieces_are_attached_once_and_their_pieces_are_gone(
    form: Form, filler: Actor, django_capture_on_commit_callbacks: Any
) -> None:
    paper = Paper(instance=new_id(), unit="1", photo="anh.jpg")
    row = _begin(filler, form, paper.instance)
    unfinished = _begin(filler, form, paper.instance, name="anh.jpg")
    uploads.append(actor=filler, upload_id=row.pk, offset=0, piece=PHOTO)
    with django_capture_on_commit_callbacks(execute=True):
        first = hand_in(actor=filler, form_pk=form.pk, xml=paper.xml())
    again = hand_in(actor=filler, form_pk=form.pk, xml=paper.xml())
    assert (first.is_new, again.is_new) == (True, False)
    assert Submission.objects.count() == 1
    file = Attachment.objects.get()
    assert (file.name, file.sha256) == ("anh.jpg", hashlib.sha256(PHOTO).hexdigest())
    assert not Upload.objects.exists()
    assert not default_storage.exists(row.path)
    assert not default_storage.exists(unfinished.path)


def test_pieces_stay_where_the_form_is_refused(form: Form, filler: Actor) -> None:
    paper = Paper(instance=new_id(), unit="1", photo="anh.jpg", version="9")
    row = _begin(filler, form, paper.instance)
    uploads.append(actor=filler, upload_id=row.pk, offset=0, piece=PHOTO)
    with pytest.raises(Refusal):
        hand_in(actor=filler, form_pk=form.pk, xml=paper.xml())
    assert uploads.upload_of(actor=filler, upload_id=row.pk).offset == len(PHOTO)


# -- over HTTP ----------------------------------------------------------------------------------------------------


def _pair(key: str, value: str) -> str:
    return f"{key} {base64.b64encode(value.encode()).decode()}"


def _create(client: Client, form: Form, instance: str, **more: str) -> Any:
    given = {"purpose": f"form/{form.pk}/{instance}", "filename": "ảnh.jpg"} | more
    return client.post(
        "/api/questionnaire/uploads",
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(PHOTO)),
            "Upload-Metadata": ",".join(_pair(key, value) for key, value in given.items()),
        },
    )


def _patch(client: Client, url: str, offset: int, piece: bytes) -> Any:
    return client.patch(
        url,
        piece,
        content_type="application/offset+octet-stream",
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)},
    )


def test_the_protocol_of_pieces_over_http(form: Form, client_as: Callable[..., Client]) -> None:
    client = client_as(Role.TEAM_MEMBER)
    made = _create(client, form, new_id())
    assert (made.status_code, made.headers["Upload-Offset"]) == (201, "0")
    url = made.headers["Location"]
    assert _patch(client, url, 0, PHOTO[:500]).headers["Upload-Offset"] == "500"
    told = client.head(url)
    assert (told.headers["Upload-Offset"], told.headers["Upload-Length"]) == ("500", str(len(PHOTO)))
    wrong = _patch(client, url, 100, PHOTO[100:])
    assert (wrong.status_code, wrong.json()["code"]) == (409, "upload.offset")
    assert _patch(client, url, 500, PHOTO[500:]).status_code == 204
    assert client.get(url).getvalue() == PHOTO
    other = client_as(Role.TEAM_MEMBER)
    assert other.head(url).status_code == other.get(url).status_code == 404
    assert _patch(other, url, 0, b"x").status_code == 404
    assert client.delete(url).status_code == 204
    assert client.head(url).status_code == 404
    assert client.head(f"/api/questionnaire/uploads/{uuid4()}").status_code == 404
    assert Client().head(url).status_code == 401


def test_forms_drafts_and_handing_in_over_http(form: Form, client_as: Callable[..., Client]) -> None:
    client = client_as(Role.TEAM_MEMBER)
    (info,) = client.get("/api/questionnaire/forms").json()
    assert info["id"] == form.pk
    assert client.get(info["xform"]).content.startswith(b"<?xml")
    paper = Paper(instance=new_id(), unit="1", photo="ảnh.jpg")
    url = f"/api/questionnaire/forms/{form.pk}/drafts/{paper.instance}"
    body = {"revision": 0, "xml": paper.xml().decode(), "number": 1, "name": "Tổ 5", "device": "web:1"}
    saved = client.put(url, json.dumps(body), content_type="application/json")
    assert saved.json()["revision"] == 1
    upload = _create(client, form, paper.instance).headers["Location"]
    _patch(client, upload, 0, PHOTO)
    (row,) = client.get("/api/questionnaire/drafts").json()
    assert (row["instance_id"], row["name"]) == (paper.instance, "Tổ 5")
    draft = client.get(url).json()
    assert [file["name"] for file in draft["files"]] == ["ảnh.jpg"]
    assert UUID(draft["files"][0]["id"])
    from django.core.files.uploadedfile import SimpleUploadedFile

    def send() -> Any:
        file = SimpleUploadedFile("submission.xml", paper.xml(), "text/xml")
        return client.post(
            f"/api/questionnaire/forms/{form.pk}/submissions", {"xml_submission_file": file}
        ).json()

    first, again = send(), send()
    assert first["receipt"] == again["receipt"] == f"{form.pk}-{Submission.objects.get().pk}"
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert client.get(url).status_code == 404
    filled = client.get(f"/api/questionnaire/forms/{form.pk}/filled/{paper.instance}").json()
    assert filled["xml"] == paper.xml().decode()
    assert [file["name"] for file in filled["files"]] == ["ảnh.jpg"]
    stranger = client_as(Role.COMMUNE_OFFICER)
    assert stranger.get("/api/questionnaire/forms").json() == []
    for path in (url, f"/api/questionnaire/forms/{form.pk}/filled/{paper.instance}", info["xform"]):
        assert stranger.get(path).status_code == 404


def test_the_pages_say_whose_they_are_and_what_they_may_do(
    form: Form, client_as: Callable[..., Client]
) -> None:
    client = client_as(Role.TEAM_MEMBER)
    for path in ("/questionnaire/fill/", f"/questionnaire/fill/{form.pk}/"):
        page = client.get(path)
        assert page.status_code == 200
        assert page.headers["X-Haicap-Person"] == str(client.person.pk)  # type: ignore[attr-defined]
        assert "wasm-unsafe-eval" in page.headers["Content-Security-Policy"]
    assert client_as(Role.COMMUNE_OFFICER).get(f"/questionnaire/fill/{form.pk}/").status_code == 404
    worker = Client().get("/questionnaire/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/questionnaire/"
    assert worker.headers["Cache-Control"] == "no-cache"
    told = Client().get("/questionnaire/app.webmanifest").json()
    assert told["scope"] == "/questionnaire/"
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
