"""Reviewers accept, return and verify; reported and verified stay apart for ever."""

import pytest

from haicap.accounts.models import Notice
from haicap.kernel.access import Role
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.questionnaire import actions, queries
from haicap.questionnaire.models import ReportedValue, Section, VerifiedValue


@pytest.fixture
def signed(commune):
    """The commune with a signed report."""
    commune.submit(a0_01="12", na_A0_04="", a0_04_n="3", a0_04_d="4")
    commune.sign()
    return commune


@pytest.fixture
def head(actor):
    """The head of a team."""
    return actor(Role.TEAM_HEAD)


def verify(commune, who, field="a0_01", text="12", **more):
    return actions.verify_value(actor=who, field=field, text=text, **commune.place(), **more)


def test_an_area_is_accepted(signed, actor):
    section = actions.accept_section(actor=actor(Role.SECRETARIAT), area="A0", **signed.place())
    assert section.state == "accepted"


def test_an_area_is_returned_with_a_reason_and_the_commune_is_told(signed, head):
    actions.return_section(actor=head, area="A0", reason="Thiếu danh mục văn bản", **signed.place())
    told = Notice.objects.filter(text_vi__contains="Thiếu danh mục văn bản")
    assert {notice.person_id for notice in told} == {signed.officer.person_id, signed.chair.person_id}
    row = queries.unit_report_for(actor=signed.officer, campaign=signed.campaign, unit=signed.unit)
    assert row.state == "returned"


def test_a_return_without_a_reason_is_refused(signed, head):
    with pytest.raises(Refused):
        actions.return_section(actor=head, area="A0", reason=" ", **signed.place())


def test_only_the_returned_area_can_be_changed(signed, head):
    actions.return_section(actor=head, area="A1", reason="Bổ sung", **signed.place())
    signed.answers |= {"a0_01": "12", "na_A0_04": "", "a0_04_n": "3", "a0_04_d": "4"}
    with pytest.raises(Refused) as caught:
        signed.save(a0_01="99")
    assert (caught.value.code, caught.value.field) == ("report.area_locked", "a0_01")
    question = signed.campaign.areas.get(code="A1").questions.first()
    signed.save(**{question.key: "bổ sung"})


def test_a_resubmission_adds_an_edition_and_keeps_the_old_one(signed, head):
    actions.return_section(actor=head, area="A0", reason="Kiểm tra lại", **signed.place())
    signed.submit(a0_01="15")
    assert ReportedValue.objects.get(field__key="a0_01", current=True).text == "12"
    signed.sign()
    values = ReportedValue.objects.filter(field__key="a0_01").order_by("edition")
    assert [(v.edition, v.text, v.current) for v in values] == [(1, "12", False), (2, "15", True)]
    assert Section.objects.get(area__code="A0").state == "submitted"


def test_a_verified_value_stands_beside_the_reported_one(signed, head):
    verify(signed, head, text="10", reason="Đếm lại sổ công văn")
    field = queries.field_for(actor=head, campaign=signed.campaign, key="a0_01")
    figure = queries.figure_for(actor=head, campaign=signed.campaign, unit=signed.unit, field=field)
    assert [v.text for v in figure.reported] == ["12"]
    assert [(v.text, v.reason, v.person) for v in figure.verified] == [
        ("10", "Đếm lại sổ công văn", head.name)
    ]


def test_a_verified_value_that_differs_needs_a_reason(signed, head):
    with pytest.raises(Refused) as caught:
        verify(signed, head, text="10")
    assert (caught.value.code, caught.value.field) == ("value.reason", "reason")
    verify(signed, head, text="12")


def test_a_second_verification_keeps_the_first(signed, head):
    verify(signed, head, text="10", reason="lần một")
    verify(signed, head, text="11", reason="lần hai")
    rows = VerifiedValue.objects.filter(field__key="a0_01").order_by("pk")
    assert [(row.text, row.current) for row in rows] == [("10", False), ("11", True)]


@pytest.mark.parametrize(
    ("text", "code"), [("2001", "value.maximum"), ("mười", "value.type"), ("", "value.blank")]
)
def test_a_verified_value_keeps_to_the_plan(signed, head, text, code):
    with pytest.raises(Refused) as caught:
        verify(signed, head, text=text, reason="x")
    assert caught.value.code == code


def test_a_computed_field_follows_once_its_parts_are_verified(signed, head):
    computed = signed.campaign.fields.exclude(calculation="").filter(key__startswith="a0_04").get()
    with pytest.raises(Refused):
        verify(signed, head, field=computed.key, text="1", reason="x")
    verify(signed, head, field="a0_04_n", text="2", reason="một nhiệm vụ chậm")
    assert not VerifiedValue.objects.filter(field=computed).exists()
    verify(signed, head, field="a0_04_d", text="4")
    assert VerifiedValue.objects.get(field=computed).number == 50


def test_an_area_is_verified_when_all_its_values_are(signed, head):
    verify(signed, head, text="10", reason="đếm lại")
    count = actions.confirm_area(actor=head, area="A0", **signed.place())
    section = Section.objects.get(area__code="A0")
    assert (count > 0, section.state) == (True, "verified")
    assert VerifiedValue.objects.get(field__key="a0_01", current=True).text == "10"


def test_one_indicator_is_confirmed_as_reported(signed, head):
    assert actions.confirm_indicator(actor=head, indicator="A0.04", **signed.place()) == 3


def test_a_draft_or_an_unsigned_report_cannot_be_verified(commune, head):
    commune.submit()
    with pytest.raises(Missing):
        verify(commune, head)


def test_a_member_reviews_only_the_areas_they_were_named_for(signed, actor):
    with pytest.raises(NotAllowed):
        verify(signed, actor(Role.TEAM_MEMBER))


def test_the_secretariat_returns_but_does_not_verify(signed, actor):
    with pytest.raises(NotAllowed):
        verify(signed, actor(Role.SECRETARIAT))


def test_the_review_pages_work_through(signed, client_as):
    client = client_as(Role.TEAM_HEAD)
    code = signed.unit.code
    assert client.get("/questionnaire/queue/").status_code == 200
    assert client.get(f"/questionnaire/reports/{code}/review/A0/").status_code == 200
    url = f"/questionnaire/reports/{code}/verify/a0_01/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"text": "10"}).status_code == 422
    assert client.post(url, {"text": "1.010", "reason": "đếm lại"}).status_code == 302
    assert VerifiedValue.objects.get(current=True, field__key="a0_01").text == "1010"
    assert client.post(f"/questionnaire/reports/{code}/review/A1/return/", {"reason": ""}).status_code == 422
    assert (
        client.post(f"/questionnaire/reports/{code}/review/A1/return/", {"reason": "thiếu"}).status_code
        == 302
    )
    assert client.post(f"/questionnaire/reports/{code}/review/A2/accept/").status_code == 302
    assert client.post(f"/questionnaire/reports/{code}/review/A2/confirm/").status_code == 302
    assert client.get("/questionnaire/fields/a0_01/").status_code == 200
    page = client.get(f"/questionnaire/figures/{code}/a0_01/").content.decode()
    assert "đếm lại" in page
