"""Components say what they should, to eyes and to screen readers."""

import re
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation


def render(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_an_icon_is_hidden_from_screen_readers_unless_it_has_a_label():
    assert 'aria-hidden="true"' in render('{% icon "home" %}')
    labelled = render('{% icon "home" label="Trang chủ" %}')
    assert 'role="img"' in labelled and 'aria-label="Trang chủ"' in labelled and "aria-hidden" not in labelled


def test_an_icon_cannot_carry_markup():
    assert "<script>" not in render("{% icon name %}", name='"><script>')


def test_a_status_badge_escapes_its_text_and_knows_only_house_colours():
    assert (
        render('{% status_badge text "green" %}', text="<b>")
        == '<span class="state state-green">&lt;b&gt;</span>'
    )
    assert "state-red" in render('{% status_badge "x" "danger" %}')
    assert "state-grey" in render("{% status_badge 'x' colour %}", colour='x" onclick="')


@pytest.mark.parametrize(("given", "shown"), [(None, 0), (-5, 0), (37.4, 37), (250, 100)])
def test_progress_stays_between_nothing_and_all(given, shown):
    html = render("{% progress percent 'Tiến độ' %}", percent=given)
    assert f'value="{shown}"' in html and 'aria-label="Tiến độ"' in html


def test_pagination_keeps_the_search_and_marks_the_current_page():
    request = RequestFactory().get("/", {"q": "Thạnh An", "page": "2"})
    page = Paginator(range(200), 50).get_page(2)
    html = render("{% pagination page %}", page=page, request=request)
    assert 'href="?q=Th%E1%BA%A1nh+An&amp;page=3"' in html
    assert re.search(r'aria-current="page"\s+href="[^"]*page=2"', html)


def test_a_page_number_in_a_link_has_no_thousands_separator():
    page = Paginator(range(100_000), 10).get_page(5000)
    with translation.override("vi"):
        assert 'page=5001"' in render("{% pagination page %}", page=page)


def test_a_list_of_one_page_has_no_pagination():
    assert "<nav" not in render("{% pagination page %}", page=Paginator(range(3), 50).get_page(1))


def test_a_sorted_column_says_so_and_turns_round():
    request = RequestFactory().get("/", {"sort": "name", "page": "4", "q": "x"})
    html = render('{% sort_header "Tên" "name" %}', request=request)
    assert 'aria-sort="ascending"' in html and "sort=-name" in html and "page=" not in html and "q=x" in html


def test_an_empty_state_offers_an_action_only_with_an_address():
    assert "<a " not in render('{% empty_state title="Chưa có" action="Thêm" %}')
    assert 'href="/x/"' in render('{% empty_state title="Chưa có" action="Thêm" url="/x/" %}')


def test_localized_takes_english_only_where_there_is_some():
    row = SimpleNamespace(name_vi="Sở Nội vụ", name_en="Department of Home Affairs")
    bare = SimpleNamespace(name_vi="Sở Nội vụ", name_en="")
    with translation.override("en"):
        assert render('{{ row|localized:"name" }}', row=row) == "Department of Home Affairs"
        assert render('{{ row|localized:"name" }}', row=bare) == "Sở Nội vụ"
    with translation.override("vi"):
        assert render('{{ row|localized:"name" }}', row=row) == "Sở Nội vụ"
