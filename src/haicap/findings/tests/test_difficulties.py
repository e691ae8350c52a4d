"""Difficulties from a unit to the secretariat and back, and who sees them."""

import io

import openpyxl
import pytest
from django.urls import reverse

from haicap.accounts.models import Notice
from haicap.findings import actions, queries
from haicap.findings.models import Difficulty
from haicap.findings.queries.difficulties import Filter
from haicap.findings.tests.conftest import draft
from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.models import AuditEntry


def recorded(world, *, role="commune_officer", submit=True, **changes):
    return actions.record_difficulty(
        actor=world.actor(role),
        campaign=world.campaign,
        unit=world.unit,
        draft=draft(**changes),
        submit=submit,
    )


def test_a_commune_records_a_difficulty_about_itself_and_it_is_audited(world):
    row = recorded(world)
    assert (row.state, row.code) == ("submitted", "KN-0001")
    entry = AuditEntry.objects.filter(action="findings.difficulty.recorded").get()
    assert (entry.after or {})["text"] == "Thiếu công chức địa chính"


def test_a_commune_may_not_write_about_another_unit(world):
    with pytest.raises(NotAllowed):
        actions.record_difficulty(
            actor=world.actor("commune_officer"), campaign=world.campaign, unit=world.units[1], draft=draft()
        )


def test_a_team_writes_about_the_units_it_visits_only(world):
    row = recorded(world, role="team_member")
    assert row.entered_by == world.someone("team_member")
    with pytest.raises(NotAllowed):
        actions.record_difficulty(
            actor=world.actor("team_member"), campaign=world.campaign, unit=world.units[1], draft=draft()
        )


def test_a_city_leader_reads_and_does_not_write(world):
    with pytest.raises(NotAllowed):
        recorded(world, role="city_leader")


def test_a_draft_may_miss_the_level_but_cannot_be_submitted_without_it(world):
    row = recorded(world, submit=False, competent_level="")
    with pytest.raises(Refused) as refused:
        actions.submit_difficulty(actor=world.actor("commune_officer"), difficulty=row, revision=1)
    assert refused.value.field == "competent_level"
    assert Difficulty.objects.get().state == "draft"


def test_severity_four_without_evidence_is_refused(world):
    with pytest.raises(Refused) as refused:
        recorded(world, severity=4)
    assert refused.value.field == "evidence"
    assert not Difficulty.objects.exists()


def test_an_unknown_area_is_refused(world):
    with pytest.raises(Refused) as refused:
        recorded(world, area="A99")
    assert refused.value.field == "area"


def test_text_typed_in_nfd_is_kept_in_nfc_and_found_with_and_without_diacritics(world):
    row = recorded(world, text="Thie\u0302\u0301u ca\u0301n bo\u0323\u0302")
    assert row.text == "Thiếu cán bộ"
    for text, count in (("thieu can bo", 1), ("Thiếu cán bộ", 1), ("thiều", 0)):
        found = queries.search_difficulties_for(
            actor=SYSTEM, campaign=world.campaign, wanted=Filter(text=text)
        )
        assert found.count() == count, text


def test_a_search_with_diacritics_never_confuses_thanh_an_and_thanh_an(world):
    recorded(world, text="Trụ sở xã Thanh An xuống cấp")
    recorded(world, text="Trụ sở xã Thạnh An xuống cấp")
    wanted = Filter(text="Thạnh An")
    found = queries.search_difficulties_for(actor=SYSTEM, campaign=world.campaign, wanted=wanted)
    assert [row.text for row in found] == ["Trụ sở xã Thạnh An xuống cấp"]
    both = queries.search_difficulties_for(
        actor=SYSTEM, campaign=world.campaign, wanted=Filter(text="thanh an")
    )
    assert both.count() == 2


def test_a_draft_is_seen_by_its_unit_and_by_nobody_else(world):
    recorded(world, submit=False)
    for role, count in (("commune_chair", 1), ("secretariat", 0), ("team_head", 0), ("city_leader", 0)):
        rows = queries.difficulties_for(actor=world.actor(role), campaign=world.campaign)
        assert rows.count() == count, role


