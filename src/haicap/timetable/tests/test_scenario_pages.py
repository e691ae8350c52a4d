"""Scenarios on the database: asked for, computed, shown, refused, saved as a table, deleted."""

import io
import json
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from openpyxl import load_workbook

from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.models import AuditEntry, Job
from haicap.timetable.actions import scenarios as actions
from haicap.timetable.forms_scenarios import ScenarioForm
from haicap.timetable.models import Scenario
from haicap.timetable.queries.scenarios import BASE, comparison_for, kind_of, known_days
from haicap.timetable.rules.scenarios import RANGES, Change


def _form(**changes: object) -> dict[str, object]:
    return {"seconds": 1, "seed": 1, **changes}


def _compute(campaign: Any, **changes: Any) -> Scenario:
    job = actions.add_scenario(actor=SYSTEM, campaign=campaign, change=Change(**changes), seconds=1)
    return actions.compute_scenario(
        actor=SYSTEM, campaign=campaign, scenario_id=job.params["scenario"], iterations=2
    )


@pytest.fixture
def more(ready: Any) -> Scenario:
    return _compute(ready, teams=10)


def test_a_scenario_is_kept_beside_the_case_as_it_is_and_audited(ready: Any, more: Scenario):
    found = comparison_for(actor=SYSTEM, campaign=ready)
    assert [kind_of(row) for row in found.columns] == [BASE, "scenario"]
    assert more.result["outcome"]["teams"] == 10
    assert more.result["outcome"]["served"] >= found.columns[0].result["outcome"]["served"]
    assert more.result["outcome"]["broken"] == 0
    assert not found.stale
    names = list(
        AuditEntry.objects.filter(action__startswith="timetable.scenario").values_list("action", flat=True)
    )
    assert names == ["timetable.scenario.added", "timetable.scenario.computed", "timetable.scenario.computed"]


def test_the_base_is_computed_anew_only_where_the_data_has_changed(ready: Any, more: Scenario):
    base = comparison_for(actor=SYSTEM, campaign=ready).base
    _compute(ready, days=11)
    assert Scenario.objects.get(pk=base.pk).result == base.result  # type: ignore[union-attr]
    ready.teams.last().members.all().delete()
    _compute(ready, days=9)
    found = comparison_for(actor=SYSTEM, campaign=ready)
    assert found.base and base and found.base.pk == base.pk and found.base.result != base.result
    assert more.pk in found.stale and len(found.stale) == 2


def test_a_row_of_numbers_of_teams_is_kept(ready: Any):
    job = actions.add_sweep(actor=SYSTEM, campaign=ready, first=8, last=10, seconds=1)
    row = actions.compute_scenario(
        actor=SYSTEM, campaign=ready, scenario_id=job.params["scenario"], iterations=2
    )
    outcomes = row.result["outcomes"]
    assert [told["teams"] for told in outcomes] == [8, 9, 10]
    assert [told["served"] for told in outcomes] == sorted(told["served"] for told in outcomes)


def test_a_computation_that_is_stopped_keeps_what_it_has(ready: Any):
    job = actions.add_sweep(actor=SYSTEM, campaign=ready, first=8, last=12, seconds=1)
    row = actions.compute_scenario(
        actor=SYSTEM, campaign=ready, scenario_id=job.params["scenario"], iterations=2, stopped=lambda: True
    )
    assert [told["teams"] for told in row.result["outcomes"]] == [8]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"first": 0, "last": 5}, "scenario.teams"),
        ({"first": -2, "last": 5}, "scenario.teams"),
        ({"first": 5, "last": 5}, "scenario.order"),
        ({"first": 9, "last": 4}, "scenario.order"),
        ({"first": 1, "last": 100_000}, "scenario.teams"),
        ({"first": 1, "last": 100}, "scenario.span"),
        ({"first": 160, "last": 170}, "scenario.teams.more_than_units"),
        ({"first": 5, "last": 6, "seconds": 0}, "timetable.seconds"),
        ({"first": 5, "last": 15, "seconds": 300}, "scenario.too_long"),
    ],
)
def test_a_span_of_teams_that_makes_no_sense_is_refused(ready: Any, asked: dict[str, Any], code: str):
    with pytest.raises(Refused) as caught:
        actions.add_sweep(actor=SYSTEM, campaign=ready, **asked)
    assert caught.value.code == code
    assert not Scenario.objects.exists() and not Job.objects.exists()


