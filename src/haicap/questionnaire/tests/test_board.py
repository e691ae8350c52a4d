"""The board and the figures: every unit by every area, in a fixed number of queries."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from haicap.kernel.access import SYSTEM, Role
from haicap.questionnaire import actions, queries
from haicap.questionnaire.actions.bulk import NotApplicable
from haicap.questionnaire.models import ReportedValue, Section, UnitReport
from haicap.questionnaire.rules import instance, states
from haicap.questionnaire.tasks import tasks_for


def entered(campaign, units, plan, answers, count=3, **changes):
    home = {ask.key: item.code for t in plan.topics for item in t.items for ask in item.fields}
    reason = "đơn vị giữ nguyên"
    given = {
        key: NotApplicable(reason=reason) if answers.get(f"na_{code.replace('.', '_')}") else answers[key]
        for key, code in home.items()
        if key in answers
    }
    return actions.enter_reports_bulk(
        actor=SYSTEM,
        campaign=campaign,
        reports={unit.code: given | changes for unit in units[:count]},
        at=datetime(2025, 7, 30, 2, tzinfo=UTC),
    )


def test_reports_entered_in_bulk_are_real_reports(campaign, form, units, plan, answers):
    result = entered(campaign, units, plan, answers, a0_01=5)
    assert (result.entered, dict(result.refused)) == (3, {})
    row = UnitReport.objects.get(unit=units[0])
    assert instance.read(row.xml).values["a0_01"] == "5"
    assert row.state == "signed"
    assert row.values.get(field__key="a0_01").number == 5
    assert entered(campaign, units, plan, answers).entered == 0


def test_a_report_with_an_error_is_left_out_and_named(campaign, form, units, plan, answers):
    result = entered(campaign, units, plan, answers, a0_01=99999)
    assert result.entered == 0
    assert any("a0_01" in sentence for sentence in result.refused[units[0].code])


def test_bulk_verification_keeps_reported_and_verified_apart(campaign, form, units, plan, answers):
    entered(campaign, units, plan, answers, a0_01=5)
    code = units[0].code
    actions.verify_bulk(
        actor=SYSTEM, campaign=campaign, differences={code: {"a0_01": (4, "đếm lại")}}, confirm=[code]
    )
    rows = {r.field_key: r for r in queries.figures_for(actor=SYSTEM, campaign=campaign, units=units[:1])}
    reported, verified = rows["a0_01"].reported, rows["a0_01"].verified
    assert reported is not None
    assert verified is not None
    assert (reported.number, verified.number) == (Decimal(5), Decimal(4))
    assert rows["a0_01"].differs
    assert set(Section.objects.filter(report__unit=units[0]).values_list("state", flat=True)) == {"verified"}


def test_a_blank_field_has_no_figure(campaign, form, units, plan, answers):
    entered(campaign, units, plan, {**answers, "a0_01_list": ""}, a0_01=0)
    keys = {row.field_key for row in queries.figures_for(actor=SYSTEM, campaign=campaign, units=units[:1])}
    assert "a0_01" in keys
    assert "a0_01_list" not in keys


def test_figures_take_the_same_few_queries_for_any_number_of_units(campaign, form, units, plan, answers):
    entered(campaign, units, plan, answers)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        queries.figures_for(actor=SYSTEM, campaign=campaign)
    assert len(caught) <= 4


def test_the_board_takes_the_same_queries_for_few_and_many_reports(
    campaign, form, units, plan, answers, client_as
):
    client = client_as(Role.SECRETARIAT)
    client.get("/questionnaire/board/")

    def count():
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/questionnaire/board/").status_code == 200
        return len(caught)

    before = count()
    entered(campaign, units, plan, answers, count=40)
    assert count() == before


def test_the_board_shows_every_unit_and_area_in_words_not_only_colour(campaign, form, units, client_as):
    page = client_as(Role.CITY_LEADER).get("/questionnaire/board/").content.decode()
    assert units[0].full_name in page
    assert page.count("visually-hidden") > 500


@pytest.mark.parametrize(
    "query", ["district=760", "state=submitted", "state=not_started", "late=1", "q=thu+dau+mot", "page=2"]
)
def test_the_board_filters(campaign, form, units, plan, answers, client_as, query):
    entered(campaign, units, plan, answers)
    assert client_as(Role.TEAM_HEAD).get(f"/questionnaire/board/?{query}").status_code == 200


def test_the_filters_of_the_board_find_what_they_name(campaign, form, units, plan, answers):
    entered(campaign, units, plan, answers)
    found = queries.board_units_for(actor=SYSTEM, campaign=campaign, state="submitted")
    assert [unit.code for unit in found] == [unit.code for unit in units[:3]]
    rest = queries.board_units_for(actor=SYSTEM, campaign=campaign, state="not_started")
    assert rest.count() == len(units) - 3


def test_totals_count_every_unit_once_per_area(campaign, form, units, plan, answers):
    entered(campaign, units, plan, answers)
    totals = queries.totals_for(actor=SYSTEM, campaign=campaign)
    assert all(sum(counts.values()) == 168 for counts in totals.by_area.values())
    assert totals.reports["signed"] == 3
    assert totals.reports["not_started"] == 165


def test_late_is_what_is_not_brought_by_the_deadline():
    deadline = date(2025, 8, 1)

    def late(state, submitted_on, today):
        return states.is_late(state=state, submitted_on=submitted_on, deadline=deadline, today=today)

    assert not late("drafting", None, date(2025, 8, 1))
    assert late("drafting", None, date(2025, 8, 2))
    assert late("submitted", date(2025, 8, 2), date(2025, 8, 3))
    assert not late("returned", date(2025, 7, 31), date(2025, 8, 9))


def test_home_tells_each_role_what_is_theirs_to_do(commune, actor):
    def titles(who):
        return [str(task.title) for task in tasks_for(actor=who)]

    assert len(titles(commune.officer)) == 1
    assert titles(commune.chair) == []
    commune.submit()
    assert titles(commune.officer) == []
    assert len(titles(commune.chair)) == 1
    commune.sign()
    assert len(titles(actor(Role.TEAM_HEAD))) == 1
    assert titles(actor(Role.TEAM_MEMBER)) == []


def test_only_the_form_page_may_compile_webassembly_and_none_may_eval(commune, client_as):
    client = client_as(Role.COMMUNE_OFFICER, unit=commune.unit)
    fill = client.get(f"/questionnaire/reports/{commune.unit.code}/fill/")
    assert "'wasm-unsafe-eval'" in fill.headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in fill.headers["Content-Security-Policy"]
    other = client.get(f"/questionnaire/reports/{commune.unit.code}/")
    assert "wasm" not in other.headers["Content-Security-Policy"]


def test_a_commune_sees_its_own_report_and_no_other(commune, client_as, units):
    client = client_as(Role.COMMUNE_OFFICER, unit=commune.unit)
    assert client.get("/questionnaire/").status_code == 302
    assert client.get(f"/questionnaire/reports/{units[1].code}/").status_code == 404
    assert client.get("/questionnaire/board/").status_code == 403
    assert ReportedValue.objects.count() == 0
