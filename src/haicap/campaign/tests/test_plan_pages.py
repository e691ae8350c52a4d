"""The pages and the API of the plan."""

import json
from datetime import date
from typing import Any

import pytest

from haicap.campaign.actions import close_campaign, open_campaign
from haicap.campaign.actions.plan import change_settings
from haicap.campaign.forms_plan import SettingsForm
from haicap.campaign.models import Campaign
from haicap.campaign.queries import campaigns_for, current_campaign_for, surveyed_units_for
from haicap.campaign.queries.plan import indicators_of
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
PAGES = [
    "/campaign/", "/campaign/areas/A4/", "/campaign/areas/A0/", "/campaign/indicators/",
    "/campaign/indicators/?q=chu+ky+so", "/campaign/indicators/A4a.07/", "/campaign/questions/",
]  # fmt: skip


def posted(campaign, **changes):
    values = SettingsForm.initial_of(campaign) | changes
    return {
        name: value.isoformat() if isinstance(value, date) else value if value is not None else ""
        for name, value in values.items()
    }


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("url", PAGES)
def test_every_page_answers_in_both_languages_with_a_handful_of_queries(
    url, language, campaign, client_as, django_assert_max_num_queries
):
    client = client_as(Role.COMMUNE_OFFICER)
    client.cookies["haicap_language"] = language
    client.get(url)
    with django_assert_max_num_queries(20):
        page = client.get(url)
    assert page.status_code == 200
    assert f'lang="{language}"' in page.content.decode()


def test_number_and_date_are_shown_as_left_open(campaign, client_as):
    assert client_as(Role.CITY_LEADER).get("/campaign/").content.decode().count("để ngỏ") >= 2


def test_what_is_not_in_the_plan_is_not_found(campaign, client_as):
    client = client_as(Role.SECRETARIAT)
    assert client.get("/campaign/indicators/A9.99/").status_code == 404
    assert client.get("/campaign/areas/A77/").status_code == 404


def test_search_works_with_and_without_diacritics(campaign):
    folded = {row.code for row in indicators_of(campaign=campaign, text="chung thu")}
    accented = {row.code for row in indicators_of(campaign=campaign, text="chứng thư")}
    assert {"A4b.02", "A4b.05"} <= accented <= folded
    assert [row.code for row in indicators_of(campaign=campaign, text="a4a.07")] == ["A4a.07"]
    assert indicators_of(campaign=campaign, text="khong co gi nhu the") == []


def test_the_secretariat_changes_what_the_plan_leaves_open_and_it_is_audited(campaign, client_as):
    client = client_as(Role.SECRETARIAT)
    page = client.post(
        "/campaign/settings/", posted(campaign, number="45/KH-UBND", issued_on=date(2025, 7, 20))
    )
    assert page.status_code == 302
    campaign.refresh_from_db()
    assert campaign.number == "45/KH-UBND"
    entry = AuditEntry.objects.latest("sequence")
    assert entry.action == "campaign.settings.changed"
    assert entry.before == {"number": "", "issued_on": None}
    assert entry.after == {"number": "45/KH-UBND", "issued_on": "2025-07-20"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"window_end": date(2025, 8, 1)}, "window_end"),
        ({"window_start": date(2025, 8, 9), "window_end": date(2025, 8, 10)}, "window_start"),
        ({"registration_deadline": date(2025, 8, 20)}, "registration_deadline"),
        ({"cutoff": date(2025, 8, 2)}, "cutoff"),
        ({"team_count": 0}, "team_count"),
    ],
)
def test_settings_that_cannot_be_are_refused_beside_their_field_and_what_was_typed_is_kept(
    changes, field, campaign, client_as
):
    page = client_as(Role.SECRETARIAT).post("/campaign/settings/", posted(campaign, number="KEPT", **changes))
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "KEPT" in page.content.decode()
    campaign.refresh_from_db()
    assert campaign.number == ""


def test_two_people_changing_the_settings_do_not_overwrite_each_other(campaign, actor):
    secretary = actor(Role.SECRETARIAT)
    first, second = Campaign.objects.get(pk=campaign.pk), Campaign.objects.get(pk=campaign.pk)
    values = SettingsForm.initial_of(campaign)
    change_settings(actor=secretary, campaign=first, **values | {"number": "1/KH-UBND"})
    with pytest.raises(Conflict):
        change_settings(actor=secretary, campaign=second, **values | {"number": "2/KH-UBND"})
    campaign.refresh_from_db()
    assert campaign.number == "1/KH-UBND"


