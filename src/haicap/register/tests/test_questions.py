"""The questions the register answers."""

import unicodedata
from datetime import date

import pytest

from haicap.kernel.access import ANONYMOUS, SYSTEM
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.register import queries
from haicap.register.actions import ensure_body, load_all
from haicap.register.models import Body, Unit

pytestmark = pytest.mark.django_db
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def _codes(rows):
    return [row.code for row in rows]


def test_the_exact_spelling_comes_before_the_one_that_only_folds_alike(reader):
    assert _codes(queries.search(actor=reader, text="Thạnh An")) == ["27676", "25807"]
    assert _codes(queries.search(actor=reader, text="Thanh An")) == ["25807", "27676"]


def test_search_finds_without_diacritics_and_in_any_unicode_form(reader):
    assert "26740" in _codes(queries.search(actor=reader, text="sai gon"))
    assert (
        _codes(queries.search(actor=reader, text=unicodedata.normalize("NFD", "xã Thạnh An")))[0] == "27676"
    )
    assert "27163" in _codes(queries.search(actor=reader, text="Hoà Hưng"))
    assert _codes(queries.search(actor=reader, text="ĐẶC KHU")) == ["26732"]


def test_search_finds_a_code_and_only_that(reader):
    assert _codes(queries.search(actor=reader, text="26740")) == ["26740"]


def test_search_takes_wildcards_as_letters(reader):
    assert not queries.search(actor=reader, text="%").exists()
    assert not queries.search(actor=reader, text="_").exists()


def test_a_question_that_is_too_long_is_refused(reader):
    with pytest.raises(Refused):
        queries.search(actor=reader, text="a" * 101)


def test_the_day_before_there_were_441_units_and_the_day_after_168(reader):
    assert queries.units_on(actor=reader, day=BEFORE).count() == 441
    assert queries.units_on(actor=reader, day=AFTER).count() == 168
    assert queries.units_on(actor=reader, day=BEFORE, level="district").count() == 38
    assert not queries.units_on(actor=reader, day=AFTER, level="district").exists()
    assert queries.units_on(actor=reader, day=BEFORE, level="province").count() == 3
    assert queries.units_on(actor=reader, day=AFTER, level="province").count() == 1


def test_one_code_names_another_unit_before_and_after(reader):
    assert queries.former_unit_for(actor=reader, code="26740").name == "Bến Nghé"
    assert queries.unit_for(actor=reader, code="26740").name == "Sài Gòn"


def test_what_became_of_a_divided_unit_names_all_its_successors(reader):
    old = queries.former_unit_for(actor=reader, code="25810")
    links = list(queries.successors_of(actor=reader, unit=old))
    assert len(links) > 1
    assert {link.extent for link in links} == {"part"}


def test_what_a_unit_is_made_of_names_its_predecessors(reader):
    unit = queries.unit_for(actor=reader, code="26732")
    [link] = queries.predecessors_of(actor=reader, unit=unit)
    assert (link.predecessor.level, link.predecessor.full_name) == ("district", "Huyện Côn Đảo")


def test_five_units_are_unchanged(reader):
    found = set()
    for unit in queries.units_for(actor=reader):
        links = list(queries.predecessors_of(actor=reader, unit=unit))
        if queries.is_unchanged(unit=unit, predecessors=links):
            found.add(unit.code)
    assert found == {"25846", "26545", "26647", "26656", "27676"}


def test_the_units_of_a_former_district_and_the_fate_of_those_it_had(reader):
    page = queries.district_page(actor=reader, code="787")
    assert page.district.full_name == "Huyện Cần Giờ"
    assert _codes(page.units) == ["27664", "27667", "27673", "27676"]
    assert next(unit.code for unit, links in page.fates if len(links) == 1) == "27664"
    assert all(links for _unit, links in page.fates)


def test_the_district_without_communes_is_its_own_fate(reader):
    [(unit, [link])] = queries.district_page(actor=reader, code="755").fates
    assert (unit.code, link.successor.code) == ("755", "26732")


def test_a_point_without_boundaries_gets_the_nearest_centres_as_hints(reader):
    unit = queries.unit_for(actor=reader, code="26732")
    assert unit.latitude is not None
    assert unit.longitude is not None
    hits = queries.at_point(actor=reader, latitude=unit.latitude, longitude=unit.longitude, day=AFTER)
    assert hits[0].unit == unit
    assert hits[0].km == pytest.approx(0)
    assert not hits[0].is_inside


def test_a_point_before_july_2025_gets_units_of_that_time(reader):
    hits = queries.at_point(actor=reader, latitude=10.7769, longitude=106.7009, day=BEFORE)
    assert len(hits) == 3
    assert all(not hit.unit.is_current for hit in hits)


def test_a_point_inside_an_imported_boundary_gets_that_unit_alone(importer, shared):
    from haicap.register.actions import import_boundaries

    path = shared / "data/hcmc-communes-2025.geojson"
    import_boundaries(actor=importer, source=path, name=path.name)
    [hit] = queries.at_point(actor=importer, latitude=10.7769, longitude=106.7009, day=AFTER)
    assert hit.is_inside
    assert hit.unit.name in ("Sài Gòn", "Bến Thành")


def test_a_point_off_the_globe_is_refused(reader):
    with pytest.raises(Refused):
        queries.at_point(actor=reader, latitude=106, longitude=10, day=AFTER)


def test_an_unknown_code_is_missing(reader):
    for ask in (queries.unit_for, queries.former_unit_for, queries.district_for):
        with pytest.raises(Missing):
            ask(actor=reader, code="00000")


def test_who_may_not_read_the_register_sees_nothing():
    assert not queries.units_for(actor=ANONYMOUS).exists()
    assert not queries.bodies_for(actor=ANONYMOUS).exists()
    assert not queries.search(actor=ANONYMOUS, text="Sài Gòn").exists()


def test_ensuring_a_body_twice_keeps_one_and_takes_the_new_name():
    first = ensure_body(actor=SYSTEM, kind="department", code="SXX", name_vi="Sở X", name_en="Department X")
    again = ensure_body(actor=SYSTEM, kind="department", code="SXX", name_vi="Sở Y", name_en="Department Y")
    assert first.pk == again.pk
    assert Body.objects.get(code="SXX").name_vi == "Sở Y"


def test_a_body_code_is_not_given_to_another_kind(reader):
    ensure_body(actor=SYSTEM, kind="department", code="SXX", name_vi="Sở X")
    with pytest.raises(Refused):
        ensure_body(actor=SYSTEM, kind="front", code="SXX", name_vi="Mặt trận")
    with pytest.raises(Refused):
        ensure_body(actor=SYSTEM, kind="club", code="SYY", name_vi="Câu lạc bộ")
    with pytest.raises(NotAllowed):
        ensure_body(actor=reader, kind="front", code="SZZ", name_vi="Mặt trận")


def test_the_list_asks_the_database_as_often_for_3321_units_as_for_168(reader, django_assert_num_queries):
    def ask():
        rows = queries.unit_list(actor=reader, text="an", unit_type="ward")
        with django_assert_num_queries(2):
            rows.count()
            assert all(row.former_district and row.former_district.full_name for row in rows[:50])

    ask()
    load_all(actor=SYSTEM)
    assert Unit.objects.filter(level="commune", valid_to=None).count() == 3321
    ask()
