"""What became of what: the national list, its namesakes, and the resolution's own facts."""

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from haicap.register.rules.snapshot import snapshot_of
from haicap.register.rules.source import National, RawLink, SourceUnreadableError, read_national
from haicap.register.rules.succession import district_of, most_common_district, resolve

CITY = {"79"}


@pytest.fixture(scope="module")
def national():
    return read_national()


@pytest.fixture(scope="module")
def links(national):
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for link in resolve(national=national).links:
        found[link.new.code][link.old.code or link.old.district_code] = link.extent
    return found


def test_the_city_has_113_wards_54_communes_and_one_special_zone_from_38_districts(national):
    snapshot = snapshot_of(national=national, provinces=CITY)
    kinds = Counter((unit.key[0], unit.key[2]) for unit in snapshot.units)
    types = Counter(unit.unit_type for unit in snapshot.units if unit.key[0] == "commune" and unit.key[2])
    assert types == {"ward": 113, "commune": 54, "special_zone": 1}
    assert kinds["district", False] == 38
    assert kinds["province", False] == 3
    districts = Counter(unit.province_code for unit in snapshot.units if unit.key[0] == "district")
    assert sorted(districts.values()) == [7, 9, 22]


def test_every_one_of_the_38_districts_has_at_least_one_unit_counted_to_it(national):
    snapshot = snapshot_of(national=national, provinces=CITY)
    assert len({u.former_district for u in snapshot.units if u.key[0] == "commune" and u.key[2]}) == 38


def test_the_whole_country_has_3321_units_in_34_provinces(national):
    snapshot = snapshot_of(national=national)
    kinds = Counter((unit.key[0], unit.key[2]) for unit in snapshot.units)
    assert kinds["commune", True] == 3321
    assert kinds["province", True] == 34
    assert kinds["commune", False] == 10_035
    assert kinds["district", False] == 696


def test_every_new_unit_has_a_predecessor_and_every_old_unit_a_successor(national):
    found = resolve(national=national).links
    assert {link.new.code for link in found} == {unit.code for unit in national.new.values()}
    assert {link.old.key for link in found} == set(national.old)


def test_thanh_an_and_thạnh_an_each_keep_their_own_predecessors(links):
    assert links["25807"] == {"25807": "whole", "25798": "part", "25801": "part", "25810": "part"}
    assert links["27676"] == {"27676": "whole"}


def test_con_dao_continues_its_district_which_had_no_communes(links):
    assert links["26732"] == {"755": "whole"}


@pytest.mark.parametrize("code", ["25846", "26545", "26647", "26656", "27676"])
def test_an_unchanged_unit_is_a_whole_succession_from_one_unit_of_its_own_name(national, links, code):
    assert links[code] == {code: "whole"}
    new = next(unit for unit in national.new.values() if unit.code == code)
    old = next(unit for unit in national.old.values() if unit.code == code)
    assert new.full_name == old.full_name


def test_an_extent_is_part_exactly_where_the_old_unit_has_several_successors(national):
    found = resolve(national=national).links
    successors = Counter(link.old.key for link in found)
    assert all((link.extent == "part") == (successors[link.old.key] > 1) for link in found)


def test_no_unit_of_the_country_gets_a_predecessor_from_another_former_province(national):
    provinces = defaultdict(set)
    for link in resolve(national=national).links:
        provinces[link.new.code].add(link.old.province_code)
    assert all(len(found) == 1 for found in provinces.values())


def test_a_namesake_far_away_is_taken_out_and_named(national, links):
    notes = resolve(national=national).notes
    removed = {(note.code, note.facts["successor"]) for note in notes if note.kind == "namesake_removed"}
    assert ("31246", "31726") in removed, "xã Thạnh Quới of Vĩnh Thạnh is no part of xã Gia Hòa"
    assert links["31726"].keys() == {"31720", "31714"} or "31714" in links["31726"]
    assert "31246" not in links["31726"]


def test_pairs_of_old_units_that_fold_alike_in_one_district_stay_apart(links):
    assert "16780" in links["16777"] or any("16780" in found for found in links.values())
    by_old = {old: new for new, found in links.items() for old in found}
    assert by_old["04516"] != by_old["04567"], "xã Minh Quán and xã Minh Quân went different ways"
    assert by_old["25280"] == "25280"
    assert by_old["25294"] == "25294"


def _with(national: National, links: list[RawLink]) -> National:
    kept = {link.new for link in links}
    return replace(national, links=links, new={key: national.new[key] for key in kept})


def test_what_cannot_be_told_apart_is_kept_and_reported_as_ambiguous(national):
    new = next(key for key, unit in national.new.items() if unit.code == "10843")
    rivals = [old for old in national.old.values() if old.full_name == "Xã Hòa Bình"][:2]
    made = _with(national, [RawLink(old=old.key, new=new, divided=True) for old in rivals])
    notes = resolve(national=made).notes
    assert [note.kind for note in notes].count("namesakes_ambiguous") == 2


def test_a_claim_from_another_former_province_is_reported_as_ambiguous(national):
    new = next(key for key, unit in national.new.items() if unit.code == "25807")
    home = next(old for old in national.old.values() if old.code == "25807")
    strange = next(old for old in national.old.values() if old.code == "26506")
    made = _with(
        national,
        [RawLink(old=home.key, new=new, divided=False), RawLink(old=strange.key, new=new, divided=True)],
    )
    assert "crosses_provinces" in {note.kind for note in resolve(national=made).notes}


def test_no_ambiguity_is_left_in_the_country(national):
    kinds = {note.kind for note in snapshot_of(national=national).notes}
    assert kinds == {"namesake_removed", "not_divided", "district_by_code", "far_centre"}


def test_without_a_predecessor_of_its_code_the_district_of_most_predecessors_counts(national):
    found = [link for link in resolve(national=national).links if link.new.code == "25813"]
    assert district_of(new=found[0].new, links=found) == "721"
    assert most_common_district(links=found) == "719"
    without = [link for link in found if link.old.code != "25813"]
    assert district_of(new=found[0].new, links=without) == "719"


def test_the_packages_parsers_are_never_imported():
    code = (
        "import sys; from haicap.register.rules.source import read_national; read_national();"
        "sys.exit('vietnamadminunits' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_list_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceUnreadableError):
        read_national(folder=tmp_path)


def test_the_succession_agrees_with_the_facts_read_from_resolution_1685(national, links, shared):
    path = shared / "domain/units168.csv"
    snapshot = snapshot_of(national=national, provinces=CITY)
    units = {unit.key[1]: unit for unit in snapshot.units if unit.key[0] == "commune" and unit.key[2]}
    districts = {area.code: area.full_name for area in national.districts.values()}
    disagree = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        facts = list(csv.DictReader(file))
    for fact in facts:
        unit, found = units.pop(fact["code"]), links[fact["code"]]
        assert unit.full_name.lower() == fact["full_name"].lower()
        assert ("part" in found.values()) == (fact["takes_part_of_a_split_unit"] == "yes"), fact["full_name"]
        assert (found == {fact["code"]: "whole"}) == (fact["formation"] == "unchanged"), fact["full_name"]
        assert unit.former_district is not None
        if districts[unit.former_district[1]] != fact["former_district_main"].replace("TP ", "Thành phố "):
            disagree.append(fact["full_name"])
    assert len(facts) == 168
    assert not units
    # Its code and most of its predecessors come from Thủ Dầu Một; the file counts it to Bến Cát.
    assert disagree == ["phường Phú An"]
