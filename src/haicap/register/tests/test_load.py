"""Loading the national list."""

import pytest

from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Missing, NotAllowed
from haicap.kernel.models import AuditEntry
from haicap.register.actions import load_all, load_province
from haicap.register.models import Body, Succession, Unit

pytestmark = pytest.mark.django_db


def _rows():
    return (
        list(Unit.objects.order_by("pk").values()),
        list(Succession.objects.order_by("pk").values()),
        list(Body.objects.order_by("pk").values()),
    )


def test_the_city_is_loaded_with_its_units_districts_and_committees():
    assert Unit.objects.filter(level="commune", valid_to=None, province_code="79").count() == 168
    assert Unit.objects.filter(level="district", province_code__in=["79", "74", "77"]).count() == 38
    assert Body.objects.filter(kind="commune_committee").count() == 168
    body = Body.objects.get(code="UBND-26740")
    assert body.name_vi == "Ủy ban nhân dân phường Sài Gòn"
    assert body.name_en == "People's Committee of Sài Gòn Ward"
    assert body.unit is not None
    assert body.unit.code == "26740"


def test_loading_again_changes_nothing_and_says_so():
    before, entries = _rows(), AuditEntry.objects.count()
    report = load_province(actor=SYSTEM, province="79")
    assert report.did_nothing
    assert report.units == 168
    assert report.former_districts == 38
    assert _rows() == before
    assert AuditEntry.objects.count() == entries


def test_loading_repairs_what_differs_from_the_list_and_keeps_what_was_imported():
    Unit.objects.filter(code="26740", valid_to=None).update(name="Sai Gon", population=123)
    Succession.objects.filter(successor__code="27676").delete()
    report = load_province(actor=SYSTEM, province="79")
    unit = Unit.objects.get(code="26740", level="commune", valid_to=None)
    assert (unit.name, unit.population) == ("Sài Gòn", 123)
    assert (report.added, report.changed) == (1, 1)
    entry = AuditEntry.objects.latest("sequence")
    assert entry.action == "register.loaded"
    assert entry.after is not None
    assert entry.after["changed"] == 1


def test_a_succession_the_list_does_not_know_is_removed():
    old = Unit.objects.get(code="25807", level="commune", valid_to__isnull=False)
    new = Unit.objects.get(code="27676", level="commune", valid_to=None)
    Succession.objects.create(predecessor=old, successor=new, extent="part", effective="2025-07-01")
    assert load_province(actor=SYSTEM, province="79").removed == 1


def test_another_province_is_loaded_beside_the_first_and_leaves_it_as_it_was():
    before = list(Unit.objects.filter(province_code="79").order_by("pk").values())
    report = load_province(actor=SYSTEM, province="48")
    assert report.units == Unit.objects.filter(level="commune", valid_to=None, province_code="48").count()
    assert list(Unit.objects.filter(province_code="79").order_by("pk").values()) == before


def test_all_34_provinces_load_in_one_go_with_no_ambiguity_left():
    report = load_all(actor=SYSTEM)
    assert report.units == 3321
    assert Unit.objects.filter(level="commune", valid_to=None).count() == 3321
    assert Unit.objects.filter(level="province", valid_to=None).count() == 34
    assert not report.ambiguous
    assert load_all(actor=SYSTEM).did_nothing


def test_old_units_end_on_the_day_the_new_ones_begin():
    for link in Succession.objects.select_related("predecessor", "successor"):
        assert link.predecessor.valid_to == link.successor.valid_from == link.effective


def test_an_unknown_province_is_named_with_those_that_exist():
    with pytest.raises(Missing, match="79"):
        load_province(actor=SYSTEM, province="99")


def test_only_those_who_may_load_can(reader):
    with pytest.raises(NotAllowed):
        load_province(actor=reader, province="79")


def test_every_note_has_a_sentence():
    lines = load_all(actor=SYSTEM).lines()
    assert len(lines) > 100
    assert not [line for line in lines if "%(" in line]
