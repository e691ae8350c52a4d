"""Who may keep whom, what is refused, and what the audit trail holds of it."""

import json
from typing import Any

import pytest

from haicap.accounts import actions, queries
from haicap.accounts.files import read_people
from haicap.accounts.models import Person, PersonRole
from haicap.kernel.access import SYSTEM, Role, catalogue
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.kernel.tables import Faulty
from haicap.register.models import Body

GOOD = "mat-khau-thu-123"
SIMPLE: dict[str, Any] = {"full_name": "Cán bộ mẫu", "username": "can-bo"}


def body(code):
    return Body.objects.get(code=code)


def department_codes():
    return list(Body.objects.filter(kind="department").order_by("code").values_list("code", flat=True)[:2])


def test_an_actor_has_the_permissions_of_all_held_roles(person):
    row = person(Role.SECRETARIAT)
    PersonRole.objects.create(person=row, role=Role.CITY_LEADER)
    found = queries.actor_of(person=Person.objects.get(pk=row.pk))
    assert found.roles == {Role.SECRETARIAT, Role.CITY_LEADER}
    assert found.permissions == catalogue().of(found.roles)


def test_a_role_string_the_house_does_not_know_gives_nothing(person):
    row = person(Role.TEAM_MEMBER)
    row.roles.update(role="grand_inquisitor")
    found = queries.actor_of(person=Person.objects.get(pk=row.pk))
    assert (found.roles, found.permissions, found.is_central) == (frozenset(), frozenset(), False)


def test_the_actor_of_a_person_takes_two_queries(person, django_assert_num_queries):
    row = person(Role.COMMUNE_OFFICER)
    with django_assert_num_queries(2):
        found = queries.actor_by_id(row.pk)
    assert found.unit_id == row.body.unit_id is not None


def test_a_closed_account_has_no_actor_left(person):
    row = person(Role.ADMINISTRATOR)
    Person.objects.filter(pk=row.pk).update(is_active=False)
    assert not queries.actor_by_id(row.pk).is_signed_in


def test_people_are_found_with_and_without_diacritics(db):
    for number, name in enumerate(["Nguyễn Thị Đào", "Trần Văn Mẫu"]):
        actions.add_person(
            actor=SYSTEM, username=f"p{number}", full_name=name, body=body("SNV"), roles=[Role.TEAM_MEMBER]
        )
    for text in ("đào", "DAO", "nguyen dao", "Nguyễn"):
        assert [row.full_name for row in queries.search_people_for(actor=SYSTEM, text=text)] == [
            "Nguyễn Thị Đào"
        ]


def test_people_are_found_by_role_and_by_code_or_name_of_their_body(person):
    row = person(Role.CITY_LEADER)
    for asked in ({"role": "city_leader"}, {"body": "snv"}, {"body": row.body.name_vi.upper()}):
        assert row in queries.search_people_for(actor=SYSTEM, **asked)
    assert not queries.search_people_for(actor=SYSTEM, role="commune_chair", body="SNV")


def test_a_name_in_decomposed_letters_is_kept_composed(db):
    row = actions.add_person(
        actor=SYSTEM, username="nfd", full_name="Tha\u0323nh Thị Mẫu", body=body("SNV"), roles=[]
    )
    assert row.full_name == "Thạnh Thị Mẫu"


def test_a_person_sees_people_of_the_own_body_only(actor, person):
    own, other = department_codes()
    officer = actor(Role.DEPARTMENT_OFFICER, body=own)
    stranger = person(Role.TEAM_MEMBER, body=other)
    assert stranger not in queries.people_for(actor=officer)
    with pytest.raises(Missing):
        queries.person_for(actor=officer, person_id=stranger.pk)
    assert stranger in queries.people_for(actor=actor(Role.SECRETARIAT))


