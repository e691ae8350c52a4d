"""When two spellings are one name."""

import unicodedata

import pytest

from haicap.register.rules.names import is_same_name, spelling


@pytest.mark.parametrize(
    "given", ["Thạnh An", "xã Thạnh An", "XÃ THẠNH AN", unicodedata.normalize("NFD", "Xã Thạnh An")]
)
def test_case_type_and_unicode_form_do_not_make_another_name(given):
    assert is_same_name(given=given, full_name="Xã Thạnh An", name="Thạnh An")


@pytest.mark.parametrize(
    ("one", "other"), [("Hoà Hưng", "Hòa Hưng"), ("Thuỷ Lợi", "Thủy Lợi"), ("Hoá An", "Hóa An")]
)
def test_the_two_places_of_a_tone_mark_spell_one_name(one, other):
    assert spelling(one) == spelling(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thanh An", "Thạnh An"),
        ("Ba Tơ", "Ba Tô"),
        ("Cẩm Giang", "Cẩm Giàng"),
        ("Đông Thành", "Đồng Thành"),
        ("Minh Quán", "Minh Quân"),
    ],
)
def test_any_other_difference_is_another_name(one, other):
    assert spelling(one) != spelling(other)


def test_no_two_units_of_one_province_spell_alike_in_the_whole_country():
    from haicap.register.rules.source import read_national

    seen: dict[tuple[str, str], str] = {}
    for unit in read_national().new.values():
        key = (unit.province_code, spelling(unit.full_name))
        assert seen.setdefault(key, unit.code) == unit.code
