"""A commune fills in, submits and signs its report; what breaks a rule is refused and nothing is lost."""

import json
import unicodedata
from decimal import Decimal
from typing import Any

import pytest

from haicap.accounts.models import Notice
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.questionnaire import actions, queries
from haicap.questionnaire.models import ReportedValue, UnitReport
from haicap.questionnaire.rules import instance


def problems(caught):
    found: Any = caught.value.details["problems"]
    return {problem["name"]: problem["message"] for problem in found if problem["severity"] == "error"}


def test_a_draft_is_kept_complete_or_not(commune):
    row = commune.save(a0_01="12")
    assert row.state == "drafting"
    assert instance.read(row.xml).values["a0_01"] == "12"
    assert row.sections.get(area__code="A0").state == "drafting"
    assert not ReportedValue.objects.exists()


def test_the_first_page_view_writes_nothing(commune):
    filling = queries.filling_for(actor=commune.officer, campaign=commune.campaign, unit=commune.unit)
    assert (filling.revision, filling.editable) == (0, True)
    assert not UnitReport.objects.exists()


def test_the_same_save_sent_twice_is_harmless(commune):
    xml = commune.xml()
    first = actions.save_draft(actor=commune.officer, revision=0, xml=xml, **commune.place())
    again = actions.save_draft(actor=commune.officer, revision=0, xml=xml, **commune.place())
    assert first.revision == again.revision == 1
    assert AuditEntry.objects.filter(action="questionnaire.report.saved").count() == 1


def test_two_people_on_one_report_are_told_and_both_versions_are_there(commune, actor):
    commune.save(a0_01="1")
    other = actor(Role.COMMUNE_OFFICER, unit=commune.unit)
    actions.save_draft(actor=other, revision=1, xml=commune.xml(a0_01="2"), **commune.place())
    with pytest.raises(Conflict) as caught:
        commune.save(a0_01="3")
    details: Any = caught.value.details
    assert details["revision"] == 2
    assert instance.read(details["xml"]).values["a0_01"] == "2"
    assert details["saved_by"] == other.name


def test_a_value_out_of_bounds_is_refused_by_field_and_the_draft_kept(commune):
    with pytest.raises(Refused) as caught:
        commune.submit(a0_01="2001")
    assert "2.000" in problems(caught)["a0_01"]
    row = UnitReport.objects.get()
    assert row.state == "drafting"
    assert instance.read(row.xml).values["a0_01"] == "2001"
    assert caught.value.details["revision"] == row.revision


def test_a_sum_that_does_not_add_is_refused_and_named(commune):
    right = {"na_A2_04": "", "a2_04_allowed": "9", "a2_04_filled": "6", "a2_04_vacant": "3"}
    with pytest.raises(Refused) as caught:
        commune.submit(**right | {"a2_04_vacant": "4"})
    found: Any = caught.value.details["problems"]
    sums = [p for p in found if p["fields"] == tuple(right)[1:]]
    assert "Số chức danh được bố trí" in sums[0]["message"]
    commune.revision = caught.value.details["revision"]
    assert commune.submit(**right).state == "submitted"


def test_a_condition_between_answers_is_checked(commune):
    with pytest.raises(Refused) as caught:
        commune.submit(na_A0_06="", a0_06_groups="1", a0_06_people="0", a0_06_list="")
    assert "a0_06_list" in problems(caught)


def test_a_part_larger_than_its_whole_is_refused(commune):
    with pytest.raises(Refused) as caught:
        commune.submit(na_A0_04="", a0_04_n="5", a0_04_d="4")
    assert {"a0_04_n", "a0_04_d"} & problems(caught).keys()


def test_a_word_where_a_number_is_asked_is_refused_not_read_as_zero(commune):
    with pytest.raises(Refused) as caught:
        commune.submit(a0_01="mười")
    assert "mười" in problems(caught)["a0_01"]


def test_a_blank_required_field_is_refused_for_blank_is_not_zero(commune):
    with pytest.raises(Refused) as caught:
        commune.submit(a0_01="")
    assert "a0_01" in problems(caught)


def test_not_applicable_needs_a_reason(commune):
    with pytest.raises(Refused) as caught:
        commune.submit(na_A0_01="yes", na_reason_A0_01="")
    assert list(problems(caught)) == ["na_reason_A0_01"]


def test_a_submitted_report_counts_only_from_the_chairs_signature_on(commune):
    row = commune.submit(a0_01="12")
    assert row.state == "submitted"
    assert ReportedValue.objects.filter(current=True).count() == 0
    assert Notice.objects.get().person_id == commune.chair.person_id
    row = commune.sign()
    assert row.state == "signed"
    value = ReportedValue.objects.get(field__key="a0_01", current=True)
    assert (value.text, value.number, value.person_id) == ("12", Decimal(12), commune.officer.person_id)
    assert set(row.sections.values_list("state", flat=True)) == {"submitted"}


def test_not_applicable_keeps_its_reason_and_no_number(commune):
    commune.submit(na_A0_01="yes", na_reason_A0_01="đơn vị giữ nguyên")
    commune.sign()
    value = ReportedValue.objects.get(field__key="a0_01", current=True)
    assert (value.text, value.number, value.na_reason) == ("", None, "đơn vị giữ nguyên")


