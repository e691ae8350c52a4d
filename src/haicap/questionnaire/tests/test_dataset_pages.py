"""The pages of follow-through lists, as the roles see them."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from haicap.kernel.access import SYSTEM, Role
from haicap.questionnaire.actions.entities import (
    Row,
    add_property,
    create_dataset,
    create_entities,
    create_entity,
    sync_register,
    update_entity,
)
from haicap.questionnaire.models import Assignment, Dataset, Entity
from haicap.questionnaire.tests.lists import TREES, entity, publish, receive, tree_xml


@pytest.fixture
def dataset(campaign):
    row = create_dataset(actor=SYSTEM, campaign=campaign, name="trees")
    for name in ("height", "state"):
        add_property(actor=SYSTEM, dataset=row, name=name)
    return row


@pytest.fixture
def tree(dataset):
    return create_entity(actor=SYSTEM, dataset=dataset, label="Sao đen", data={"height": "5", "state": "tốt"})


@pytest.fixture
def secretariat(client_as):
    return client_as(Role.SECRETARIAT)


def at(name, dataset, tree=None):
    more = [tree.uuid] if tree else []
    return reverse(f"questionnaire:{name}", args=[dataset.pk, *more])


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_without_lists_the_page_says_what_to_do_and_does_it(campaign, secretariat):
    page = reverse("questionnaire:datasets")
    assert 'class="empty"' in text_of(secretariat.get(page))
    secretariat.post(reverse("questionnaire:datasets-sync"))
    text = text_of(secretariat.get(page))
    assert "communes" in text and ">168<" in text
    made = secretariat.post(page, {"name": "cay_xanh", "approval_required": "on"}, follow=True)
    assert made.status_code == 200
    row = Dataset.objects.get(name="cay_xanh")
    assert (row.approval_required, row.is_personal) == (True, False)
    again = secretariat.post(page, {"name": "cay xanh"})
    assert again.status_code == 422 and 'value="cay xanh"' in text_of(again)


def test_the_list_of_lists_names_the_forms_that_read_and_write(campaign, secretariat):
    publish(campaign, TREES)
    assert text_of(secretariat.get(reverse("questionnaire:datasets"))).count("Trees") == 2


def test_members_are_found_and_paged(dataset, secretariat):
    create_entities(actor=SYSTEM, dataset=dataset, rows=[Row(label=f"Cây {n:03d}") for n in range(120)])
    create_entity(actor=SYSTEM, dataset=dataset, label="Đa búp đỏ")
    page = at("dataset", dataset)
    first = text_of(secretariat.get(page))
    assert "Cây 000" in first and "Cây 049" in first and "Cây 050" not in first
    following = re.findall(r'href="\?(after=\d+)"', first)[0]
    second = text_of(secretariat.get(f"{page}?{following}"))
    assert "Cây 050" in second and "Cây 049" not in second
    back = re.findall(r'href="\?(before=\d+)"', second)[0]
    assert "Cây 049" in text_of(secretariat.get(f"{page}?{back}"))
    for query in ("da+bup", "%C4%91a+b%C3%BAp"):
        found = text_of(secretariat.get(f"{page}?q={query}"))
        assert "Đa búp đỏ" in found and "Cây 000" not in found
    assert 'class="empty"' in text_of(secretariat.get(f"{page}?q=khongco"))
    assert secretariat.get(f"{page}?after=x&before=99999999999999999999&show=zzz").status_code == 200


@pytest.mark.parametrize("name", ["datasets", "dataset", "entity"])
def test_pages_take_as_many_queries_for_three_members_as_for_three_hundred(
    name, dataset, secretariat, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for size in (3, 300):
        made = create_entities(actor=SYSTEM, dataset=dataset, rows=[Row(label=f"C {n}") for n in range(size)])
        for number in range(1, 2 if size == 3 else 30):
            update_entity(actor=SYSTEM, entity=made[0], data={"height": str(number)}, force=True)
        url = reverse("questionnaire:datasets") if name == "datasets" else at(
            name, dataset, made[0] if name == "entity" else None
        )  # fmt: skip
        secretariat.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert secretariat.get(url).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_member_is_added_and_changed_and_what_was_typed_stays_after_a_conflict(dataset, secretariat):
    response = secretariat.post(at("entity-new", dataset), {"label": "", "data_height": "7", "revision": "0"})
    assert response.status_code == 422 and 'value="7"' in text_of(response)
    secretariat.post(at("entity-new", dataset), {"label": "Dầu", "data_height": "7", "revision": "0"})
    row = Entity.objects.get(label="Dầu")
    assert (row.data["height"], row.created_by) == ("7", secretariat.person)
    given = {"label": "Dầu rái", "data_height": "8", "data_state": "", "revision": "1"}
    assert secretariat.post(at("entity", dataset, row), given).status_code == 302
    stale = secretariat.post(at("entity", dataset, row), {**given, "data_height": "9"})
    assert stale.status_code == 422
    assert 'value="9"' in text_of(stale) and 'name="revision" value="2"' in text_of(stale)
    row.refresh_from_db()
    assert (row.label, row.data["height"], row.number) == ("Dầu rái", "8", 2)
    assert (
        secretariat.post(
            at("entity", dataset, row), {**given, "data_height": "9", "revision": "2"}
        ).status_code
        == 302
    )


def test_a_deleted_member_can_be_restored(dataset, tree, secretariat):
    secretariat.post(at("entity-delete", dataset, tree))
    secretariat.get(at("dataset", dataset))  # which tells once that it was taken off
    assert "Sao đen" not in text_of(secretariat.get(at("dataset", dataset)))
    assert "Sao đen" in text_of(secretariat.get(at("dataset", dataset) + "?show=deleted"))
    assert secretariat.post(at("entity-delete", dataset, tree)).status_code == 404
    assert secretariat.get(at("entity", dataset, tree)).status_code == 200
    secretariat.post(at("entity-restore", dataset, tree))
    tree.refresh_from_db()
    assert tree.deleted_at is None


def test_both_values_of_a_conflict_are_shown_and_one_is_chosen(campaign, secretariat):
    version = publish(campaign, TREES)
    dataset = Dataset.objects.get(name="trees")
    tree = create_entity(actor=SYSTEM, dataset=dataset, label="Sao", data={"height": "5", "state": "tốt"})
    update_entity(actor=SYSTEM, entity=tree, data={"height": "70"}, base_version=1)
    row, _made = receive(
        version, tree_xml(version, entity("trees", tree.uuid, update=True, base=1), height="60")
    )
    text = text_of(secretariat.get(at("entity", dataset, tree)))
    form = text.split('id="conflict-title"')[1].split("</form>")[0]
    assert re.search(r'value="v0"[^>]*checked', form) and ">60<" in form and ">70<" in form
    assert reverse("questionnaire:submission", args=[version.form_id, row.pk]) in text
    assert "Sao" in text_of(secretariat.get(at("dataset", dataset) + "?show=conflicts"))
    stale = secretariat.post(at("entity-settle", dataset, tree), {"revision": "2", "data_height": "v1"})
    assert stale.status_code == 422
    secretariat.post(at("entity-settle", dataset, tree), {"revision": "3", "data_height": "v1"})
    tree.refresh_from_db()
    assert (tree.data["height"], tree.conflict, tree.number) == ("70", "", 4)
    assert "conflict-title" not in text_of(secretariat.get(at("entity", dataset, tree)))


def test_a_soft_conflict_is_settled_as_it_is(campaign, secretariat):
    version = publish(campaign, TREES)
    dataset = Dataset.objects.get(name="trees")
    tree = create_entity(actor=SYSTEM, dataset=dataset, label="Sao", data={"height": "5", "state": "tốt"})
    update_entity(actor=SYSTEM, entity=tree, data={"state": "sâu"}, base_version=1)
    receive(version, tree_xml(version, entity("trees", tree.uuid, update=True, base=1), height="6"))
    secretariat.post(at("entity-settle", dataset, tree), {"revision": "3"})
    tree.refresh_from_db()
    assert (tree.conflict, tree.number, tree.data) == ("", 3, {"height": "6", "state": "sâu"})


def test_a_faulty_table_comes_back_with_its_faults_and_can_be_put_right(dataset, secretariat):
    raw = "label,height,ward\nSao,5,Bến Nghé\n,6,x\n".encode()
    page = at("dataset-import", dataset)
    refused = secretariat.post(page, {"file": SimpleUploadedFile("cay.csv", raw)})
    text = text_of(refused)
    assert refused.status_code == 422 and Entity.objects.count() == 0
    assert "Sao,5,Bến Nghé" in text, "what was brought stands in the place for text"
    assert re.search(r'class="number">\s*3\s*</td>\s*<td>\s*label', text) and ">ward<" in text
    mended = raw.decode().replace("\n,6", "\nMe,6")
    done = secretariat.post(page, {"text": mended, "with_new_columns": "on"})
    assert done.status_code == 302
    assert list(Entity.objects.order_by("pk").values_list("label", flat=True)) == ["Sao", "Me"]
    assert secretariat.post(page, {"text": "  "}).status_code == 422


def test_a_download_holds_no_formula(dataset, secretariat):
    create_entity(actor=SYSTEM, dataset=dataset, label="=HYPERLINK(1)", data={"height": "+1"})
    response = secretariat.get(at("dataset-csv", dataset))
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeffname,label,__version,height,state")
    assert ",'=HYPERLINK(1),1,'+1," in text
    assert "trees.csv" in response["Content-Disposition"]


def test_properties_and_settings_are_changed(dataset, secretariat):
    assert secretariat.post(at("dataset-property", dataset), {"name": "name"}).status_code == 422
    secretariat.post(at("dataset-property", dataset), {"name": "ward"})
    assert dataset.properties.filter(name="ward").exists()
    secretariat.post(at("dataset-settings", dataset), {"is_personal": "on"})
    dataset.refresh_from_db()
    assert (dataset.approval_required, dataset.is_personal) == (False, True)
    assert "checked" in text_of(secretariat.get(at("dataset-settings", dataset)))


def test_what_the_register_keeps_has_no_field_and_is_not_taken(campaign, secretariat):
    sync_register(actor=SYSTEM, campaign=campaign)
    communes = Dataset.objects.get(name="communes")
    add_property(actor=SYSTEM, dataset=communes, name="visited")
    unit = Entity.objects.filter(dataset=communes).order_by("pk")[0]
    text = text_of(secretariat.get(at("entity", communes, unit)))
    assert (
        'name="data_visited"' in text and 'name="data_population"' not in text and 'name="label"' not in text
    )
    secretariat.post(
        at("entity", communes, unit), {"revision": "1", "data_visited": "x", "data_population": "1"}
    )
    before = unit.data["population"]
    unit.refresh_from_db()
    assert (unit.data["visited"], unit.data["population"]) == ("x", before)


PAGES = [
    ("dataset", False, "get"), ("dataset-csv", False, "get"), ("entity", True, "get"),
    ("dataset-import", False, "post"), ("dataset-settings", False, "post"), ("dataset-property", False, "post"),
    ("entity-new", False, "post"), ("entity-settle", True, "post"), ("entity-delete", True, "post"),
    ("entity-restore", True, "post"),
]  # fmt: skip


@pytest.mark.parametrize("name,of_one,verb", PAGES)
def test_lists_about_people_are_not_there_for_others(dataset, tree, client_as, name, of_one, verb):
    Dataset.objects.filter(pk=dataset.pk).update(is_personal=True)
    url = at(name, dataset, tree if of_one else None)
    for role, wanted in ((Role.TEAM_MEMBER, 404 if verb == "get" else 403), (Role.COMMUNE_OFFICER, 403)):
        assert getattr(client_as(role), verb)(url).status_code == wanted
    missing = url.replace(f"/{dataset.pk}/", "/999999/")
    assert getattr(client_as(Role.SECRETARIAT), verb)(missing).status_code == 404


def test_a_reader_sees_lists_without_the_ways_to_change_them(dataset, tree, client_as):
    reader = client_as(Role.TEAM_MEMBER)
    for url in (reverse("questionnaire:datasets"), at("dataset", dataset), at("entity", dataset, tree)):
        response = reader.get(url)
        assert response.status_code == 200
        main = re.findall(r"<main.*</main>", text_of(response))[0]
        assert 'method="post"' not in main and "/new/" not in main
    changed = reader.post(at("entity", dataset, tree), {"label": "x", "revision": "1"})
    assert changed.status_code == 403
    made = reader.post(reverse("questionnaire:datasets"), {"name": "x"})
    assert made.status_code == 403
    assert Dataset.objects.count() == 1


def test_who_fills_a_form_that_needs_a_list_about_people_sees_it(campaign, dataset, client_as):
    Dataset.objects.filter(pk=dataset.pk).update(is_personal=True)
    version = publish(campaign, TREES)
    member = client_as(Role.TEAM_MEMBER)
    assert member.get(at("dataset", dataset)).status_code == 404
    Assignment.objects.create(form=version.form, verb="fill", scope="own", role=Role.TEAM_MEMBER)
    assert member.get(at("dataset", dataset)).status_code == 200
