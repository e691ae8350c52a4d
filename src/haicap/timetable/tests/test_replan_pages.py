"""The pages of planning again and of the travel table, as the secretariat meets them."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from haicap.campaign.actions import mark_sample
from haicap.campaign.models import Campaign, TeamMember
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.models import AuditEntry, Job
from haicap.timetable import actions
from haicap.timetable.actions.travel import import_travel_table, remove_travel_table
from haicap.timetable.models import Calendar, TravelTable, Visit
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.rules.replan import Disturbance

URL = "/timetable/replan/"


@pytest.fixture
def published(ready: Any) -> Calendar:
    mark_sample(actor=SYSTEM, campaign=ready)
    draft = actions.solve_and_save(actor=SYSTEM, campaign=ready, seed=1, iterations=1)
    return actions.publish(actor=SYSTEM, calendar=draft, accept_unserved=True)


def _typed(**changes: str) -> dict[str, str]:
    return {"rows": "4", "today": "2025-08-04", "seconds": "5", "seed": "1", **changes}


def _visit(calendar: Calendar) -> Visit:
    rows = Visit.objects.filter(calendar=calendar, mode="in_person", day=date(2025, 8, 6))
    return rows.select_related("unit", "team")[0]


def test_without_a_published_version_the_page_says_what_to_do(campaign: Any, client_as: Any):
    page = client_as("secretariat").get(URL).content.decode()
    assert reverse("timetable:solve") in page
    assert 'name="row0-who"' not in page


def test_a_unit_that_must_move_needs_no_half_day_and_the_job_is_queued(published: Calendar, client_as: Any):
    unit = _visit(published).unit
    client = client_as("secretariat")
    assert f"{unit.full_name} ({unit.code})" in client.get(URL).content.decode()
    answer = client.post(URL, _typed(**{"row0-who": f"{unit.full_name} ({unit.code})", "row0-reason": "Bão"}))
    assert answer.status_code == 302
    job = Job.objects.get(kind="timetable.replan")
    assert job.params["disturbances"][0]["code"] == unit.code
    assert job.params["disturbances"][0]["slots"] == [_visit(published).slot.key]


def test_a_refused_entry_keeps_what_was_typed_beside_its_row(published: Calendar, client_as: Any):
    head = TeamMember.objects.select_related("nomination__person", "team").get(team__number=1)
    label = f"{head.nomination.person.full_name} ({head.team.name})"
    typed = _typed(**{
        "row0-who": "ai đó", "row1-who": label, "row1-start": "2025-08-06.morning", "row1-reason": "Ốm nặng",
    })  # fmt: skip
    answer = client_as("secretariat").post(URL, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "ai đó" in page
    assert "Ốm nặng" in page
    typed["row0-who"] = ""
    typed["row1-start"] = typed["row1-end"] = "2025-08-04.morning"
    typed["today"] = "2025-08-05"
    answer = client_as("secretariat").post(URL, typed)
    assert answer.status_code == 422
    assert "Ốm nặng" in answer.content.decode()
    assert not Job.objects.filter(kind="timetable.replan").exists()


def test_more_rows_come_without_losing_what_was_typed(published: Calendar, client_as: Any):
    answer = client_as("secretariat").post(URL, _typed(**{"row3-who": "Đoàn 2", "more": "1"}))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="row7-who"' in page
    assert "Đoàn 2" in page
    for rows in ("-1", "1000000", "²", ""):
        assert client_as("secretariat").post(URL, _typed(rows=rows, more="1")).status_code == 200


def test_the_comparison_shows_both_sides_by_unit_and_team_the_minimum_and_who_is_told(
    published: Calendar, client_as: Any
):
    visit = _visit(published)
    item = Disturbance(kind="unit", code=visit.unit.code, slots=(visit.slot,), reason="Bão")
    draft = actions.replan(
        actor=SYSTEM, campaign=published.campaign, disturbances=[item], seed=1, iterations=3,
        today=date(2025, 8, 4),
    )  # fmt: skip
    url = reverse("timetable:compare", args=[published.version, draft.version])
    page = client_as("secretariat").get(url).content.decode()
    assert f"<del>{visit.unit.full_name}</del>" in page
    assert reverse("timetable:publish", args=[draft.version]) in page
    assert client_as("commune_officer").get(url).status_code == 404


def test_others_may_neither_plan_again_nor_bring_a_table(campaign: Any, client_as: Any):
    for url in (URL, "/timetable/travel/"):
        assert client_as("commune_officer").get(url).status_code == 403


def _table(campaign: Campaign, leave_out: int = 0) -> bytes:
    codes = list(surveyed_units_for(actor=SYSTEM, campaign=campaign).values_list("code", flat=True))
    places = ["base", *codes[leave_out:]]
    lines = [",".join(["", *places])]
    for row in places:
        lines.append(",".join([row, *("0" if row == column else "20" for column in places)]))
    return "\n".join(lines).encode()


def test_a_travel_table_is_brought_used_and_removed_each_in_the_trail(campaign: Campaign, client_as: Any):
    client, url = client_as("secretariat"), "/timetable/travel/"
    file = SimpleUploadedFile("bang.csv", _table(campaign))
    answer = client.post(url, {"file": file, "source": "Sở Xây dựng đo ngày 01/07/2025"})
    assert answer.status_code == 302
    assert "Sở Xây dựng đo" in client.get(url).content.decode()
    matrix = problem_for(actor=SYSTEM, campaign=campaign).matrix
    assert matrix is not None
    assert len(matrix.places) == 169
    assert client.post("/timetable/travel/remove/").status_code == 302
    assert problem_for(actor=SYSTEM, campaign=campaign).matrix is None
    kinds = ("timetable.travel_table.imported", "timetable.travel_table.removed")
    assert AuditEntry.objects.filter(action__in=kinds).count() == 2
    with pytest.raises(Missing):
        remove_travel_table(actor=SYSTEM, campaign=campaign)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "travel.unreadable"),
        (b"\xff\x00\xfe", "travel.unreadable"),
        (b",a,b\na,0,1\nb,1\n", "travel.unreadable"),
        (b",a,b\na,0,x\nb,1,0\n", "travel.unreadable"),
        (b",a,b\na,0,1\nb,1,0\n", "travel.faults"),
    ],
)
def test_a_table_that_cannot_be_used_is_named_and_the_one_before_stays(
    campaign: Campaign, content: bytes, code: str
):
    import_travel_table(
        actor=SYSTEM, campaign=campaign, name="bang.csv", content=_table(campaign), source="Đo đạc"
    )
    with pytest.raises(Refused) as caught:
        import_travel_table(actor=SYSTEM, campaign=campaign, name="b.csv", content=content, source="x")
    assert caught.value.code == code
    assert TravelTable.objects.get().source == "Đo đạc"


def test_a_table_without_some_unit_or_source_is_refused(campaign: Campaign):
    for changes, code in (
        ({"content": _table(campaign, 1)}, "travel.faults"),
        ({"source": " "}, "travel.source"),
    ):
        given: dict[str, Any] = {"name": "b.csv", "content": _table(campaign), "source": "x", **changes}
        with pytest.raises(Refused) as caught:
            import_travel_table(actor=SYSTEM, campaign=campaign, **given)
        assert caught.value.code == code
