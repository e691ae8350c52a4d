"""What a new version changes is said before it is published, and answers keep their columns."""

import pytest

from haicap.questionnaire.rules.convert import convert_form
from haicap.questionnaire.rules.form_diff import columns_of, diff
from haicap.questionnaire.rules.schema import Schema


def schema(*rows: str, choices: str = "") -> Schema:
    """The schema of a form of survey rows "type|name|label"."""
    lines = ["| survey |", "| | type | name | label |", *(f"| | {row} |" for row in rows)]
    if choices:
        lines += ["| choices |", "| | list_name | name | label |"]
        lines += [f"| | {row} |" for row in choices.split(";")]
    return convert_form("\n".join(lines).encode(), name="form.md").schema


OLD = schema(
    "text | ho_ten | Họ và tên",
    "integer | tuoi | Tuổi",
    "begin repeat | con | Con",
    "text | ten_con | Tên con",
    "end repeat |  | ",
)


def paths(fields):
    return [one.path for one in fields]


def test_equal_versions_differ_in_nothing():
    assert diff(OLD, OLD).is_empty


def test_added_removed_and_relabelled_questions_are_named():
    new = schema("text | ho_ten | Họ, chữ đệm và tên", "text | dia_chi | Địa chỉ nơi ở")
    found = diff(OLD, new)
    assert paths(found.added) == ["/dia_chi"]
    assert paths(found.removed) == ["/tuoi", "/con", "/con/ten_con"]
    assert [(one.field.path, one.before, one.after) for one in found.relabelled] == [
        ("/ho_ten", "Họ và tên", "Họ, chữ đệm và tên")
    ]


def test_a_renamed_question_is_offered_and_keeps_its_column_only_when_its_author_says_so():
    new = schema("text | ten_day_du | Họ và tên", "integer | tuoi | Tuổi")
    found = diff(OLD, new)
    assert [(one.old.path, one.new.path, one.reason) for one in found.candidates] == [
        ("/ho_ten", "/ten_day_du", "same_label")
    ]
    assert not found.renamed
    assert columns_of(new, earlier=[OLD])["/ten_day_du"] == "/ten_day_du"
    said = {"/ten_day_du": "/ho_ten"}
    assert [pair.new.path for pair in diff(OLD, new, said).renamed] == ["/ten_day_du"]
    assert columns_of(new, earlier=[OLD], same_as=said)["/ten_day_du"] == "/ho_ten"


def test_a_column_kept_once_is_kept_by_every_later_version():
    second = schema("text | ten_day_du | Họ và tên")
    second = second.with_columns(columns_of(second, earlier=[OLD], same_as={"/ten_day_du": "/ho_ten"}))
    third = schema("text | ten | Họ và tên", "text | ho_ten | Câu mới tên cũ")
    columns = columns_of(third, earlier=[second, OLD], same_as={"/ten": "/ten_day_du"})
    assert columns["/ten"] == "/ho_ten"
    assert columns["/ho_ten"] == "/ho_ten_2"
    assert third.with_columns(columns).columns["/ten"] == "/ho_ten"


def test_a_question_moved_into_a_group_keeps_its_column_when_said():
    new = schema("begin group | nguoi | Người", "integer | tuoi | Tuổi", "end group | | ")
    found = diff(OLD, new, {"/nguoi/tuoi": "/tuoi"})
    assert [(pair.old.path, pair.new.path) for pair in found.moved] == [("/tuoi", "/nguoi/tuoi")]
    assert columns_of(new, earlier=[OLD], same_as={"/nguoi/tuoi": "/tuoi"})["/nguoi/tuoi"] == "/tuoi"
    assert [one.reason for one in diff(OLD, new).candidates] == ["same_name"]


def test_a_renamed_repeat_takes_its_questions_along():
    new = schema("begin repeat | tre_em | Trẻ em", "text | ten_con | Tên con", "end repeat | | ")
    columns = columns_of(new, earlier=[OLD], same_as={"/tre_em": "/con"})
    assert columns["/tre_em"] == "/con"
    assert columns["/tre_em/ten_con"] == "/con/ten_con"
    kept = new.with_columns(columns)
    assert [table.column for table in kept.tables] == ["", "/con"]


