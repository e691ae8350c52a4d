"""Any form works: published, filled in on its page in Chromium, handed in, exported, and equal to what was entered.

The forms of `tests/forms` are filled in with the answers beside them. pyxform's own example forms are filled in with
answers made from what they ask: set HAICAP_PYXFORM_EXAMPLES to the folder `tests` of its source.
"""

import os
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from haicap.questionnaire.rules.schema import Schema
from tests.collect_page import fill_form, open_form, submit_form
from tests.conftest import PASSWORD, serving
from tests.exported import members_of, taken_back
from tests.filled import FORMS, converted, differences, flat, form_named, names, workbook
from tests.guessing import fill_by_guessing, of_the_form
from tests.publishing import PERSON, Brought, publish_all

EXAMPLES = Path(os.environ.get("HAICAP_PYXFORM_EXAMPLES") or "/nowhere")
KINDS = (".xls", ".xlsx", ".xlsm", ".csv", ".md", ".xml")
# pyxform makes XPath of them that no client can read; their page must say so
UNREADABLE = {
    "bug_example_xls/bad_calc.xlsx": "a formula in English",
    "example_xls/bad_calc.xlsx": "a formula in English",
    "bug_example_xls/xl_date_ambiguous.xlsx": "a choice filter with the heading label::English in it",
}
pytestmark = pytest.mark.browser


def signed_in(browser, site):
    """Return a page of the person who keeps the forms, at home in the city."""
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": 1366, "height": 900},
        locale="vi",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/signin/")
    page.fill("input[name=username]", PERSON)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/signin" not in url)
    return page


@pytest.fixture(scope="module")
def house(tmp_path_factory, browser):
    """Publish all forms, half of them as workbooks, and sign in; returns the page and what was published."""
    data, books = tmp_path_factory.mktemp("forms-data"), tmp_path_factory.mktemp("books")
    brought = []
    for number, name in enumerate(names()):
        path = FORMS / f"{name}.md"
        if number % 2:
            path = books / f"{name}.xlsx"
            path.write_bytes(workbook(form_named(name)))
        lists = {one: str(FORMS / f"{one}.csv") for one in form_named(name).lists}
        brought.append(
            Brought(name, str(path), lists={one: at for one, at in lists.items() if Path(at).exists()})
        )
    published = publish_all(data, brought)
    with serving(data, {}) as site:
        yield signed_in(browser, site), published


@pytest.mark.parametrize("name", names())
def test_what_was_entered_comes_back(house, name):
    page, published = house
    form, given = form_named(name), published[name]
    assert "error" not in given, given
    open_form(page, given["id"])
    fill_form(page, dict(flat(form.answers)))
    assert submit_form(page) == "received", page.locator("main").inner_text()[:2000]
    schema = Schema.of(converted(form).xform)
    kinds = {one.path: one.type for one in schema.fields}
    back = taken_back(page, given["id"], schema)
    assert differences(kinds, form.complete, back.xml, back.files) == []
    assert differences(kinds, form.complete, back.csv, back.files) == []
    for one, wanted in form.lists.items():
        members = members_of(page, given["lists"][one])
        assert len(members) == len(wanted)
        for member in wanted:
            assert any(member.items() <= found.items() for found in members), (member, members)


# -- the examples of pyxform --------------------------------------------------------------------------------------


def examples():
    """Return all forms among the examples, by their path below the folder."""
    found = [path for path in sorted(EXAMPLES.rglob("*")) if path.suffix in KINDS and path.is_file()]
    return [str(path.relative_to(EXAMPLES)) for path in found]


def refused_by_pyxform(path):
    """Say whether pyxform itself makes no form of a file."""
    if path.suffix == ".xml":
        return "<h:html" not in path.read_text()
    try:
        convert(path)
    except Exception:
        return True
    return False


@pytest.fixture(scope="module")
def library(tmp_path_factory, browser):
    """Publish all examples and sign in; returns the page and what was published."""
    data = tmp_path_factory.mktemp("examples-data")
    media = {path.name: str(path) for path in EXAMPLES.rglob("*") if path.is_file()}
    published = publish_all(data, [Brought(name, str(EXAMPLES / name), media) for name in examples()])
    with serving(data, {}) as site:
        yield signed_in(browser, site), published


@pytest.mark.skipif(not examples(), reason="HAICAP_PYXFORM_EXAMPLES names no folder with pyxform's examples")
@pytest.mark.parametrize("name", examples() or ["none"])
def test_an_example_of_pyxform_comes_back(library, name):
    page, published = library
    given = published[name]
    if refused_by_pyxform(EXAMPLES / name):
        assert "error" in given
        return
    assert "error" not in given, given
    if name in UNREADABLE:
        with pytest.raises(AssertionError):
            open_form(page, given["id"])
        return
    open_form(page, given["id"])
    schema = Schema.of(given["xform"])
    entered = fill_by_guessing(page, schema)
    assert submit_form(page) == "received", page.locator("main").inner_text()[:3000]
    kinds = {one.path: one.type for one in schema.fields}
    back = taken_back(page, given["id"], schema)
    wanted = {place[1:]: value for place, value in entered.items()}
    for found in (back.xml, back.csv):
        assert of_the_form(schema, differences(kinds, wanted, found, back.files)) == []