def test_computed_values_are_worked_out_by_the_server_whatever_the_form_says(commune, plan):
    computed = next(
        a
        for t in plan.topics
        for i in t.items
        for a in i.fields
        if a.key.startswith("a0_04") and a.calculation
    )
    commune.submit(na_A0_04="", a0_04_n="3", a0_04_d="4", **{computed.key: "99"})
    commune.sign()
    assert ReportedValue.objects.get(field__key=computed.key, current=True).number == 75


def test_submitting_twice_is_harmless(commune):
    xml = commune.xml()
    first = actions.submit(actor=commune.officer, revision=0, xml=xml, **commune.place())
    again = actions.submit(actor=commune.officer, revision=0, xml=xml, **commune.place())
    assert (first.edition, again.edition) == (1, 1)
    assert AuditEntry.objects.filter(action="questionnaire.report.submitted").count() == 1


def test_a_retry_after_the_server_died_between_keeping_and_submitting_goes_through(commune):
    xml = commune.xml()
    actions.save_draft(actor=commune.officer, revision=0, xml=xml, **commune.place())
    row = actions.submit(actor=commune.officer, revision=0, xml=xml, **commune.place())
    assert (row.state, row.edition) == ("submitted", 1)


def test_a_failure_while_submitting_leaves_no_half_written_edition(commune, monkeypatch):
    commune.save()
    monkeypatch.setattr("haicap.questionnaire.actions.reports.audit.record", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        commune.submit()
    assert not ReportedValue.objects.exists()
    assert UnitReport.objects.get().state == "drafting"


def test_a_submitted_report_is_closed_until_it_is_given_back(commune):
    commune.submit()
    with pytest.raises(Refused) as caught:
        commune.save(a0_01="5")
    assert caught.value.code == "report.not_open"
    row = actions.take_back(
        actor=commune.chair, revision=commune.revision, reason="Thiếu số liệu", **commune.place()
    )
    commune.revision = row.revision
    assert commune.save(a0_01="5").state == "drafting"


def test_the_chair_cannot_sign_what_changed_after_it_was_read(commune):
    commune.submit()
    with pytest.raises(Conflict):
        actions.sign(actor=commune.chair, revision=commune.revision - 1, **commune.place())


def test_the_officer_cannot_sign_and_the_chair_cannot_fill_in(commune):
    commune.save()
    with pytest.raises(NotAllowed):
        actions.sign(actor=commune.officer, revision=commune.revision, **commune.place())
    with pytest.raises(NotAllowed):
        actions.save_draft(
            actor=commune.chair, revision=commune.revision, xml=commune.xml(), **commune.place()
        )


def test_people_of_another_commune_neither_see_nor_change_the_report(commune, units, actor):
    commune.save()
    stranger = actor(Role.COMMUNE_OFFICER, unit=units[1])
    with pytest.raises(NotAllowed):
        actions.save_draft(actor=stranger, revision=1, xml=commune.xml(), **commune.place())
    with pytest.raises(Missing):
        queries.unit_report_for(actor=stranger, campaign=commune.campaign, unit=commune.unit)


def test_reviewers_do_not_see_a_draft(commune, actor):
    commune.save()
    with pytest.raises(Missing):
        queries.unit_report_for(actor=actor(Role.SECRETARIAT), campaign=commune.campaign, unit=commune.unit)


def test_text_in_nfd_is_kept_in_nfc(commune):
    question = commune.campaign.areas.first().questions.first()
    text = unicodedata.normalize("NFD", "Sắp xếp đúng tiến độ")
    commune.submit(**{question.key: text})
    commune.sign()
    answer = queries.answers_for(actor=commune.officer, campaign=commune.campaign, unit=commune.unit).get()
    assert answer.text == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "xml",
    [
        "khong phai xml",
        '<!DOCTYPE d [<!ENTITY a "b">]><data id="hcmc_2025" version="1">&a;</data>',
        '<data id="hcmc_2025" version="1"><a/><a/></data>',
        '<data id="khac" version="1"><meta><instanceID>uuid:1</instanceID></meta></data>',
        '<data id="hcmc_2025" version="77"/>',
    ],
)
def test_what_is_not_the_report_of_this_unit_is_refused(commune, xml):
    with pytest.raises(Refused):
        actions.save_draft(actor=commune.officer, revision=0, xml=xml, **commune.place())
    assert not UnitReport.objects.exists()


def test_a_draft_moves_to_the_newer_version_of_the_form(commune, campaign):
    commune.save(a0_01="12")
    raw = commune.form.source.read()
    newer, _ = actions.load_form(actor=SYSTEM, campaign=campaign, raw=raw, name="v2.xlsx")
    filling = queries.filling_for(actor=commune.officer, campaign=campaign, unit=commune.unit)
    assert filling.form == newer
    assert instance.read(filling.xml).values["a0_01"] == "12"
    assert instance.read(filling.xml).version == "2"


def test_the_api_saves_conflicts_and_names_problems(commune, client_as):
    client = client_as(Role.COMMUNE_OFFICER, unit=commune.unit)
    url = f"/api/questionnaire/reports/{commune.unit.code}"

    def put(revision, **changes):
        body = json.dumps({"revision": revision, "xml": commune.xml(**changes)})
        return client.put(url, body, content_type="application/json")

    assert put(0).json()["revision"] == 1
    assert put(1, a0_01="3").json()["revision"] == 2
    clash = put(1, a0_01="4")
    assert clash.status_code == 409
    assert "xml" in clash.json()["details"]
    body = json.dumps({"revision": 2, "xml": commune.xml(a0_01="9999")})
    answer = client.post(f"{url}/submit", body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["field"] == "a0_01"
