"""Filled forms make and change members of lists, once each, and say what they could not do."""

from uuid import uuid4

import pytest

from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Conflict, Refused
from haicap.questionnaire.actions.entities import (
    apply_again,
    create_dataset,
    create_entity,
    delete_entity,
    publish_properties,
    sync_register,
    update_entity,
)
from haicap.questionnaire.models import Dataset, Entity, EntityVersion, Submission
from haicap.questionnaire.queries.entities import dataset_of, uses_of
from haicap.questionnaire.tests.lists import (
    HALLS,
    TREES,
    apply_to,
    entity,
    notes_of,
    publish,
    receive,
    tree_xml,
)


@pytest.fixture
def trees(campaign):
    return publish(campaign, TREES)


@pytest.fixture
def tree(trees):
    dataset = Dataset.objects.get(name="trees")
    return create_entity(actor=SYSTEM, dataset=dataset, label="Sao đen", data={"height": "5", "state": "tốt"})


def test_publishing_makes_the_lists_and_properties_and_serves_the_files(campaign, trees):
    dataset = dataset_of(actor=SYSTEM, campaign=campaign, name="trees")
    assert [(row.name, row.is_kept) for row in dataset.properties.all()] == [
        ("height", False),
        ("state", False),
    ]
    assert trees.media.get(name="trees.csv").dataset == dataset
    uses = uses_of(actor=SYSTEM, datasets=[dataset])[dataset.pk]
    assert [form.form_id for form in uses.reads] == [form.form_id for form in uses.writes] == ["trees_form"]
    publish_properties(actor=SYSTEM, version=trees)
    assert dataset.properties.count() == 2


def test_a_form_makes_an_entity(trees, person):
    someone, identity = person(Role.TEAM_MEMBER), uuid4()
    xml = tree_xml(
        trees, entity("trees", f"uuid:{identity}", create=True, label="Dầu rái"), height="12", state=""
    )
    row, (version,) = receive(trees, xml, person=someone)
    made = Entity.objects.get(uuid=identity)
    assert (made.label, made.data, made.number, made.created_by) == (
        "Dầu rái",
        {"height": "12", "state": ""},
        1,
        someone,
    )
    assert (version.submission, version.person, version.agent, version.base) == (
        row,
        someone,
        "Collect",
        None,
    )
    assert made.dataset.count == 1
    assert notes_of(row) == []


def test_a_form_changes_only_the_answers_it_holds(trees, tree):
    xml = tree_xml(trees, entity("trees", tree.uuid, update=True, base=1), height="6")
    _row, (version,) = receive(trees, xml)
    tree.refresh_from_db()
    assert (tree.label, tree.data, tree.number, tree.conflict) == (
        "Sao đen",
        {"height": "6", "state": "tốt"},
        2,
        "",
    )
    assert (version.base, version.received) == (1, {"height": "6"})


def test_a_soft_conflict_keeps_both_changes(trees, tree):
    update_entity(actor=SYSTEM, entity=tree, data={"state": "sâu"}, base_version=1)
    receive(trees, tree_xml(trees, entity("trees", tree.uuid, update=True, base=1), height="6"))
    tree.refresh_from_db()
    assert (tree.data, tree.number, tree.conflict) == ({"height": "6", "state": "sâu"}, 3, "soft")


def test_a_hard_conflict_names_what_both_changed_and_is_settled_by_a_person(trees, tree):
    update_entity(actor=SYSTEM, entity=tree, data={"height": "7"}, base_version=1)
    receive(trees, tree_xml(trees, entity("trees", tree.uuid, update=True, base=1), height="6"))
    tree.refresh_from_db()
    assert (tree.data["height"], tree.conflict) == ("6", "hard")
    version = tree.versions.get(number=3)
    assert (version.conflict, version.clashing, version.base) == ("hard", ["height"], 1)
    receive(trees, tree_xml(trees, entity("trees", tree.uuid, update=True, base=2), state="sâu"))
    tree.refresh_from_db()
    assert tree.conflict == "hard", "a later soft one does not play it down"
    update_entity(actor=SYSTEM, entity=tree, data={"height": "7"}, base_version=4, settle=True)
    tree.refresh_from_db()
    assert (tree.data["height"], tree.conflict, tree.number) == ("7", "", 5)


@pytest.mark.parametrize("times", [2, 5])
def test_a_submission_sent_again_or_edited_is_applied_once(trees, tree, times):
    row, _made = receive(trees, tree_xml(trees, entity("trees", tree.uuid, update=True, base=1), height="6"))
    for turn in range(times):
        row.xml = tree_xml(trees, entity("trees", tree.uuid, update=True, base=1), height=str(90 + turn))
        row.state = Submission.State.EDITED
        row.save()
        assert apply_to(row) == []
    tree.refresh_from_db()
    assert (tree.data["height"], tree.number) == ("6", 2)