def test_a_department_officer_adds_people_of_the_own_body_without_roles(actor):
    own, other = department_codes()
    officer = actor(Role.DEPARTMENT_OFFICER, body=own)
    assert actions.add_person(actor=officer, body=body(own), **SIMPLE).body.code == own
    with pytest.raises(NotAllowed) as refused:
        actions.add_person(actor=officer, body=body(other), full_name="Ai đó", username="ai-do")
    assert refused.value.field == "body"
    with pytest.raises(NotAllowed) as refused:
        actions.add_person(actor=officer, body=body(own), roles=["secretariat"], full_name="X", username="x")
    assert refused.value.field == "roles"


def change(by, row, **values):
    kept = {"revision": row.revision, "full_name": row.full_name, "body": row.body}
    return actions.change_person(actor=by, person=row, **(kept | values))


def test_a_department_officer_cannot_touch_central_accounts_of_the_own_body(actor, person):
    officer = actor(Role.DEPARTMENT_OFFICER, body="SNV")
    for role in (Role.ADMINISTRATOR, Role.SECRETARIAT, Role.CITY_LEADER):
        row = person(role, body="SNV")
        with pytest.raises(NotAllowed):
            change(officer, row, email="mine@example.vn")
        with pytest.raises(NotAllowed):
            actions.reset_password(actor=officer, person=row)


def test_a_department_officer_closes_no_account_with_a_role(actor, person):
    officer = actor(Role.DEPARTMENT_OFFICER, body="SNV")
    with pytest.raises(NotAllowed):
        change(officer, person(Role.TEAM_MEMBER, body="SNV"), is_active=False)


def test_the_secretariat_neither_makes_nor_takes_over_an_administrator(actor, person):
    secretary, administrator = actor(Role.SECRETARIAT), person(Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        actions.add_person(actor=secretary, body=body("SNV"), roles=["administrator"], **SIMPLE)
    with pytest.raises(NotAllowed):
        actions.reset_password(actor=secretary, person=administrator)
    with pytest.raises(NotAllowed):
        change(secretary, administrator, roles=[])
    with pytest.raises(NotAllowed):
        change(secretary, person(Role.TEAM_MEMBER), roles=["administrator"])


def test_an_administrator_cannot_lock_themselves_out(person):
    row = person(Role.ADMINISTRATOR)
    own = queries.actor_of(person=row)
    with pytest.raises(Refused):
        change(own, row, is_active=False)
    with pytest.raises(Refused):
        change(own, row, roles=["secretariat"])
    with pytest.raises(Refused):
        actions.reset_password(actor=own, person=row)


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"username": "CAN-BO"}, "person.username_taken", "username"),
        ({"username": "can bo"}, "person.username_unfit", "username"),
        ({"username": ""}, "person.username_unfit", "username"),
        ({"username": "b", "full_name": " "}, "person.name_missing", "full_name"),
        ({"username": "b", "roles": ["grand_inquisitor"]}, "person.role_unknown", "roles"),
        ({"username": "b", "password": "12345"}, "person.password_weak", "password"),
    ],
)
def test_what_cannot_be_added_is_refused_with_its_field(db, values, code, field):
    actions.add_person(actor=SYSTEM, body=body("SNV"), **SIMPLE)
    with pytest.raises(Refused) as refused:
        actions.add_person(actor=SYSTEM, body=body("SNV"), **(SIMPLE | values))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_two_people_changing_one_person_conflict(person):
    row = person(Role.TEAM_MEMBER)
    second = Person.objects.get(pk=row.pk)
    change(SYSTEM, row, post="Chuyên viên")
    with pytest.raises(Conflict):
        change(SYSTEM, second, revision=1, post="Trưởng phòng")
    assert Person.objects.get(pk=row.pk).post == "Chuyên viên"


def test_changing_a_person_does_not_bring_back_an_old_password(person):
    row = person(Role.TEAM_MEMBER)
    stale = Person.objects.get(pk=row.pk)
    made = actions.reset_password(actor=SYSTEM, person=row)
    change(SYSTEM, stale, post="Chuyên viên")
    assert Person.objects.get(pk=row.pk).check_password(made)


