"""Minutes: drafted from confirmed figures, closed once, then only supplemented."""

import io
from datetime import date, timedelta
from typing import Any

import docx
import pytest
from django.urls import reverse
from django.utils import timezone

from haicap.findings import actions, queries
from haicap.findings.actions.minutes import MinutesText
from haicap.findings.models import Minutes
from haicap.findings.rules import AgreedAction
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.questionnaire.models import VerifiedValue


def words(**changes):
    start = timezone.now()
    given: dict[str, Any] = {
        "opened_at": start,
        "closed_at": start + timedelta(hours=3),
        "place": "Trụ sở UBND",
        "attendance_team": "Cán bộ mẫu 001",
        "attendance_unit": "Cán bộ mẫu 002",
        "opinions": "Thống nhất số liệu",
        "agreed_actions": [AgreedAction(text="Bổ sung hồ sơ", body="UBND", due=date(2025, 8, 20))],
        "unverified_reason": "Chờ hồ sơ gốc",
    }
    return MinutesText(**(given | changes))


def drafted(world):
    return actions.draft_minutes(
        actor=world.actor("team_secretary"), campaign=world.campaign, unit=world.unit
    )


def verify(world, key="a0_01", number=7):
    return VerifiedValue.objects.create(
        campaign=world.campaign, unit=world.unit, field=world.campaign.fields.get(key=key), text=str(number),
        number=number, reason="Theo sổ văn bản", at=timezone.now(), current=True,
    )  # fmt: skip


def test_minutes_are_drafted_with_place_members_and_differences(world):
    verify(world)
    world.actor("team_head")
    row = drafted(world)
    assert row.place == "Trụ sở UBND"
    assert "Trưởng đoàn" in row.attendance_team.splitlines()[0]
    assert [d["key"] for d in row.figures["differences"]] == ["a0_01"]
    assert row.figures["differences"][0]["reported"] == "chưa có số liệu"
    assert row.figures["differences"][0]["verified"] == "7"
    assert len(row.figures["areas"]) == 12
    assert AuditEntry.objects.filter(action="findings.minutes.drafted").count() == 1


def test_a_visit_has_one_draft_however_often_it_is_asked_for(world):
    assert drafted(world).pk == drafted(world).pk


def test_only_the_team_of_the_visit_writes(world):
    row = drafted(world)
    stranger = world.outsider("team_head")
    with pytest.raises(Missing):
        actions.draft_minutes(actor=stranger, campaign=world.campaign, unit=world.unit)
    with pytest.raises(NotAllowed):
        actions.write_minutes(actor=stranger, minutes=row, text=words(), revision=1)
    with pytest.raises(NotAllowed):
        actions.write_minutes(actor=world.actor("secretariat"), minutes=row, text=words(), revision=1)


def test_a_member_writes_but_only_head_or_deputy_closes(world):
    row = drafted(world)
    actions.write_minutes(actor=world.actor("team_member"), minutes=row, text=words(), revision=1)
    with pytest.raises(NotAllowed):
        actions.close_visit(actor=world.actor("team_member"), minutes=row, revision=2)
    actions.close_visit(actor=world.actor("team_head"), minutes=row, revision=2)
    row.refresh_from_db()
    assert row.state == "closed"
    assert row.locked_by == world.someone("team_head")


def test_areas_not_verified_need_a_stated_reason(world):
    row = drafted(world)
    with pytest.raises(Refused) as refused:
        actions.close_visit(
            actor=world.actor("team_head"), minutes=row, text=words(unverified_reason=""), revision=1
        )
    assert refused.value.field == "unverified_reason"
    assert Minutes.objects.get().state == "draft"


def test_the_figures_are_taken_a_last_time_when_the_visit_is_closed(world):
    row = drafted(world)
    verify(world, number=9)
    actions.close_visit(actor=world.actor("team_head"), minutes=row, text=words(), revision=1)
    assert Minutes.objects.get().figures["differences"][0]["verified"] == "9"