def test_a_test_submission_writes_nothing(trees):
    xml = tree_xml(trees, entity("trees", uuid4(), create=True, label="Thử"), height="1")
    assert receive(trees, xml, is_test=True)[1] == []
    assert Entity.objects.count() == 0


FAULTY = {
    "dataset": (lambda t: entity("bushes", t.uuid, update=True, base=1), "bushes"),
    "uuid": (lambda t: entity("trees", "12", create=True, label="x"), "“12”"),
    "label": (lambda t: entity("trees", uuid4(), create=True, label="  "), "nhãn|label"),
    "base": (lambda t: entity("trees", t.uuid, update=True), "version|phiên bản"),
    "no_base": (lambda t: entity("trees", t.uuid, update=True, base=9), "version|phiên bản"),
    "missing": (
        lambda t: entity("trees", "0a7d2c2e-52f9-4a7e-8d2f-6a3b3a7a1a01", update=True, base=1),
        "0a7d2c2e",
    ),
    "exists": (lambda t: entity("trees", t.uuid, create=True, label="Trùng"), "trees"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_what_cannot_be_applied_becomes_one_note_and_the_submission_stays(trees, tree, case):
    import re

    declaration, words = FAULTY[case]
    row, made = receive(trees, tree_xml(trees, declaration(tree), height="6"))
    assert made == []
    apply_to(row)
    (note,) = notes_of(row)
    assert re.search(words, note)
    assert Submission.objects.filter(pk=row.pk).exists()
    tree.refresh_from_db()
    assert (tree.number, Entity.objects.count()) == (1, 1)


def test_a_deleted_entity_is_not_changed(trees, tree):
    delete_entity(actor=SYSTEM, entity=tree)
    row, made = receive(trees, tree_xml(trees, entity("trees", tree.uuid, update=True, base=1), height="6"))
    assert made == [] and str(tree.uuid) in notes_of(row)[0]


def test_an_action_the_form_does_not_declare_is_refused(campaign):
    halls = publish(campaign, HALLS)
    dataset = Dataset.objects.get(name="halls")
    hall = create_entity(actor=SYSTEM, dataset=dataset, label="Cũ")
    row, made = receive(halls, tree_xml(halls, entity("halls", hall.uuid, update=True, base=1), unit="Mới"))
    assert made == [] and len(notes_of(row)) == 1


def test_a_property_the_list_lost_is_named(trees, tree):
    tree.dataset.properties.filter(name="height").delete()
    row, made = receive(trees, tree_xml(trees, entity("trees", tree.uuid, update=True, base=1), height="6"))
    assert made == [] and "height" in notes_of(row)[0]


def test_a_mended_edit_is_applied_after_a_note(trees, tree):
    row, _made = receive(trees, tree_xml(trees, entity("trees", tree.uuid, update=True, base=9), height="6"))
    row.xml = tree_xml(trees, entity("trees", tree.uuid, update=True, base=1), height="6")
    row.save()
    assert len(apply_to(row)) == 1


def halls_xml(version, hall, desks):
    rows = "".join(
        f"<desk><desk_name>{name}</desk_name><seats>{seats}</seats><meta>"
        f"{entity('desks', identity, create=True, label=name)}</meta></desk>"
        for identity, name, seats in desks
    )
    return (
        f'<data xmlns:jr="http://openrosa.org/javarosa" id="{version.form.form_id}" version="1"><unit>Bến Thành</unit>'
        f'<desk jr:template=""><desk_name/><meta>{entity("desks", "", create=True, label="")}</meta></desk>{rows}'
        f"<meta><instanceID>uuid:1</instanceID>{entity('halls', hall, create=True, label='Bến Thành')}</meta></data>"
    )


def test_one_form_fills_several_lists_also_from_the_rows_of_a_repeat(campaign):
    version = publish(campaign, HALLS)
    desks = [(uuid4(), "Quầy 1", 3), (uuid4(), "Quầy 2", 4)]
    row, made = receive(version, halls_xml(version, uuid4(), desks))
    assert len(made) == 3 and notes_of(row) == []
    assert list(
        Entity.objects.filter(dataset__name="desks").order_by("pk").values_list("uuid", "label", "data")
    ) == [(identity, name, {"title": name, "seats": str(seats)}) for identity, name, seats in desks]
    assert Entity.objects.get(dataset__name="halls").data == {"unit": "Bến Thành"}


def test_a_fault_in_one_list_leaves_the_other_alone_and_names_the_row(campaign):
    version = publish(campaign, HALLS)
    row, made = receive(version, halls_xml(version, uuid4(), [(uuid4(), "Quầy 1", 3), ("none", "Quầy 2", 4)]))
    assert [one.entity.dataset.name for one in made] == ["halls"]
    (note,) = notes_of(row)
    assert "2" in note and "“none”" in note
    twice = uuid4()
    row, made = receive(version, halls_xml(version, uuid4(), [(twice, "Quầy 1", 3), (twice, "Quầy 2", 4)]))
    assert Entity.objects.filter(dataset__name="desks").count() == 0
    assert len(notes_of(row)) == 1


def test_five_hundred_rows_take_no_more_queries_than_five(campaign, django_assert_max_num_queries):
    version = publish(campaign, HALLS)
    few, _none = receive(version, halls_xml(version, uuid4(), [(uuid4(), "Quầy", 1)] * 0), apply=False)
    many, _none = receive(
        version, halls_xml(version, uuid4(), [(uuid4(), f"Quầy {n}", n) for n in range(499)]), apply=False
    )
    apply_to(few)
    with django_assert_max_num_queries(50):
        assert len(apply_to(many)) == 500


def test_a_list_that_needs_approval_waits_for_it(campaign, trees, tree):
    dataset = tree.dataset
    dataset.approval_required = True
    dataset.save()
    xml = tree_xml(trees, entity("trees", uuid4(), create=True, label="Chờ"), height="1")
    row, made = receive(trees, xml)
    assert made == [] and notes_of(row) == []
    row.state = Submission.State.APPROVED
    row.save()
    assert len(apply_again(actor=SYSTEM, submission=row)) == 1
    assert apply_again(actor=SYSTEM, submission=row) == []


def test_what_a_device_made_without_a_line_ends_the_same_when_its_update_arrives_first(trees):
    identity, branch = uuid4(), uuid4()
    first = tree_xml(
        trees, entity("trees", identity, create=True, label="Me", branch=branch), height="1", state="tốt"
    )
    second = tree_xml(trees, entity("trees", identity, update=True, base=1, branch=branch), height="2")
    third = tree_xml(trees, entity("trees", identity, update=True, base=2, branch=branch), state="sâu")
    for xml in (third, first, second):
        row, made = receive(trees, xml)
        assert len(made) == 1 and notes_of(row) == []
    tree = Entity.objects.get(uuid=identity)
    assert (tree.label, tree.data, tree.conflict, tree.number) == (
        "Me",
        {"height": "2", "state": "sâu"},
        "",
        3,
    )
    again, made = receive(trees, first)
    assert made == [] and len(notes_of(again)) == 1, "it is made once"


def test_what_the_register_keeps_a_form_cannot_change_and_is_told_so(campaign):
    sync_register(actor=SYSTEM, campaign=campaign)
    markdown = (
        TREES.replace("trees", "communes")
        .replace("| height |\n", "| population |\n")
        .replace("trees_form", "c")
    )
    version = publish(campaign, markdown)
    unit = Entity.objects.filter(dataset__name="communes").order_by("pk")[0]
    xml = tree_xml(
        version,
        entity("communes", unit.uuid, update=True, base=1, label="Khác"),
        height="9999999",
        state="đã thăm",
    )
    row, made = receive(version, xml)
    before = dict(unit.data), unit.label
    unit.refresh_from_db()
    assert len(made) == 1
    assert (unit.data["population"], unit.label) == (before[0]["population"], before[1])
    assert unit.data["state"] == "đã thăm"
    assert "population" in notes_of(row)[0]
    (warning,) = publish_properties(actor=SYSTEM, version=version)
    assert "population" in str(warning)


def test_a_form_cannot_declare_names_that_cannot_be(campaign, trees):
    create_dataset(actor=SYSTEM, campaign=campaign, name="Halls")
    with pytest.raises(Conflict) as caught:
        publish(campaign, HALLS)
    assert caught.value.details["number"] == "409.16"
    trees.schema["entities"][0]["saveto"] = {"/height": "Height"}
    with pytest.raises(Conflict) as caught:
        publish_properties(actor=SYSTEM, version=trees)
    assert caught.value.details["number"] == "409.17"
    trees.schema["entities"][0]["saveto"] = {"/height": "label"}
    with pytest.raises(Refused):
        publish_properties(actor=SYSTEM, version=trees)


def test_every_change_leaves_its_entry(trees, tree):
    from haicap.kernel import audit
    from haicap.kernel.models import AuditEntry

    row, _made = receive(trees, tree_xml(trees, entity("trees", tree.uuid, update=True, base=1), height="6"))
    entry = AuditEntry.objects.order_by("-sequence")[0]
    assert (entry.action, entry.after) == (
        "entity.applied", {"submission": row.instance_id, "created": [], "updated": [str(tree.uuid)]}
    )  # fmt: skip
    assert audit.verify().faults == ()
    assert EntityVersion.objects.filter(entity=tree).count() == 2
