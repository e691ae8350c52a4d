"""Forms that make and change entities, published and filled in without the rest of the house."""

import hashlib
from uuid import uuid4

from django.utils import timezone
from lxml import etree
from pyxform.xls2xform import convert

from haicap.kernel.access import SYSTEM
from haicap.questionnaire.actions.entities import apply_submission, publish_properties
from haicap.questionnaire.actions.entities.book import mark_of
from haicap.questionnaire.models import Dataset, Entity, Form, FormMedia, FormVersion, Submission
from haicap.questionnaire.rules import entities as rules
from haicap.questionnaire.rules.schema import Schema

TREES = """
| survey |
| | type | name | label | save_to |
| | select_one_from_file trees.csv | tree | Tree | |
| | integer | height | Height | height |
| | text | state | State | state |
| entities |
| | list_name | label | entity_id | create_if | update_if |
| | trees | ${state} | coalesce(${tree}, uuid()) | ${tree} = '' | ${tree} != '' |
| settings |
| | form_title | form_id | version |
| | Trees | trees_form | 1 |
"""

HALLS = """
| survey |
| | type | name | label | save_to |
| | text | unit | Unit | halls#unit |
| | begin_repeat | desk | Desk | |
| | text | desk_name | Name | desks#title |
| | integer | seats | Seats | desks#seats |
| | end_repeat | | | |
| entities |
| | list_name | label |
| | halls | ${unit} |
| | desks | ${desk_name} |
| settings |
| | form_title | form_id | version |
| | Halls | halls_form | 1 |
"""


def publish(campaign, markdown, *, actor=SYSTEM):
    """A published form; its lists and their properties are made."""
    xform = convert(markdown, file_type=".md").xform
    schema, now = Schema.of(xform), timezone.now()
    form = Form.objects.create(campaign=campaign, form_id=schema.form_id, title=schema.title, created_at=now)
    version = FormVersion.objects.create(
        form=form, number=1, version=schema.version, xform=xform, created_at=now, schema=schema.to_json(),
        sha256=hashlib.sha256(xform.encode()).hexdigest(), md5=hashlib.md5(xform.encode()).hexdigest(),
    )  # fmt: skip
    for one in schema.media:
        FormMedia.objects.create(version=version, name=one.name, kind=one.kind)
    publish_properties(actor=actor, version=version)
    return version


def entity(dataset, identity, *, create=False, update=False, base="", label=None, branch="", trunk=""):
    """The declaration as a client writes it."""
    said = {
        "dataset": dataset,
        "id": identity,
        "baseVersion": base,
        "branchId": branch,
        "trunkVersion": trunk,
    }
    node = etree.Element("entity", {name: str(value) for name, value in said.items()})
    if create:
        node.set("create", "1")
    if update:
        node.set("update", "1")
    if label is not None:
        etree.SubElement(node, "label").text = label
    return etree.tostring(node, encoding="unicode")


def tree_xml(version, declaration, **answers):
    """A filled trees form with one declaration."""
    nodes = "".join(f"<{name}>{text}</{name}>" for name, text in answers.items())
    return (
        f'<data xmlns:orx="http://openrosa.org/xforms" id="{version.form.form_id}" version="{version.version}">{nodes}'
        f"<meta><instanceID>uuid:{uuid4()}</instanceID>{declaration}</meta></data>"
    )


def receive(version, xml, *, person=None, apply=True, actor=SYSTEM, **more):
    """A submission as it is received, and what it made of the lists."""
    instance_id = f"uuid:{uuid4()}"
    row = Submission.objects.create(
        form=version.form, version=version, instance_id=instance_id, current_id=instance_id, xml=xml,
        sha256=hashlib.sha256(xml.encode()).hexdigest(), received_at=timezone.now(), person=person, agent="Collect",
        **more,
    )  # fmt: skip
    return (row, apply_to(row, actor=actor)) if apply else (row, [])


def apply_to(row, *, actor=SYSTEM):
    """Apply a submission as receiving does."""
    schema = Schema.from_json(row.version.schema)
    return apply_submission(
        actor=actor, submission=row, schema=schema, root=etree.fromstring(row.xml.encode())
    )


def notes_of(row):
    """The sentences on a submission that nobody wrote."""
    return list(row.comments.filter(person=None).order_by("pk").values_list("text", flat=True))


def fresh(dataset):
    return Dataset.objects.get(pk=dataset.pk)


def fits(dataset):
    """Say whether count and digest are those of the members."""
    row = fresh(dataset)
    members = list(Entity.objects.filter(dataset=row, deleted_at=None))
    digest = rules.moved_digest("0" * 32, plus=[mark_of(one) for one in members])
    return (row.count, row.digest) == (len(members), digest)
