"""The rule engine: blank is not zero, not applicable is silent, and no shipped rule is vacuous."""

import random
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.campaign.rules.expressions import (
    NOT_APPLICABLE,
    Checker,
    ExpressionError,
    FieldSpec,
    RuleSpec,
    check,
    compute,
    cycle_in,
    guarded,
    parse,
    parse_value,
)
from haicap.campaign.tests.plans import plan_of, shipped

TODAY = date(2025, 8, 4)
NUMBERS = [
    FieldSpec(key="n", type="integer"), FieldSpec(key="d", type="integer"), FieldSpec(key="t", type="text"),
    FieldSpec(key="y", type="yes_no"), FieldSpec(key="w", type="date"),
    FieldSpec(key="rate", type="percent", calculation="if(${d} = 0, '', round(${n} * 1000 div ${d}) div 10)"),
]  # fmt: skip


def holds(expression, **values):
    rule = RuleSpec(key="r", severity="error", expression=expression)
    return not [finding for finding in check(values, NUMBERS, [rule], today=TODAY) if finding.code == "rule"]


@cache
def plan():
    return plan_of(shipped())


@cache
def checker():
    return Checker(fields=[field.spec for field in plan().fields], rules=[rule.spec for rule in plan().rules])


def test_a_broken_rule_gives_a_finding_with_its_severity_and_fields():
    rule = RuleSpec(key="r", severity="warning", expression="${n} <= ${d}")
    finding = check({"n": 3, "d": 2}, NUMBERS, [rule], today=TODAY)[0]
    assert (finding.rule, finding.severity, finding.fields, finding.code) == (
        "r",
        "warning",
        ("d", "n"),
        "rule",
    )


def test_blank_is_not_zero_so_a_rule_over_a_blank_is_silent():
    assert holds("${n} <= ${d}", n=3)
    assert not holds("${n} <= ${d}", n=3, d=0)


def test_a_rule_about_requiredness_sees_the_blank():
    assert not holds("if(${y} = 'yes', ${t} != '', true())", y="yes")
    assert not holds("if(${y} = 'yes', ${t} != '', true())", y=True)
    assert holds("if(${y} = 'yes', ${t} != '', true())", y="no")
    assert holds("if(${y} = 'yes', ${t} != '', true())", y="yes", t="12/QĐ-UBND")
    assert holds("if(${y} = 'yes', ${t} != '', true())")


def test_coalesce_turns_a_blank_into_what_is_said():
    assert not holds("coalesce(${n}, 0) >= 1")
    assert holds("coalesce(${n}, 0) >= 1", n=1)


def test_not_applicable_silences_every_rule_that_names_the_field():
    assert holds("if(${y} = 'yes', ${t} != '', true())", y="yes", t=NOT_APPLICABLE)
    assert holds("${n} <= ${d}", n=3, d=NOT_APPLICABLE)


def test_a_share_of_nothing_has_no_value_rather_than_zero_per_cent():
    assert compute({"n": 0, "d": 0}, NUMBERS, today=TODAY)["rate"] is None
    assert compute({"n": 1, "d": 3}, NUMBERS, today=TODAY)["rate"] == Decimal("33.3")
    assert compute({"n": 1}, NUMBERS, today=TODAY)["rate"] is None


def test_a_division_by_zero_in_a_rule_says_nothing():
    assert holds("${n} div ${d} > 5", n=1, d=0)


def test_decimals_add_up_exactly():
    fields = [FieldSpec(key=key, type="decimal") for key in ("a", "b", "c")]
    rule = RuleSpec(key="sum", severity="error", expression="${a} + ${b} = ${c}")
    values = {"a": Decimal("0.1"), "b": Decimal("0.2"), "c": Decimal("0.3")}
    assert check(values, fields, [rule], today=TODAY) == []


def test_today_is_passed_in():
    assert holds("${w} <= today()", w=TODAY)
    assert not holds("${w} <= today()", w=date(2025, 8, 5))
    assert not holds("${w} >= date('2025-07-01')", w=date(2025, 6, 30))


