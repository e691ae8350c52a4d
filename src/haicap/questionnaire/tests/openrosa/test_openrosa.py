"""OpenRosa as clients speak it: lists, manifests, submissions, and every refusal with its number."""

from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from lxml import etree

from haicap.campaign.models import Campaign
from haicap.kernel.access import Role
from haicap.questionnaire.models import Form, FormMedia, FormVersion, Submission
from haicap.questionnaire.tests.collecting import (
    Paper,
    add_version,
    assign,
    make_form,
    new_id,
)
from haicap.questionnaire.tests.openrosa.device import Device, number, said

pytestmark = pytest.mark.django_db


LIST = "{http://openrosa.org/xforms/xformsList}"


FILES = "{http://openrosa.org/xforms/xformsManifest}"


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