@pytest.mark.parametrize(
    ("same_as", "code"),
    [
        ({"/con/tuoi": "/tuoi"}, "other_table"),
        ({"/noi_o": "/tuoi"}, "other_type"),
        ({"/noi_o": "/khong_co"}, "old_unknown"),
        ({"/khong_co": "/tuoi"}, "new_unknown"),
        ({"/noi_o": "/ho_ten"}, "old_still_there"),
        ({"/ho_ten": "/tuoi"}, "new_unknown"),
    ],
)
def test_what_would_break_a_column_is_refused_and_said(same_as, code):
    new = schema(
        "text | ho_ten | Họ và tên",
        "geopoint | noi_o | Nơi ở",
        "begin repeat | con | Con",
        "text | ten_con | Tên con",
        "integer | tuoi | Tuổi",
        "end repeat | | ",
    )
    found = diff(OLD, new, same_as)
    assert [one.code for one in found.refused] == [code]
    assert not found.renamed
    assert not found.moved
    (path,) = same_as
    assert columns_of(new, earlier=[OLD], same_as=same_as).get(path, path) == path


def test_one_question_cannot_be_two():
    new = schema("integer | tuoi_1 | Tuổi", "integer | tuoi_2 | Tuổi")
    found = diff(OLD, new, {"/tuoi_1": "/tuoi", "/tuoi_2": "/tuoi"})
    assert [(one.new, one.code) for one in found.refused] == [("/tuoi_2", "old_twice")]


def test_a_wider_type_stays_in_its_column_and_another_gets_its_own():
    wider = schema("text | ho_ten | x", "decimal | tuoi | Tuổi")
    assert [pair.broken for pair in diff(OLD, wider).retyped] == [""]
    assert columns_of(wider, earlier=[OLD])["/tuoi"] == "/tuoi"
    other = schema("text | ho_ten | x", "geopoint | tuoi | Tuổi")
    assert [pair.broken for pair in diff(OLD, other).retyped] == ["other_type"]
    assert columns_of(other, earlier=[OLD])["/tuoi"] == "/tuoi_2"


def test_a_group_that_becomes_a_repeat_breaks_what_is_inside():
    one = schema("begin group | con | Con", "text | ten_con | Tên con", "end group | | ")
    assert {pair.new.path: pair.broken for pair in diff(one, OLD).retyped} == {
        "/con": "other_type", "/con/ten_con": "other_table",
    }  # fmt: skip


def test_changes_of_a_list_are_named_by_value():
    ask = "select_one mau | mau | Màu"
    one = schema(ask, choices="mau | do | Đỏ;mau | xanh | Xanh")
    two = schema(ask, choices="mau | do | Đỏ tươi;mau | vang | Vàng")
    (change,) = diff(one, two).choices
    assert (change.added, change.removed, change.relabelled) == (("vang",), ("xanh",), ("do",))


def test_a_question_removed_and_brought_back_takes_its_old_column():
    without = schema("text | ho_ten | Họ và tên")
    again = schema("text | ho_ten | Họ và tên", "integer | tuoi | Tuổi")
    assert columns_of(again, earlier=[without, OLD])["/tuoi"] == "/tuoi"
    other = schema("text | ho_ten | Họ và tên", "geopoint | tuoi | Tuổi")
    assert columns_of(other, earlier=[without, OLD])["/tuoi"] == "/tuoi_2"


def test_thousands_of_questions_are_compared_by_name_and_label_only():
    one = schema(*(f"text | a{number} | Câu {number}" for number in range(400)))
    two = schema(*(f"text | b{number} | Câu {number}" for number in range(400)))
    found = diff(one, two)
    assert len(found.candidates) == 400
    assert {candidate.reason for candidate in found.candidates} == {"same_label"}
