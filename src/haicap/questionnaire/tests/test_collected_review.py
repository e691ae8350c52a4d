"""Filled forms under review: decided, commented, returned, edited; and who sees how they came about."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from haicap.accounts.models import Notice
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.questionnaire.actions import submissions as actions
from haicap.questionnaire.models import Assignment, Attachment, Edit, Submission
from haicap.questionnaire.queries import submissions as queries
from haicap.questionnaire.queries.submission_page import submission_page_for
from haicap.questionnaire.queries.submissions import Wanted
from haicap.questionnaire.tasks import tasks_for
from haicap.questionnaire.tests.collected import make_form, put
from haicap.register.models import Unit


@pytest.fixture
def form(campaign):
    return make_form(campaign)


@pytest.fixture
def unit(db):
    return Unit.objects.filter(level="commune", valid_to=None).order_by("code").first()


def assign(form, verb, scope, **holder):
    return Assignment.objects.create(form=form, verb=verb, scope=scope, **holder)


@pytest.fixture
def officer(person, unit):
    """A commune officer who fills in for the own unit."""
    return person(Role.COMMUNE_OFFICER, unit=unit)


@pytest.fixture
def reviewer(client_as, form):
    """A signed-in reviewer of all submissions of the form."""
    client = client_as(Role.REVIEWER)
    assign(form, "review", "all", person=client.person)
    return client


def acting(row):
    from haicap.accounts.queries import actor_of

    return actor_of(person=row)


def test_a_return_keeps_the_reason_and_tells_who_handed_it_in(form, reviewer, officer, unit):
    row = put(form, person=officer, unit=unit)
    actions.set_state(
        actor=reviewer.actor, submission=row, state="has_issues", comment="Thiếu ảnh",
        comments={"/about/count": "Đếm lại"},
    )  # fmt: skip
    row.refresh_from_db()
    assert row.state == "has_issues"
    assert [(one.path, one.text) for one in row.comments.order_by("pk")] == [
        ("", "Thiếu ảnh"),
        ("/about/count", "Đếm lại"),
    ]
    (notice,) = Notice.objects.filter(person=officer)
    assert "Thiếu ảnh; Đếm lại" in notice.text_vi
    assert notice.url.endswith(f"/submissions/{row.pk}/")
    assert (
        AuditEntry.objects.filter(
            action="questionnaire.submission.has_issues", subject_id=str(row.pk)
        ).count()
        == 1
    )


def test_a_return_without_any_reason_is_refused_and_comments_made_before_are_one(form, reviewer, officer):
    row = put(form, person=officer)
    with pytest.raises(Refused) as caught:
        actions.set_state(actor=reviewer.actor, submission=row, state="has_issues", comment="  ")
    assert caught.value.code == "submission.reason"
    actions.add_comment(actor=acting(officer), submission=row, text="Xin xem giúp")
    with pytest.raises(Refused):
        actions.set_state(actor=reviewer.actor, submission=row, state="has_issues")
    actions.add_comment(actor=reviewer.actor, submission=row, text="Sai loại", path="/about/kind")
    actions.set_state(actor=reviewer.actor, submission=row, state="has_issues")
    assert "Sai loại" in Notice.objects.get(person=officer).text_vi


def test_people_of_the_unit_are_told_only_where_they_may_see_it(form, reviewer, person, unit):
    member, colleague = person(Role.TEAM_MEMBER), person(Role.COMMUNE_CHAIR, unit=unit)
    row = put(form, person=member, unit=unit)
    actions.set_state(actor=reviewer.actor, submission=row, state="has_issues", comment="x")
    assert not Notice.objects.filter(person=colleague).exists()
    assign(form, "read", "unit", role=Role.COMMUNE_CHAIR.value)
    actions.set_state(actor=reviewer.actor, submission=row, state="has_issues", comment="y")
    assert Notice.objects.filter(person=colleague).count() == 1


def test_it_stands_on_the_home_page_until_it_is_corrected(form, reviewer, officer, person, unit):
    assign(form, "fill", "unit", role=Role.COMMUNE_OFFICER.value)
    other = person(Role.COMMUNE_OFFICER, unit=unit)
    row = put(form, person=officer, unit=unit)

    def returned(who):
        return [task for task in tasks_for(actor=acting(who)) if "fill" in task.url and task.urgent]

    assert returned(officer) == []
    actions.set_state(actor=reviewer.actor, submission=row, state="has_issues", comment="Thiếu ảnh")
    for who in (officer, other):
        (task,) = returned(who)
        assert "Thiếu ảnh" in str(task.detail)
        assert row.instance_id in task.url
    Submission.objects.update(state="edited")
    assert returned(officer) == []


def test_the_home_page_counts_what_waits_for_a_reviewer(form, reviewer, officer):
    assert not [task for task in tasks_for(actor=reviewer.actor) if "submissions" in task.url]
    for state in ("received", "edited", "approved"):
        put(form, person=officer, state=state)
    (task,) = [task for task in tasks_for(actor=reviewer.actor) if "submissions" in task.url]
    assert "2" in str(task.title)


def test_nobody_approves_what_they_handed_in_but_the_centre(form, reviewer, actor):
    row = put(form, person=reviewer.person)
    with pytest.raises(NotAllowed) as caught:
        actions.set_state(actor=reviewer.actor, submission=row, state="approved")
    assert caught.value.code == "submission.own"
    head = actor(Role.SECRETARIAT)
    Submission.objects.update(person=head.person_id)
    assert actions.set_state(actor=head, submission=row, state="approved").state == "approved"


def test_only_assigned_reviewers_decide(form, actor, officer, unit):
    row = put(form, person=officer, unit=unit)
    stranger = actor(Role.REVIEWER)
    with pytest.raises(Missing):
        actions.set_state(actor=stranger, submission=row, state="approved")
    assign(form, "read", "all", role=Role.REVIEWER.value)
    with pytest.raises(NotAllowed):
        actions.set_state(actor=stranger, submission=row, state="approved")
    with pytest.raises(NotAllowed):
        actions.set_state(actor=acting(officer), submission=row, state="approved")
    Assignment.objects.update(verb="review", scope="units", units=[unit.code])
    assert actions.set_state(actor=stranger, submission=row, state="approved").state == "approved"


def test_received_is_no_decision(form, reviewer):
    with pytest.raises(Refused):
        actions.set_state(actor=reviewer.actor, submission=put(form), state="received")


def test_many_are_decided_together_or_none(form, reviewer, actor):
    rows = [put(form), put(form)]
    other = put(make_form(form.campaign, form_id="khac"))
    with pytest.raises(Refused):
        actions.set_states(
            actor=reviewer.actor, form=form, submissions=[rows[0].pk, other.pk], state="approved"
        )
    assert set(Submission.objects.values_list("state", flat=True)) == {"received"}
    assert actions.set_states(
        actor=reviewer.actor, form=form, submissions=[row.pk for row in rows], state="approved"
    ) == 2  # fmt: skip


def test_a_comment_on_a_question_the_form_does_not_have_is_refused(form, reviewer):
    row = put(form, staff=(("An", "30"),))
    with pytest.raises(Refused):
        actions.add_comment(actor=reviewer.actor, submission=row, text="x", path="/about/nothing")
    assert actions.add_comment(actor=reviewer.actor, submission=row, text="x", path="/staff[1]/age").pk


def test_an_edit_by_hand_is_a_new_edition_with_a_reason_and_keeps_the_old_one(form, actor, officer):
    head = actor(Role.SECRETARIAT)
    row = put(form, person=officer, staff=(("An", "30"), ("Bình", "41")))
    before = row.xml
    with pytest.raises(Refused):
        actions.edit_submission(actor=head, submission=row, values={"/about/count": "9"}, reason=" ")
    edited = actions.edit_submission(
        actor=head, submission=row, values={"/about/count": "9", "/staff[2]/age": "42"}, reason="gõ nhầm"
    )
    assert (edited.state, edited.edits, edited.instance_id) == ("edited", 1, row.instance_id)
    assert edited.current_id != row.current_id
    assert (edited.person_id, edited.device, edited.started_at) == (officer.pk, "collect:1", row.started_at)
    old, new = Edit.objects.order_by("number")
    assert (old.xml, new.reason, new.person_id) == (before, "gõ nhầm", head.person_id)
    page = submission_page_for(actor=head, form=form, pk=row.pk)
    assert [(one.place, one.before, one.after) for one in page.history[0].changes] == [
        ("/about/count", "12", "9"), ("/staff[2]/age", "41", "42"),
    ]  # fmt: skip
    again = actions.edit_submission(
        actor=head, submission=edited, values={"/about/count": "8"}, reason="lần hai"
    )
    assert (again.edits, Edit.objects.count()) == (2, 3)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("/about/count", "nhiều"), ("/about/kind", "ajar"), ("/about/nothing", "1"), ("/meta/instanceID", "x"),
        ("/staff[4]/age", "3"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(form, actor, place, text):
    row = put(form)
    with pytest.raises(Refused):
        actions.edit_submission(
            actor=actor(Role.SECRETARIAT), submission=row, values={place: text}, reason="x"
        )
    assert Submission.objects.get().edits == 0


def test_a_reviewer_does_not_edit_by_hand(form, reviewer):
    with pytest.raises(NotAllowed):
        actions.edit_submission(
            actor=reviewer.actor, submission=put(form), values={"/about/count": "9"}, reason="x"
        )


def test_the_unit_corrects_what_a_colleague_handed_in_where_it_fills_in_for_the_unit(
    form, officer, person, unit
):
    from haicap.questionnaire.actions.receive import receive
    from haicap.questionnaire.tests.collected import filled

    row = put(form, person=officer, unit=unit, state="has_issues")
    other = acting(person(Role.COMMUNE_OFFICER, unit=unit))
    xml = filled(identity="uuid:new", deprecated=row.current_id, count="3").encode()
    with pytest.raises((Missing, NotAllowed)):
        receive(actor=other, form=form, xml=xml)
    assign(form, "fill", "unit", role=Role.COMMUNE_OFFICER.value)
    assert receive(actor=other, form=form, xml=xml).is_edit


def test_what_is_taken_away_is_in_no_list_until_it_is_brought_back(form, actor):
    head, row = actor(Role.SECRETARIAT), put(form)
    actions.delete_submission(actor=head, submission=row)
    assert list(queries.submission_list_for(actor=head, form=form)) == []
    assert sum(queries.counts_for(actor=head, form=form).values()) == 0
    assert [one.pk for one in queries.deleted_for(actor=head, form=form)] == [row.pk]
    with pytest.raises(Missing):
        actions.set_state(actor=head, submission=row, state="approved")
    actions.restore_submission(actor=head, submission=row)
    assert [one.pk for one in queries.submission_list_for(actor=head, form=form)] == [row.pk]


def test_the_list_is_filtered_and_found_without_diacritics(form, officer, unit):
    first = put(form, centre="Bộ phận Một cửa Thủ Đức", person=officer, unit=unit)
    second = put(form, centre="Cần Giờ", state="approved")

    def found(**wanted):
        return [
            row.pk for row in queries.submission_list_for(actor=SYSTEM, form=form, wanted=Wanted(**wanted))
        ]

    assert found() == [second.pk, first.pk]
    assert (
        found(text="thu duc")
        == found(text="Thủ Đức")
        == found(unit=unit.code)
        == found(person=officer.pk)
        == [first.pk]
    )
    assert found(state="approved") == [second.pk]
    assert found(text=unit.full_name) == [first.pk]
    assert found(text="100%_") == []
    counts = queries.counts_for(actor=SYSTEM, form=form, wanted=Wanted(text="gio", state="received"))
    assert counts == {"received": 0, "has_issues": 0, "edited": 0, "approved": 1, "rejected": 0}


def test_how_it_came_about_is_for_those_in_charge_and_its_author(form, reviewer, actor, officer):
    row = put(form, person=officer, place=[106.7, 10.77])
    assign(form, "read", "all", role=Role.TEAM_MEMBER.value)
    for who in (reviewer.actor, acting(officer), actor(Role.SECRETARIAT)):
        paradata = submission_page_for(actor=who, form=form, pk=row.pk).paradata
        assert paradata is not None
        assert paradata.duration is not None
        assert (paradata.duration.total_seconds(), paradata.place) == (1230, (10.77, 106.7))
    assert submission_page_for(actor=actor(Role.TEAM_MEMBER), form=form, pk=row.pk).paradata is None


def test_the_pages_work_through(form, reviewer, client_as, officer, unit):
    row = put(
        form,
        person=officer,
        unit=unit,
        photo="anh.jpg",
        staff=(("An", "30"), ("Bình", "41")),
        place=[106.7, 10.77],
    )
    base = f"/questionnaire/definitions/{form.pk}/submissions/"
    page = reviewer.get(base).content.decode()
    assert "Bến Nghé" in page
    assert "places-map" in page
    one = reviewer.get(f"{base}{row.pk}/").content.decode()
    for text in ("Tên bộ phận", "Mở", "anh.jpg", "Bình", "41", "08:00:00 05/08/2025"):
        assert text in one
    assert f"{base}{row.pk}/edit/" not in one
    about = reviewer.get(f"{base}{row.pk}/", {"about": "/staff[2]/age"}).content.decode()
    assert re.search(
        r'name="path"[^>]*value="/staff\[2\]/age"|value="/staff\[2\]/age"[^>]*name="path"', about
    )
    said = {"path": "/staff[2]/age", "text": "Tuổi có đúng không?"}
    assert reviewer.post(f"{base}{row.pk}/comment/", said).status_code == 302
    assert reviewer.post(f"{base}{row.pk}/decide/", {"state": ""}).status_code == 422
    assert reviewer.post(f"{base}{row.pk}/decide/", {"state": "has_issues"}).status_code == 302
    assign(form, "fill", "own", role=Role.COMMUNE_OFFICER.value)
    mine = client_as(Role.COMMUNE_OFFICER, unit=unit)
    assert mine.get(f"{base}{row.pk}/").status_code == 404
    mine.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    shown = mine.get(f"{base}{row.pk}/").content.decode()
    assert "Tuổi có đúng không?" in shown
    assert f"?instance={row.instance_id}" in shown
    assert mine.post(f"{base}{row.pk}/decide/", {"state": "approved"}).status_code == 403
    assert reviewer.post(f"{base}decide/", {"pk": [row.pk], "state": "rejected"}).status_code == 302
    assert reviewer.post(f"{base}decide/", {"state": "rejected"}).status_code == 422
    assert Submission.objects.get().state == "rejected"


def test_those_in_charge_edit_take_away_and_bring_back_by_pages(form, client_as):
    client, row = client_as(Role.SECRETARIAT), put(form)
    base = f"/questionnaire/definitions/{form.pk}/submissions/"
    url = f"{base}{row.pk}/edit/"
    assert client.get(url, {"place": "/about/count"}).status_code == 200
    assert client.get(url, {"place": "/nothing"}).status_code == 302
    assert client.post(url, {"place": "/about/count", "text": "9"}).status_code == 422
    assert client.post(url, {"place": "/about/count", "text": "nhiều", "reason": "x"}).status_code == 422
    assert client.post(url, {"place": "/about/count", "text": "1.234", "reason": "x"}).status_code == 302
    row.refresh_from_db()
    assert "<count>1234</count>" in row.xml
    assert "1.234" in client.get(f"{base}{row.pk}/").content.decode()
    assert client.post(f"{base}{row.pk}/delete/").status_code == 302
    assert client.get(f"{base}{row.pk}/").status_code == 404
    assert client.get(f"{base}deleted/").status_code == 200
    assert client.post(f"{base}deleted/", {"pk": row.pk}).status_code == 302
    assert client.post(f"{base}deleted/", {"pk": "x"}).status_code == 404


def test_a_reviewer_is_told_which_conditions_of_the_form_do_not_hold(form, reviewer, officer):
    row = put(form, person=officer, count="5001")
    (fault,) = submission_page_for(actor=reviewer.actor, form=form, pk=row.pk).faults
    assert (fault.code, fault.place) == ("constraint", "/about/count")
    assert submission_page_for(actor=acting(officer), form=form, pk=row.pk).faults == ()
    page = reviewer.get(f"/questionnaire/definitions/{form.pk}/submissions/{row.pk}/").content.decode()
    assert "“5001”" in page


def test_files_are_handed_out_as_downloads_that_run_nothing(form, reviewer, client_as):
    from django.core.files.base import ContentFile

    row = put(form, photo="anh.svg")
    file = Attachment.objects.create(submission=row, name="anh.svg", content_type="image/svg+xml", size=6)
    url = f"/questionnaire/definitions/{form.pk}/submissions/{row.pk}/files/{file.pk}/"
    assert reviewer.get(url).status_code == 404
    file.file.save("x.svg", ContentFile(b"<svg/>"))
    answer = reviewer.get(url)
    assert b"".join(answer.streaming_content) == b"<svg/>"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client_as(Role.REVIEWER).get(url).status_code == 404


def test_a_list_and_a_page_take_the_same_queries_for_few_and_many(form, reviewer, officer, unit):
    base = f"/questionnaire/definitions/{form.pk}/submissions/"

    def counted(url):
        with CaptureQueriesContext(connection) as caught:
            assert reviewer.get(url).status_code == 200
        return len(caught)

    row = put(form, person=officer, unit=unit, place=[106.7, 10.7])
    counted(base)
    counted(f"{base}{row.pk}/")  # the first time a version of a form is read, it is kept in memory
    few, one = counted(base), counted(f"{base}{row.pk}/")
    for number in range(12):
        put(form, person=officer, unit=unit, place=[106.7, 10.7], centre=f"Số {number}")
    many = put(form, staff=tuple((f"Cán bộ {n}", "30") for n in range(30)), person=officer, unit=unit)
    for number in range(10):
        actions.add_comment(actor=reviewer.actor, submission=many, text="?", path=f"/staff[{number + 1}]/age")
    assert counted(base) == few
    assert counted(f"{base}{many.pk}/") == one
