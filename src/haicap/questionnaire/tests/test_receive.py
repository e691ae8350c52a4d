"""Receiving: once per identity, edits kept, refusals with the numbers clients know."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from haicap.campaign.models import Campaign
from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import NotAllowed, Refusal
from haicap.questionnaire.actions.receive import Receipt, receive
from haicap.questionnaire.models import Attachment, Edit, Form, Submission
from haicap.questionnaire.tests.collecting import Paper, add_version, assign, make_form, new_id
from haicap.register.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(campaign: Campaign) -> Form:
    """A published form that officers of communes fill in."""
    form = make_form(campaign)
    assign(form, role=Role.COMMUNE_OFFICER.value)
    return form


@pytest.fixture
def officer(actor: Callable[..., Actor]) -> Actor:
    """An officer of the first commune."""
    return actor(Role.COMMUNE_OFFICER)


def send(actor: Actor, form: Form, paper: Paper, *files: tuple[str, bytes], **more: Any) -> Receipt:
    """Send a filled form."""
    named = [(name, ContentFile(raw)) for name, raw in files]
    return receive(actor=actor, form=form, xml=paper.xml(), files=named, **more)


def refused(number: float, actor: Actor, form: Form, paper: Paper, **more: Any) -> Refusal:
    """Send a filled form that is to be refused with `number`."""
    with pytest.raises(Refusal) as caught:
        send(actor, form, paper, **more)
    assert caught.value.details.get("number") == number, caught.value
    return caught.value


def test_what_a_filled_form_says_becomes_its_row(form: Form, officer: Actor) -> None:
    unit = Unit.objects.filter(level="commune", valid_to=None).order_by("-code")[0]
    paper = Paper(instance=new_id(), unit=unit.code, place="10.5 106.5 0 3", rows=("a", "b"), photo="a.jpg")
    row = send(officer, form, paper, device="máy", agent="test").submission
    row.refresh_from_db()
    assert (row.unit, row.place, row.repeats) == (unit, [106.5, 10.5], {"/row": 2})
    assert (row.person_id, row.device, row.agent) == (officer.person_id, "máy", "test")
    assert row.xml.encode() == paper.xml()
    assert row.started_at is not None
    assert row.started_at.isoformat() == "2025-08-01T01:00:00+00:00"
    assert [(one.name, bool(one.file)) for one in row.attachments.all()] == [("a.jpg", False)]


def test_without_a_unit_it_is_that_of_the_person_and_an_unknown_code_is_none(
    form: Form, officer: Actor
) -> None:
    assert send(officer, form, Paper(instance=new_id())).submission.unit_id == officer.unit_id
    assert send(officer, form, Paper(instance=new_id(), unit="99999")).submission.unit_id is None


def test_the_same_bytes_again_bring_their_files_and_nothing_else(form: Form, officer: Actor) -> None:
    paper = Paper(instance=new_id(), photo="a.jpg")
    first = send(officer, form, paper)
    again = send(officer, form, paper, ("a.jpg", b"bytes"), ("other.jpg", b"nobody asked"))
    assert (first.is_new, again.is_new) == (True, False)
    [file] = Attachment.objects.filter(submission=first.submission)
    assert file.sha256 == hashlib.sha256(b"bytes").hexdigest()
    assert file.file.read() == b"bytes"
    assert Submission.objects.filter(form=form).count() == 1
    assert not list(Path(default_storage.path("submissions")).glob(".part-*"))


def test_other_bytes_under_one_identity_are_refused(form: Form, officer: Actor) -> None:
    identity = new_id()
    send(officer, form, Paper(instance=identity))
    refused(409.3, officer, form, Paper(instance=identity, unit="x"))


def test_an_edit_keeps_what_was_before(form: Form, officer: Actor) -> None:
    first, second, third = new_id(), new_id(), new_id()
    row = send(officer, form, Paper(instance=first, photo="a.jpg"), ("a.jpg", b"1")).submission
    edit = Paper(instance=second, deprecated=first, photo="b.jpg")
    receipt = send(officer, form, edit, reason="sai tên")
    assert receipt.is_edit
    assert not send(officer, form, edit, ("b.jpg", b"2")).is_edit
    row.refresh_from_db()
    assert (row.instance_id, row.current_id, row.state, row.edits) == (first, second, "edited", 1)
    assert [(e.number, e.instance_id, e.reason) for e in row.history.all()] == [
        (0, first, ""),
        (1, second, "sai tên"),
    ]
    assert sorted((a.name, bool(a.file)) for a in row.attachments.all()) == [("a.jpg", True), ("b.jpg", True)]
    refused(409.9, officer, form, Paper(instance=third, deprecated=first))
    refused(404.5, officer, form, Paper(instance=third, deprecated=new_id()))
    refused(409.8, officer, form, Paper(instance=first, deprecated=second))
    refused(409.3, officer, form, Paper(instance=second, deprecated=first, unit="y"))
    refused(409.3, officer, form, Paper(instance=second))
    assert send(officer, form, Paper(instance=third, deprecated=second)).is_edit
    assert not send(officer, form, edit).is_edit, "a late repeat of an edit that was edited since is harmless"
    assert not send(officer, form, Paper(instance=first, photo="a.jpg")).is_new
    assert Edit.objects.filter(submission=row).count() == 3


def test_what_others_sent_cannot_be_edited_without_review(
    form: Form, officer: Actor, actor: Callable[..., Actor]
) -> None:
    first = new_id()
    send(officer, form, Paper(instance=first))
    other = actor(Role.COMMUNE_OFFICER)
    refused(404.5, other, form, Paper(instance=new_id(), deprecated=first))
    keeper = actor(Role.SECRETARIAT)
    assert send(keeper, form, Paper(instance=new_id(), deprecated=first)).is_edit
    row = Submission.objects.get(form=form)
    assert row.person_id == officer.person_id, "an edit does not take a submission from who made it"


def test_unknown_version_deleted_and_closed(form: Form, officer: Actor) -> None:
    refused(404.6, officer, form, Paper(instance=new_id(), version="7"))
    before = Paper(instance=new_id())
    row = send(officer, form, before).submission
    add_version(form, version="2")
    assert send(officer, form, Paper(instance=new_id())).is_new, "a superseded version is still taken"
    assert send(officer, form, Paper(instance=new_id(), version="2")).is_new
    form.state = Form.State.CLOSING
    assert send(officer, form, Paper(instance=new_id())).is_new
    form.state = Form.State.CLOSED
    refused(409.2, officer, form, Paper(instance=new_id()))
    refused(409.2, officer, form, Paper(instance=new_id(), deprecated=before.instance))
    assert not send(officer, form, before).is_new, "the answer may have been lost before it was closed"
    Submission.objects.filter(pk=row.pk).update(state=Submission.State.HAS_ISSUES)
    assert send(officer, form, Paper(instance=new_id(), deprecated=before.instance)).is_edit, (
        "it was sent back"
    )
    Submission.objects.filter(pk=row.pk).update(deleted_at=timezone.now())
    form.state = Form.State.OPEN
    refused(409.18, officer, form, before)


def test_a_form_that_is_not_assigned_is_not_taken(form: Form, actor: Callable[..., Actor]) -> None:
    with pytest.raises(NotAllowed):
        send(actor(Role.TEAM_MEMBER), form, Paper(instance=new_id()))
    assert send(SYSTEM, form, Paper(instance=new_id())).is_new


def test_what_is_no_filled_form_is_refused(form: Form, officer: Actor) -> None:
    refused(400.8, officer, form, Paper(instance=new_id(), form_id="khac"))
    refused(400.2, officer, form, Paper())
    refused(400.13, officer, form, Paper(instance="x" * 256))
    for raw in (b"", b"<a", b"\xff\xfe", b'<!DOCTYPE a [<!ENTITY b "c">]><data id="to_dan_pho">&b;</data>'):
        with pytest.raises(Refusal) as caught:
            receive(actor=officer, form=form, xml=raw)
        assert caught.value.status == 400


def test_the_encoding_of_the_xml_is_read_and_kept_as_text(form: Form, officer: Actor) -> None:
    text = Paper(instance=new_id(), unit="Đặng").xml().decode()
    raw = f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")
    row = receive(actor=officer, form=form, xml=raw).submission
    row.refresh_from_db()
    assert "<unit>Đặng</unit>" in row.xml
    assert "encoding" not in row.xml
    assert not receive(actor=officer, form=form, xml=raw).is_new
