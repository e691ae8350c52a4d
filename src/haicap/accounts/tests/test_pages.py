"""The pages and the JSON operations of people, notices and the own account."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from haicap.accounts import actions
from haicap.accounts.models import Person
from haicap.kernel.access import SYSTEM, Role


def test_the_list_of_people_takes_as_many_queries_for_two_as_for_forty(
    client_as, person, django_assert_max_num_queries
):
    client = client_as(Role.SECRETARIAT)
    client.get("/people/")

    def count():
        with django_assert_max_num_queries(30) as taken:
            assert client.get("/people/").status_code == 200
        return len(taken)

    few = count()
    for _ in range(38):
        person(Role.TEAM_MEMBER)
    assert count() == few


def test_the_list_is_narrowed_by_text_body_and_role(client_as, person):
    client = client_as(Role.ADMINISTRATOR)
    row = person(Role.COMMUNE_CHAIR)
    answer = client.get("/people/", {"text": "can bo", "body": row.body.code, "role": "commune_chair"})
    assert [found.pk for found in answer.context["page"]] == [row.pk]
    assert not client.get("/people/", {"text": "khong ai"}).context["page"].object_list


def test_a_person_is_added_changed_and_given_a_password_on_the_pages(client_as):
    client = client_as(Role.ADMINISTRATOR)
    values: dict[str, Any] = {"username": "moi", "full_name": "Cán bộ mới", "body": "SNV"}
    values["roles"] = ["team_member"]
    assert client.post("/people/new/", values).status_code == 302
    row = Person.objects.get(username="moi")
    page = f"/people/{row.pk}/"
    values |= {"revision": 1, "is_active": "on", "roles": ["team_head"], "post": "Phó phòng"}
    assert client.post(page, values).status_code == 302
    row.refresh_from_db()
    assert (row.post, [held.role for held in row.roles.all()]) == ("Phó phòng", ["team_head"])
    answer = client.post(f"{page}password/")
    row.refresh_from_db()
    assert row.check_password(answer.context["password"])


def test_the_second_to_save_is_told_and_keeps_what_was_typed(client_as, person):
    client, row = client_as(Role.SECRETARIAT), person(Role.TEAM_MEMBER)
    values = {
        "full_name": row.full_name,
        "body": "SNV",
        "is_active": "on",
        "roles": ["team_member"],
        "revision": 1,
    }
    page = f"/people/{row.pk}/"
    assert client.post(page, values | {"post": "Chuyên viên"}).status_code == 302
    answer = client.post(page, values | {"post": "Trưởng phòng"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Trưởng phòng" in text and 'name="revision" value="2"' in text
    assert client.post(page, values | {"post": "Trưởng phòng", "revision": 2}).status_code == 302


def test_a_department_officer_finds_no_role_to_give_and_no_other_body(client_as, person):
    client = client_as(Role.DEPARTMENT_OFFICER, body="STP")
    form = client.get("/people/new/").context["form"]
    assert "roles" not in form.fields
    assert [row.code for row in form.fields["body"].queryset] == ["STP"]
    values = {"username": "moi", "full_name": "Cán bộ mới", "body": "STP", "roles": ["administrator"]}
    assert client.post("/people/new/", values).status_code == 302
    assert not Person.objects.get(username="moi").roles.exists()
    assert client.get(f"/people/{person(Role.TEAM_MEMBER, body='SNV').pk}/").status_code == 404


def test_a_file_with_faults_is_answered_row_by_row(client_as):
    client = client_as(Role.SECRETARIAT)
    raw = "username,full_name,body,roles\na1,Một,KHONG-CO,\n".encode()
    answer = client.post("/people/file/", {"file": SimpleUploadedFile("people.csv", raw)})
    assert answer.status_code == 422
    assert [(fault.row, fault.column) for fault in answer.context["faults"]] == [(2, "body")]
    raw = "username,full_name,body,roles\na1,Một,SNV,team_member\n".encode()
    assert client.post("/people/file/", {"file": SimpleUploadedFile("people.csv", raw)}).status_code == 302


def test_a_name_with_markup_is_shown_as_text(client_as):
    client = client_as(Role.SECRETARIAT)
    actions.add_person(
        actor=SYSTEM, username="xss", full_name="<script>x</script>", body=client.person.body, roles=[]
    )
    assert b"<script>x" not in client.get("/people/").content


def test_the_profile_is_changed_and_a_second_change_conflicts(client_as):
    client = client_as(Role.COMMUNE_OFFICER)
    values = {"phone": "028 3829 1056", "email": "mau@example.vn", "language": "en", "revision": 1}
    answer = client.post("/account/", values)
    assert (answer.status_code, answer.cookies["haicap_language"].value) == (302, "en")
    assert client.post("/account/", values | {"phone": "1"}).status_code == 422
    assert Person.objects.get(pk=client.person.pk).phone == "028 3829 1056"


def test_notices_are_listed_and_marked_read_one_by_one_or_all(client_as):
    client = client_as(Role.TEAM_HEAD)
    for text in ("Lịch mới", "Báo cáo trả lại", "Nhắc hạn"):
        actions.notify(actor=SYSTEM, people=[client.person], text_vi=text, text_en="Some text", url="/")
    first = client.person.notices.first()
    answer = client.get("/notices/")
    assert "Lịch mới" in answer.content.decode()
    fragment = client.post(f"/notices/{first.pk}/read/", headers={"HX-Request": "true"})
    assert fragment.status_code == 200 and b"<html" not in fragment.content
    assert client.person.notices.filter(read_at=None).count() == 2
    assert client.post("/notices/read/").status_code == 302
    assert not client.person.notices.filter(read_at=None).exists()


def test_a_notice_of_somebody_else_does_not_exist(client_as, person):
    client, other = client_as(Role.TEAM_HEAD), person(Role.TEAM_HEAD)
    actions.notify(actor=SYSTEM, people=[other], text_vi="Riêng", text_en="Private", url="/")
    assert client.post(f"/notices/{other.notices.get().pk}/read/").status_code == 404


def test_the_api_says_who_i_am_what_i_was_told_and_whom_i_may_see(client_as, client):
    assert client.get("/api/accounts/me").status_code == 401
    officer = client_as(Role.DEPARTMENT_OFFICER, body="STP")
    actions.notify(actor=SYSTEM, people=[officer.person], text_vi="Lịch mới", text_en="New", url="/")
    me = officer.get("/api/accounts/me").json()
    assert (me["roles"], me["body"]) == (["department_officer"], "STP")
    assert [row["text_vi"] for row in officer.get("/api/accounts/notices").json()] == ["Lịch mới"]
    assert officer.post("/api/accounts/notices/read").json() == 1
    assert {row["body"] for row in officer.get("/api/accounts/people").json()} == {"STP"}
    assert client_as(Role.COMMUNE_CHAIR).get("/api/accounts/people").status_code == 403


def test_the_command_line_adds_people_gives_passwords_and_lists_roles(db, capsys):
    call_command(
        "accounts", "add-person", "Truong-phong", full_name="Cán bộ mẫu", body="SNV", roles=["secretariat"]
    )
    name, password = capsys.readouterr().out.strip().split(": ")
    row = Person.objects.get(username=name)
    assert name == "truong-phong" and row.check_password(password) and row.password_is_temporary
    call_command("accounts", "reset-password", name)
    assert not Person.objects.get(pk=row.pk).check_password(password)
    call_command("accounts", "list-roles")
    assert "bridge_technician" in capsys.readouterr().out
    for wrong in (("reset-password", "nobody"),):
        with pytest.raises(CommandError):
            call_command("accounts", *wrong)
    with pytest.raises(CommandError):
        call_command("accounts", "add-person", "x", full_name="X", body="KHONG-CO", roles=[])
