"""The pages as each role meets them: what they show, what they refuse, how many questions they ask."""

from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from haicap.campaign.models import Team
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import SYSTEM
from haicap.kernel.models import Job
from haicap.register.models import Unit
from haicap.timetable import actions
from haicap.timetable.actions.drafts import save_draft, values_of
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.rules.checker import check_plan
from haicap.timetable.rules.problem import Plan
from haicap.timetable.rules.solver import solve

_solved: list[Plan] = []  # the campaign of these tests is always the same: it is solved once


@pytest.fixture
def draft(ready: Any) -> Calendar:
    problem = problem_for(actor=SYSTEM, campaign=ready)
    if not _solved:
        served: list[int] = [0]
        _solved.append(
            solve(
                problem=problem,
                seed=1,
                max_iterations=2000,
                stopped=lambda: served[-1] == len(problem.units),
                on_progress=lambda step: served.append(step.served),
            )
        )
    plan = _solved[0]
    verdict = check_plan(problem=problem, plan=plan)
    assert verdict.complete
    units = {unit.code: unit for unit in surveyed_units_for(actor=SYSTEM, campaign=ready)}
    return save_draft(
        actor=SYSTEM,
        campaign=ready,
        units=units,
        visits=plan.visits,
        pinned=(),
        values=values_of(problem=problem, plan=plan, verdict=verdict),
        action="timetable.calendar.computed",
    )


@pytest.fixture
def published(draft: Calendar) -> Calendar:
    return actions.publish(actor=SYSTEM, calendar=draft)


def _visit(calendar: Calendar) -> Visit:
    rows = Visit.objects.filter(calendar=calendar, mode="in_person", whole_day=False)
    return rows.select_related("unit", "team").order_by("unit__code")[0]


def test_before_any_calendar_the_board_says_what_to_do(campaign: Any, client_as: Any):
    assert reverse("timetable:solve") in client_as("secretariat").get("/timetable/").content.decode()
    assert reverse("timetable:solve") not in client_as("commune_officer").get("/timetable/").content.decode()


def test_the_secretariat_opens_every_page_of_a_draft(draft: Calendar, client_as: Any):
    client, visit = client_as("secretariat"), _visit(draft)
    for url in (
        "/timetable/", "/timetable/list/?q=thu+duc", "/timetable/solve/", "/timetable/versions/",
        "/timetable/versions/1/", "/timetable/versions/1/?week=2&team=3", "/timetable/versions/1/list/",
        "/timetable/versions/1/print/", "/timetable/versions/1/shortfall/", "/timetable/versions/1/publish/",
        f"/timetable/versions/1/visits/{visit.unit.code}/",
        f"/timetable/versions/1/teams/{visit.team.number}/{visit.day}/",
    ):  # fmt: skip
        assert client.get(url).status_code == 200, url


def test_the_board_shows_every_visit_of_the_window(draft: Calendar, client_as: Any):
    page = client_as("secretariat").get("/timetable/").content.decode()
    assert page.count("data-unit=") == 168
    assert "tt-broken" not in page


def test_a_broken_rule_is_marked_on_the_board(draft: Calendar, client_as: Any):
    visit = _visit(draft)
    draft.verdict["violations"] = [{"rule": "unit.blocked", "unit": visit.unit.code}]
    draft.save()
    page = client_as("secretariat").get("/timetable/").content.decode()
    assert page.count("tt-broken") == 1


def test_a_commune_sees_its_own_visit_and_no_draft(draft: Calendar, client_as: Any):
    visit = _visit(draft)
    client = client_as("commune_officer", unit=visit.unit)
    assert client.get("/timetable/versions/1/").status_code == 404
    actions.publish(actor=SYSTEM, calendar=draft)
    page = client.get("/timetable/mine/").content.decode()
    assert visit.unit.full_name in page
    other = Visit.objects.filter(calendar=draft).exclude(unit=visit.unit).select_related("unit")[0]
    assert client.get(f"/timetable/versions/1/visits/{other.unit.code}/").status_code == 404
    assert client.get("/timetable/solve/").status_code == 403


def test_asking_to_compute_queues_one_job_and_shows_it(ready: Any, client_as: Any):
    client = client_as("secretariat")
    values = {
        "seconds": 5, "seed": 1, "speed_kmh": "35", "lunch_minutes": "90", "online_per_half_day": 2,
        "rank": 15, "unlisted": 60, "km": 1, "load": 10, "change": 60,
    }  # fmt: skip
    answer = client.post("/timetable/solve/", values)
    job = Job.objects.get(kind="timetable.solve")
    assert answer["Location"] == reverse("kernel:job", args=[job.pk])
    refused = client.post("/timetable/solve/", {**values, "km": -1})
    assert refused.status_code == 422
    assert Job.objects.filter(kind="timetable.solve").count() == 1


def test_a_refused_move_keeps_what_was_chosen_and_names_the_rule(draft: Calendar, client_as: Any):
    client = client_as("secretariat")
    one, other = Visit.objects.filter(calendar=draft, mode="in_person", whole_day=False)[:2]
    values = {
        "team": other.team.number,
        "slot": other.slot.key,
        "mode": "in_person",
        "revision": draft.revision,
    }
    url = f"/timetable/versions/1/visits/{one.unit.code}/"
    answer = client.post(url, values)
    assert answer.status_code == 422
    assert "đoàn đã có buổi khảo sát vào buổi này" in answer.content.decode()
    judged = client.get(f"{url}judge/", values)
    assert "đoàn đã có buổi khảo sát vào buổi này" in judged.content.decode()


