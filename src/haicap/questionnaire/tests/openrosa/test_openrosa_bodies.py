"""Bodies as they may come: many files, strange names, dangerous XML, cut, without a length, too large."""

from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from haicap.campaign.models import Campaign
from haicap.questionnaire.models import Form, FormVersion, Submission
from haicap.questionnaire.rules.schema import Schema
from haicap.questionnaire.tests.collecting import (
    EDGE,
    Paper,
    multipart,
    new_id,
    part,
)
from haicap.questionnaire.tests.openrosa.device import Device, number, said

pytestmark = pytest.mark.django_db


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
