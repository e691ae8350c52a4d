"""Lists and their members: made, changed, deleted, read by clients, filled from the register, seen by whom they may."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as drawn
from hypothesis import strategies as st
from lxml import etree

from haicap.kernel import audit
from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.tables import Faulty
from haicap.questionnaire.actions.entities import (
    Row,
    add_property,
    change_dataset,
    create_dataset,
    create_entities,
    create_entity,
    delete_entity,
    import_entities,
    restore_entity,
    sync_register,
    update_entity,
)
from haicap.questionnaire.models import Dataset, Entity, EntityVersion
from haicap.questionnaire.queries.entities import (
    dataset_csv,
    dataset_md5,
    entity_page,
    integrity,
    steps_for,
)
from haicap.questionnaire.tests.lists import fits, fresh


@pytest.fixture
def dataset(campaign):
    row = create_dataset(actor=SYSTEM, campaign=campaign, name="trees")
    for name in ("height", "state"):
        add_property(actor=SYSTEM, dataset=row, name=name)
    return row


def rows_of(dataset, **options):
    text = b"".join(dataset_csv(dataset, **options)).decode()
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_an_entity_is_made_changed_deleted_and_restored_with_every_version_kept(dataset, person):
    someone = person(Role.SECRETARIAT)
    who = Actor(person_id=someone.pk, name="x", permissions=frozenset({"questionnaire.dataset:write"}))
    tree = create_entity(actor=who, dataset=dataset, label=" Sao đen ", data={"height": "5"}, agent="pyodk")
    assert (tree.label, tree.number, tree.created_by_id) == ("Sao đen", 1, someone.pk)
    tree = update_entity(actor=who, entity=tree, label="Sao", data={"state": "tốt"}, base_version=1)
    tree = update_entity(actor=who, entity=tree, data={"height": ""}, force=True)
    delete_entity(actor=who, entity=tree)
    with pytest.raises(Missing):
        update_entity(actor=who, entity=tree, label="y", force=True)
    with pytest.raises(Missing):
        delete_entity(actor=who, entity=tree)
    assert fresh(dataset).count == 0
    restore_entity(actor=who, entity=tree)
    steps = steps_for(actor=who, entity=tree)
    assert [(step.version.number, step.changes) for step in steps] == [
        (3, [("height", "5", "")]),
        (2, [("label", "Sao đen", "Sao"), ("state", "", "tốt")]),
        (1, [("label", "", "Sao đen"), ("height", "", "5")]),
    ]
    assert fits(dataset)
    assert audit.verify().faults == ()


def test_a_stale_base_is_a_conflict_that_says_the_version_there_is(dataset):
    tree = create_entity(actor=SYSTEM, dataset=dataset, label="Sao")
    update_entity(actor=SYSTEM, entity=tree, data={"height": "1"}, base_version=1)
    for base in (1, 7, None):
        with pytest.raises(Conflict) as caught:
            update_entity(actor=SYSTEM, entity=tree, data={"height": "2"}, base_version=base)
        assert (caught.value.details["number"], caught.value.details["current"]) == ("409.15", 2)
    assert Entity.objects.get().data == {"height": "1"}


@pytest.mark.parametrize(
    ("row", "number"),
    [
        (Row(label="  "), "400.8"), (Row(label="x" * 1001), "400.8"), (Row(label="x", uuid="12"), "400.11"),
        (Row(label="x", data={"colour": "red"}), "400.28"),
    ],
)  # fmt: skip
def test_a_faulty_row_refuses_all(dataset, row, number):
    with pytest.raises(Refused) as caught:
        create_entities(actor=SYSTEM, dataset=dataset, rows=[Row(label="good"), row])
    assert (caught.value.details["number"], caught.value.details["row"]) == (number, 2)
    assert Entity.objects.count() == 0 and fits(dataset)


def test_a_uuid_is_taken_once_even_after_deletion(dataset):
    identity = str(uuid4())
    tree = create_entity(actor=SYSTEM, dataset=dataset, label="Sao", uuid=f"uuid:{identity}")
    delete_entity(actor=SYSTEM, entity=tree)
    for rows in ([Row(label="x", uuid=identity)], [Row(label="x", uuid=str(uuid4()))] * 2):
        with pytest.raises(Conflict):
            create_entities(actor=SYSTEM, dataset=dataset, rows=rows)


def test_only_those_in_charge_write(dataset, actor):
    tree = create_entity(actor=SYSTEM, dataset=dataset, label="Sao")
    team = actor(Role.TEAM_MEMBER)
    for call in (
        lambda: create_dataset(actor=team, campaign=dataset.campaign, name="x"),
        lambda: add_property(actor=team, dataset=dataset, name="x"),
        lambda: change_dataset(actor=team, dataset=dataset, approval_required=True, is_personal=True),
        lambda: create_entity(actor=team, dataset=dataset, label="x"),
        lambda: update_entity(actor=team, entity=tree, label="x", force=True),
        lambda: delete_entity(actor=team, entity=tree),
        lambda: restore_entity(actor=team, entity=tree),
        lambda: import_entities(actor=team, dataset=dataset, raw=b"label\nx\n", name="x.csv"),
        lambda: sync_register(actor=team, campaign=dataset.campaign),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_names_are_checked(campaign, dataset):
    for name, kind in (
        ("trees", Conflict),
        ("Trees", Conflict),
        ("a b", Refused),
        ("", Refused),
        ("__a", Refused),
    ):
        with pytest.raises(kind):
            create_dataset(actor=SYSTEM, campaign=campaign, name=name)
    for name, kind in (
        ("height", Conflict),
        ("HEIGHT", Conflict),
        ("name", Refused),
        ("__x", Refused),
        ("a b", Refused),
    ):
        with pytest.raises(kind):
            add_property(actor=SYSTEM, dataset=dataset, name=name)


def test_clients_read_uuid_label_version_and_properties(dataset):
    first = create_entity(actor=SYSTEM, dataset=dataset, label='Sao "đen", già', data={"height": "5"})
    second = create_entity(actor=SYSTEM, dataset=dataset, label="=1+1", data={"state": "-2"})
    update_entity(actor=SYSTEM, entity=first, data={"state": "tốt"}, force=True)
    assert rows_of(dataset) == [
        {"name": str(first.uuid), "label": 'Sao "đen", già', "__version": "2", "height": "5", "state": "tốt"},
        {"name": str(second.uuid), "label": "=1+1", "__version": "1", "height": "", "state": "-2"},
    ]
    assert rows_of(dataset, safe=True)[1]["label"] == "'=1+1"
    assert b"".join(dataset_csv(dataset)).startswith(b"name,label,__version,height,state\n")
    delete_entity(actor=SYSTEM, entity=first)
    assert [row["label"] for row in rows_of(dataset)] == ["=1+1"]


def test_a_list_longer_than_a_chunk_is_read_whole(dataset, monkeypatch):
    from haicap.questionnaire.queries import entities as queries

    monkeypatch.setattr(queries, "_CHUNK", 7)
    create_entities(actor=SYSTEM, dataset=dataset, rows=[Row(label=f"Cây {n}") for n in range(21)])
    assert [row["label"] for row in rows_of(dataset)] == [f"Cây {n}" for n in range(21)]


steps = st.lists(
    st.tuples(
        st.sampled_from(["create", "update", "same", "delete", "restore", "property"]), st.integers(0, 9)
    ),
    max_size=12,
)


@drawn(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_the_hash_changes_exactly_when_the_csv_does(campaign, todo):
    dataset = create_dataset(actor=SYSTEM, campaign=campaign, name=f"list_{uuid4().hex}")
    add_property(actor=SYSTEM, dataset=dataset, name="a")
    seen = {dataset_md5(fresh(dataset)): b"".join(dataset_csv(dataset))}
    for step, number in todo:
        members = list(Entity.objects.filter(dataset=dataset).order_by("pk"))
        row = members[number % len(members)] if members else None
        if step == "create":
            create_entity(actor=SYSTEM, dataset=dataset, label=f"L{number}", data={"a": str(number)})
        elif step == "property":
            Dataset.objects.filter(pk=dataset.pk).update(changed_at=timezone.now())
            if number == 0 and not dataset.properties.filter(name="b").exists():
                add_property(actor=SYSTEM, dataset=dataset, name="b")
        elif row and step in ("update", "same") and row.deleted_at is None:
            data = {"a": str(number)} if step == "update" else {}
            update_entity(actor=SYSTEM, entity=row, data=data, force=True)
        elif row and step == "delete" and row.deleted_at is None:
            delete_entity(actor=SYSTEM, entity=row)
        elif row and step == "restore" and row.deleted_at is not None:
            restore_entity(actor=SYSTEM, entity=row)
        assert fits(dataset)
        md5, content = dataset_md5(fresh(dataset)), b"".join(dataset_csv(dataset))
        assert seen.setdefault(md5, content) == content
        assert list(seen.values()).count(content) == 1, "one content, one hash"


def test_integrity_tells_deleted_from_unknown(dataset):
    kept, gone = (create_entity(actor=SYSTEM, dataset=dataset, label=name) for name in "ab")
    delete_entity(actor=SYSTEM, entity=gone)
    root = etree.fromstring(
        integrity(dataset, [str(kept.uuid), f"uuid:{gone.uuid}", str(uuid4()), "x' or 1=1"])
    )
    found = [(node.get("id"), node.findtext("deleted")) for node in root.findall("entities/entity")]
    assert found == [(str(kept.uuid), "false"), (str(gone.uuid), "true")]


def test_pages_go_forward_and_back_and_search_with_and_without_diacritics(dataset):
    create_entities(actor=SYSTEM, dataset=dataset, rows=[Row(label=f"Cây {n:02d}") for n in range(12)])
    create_entity(actor=SYSTEM, dataset=dataset, label="Đa búp đỏ", data={"state": "Phường Bến Thành"})

    def labels(page):
        return [row.label for row in page.rows]

    first: Any = entity_page(dataset=dataset, size=5)
    second: Any = entity_page(dataset=dataset, size=5, after=first.after)
    third: Any = entity_page(dataset=dataset, size=5, after=second.after)
    assert first.before is None and third.after is None
    assert labels(first) + labels(second) + labels(third) == [
        *(f"Cây {n:02d}" for n in range(12)),
        "Đa búp đỏ",
    ]
    back: Any = entity_page(dataset=dataset, size=5, before=third.before)
    assert labels(back) == labels(second)
    assert labels(entity_page(dataset=dataset, size=5, before=back.before)) == labels(first)
    assert labels(entity_page(dataset=dataset, size=5, after=back.after)) == labels(third)
    for text in ("đa búp", "da bup", "ben thanh", "ĐỎ thành"):
        assert labels(entity_page(dataset=dataset, text=text)) == ["Đa búp đỏ"]
    assert labels(entity_page(dataset=dataset, text="không có")) == []


def csv_of(*lines):
    return "\n".join(lines).encode()


def test_a_table_makes_and_changes_and_may_bring_columns(dataset):
    tree = create_entity(actor=SYSTEM, dataset=dataset, label="Sao", data={"height": "5"})
    same = create_entity(actor=SYSTEM, dataset=dataset, label="Me")
    raw = csv_of(
        "name,label,__version,Height,ward",
        f"{tree.uuid},Sao đen,1,'-6,Bến Nghé",
        ",Dầu,,3,",
        f"{same.uuid},Me,1,,",
    )
    with pytest.raises(Faulty) as caught:
        import_entities(actor=SYSTEM, dataset=dataset, raw=raw, name="cay.csv")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(1, "ward")]
    done = import_entities(actor=SYSTEM, dataset=dataset, raw=raw, name="cay.csv", with_new_columns=True)
    assert (done.created, done.changed, done.same) == (1, 1, 1)
    tree.refresh_from_db()
    assert (tree.label, tree.data, tree.number) == ("Sao đen", {"height": "-6", "ward": "Bến Nghé"}, 2)
    assert tree.versions.get(number=2).agent == "cay.csv"
    assert fits(dataset)
    raw = b"".join(dataset_csv(dataset, safe=True))
    done = import_entities(actor=SYSTEM, dataset=dataset, raw=raw, name="back.csv")
    assert (done.created, done.changed, done.same) == (0, 0, 3), (
        "what was downloaded goes in again without a trace"
    )


def test_every_fault_of_a_table_is_named_by_row_and_column(dataset):
    tree = create_entity(actor=SYSTEM, dataset=dataset, label="Sao")
    update_entity(actor=SYSTEM, entity=tree, label="Sao đen", force=True)
    raw = csv_of("name,label,__version", f"{tree.uuid},Mới,1", ",,", "12,x,", f"{tree.uuid},y,2")
    with pytest.raises(Faulty) as caught:
        import_entities(actor=SYSTEM, dataset=dataset, raw=raw, name="cay.csv")
    assert [(fault.row, fault.column, fault.code) for fault in caught.value.faults] == [
        (2, "__version", "entity.version"), (4, "name", "entity.uuid"), (5, "name", "entity.twice"),
    ]  # fmt: skip
    with pytest.raises(Faulty):
        import_entities(actor=SYSTEM, dataset=dataset, raw=csv_of("name,height", "x,1"), name="cay.csv")
    assert Entity.objects.count() == 1


@pytest.mark.parametrize("size", [3, 300])
def test_one_page_one_change_and_the_hash_cost_the_same_whatever_the_size(
    dataset, size, django_assert_num_queries
):
    made = create_entities(actor=SYSTEM, dataset=dataset, rows=[Row(label=f"Cây {n}") for n in range(size)])
    with django_assert_num_queries(1):
        assert len(entity_page(dataset=dataset).rows) == min(size, 50)
    with django_assert_num_queries(1):
        dataset_md5(dataset)
    with django_assert_num_queries(3):
        assert len(rows_of(dataset)) == size
    with django_assert_num_queries(13):
        update_entity(actor=SYSTEM, entity=made[0], data={"height": "3"}, base_version=1)
    assert EntityVersion.objects.count() == size + 1
