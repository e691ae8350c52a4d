"""Good practice: proposed by a unit, confirmed by the team that visits it, never ranked."""

import pytest
from django.urls import reverse

from haicap.findings import actions, queries
from haicap.findings.models import GoodPractice
from haicap.kernel.errors import Conflict, NotAllowed, Refused


def proposed(world, **changes):
    given = {"area": "A4", "text": "Một cửa lưu động", "proof": "Kế hoạch 12/KH-UBND"} | changes
    return actions.propose_practice(
        actor=world.actor("commune_officer"), campaign=world.campaign, unit=world.unit, **given
    )


def test_a_unit_proposes_and_the_visiting_team_confirms(world):
    row = proposed(world)
    actions.confirm_practice(actor=world.actor("team_head"), practice=row, revision=1)
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert row.decided_by == world.someone("team_head")


def test_good_practice_needs_its_proof(world):
    with pytest.raises(Refused) as refused:
        proposed(world, proof=" ")
    assert refused.value.field == "proof"


def test_a_unit_does_not_confirm_its_own(world):
    row = proposed(world)
    with pytest.raises(NotAllowed):
        actions.confirm_practice(actor=world.actor("commune_chair"), practice=row, revision=1)


def test_a_team_that_does_not_visit_the_unit_does_not_confirm(world):
    row = proposed(world)
    with pytest.raises(NotAllowed):
        actions.confirm_practice(actor=world.outsider("team_head"), practice=row, revision=1)


def test_it_is_declined_with_a_reason_and_decided_once(world):
    row, head = proposed(world), world.actor("team_head")
    with pytest.raises(Refused):
        actions.decline_practice(actor=head, practice=row, reason="", revision=1)
    actions.decline_practice(actor=head, practice=row, reason="Chưa có minh chứng", revision=1)
    with pytest.raises(Refused):
        actions.confirm_practice(actor=head, practice=row, revision=2)


def test_two_people_deciding_at_once_the_second_is_told(world):
    row, head = proposed(world), world.actor("team_head")
    stale = GoodPractice.objects.get(pk=row.pk)
    actions.confirm_practice(actor=head, practice=row, revision=1)
    with pytest.raises(Conflict):
        actions.decline_practice(actor=head, practice=stale, reason="x", revision=1)


def test_the_list_is_in_the_order_of_units_and_areas(world):
    for area in ("A7", "A0", "A4"):
        proposed(world, area=area)
    rows = queries.practices_for(actor=world.actor("secretariat"), campaign=world.campaign)
    assert [row.area.code for row in rows] == ["A0", "A4", "A7"]


def test_the_pages_propose_and_confirm(world):
    client = world.client("commune_officer")
    given = {"unit": world.unit.code, "area": "A4", "text": "Tổ lưu động", "proof": "Ảnh"}
    assert client.get(reverse("findings:practice-new")).status_code == 200
    assert client.post(reverse("findings:practice-new"), given).status_code == 302
    assert client.post(reverse("findings:practice-new"), given | {"proof": ""}).status_code == 422
    row = GoodPractice.objects.get()
    head = world.client("team_head")
    assert "Tổ lưu động" in head.get(reverse("findings:practices")).content.decode()
    url = reverse("findings:practice", args=[row.pk])
    assert head.get(url).status_code == 200
    assert head.post(url, {"step": "decline", "revision": 1, "reason": ""}).status_code == 422
    assert head.post(url, {"step": "confirm", "revision": 1}).status_code == 302
    assert client.get("/api/findings/practices").json()["items"][0]["state"] == "confirmed"