def test_days_between_dates_are_counted():
    days = "round(decimal-date-time(today())) - round(decimal-date-time(${w})) <= 30"
    assert holds(days, w=date(2025, 7, 5))
    assert not holds(days, w=date(2025, 7, 4))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("${n} >", "unexpected end"),
        ("${n} > (1", "not closed"),
        ("n > 1", "neither a field nor a function"),
        ("system('x') = ${n}", "unknown function"),
        ("if(${n}, 1)", "three parts"),
        ("${n n} > 1", "not a field key"),
        ("$n > 1", "written ${key}"),
    ],
)
def test_an_unreadable_expression_is_refused_with_the_reason(expression, reason):
    with pytest.raises(ExpressionError, match=reason.replace("$", r"\$").replace("{", r"\{")):
        parse(expression)


def test_a_cycle_is_named_and_no_cycle_is_none():
    assert cycle_in({"a": ["b"], "b": ["c"], "c": ["a"]}) == ["a", "b", "c", "a"]
    assert cycle_in({"a": ["b", "c"], "b": ["c"]}) is None
    with pytest.raises(ExpressionError, match="a -> b -> a"):
        Checker(
            fields=[
                FieldSpec(key="a", type="integer", calculation="${b}"),
                FieldSpec(key="b", type="integer", calculation="${a}"),
            ],
            rules=[],
        )


def test_a_constraint_of_a_form_is_silent_while_another_field_is_blank():
    assert guarded("${n} <= ${d}", own="n") == "${d} = '' or (${n} <= ${d})"
    assert guarded("${n} <= 5", own="n") == "${n} <= 5"


@pytest.mark.parametrize(
    ("spec", "value", "code"),
    [
        (FieldSpec(key="a", type="integer", required=True), None, "required"),
        (FieldSpec(key="a", type="integer", maximum="2000"), 2001, "maximum"),
        (FieldSpec(key="a", type="integer", minimum="0"), -1, "minimum"),
        (FieldSpec(key="a", type="integer"), Decimal("1.5"), "type"),
        (FieldSpec(key="a", type="decimal"), "abc", "type"),
        (FieldSpec(key="a", type="date", minimum="2025-07-01"), date(2025, 6, 30), "minimum"),
        (FieldSpec(key="a", type="choice", choices=({"value": "x"},)), "y", "choice"),
        (FieldSpec(key="a", type="multi", choices=({"value": "x"},)), ("x", "y"), "choice"),
        (FieldSpec(key="a", type="yes_no"), "perhaps", "type"),
        (FieldSpec(key="a", type="text", maximum="3"), "long", "maximum"),
    ],
)
def test_a_value_out_of_bounds_or_of_the_wrong_kind_is_found(spec, value, code):
    found = check({"a": value}, [spec], [], today=TODAY)
    assert [finding.code for finding in found] == [code]


def test_a_required_field_is_answered_by_not_applicable():
    assert (
        check({"a": NOT_APPLICABLE}, [FieldSpec(key="a", type="integer", required=True)], [], today=TODAY)
        == []
    )


@pytest.mark.parametrize(("kind", "text"), [("integer", "1,5"), ("decimal", "NaN"), ("date", "04/08/2025")])
def test_text_of_the_wrong_kind_is_not_a_value(kind, text):
    with pytest.raises(ValueError):
        parse_value(type=kind, text=text)


def test_every_shipped_rule_can_pass_and_can_fail():
    chance = random.Random(20250804)
    specs = {field.spec.key: field.spec for field in plan().fields}
    vacuous = []
    for rule in plan().rules:
        one = Checker(fields=_needed(rule.spec.expression, specs), rules=[rule.spec])
        seen = set()
        for _ in range(20_000):
            values = {
                key: _some_value(spec, chance) for key, spec in one.fields.items() if not spec.calculation
            }
            if any(one.compute(values=values, today=TODAY).get(k) in (None, "") for k in _strict(rule)):
                continue
            found = one.check(values=values, today=TODAY)
            seen.add(any(finding.code == "rule" for finding in found))
            if len(seen) == 2:
                break
        if len(seen) != 2:
            vacuous.append(rule.spec.key)
    assert vacuous == []