def test_nothing_changed_twice_the_same_name_and_too_many_are_refused(ready: Any):
    with pytest.raises(Refused, match=r"scenario\.nothing"):
        actions.add_scenario(actor=SYSTEM, campaign=ready, change=Change())
    actions.add_scenario(actor=SYSTEM, campaign=ready, change=Change(teams=10), name="Một")
    with pytest.raises(Refused, match=r"scenario\.name_taken"):
        actions.add_scenario(actor=SYSTEM, campaign=ready, change=Change(teams=11), name="một")
    for number in range(1, actions.MOST_KEPT):
        actions.add_scenario(actor=SYSTEM, campaign=ready, change=Change(teams=number))
    with pytest.raises(Refused, match=r"scenario\.too_many"):
        actions.add_scenario(actor=SYSTEM, campaign=ready, change=Change(teams=20))


def test_the_base_stays_while_others_are_compared_with_it(ready: Any, more: Scenario):
    base = comparison_for(actor=SYSTEM, campaign=ready).base
    assert base is not None
    with pytest.raises(Refused, match=r"scenario\.base"):
        actions.delete_scenario(actor=SYSTEM, scenario=base)
    actions.delete_scenario(actor=SYSTEM, scenario=more)
    actions.delete_scenario(actor=SYSTEM, scenario=base)
    assert not Scenario.objects.exists()


def test_a_campaign_without_teams_is_refused_by_name(campaign: Any):
    with pytest.raises(Refused) as caught:
        actions.add_scenario(actor=SYSTEM, campaign=campaign, change=Change(days=12))
    assert caught.value.code == "timetable.problem"
    assert caught.value.details["faults"] == ["team.none"]


def test_the_known_calendar_is_that_of_the_years_with_recorded_days_off(campaign: Any):
    days = known_days(campaign=campaign)
    assert (days[0].year, days[-1].year) == (2025, 2026)
    assert date(2025, 9, 2) not in days and date(2025, 8, 4) in days


def test_before_any_scenario_the_page_says_what_can_be_asked(ready: Any, client_as: Any):
    page = client_as("secretariat").get("/timetable/scenarios/").content.decode()
    assert "Chưa có phương án nào" in page and 'name="online_percent"' in page
    page = client_as("city_leader").get("/timetable/scenarios/").content.decode()
    assert "Chưa có phương án nào" in page and 'name="online_percent"' not in page


def test_the_page_shows_scenarios_side_by_side_with_words_for_what_is_better(
    ready: Any, more: Scenario, client_as: Any
):
    page = client_as("secretariat").get("/timetable/scenarios/").content.decode()
    assert "Hiện trạng" in page and "10 đoàn" in page
    assert "★" in page and "sc-worse" in page
    detail = client_as("secretariat").get(f"/timetable/scenarios/{more.pk}/").content.decode()
    assert "/campaign/teams/" in detail


