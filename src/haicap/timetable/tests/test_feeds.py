"""Calendar files and links: stable events, rising sequence, cancelled events, secrets that can be revoked."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from icalendar import Calendar as File

from haicap.kernel.access import SYSTEM
from haicap.timetable import actions
from haicap.timetable.models import Calendar, FeedToken, Visit


@pytest.fixture
def published(ready: Any) -> Calendar:
    draft = actions.solve_and_save(actor=SYSTEM, campaign=ready, seed=1, iterations=2)
    return actions.publish(actor=SYSTEM, calendar=draft, accept_unserved=True)


def _visit(calendar: Calendar) -> Visit:
    rows = Visit.objects.filter(calendar=calendar, mode="in_person", whole_day=False)
    return rows.select_related("unit", "team").order_by("unit__code")[0]


def _events(content: bytes) -> dict[str, Any]:
    return {str(event["uid"]): event for event in File.from_ical(content).walk("VEVENT")}


def test_a_units_file_holds_its_visit_in_local_time(published: Calendar, client_as: Any):
    visit = _visit(published)
    client = client_as("commune_officer", unit=visit.unit)
    answer = client.get(f"/timetable/units/{visit.unit.code}/calendar.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    (event,) = _events(answer.content).values()
    start = event["dtstart"].dt
    assert (start.date(), start.tzinfo.key) == (visit.day, "Asia/Ho_Chi_Minh")
    assert start.hour == (8 if visit.half == "morning" else 13)
    assert visit.unit.full_name in str(event["summary"])
    assert b"BEGIN:VTIMEZONE" in answer.content


def test_nobody_downloads_the_file_of_another_unit_or_team(published: Calendar, client_as: Any):
    visit = _visit(published)
    other = Visit.objects.filter(calendar=published).exclude(unit=visit.unit).select_related("unit")[0]
    client = client_as("commune_officer", unit=visit.unit)
    assert client.get(f"/timetable/units/{other.unit.code}/calendar.ics").status_code == 404
    assert client.get("/timetable/teams/1/calendar.ics").status_code == 404


def test_a_link_serves_without_signing_in_until_it_is_revoked(
    published: Calendar, client: Any, client_as: Any
):
    visit = _visit(published)
    commune = client_as("commune_officer", unit=visit.unit)
    assert commune.post("/timetable/links/", {"unit": visit.unit.code}).status_code == 302
    feed = FeedToken.objects.get()
    url = f"/timetable/feed/{feed.token}.ics"
    assert url in commune.get("/timetable/mine/").content.decode()
    assert client.get(url).status_code == 200
    assert client.get("/timetable/feed/guessed.ics").status_code == 404
    assert commune.post(f"/timetable/links/{feed.pk}/revoke/").status_code == 302
    assert client.get(url).status_code == 404


def test_a_link_for_a_unit_of_others_is_refused(published: Calendar, client_as: Any):
    visit = _visit(published)
    other = Visit.objects.filter(calendar=published).exclude(unit=visit.unit).select_related("unit")[0]
    client = client_as("commune_officer", unit=visit.unit)
    assert client.post("/timetable/links/", {"unit": other.unit.code}).status_code == 404
    assert client_as("team_head").post("/timetable/links/", {"team": 1}).status_code == 404
    assert not FeedToken.objects.exists()


def test_a_called_off_visit_is_cancelled_under_the_same_identifier(published: Calendar):
    visit = _visit(published)
    feed = actions.calendar_link(actor=SYSTEM, campaign=published.campaign, team=visit.team)
    from haicap.timetable.queries.files import feed_file

    before = _events(feed_file(feed=feed))
    draft = actions.revise(actor=SYSTEM, calendar=published)
    actions.remove_visit(actor=SYSTEM, calendar=draft, unit=visit.unit.code)
    actions.publish(actor=SYSTEM, calendar=draft, accept_unserved=True)
    after = _events(feed_file(feed=feed))
    uid = f"{published.campaign.code}-{visit.unit.code}-team{visit.team.number}@haicap"
    assert before.keys() == after.keys()
    assert (str(before[uid]["status"]), str(after[uid]["status"])) == ("CONFIRMED", "CANCELLED")
    assert all(int(after[key]["sequence"]) > int(before[key]["sequence"]) for key in before)


def test_the_terminal_computes_checks_publishes_and_exports(ready: Any, tmp_path: Path):
    def run(*words: str) -> str:
        out = StringIO()
        call_command("timetable", *words, "--language", "en", stdout=out, stderr=StringIO())
        return out.getvalue()

    told = run("solve", "--iterations", "90")
    assert "visits 168 of 168, left out 0" in told
    assert "checker: feasible, no rule broken" in told
    assert "0 rules broken, 0 units without a visit" in run("check", "--version", "1")
    assert "version 1 is in force" in run("publish")
    assert "177 files" in run("export", "--ics", str(tmp_path / "files"))
    assert len(list((tmp_path / "files").glob("*.ics"))) == 177
    with pytest.raises(CommandError):
        run("publish", "--version", "7")
    with pytest.raises(CommandError):
        run("solve", "--campaign", "none-such")
