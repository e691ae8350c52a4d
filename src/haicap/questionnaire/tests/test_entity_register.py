"""Lists that follow the register, and who sees which list."""

from datetime import date

import pytest
from django.conf import settings
from django.core.management import call_command

from haicap.accounts.models import Person
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.jobs import tick
from haicap.onestop.actions.centres import load_centres
from haicap.questionnaire.actions.entities import (
    add_property,
    create_entity,
    delete_entity,
    sync_register,
    update_entity,
)
from haicap.questionnaire.models import Assignment, Dataset, Entity
from haicap.questionnaire.queries.entities import (
    dataset_of,
    datasets_for,
    entities_for,
    entity_of,
    steps_for,
)
from haicap.questionnaire.tests.lists import TREES, fits, publish
from haicap.register.models import Succession, Unit

CENTRES = settings.HAICAP_PLANS / "onestop" / "centres.csv"


@pytest.fixture
def synced(campaign):
    load_centres(actor=SYSTEM, path=CENTRES)
    sync_register(actor=SYSTEM, campaign=campaign)
    return {row.source: row for row in Dataset.objects.all()}


def test_the_lists_of_the_register_hold_units_centres_people_and_premises(campaign, person):
    someone = person(Role.COMMUNE_CHAIR)
    load_centres(actor=SYSTEM, path=CENTRES)
    sync_register(actor=SYSTEM, campaign=campaign)
    lists = {row.name: row for row in Dataset.objects.all()}
    assert lists.keys() == {"communes", "centres", "officials", "assets"}
    assert (lists["communes"].count, lists["centres"].count, lists["officials"].count) == (168, 38, 1)
    assert [name for name, row in lists.items() if row.is_personal] == ["officials"]
    unit = (
        Unit.objects.filter(level="commune", valid_to=None)
        .select_related("former_district")
        .order_by("code")[0]
    )
    row = Entity.objects.get(dataset=lists["communes"], data__code=unit.code)
    assert row.label == unit.full_name
    assert unit.former_district is not None
    assert row.data["former_district"] == unit.former_district.full_name
    assert row.data["centre"] and row.data["valid_from"] == "2025-07-01" and row.data["valid_to"] == ""
    official = Entity.objects.get(dataset=lists["officials"])
    assert (official.label, official.data["unit_code"]) == (someone.full_name, unit.code)
    assert set(official.data) == {"post", "body", "body_code", "unit", "unit_code", "active"}
    assert all(fits(row) for row in lists.values())


def test_a_second_sync_changes_nothing_and_costs_the_same(synced, campaign, django_assert_max_num_queries):
    before = {name: (row.digest, row.changed_at) for name, row in synced.items()}
    with django_assert_max_num_queries(60):
        done = sync_register(actor=SYSTEM, campaign=campaign)
    assert [(row.created, row.changed) for row in done] == [(0, 0)] * 4
    assert before == {row.source: (row.digest, row.changed_at) for row in Dataset.objects.all()}


def test_the_register_writes_over_what_it_keeps_and_leaves_what_forms_added(synced, campaign):
    communes = synced["communes"]
    add_property(actor=SYSTEM, dataset=communes, name="visited")
    row = Entity.objects.filter(dataset=communes).order_by("pk")[0]
    update_entity(actor=SYSTEM, entity=row, data={"visited": "yes"}, base_version=1)
    with pytest.raises(Refused) as caught:
        update_entity(actor=SYSTEM, entity=row, data={"population": "1"}, base_version=2)
    assert caught.value.code == "entity.kept"
    Unit.objects.filter(code=row.data["code"], valid_to=None, level="commune").update(population=54321)
    (done,) = [
        one for one in sync_register(actor=SYSTEM, campaign=campaign) if one.dataset.source == "communes"
    ]
    assert (done.created, done.changed) == (0, 1)
    row.refresh_from_db()
    assert (row.data["population"], row.data["visited"], row.number, row.conflict) == ("54321", "yes", 3, "")
    version = row.versions.get(number=3)
    assert (version.received, version.agent) == ({"population": "54321"}, "register")


