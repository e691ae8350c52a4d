"""The pages of forms: who sees them, what comes back of a bad workbook, from upload to a published version."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from haicap.accounts.models import Person
from haicap.kernel.access import SYSTEM, Role
from haicap.questionnaire.actions import forms as actions
from haicap.questionnaire.models import Assignment, Form
from haicap.questionnaire.rules.schema import Schema
from haicap.questionnaire.tests.test_definitions import FILES, PNG, create, save, workbook

LIST = "/questionnaire/definitions/"
READERS = (
    Role.ADMINISTRATOR, Role.SECRETARIAT, Role.DEPARTMENT_OFFICER, Role.TEAM_HEAD, Role.TEAM_MEMBER, Role.CITY_LEADER,
    Role.REVIEWER,
)  # fmt: skip
WRITERS = (Role.ADMINISTRATOR, Role.SECRETARIAT)


def sent(raw, name="khao_sat.xlsx"):
    return SimpleUploadedFile(name, raw)


@pytest.fixture
def made(campaign):
    """A published form."""
    return create(campaign, publish=True)


@pytest.fixture
def keeper(client_as):
    """Somebody who writes forms."""
    return client_as(Role.SECRETARIAT)


@pytest.mark.parametrize("role", [*READERS, Role.COMMUNE_OFFICER, Role.COMMUNE_CHAIR, Role.BRIDGE_TECHNICIAN])
def test_each_role_sees_what_is_for_it(role, made, client_as, units):
    save(made, version="2")
    client = (
        client_as(role, unit=units[0])
        if role in (Role.COMMUNE_OFFICER, Role.COMMUNE_CHAIR)
        else client_as(role)
    )
    page = f"{LIST}{made.pk}/"
    assert client.get(LIST).status_code == (200 if role in READERS else 403)
    assert client.get(page).status_code == (200 if role in READERS else 403)
    assert client.get(f"{page}draft/").status_code == (200 if role in WRITERS else 403)
    assert client.get(f"{page}versions/1/form.xml").status_code == (200 if role in READERS else 403)
    assert client.get(f"{page}versions/1/source/").status_code == (200 if role in READERS else 403)
    draft = client.get(f"{page}versions/2/form.xml").status_code
    assert draft == (200 if role in WRITERS else 404 if role in READERS else 403)
    for act in (
        "publish",
        "copy",
        "discard",
        "state",
        "settings",
        "delete",
        "media",
        "assign",
        "assign/1/take-back",
    ):
        if role not in WRITERS:
            assert client.post(f"{page}{act}/").status_code == 403
    text = client.get(page).content.decode()
    assert (f"{page}draft/" in text) == (role in WRITERS)


def test_nobody_signed_in_is_sent_to_sign_in(made, client):
    assert client.get(LIST).status_code == 302
    assert client.get(f"{LIST}{made.pk}/").status_code == 302


def test_the_menu_leads_to_the_forms_and_on_to_the_plans_own(keeper, form):
    text = keeper.get(LIST).content.decode()
    assert f'href="{LIST}{form.form.pk}/"' in text
    assert 'href="/questionnaire/forms/"' in text
    own = keeper.get(f"{LIST}{form.form.pk}/").content.decode()
    assert 'href="/questionnaire/forms/"' in own
    assert "/state/" not in own


def test_from_workbook_to_published_form(keeper, campaign):
    answer = keeper.post(LIST, {"file": sent(workbook())})
    form = Form.objects.get(form_id="khao_sat")
    assert answer.headers["Location"] == f"{LIST}{form.pk}/draft/"
    page = keeper.get(answer.headers["Location"])
    assert page.status_code == 200
    answer = keeper.post(f"{LIST}{form.pk}/publish/", {"version": "1", "revision": form.revision})
    assert answer.headers["Location"] == f"{LIST}{form.pk}/"
    assert form.versions.get().state == "published"
    assert "khao_sat" in keeper.get(LIST).content.decode()


def test_a_bad_workbook_comes_back_with_sheet_row_and_column_and_nothing_is_kept(keeper, campaign):
    answer = keeper.post(LIST, {"file": sent(workbook(("texxt", "a", "A"), ("text", "b", "B")))})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert not Form.objects.exists()
    for part in ("<td>survey</td>", '<td class="number">2</td>', "<td>type</td>", "texxt"):
        assert part in text


def test_texts_of_a_bad_workbook_are_not_taken_for_the_pages_own(keeper, campaign):
    text = keeper.post(
        LIST, {"file": sent(workbook(("<script>alert(1)</script>", "a", "A")))}
    ).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize(
    ("raw", "name"),
    [(b"", "a.xlsx"), (b"a,b,c\n", "a.xlsx"), (b"PK\x03\x04nonsense", "a.xlsx"), (b"<a/>", "a.xml")],
)
def test_what_is_no_form_is_refused_with_a_sentence(keeper, campaign, raw, name):
    answer = keeper.post(LIST, {"file": sent(raw, name)})
    assert answer.status_code == 422
    assert not Form.objects.exists()


def test_the_draft_page_says_what_changes_and_asks_what_is_the_same(keeper, made):
    save(made, ("text", "ten_day_du", "Họ và tên"), ("integer", "tuoi", "Số tuổi"), version="2")
    page = keeper.get(f"{LIST}{made.pk}/draft/").content.decode()
    for part in ("/ten_day_du", "/ho_ten", "Tuổi → Số tuổi", 'name="same_0"', 'value="2"'):
        assert part in page
    made.refresh_from_db()
    sent_form = {"version": "2", "revision": made.revision, "same_0": "/ho_ten"}
    assert keeper.post(f"{LIST}{made.pk}/publish/", sent_form).status_code == 302
    row = made.versions.get(state="published")
    assert Schema.from_json(row.schema).columns["/ten_day_du"] == "/ho_ten"


def test_what_was_chosen_is_kept_when_publishing_is_refused(keeper, made):
    save(made, ("text", "ten_day_du", "Họ và tên"), ("integer", "tuoi", "Tuổi"), version="2")
    made.refresh_from_db()
    answer = keeper.post(
        f"{LIST}{made.pk}/publish/", {"version": "1", "revision": made.revision, "same_0": "/ho_ten"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert '<option value="/ho_ten" selected>' in text
    assert made.versions.get(state="published").version == "1"
    made.refresh_from_db()
    stale = {"version": "2", "revision": made.revision - 1, "same_0": "/ho_ten"}
    answer = keeper.post(f"{LIST}{made.pk}/publish/", stale)
    assert answer.status_code == 422
    assert f'value="{made.revision}"' in answer.content.decode()


def test_a_stale_upload_does_not_write_over_a_colleagues_draft(keeper, made):
    seen = Form.objects.get(pk=made.pk).revision
    save(made, version="2")
    answer = keeper.post(f"{LIST}{made.pk}/draft/", {"file": sent(workbook(version="3")), "revision": seen})
    assert answer.status_code == 422
    assert made.versions.get(state="draft").version == "2"


def test_a_bad_workbook_leaves_the_draft_as_it_was(keeper, made):
    save(made, version="2")
    made.refresh_from_db()
    bad = {"file": sent(workbook(("text", None, "B"), version="3")), "revision": made.revision}
    answer = keeper.post(f"{LIST}{made.pk}/draft/", bad)
    assert answer.status_code == 422
    assert "<td>name</td>" in answer.content.decode()
    assert made.versions.get(state="draft").version == "2"


def test_files_are_sent_served_and_taken_away_on_the_draft_page(keeper, campaign):
    form = create(campaign, workbook(*FILES, heading=["media::image"]))
    url = f"{LIST}{form.pk}/media/"
    assert "xa.csv" in keeper.get(f"{LIST}{form.pk}/draft/").content.decode()
    csv = sent(b"name,label\n1,a\n", "khac.csv")
    assert keeper.post(url, {"name": "xa.csv", "act": "attach", "file": csv}).status_code == 302
    assert (
        keeper.post(url, {"name": "anh.png", "act": "attach", "file": sent(PNG, "a.png")}).status_code == 302
    )
    got = keeper.get(f"{LIST}{form.pk}/versions/1/media/xa.csv")
    assert b"".join(got.streaming_content) == b"name,label\n1,a\n"
    assert keeper.post(url, {"name": "xa.csv", "act": "remove"}).status_code == 302
    assert keeper.get(f"{LIST}{form.pk}/versions/1/media/xa.csv").status_code == 404
    for bad in (
        {"name": "xa.csv", "act": "attach"},
        {"name": "xa.csv", "act": "link"},
        {"name": "xa.csv", "act": "burn"},
        {"name": "nowhere.csv", "act": "attach", "file": sent(b"a\n", "a.csv")},
        {"name": "anh.png", "act": "attach", "file": sent(b"<svg>", "a.png")},
    ):
        assert keeper.post(url, bad).status_code == 422
    assert keeper.get(f"{LIST}{form.pk}/versions/9/media/xa.csv").status_code == 404


def test_a_form_is_closed_set_up_assigned_and_deleted_on_its_page(keeper, made, units):
    page = f"{LIST}{made.pk}/"
    assert keeper.post(f"{page}state/", {"state": "closing"}).status_code == 302
    assert keeper.post(f"{page}state/", {"state": "gone"}).status_code == 422
    assert (
        keeper.post(f"{page}settings/", {"unit_question": "/ho_ten", "due": "2026-01-05"}).status_code == 302
    )
    made.refresh_from_db()
    assert (made.state, made.unit_question, str(made.due)) == ("closing", "/ho_ten", "2026-01-05")
    assert keeper.post(f"{page}settings/", {"unit_question": "/khong"}).status_code == 422
    given = {
        "verb": "review",
        "role": "reviewer",
        "scope": "units",
        "units": f"{units[0].code}, {units[1].code}",
    }
    assert keeper.post(f"{page}assign/", given).status_code == 302
    row = Assignment.objects.get()
    assert row.units == [units[0].code, units[1].code]
    assert units[0].code in keeper.get(page).content.decode()
    for bad in ({"verb": "fill"}, {"verb": "fill", "person": "nobody"}, {"verb": "fill", "key": "9"}):
        answer = keeper.post(f"{page}assign/", bad)
        assert answer.status_code == 422
        assert "is-invalid" in answer.content.decode() or "alert-danger" in answer.content.decode()
    assert keeper.post(f"{page}assign/{row.pk}/take-back/").status_code == 302
    assert not Assignment.objects.exists()
    assert keeper.post(f"{page}delete/").status_code == 302
    assert keeper.get(page).status_code == 404


def test_one_person_is_assigned_by_user_name(keeper, made, actor):
    person = actor(Role.TEAM_MEMBER)
    name = Person.objects.get(pk=person.person_id).username
    assert (
        keeper.post(f"{LIST}{made.pk}/assign/", {"verb": "fill", "person": name.upper()}).status_code == 302
    )
    assert Assignment.objects.get().person_id == person.person_id


def test_a_draft_is_copied_and_thrown_away_on_the_page(keeper, made):
    page = f"{LIST}{made.pk}/"
    assert keeper.post(f"{page}copy/").headers["Location"] == f"{page}draft/"
    assert keeper.post(f"{page}discard/").status_code == 302
    assert keeper.post(f"{page}discard/").status_code == 404
    assert keeper.get(f"{page}draft/").status_code == 200


def test_the_workbook_comes_back_as_it_was(keeper, campaign):
    raw = workbook()
    form = create(campaign, raw)
    got = keeper.get(f"{LIST}{form.pk}/versions/1/source/")
    assert b"".join(got.streaming_content) == raw
    assert "khao_sat-v1.xlsx" in got.headers["Content-Disposition"]


def test_archived_forms_are_out_of_the_list_until_asked_for(keeper, made):
    actions.set_state(actor=SYSTEM, form=made, state="archived")
    assert "khao_sat" not in keeper.get(LIST).content.decode()
    assert "khao_sat" in keeper.get(f"{LIST}?archived=1").content.decode()


def test_the_list_takes_as_many_queries_for_many_forms(keeper, campaign):
    def count():
        with CaptureQueriesContext(connection) as found:
            keeper.get(LIST)
        return len(found)

    create(campaign, publish=True)
    count()
    one = count()
    for number in range(5):
        create(campaign, workbook(form_id=f"f{number}"), publish=True)
    assert count() == one
