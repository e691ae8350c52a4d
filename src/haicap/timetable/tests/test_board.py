"""The board: every half-day judged for a drag, filters, few queries; the course of a computation on its page."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from haicap.campaign.models import Team
from haicap.campaign.queries import slots_of, surveyed_units_for
from haicap.kernel.access import SYSTEM
from haicap.kernel.models import Job
from haicap.timetable import actions
from haicap.timetable.actions.edit import recheck
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.present import course_of, gap_text, proof_of
from haicap.timetable.queries.judging import MOST_CELLS


@pytest.fixture
def draft(ready: Any) -> Calendar:
    """Return a draft made by hand: the first fifty units, one team and half-day each, morning first."""
    made = Calendar.objects.create(campaign=ready, version=1)
    slots, teams = slots_of(campaign=ready), list(Team.objects.filter(campaign=ready))
    units = list(surveyed_units_for(actor=SYSTEM, campaign=ready).order_by("code"))[:50]
    Visit.objects.bulk_create(
        Visit(
            calendar=made,
            unit=unit,
            team=teams[n % len(teams)],
            day=slots[2 * (n // len(teams))].day,
            half="morning",
            mode="online" if n == 0 else "in_person",
        )
        for n, unit in enumerate(units)
    )
    recheck(actor=SYSTEM, calendar=made)
    return made


def _cells(client: Any, code: str, draft: Calendar) -> dict[str, Any]:
    slots = [slot.key for slot in slots_of(campaign=draft.campaign)]
    url = reverse("timetable:cells", args=[1, code])
    answer = client.get(url, {"team": range(1, 10), "slot": slots})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["cells"]
    return found


def _held(draft: Calendar) -> Visit:
    return Visit.objects.filter(calendar=draft, mode="in_person").select_related("unit", "team")[4]


def test_one_question_judges_every_half_day_as_the_move_would_be(draft: Calendar, client_as: Any):
    visit, client = _held(draft), client_as("secretariat")
    cells = _cells(client, visit.unit.code, draft)
    assert len(cells) == 180
    assert [key for key, cell in cells.items() if cell["here"]] == [f"{visit.team.number} {visit.slot.key}"]
    for key, cell in list(cells.items())[::15]:
        team, _, slot = key.partition(" ")
        if cell["here"]:
            continue
        values = {"team": team, "slot": slot, "mode": visit.mode, "swap": "on" if cell["swap"] else ""}
        page = client.get(reverse("timetable:judge", args=[1, visit.unit.code]), values).content.decode()
        assert ("alert-danger" in page) == (not cell["allowed"]), key


def test_a_blocked_half_day_says_why_and_a_free_one_what_it_costs(draft: Calendar, client_as: Any):
    visit = _held(draft)
    block = visit.unit.registrations.get().blocks.get()
    cells = _cells(client_as("secretariat"), visit.unit.code, draft)
    refused = cells[f"9 {block.day.isoformat()}.{block.half}"]
    assert not refused["allowed"]
    assert "đơn vị đã báo bận" in refused["sentence"]
    allowed = [cell for cell in cells.values() if cell["allowed"] and not cell["here"]]
    assert all(cell["sentence"].startswith("Được, ") for cell in allowed)


def test_a_unit_without_a_visit_can_be_judged_too(draft: Calendar, client_as: Any):
    code = draft.verdict["unserved"][0]
    cells = _cells(client_as("secretariat"), code, draft)
    assert any(cell["allowed"] and cell["points"] < 0 for cell in cells.values())
    assert not any(cell["swap"] for cell in cells.values())


def test_judging_takes_as_many_questions_for_many_visits_as_for_few(draft: Calendar, client_as: Any):
    client, counts = client_as("secretariat"), []
    for _ in range(3):
        code = _held(draft).unit.code
        with CaptureQueriesContext(connection) as caught:
            _cells(client, code, draft)
        counts.append(len(caught))
        Visit.objects.filter(calendar=draft, team__number=2).delete()
    assert counts[1] == counts[2]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"team": ["1"], "slot": ["2025-08-04.morning"]}, 200),
        ({"team": ["x", "99", "-1"], "slot": ["2030-01-01.morning"]}, 200),
        ({"team": ["1"], "slot": ["now"]}, 422),
        ({"team": [str(n) for n in range(1, 120)], "slot": ["2025-08-04.morning"] * (MOST_CELLS // 50)}, 422),
        ({}, 200),
    ],
)
def test_a_strange_question_is_answered_or_refused(query: Any, status: int, draft: Calendar, client_as: Any):
    url = reverse("timetable:cells", args=[1, _held(draft).unit.code])
    assert client_as("secretariat").get(url, query).status_code == status


def test_a_setting_that_makes_no_sense_is_refused_by_name(draft: Calendar, client_as: Any):
    code, campaign = _held(draft).unit.code, draft.campaign
    Calendar.objects.filter(pk=draft.pk).update(parameters={})
    campaign.settings = {**campaign.settings, "timetable_speed_kmh": {"value": "fast"}}
    campaign.save()
    url = reverse("timetable:cells", args=[1, code])
    answer = client_as("secretariat").get(url, {"team": ["1"], "slot": ["2025-08-04.morning"]})
    assert answer.status_code == 422
    assert "speed_kmh" in answer.content.decode()


def test_only_drafts_and_only_units_of_the_campaign_are_judged(draft: Calendar, client_as: Any):
    client = client_as("secretariat")
    assert client.get(reverse("timetable:cells", args=[1, "99999"])).status_code == 404
    assert client_as("department_officer").get(reverse("timetable:cells", args=[1, "1"])).status_code == 403
    Calendar.objects.filter(pk=draft.pk).update(state="published")
    code = _held(draft).unit.code
    assert client.get(reverse("timetable:cells", args=[1, code])).status_code == 404


def test_dropping_answers_with_a_sentence_and_moves(draft: Calendar, client_as: Any):
    visit, client = _held(draft), client_as("secretariat")
    cells = _cells(client, visit.unit.code, draft)
    key = next(key for key, cell in cells.items() if cell["allowed"] and not cell["here"])
    team, _, slot = key.partition(" ")
    values = {
        "unit": visit.unit.code, "team": team, "slot": slot, "revision": draft.revision,
        "swap": "on" if cells[key]["swap"] else "",
    }  # fmt: skip
    answer = client.post("/timetable/versions/1/move/", values, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert visit.unit.full_name in answer.content.decode()
    moved = Visit.objects.select_related("team").get(pk=visit.pk)
    assert f"{moved.team.number} {moved.slot.key}" == key


def test_the_board_narrows_to_a_former_district(draft: Calendar, client_as: Any):
    district = _held(draft).unit.former_district
    assert district is not None
    code = district.code
    page = client_as("secretariat").get("/timetable/versions/1/", {"area": code}).content.decode()
    within = Visit.objects.filter(calendar=draft, unit__former_district__code=code)
    assert page.count('<th scope="row" class="tt-team">') == within.values("team").distinct().count()
    shown = Visit.objects.filter(calendar=draft, team__in=within.values("team"))
    assert page.count("tt-aside") == shown.count() - within.count()
    assert f'value="{code}" selected' in page


def test_units_left_out_are_shown_up_to_a_number(draft: Calendar, client_as: Any):
    page = client_as("secretariat").get("/timetable/versions/1/").content.decode()
    assert "60 đơn vị đầu trong số 118." in page


def test_two_visits_of_a_half_day_a_bridge_and_a_whole_day_are_told_apart(draft: Calendar, client_as: Any):
    first, second, third, fourth = Visit.objects.filter(calendar=draft).order_by("pk")[9:13]
    Visit.objects.filter(pk=second.pk).update(team=first.team, day=first.day, half=first.half, order=2)
    Visit.objects.filter(pk=third.pk).update(mode="online", bridge="DC-1")
    Visit.objects.filter(pk=fourth.pk).update(whole_day=True)
    page = " ".join(client_as("secretariat").get("/timetable/versions/1/").content.decode().split())
    assert f"1. {first.unit.name}" in page
    assert f"2. {second.unit.name}" in page
    assert "trực tuyến DC-1" in page
    assert f"{fourth.unit.name}, cả ngày" in page


def test_the_list_is_filtered_by_area_day_way_and_text(draft: Calendar, client_as: Any):
    client, visit = client_as("secretariat"), _held(draft)
    district = visit.unit.former_district
    assert district is not None
    queries: tuple[tuple[dict[str, str], dict[str, Any]], ...] = (
        ({"mode": "online"}, {"mode": "online"}),
        ({"day": visit.day.isoformat()}, {"day": visit.day}),
        ({"team": "3"}, {"team__number": 3}),
        ({"area": district.code}, {"unit__former_district": district}),
        ({"q": visit.unit.full_name}, {"unit__full_name__icontains": visit.unit.full_name}),
        ({"q": visit.unit.folded}, {"unit__folded__contains": visit.unit.folded}),
        ({"day": "nonsense", "mode": "nonsense", "team": "x"}, {}),
    )
    for query, condition in queries:
        page = client.get("/timetable/versions/1/list/", query)
        count = Visit.objects.filter(calendar=draft, **condition).count()
        assert page.context["page"].paginator.count == count, query


def test_a_team_day_tells_the_ways_in_order(draft: Calendar, client_as: Any):
    visit = _held(draft)
    url = reverse("timetable:team-day", args=[1, visit.team.number, visit.day.isoformat()])
    page = client_as("secretariat").get(url)
    ways = page.context["shown"].ways
    assert [way.visit and way.visit.pk for way in ways.ways] == [visit.pk, None]
    assert ways.km == pytest.approx(2 * ways.ways[0].km, rel=0.01)
    assert page.context["shown"].map["way"] == ["base", visit.unit.code, "base"]


def test_the_version_says_how_good_it_is_proven_to_be(draft: Calendar, client_as: Any):
    draft.objective = {**draft.objective, "total": 1000.0, "bound": 994.5}
    draft.save()
    page = client_as("secretariat").get("/timetable/versions/1/").content.decode()
    assert "Không lịch nào có thể tốt hơn quá 0,6 %." in page
    assert 'id="terms-chart"' in page
    assert "0,6" in client_as("secretariat").get("/timetable/versions/").content.decode()


def test_a_gap_is_rounded_up_and_none_is_claimed_without_a_bound(draft: Calendar):
    assert "0,1" in gap_text(0.0001)
    assert "%" not in gap_text(0)
    draft.objective.pop("bound", None)
    assert proof_of(draft).gap == ""


def test_unpinning_drops_a_bound_that_was_proven_with_the_pin(draft: Calendar):
    visit = _held(draft)
    actions.pin_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code, pinned=True)
    draft.objective = {**draft.objective, "bound": 1.0, "bound_of": "x"}
    draft.save()
    actions.pin_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code, pinned=False)
    assert "bound" not in Calendar.objects.get(pk=draft.pk).objective


def test_a_running_computation_shows_cost_bound_and_a_way_to_stop(client_as: Any):
    client = client_as("secretariat")
    readings = [
        {"at": 0.5, "cost": 9_000_000, "bound": None, "served": 150, "units": 168},
        {"at": 3.0, "cost": 8_000_000, "bound": 7_900_000, "served": 168, "units": 168},
    ]
    job = Job.objects.create(
        kind="timetable.solve", state="running", readings=readings, requested_by=client.person
    )
    url = reverse("kernel:job", args=[job.pk])
    page = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert 'id="solve-chart"' in page
    assert "8.000" in page
    assert "7.900" in page
    assert "Không lịch nào có thể tốt hơn quá 1,3 %." in page
    assert "Dừng tại đây và giữ kết quả tốt nhất" in page
    client.post(reverse("kernel:job-stop", args=[job.pk]))
    assert "Dừng tại đây" not in client.get(url).content.decode()


def test_a_stopped_computation_leads_to_what_it_kept(client_as: Any):
    client = client_as("secretariat")
    job = Job.objects.create(
        kind="timetable.solve", state="stopped", result={"url": "/timetable/"}, requested_by=client.person
    )
    answer = client.get(reverse("kernel:job", args=[job.pk]), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/timetable/"


def test_before_the_first_figures_there_is_nothing_to_draw():
    assert course_of([]) is None
    assert course_of([{"at": 1.0, "cost": None}]) is None