def test_drag_and_drop_refuses_with_a_sentence(draft: Calendar, client_as: Any):
    client = client_as("secretariat")
    visit = _visit(draft)
    values = {
        "unit": visit.unit.code, "team": visit.team.number, "slot": "2025-12-01.morning",
        "revision": draft.revision,
    }  # fmt: skip
    answer = client.post("/timetable/versions/1/move/", values, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "data-refusal" in answer.content.decode()
    garbage = client.post("/timetable/versions/1/move/", {"unit": "x"}, headers={"HX-Request": "true"})
    assert garbage.status_code == 422


def test_two_tabs_that_move_at_once_conflict(draft: Calendar, client_as: Any):
    client, visit = client_as("secretariat"), _visit(draft)
    actions.pin_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code, pinned=True)
    values = {"team": 1, "slot": visit.slot.key, "mode": "in_person", "revision": 1}
    answer = client.post(f"/timetable/versions/1/visits/{visit.unit.code}/", values)
    assert answer.status_code == 422
    assert f'value="{Calendar.objects.get(pk=draft.pk).revision}"' in answer.content.decode()


def test_publish_revise_compare_on_screen(draft: Calendar, client_as: Any):
    client = client_as("secretariat")
    assert client.post("/timetable/versions/1/publish/", {"revision": draft.revision}).status_code == 302
    assert client.post("/timetable/versions/1/revise/")["Location"] == "/timetable/versions/2/"
    visit = _visit(Calendar.objects.get(version=2))
    client.post(f"/timetable/versions/2/visits/{visit.unit.code}/remove/")
    page = client.get("/timetable/compare/1/2/").content.decode()
    assert visit.unit.full_name in page
    assert client.post("/timetable/versions/2/publish/", {"revision": 2}).status_code == 422
    assert client.post("/timetable/versions/2/discard/").status_code == 302
    assert client.get("/timetable/versions/2/").status_code == 404


def test_a_day_that_is_none_is_not_found(draft: Calendar, client_as: Any):
    client = client_as("secretariat")
    assert client.get("/timetable/versions/1/teams/1/2025-13-45/").status_code == 404
    assert client.get("/timetable/versions/9/").status_code == 404


def _crowd(calendar: Calendar, count: int) -> None:
    """Add made-up units with visits of made-up teams, as many as a country has."""
    units = Unit.objects.bulk_create(
        Unit(code=f"{90000 + n}", level="commune", unit_type="commune", name=f"Xã {n}", full_name=f"Xã {n}",
             folded=f"xa {n}", province_code="99")
        for n in range(count)
    )  # fmt: skip
    slots = sorted({(v.day, v.half) for v in Visit.objects.filter(calendar=calendar)})
    teams = Team.objects.bulk_create(
        Team(campaign=calendar.campaign, number=100 + n) for n in range(count // len(slots) + 1)
    )
    Visit.objects.bulk_create(
        Visit(calendar=calendar, unit=unit, team=teams[n // len(slots)], day=slots[n % len(slots)][0],
              half=slots[n % len(slots)][1])
        for n, unit in enumerate(units)
    )  # fmt: skip


@pytest.mark.parametrize(
    "url", ["/timetable/versions/1/", "/timetable/versions/1/list/", "/timetable/versions/"]
)
def test_list_pages_ask_as_many_questions_for_3321_units_as_for_168(
    url: str, draft: Calendar, client_as: Any
):
    from django.db import connection

    client = client_as("secretariat")
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url)
    _crowd(draft, 3321 - 168)
    with CaptureQueriesContext(connection) as many:
        assert client.get(url).status_code == 200
    assert len(many) == len(few)


def test_the_home_page_tells_what_is_next(published: Calendar, client_as: Any):
    from haicap.timetable.queries import tasks_for

    secretariat = client_as("secretariat").actor
    assert tasks_for(actor=secretariat) == []
    draft = actions.revise(actor=SYSTEM, calendar=published)
    assert [task.url for task in tasks_for(actor=secretariat)] == [f"/timetable/versions/{draft.version}/"]


def test_the_api_gives_what_the_pages_give(published: Calendar, client_as: Any):
    client = client_as("secretariat")
    body = client.get("/api/timetable/visits").json()
    assert body["total"] == 168
    unit = body["items"][0]["unit"]
    assert client.get(f"/api/timetable/units/{unit}/visit").json()["unit"] == unit
    assert client.get("/api/timetable/versions").json()[0]["state"] == "published"
    draft = client.post("/api/timetable/versions/1/revise").json()
    move = {"unit": unit, "team": 1, "slot": "2025-08-09.morning", "revision": draft["revision"]}
    refused = client.post("/api/timetable/versions/2/move", move, content_type="application/json")
    assert refused.status_code == 422
    assert "visit.outside_window" in refused.json()["details"]["rules"]
    assert client.get("/api/timetable/versions/1/changes/2").json() == []
    stale = client.post(
        "/api/timetable/versions/2/publish", {"revision": 99}, content_type="application/json"
    )
    assert stale.status_code == 409
    assert client_as("commune_officer").get("/api/timetable/visits").json()["total"] == 1
