"""A device in the field with a form that reads and changes a list: from the author's file to the list and back."""

import csv
import io
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import etree
from pyxform.xls2xform import convert

from haicap.kernel.access import SYSTEM, Role
from haicap.questionnaire import keys
from haicap.questionnaire.actions.entities import create_entity, delete_entity
from haicap.questionnaire.actions.forms.versions import publish_file
from haicap.questionnaire.actions.keys import make_key
from haicap.questionnaire.actions.submissions import set_state
from haicap.questionnaire.models import Assignment, Dataset, Entity, Submission
from haicap.questionnaire.tests.lists import TREES, entity, notes_of

FILES = "{http://openrosa.org/xforms/xformsManifest}"


class Device:
    """What a client does: read the list of files, fetch them, send filled forms."""

    def __init__(self, campaign, version, key):
        self.client, self.version = Client(headers={"X-OpenRosa-Version": "1.0"}), version
        self.base = f"/v1/key/{keys.token_of(key)}/projects/{campaign.pk}"

    def manifest(self):
        answer = self.client.get(f"{self.base}/forms/{self.version.form.form_id}/manifest")
        (file,) = etree.fromstring(answer.content).findall(f"{FILES}mediaFile")
        assert file.get("type") == "entityList"
        return {node.tag.removeprefix(FILES): node.text for node in file}

    def fetch(self, address):
        parts = urlsplit(address)
        answer = self.client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        assert answer.status_code == 200
        return answer.getvalue()

    def rows(self):
        return list(csv.DictReader(io.StringIO(self.fetch(self.manifest()["downloadUrl"]).decode())))

    def send(self, declaration, *, identity, deprecated="", **answers):
        nodes = "".join(f"<{name}>{text}</{name}>" for name, text in answers.items())
        old = f"<deprecatedID>uuid:{deprecated}</deprecatedID>" if deprecated else ""
        xml = (
            f'<data id="{self.version.form.form_id}" version="{self.version.version}">{nodes}<meta>'
            f"<instanceID>uuid:{identity}</instanceID>{old}{declaration}</meta></data>"
        )
        file = SimpleUploadedFile("a.xml", xml.encode(), content_type="text/xml")
        return self.client.post(f"{self.base}/submission", {"xml_submission_file": file}).status_code


@pytest.fixture
def device(campaign, person):
    xform = convert(TREES, file_type=".md").xform
    version = publish_file(actor=SYSTEM, campaign=campaign, raw=xform.encode(), name="trees.xml")
    member = person(Role.TEAM_MEMBER)
    Assignment.objects.create(form=version.form, verb="fill", scope="own", role=Role.TEAM_MEMBER)
    return Device(campaign, version, make_key(actor=SYSTEM, campaign=campaign, name="Máy 1", person=member))


def test_a_device_reads_a_list_changes_it_and_hears_of_what_is_gone(device):
    dataset = Dataset.objects.get(name="trees")
    tree = create_entity(actor=SYSTEM, dataset=dataset, label="Sao đen", data={"height": "5", "state": "tốt"})
    gone = create_entity(actor=SYSTEM, dataset=dataset, label="Me")
    before = device.manifest()
    assert device.manifest() == before
    assert [(row["name"], row["__version"], row["height"]) for row in device.rows()] == [
        (str(tree.uuid), "1", "5"), (str(gone.uuid), "1", ""),
    ]  # fmt: skip
    delete_entity(actor=SYSTEM, entity=gone)
    sent, edited = uuid4(), uuid4()
    change = entity("trees", tree.uuid, update=True, base=1)
    assert device.send(change, identity=sent, tree=str(tree.uuid), height="6") == 201
    assert device.send(change, identity=sent, tree=str(tree.uuid), height="6") == 201
    tree.refresh_from_db()
    assert (tree.data, tree.number) == ({"height": "6", "state": "tốt"}, 2)
    assert device.send(change, identity=edited, deprecated=sent, tree=str(tree.uuid), height="60") == 201
    tree.refresh_from_db()
    assert (tree.data["height"], tree.number) == ("6", 2), "an edit of what was applied changes nothing more"
    after = device.manifest()
    assert after["hash"] != before["hash"]
    assert [(row["name"], row["__version"], row["height"]) for row in device.rows()] == [
        (str(tree.uuid), "2", "6")
    ]
    root = etree.fromstring(device.fetch(f"{after['integrityUrl']}?id={tree.uuid},{gone.uuid}"))
    found = {node.get("id"): node.findtext("deleted") for node in root.iter("entity")}
    assert found == {str(tree.uuid): "false", str(gone.uuid): "true"}


def test_what_cannot_be_applied_is_received_all_the_same(device):
    assert (
        device.send(entity("trees", "no uuid", create=True, label="x"), identity=uuid4(), height="1") == 201
    )
    row = Submission.objects.get()
    assert len(notes_of(row)) == 1 and Entity.objects.count() == 0


def test_approval_lets_a_waiting_submission_through(device, actor):
    Dataset.objects.update(approval_required=True)
    assert (
        device.send(entity("trees", uuid4(), create=True, label="Chờ"), identity=uuid4(), height="1") == 201
    )
    assert Entity.objects.count() == 0
    row = Submission.objects.get()
    set_state(actor=actor(Role.SECRETARIAT), submission=row, state="approved")
    assert Entity.objects.get().label == "Chờ"