def test_a_submitted_one_is_seen_by_the_centre_departments_and_the_visiting_team(world):
    recorded(world)
    for role in ("secretariat", "city_leader", "department_officer", "team_head", "administrator"):
        assert queries.difficulties_for(actor=world.actor(role), campaign=world.campaign).count() == 1, role
    other = world.actor("commune_officer", unit=world.units[1])
    assert queries.difficulties_for(actor=other, campaign=world.campaign).count() == 0
    assert queries.difficulties_for(actor=world.outsider("team_head"), campaign=world.campaign).count() == 0


def test_the_secretariat_accepts_reclassifies_and_keeps_the_answer(world):
    secretariat, row = world.actor("secretariat"), recorded(world)
    actions.reclassify(
        actor=secretariat, difficulty=row, group="other", area="A3", competent_level="central", revision=1
    )
    actions.accept(actor=secretariat, difficulty=row, revision=2)
    actions.answer(actor=secretariat, difficulty=row, text="CV 45/BNV-TCBC: đã bổ sung", revision=3)
    row.refresh_from_db()
    assert (row.group, row.area.code, row.competent_level, row.state) == (
        "other",
        "A3",
        "central",
        "resolved",
    )
    assert row.text == "Thiếu công chức địa chính"
    assert row.revision == 4


def test_only_the_secretariat_triages(world):
    row = recorded(world)
    for role in ("commune_chair", "team_head", "city_leader", "department_officer"):
        with pytest.raises(NotAllowed):
            actions.accept(actor=world.actor(role), difficulty=row, revision=1)


def test_a_returned_one_goes_back_with_its_reason_is_changed_and_comes_again(world):
    secretariat, officer, row = world.actor("secretariat"), world.actor("commune_officer"), recorded(world)
    with pytest.raises(Refused):
        actions.return_difficulty(actor=secretariat, difficulty=row, reason=" ", revision=1)
    row.refresh_from_db()
    actions.return_difficulty(actor=secretariat, difficulty=row, reason="Nêu rõ số lượng", revision=1)
    assert "Nêu rõ số lượng" in Notice.objects.get(person=world.someone("commune_officer")).text_vi
    actions.revise_difficulty(actor=officer, difficulty=row, draft=draft(text="Thiếu 02 người"), revision=2)
    actions.submit_difficulty(actor=officer, difficulty=row, revision=3)
    row.refresh_from_db()
    assert (row.state, row.text, row.reason) == ("submitted", "Thiếu 02 người", "")


def test_duplicates_are_merged_into_one_that_stands_for_all(world):
    secretariat = world.actor("secretariat")
    first, second, third = (recorded(world) for _ in range(3))
    actions.merge(actor=secretariat, difficulty=third, into=second, revision=1)
    actions.merge(actor=secretariat, difficulty=second, into=first, revision=1)
    assert {row.pk for row in first.duplicates.all()} == {second.pk, third.pk}
    _rows, totals = queries.matrix_for(actor=SYSTEM, campaign=world.campaign)
    assert totals[-1] == 1


def test_one_cannot_be_merged_into_itself_or_into_a_merged_one(world):
    secretariat = world.actor("secretariat")
    first, second = recorded(world), recorded(world)
    with pytest.raises(Refused):
        actions.merge(actor=secretariat, difficulty=first, into=first, revision=1)
    actions.merge(actor=secretariat, difficulty=second, into=first, revision=1)
    with pytest.raises(Refused):
        actions.merge(actor=secretariat, difficulty=first, into=second, revision=1)


def test_two_people_editing_one_record_the_second_is_told(world):
    officer, row = world.actor("commune_officer"), recorded(world, submit=False)
    stale = Difficulty.objects.get(pk=row.pk)
    actions.revise_difficulty(actor=officer, difficulty=row, draft=draft(text="một"), revision=1)
    with pytest.raises(Conflict):
        actions.revise_difficulty(actor=officer, difficulty=stale, draft=draft(text="hai"), revision=1)
    assert Difficulty.objects.get(pk=row.pk).text == "một"


def test_what_is_not_visible_does_not_exist(world):
    row = recorded(world)
    other = world.actor("commune_officer", unit=world.units[1])
    with pytest.raises(Missing):
        queries.difficulty_for(actor=other, campaign=world.campaign, number=row.number)
    client = world.client("commune_officer", unit=world.units[1])
    assert client.get(reverse("findings:difficulty", args=[row.number])).status_code == 404