def test_a_unit_that_is_no_more_stays_with_its_last_day_and_successors(synced, campaign):
    communes = synced["communes"]
    old = Unit.objects.filter(level="commune", valid_to=None).order_by("code")[0]
    other = Unit.objects.filter(level="commune", valid_to=None).order_by("code")[1]
    entity = Entity.objects.get(dataset=communes, data__code=old.code)
    delete_me = Entity.objects.get(dataset=communes, data__code=other.code)
    day = date(2026, 7, 1)
    Unit.objects.filter(pk=old.pk).update(valid_to=day)
    again = Unit.objects.create(
        code=old.code, level="commune", unit_type="ward", name="Mới", full_name="Phường Mới", spelling="", folded="",
        province_code="79", valid_from=day,
    )  # fmt: skip
    for successor in (again, other):
        Succession.objects.create(predecessor=old, successor=successor, extent="part", effective=day)
    delete_entity(actor=SYSTEM, entity=delete_me)
    sync_register(actor=SYSTEM, campaign=campaign)
    entity.refresh_from_db()
    assert (entity.deleted_at, entity.data["valid_to"]) == (None, "2026-07-01")
    assert entity.data["successors"].split() == sorted([old.code, other.code])
    fresh_one = Entity.objects.get(dataset=communes, label="Phường Mới")
    assert fresh_one.pk != entity.pk and fresh_one.data["code"] == old.code, (
        "a code used again is another unit"
    )
    delete_me.refresh_from_db()
    assert delete_me.deleted_at is not None, "what a person took off stays off"
    assert fits(communes)


def test_somebody_who_left_is_no_longer_active(synced, campaign, person):
    someone = person(Role.DEPARTMENT_OFFICER)
    sync_register(actor=SYSTEM, campaign=campaign)
    Person.objects.filter(pk=someone.pk).update(is_active=False)
    sync_register(actor=SYSTEM, campaign=campaign)
    row = Entity.objects.get(dataset=synced["officials"], key=str(someone.pk))
    assert (row.data["active"], row.deleted_at) == ("no", None)


def test_the_lists_follow_the_register_by_themselves(synced):
    row = Entity.objects.filter(dataset=synced["communes"]).order_by("pk")[0]
    Unit.objects.filter(code=row.data["code"], valid_to=None, level="commune").update(population=777)
    assert "questionnaire.datasets" in tick()
    row.refresh_from_db()
    assert row.data["population"] == "777"


def test_the_command_line_fills_and_lists(campaign, capsys):
    call_command("questionnaire", "datasets", "sync")
    assert Dataset.objects.get(name="communes").count == 168
    capsys.readouterr()
    call_command("questionnaire", "datasets", "list")
    assert "communes\t168" in capsys.readouterr().out


def test_lists_about_people_are_for_those_in_charge_and_for_who_fills_a_form_that_needs_them(
    synced, campaign, actor
):
    team, officer, secretariat = actor(Role.TEAM_MEMBER), actor(Role.COMMUNE_OFFICER), actor(Role.SECRETARIAT)

    def names(who):
        return set(datasets_for(actor=who, campaign=campaign).values_list("name", flat=True))

    everything = {"communes", "centres", "officials", "assets"}
    assert names(secretariat) == everything
    assert names(team) == everything - {"officials"}
    assert names(officer) == set()
    with pytest.raises(Missing):
        dataset_of(actor=team, campaign=campaign, name="officials")
    official = create_entity(actor=SYSTEM, dataset=synced["officials"], label="Người")
    assert list(entities_for(actor=team, dataset=synced["officials"])) == []
    with pytest.raises(Missing):
        entity_of(actor=team, dataset=synced["officials"], uuid=official.uuid)
    assert steps_for(actor=team, entity=official) == []
    version = publish(campaign, TREES.replace("trees.csv", "officials.csv"))
    assert names(team) == everything - {"officials"} | {"trees"}, "publishing alone opens nothing"
    for role in (Role.TEAM_MEMBER, Role.COMMUNE_OFFICER):
        Assignment.objects.create(form=version.form, verb="fill", scope="own", role=role)
    assert names(team) == everything | {"trees"}
    assert names(officer) == {"officials"}
    assert entity_of(actor=officer, dataset=synced["officials"], uuid=official.uuid) == official
