"""What teams are told to ask about, with the reason in words; completeness and timeliness; the pages of both."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from haicap.accounts.models import Notice
from haicap.campaign.models import Campaign, Field
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import NotAllowed, Refused
from haicap.questionnaire import actions
from haicap.questionnaire.actions.bulk import NotApplicable
from haicap.questionnaire.actions.quality import ask_about
from haicap.questionnaire.models import Assignment, Comment, ReportedValue, Section, UnitReport
from haicap.questionnaire.queries.completeness import completeness_for
from haicap.questionnaire.queries.quality import form_quality_for, questions_for
from haicap.questionnaire.tests.collected import make_form, put
from haicap.questionnaire.texts.quality import form_reason, reason
from haicap.register.models import Unit

AT = datetime(2025, 7, 30, 2, tzinfo=UTC)
FIGURES = [12, 14, 11, 13, 15, 12, 14, 13, 12, 412]


@pytest.fixture
def entered(campaign, form, units, plan, answers):
    """Ten signed reports that differ in one figure, with what each says as a function of its number."""
    home = {ask.key: item.code for topic in plan.topics for item in topic.items for ask in item.fields}
    reason = "đơn vị giữ nguyên"

    def make(figures=FIGURES, at=AT, **changes):
        reports = {}
        for unit, figure in zip(units, figures, strict=False):
            given = {
                key: NotApplicable(reason=reason)
                if answers.get(f"na_{code.replace('.', '_')}")
                else answers[key]
                for key, code in home.items()
                if key in answers
            }
            reports[unit.code] = given | {"a0_01": figure} | changes
        result = actions.enter_reports_bulk(actor=SYSTEM, campaign=campaign, reports=reports, at=at)
        assert not result.refused
        return units[: len(figures)]

    return make


def asked(campaign, **filters):
    return [
        row for row in questions_for(actor=SYSTEM, campaign=campaign, **filters)
        if row.field is not None and row.field.key == "a0_01"
    ]  # fmt: skip


def test_a_far_figure_is_listed_with_its_reason_in_both_languages(campaign, entered):
    units = entered()
    Unit.objects.update(population=None)
    (row,) = asked(campaign)
    assert (row.unit.code, row.finding.kind, row.finding.value) == (units[9].code, "outlier", 412)
    with translation.override("en"):
        text = reason(row)
    assert text == f"{units[9].full_name} reports 412; half of all lie between 12 and 14 (middle: 13)."


def test_figures_are_compared_by_people_where_these_are_known(campaign, entered):
    units = entered()
    for unit, figure in zip(units, FIGURES, strict=True):
        Unit.objects.filter(pk=unit.pk).update(population=figure * 1000)
    assert asked(campaign) == []
    Unit.objects.filter(pk=units[2].pk).update(population=100)
    (row,) = asked(campaign)
    assert (row.unit.code, row.finding.kind, row.finding.compared) == (units[2].code, "per_capita", 1100)


def test_what_does_not_apply_or_is_not_signed_is_not_compared(campaign, entered):
    units = entered()
    Unit.objects.update(population=None)
    ReportedValue.objects.filter(field__key="a0_01", report__unit=units[9]).update(current=False)
    assert asked(campaign) == []
    ReportedValue.objects.filter(field__key="a0_01", report__unit=units[9]).update(
        current=True, na_reason="x"
    )
    assert asked(campaign) == []


def test_a_figure_changed_much_from_one_report_to_the_next_is_listed(campaign, entered):
    units = entered(figures=[12, 14, 11])
    report = UnitReport.objects.get(unit=units[1])
    old = ReportedValue.objects.get(report=report, field__key="a0_01")
    ReportedValue.objects.filter(pk=old.pk).update(current=False)
    ReportedValue.objects.create(
        report=report, field=old.field, edition=2, text="140", number=140, at=AT, current=True
    )
    UnitReport.objects.filter(pk=report.pk).update(edition=2)
    (row,) = asked(campaign)
    assert (row.unit.code, row.finding.kind, row.finding.before, row.finding.value) == (
        units[1].code,
        "revised",
        14,
        140,
    )


def test_a_figure_far_from_the_last_campaign_is_listed(campaign, entered):
    units = entered(figures=[12, 14, 11])
    last = Campaign.objects.get(pk=campaign.pk)
    last.pk, last.code = None, "truoc"
    last.window_start, last.window_end = date(2024, 8, 5), date(2024, 8, 20)
    last.state = "closed"
    last.save(force_insert=True)
    field = Field.objects.get(campaign=campaign, key="a0_01")
    indicator = field.indicator
    area = indicator.area
    area.pk, area.campaign = None, last
    area.save(force_insert=True)
    indicator.pk, indicator.campaign, indicator.area = None, last, area
    indicator.save(force_insert=True)
    field.pk, field.campaign, field.indicator = None, last, indicator
    field.save(force_insert=True)
    report = UnitReport.objects.get(unit=units[0])
    before = UnitReport.objects.create(
        campaign=last, unit=units[0], version=report.version, xml="", xml_sha256="", saved_at=AT, edition=1
    )
    ReportedValue.objects.create(report=before, field=field, text="90", number=90, at=AT, current=True)
    (row,) = asked(campaign)
    assert (row.unit.code, row.finding.kind, row.finding.before) == (units[0].code, "change", 90)


def test_limits_are_settings_of_the_campaign(campaign, entered):
    entered()
    Unit.objects.update(population=None)
    campaign.settings["quality_z"] = {"value": 1000}
    assert asked(campaign) == []


def test_the_list_is_filtered(campaign, entered):
    units = entered()
    Unit.objects.update(population=None)
    assert len(asked(campaign, area="A0", unit=units[9].code)) == 1
    assert asked(campaign, area="A1") == []
    assert asked(campaign, unit=units[0].code) == []
    assert asked(campaign, kind="change") == []


def test_a_question_is_kept_with_the_report_and_sent_to_the_unit(campaign, entered, actor):
    units = entered()
    Unit.objects.update(population=None)
    head, officer = actor(Role.TEAM_HEAD), actor(Role.COMMUNE_OFFICER, unit=units[9])
    field = Field.objects.get(campaign=campaign, key="a0_01")
    (row,) = asked(campaign)
    assert row.asked is None
    with pytest.raises(Refused):
        ask_about(actor=head, campaign=campaign, unit=units[9], field=field, text=" ")
    with pytest.raises(NotAllowed):
        ask_about(actor=officer, campaign=campaign, unit=units[9], field=field, text="x")
    ask_about(actor=head, campaign=campaign, unit=units[9], field=field, text="Đếm thế nào?")
    (row,) = asked(campaign)
    assert row.asked is not None
    assert row.asked[0] == head.name
    assert Comment.objects.get().path.endswith("/a0_01")
    assert Notice.objects.get(person=officer.person_id).url.endswith(f"/figures/{units[9].code}/a0_01/")


def test_a_form_of_the_field_is_looked_through(campaign):
    form = make_form(campaign)
    rows = [
        put(form, count=str(number), centre=f"Số {number}") for number in (10, 11, 12, 11, 10, 12, 11, 900)
    ]
    bad = put(form, count="5001", centre="Sai")
    result = form_quality_for(actor=SYSTEM, form=form)
    first: Any
    second: Any
    first, second = result.questions[:2]
    assert (first.submission, first.fault.code, first.fault.place) == (bad, "constraint", "/about/count")
    assert {one.submission.pk for one in result.questions if one.finding} <= {bad.pk, rows[-1].pk}
    assert second.finding.kind == "outlier"
    assert (result.looked_at, result.count, result.unjudged) == (9, 9, ())
    with translation.override("en"):
        assert form_reason(first, language="en") == "“5001” does not keep the condition of the form."


def test_a_form_is_looked_through_within_the_scope_only(campaign, actor):
    form = make_form(campaign)
    put(form, count="5001")
    reviewer = actor(Role.REVIEWER)
    assert form_quality_for(actor=reviewer, form=form).count == 0
    Assignment.objects.create(form=form, verb="review", scope="all", role=Role.REVIEWER.value)
    assert len(form_quality_for(actor=reviewer, form=form).questions) == 1


def test_completeness_counts_in_time_late_and_missing(campaign, entered, units):
    sent = entered()
    deadline = campaign.report_deadline
    late = datetime(deadline.year, deadline.month, deadline.day, 5, tzinfo=UTC) + timedelta(days=3)
    Section.objects.filter(report__unit__in=sent).update(submitted_at=late - timedelta(days=10))
    Section.objects.filter(report__unit=sent[0], area__code="A1").update(submitted_at=late)
    result = completeness_for(actor=SYSTEM, campaign=campaign)
    area = next(one for one in result.by_area if one.key == "A1")
    assert (area.expected, area.in_time, area.late, area.missing) == (len(units), 9, 1, len(units) - 10)
    assert area.days_late > 3
    one = next(one for one in result.by_unit if one.key == sent[0].code)
    assert (one.late, one.missing, one.days_late) == (1, 0, 3)
    assert result.by_unit[-1].missing == 0
    assert result.by_unit[0].missing == len(result.by_area)
    assert {one.key for one in result.by_department} == set(
        campaign.areas.exclude(leads=None).values_list("leads__body__code", flat=True)
    )  # fmt: skip
    assert result.total.expected == len(units) * len(result.by_area)
    assert [one.key for one in completeness_for(actor=SYSTEM, campaign=campaign, area="A1").by_area] == ["A1"]


def test_forms_of_the_field_count_units_by_their_first_submission(campaign, units):
    form = make_form(campaign, unit_question="/unit", due=date(2025, 8, 1))
    put(form, unit=units[0])
    put(form, unit=units[0])
    early = put(form, unit=units[1])
    type(early).objects.filter(pk=early.pk).update(received_at=datetime(2025, 8, 1, 16, 59, tzinfo=UTC))
    (row,) = completeness_for(actor=SYSTEM, campaign=campaign).forms
    assert (row.submissions, row.in_time, row.late, row.missing) == (3, 1, 1, len(units) - 2)


def test_the_pages_work_through(campaign, entered, units, client_as):
    entered()
    Unit.objects.update(population=None)
    form = make_form(campaign)
    put(form, count="5001")
    client = client_as(Role.TEAM_HEAD)
    page = client.get("/questionnaire/quality/").content.decode()
    assert units[9].full_name in page
    url = f"/questionnaire/quality/{units[9].code}/a0_01/"
    assert url in page
    for sort in ("weight", "-unit", "figure", "nothing"):
        assert client.get("/questionnaire/quality/", {"sort": sort}).status_code == 200
    assert "spread-chart" in client.get(url).content.decode()
    assert client.get(f"/questionnaire/quality/{units[50].code}/a0_01/").status_code == 200
    assert client.post(url, {"text": ""}).status_code == 422
    assert client.post(url, {"text": "Đếm thế nào?"}).status_code == 302
    assert "Đếm thế nào?" in client.get(url).content.decode()
    keeper = client_as(Role.SECRETARIAT)
    assert "5001" in keeper.get("/questionnaire/quality/", {"form": form.pk}).content.decode()
    assert keeper.get("/questionnaire/quality/", {"form": form.pk, "kind": "outlier"}).status_code == 200
    assert keeper.get("/questionnaire/quality/", {"form": "999999"}).status_code == 404
    answer = keeper.get("/questionnaire/completeness/").content.decode()
    assert "completeness-chart" in answer
    assert keeper.get("/questionnaire/completeness/", {"area": "A1"}).status_code == 200


@pytest.mark.parametrize(
    ("role", "quality", "complete"),
    [
        (Role.COMMUNE_OFFICER, 403, 403), (Role.REVIEWER, 200, 403), (Role.DEPARTMENT_OFFICER, 200, 200),
        (Role.CITY_LEADER, 200, 200),
    ],
)  # fmt: skip
def test_each_role_gets_what_it_may_see(campaign, form, client_as, role, quality, complete):
    client = client_as(role)
    assert client.get("/questionnaire/quality/").status_code == quality
    assert client.get("/questionnaire/completeness/").status_code == complete


def test_the_pages_take_the_same_queries_for_few_and_many(campaign, entered, client_as):
    client = client_as(Role.SECRETARIAT)
    form = make_form(campaign)
    put(form)

    def counted(url):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    urls = [
        "/questionnaire/quality/",
        "/questionnaire/completeness/",
        f"/questionnaire/quality/?form={form.pk}",
    ]
    entered(figures=FIGURES[:1])
    [counted(url) for url in urls]
    few = [counted(url) for url in urls]
    for number in range(12):
        put(form, count="5001", centre=f"Số {number}")
    entered(figures=[*FIGURES, 13, 14, 800])
    Unit.objects.update(population=None)
    assert [counted(url) for url in urls] == few


def test_the_command_line_lists_the_same(campaign, entered):
    units = entered()
    Unit.objects.update(population=None)
    out = io.StringIO()
    call_command("questionnaire", "quality", "--area", "A0", stdout=out)
    (line,) = [line for line in out.getvalue().splitlines() if "\ta0_01\t" in line]
    assert units[9].code in line
    form = make_form(campaign)
    put(form, count="5001")
    out = io.StringIO()
    call_command("questionnaire", "quality", "--form", form.form_id, stdout=out)
    assert "/about/count" in out.getvalue()