def test_the_list_page_counts_by_group_and_level_and_each_number_leads_to_its_list(world):
    recorded(world)
    client = world.client("secretariat")
    page = client.get(reverse("findings:difficulties"))
    assert page.status_code == 200
    link = f"{reverse('findings:difficulties')}?counted=1&amp;group=organisation&amp;level=city"
    assert link in page.content.decode()
    narrowed = client.get(reverse("findings:difficulties"), {"group": "regime"})
    assert "KN-0001" not in narrowed.content.decode()


def test_a_form_with_a_gap_is_shown_again_with_what_was_typed(world):
    client = world.client("commune_officer")
    given = {
        "revision": 0, "unit": world.unit.code, "group": "organisation", "area": "A2", "text": "Chữ đã gõ",
        "severity": "4", "submit": "1", "competent_level": "city",
    }  # fmt: skip
    page = client.post(reverse("findings:difficulty-new"), given)
    assert page.status_code == 422
    assert "Chữ đã gõ" in page.content.decode()
    assert "field-error" in page.content.decode()
    assert not Difficulty.objects.exists()


def test_a_person_records_edits_and_submits_through_the_pages(world):
    client = world.client("commune_officer")
    given = {
        "revision": 0, "unit": world.unit.code, "group": "organisation", "area": "A2", "text": "Thiếu người",
        "severity": "2", "competent_level": "city", "proposal_verb": "staff", "proposal_text": "02 biên chế",
        "proposal_body": "Sở Nội vụ", "proposal_due": "2025-09-30",
    }  # fmt: skip
    page = client.post(reverse("findings:difficulty-new"), given)
    assert page.status_code == 302, page.content.decode()[-3000:]
    row = Difficulty.objects.get()
    assert client.get(reverse("findings:difficulty-edit", args=[row.number])).status_code == 200
    given |= {"revision": row.revision, "text": "Thiếu 02 người", "submit": "1"}
    assert client.post(reverse("findings:difficulty-edit", args=[row.number]), given).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.text) == ("submitted", "Thiếu 02 người")
    secretariat = world.client("secretariat")
    assert secretariat.get(reverse("findings:difficulty", args=[row.number])).status_code == 200
    decision = {"step": "accept", "revision": row.revision}
    assert (
        secretariat.post(reverse("findings:difficulty-decide", args=[row.number]), decision).status_code
        == 302
    )
    stale = secretariat.post(reverse("findings:difficulty-decide", args=[row.number]), decision)
    assert stale.status_code == 422


def test_the_exported_list_is_safe_from_formulas(world):
    recorded(world, text='=HYPERLINK("http://x")', proposal_text="@SUM(A1)", legal_provision="+84")
    raw = world.client("secretariat").get(reverse("findings:difficulties-export")).content
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).worksheets[0]
    cells = [cell for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert not any(cell.data_type == "f" for cell in cells)
    assert not any(str(cell.value).startswith(("=", "+", "@")) for cell in cells)


def test_the_api_records_lists_and_decides(world):
    client = world.client("secretariat")
    payload = {
        "unit": world.unit.code, "group": "organisation", "area": "A2", "text": "Thiếu người", "severity": 2,
        "competent_level": "city", "proposal_verb": "staff", "proposal_text": "02", "proposal_body": "Sở Nội vụ",
        "proposal_due": "2025-09-30", "submit": True,
    }  # fmt: skip
    made = client.post("/api/findings/difficulties", payload, content_type="application/json")
    assert made.status_code == 201, made.content
    listed = client.get("/api/findings/difficulties").json()
    assert [row["code"] for row in listed["items"]] == ["KN-0001"]
    done = client.post(
        "/api/findings/difficulties/1/decision",
        {"step": "accept", "revision": 1},
        content_type="application/json",
    )
    assert done.json()["state"] == "accepted"
    assert client.get("/api/findings/difficulties/matrix").json()["totals"] == [0, 1, 0, 1]
    refused = client.post(
        "/api/findings/difficulties", payload | {"severity": 4}, content_type="application/json"
    )
    assert refused.status_code == 422
    assert refused.json()["field"] == "evidence"