def test_closed_minutes_never_change_but_are_supplemented(world):
    head, row = world.actor("team_head"), drafted(world)
    actions.close_visit(actor=head, minutes=row, text=words(), revision=1)
    for change in (actions.write_minutes, actions.close_visit):
        with pytest.raises(Refused) as refused:
            change(actor=head, minutes=row, text=words(place="khác"), revision=2)
        assert refused.value.code == "minutes.closed"
    with pytest.raises(Refused):
        actions.refresh_figures(actor=head, minutes=row, revision=2)
    more = actions.supplement_minutes(actor=head, minutes=row)
    assert more.number == 1
    assert actions.supplement_minutes(actor=head, minutes=row).pk == more.pk
    actions.close_visit(actor=head, minutes=more, text=words(unverified_reason=""), revision=1)
    row.refresh_from_db()
    assert row.place == "Trụ sở UBND"


def test_two_people_writing_at_once_the_second_is_told(world):
    row, actor = drafted(world), world.actor("team_member")
    stale = Minutes.objects.get(pk=row.pk)
    actions.write_minutes(actor=actor, minutes=row, text=words(opinions="một"), revision=1)
    with pytest.raises(Conflict):
        actions.write_minutes(actor=actor, minutes=stale, text=words(opinions="hai"), revision=1)
    assert Minutes.objects.get().opinions == "một"


def test_a_commune_reads_its_minutes_once_they_are_closed(world):
    row = drafted(world)
    chair = world.actor("commune_chair")
    assert queries.minutes_list_for(actor=chair, campaign=world.campaign).count() == 0
    actions.close_visit(actor=world.actor("team_head"), minutes=row, text=words(), revision=1)
    assert queries.minutes_list_for(actor=chair, campaign=world.campaign).count() == 1
    other = world.actor("commune_officer", unit=world.units[1])
    assert queries.minutes_list_for(actor=other, campaign=world.campaign).count() == 0


def test_the_document_is_the_record_of_the_visit_in_the_decrees_layout(world):
    verify(world)
    row = drafted(world)
    actions.close_visit(actor=world.actor("team_head"), minutes=row, text=words(), revision=1)
    raw = world.client("team_head").get(reverse("findings:minutes-file", args=[world.unit.code, 0])).content
    document = docx.Document(io.BytesIO(raw))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "BIÊN BẢN" in texts
    assert any(text.startswith("Bắt đầu:") for text in texts)
    assert any("Thống nhất số liệu" in text for text in texts)
    cells = [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    assert any("ĐOÀN KHẢO SÁT SỐ 1" in cell for cell in cells)
    assert {"Bổ sung hồ sơ", "20/08/2025", "Theo sổ văn bản"} <= set(cells)
    assert any(cell.startswith("TRƯỞNG ĐOÀN") for cell in cells)


def test_the_pages_draft_write_refuse_and_close(world):
    client = world.client("team_head")
    assert world.unit.full_name in client.get(reverse("findings:minutes-list")).content.decode()
    assert client.post(reverse("findings:minutes-draft", args=[world.unit.code])).status_code == 302
    url = reverse("findings:minutes", args=[world.unit.code, 0])
    assert client.get(url).status_code == 200
    given = {
        "revision": 1, "opened_at": "2025-08-05T08:00", "closed_at": "2025-08-05T11:00", "place": "Trụ sở",
        "attendance_team": "A", "attendance_unit": "B", "opinions": "", "copies": 3,
        "agreed_actions": "Bổ sung | UBND | 20/08/2025", "unverified_reason": "",
    }  # fmt: skip
    assert client.post(url, given | {"agreed_actions": "x"}).status_code == 422
    assert client.post(url, given).status_code == 302
    refused = client.post(url, given | {"revision": 2, "close": "1"})
    assert refused.status_code == 422
    done = client.post(url, given | {"revision": 2, "close": "1", "unverified_reason": "Chờ hồ sơ"})
    assert done.status_code == 302
    assert client.get(url).status_code == 200
    assert (
        client.post(
            reverse("findings:minutes-refresh", args=[world.unit.code, 0]), {"revision": 3}
        ).status_code
        == 422
    )
    assert client.post(reverse("findings:minutes-supplement", args=[world.unit.code, 0])).status_code == 302


def test_what_a_person_has_to_do_is_among_their_tasks(world):
    drafted(world)
    titles = [str(task.title) for task in queries.tasks_for(actor=world.actor("team_secretary"))]
    assert any(world.unit.full_name in title for title in titles)
