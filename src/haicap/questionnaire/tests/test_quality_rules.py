"""Outliers, changes and copies: known figures, figures that are mostly equal, and what must not matter."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.questionnaire.rules import quality
from haicap.questionnaire.rules.quality import Limits

FEW = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]  # median 2.45, MAD 0.15 by hand


def units(values):
    return {f"u{number:03d}": float(value) for number, value in enumerate(values)}


def found(values, **limits):
    return quality.outliers(units(values), field="a", limits=Limits(rare=1.0, **limits))


def test_the_z_score_of_known_figures_is_as_worked_out_by_hand():
    spread = quality.spread(FEW)
    apart = sorted(abs(value - 2.45) for value in FEW)
    assert spread.median == pytest.approx(2.45)
    assert spread.scale == pytest.approx(1.4826 * (apart[4] + apart[5]) / 2)
    assert spread.z(8.3) == pytest.approx((8.3 - 2.45) / (1.4826 * 0.15), rel=1e-6)


def test_far_figures_are_found_and_the_farthest_stands_first():
    assert [(row.unit, row.value) for row in found(FEW)] == [("u009", 8.3), ("u008", 8.2)]


def test_low_figures_are_far_too():
    assert [row.unit for row in found([100, 101, 99, 102, 98, 100, 103, 97, 5])] == ["u008"]


def test_the_mean_deviation_stands_in_where_most_figures_are_equal():
    values = [10] * 19 + [500]
    (row,) = found(values)
    assert row.z == pytest.approx(490 / (math.sqrt(math.pi / 2) * 490 / 20))
    assert row.unit == "u019"


def test_where_most_are_equal_a_small_difference_is_no_question():
    assert found([3] * 19 + [2]) == []
    assert [row.value for row in found([3] * 18 + [2, 400])] == [400]


def test_equal_figures_have_no_outlier_and_no_z():
    assert found([7] * 20) == []
    assert quality.spread([7.0] * 20).z(7.0) is None


def test_few_figures_say_nothing():
    assert found([1, 1, 2, 1, 1, 2, 900]) == []
    assert len(found([1, 1, 2, 1, 1, 2, 2, 900])) == 1


def test_at_most_a_twentieth_of_the_units_is_asked_about_one_figure():
    values = units([10, 11] * 45 + [900 + n for n in range(10)])
    rows = quality.outliers(values, field="a")
    assert [row.value for row in rows] == [909, 908, 907, 906, 905]


def test_figures_are_compared_by_people_among_units_whose_people_are_known():
    values = units([10, 20, 30, 40, 50, 60, 70, 80, 90, 90])
    people = {unit: 1000.0 * (n + 1) for n, unit in enumerate(values)} | {"u009": 900.0}
    rows = quality.outliers(values, field="a", people=people)
    assert [(row.unit, row.compared) for row in rows] == [("u009", 1000.0)]
    assert quality.outliers(values, field="a", people={"u000": 5.0}) == []


@pytest.mark.parametrize(
    ("now", "before", "far"),
    [(100, 30, True), (100, 40, False), (12, 3, False), (13, 3, True), (0, 10, True), (0, 9, False), (-20, 20, True)],
)  # fmt: skip
def test_a_change_needs_both_a_ratio_and_a_distance(now, before, far):
    assert bool(quality.changes({"u": float(now)}, {"u": float(before)}, field="a")) is far


def test_a_unit_without_a_figure_before_has_not_changed():
    assert quality.changes({"u": 100.0}, {"v": 1.0}, field="a") == []


def test_units_with_the_same_figures_are_told_once_with_the_first_of_them():
    same = {f"f{n}": float(n + 2) for n in range(7)}
    rows = {"a": same | {"x": 0.0}, "b": same | {"x": 1.0}, "c": same | {"f0": 99.0}, "d": dict(same)}
    assert [(row.unit, row.other, row.shared) for row in quality.alike(rows, field="A1")] == [
        ("b", "a", 7), ("d", "a", 7),
    ]  # fmt: skip


def test_zeros_ones_and_a_single_number_are_no_copies():
    zeros = dict.fromkeys("abcdefgh", 0.0)
    tens = dict.fromkeys("abcdefgh", 10.0)
    assert quality.alike({"a": zeros, "b": zeros, "c": tens, "d": tens}, field="A1") == []


FIGURES = st.lists(st.integers(-10_000, 10_000).map(float), min_size=8, max_size=60)


@given(FIGURES, st.integers(-1000, 1000), st.sampled_from([0.25, 0.5, 2.0, 8.0, 1024.0]))
def test_a_constant_added_or_another_measure_changes_no_z(values, constant, factor):
    before = quality.spread(values)
    moved = quality.spread([value * factor + constant for value in values])
    for value in values:
        z, other = before.z(value), moved.z(value * factor + constant)
        assert (z is None) == (other is None)
        if z is not None and other is not None:
            assert other == pytest.approx(z, rel=1e-9, abs=1e-9)


@given(FIGURES)
def test_mirrored_figures_have_mirrored_z_and_the_same_units_far(values):
    forth, back = units(values), units([-value for value in values])
    limits = Limits(rare=1.0)
    one = {row.unit: row.z for row in quality.outliers(forth, field="a", limits=limits)}
    two = {row.unit: -row.z for row in quality.outliers(back, field="a", limits=limits)}
    assert one == pytest.approx(two)


@given(FIGURES)
def test_every_figure_stands_in_one_bar(values):
    bars = quality.bins(values)
    assert sum(bar.count for bar in bars) == len(values)
    assert bars[0].low == min(values)
    assert bars[-1].high == pytest.approx(max(values))