def _strict(rule):
    return parse(rule.spec.expression).strict


def _needed(expression, specs):
    wanted, found = list(parse(expression).fields), {}
    while wanted:
        key = wanted.pop()
        if key not in found:
            found[key] = specs[key]
            wanted += parse(specs[key].calculation).fields if specs[key].calculation else ()
    return list(found.values())


def _some_value(spec, chance):
    if chance.random() < (0.05 if spec.required else 0.2):
        return None
    if spec.type in ("integer", "decimal", "percent"):
        low, high = int(spec.minimum or 0), int(spec.maximum or 5000)
        return min(
            high, max(low, chance.choice([0, 1, 2, 3, 6, 7, 20, 35, 40, 60, 100, 300, 700, 2000, 9000]))
        )
    if spec.type == "date":
        return chance.choice(
            [date(2025, 6, 30), date(2025, 7, 1), date(2025, 8, 4), date(2025, 8, 9), date(2025, 9, 2)]
        )
    if spec.type == "yes_no":
        return chance.choice(["yes", "no"])
    if spec.type == "choice":
        return chance.choice(spec.choices)["value"]
    if spec.type == "multi":
        return tuple(choice["value"] for choice in spec.choices if chance.random() < 0.5)
    return chance.choice(
        ["", "x", "12/TB-UBND", "12-KH/ĐU", "https://abc.hochiminhcity.gov.vn/", "http://x.vn"]
    )


def test_every_shipped_rule_speaks_both_languages_and_says_what_to_do():
    for rule in plan().rules:
        assert rule.message_vi.endswith(".")
        assert rule.message_en.endswith(".")
        assert rule.message_vi != rule.message_en


def test_the_dossier_balance_that_does_not_add_up_is_an_error():
    values = {
        "a4a_03": 10, "a4a_04_in_person": 50, "a4a_04_online": 40, "a4a_04_postal": 0, "a4a_05_on_time": 60,
        "a4a_05_late": 5, "a4a_06_in_time": 20, "a4a_06_overdue": 5, "a4a_07": 9,
    }  # fmt: skip
    broken = {f.rule: f.severity for f in checker().check(values=values, today=TODAY) if f.code == "rule"}
    assert broken["a4a_07.balance"] == "error"
    whole = {f.rule for f in checker().check(values=values | {"a4a_07": 10}, today=TODAY)}
    assert "a4a_07.balance" not in whole


def test_a_serious_disruption_needs_a_difficulty():
    rule = "a0_07.difficulty_named"
    values = {"a0_07": "serious"}
    assert rule in {f.rule for f in checker().check(values=values, today=TODAY)}
    none = dict.fromkeys(("a10_01_organisation", "a10_01_streamlining", "a10_01_regime", "a10_01_other"), 0)
    assert rule in {f.rule for f in checker().check(values=values | none, today=TODAY)}
    assert rule not in {
        f.rule for f in checker().check(values=values | none | {"a10_01_other": 1}, today=TODAY)
    }


@given(n=st.integers(0, 10**9), d=st.integers(0, 10**9))
def test_a_numerator_above_its_denominator_is_found_always_and_only_then(n, d):
    assert holds("${n} <= ${d}", n=n, d=d) == (n <= d)


def test_a_filled_report_is_judged_by_every_rule_and_no_computed_value_stands_in_the_way():
    chance = random.Random(1)
    values = {
        key: _some_value(spec, chance) for key, spec in checker().fields.items() if not spec.calculation
    }
    findings = checker().check(values=values, today=TODAY)
    assert {finding.code for finding in findings} <= {"rule", "required", "minimum", "maximum", "choice"}
    assert all(set(finding.fields) <= checker().fields.keys() for finding in findings)
