"""The form's own conditions on the server: what does not hold is named, what cannot be judged says so."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from haicap.questionnaire.rules.judge import Judge
from haicap.questionnaire.rules.schema import Schema
from haicap.questionnaire.tests.collected import XFORM, filled

NOW = datetime(2025, 8, 5, 8, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
JUDGE = Judge(Schema.of(XFORM))


def faults(**answers):
    verdict = JUDGE.check(filled(identity="uuid:a", **answers), now=NOW)
    assert not verdict.unjudged
    return [(fault.code, fault.place) for fault in verdict.faults]


def test_a_form_that_keeps_its_conditions_has_no_fault():
    assert faults(photo="a.jpg", staff=(("An", "30"),)) == []


def test_a_required_answer_that_is_blank_is_named():
    assert faults(centre="") == [("required", "/about/centre")]


def test_a_broken_constraint_is_named_a_blank_answer_breaks_none():
    assert faults(count="5001") == [("constraint", "/about/count")]
    assert faults(count="") == []
    assert faults(count="many") == [("constraint", "/about/count")]


def test_a_row_is_judged_by_itself():
    assert faults(staff=(("An", "30"), ("Bé", "12"))) == [("constraint", "/staff[2]/age")]


def test_an_answer_to_what_is_not_asked_is_named():
    assert faults(kind="shut", photo="a.jpg") == [("irrelevant", "/about/photo")]


def one(condition, *, kind="constraint", value="5", type="int", other="3"):
    """Judge a form of two questions and a repeat in which `a` has the condition."""
    xform = f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
    xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title><model>
    <instance><data id="t"><b/><a/><r jr:template=""><x/><y/></r><meta><instanceID/></meta></data></instance>
    <bind nodeset="/data/b" type="string"/><bind nodeset="/data/a" type="{type}" {kind}="{condition}"/>
    <bind nodeset="/data/r/y" type="int" constraint=". &gt; /data/r/x"/>
    </model></h:head><h:body><input ref="/data/b"/><input ref="/data/a"/>
    <group ref="/data/r"><repeat nodeset="/data/r"><input ref="/data/r/x"/><input ref="/data/r/y"/></repeat></group>
    </h:body></h:html>"""
    rows = "<r><x>1</x><y>2</y></r><r><x>5</x><y>4</y></r>"
    xml = f'<data id="t"><b>{other}</b><a>{value}</a>{rows}<meta><instanceID>i</instanceID></meta></data>'
    verdict = Judge(Schema.of(xform)).check(xml, now=NOW)
    assert ("constraint", "/r[2]/y") in [(fault.code, fault.place) for fault in verdict.faults]
    assert ("constraint", "/r[1]/y") not in [(fault.code, fault.place) for fault in verdict.faults]
    if "/a" in verdict.unjudged:
        return None
    return "/a" not in [fault.place for fault in verdict.faults]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (". &gt; /data/b", True), (". &lt; ../b", False), ("if(/data/b = '3', . = 5, . = 6)", True),
        ("regex(., '[0-9]')", True), ("regex(., '[a-z]+')", False), ("string-length(.) = 1", True),
        ("selected(/data/b, '3')", True), ("count-selected(/data/b) = 2", False), ("coalesce(/data/b, 4) = 3", True),
        ("sum(/data/r/x) = 6 and count(/data/r) = 2", True), ("max(/data/r/x) = 5", True), ("int(2.7) = 2", True),
        ("not(. = 5)", False), ("pow(., 2) = 25", True), ("current()/../b = 3", True),
        ("instance('list')/root/item = 2", None), ("jr:choice-name(., '/data/a') = 'x'", None),
        ("indexed-repeat(/data/r/x, /data/r, 1) = 1", None), ("regex(., '(')", None), (". &gt; ", None),
    ],
)  # fmt: skip
def test_conditions_as_forms_write_them(condition, holds):
    assert one(condition) is holds


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (". &lt;= today()", "2025-08-05", True), (". &lt;= today()", "2025-08-06", False),
        (". &gt;= date('2025-07-01')", "2025-06-30", False), ("today() - . &lt; 10", "2025-08-01", True),
        (". &gt; date('2025-07-01') + 30", "2025-08-01", True),
    ],
)  # fmt: skip
def test_dates_are_compared_as_days_on_the_day_of_the_filled_form(condition, value, holds):
    assert one(condition, value=value, type="date") is holds


def test_nothing_is_required_by_what_cannot_be_judged():
    assert one("instance('list')/root/x", kind="required", value="") is None
    assert one("/data/b = 3", kind="required", value="") is False
    assert one("/data/b = 4", kind="required", value="") is True


def test_nodes_the_device_left_out_are_blank_not_absent():
    bare = '<data id="kiem_tra"><meta><instanceID>uuid:a</instanceID></meta></data>'
    verdict = JUDGE.check(bare, now=NOW)
    assert [(fault.code, fault.place) for fault in verdict.faults] == [("required", "/about/centre")]