def test_asking_leads_to_the_progress_and_the_job_keeps_the_result(ready: Any, client_as: Any):
    client = client_as("secretariat")
    answer = client.post("/timetable/scenarios/add/", _form(teams=10, days=9))
    job = Job.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/jobs/{job.pk}/"
    row = Scenario.objects.get()
    assert (row.name, row.result) == ("10 đoàn, 9 ngày làm việc", {})
    page = client.get("/timetable/scenarios/").content.decode()
    assert "Chưa tính" in page and "Đang tính: xem tiến độ" in page
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "10 teams, 9 working days" in client.get("/timetable/scenarios/").content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"teams": "0"}, "teams"),
        ({"teams": "-1"}, "teams"),
        ({"teams": "100000"}, "teams"),
        ({"teams": "169"}, "teams"),
        ({"teams": "mười"}, "teams"),
        ({"days": "0"}, "days"),
        ({"online_percent": "101"}, "online_percent"),
        ({"online_percent": "-1"}, "online_percent"),
        ({"start": "2025-08-09"}, "start"),
        ({"start": "2025-09-02"}, "start"),
        ({"start": "2031-01-06"}, "start"),
        ({"start": "31/02/2025"}, "start"),
        ({"two_visits_minutes": "30"}, "two_visits_minutes"),
        ({"lunch_minutes": "-5"}, "lunch_minutes"),
        ({"teams": "10", "seconds": "0"}, "seconds"),
        ({"teams": "10", "seed": "-1"}, "seed"),
        ({}, None),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field_and_kept(
    ready: Any, client_as: Any, typed: dict[str, str], field: str | None
):
    answer = client_as("secretariat").post("/timetable/scenarios/add/", _form(**typed, name="Tên đã gõ"))
    assert answer.status_code == 422
    form = answer.context["form"]
    assert set(form.errors) == {field or "__all__"}
    assert "Tên đã gõ" in answer.content.decode()
    assert not Scenario.objects.exists()


def test_a_span_is_refused_beside_its_field_and_kept(ready: Any, client_as: Any):
    typed = {f"sweep-{name}": value for name, value in _form(first=9, last=9, name="Tên đã gõ").items()}
    answer = client_as("secretariat").post("/timetable/scenarios/add-sweep/", typed)
    assert answer.status_code == 422
    assert set(answer.context["sweep_form"].errors) == {"last"}
    assert "Tên đã gõ" in answer.content.decode()


def test_charts_have_a_table_that_says_the_same(ready: Any, client_as: Any):
    client = client_as("secretariat")
    typed = {f"sweep-{name}": value for name, value in _form(first=8, last=9).items()}
    assert client.post("/timetable/scenarios/add-sweep/", typed).status_code == 302
    row = Scenario.objects.get()
    actions.compute_scenario(actor=SYSTEM, campaign=ready, scenario_id=row.pk, iterations=2)
    answer = client.get(f"/timetable/scenarios/?sweep={row.pk}")
    page = answer.content.decode()
    for chart in answer.context["charts"]:
        assert f'data-chart="{chart["id"]}"' in page and f'id="{chart["id"]}"' in page
    assert answer.context["sweep_table"]["teams"] == [8, 9]
    assert client.get(f"/timetable/scenarios/{row.pk}/").status_code == 200
    assert client.get("/timetable/scenarios/?sweep=x").status_code == 200


def test_the_table_is_saved_as_a_workbook_without_formulas_from_names(ready: Any, client_as: Any):
    job = actions.add_scenario(actor=SYSTEM, campaign=ready, change=Change(teams=10), name="=1+1", seconds=1)
    actions.compute_scenario(actor=SYSTEM, campaign=ready, scenario_id=job.params["scenario"], iterations=2)
    answer = client_as("secretariat").get("/timetable/scenarios/export.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("=1+1" in str(cell.value) for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def test_a_page_of_scenarios_asks_the_same_number_of_questions_however_many(
    ready: Any, more: Scenario, client_as: Any, django_assert_max_num_queries: Any
):
    _compute(ready, days=9)
    client = client_as("secretariat")
    with django_assert_max_num_queries(12):
        client.get("/timetable/scenarios/")


def test_only_those_who_may_have_it_computed_ask_and_delete(ready: Any, more: Scenario, client_as: Any):
    leader = client_as("city_leader")
    assert leader.get("/timetable/scenarios/").status_code == 200
    assert leader.post("/timetable/scenarios/add/", _form(teams=12)).status_code == 403
    assert leader.post(f"/timetable/scenarios/{more.pk}/delete/").status_code == 403
    assert client_as("commune_officer").get("/timetable/scenarios/").status_code == 403
    secretariat = client_as("secretariat")
    assert secretariat.post(f"/timetable/scenarios/{more.pk}/again/").status_code == 302
    assert secretariat.post(f"/timetable/scenarios/{more.pk}/delete/").status_code == 302
    assert secretariat.get(f"/timetable/scenarios/{more.pk}/").status_code == 404


