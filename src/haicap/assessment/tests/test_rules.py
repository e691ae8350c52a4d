"""Sums, shares and distributions, exact."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.assessment.rules import (
    Rate,
    Value,
    as_text,
    compare,
    is_added,
    percent,
    plain,
    quartiles,
    rate_of,
    rate_over,
    summarise,
    with_rate,
)

NA = Value(not_applicable=True)


def number(text):
    return Value(number=Decimal(text), text=text)


def test_blank_is_not_zero_and_not_applicable_is_not_counted():
    found = summarise(type="integer", unit="người", values=[number("0"), number("4"), None, Value(), NA])
    assert (found.counted, found.blank, found.not_applicable) == (2, 2, 1)
    assert found.total == 4
    assert found.least == 0
    assert found.median == 2


def test_no_value_at_all_has_no_total_rather_than_zero():
    found = summarise(type="integer", unit="người", values=[None, NA])
    assert (found.total, found.median, found.counted) == (None, None, 0)


def test_money_adds_up_exactly():
    found = summarise(type="decimal", unit="tỷ đồng", values=[number("0.1"), number("0.2")])
    assert found.total == Decimal("0.3")


@pytest.mark.parametrize("unit", ["Mbps", "km", "m²/người", "ngày làm việc", "%"])
def test_measures_that_mean_nothing_when_added_are_not_added(unit):
    assert not is_added(type="decimal", unit=unit)
    found = summarise(type="decimal", unit=unit, values=[number("2"), number("4")])
    assert found.total is None
    assert found.median == 3


def test_quartiles_lie_between_neighbours_as_in_a_spreadsheet():
    assert quartiles(numbers=[Decimal(n) for n in (1, 2, 3, 4)]) == (
        Decimal("1.75"),
        Decimal("2.5"),
        Decimal("3.25"),
    )
    assert quartiles(numbers=[Decimal(7)]) == (Decimal(7),) * 3
    assert quartiles(numbers=[Decimal(n) for n in (9, 1, 5, 3, 7)]) == (Decimal(3), Decimal(5), Decimal(7))


@given(st.lists(st.decimals(min_value=0, max_value=10**9, places=2), min_size=1, max_size=60))
def test_quartiles_are_ordered_and_within_the_numbers(numbers):
    low, middle, high = quartiles(numbers=numbers)
    assert min(numbers) <= low <= middle <= high <= max(numbers)


@pytest.mark.parametrize(
    ("calculation", "rate"),
    [
        ("if(${d} = 0, '', round(${n} * 1000 div ${d}) div 10)", Rate(above=("n",), below=("d",))),
        (
            "if(${a} + ${b} = 0, '', round(${a} * 1000 div (${a} + ${b})) div 10)",
            Rate(above=("a",), below=("a", "b")),
        ),
        ("${a} + ${b}", None),
        ("round(${a} * 1000 div (${a} - ${b}))", None),
        ("", None),
    ],
)
def test_a_rate_is_read_from_its_calculation(calculation, rate):
    assert rate_of(calculation=calculation) == rate


def test_the_percent_of_the_city_is_sums_over_sums_not_a_mean_of_percents():
    values = {
        ("1", "n"): number("1"),
        ("1", "d"): number("2"),
        ("2", "n"): number("90"),
        ("2", "d"): number("100"),
    }
    above, below, rated = rate_over(rate=Rate(above=("n",), below=("d",)), units=["1", "2"], values=values)
    assert (above, below, rated) == (Decimal(91), Decimal(102), 2)
    assert percent(above=above, below=below) == Decimal("89.2")


def test_a_unit_without_all_parts_of_a_rate_stays_out_whole():
    values = {
        ("1", "n"): number("5"),
        ("2", "n"): number("1"),
        ("2", "d"): number("4"),
        ("3", "n"): NA,
        ("3", "d"): NA,
    }
    above, below, rated = rate_over(
        rate=Rate(above=("n",), below=("d",)), units=["1", "2", "3"], values=values
    )
    assert (above, below, rated) == (Decimal(1), Decimal(4), 1)


def test_a_percent_of_nothing_is_nothing_not_zero():
    assert percent(above=Decimal(0), below=Decimal(0)) is None


def test_a_percent_is_rounded_half_up():
    assert percent(above=Decimal(1), below=Decimal(16)) == Decimal("6.3")
    assert percent(above=Decimal(2), below=Decimal(3)) == Decimal("66.7")


def test_yes_and_no_are_counted_among_those_who_answered():
    values = [Value(text="yes"), Value(text="yes"), Value(text="no"), None, NA]
    found = summarise(type="yes_no", unit="", values=values)
    assert found.choices == {"yes": 2, "no": 1}
    assert found.share == Decimal("66.7")
    assert (found.blank, found.not_applicable) == (1, 1)


def test_several_choices_of_one_unit_are_counted_each():
    values = [Value(text="land health"), Value(text="land"), Value()]
    found = summarise(type="multi", unit="", values=values)
    assert found.choices == {"health": 1, "land": 2}
    assert found.counted == 2


def test_dates_have_a_first_and_a_last():
    values = [Value(text="2025-07-03"), Value(text="2025-07-01"), Value(text="ngày mai"), None]
    found = summarise(type="date", unit="", values=values)
    assert (found.first, found.last) == ("2025-07-01", "2025-07-03")


def test_a_summary_is_kept_as_text_without_loss():
    found = summarise(type="decimal", unit="m", values=[number("0.10"), number("12.500000")])
    found = with_rate(summary=found, above=Decimal(1), below=Decimal(3), rated=2)
    kept = plain(summary=found)
    assert kept["total"] == "12.6"
    assert kept["share"] == "33.3"
    assert (kept["counted"], kept["blank"], kept["rated"]) == (2, 0, 2)
    assert "choices" not in kept
    assert as_text(Decimal("1E+2")) == "100"


def test_two_versions_are_compared_measure_by_measure():
    old = {"a": {"reported": {"counted": 1, "total": "5"}, "verified": {}}}
    new: dict[str, dict[str, Any]] = {
        "a": {"reported": {"counted": 2, "total": "5"}, "verified": {"counted": 1}},
        "b": {"reported": {"total": "1"}},
    }
    found = [(c.key, c.side, c.measure, c.before, c.after) for c in compare(earlier=old, later=new)]
    assert found == [
        ("a", "reported", "counted", "1", "2"),
        ("a", "verified", "counted", None, "1"),
        ("b", "reported", "total", None, "1"),
    ]