def test_after_a_conflict_what_was_typed_is_kept_and_can_be_saved(campaign, client_as):
    client = client_as(Role.SECRETARIAT)
    stale = posted(campaign, number="9/KH-UBND")
    client.post("/campaign/settings/", posted(campaign, number="8/KH-UBND"))
    page = client.post("/campaign/settings/", stale)
    assert page.status_code == 422
    assert "9/KH-UBND" in page.content.decode()
    again = stale | {"revision": page.context["form"].data["revision"]}
    assert client.post("/campaign/settings/", again).status_code == 302


def test_only_the_secretariat_changes_settings(campaign, client_as, actor):
    for role in (Role.ADMINISTRATOR, Role.DEPARTMENT_OFFICER, Role.COMMUNE_CHAIR, Role.CITY_LEADER):
        client = client_as(role)
        assert client.get("/campaign/settings/").status_code == 403
        assert client.post("/campaign/state/", {"revision": 1, "state": "closed"}).status_code == 403
    with pytest.raises(NotAllowed):
        close_campaign(actor=actor(Role.TEAM_HEAD), campaign=campaign, revision=campaign.revision)


def test_a_campaign_is_closed_and_opened_again(campaign, client_as, actor):
    client = client_as(Role.SECRETARIAT)
    client.post("/campaign/state/", {"revision": campaign.revision, "state": "closed"})
    with pytest.raises(Missing, match=r"campaign\.none"):
        current_campaign_for(actor=SYSTEM)
    campaign.refresh_from_db()
    assert client.post("/campaign/settings/", posted(campaign)).status_code == 422
    open_campaign(actor=actor(Role.SECRETARIAT), campaign=campaign, revision=campaign.revision)
    assert current_campaign_for(actor=SYSTEM) == campaign


def test_a_campaign_that_is_open_cannot_be_opened_again(campaign, actor):
    with pytest.raises(Refused):
        open_campaign(actor=actor(Role.SECRETARIAT), campaign=campaign, revision=campaign.revision)


def test_a_draft_is_seen_by_the_centre_only(campaign, actor):
    Campaign.objects.update(state=Campaign.State.DRAFT)
    assert campaigns_for(actor=actor(Role.SECRETARIAT)).count() == 1
    assert campaigns_for(actor=actor(Role.COMMUNE_OFFICER)).count() == 0


def test_a_commune_sees_its_own_unit_and_everybody_else_all(campaign, actor):
    officer = actor(Role.COMMUNE_OFFICER)
    assert [unit.pk for unit in surveyed_units_for(actor=officer, campaign=campaign)] == [officer.unit_id]
    for role in (Role.SECRETARIAT, Role.TEAM_MEMBER, Role.DEPARTMENT_OFFICER):
        assert surveyed_units_for(actor=actor(role), campaign=campaign).count() == 168


def test_the_api_gives_the_plan_its_indicators_and_slots(campaign, client_as):
    client = client_as(Role.DEPARTMENT_OFFICER)
    assert client.get("/api/campaign/plan").json()["number"] == ""
    assert len(client.get("/api/campaign/plan/areas").json()) == 12
    assert len(client.get("/api/campaign/plan/indicators").json()) == 148
    assert client.get("/api/campaign/plan/indicators/A4a.07").json()["rules"][0]["key"] == "a4a_07.balance"
    assert len(client.get("/api/campaign/plan/questions").json()) == 25
    assert len(client.get("/api/campaign/plan/slots").json()) == 20
    assert client.get("/api/campaign/plan/indicators/A9.99").status_code == 404


def test_the_api_changes_settings_and_refuses_as_the_page_does(campaign, client_as):
    client = client_as(Role.SECRETARIAT)
    body: dict[str, Any] = {k: v if v != "" else None for k, v in posted(campaign).items()} | {
        "number": "7/KH-UBND"
    }
    url, kind = "/api/campaign/plan/settings", "application/json"
    assert client.put(url, json.dumps(body), kind).json()["number"] == "7/KH-UBND"
    assert client.put(url, json.dumps(body), kind).status_code == 409
    late = body | {"revision": body["revision"] + 1, "window_end": "2025-08-01"}
    answer = client.put(url, json.dumps(late), kind)
    assert (answer.status_code, answer.json()["field"]) == (422, "window_end")


def test_nobody_reads_the_plan_without_signing_in(client, campaign):
    assert client.get("/campaign/").status_code == 302
    assert client.get("/api/campaign/plan").status_code == 401