def test_the_api_asks_lists_and_deletes(ready: Any, more: Scenario, client_as: Any):
    client, url = client_as("secretariat"), "/api/timetable/scenarios"
    send = {"content_type": "application/json"}
    assert client.post(url, json.dumps({"change": {"days": 12}}), **send).status_code == 202
    listed = client.get(url).json()
    assert [row["kind"] for row in listed] == ["base", "scenario", "scenario"]
    assert listed[1]["outcomes"][0]["teams"] == 10 and listed[2]["outcomes"] == []
    for body in (
        {"change": {"teams": 0}},
        {"change": {"online_percent": 101}},
        {"change": {"start": "2025-08-09"}},
        {"change": {"team": 9}},
        {"first": 5},
        {"first": 1, "last": 10_000},
        {},
    ):
        answer = client.post(url, json.dumps(body), **send)
        assert answer.status_code == 422, body
        assert answer.json()["code"], body
    assert client.delete(f"{url}/{more.pk}").status_code == 204
    assert client.delete(f"{url}/{more.pk}").status_code == 404
    assert client_as("commune_officer").get(url).status_code == 403


def test_the_limits_of_the_form_are_those_of_the_rules():
    fields = ScenarioForm().fields
    for name, (least, most) in RANGES.items():
        assert (fields[name].min_value, fields[name].max_value) == (least, most)  # type: ignore[attr-defined]


def test_two_computations_at_once_keep_one_base(ready: Any):
    jobs = [
        actions.add_scenario(actor=SYSTEM, campaign=ready, change=Change(teams=n), seconds=1) for n in (8, 10)
    ]
    first, second = (job.params["scenario"] for job in jobs)
    begun: list[int] = []

    def meanwhile(percent: int, message: object) -> None:
        if not begun:
            begun.append(percent)
            actions.compute_scenario(actor=SYSTEM, campaign=ready, scenario_id=second, iterations=1)

    actions.compute_scenario(
        actor=SYSTEM, campaign=ready, scenario_id=first, iterations=1, on_progress=meanwhile
    )
    assert [kind_of(row) for row in Scenario.objects.all()].count(BASE) == 1
    assert len(comparison_for(actor=SYSTEM, campaign=ready).columns) == 3


def test_a_scenario_deleted_while_it_is_computed_stays_deleted(ready: Any):
    job = actions.add_scenario(actor=SYSTEM, campaign=ready, change=Change(teams=8), seconds=1)
    number = job.params["scenario"]
    with pytest.raises(Missing):
        actions.compute_scenario(
            actor=SYSTEM,
            campaign=ready,
            scenario_id=number,
            iterations=1,
            on_progress=lambda percent, message: Scenario.objects.filter(pk=number).delete() and None,
        )
    assert not Scenario.objects.filter(pk=number).exists()


def test_a_setting_that_makes_no_sense_is_named_when_asked(ready: Any, client_as: Any):
    ready.settings = {**ready.settings, "timetable_rank": {"value": "nhiều"}}
    ready.save()
    client = client_as("secretariat")
    assert client.get("/timetable/scenarios/").status_code == 200
    answer = client.post("/timetable/scenarios/add/", _form(teams=10))
    assert answer.status_code == 422
    assert "rank" in str(answer.context["form"].errors)


def test_the_link_to_the_computation_fills_in_the_hours(ready: Any, client_as: Any):
    row = _compute(ready, visit_minutes=90, two_visits_minutes=30, lunch_minutes=60)
    client = client_as("secretariat")
    page = client.get(f"/timetable/scenarios/{row.pk}/").content.decode()
    assert "/timetable/solve/?two_visits_minutes=30&amp;lunch_minutes=60" in page
    form = client.get("/timetable/solve/?two_visits_minutes=30&lunch_minutes=60&x=1").content.decode()
    assert 'value="30"' in form and 'value="60"' in form