def test_the_audit_trail_says_who_changed_what_and_holds_no_password(actor, person):
    row, secretary = person(Role.TEAM_MEMBER), actor(Role.SECRETARIAT)
    change(secretary, row, roles=["team_head"])
    made = actions.reset_password(actor=secretary, person=row)
    entries = list(AuditEntry.objects.filter(subject_type="accounts.person", subject_id=str(row.pk)))
    changed = next(entry for entry in entries if entry.action == "accounts.person.changed")
    assert changed.person_id == secretary.person_id
    assert changed.before is not None and changed.after is not None
    assert (changed.before["roles"], changed.after["roles"]) == (["team_member"], ["team_head"])
    assert "accounts.password.reset" in {entry.action for entry in entries}
    text = json.dumps([[entry.before, entry.after] for entry in entries])
    hashed = Person.objects.get(pk=row.pk).password
    assert made not in text and hashed not in text and GOOD not in text


HEADING = "username,full_name,body,roles,post\n"


def bring(text, by=SYSTEM):
    raw = (HEADING + text).encode()
    return actions.add_people(actor=by, rows=read_people(raw, name="people.csv"), name="people.csv")


def test_a_file_of_people_is_added_whole(db):
    assert (
        bring("a1,Cán bộ mẫu 001,SNV,team_member;team_secretary,\na2,Cán bộ mẫu 002,STP,,Chuyên viên\n") == 2
    )
    assert {held.role for held in Person.objects.get(username="a1").roles.all()} == {
        "team_member",
        "team_secretary",
    }


def test_a_file_with_faults_adds_nobody_and_names_each_by_row_and_column(db):
    with pytest.raises(Faulty) as faulty:
        bring(
            "a1,Một,SNV,,\na2,Hai,KHONG-CO,,\na1,Ba,SNV,,\na4,Bốn,SNV,vua,\na5,Năm,SNV,," + "x" * 201 + "\n"
        )
    places = [(fault.row, fault.column) for fault in faulty.value.faults]
    assert places == [(3, "body"), (4, "username"), (5, "roles"), (6, "post")]
    assert not Person.objects.filter(username="a1").exists()


def test_a_file_without_its_columns_is_refused(db):
    with pytest.raises(Faulty):
        read_people(b"name,code\nx,y\n", name="people.csv")


def test_a_file_brings_no_people_of_another_body_for_a_department_officer(actor):
    own, other = department_codes()
    officer = actor(Role.DEPARTMENT_OFFICER, body=own)
    with pytest.raises(Faulty) as faulty:
        bring(f"a1,Một,{own},,\na2,Hai,{other},,\n", by=officer)
    assert [(fault.row, fault.column) for fault in faulty.value.faults] == [(3, "body")]


def test_people_to_tell_are_the_active_ones_with_the_role(person):
    kept, closed = person(Role.TEAM_HEAD), person(Role.TEAM_HEAD)
    Person.objects.filter(pk=closed.pk).update(is_active=False)
    assert list(queries.people_with(role=Role.TEAM_HEAD)) == [kept]
    assert not queries.people_with(role=Role.TEAM_HEAD, body=body("STP"))


def test_a_notice_reaches_each_person_once_and_nobody_else_reads_it(person):
    told, other = person(Role.TEAM_HEAD), person(Role.TEAM_HEAD)
    assert actions.notify(actor=SYSTEM, people=[told, told], text_vi="Lịch mới", text_en="New", url="/") == 1
    reader, stranger = queries.actor_of(person=told), queries.actor_of(person=other)
    notice = queries.notices_for(actor=reader).get()
    assert actions.mark_read(actor=stranger, notice_id=notice.pk) == 0
    assert queries.unread_count_for(actor=reader) == 1
    assert actions.mark_read(actor=reader, notice_id=notice.pk) == 1
    assert queries.unread_count_for(actor=reader) == 0
