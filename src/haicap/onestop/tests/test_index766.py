"""The index of Decision 766: the shipped pack is whole, and every point follows from counts."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.onestop.rules import figures, index766
from haicap.onestop.rules.index766 import PackFault, Rule, State, Zero

FOLDER = Path(__file__).resolve().parents[4] / "plans" / "onestop"
SETTINGS = (FOLDER / "index766.toml").read_text(encoding="utf-8")
ITEMS = (FOLDER / "index766.csv").read_text(encoding="utf-8")
(PACK,) = index766.read_packs(settings=SETTINGS, items=ITEMS)
ITEM = {item.code: item for item in PACK.items}


def result(code, **counts):
    return index766.score_item(item=ITEM[code], counts=counts)


def test_the_shipped_pack_has_100_points_in_six_groups():
    assert [int(group.points) for group in PACK.groups] == [18, 20, 12, 10, 22, 18]
    assert sum(item.points for item in PACK.items) == 100
    assert all(item.source and item.mark for item in PACK.items)


def test_what_nobody_confirmed_is_marked():
    assert all(
        "chưa xác nhận" in ITEM[code].mark
        for code in ("procedures_online", "services_used", "dossiers_online")
    )


def test_linear_points_are_the_share_of_all_points():
    found = result("on_time", resolved_on_time=3, received=4, resolved=3)
    assert (found.ratio, found.points, found.rule) == (Decimal("75.00"), Decimal("15.00"), Rule.LINEAR)


def test_the_other_denominator_is_shown_and_gives_no_points():
    found = result("on_time", resolved_on_time=3, received=4, resolved=3)
    assert (found.beside, found.beside_of) == (Decimal("100.00"), 3)


@pytest.mark.parametrize(
    ("online", "points"), [(0, "0.00"), (25, "2.00"), (49, "3.92"), (50, "4.00"), (51, "4.00"), (100, "4.00")]
)
def test_full_points_from_a_threshold_and_a_part_below_it(online, points):
    assert result("dossiers_online", received_online=online, online_possible=100).points == Decimal(points)


def test_satisfaction_is_derived_from_overdue_and_petitions():
    found = result("dossier_satisfied", handled=100, late=12, petitioned=8)
    assert (found.numerator, found.ratio, found.points) == (80, Decimal("80.00"), Decimal("5.33"))
    assert found.behind == ("handled", "late", "petitioned")


def test_a_ratio_beyond_its_bounds_is_bounded_and_says_so():
    over = result("petition_satisfied", petitions_satisfied=5, petitions_judged=4)
    under = result("dossier_satisfied", handled=10, late=9, petitioned=9)
    assert (over.ratio, over.bounded, over.points) == (Decimal("100.00"), True, Decimal("6.00"))
    assert (under.ratio, under.bounded, under.points) == (Decimal("0.00"), True, Decimal("0.00"))


@pytest.mark.parametrize(
    ("zero", "points", "of"), [(Zero.POINTS, 6, 6), (Zero.NONE, 0, 6), (Zero.NOT_APPLICABLE, 0, 0)]
)
def test_what_a_zero_denominator_gives_is_a_setting(zero, points, of):
    settings = SETTINGS.replace('zero_denominator = "not_applicable"', f'zero_denominator = "{zero}"')
    (pack,) = index766.read_packs(settings=settings, items=ITEMS)
    item = next(item for item in pack.items if item.code == "paid_online")
    found = index766.score_item(item=item, counts={"paid_online": 0, "charged": 0})
    assert (found.state, found.points, found.of) == (State.ZERO, points, of)


def test_the_setting_of_one_item_overrides_that_of_the_pack():
    assert ITEM["petition_answered"].zero is Zero.POINTS
    assert ITEM["paid_online"].zero is Zero.NOT_APPLICABLE


def test_what_is_not_recorded_is_not_zero_and_the_rest_is_scaled():
    found = index766.score(pack=PACK, counts={"resolved_on_time": 9, "received": 10, "resolved": 9})
    assert (found.points, found.of, found.score) == (Decimal("18.00"), Decimal(20), Decimal("90.00"))
    assert found.grade is not None and found.grade.code == "excellent"
    states = {item.item.code: item.state for group in found.groups for item in group.items}
    assert states["shared"] is State.NOT_RECORDED and states["mean_time"] is State.INFORMS


def test_nothing_recorded_gives_no_score_and_no_class():
    found = index766.score(pack=PACK, counts={})
    assert (found.score, found.grade, found.points) == (None, None, Decimal(0))


def test_the_mean_time_is_days_and_gives_no_points():
    found = result("mean_time", resolved_days=45, resolved=10)
    assert (found.ratio, found.points, found.of) == (Decimal("4.50"), 0, 0)


counts = st.fixed_dictionaries(
    {
        name: st.none() | st.integers(0, 10**6)
        for item in PACK.items
        for name in (item.denominator, *(term.count for term in item.numerator))
    }
)


@given(counts)
def test_points_never_leave_their_bounds_and_sums_are_the_sums_shown(given):
    found = index766.score(pack=PACK, counts=given)
    for group in found.groups:
        assert all(0 <= item.points <= item.item.points for item in group.items)
        assert sum(item.points for item in group.items) == group.points <= group.of <= group.group.points
    assert sum(group.points for group in found.groups) == found.points
    assert found.score is None or 0 <= found.score <= 100


LEAST = {
    90: "excellent",
    89: "good",
    80: "good",
    79: "fair",
    70: "fair",
    69: "average",
    50: "average",
    49: "weak",
}


@pytest.mark.parametrize(("points", "grade"), [*LEAST.items(), (0, "weak")])
def test_classes_begin_at_90_80_70_and_50(points, grade):
    found = index766.score(pack=PACK, counts={"resolved_on_time": points, "received": 100})
    assert found.grade is not None and found.grade.code == grade


def test_the_pack_is_chosen_by_the_last_day_of_the_period():
    later = SETTINGS + SETTINGS.replace("766-2022", "766-x").replace("2022-06-23", "2026-07-01")
    items = ITEMS + "\n".join(ITEMS.replace("766-2022", "766-x").splitlines()[1:])
    packs = index766.read_packs(settings=later, items=items)
    chosen = {day: index766.pack_on(packs=packs, day=day) for day in (date(2026, 6, 30), date(2026, 7, 1))}
    assert [pack.code for pack in chosen.values() if pack] == ["766-2022", "766-x"]
    assert index766.pack_on(packs=packs, day=packs[0].valid_from - timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "on_time,Hồ sơ giải quyết đúng hạn,Dossiers resolved on time,20",
            "on_time,a,b,19",
            "group progress has 19",
        ),
        (",20,resolved_on_time,", ",twenty,resolved_on_time,", "'twenty' is no number"),
        ("handled - late - petitioned", "handled / late", "no sum of counts"),
        ("766-2022,openness,full_content", "766-1999,openness,full_content", "has 16 points"),
        ("pack,group,code", "pack,group,kode", "no column code"),
    ],
)
def test_a_pack_that_contradicts_itself_is_refused_with_its_line(old, new, words):
    assert old in ITEMS
    with pytest.raises(PackFault, match=words):
        index766.read_packs(settings=SETTINGS, items=ITEMS.replace(old, new))


def test_every_measure_the_pack_names_from_dossiers_exists():
    named = {term.count for item in PACK.items for term in item.numerator} | {
        i.denominator for i in PACK.items
    }
    measures = {str(measure) for measure in figures.Measure}
    assert {
        "resolved_on_time",
        "received",
        "resolved",
        "handled",
        "late",
        "petitioned",
        "e_result",
    } <= named & measures
